"""The report of a cohort: what it says first, one page that asks for nothing, small numbers hidden everywhere alike."""

from __future__ import annotations

import csv
import itertools
import json
import re
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from spineworkup.audit.figures import Report
from spineworkup.audit.report import audit
from spineworkup.audit.small_numbers import Hidden
from spineworkup.audit.to_csv import to_csv
from spineworkup.audit.to_html import to_html
from spineworkup.cli import main
from spineworkup.errors import CohortError
from tests.audit.answered import PATHWAY, STEP
from tests.render.changed import Page

COUNT = "count"


@pytest.fixture(scope="session")
def report(out: Path) -> Report:
    return audit(out)


@pytest.fixture(scope="session")
def hidden(out: Path) -> Report:
    return audit(out, fewest=5)


def test_it_says_first_what_it_is_of(report: Report) -> None:
    facts = dict(report.facts)
    assert facts["Data"] == "SYNTHETIC: every patient is made up"
    assert re.fullmatch(r"200 in = (\d+) assessed \+ (\d+) rejected", facts["Records"])
    assert PATHWAY.hash in facts["Rules"] and PATHWAY.version in facts["Rules"]
    assert "Made-up patients" in report.warnings[0] and "not confirmed" in report.warnings[1]
    page = to_html(report)
    assert page.index("Made-up patients") < page.index("What this is") < page.index("At a glance")


def test_each_limit_shows_its_rules_with_source_and_mark(report: Report) -> None:
    said = " ".join(words for section in report.sections for words in section.says)
    for rule in PATHWAY.steps[STEP].indications:
        assert rule.says in said and str(rule.cites[0]) in said
    assert "not confirmed: read in a secondary copy only" in said and "not confirmed: no source was read" in said


def test_everybody_is_in_the_outcomes(report: Report) -> None:
    glance = next(figure for figure in report.figures if figure.id == "at-a-glance")
    asked = [row[1] for row in glance.table.rows]
    found = [sum(row[2] for row in figure.table.rows) for figure in report.figures if figure.id.startswith("outcomes-")]  # type: ignore[misc]
    assert asked == found


def test_it_is_one_page_that_asks_for_nothing_and_runs_nothing(report: Report) -> None:
    page = to_html(report)
    found = Page(page)
    tags = {tag for tag, _ in found.elements}
    assert not tags & {"script", "img", "iframe", "link", "object", "embed", "form", "base", "style "}
    assert "url(" not in page and "@import" not in page and "default-src 'none'" in page
    assert "http" not in re.sub(r"<meta[^>]*>", "", page)


def test_ids_are_unique_links_lead_somewhere_and_headings_skip_no_level(report: Report) -> None:
    page = Page(to_html(report))
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links} <= set(page.ids)
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_every_plot_has_a_title_a_description_and_its_table(report: Report) -> None:
    plots = [figure for figure in report.figures if figure.plot]
    assert len(plots) > 12
    for figure in plots:
        assert figure.plot is not None
        title, says, *drawn = figure.plot.inside
        assert (title.tag, title.text, says.tag) == ("title", figure.title, "desc") and len(says.text) > 20 and drawn
        assert dict(figure.plot.attributes)["aria-labelledby"].split() == [dict(one.attributes)["id"] for one in (title, says)]
        assert figure.table.rows and figure.says


def test_same_answers_same_bytes_as_parquet_and_as_csv(report: Report, out: Path, out_csv: Path) -> None:
    assert to_html(audit(out)) == to_html(report)
    assert to_html(audit(out_csv)) == to_html(report)


def test_no_patient_is_named(report: Report) -> None:
    assert not re.search(r"synthetic-\d", to_html(report))


