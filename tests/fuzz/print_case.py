"""A case of the small package, printed: no text of a patient is ever read as markup, and none stops the page."""

from __future__ import annotations

import re
from importlib.resources import files

from spineworkup import SpineWorkupError, assess
from spineworkup.reading.read_case import case_document, read_case
from spineworkup.render.sheet import sheet_for
from spineworkup.render.to_html import to_html
from spineworkup.render.to_markdown import to_markdown
from spineworkup.render.to_text import to_text
from tests.fuzz import judge
from tests.fuzz.judge import CANARY, Finding
from tests.fuzz.quick import SMALL
from tests.fuzz.rules_yaml import NOON
from tests.render.changed import Page

# A page of HTML takes ten times as long as the others: with n, one in n of the cases that read is printed so.
one_in = 1
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def run(data: bytes) -> None:
    """Print it as text and Markdown, and one in some as HTML."""
    try:
        case = read_case(case_document(data, "case.yaml"), SMALL)
    except SpineWorkupError as error:
        judge.refusal(error, "case.yaml", data, private=True)
        return
    sheet = sheet_for(assess(SMALL, case.chart, at=case.at or NOON))
    for page in (to_text(sheet), to_markdown(sheet)):
        if _UNSEEN.search(page):
            raise Finding("a character that can't be seen is printed")
    if int(case.chart.digest[-4:], 16) % one_in == 0:
        _check_page(to_html(sheet))


def _check_page(page: str) -> None:
    read = Page(page)
    if {tag for tag, _ in read.elements} - ELEMENTS:
        raise Finding("an element that the page doesn't have")
    if any(name.startswith("on") for _, names in read.elements for name in names):
        raise Finding("an attribute that runs something")
    if not all(link.startswith(("#", "https://")) for link in read.links):
        raise Finding("a link to somewhere else")


WHOLE = """\
case: "{label}"
at: 2026-11-20T13:00:00+01:00
clocks: {{suspicion: 2026-11-20T09:00:00+00:00}}
findings:
  fever: {{value: present, at: 2026-11-20T08:00:00+00:00, source: "{label}"}}
  weakness: [present, {{value: absent, source: "{label}"}}]
  implant: unsafe
  power: 3
  calcium_total: 2.95 mmol/L
  albumin: 28 g/L
steps:
  mri: {{state: declined, at: 2026-11-20T10:00:00+00:00, by: "{label}", reason: "{label}"}}
  bloods: {{state: requested, at: 2026-11-20T10:00:00+00:00}}
not_available: [ct]
sign_offs: [{{rule: mri_fever, by: "{label}", at: 2026-11-20T10:00:00+00:00}}]
"""
LABELS = ["Ann", CANARY, "<script>alert(1)</script>", "[a](javascript:alert(1))", "Ann\u202egpj", "{{ 7*7 }}", "# a | b", "\U0001f600 é"]
TEMPLATES = files("spineworkup") / "render" / "templates"
ELEMENTS = {
    tag for file in TEMPLATES.iterdir() for tag in re.findall(r"<([a-z][a-z0-9]*)", file.read_text(encoding="utf-8"))
}  # fmt: skip


def inputs() -> list[bytes]:
    """Return what to begin with."""
    return [WHOLE.format(label=label).encode() for label in LABELS] + [b"case: 12\nfindings: {fever: present}\n"]


def words() -> list[bytes]:
    """Return the words of the small package, and pieces of markup."""
    markup = ["<b>", "</title>", "<!--", "]]>", "&lt;", "javascript:", "https://", "\\", "`", "* * *", "\u2066", "\u200d", "\ufeff", "%s"]
    keys = "case value at source state by reason rule present absent unsafe none requested performed declined".split()
    return [word.encode() for word in [*SMALL.findings, *SMALL.steps, *SMALL.rules, *markup, *keys]]
