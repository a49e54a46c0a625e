"""What a column means, and what is refused: the column at fault is named, the value never."""

from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from spineworkup.charts import SignOff, StepEvent
from spineworkup.cohort.batch import assess_batch
from spineworkup.cohort.columns import columns_of, known_columns
from spineworkup.cohort.row import chart_of_row
from spineworkup.cohort.values import rows
from spineworkup.entries import NOT_RECORDED, Unknown, WhyUnknown
from spineworkup.errors import CohortError
from spineworkup.findings import Quantity
from spineworkup.reading.load import load_pathway
from spineworkup.reading.read_case import case_document, read_case

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MOMENT = pa.timestamp("us", "UTC")
PATHWAY = load_pathway()


def batch(metadata: dict[str, dict[str, str]] | None = None, **columns) -> pa.RecordBatch:
    """Return a table; two underscores in a name stand for a dot."""
    named = {name.replace("__", "."): column for name, column in columns.items()}
    arrays = {name: column if isinstance(column, pa.Array) else pa.array(column) for name, column in named.items()}
    fields = [pa.field(name, a.type, metadata=(metadata or {}).get(name)) for name, a in arrays.items()]
    return pa.record_batch(list(arrays.values()), schema=pa.schema(fields))


def chart(metadata=None, **columns):
    """Return the first row of a table as a chart."""
    made = batch(metadata, patient=["a"], **columns)
    return chart_of_row(next(iter(rows(columns_of(PATHWAY, made.schema), made, range(1)))), PATHWAY)


CASE = """
case: a
age_years: 61
clocks: {suspicion: 2026-11-20T09:00:00+00:00}
findings:
  limb_weakness: {value: present, at: 2026-11-20T08:00:00+00:00, source: ward}
  fever: unknown
  crp: 0.3 mg/dL
  cancer_history: {value: unknown, reason: not_fetched}
  night_pain: [{value: present, source: ward}, {value: absent, source: letter}]
steps: {mri_whole_spine: {state: requested, at: 2026-11-20T10:00:00+00:00, by: GP}}
not_available: [ct_spine]
"""


def test_a_row_says_the_same_as_a_case_file():
    row = {
        "patient": "a",
        "age_years": 61.0,
        "clocks.suspicion": datetime(2026, 11, 20, 9, tzinfo=UTC),
        "limb_weakness": True,
        "limb_weakness.at": "2026-11-20T08:00:00+00:00",
        "limb_weakness.source": "ward",
        "fever": "unknown",
        "crp": 0.3,
        "crp.unit": "mg/dL",
        "cancer_history.reason": "not_fetched",
        "night_pain.all": [{"value": "present", "source": "ward"}, {"value": "absent", "source": "letter"}],
        "steps.mri_whole_spine": "requested",
        "steps.mri_whole_spine.at": "2026-11-20T10:00:00+00:00",
        "steps.mri_whole_spine.by": "GP",
        "not_available": ["ct_spine"],
    }
    from_case = read_case(case_document(CASE, "a.yaml"), PATHWAY).chart
    assert chart_of_row(row, PATHWAY) == from_case


@pytest.mark.parametrize(
    ("column", "number"),
    [
        (pa.array([0.1], pa.float32()), Decimal("0.1")),
        (pa.array([0.1]), Decimal("0.1")),
        (pa.array([4], pa.int8()), Decimal(4)),
        (pa.array([Decimal("2.50")], pa.decimal128(5, 2)), Decimal("2.5")),
        (pa.array(["2.5"]), Decimal("2.5")),
    ],
)
def test_a_number_is_what_somebody_typed(column, number):
    assert chart(lowest_mrc_power=column).facts["lowest_mrc_power"] == number


