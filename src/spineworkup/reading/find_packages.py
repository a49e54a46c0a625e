"""Where rule packages and overlays are: in the wheel, or in the checkout that the library is run from."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from spineworkup.errors import Problem, RuleError
from spineworkup.reading.faults import did_you_mean
from spineworkup.sources import Position

OVERLAYS = "overlays"


def rules_root() -> Traversable:
    """Return the folder of all rules that the library ships."""
    packaged = files("spineworkup") / "rules"
    # An editable install has no copy of the rules: the checkout's own are read, so that edits count at once.
    checkout = Path(__file__).resolve().parents[3] / "rules"
    for root in (packaged, checkout):
        if root.is_dir():
            return root
    raise RuleError([Problem(Position("rules"), "the library was installed without its rules")])


def package_folder(name: str) -> Traversable:
    """Return the folder of a rule package: one of the library's by its name, or any by its path.

    Raises:
        RuleError: There is none.
    """
    return _folder(name, rules_root(), "package.yaml", "rule package")


def overlay_folder(name: str) -> Traversable:
    """Return the folder of an overlay: one of the library's by its name, or any by its path.

    Raises:
        RuleError: There is none.
    """
    return _folder(name, rules_root() / OVERLAYS, "overlay.yaml", "overlay")


def names(root: Traversable, marker: str) -> list[str]:
    """Return the names of the folders under a root that hold a file of this name."""
    return sorted(folder.name for folder in root.iterdir() if folder.is_dir() and (folder / marker).is_file())


def yaml_files(folder: Traversable) -> list[Traversable]:
    """Return every YAML file directly in a folder, in the order of their names."""
    if not folder.is_dir():
        return []
    return sorted(
        (file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name
    )


def shown(file: Traversable) -> str:
    """Return a file's name as it stands in messages: from `rules/` on where it is the library's own."""
    text = str(file)
    root = str(rules_root())
    return f"rules{text.removeprefix(root)}".replace("\\", "/") if text.startswith(root) else text


def _folder(name: str, root: Traversable, marker: str, what: str) -> Traversable:
    if "/" in name or "\\" in name:
        folder: Traversable = Path(name)
    else:
        # A name is looked up in the list of what is there: it is never joined to a path.
        folder = next((f for f in root.iterdir() if f.name == name), root / ".none")
    if not _holds(folder, marker):
        known = names(root, marker)
        hint = did_you_mean(name, known) or f"there are: {', '.join(known) or 'none'}"
        raise RuleError([Problem(Position(name), f"no {what} here: it would hold a file {marker}", hint)])
    return folder


def _holds(folder: Traversable, marker: str) -> bool:
    try:
        return (folder / marker).is_file()
    except (OSError, ValueError):
        # A name that no file system takes: too long, or with a zero byte in it.
        return False
