"""PDFs judged by three checkers of others. None of them is veraPDF: a pass means that these machine checks passed."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

for _package in ("typst", "pypdf"):
    pytest.importorskip(_package, reason="the extra `pdf` isn't installed")

from spineworkup.reading.load import load_pathway  # noqa: E402
from spineworkup.render.listing import Listing  # noqa: E402
from spineworkup.render.model import Sheet  # noqa: E402
from spineworkup.render.sheet import blank_sheet, sheet_for  # noqa: E402
from spineworkup.render.to_pdf import to_pdf  # noqa: E402
from tests.render.example import AT, emergency, example_pathway, pain_only  # noqa: E402
from tests.render.lived import printed_again, timeline, ward  # noqa: E402

pytestmark = pytest.mark.conformance
NAMES = "محمد عبد الله สมชาย हिन्दी தமிழ் Παπαδόπουλος Достоевский 🦊 Łukasz Ann\u202egpj " + "Wolfe" * 40
SHEETS = {
    "emergency": lambda: sheet_for(emergency()),
    "long names": lambda: sheet_for(emergency(NAMES)),
    "pain only": lambda: sheet_for(pain_only()),
    "blank": lambda: blank_sheet(example_pathway(), AT),
    "shipped, blank": lambda: blank_sheet(load_pathway(), AT),
    "printed again": printed_again,
    "timeline": lambda: timeline(NAMES),
    # On one page alone outloud takes the foot for prose that nobody is read.
    "agenda": lambda: ward(beds=6),
}
# Rules that a judge skips are named here, so that a pass never hides a new one.
PDFUA_SKIPS = {
    "UA-14-001"
}  # its rule on headings crashes on documents that have headings; outloud judges those


@pytest.fixture(scope="module", params=[(name, paper) for name in SHEETS for paper in ("a4", "letter")], ids=" ".join)
def pdf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    name, paper = request.param
    sheet: Sheet | Listing = SHEETS[name]()
    path = tmp_path_factory.mktemp("pdf") / "sheet.pdf"
    path.write_bytes(to_pdf(sheet, paper))
    return path


def run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name(module)
    return subprocess.run([str(program), *arguments], capture_output=True, text=True, check=False)


def test_page_validation_fails_none_of_its_rules(pdf: Path) -> None:
    page = pytest.importorskip("page", reason="page-validation isn't installed")
    report = page.validate_pdf(str(pdf), profile="ua-1")
    assert (report.is_compliant, report.rules.failed, report.rules.total) == (True, 0, 104), report.failures


def test_pdfua_finds_nothing_and_skips_only_what_is_known(pdf: Path) -> None:
    if find_spec("pdfua") is None:
        pytest.skip("pdfua isn't installed")
    done = run("pdfua", "check", str(pdf))
    skipped = {line.split("]")[1].split()[0] for line in done.stdout.splitlines() if "[skip" in line}
    assert done.returncode == 0, done.stdout
    assert "errors=0 warnings=0" in done.stdout
    assert skipped <= PDFUA_SKIPS


def test_outloud_finds_no_error(pdf: Path, tmp_path: Path) -> None:
    if find_spec("outloud") is None:
        pytest.skip("outloud isn't installed (extra `judges`)")
    report = tmp_path / "outloud.json"
    done = run("outloud", str(pdf), "--json", str(report))
    assert done.returncode == 0, done.stdout
    assert "0 error(s)" in done.stdout
    assert json.loads(report.read_text())
