"""What an overlay says of its place and of the base and the profile that it fits: read whole, and every mistake at its line."""

from datetime import time

import pytest
from attrs import evolve

from spineworkup import load_pathway
from spineworkup.errors import RuleError
from spineworkup.place import ClosedHours, Contact
from spineworkup.reading.find_lints import lints_of
from tests.small_package import OVERLAY, write_overlay, write_package

HEAD = len(OVERLAY.splitlines())
CONTACT = "{id: on_call, who: on-call radiologist, number: 07700 900103, reached: at night, steps: [mri]}"
HOURS = '{step: mri, from: "20:00", to: "08:00", zone: Europe/London, says: nobody is there, call: on_call}'
DIFFERENCE = "{label: radiograph, text: First., cites: [{source: local}], verification: secondary}"
PLACE = f"""\
place:
  name: Here
  differs: [{DIFFERENCE}]
  contacts: [{CONTACT}]
  closed: [{HOURS}]
add: {{sources: {{local: {{title: Local advice}}}}}}
"""


def load(folder, *texts):
    name = write_package(folder / "base")
    return load_pathway(name, [write_overlay(folder / f"o{n}", *text) for n, text in enumerate(texts)])


def problems_of(folder, *texts):
    with pytest.raises(RuleError) as caught:
        load(folder, *texts)
    return [
        (f"{p.position.line - HEAD}:{p.position.column}", p.message + (f" ({p.hint})" if p.hint else ""))
        for p in caught.value.problems
    ]


def test_a_place_is_read_whole(tmp_path):
    (place,) = load(tmp_path, (PLACE,)).local

    assert ("Here", "site", "test") == (place.name, place.overlay, place.adapts)
    assert (Contact("on_call", "on-call radiologist", "07700 900103", "at night", ("mri",)),) == place.contacts
    assert (ClosedHours("mri", time(20), time(8), "Europe/London", "nobody is there", "on_call"),) == place.closed
    assert "Here; differs from the TEST pathway: radiograph" == place.words


def test_the_hash_covers_everything_that_a_place_says(tmp_path):
    pathway = load(tmp_path, (PLACE,))
    (place,) = pathway.local
    (contact,), (hours,), (difference,) = place.contacts, place.closed, place.differs
    changed = [evolve(place, name="There"), evolve(place, contacts=()), evolve(place, closed=()), evolve(place, differs=())]
    changed += [evolve(place, contacts=(evolve(contact, **{key: "x"}),)) for key in ("id", "who", "number", "reached", "steps")]
    changed += [evolve(place, closed=(evolve(hours, **{key: "x"}),)) for key in ("step", "closes", "opens", "zone", "says", "call", "days")]
    changed += [evolve(place, differs=(evolve(difference, **{key: "x"}),)) for key in ("label", "text", "cites", "verification")]
    hashes = {pathway.hash, *(evolve(pathway, local=(one,)).hash for one in changed), evolve(pathway, local=()).hash}

    assert 2 + len(changed) == len(hashes)


def test_a_difference_counts_as_citing_its_source(tmp_path):
    named = [lint for lint in lints_of(load(tmp_path, (PLACE,)), None) if "local" in str(lint)]

    assert [] == named


