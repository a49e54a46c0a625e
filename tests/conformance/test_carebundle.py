"""Synthetic records of others, and the defects that they inject into them: read without a fall, and none of it as "no"."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

carebundle = pytest.importorskip("carebundle", reason="carebundle isn't installed (extra `judges`)")

from spineworkup.entries import Known  # noqa: E402
from spineworkup.errors import FhirError  # noqa: E402
from spineworkup.fhir.from_bundle import Imported, assess_imported, from_bundle  # noqa: E402
from spineworkup.fhir.read_json import read_resource  # noqa: E402
from tests.fhir.records import pathway  # noqa: E402

pytestmark = pytest.mark.conformance
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
CASES = [(profile, seed) for profile in carebundle.PROFILES for seed in range(4)]
DEFECTS = ("missing_field", "duplicate_entry", "out_of_order_timestamp", "unparseable_value", "unknown_code_system")


def clean(profile: str, seed: int) -> dict[str, Any]:
    return json.loads(carebundle.to_json(carebundle.generate_bundle(profile=profile, seed=seed)), parse_float=Decimal)


def read(records: dict[str, Any]) -> Imported:
    return from_bundle(read_resource(json.dumps(records, default=float)), pathway(), at=AT)


@pytest.mark.parametrize(("profile", "seed"), CASES)
def test_a_clean_record(profile: str, seed: int):
    records = clean(profile, seed)
    result = read(records)

    assert len(records["entry"]) == len(result.report.lines) == sum(result.report.counts.values())
    assert result.patient.startswith("urn:uuid:")
    assert {"age_years", "sex", "haemoglobin", "creatinine"} <= set(result.chart.facts)
    assert () == result.report.conflicting


@pytest.mark.parametrize(("profile", "seed"), CASES)
def test_every_number_is_one_that_a_laboratory_sent(profile: str, seed: int):
    """By the codes and units that the generator wrote, and not by ours."""
    records = clean(profile, seed)
    sent = {
        (one["valueQuantity"]["code"], Decimal(str(one["valueQuantity"]["value"])))
        for one in (entry["resource"] for entry in records["entry"])
        if "valueQuantity" in one
    }
    known = [entry for entry in read(records).chart.entries.values() if isinstance(entry, Known) and entry.reported]

    assert known
    for entry in known:
        assert any(entry.reported.value == value for _, value in sent)


def is_refused(dirty: dict[str, Any], injected: Any) -> bool:
    """Return whether the patient stands there twice, under two addresses: who says that they are one? There is no chart."""
    if not any(one.kind == "duplicate_entry" and one.resource_type == "Patient" for one in injected):
        return False
    with pytest.raises(FhirError, match="more than one patient"):
        read(dirty)
    return True


@pytest.mark.parametrize("defect", [*DEFECTS, "all"])
@pytest.mark.parametrize(("profile", "seed"), CASES)
def test_a_messy_record(profile: str, seed: int, defect: str):
    rates = dict.fromkeys(DEFECTS if defect == "all" else [defect], 0.4)
    dirty, injected = carebundle.inject_defects(clean(profile, seed), carebundle.Imperfection(**rates), seed=seed)
    if is_refused(dirty, injected):
        return
    result = read(dirty)
    lines = result.report.lines

    assert injected
    assert len(dirty["entry"]) == len(lines) == sum(result.report.counts.values())
    assert False not in result.chart.facts.values(), "something missing was read as absent"
    assert "none" not in result.chart.facts.values()
    for one in injected:
        if one.kind in ("unparseable_value", "unknown_code_system") and one.resource_type == "Observation":
            assert "used" != lines[one.entry_index].outcome
    assess_imported(result, pathway(), at=AT)


@pytest.mark.parametrize(("profile", "seed"), CASES)
def test_a_record_sent_twice_says_the_same(profile: str, seed: int):
    records = clean(profile, seed)
    dirty, injected = carebundle.inject_defects(records, carebundle.Imperfection(duplicate_entry=0.5), seed=seed)

    assert is_refused(dirty, injected) or read(records).chart.facts == read(dirty).chart.facts
