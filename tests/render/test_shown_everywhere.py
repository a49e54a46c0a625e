"""What was waived, where the place differs, whom to call and what is closed now stand on every output, whatever its format."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from attrs import evolve

from spineworkup.assessment import assess
from spineworkup.cds_hooks.to_cards import to_cards
from spineworkup.charts import Chart
from spineworkup.checklists import Checklist
from spineworkup.fhir.to_library import to_library
from spineworkup.fhir.to_plan_definition import to_plan_bundle, to_plan_definition
from spineworkup.fhir.to_requests import to_request_bundle
from spineworkup.fhir.to_service_requests import to_service_requests
from spineworkup.findings import Coding
from spineworkup.pathways import Pathway
from spineworkup.place import ClosedHours, Contact, Difference, Place
from spineworkup.reading.load import load_pathway
from spineworkup.render.model import Sheet
from spineworkup.render.sheet import blank_sheet, sheet_for
from spineworkup.render.to_explanation import to_explanation
from spineworkup.render.to_html import to_html
from spineworkup.render.to_json import to_json
from spineworkup.render.to_markdown import to_markdown
from spineworkup.render.to_screen import to_screen
from spineworkup.render.to_text import to_text
from spineworkup.sources import Citation
from tests.cds_hooks.world import occasion
from tests.render.changed import Page, squeezed
from tests.render.example import AT, WAIVER, example_pathway

MRI = "mri_whole_spine"
ON_CALL = Contact("on_call", "on-call radiologist", "07700 900103", "in the morning", (MRI,))
DIFFERENCE = Difference("radiograph", "A radiograph comes first here.", (Citation("ng234", "1.5.9"),), "secondary")
CLOSED = ClosedHours(MRI, time(9), time(12), "Europe/London", "nobody staffs the scanner before noon", "on_call")
PLACE = Place("Example infirmary", (DIFFERENCE,), (ON_CALL,), (CLOSED,), "infirmary", "uk")


def local() -> Pathway:
    pathway = example_pathway(waivers=(WAIVER,), local=(PLACE,), overlays=("infirmary",))
    step = evolve(pathway.steps[MRI], orders=(Coding("loinc", "30854-4", "MRI"),))
    return evolve(pathway, steps={**pathway.steps, MRI: step})


def checklist(at: datetime = AT) -> Checklist:
    pathway = local()
    clocks = {"suspicion": AT - timedelta(hours=1)}
    return assess(pathway, Chart(pathway.findings, {"limb_weakness": True}, clocks=clocks), at=at)


def pdf_words(sheet: Sheet) -> str:
    pypdf = pytest.importorskip("pypdf", reason="the extra `pdf` isn't installed")
    from spineworkup.render.to_pdf import to_pdf

    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(to_pdf(sheet))).pages)


def plain(markdown: str) -> str:
    return re.sub(r"\\(.)", r"\1", markdown)


def service_request(found: Checklist) -> str:
    (request,) = to_service_requests(found, found.item(MRI), "Patient/1")
    return json.dumps(request, ensure_ascii=False)


def cards(found: Checklist) -> str:
    return plain("".join(card["detail"] for card in to_cards(found, occasion(found))))


def words_of(make: Callable[..., Any]) -> Callable[[Any], str]:
    return lambda *given: json.dumps(make(*given), ensure_ascii=False)


SHEETS: dict[str, Callable[[Sheet], str]] = {
    "text": to_text,
    "markdown": lambda sheet: plain(to_markdown(sheet)),
    "html": lambda sheet: Page(to_html(sheet)).text,
    "pdf": pdf_words,
}
OF_A_PATIENT: dict[str, Callable[[Checklist], str]] = {
    **{name: lambda found, show=show: show(sheet_for(found)) for name, show in SHEETS.items()},
    "screen": to_screen,
    "explanation": lambda found: to_explanation(found, MRI),
    "json": words_of(to_json),
    "cards": cards,
    "requests": words_of(lambda found: to_request_bundle(found, "Patient/1")),
}
OF_RULES: dict[str, Callable[[Pathway], str]] = {
    **{f"blank {name}": lambda rules, show=show: show(blank_sheet(rules, AT)) for name, show in SHEETS.items()},
    "plan": words_of(to_plan_definition),
    "library": words_of(to_library),
    "plan bundle": words_of(to_plan_bundle),
}
WAIVED = ("example reason", "clinical lead", "H-1")
HERE = ("Example infirmary; differs from the UK pathway: radiograph", "A radiograph comes first here.", "not confirmed")
CALL = ("on-call radiologist", "07700 900103", "in the morning")
NOW = ("closed here until 2026-11-20 12:00+00:00 (Europe/London)", "nobody staffs the scanner before noon", "It stays due by 2026-11-21 09:00+00:00")  # fmt: skip


def missing(output: str, *wanted: str) -> list[str]:
    squeezed_output = squeezed(output)
    return [words for words in wanted if squeezed(words) not in squeezed_output]


@pytest.mark.parametrize("output", OF_A_PATIENT)
def test_every_output_about_a_patient(output: str) -> None:
    words = OF_A_PATIENT[output](checklist())
    # The explanation is of one step: that it is closed stands in what speaks against it, and the limit at its head.
    now = NOW[:2] if output == "explanation" else NOW

    assert [] == missing(words, *WAIVED, *HERE, *CALL, *now)


@pytest.mark.parametrize("output", OF_RULES)
def test_every_output_about_the_rules(output: str) -> None:
    blank = output.startswith("blank")

    assert [] == missing(OF_RULES[output](local()), *WAIVED, *HERE, *(CALL if blank else ()))


def test_a_request_that_stands_alone() -> None:
    assert [] == missing(service_request(checklist()), *WAIVED, *CALL, *NOW[:2])


# One of the four formats of the sheet will do: they are made from the same.
@pytest.mark.parametrize("output", [name for name in OF_A_PATIENT if name not in ("markdown", "html", "pdf")])
def test_an_expired_waiver_is_said_to_be(output: str) -> None:
    words = OF_A_PATIENT[output](checklist(datetime.combine(date(2027, 1, 2), time(10), AT.tzinfo)))

    assert [] == missing(words, "EXPIRED waiver", *WAIVED) or [] == missing(words, "Waiver that has expired", *WAIVED)


def test_a_blank_sheet_says_that_a_waiver_has_expired() -> None:
    assert "Waiver that has expired" in [n.kind for n in blank_sheet(local(), AT + timedelta(days=60)).notices]


def test_the_front_page_names_the_place_and_counts_the_rest() -> None:
    summary = {line.kind: line.text for line in sheet_for(checklist()).summary}

    assert ("This place", "Example infirmary; differs from the UK pathway: radiograph") == next(iter(summary.items()))
    assert ("1", "1", "1") == (summary["Waived safety rule"], summary["Whom to call"], summary["Closed now"])
    assert "Differs here" not in summary


def test_the_line_of_the_step_says_whom_to_call() -> None:
    def remarks(sheet: Sheet) -> list[tuple[str, str]]:
        rows = [row for pause in sheet.pauses for row in pause.rows if row.step == MRI]
        return [(remark.kind, remark.text) for remark in rows[0].remarks]

    closed = ("closed here", "until 20 Nov 12:00; call on-call radiologist, 07700 900103 (in the morning)")
    call = ("call", "on-call radiologist, 07700 900103 (in the morning)")
    assert closed in remarks(sheet_for(checklist())) and call not in remarks(sheet_for(checklist()))
    assert call in remarks(sheet_for(checklist(AT + timedelta(hours=3))))
    assert call in remarks(blank_sheet(local(), AT))


def test_who_prints_with_us_advice_reads_where_it_differs() -> None:
    pathway = load_pathway(overlays=["us"])
    (place, *_) = blank_sheet(pathway, AT).summary

    assert ("This place", "US imaging advice; differs from the UK pathway: ") == (place.kind, place.text[:48])
    assert {"radiograph", "contrast", "time limits"} <= set(place.text[48:].split(", "))
    assert {d.verification for d in pathway.local[0].differs} == {"secondary"}