MISTAKES = [
    ("place: Here", "1:8", "expected a mapping of keys and values"),
    ("place: {}", "1:8", "missing key 'name'"),
    ("place: {name: Here, overlay: other}", "1:21", "unknown key 'overlay'"),
    ("place: {name: Here, contcts: []}", "1:21", "unknown key 'contcts' (did you mean 'contacts'?)"),
    (PLACE.replace("cites: [{source: local}]", "cites: []"), "3:13", "a difference needs `cites` (the source that says otherwise)"),
    (PLACE.replace("source: local}]", "source: lokal}]"), "3:64", "unknown source 'lokal' (did you mean 'local'?)"),
    (PLACE.replace("source: local}]", "source: old}]"), "3:64", "the source 'old' is withdrawn (cite what replaced it)"),
    (PLACE.replace("steps: [mri]", "steps: [mrii]"), "4:103", "unknown step 'mrii' (did you mean 'mri'?)"),
    (PLACE.replace("07700 900103", "ask the ward"), "4:62", "a contact needs a number to call"),
    (PLACE.replace(f"[{CONTACT}]", f"[{CONTACT}, {CONTACT}]"), "4:14", "the contact 'on_call' is there twice"),
    (PLACE.replace("step: mri,", "step: mrii,"), "5:19", "unknown step 'mrii' (did you mean 'mri'?)"),
    (PLACE.replace("call: on_call", "call: on_cal"), "5:102", "unknown contact 'on_cal' (did you mean 'on_call'?)"),
    (PLACE.replace("20:00", "24:00"), "5:30", 'expected a time of the day (such as "08:00", from "00:00" to "23:59")'),
    (PLACE.replace("from:", "form:"), "5:24", "unknown key 'form' (did you mean 'from'?)"),
    (PLACE.replace('to: "08:00", ', ""), "5:12", "missing key 'to'"),
    (PLACE.replace("Europe/London", "Europe/Londres"), "5:58", "unknown time zone 'Europe/Londres'"),
    (PLACE.replace("Europe/London", "../etc"), "5:58", "unknown time zone '../etc'"),
    (PLACE.replace("Europe/London", "Europe"), "5:58", "unknown time zone 'Europe'"),
    (PLACE.replace("step: mri,", "step: mri, days: [sun, sunday],"), "5:36", "unknown day 'sunday' (one of mon, tue, wed, thu, fri, sat, sun)"),
    (PLACE.replace("20:00", "08:00"), "5:12", "'mri' never opens (what is never available is no matter of hours)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "message"), MISTAKES, ids=[row[2][:50] for row in MISTAKES])
def test_every_mistake_has_its_place(tmp_path, text, place, message):
    found = problems_of(tmp_path, (text + "\n",))

    assert any(place == at and message in says for at, says in found), found


US = OVERLAY.replace("profile: site", "profile: us").replace("overlay: site", "overlay: us")


def test_one_jurisdiction_at_a_time(tmp_path):
    for number, texts in enumerate([[("",), ("", US)], [("", US), ("",)]]):
        (problem,) = problems_of(tmp_path / str(number), *texts)
        assert "are of two jurisdictions (one at a time)" in problem[1]
        assert "the overlay 'us' (profile 'us')" in problem[1] and "the overlay 'site' (profile 'site')" in problem[1]


def test_several_overlays_of_one_jurisdiction(tmp_path):
    pathway = load(tmp_path, (PLACE,), ("stands_on: site\nplace: {name: A ward}\n", OVERLAY.replace("overlay: site", "overlay: ward")))

    assert [("site", "test"), ("ward", "site")] == [(place.overlay, place.adapts) for place in pathway.local]


@pytest.mark.parametrize("head", [OVERLAY, OVERLAY.replace("profile: site", "profile: uk")])
def test_an_overlay_says_on_which_profile_it_stands(tmp_path, head):
    assert load(tmp_path / "right", ("stands_on: test\n", head)).overlays
    (problem,) = problems_of(tmp_path / "wrong", ("stands_on: us\n", head))

    assert "stands on the profile 'us', not on 'test' (lay it over an overlay of that profile)" in problem[1]
    assert "1:12" == problem[0]


def test_the_shipped_hospital_does_not_stand_on_us_advice():
    assert ("example_hospital",) == load_pathway(overlays=["example_hospital"]).overlays
    with pytest.raises(RuleError, match="are of two jurisdictions"):
        load_pathway(overlays=["us", "example_hospital"])


def test_an_overlay_says_for_which_base_it_was_written(tmp_path):
    base = load_pathway(write_package(tmp_path / "base"))
    for number, named in enumerate([base.version, base.hash, f"0.9.0, {base.version}"]):
        assert load(tmp_path / str(number), (f"requires_base: [{named}]\n",)).overlays

    (problem,) = problems_of(tmp_path / "other", (f"requires_base: [0.9.0, sha256:{'0' * 64}]\n",))
    assert "1:16" == problem[0]
    assert f"the overlay 'site' was not written for this base: version '1.0.0', {base.hash}" in problem[1]


def test_the_base_is_that_without_other_overlays(tmp_path):
    base = load_pathway(write_package(tmp_path / "base"))

    assert load(tmp_path, (PLACE,), (f"requires_base: ['{base.hash}']\n",)).overlays == ("site", "site")
