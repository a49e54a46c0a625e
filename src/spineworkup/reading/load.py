"""The door: from the name of a rule package and of overlays to a pathway."""

from __future__ import annotations

from collections.abc import Sequence

from spineworkup.pathways import Pathway
from spineworkup.reading.check_overlay import check_fits, check_not_weakened
from spineworkup.reading.find_packages import overlay_folder, package_folder
from spineworkup.reading.overlay import apply_overlay, read_head, with_overlay
from spineworkup.reading.problems import Problems
from spineworkup.reading.read_package import read_documents, read_package
from spineworkup.reading.read_place import read_place

DEFAULT = "metastatic_spine"


def load_pathway(name: str = DEFAULT, overlays: Sequence[str] = ()) -> Pathway:
    """Return a pathway from its rule package, adapted by overlays.

    Args:
        name: The name of a package that the library ships, or the path of a folder (with a `/` in it).
        overlays: Names or paths of overlays, applied in this order.

    >>> load_pathway("metastatic_spine").steps["mri_whole_spine"].label
    'MRI of the whole spine'

    Raises:
        RuleError: Anything is wrong; it lists all problems of all files with their places.
    """
    base = pathway = read_base(name)
    for number in range(len(overlays)):
        pathway = _overlaid(name, overlays[: number + 1], base, pathway)
    return pathway


def read_base(name: str) -> Pathway:
    """Return the pathway of a package without overlays."""
    problems = Problems()
    pathway = read_package(read_documents(package_folder(name), problems), problems)
    problems.stop()
    assert pathway is not None
    return pathway


def _overlaid(name: str, overlays: Sequence[str], base: Pathway, before: Pathway) -> Pathway:
    """Return the package with overlays; `before` is the same with all but the last of them."""
    problems = Problems()
    documents = read_documents(package_folder(name), problems)
    files = [problems.read(overlay_folder(overlay) / "overlay.yaml") for overlay in overlays]
    heads = [head for file in files if (head := read_head(file, base.id, problems)) is not None]
    problems.stop()
    check_fits(base, before, heads, files[-1], problems)
    for file in files:
        apply_overlay(documents, file, problems)
    pathway = read_package(documents, problems)
    problems.stop()
    assert pathway is not None
    check_not_weakened(before, pathway, heads[-1], files[-1], problems)
    places = [read_place(file, pathway, problems) for file in files]
    problems.stop()
    for head, place, file in zip(heads, places, files, strict=True):
        pathway = with_overlay(pathway, head, place, file)
    return pathway