@pytest.mark.parametrize(
    ("metadata", "columns"),
    [
        ({}, {"crp": ["0.3 mg/dL"]}),
        ({}, {"crp": [0.3], "crp__unit": ["mg/dL"]}),
        ({}, {"crp": ["0.3"], "crp__unit": ["mg/dL"]}),
        ({"crp": {"unit": "mg/dL"}}, {"crp": [0.3]}),
        ({"crp": {"unit": "mg/L"}}, {"crp": [0.3], "crp__unit": ["mg/dL"]}),
    ],
)
def test_a_unit_stands_in_the_text_or_beside_it_or_is_that_of_the_column(metadata, columns):
    read = chart(metadata, **columns)
    assert read.facts["crp"] == 3
    assert read.reported["crp"] == Quantity("0.3", "mg/dL")


def test_what_stands_beside_the_findings():
    relative = next(rule for rule in PATHWAY.rules.values() if rule.kind == "relative")
    read = chart(
        fever=["unknown"],
        fever__reason=["conflict"],
        night_pain=pa.nulls(1),
        clocks__request=pa.array([NOON], pa.timestamp("s", "Europe/London")),
        steps__ct_spine=["declined"],
        steps__ct_spine__at=["2026-11-20T12:00:00Z"],
        steps__ct_spine__by=["GP"],
        steps__ct_spine__reason=["asked not to"],
        sign_offs=[[{"rule": relative.id, "by": relative.sign_off, "at": NOON}]],
    )
    assert read.entry("fever") == Unknown(WhyUnknown.CONFLICT)
    assert read.entry("night_pain") == NOT_RECORDED
    assert read.clocks == {"request": NOON}
    assert read.steps == {"ct_spine": StepEvent("declined", NOON, "GP", "asked not to")}
    assert read.sign_offs == (SignOff(relative.id, relative.sign_off, NOON),)


