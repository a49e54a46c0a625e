"""Fonts for the PDF: data packages on disk, found without running anything of theirs.

Fonts of the machine are never used, or the same sheet would look different elsewhere.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from spineworkup.errors import MissingExtraError

BASE = "manimgx_fonts"  # Noto Sans for most scripts, symbols and emoji
CJK = "manimgx_fonts_cjk"  # Noto Sans CJK
SANS = "NotoSans[wght].ttf"


def font_paths() -> list[Path]:
    """Return the folders of the installed font packages.

    Raises:
        MissingExtraError: There is no sans-serif font.
    """
    base = _folder(BASE)
    if base is None or not (base / SANS).is_file():
        raise MissingExtraError("pdf", "manimgx-fonts")
    cjk = _folder(CJK)
    return [base] if cjk is None else [base, cjk]


def _folder(package: str) -> Path | None:
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec is not None else None
    return Path(places[0]) if places else None
