"""The report of an audit judged as the other pages are: axe-core on a wide screen and on a phone, its width, and print."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="the extra `cohort` isn't installed")

from spineworkup.audit.counted import counted
from spineworkup.audit.figures import Report
from spineworkup.audit.of_cohort import at_a_glance
from spineworkup.audit.of_standard import section_of
from spineworkup.audit.outcomes import measured
from spineworkup.audit.standards import standards_of
from spineworkup.audit.to_html import to_html
from tests.audit.answered import PATHWAY, STEP, SUSPICION, WEEK, after, answers, one
from tests.conformance.test_axe import AXE, CHROMIUM, RUN_AXE, opened, width_in_a_frame

pytestmark = [pytest.mark.conformance, pytest.mark.browser]


def page() -> str:
    """Return a report of forty patients over ten months at three places."""
    patients = [
        one("performed" if number % 3 else "", 20.0 + number, start=after(700 * (number % 12)), at=after(20_000), site=f"hospital {number % 3}", fired=(WEEK,) if number % 5 else ())
        for number in range(60)
    ]
    patients = [{**patient, "hours": None if patient["hours"] is None else patient["hours"] + float((patient["start"] - SUSPICION).astype(float) / 3.6e9)} for patient in patients]
    found, standards = answers(*patients), standards_of(PATHWAY, STEP)
    counts = [counted(measured(found, standard, standards)) for standard in standards]
    sections = (at_a_glance(found, counts), *map(section_of, counts))
    return to_html(Report("Audit", (("Data", "made up " * 9),), ("A warning.",), ("A limit.",), sections, ("A footer.",)))


@pytest.fixture(autouse=True)
def browser() -> None:
    if not CHROMIUM:
        pytest.skip("Chromium isn't installed")


@pytest.mark.parametrize("width", [1200, 500])
def test_axe_finds_no_violation(width: int, tmp_path: Path) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core isn't installed: npm install, or SPINEWORKUP_NODE_MODULES")
    result = opened(page(), AXE.read_text("utf-8") + ";" + RUN_AXE, tmp_path, width)
    assert result["violations"] == []
    assert result["passes"] > 25


def test_nothing_scrolls_sideways_on_a_narrow_phone(tmp_path: Path) -> None:
    assert width_in_a_frame(page(), 320, tmp_path) <= 320


def test_printed_by_the_browser_it_keeps_its_tables_and_says_which_page(tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf", reason="the extra `pdf` isn't installed")
    (tmp_path / "page.html").write_text(page(), "utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    command += ["--no-pdf-header-footer", f"--print-to-pdf={tmp_path / 'page.pdf'}", (tmp_path / "page.html").as_uri()]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    pages = [one.extract_text() for one in pypdf.PdfReader(tmp_path / "page.pdf").pages]
    assert all(f"Page {number} of {len(pages)}" in words for number, words in enumerate(pages, 1))
    assert "hospital 2" in "".join(pages) and "not recorded as performed" in "".join(pages)
