"""A report as one HTML file: no script, no request, every plot with the table behind it."""

from __future__ import annotations

from spineworkup.audit.figures import Report
from spineworkup.errors import MissingExtraError

try:
    from jinja2 import Environment, PackageLoader, StrictUndefined
except ImportError as error:  # pragma: no cover
    raise MissingExtraError("audit", "jinja2") from error


def to_html(report: Report) -> str:
    """Return a report as a page: for a screen, a phone, and print."""
    environment = Environment(
        loader=PackageLoader("spineworkup.audit"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("report.html.j2").render(report=report) + "\n"
