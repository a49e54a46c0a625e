"""An overlay may tighten a safety-critical step and never loosen it unseen: for any deadline and any urgency that it could set."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spineworkup import Urgency, load_pathway
from spineworkup.errors import RuleError
from tests.small_package import write_overlay, write_package

BASE_HOURS, BASE_TIER = 24, Urgency.SAME_DAY
STEP, RULE = "steps.mri", "steps.mri.indications.mri_now"
TIERS = [tier for tier in Urgency if tier is not Urgency.NONE]
SETS = {
    "hours": st.one_of(st.integers(0, 96), st.sampled_from([23, 24, 25])),
    "tier": st.sampled_from(TIERS),
    "start": st.sampled_from(["suspicion", "request", "onset"]),
    "when": st.sampled_from(["deficit", "ill", "always"]),
}
edits = st.fixed_dictionaries({}, optional=SETS).filter(bool)
# What changes nothing of how safe it is, beside an edit that may.
harmless = st.lists(st.sampled_from([
    f"  - {{what: {STEP}.label, was: MRI, now: Magnetic resonance}}\n",
    "  - {what: findings.fever.label, was: Fever, now: High temperature}\n",
    f"  - {{what: {STEP}.notes.mri_note.text, was: A note, now: Another note}}\n",
]), unique=True)  # fmt: skip


def loosens(edit):
    """Whether an edit makes the MRI less urgent, later, or for somebody else: by the table, not by what is tested."""
    later = edit.get("hours", BASE_HOURS) > BASE_HOURS
    less = edit.get("tier", BASE_TIER).rank < BASE_TIER.rank
    return later or less or edit.get("start", "suspicion") != "suspicion" or edit.get("when", "deficit") != "deficit"


def written(edit):
    yield "set:\n"
    for key, was, now in (
        ("within", f"{BASE_HOURS} h", f"{edit['hours']} h" if "hours" in edit else None),
        ("urgency", BASE_TIER.value, edit["tier"].value if "tier" in edit else None),
        ("from", "suspicion", edit.get("start")),
        ("when", "deficit", edit.get("when")),
    ):
        if now is not None:
            yield f"  - {{what: {RULE}.{key}, was: {was}, now: {now}}}\n"


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return write_package(tmp_path_factory.mktemp("base"))


@settings(max_examples=25, deadline=None)
@given(edits, harmless, st.booleans())
def test_what_loosens_needs_a_waiver_and_nothing_else_does(base, edit, beside, waived):
    text = "".join((*written(edit), *beside))
    if waived:
        text += "waivers: [{step: mri, reason: r, role: medical director, hazard: H-01, expires: 2026-12-31}]\n"
    with TemporaryDirectory() as folder:
        overlay = write_overlay(Path(folder), text)
        if loosens(edit) and not waived:
            with pytest.raises(RuleError, match="weakens the safety-critical step 'mri': .*'mri_now'"):
                load_pathway(base, [overlay])
            return
        pathway = load_pathway(base, [overlay])

    rule = pathway.rules["mri_now"]
    assert (timedelta(hours=edit.get("hours", BASE_HOURS)), edit.get("tier", BASE_TIER)) == (rule.within, rule.urgency)
    assert waived == bool(pathway.waivers)