SECRET = "Jane Doe"
BAD = {
    "no patient": ({"patient": [None]}, "patient"),
    "an empty patient": ({"patient": [""]}, "patient"),
    "a word that says nothing": ({"fever": [SECRET]}, "fever"),
    "no option": ({"sex": [SECRET]}, "sex"),
    "not a number": ({"age_years": [float("nan")]}, "age_years"),
    "infinite": ({"age_years": [float("-inf")]}, "age_years"),
    "too large": ({"age_years": [1e300]}, "age_years"),
    "too small": ({"age_years": [1e-300]}, "age_years"),
    "no number at all": ({"age_years": [SECRET]}, "age_years"),
    "no unit here": ({"crp": [3.0], "crp__unit": pa.array([None], pa.string())}, "crp"),
    "no such unit": ({"crp": [3.0], "crp__unit": [SECRET]}, "crp"),
    "a unit that doesn't fit": ({"crp": ["3 mm"]}, "crp"),
    "a time that can't be read": ({"fever": [True], "fever__at": [SECRET]}, "fever.at"),
    "a time without a zone": ({"fever": [True], "fever__at": ["2026-11-20T12:00:00"]}, "fever.at"),
    "a time of nobody's life": ({"fever": [True], "fever__at": pa.array([2**60], MOMENT)}, "fever.at"),
    "seconds of nobody's life": ({"clocks__request": pa.array([2**60], pa.timestamp("s", "UTC"))}, "clocks.request"),
    "long ago": ({"clocks__request": pa.array([-(2**62)], MOMENT)}, "clocks.request"),
    "no such reason": ({"fever__reason": [SECRET]}, "fever.reason"),
    "no such state": ({"steps__ct_spine": [SECRET], "steps__ct_spine__at": pa.array([NOON], MOMENT)}, "steps.ct_spine"),
    "a state without a time": ({"steps__ct_spine": ["requested"]}, "steps.ct_spine.at"),
    "a time without a state": ({"steps__ct_spine__at": pa.array([NOON], MOMENT)}, "steps.ct_spine"),
    "declined by nobody": (
        {"steps__ct_spine": ["declined"], "steps__ct_spine__at": pa.array([NOON], MOMENT), "steps__ct_spine__by": [""]},
        "steps.ct_spine",
    ),
    "no such step": ({"not_available": [["ct_spine", SECRET]]}, "not_available"),
    "a step that is null": ({"not_available": pa.array([[None]], pa.list_(pa.string()))}, "not_available"),
    "no such rule": ({"sign_offs": [[{"rule": SECRET, "by": "x", "at": NOON}]]}, "sign_offs"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_record_is_rejected_and_its_value_is_not_repeated(bad):
    columns, place = BAD[bad]
    good = {"patient": ["b"], **{name: pa.nulls(1) for name in columns if name != "patient"}}
    assert assess_batch(PATHWAY, batch(**good), at=NOON, keep=()).results.num_rows == 1
    found = assess_batch(PATHWAY, batch(**{"patient": ["b"], **columns}), at=NOON, keep=(), first_row=5)
    (reject,) = found.rejects.to_pylist()
    assert (reject["record"], reject["column"]) == (5, place)
    assert found.results.num_rows == 0
    assert reject["problem"] and SECRET not in str(reject)


REFUSED = {
    "an unknown column": ({"limb_weaknes": [True]}, "did you mean 'limb_weakness'?"),
    "an unknown column beside a finding": ({"fever__seen": [True]}, "fever.seen"),
    "times without a zone": ({"clocks__request": pa.array([NOON], pa.timestamp("us"))}, "clocks.request: expected timestamps"),
    "days": ({"fever__at": pa.array([NOON.date()])}, "fever.at: expected timestamps"),
    "a quantity without a unit": ({"crp": [3.0]}, "crp: a quantity always has its unit"),
    "numbers for a boolean": ({"fever": [1]}, "fever: expected booleans"),
    "booleans for a number": ({"age_years": [True]}, "age_years: expected numbers"),
    "a list for a choice": ({"sex": [["female"]]}, "sex: expected text"),
    "text for a list": ({"not_available": ["ct_spine"]}, "not_available: expected lists"),
}


@pytest.mark.parametrize("refused", REFUSED)
def test_a_table_that_can_not_be_read_is_refused_as_a_whole(refused):
    columns, message = REFUSED[refused]
    with pytest.raises(CohortError) as error:
        assess_batch(PATHWAY, batch(patient=["a"], **columns), at=NOON)
    assert message in str(error.value)


def test_other_refusals():
    with pytest.raises(CohortError, match="no such column") as error:
        columns_of(PATHWAY, batch(**{SECRET: ["1"]}).schema)
    assert SECRET not in str(error.value)
    with pytest.raises(CohortError, match="the unit of the column"):
        columns_of(PATHWAY, batch({"crp": {"unit": "mm"}}, patient=["a"], crp=[1.0]).schema)
    with pytest.raises(CohortError, match="to keep, but not there: ward"):
        columns_of(PATHWAY, batch(patient=["a"]).schema, ("ward",))
    with pytest.raises(CohortError, match="given twice: patient"):
        columns_of(PATHWAY, pa.schema([("patient", pa.string()), ("patient", pa.string())]))


def test_columns_that_are_kept_are_passed_through():
    made = batch(patient=[7], ward=["B"], sex=["female"], site=["north"])
    row = assess_batch(PATHWAY, made, at=NOON, keep=("site", "ward", "sex")).results.to_pylist()[0]
    assert (row["patient"], row["ward"], row["sex"], row["site"]) == (7, "B", "female", "north")


def test_every_column_of_the_format_is_known():
    known = known_columns(PATHWAY)
    for name in ("patient", "at", "crp", "crp.unit", "crp.at", "fever.reason", "fever.all", "steps.ct_spine.by", "sign_offs"):
        assert name in known
    assert "fever.unit" not in known


def test_several_observations_are_read_as_in_a_case_file():
    seen = [{"value": "3 mg/L", "at": NOON, "source": "ward"}, {"value": 0.3, "unit": "mg/dL"}]
    read = chart_of_row({"patient": "a", "crp.all": seen, "crp": "4 mg/L"}, PATHWAY)
    assert read.entry("crp") == Unknown(WhyUnknown.CONFLICT, "3 observations from 1 source")
    assert chart_of_row({"patient": "a", "crp.all": seen[:1]}, PATHWAY) == chart_of_row(
        {"patient": "a", "crp": "3 mg/L", "crp.at": NOON, "crp.source": "ward"}, PATHWAY
    )
