"""Where fuzzing begins: the shipped rules and cases, taken from where they are and cut into pieces of a readable size."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spineworkup.reading.find_packages import OVERLAYS, package_folder, rules_root, yaml_files
from spineworkup.reading.load import DEFAULT

LONG = 3000


def rule_files() -> Iterator[tuple[str, bytes]]:
    """Yield the files of the shipped package, as `steps/mri.yaml` and what it holds."""
    folder = package_folder(DEFAULT)
    for name in ("package", "sources", "criteria", "options", "pathway"):
        yield f"{name}.yaml", (folder / f"{name}.yaml").read_bytes()
    for part in ("findings", "scores", "steps"):
        for file in yaml_files(folder / part):
            if not file.name.endswith(".cases.yaml"):
                yield f"{part}/{file.name}", file.read_bytes()


def entries(raw: bytes) -> list[bytes]:
    """Return the entries of a file, each with its key at the top."""
    return [entry[:LONG] for entry in re.split(rb"\n(?=[a-z])", raw)]


def cases() -> list[bytes]:
    """Return the shipped case files."""
    return [file.read_bytes() for file in yaml_files(package_folder(DEFAULT) / "cases")]


def overlays() -> list[bytes]:
    """Return the shipped overlays."""
    root = rules_root() / OVERLAYS
    return [(folder / "overlay.yaml").read_bytes() for folder in root.iterdir() if folder.is_dir()]


def lines(raw: bytes) -> list[bytes]:
    """Return what stands behind `when:` and its kin in a file of rules."""
    return re.findall(rb"(?:when|unless|done_when): (.+)", raw)