def test_small_numbers_are_in_no_table_no_plot_and_no_csv(report: Report, hidden: Report) -> None:
    small = 0
    for before, after in zip(report.figures, hidden.figures, strict=True):
        counts = [number for number, column in enumerate(after.table.columns) if column.form == COUNT]
        assert not [row for row in after.table.rows for n in counts if isinstance(row[n], int) and 0 < row[n] < 5]  # type: ignore[operator]
        if after.plot is not None and after.id.startswith(("outcomes", "missing", "overdue")):
            assert not {one.text for one in after.plot.inside if one.tag == "text"} & {"1", "2", "3", "4"}
        small += sum(isinstance(row[n], int) and 0 < row[n] < 5 for row in before.table.rows for n in counts)  # type: ignore[operator]
    assert small > 10
    shown = {str(value) for figure in hidden.figures for row in figure.table.rows for value in row if isinstance(value, Hidden)}
    assert shown == {"hidden"}
    assert "hidden" in to_html(hidden) and "hidden" in to_csv(next(figure for figure in hidden.figures if figure.id.startswith("sites")).table)


def test_where_a_count_is_hidden_its_share_is(hidden: Report) -> None:
    for figure in hidden.figures:
        if figure.id.startswith(("months", "sites")):
            for row in figure.table.rows:
                asked, kept, missed, unknown = row[1:5]
                share = row[7]
                assert isinstance(share, Hidden) == any(isinstance(one, Hidden) for one in (kept, missed, unknown)), (asked, row)


def test_the_csv_has_the_numbers_of_the_table(report: Report) -> None:
    for figure in report.figures:
        names, *rows = csv.reader(StringIO(to_csv(figure.table)))
        assert len(rows) == len(figure.table.rows)
        for column, name in enumerate(names):
            if figure.table.columns[0].name == name:
                assert [row[column] for row in rows] == [str(row[0]) if not isinstance(row[0], float) else f"{row[0]:.6g}" for row in figure.table.rows]
        assert {len(row) for row in rows} <= {len(names)}


def test_the_command_writes_both(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["audit", str(out), "--to", str(tmp_path / "report.html"), "--figures", str(tmp_path / "figures"), "--suppress", "5"]
    assert main(arguments) == 0
    assert "SYNTHETIC" in capsys.readouterr().out
    assert (tmp_path / "report.html").read_text("utf-8").startswith("<!doctype html>")
    assert (tmp_path / "figures" / "at-a-glance.csv").exists()


def changed(out: Path, folder: Path, change: Any) -> Path:
    copy = folder / "changed"
    shutil.copytree(out, copy)
    run = json.loads((copy / "run.json").read_text())
    change(run)
    (copy / "run.json").write_text(json.dumps(run))
    return copy


REFUSED = {
    "not finished": (lambda run: run.update(finished=False), "isn't finished"),
    "without rules": (lambda run: run.update({"with": ["questions"]}), "also needs fired, pending"),
    "does not add up": (lambda run: run["counts"].update({"in": 199}), "don't add up"),
    "other rules": (lambda run: run["pathway"].update(hash="sha256:0"), "other rules"),
    "patients lost": (lambda run: run["counts"].update({"in": run["counts"]["in"] + 1, "assessed": run["counts"]["assessed"] + 1}), "not as many patients"),
    "nobody": (lambda run: run["counts"].update({"in": run["counts"]["rejected"], "assessed": 0}), "nothing to audit"),
    "without its rules": (lambda run: run["pathway"].pop("version"), "can't be read as the receipt"),
    "no receipt": (lambda run: run.clear(), "can't be read as the receipt"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_answers_that_cannot_be_audited_are_refused(name: str, out: Path, tmp_path: Path) -> None:
    change, words = REFUSED[name]
    with pytest.raises(CohortError, match=words):
        audit(changed(out, tmp_path, change))


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="holds no answers of a cohort"):
        audit(tmp_path)


def test_steps_that_are_not_those_of_the_patients_are_refused(out: Path, tmp_path: Path) -> None:
    copy = changed(out, tmp_path, lambda run: None)
    [steps] = (copy / "steps").glob("*.parquet")
    table = pq.read_table(steps)
    pq.write_table(table.slice(len(PATHWAY.steps)), steps)
    with pytest.raises(CohortError, match="not a row of the step for each patient"):
        audit(copy)


@pytest.mark.parametrize("step", ["contact_mscc_coordinator", "radiotherapy_start", "mdt_handover"])
def test_limits_of_other_steps_and_of_other_clocks_are_measured_too(step: str, out: Path) -> None:
    page = to_html(audit(out, step=step, fewest=5))
    assert PATHWAY.steps[step].label in page and not re.search(r"\bnan\b", page)
