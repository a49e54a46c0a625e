"""Which version of the library this is."""

from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version


@cache
def library_version() -> str:
    """Return the version that is installed; `0+source` where the sources are run without being installed."""
    try:
        return installed_version("spineworkup")
    except PackageNotFoundError:
        return "0+source"
