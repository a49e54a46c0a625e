"""`spineworkup check`: whatever a path names is read and everything wrong is named, and nothing but our errors leaves."""

import os
import shutil
from datetime import date
from functools import cache
from importlib.resources import files

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spineworkup.errors import RuleError, SpineWorkupError
from spineworkup.reading import find_packages
from spineworkup.reading.check_paths import check_path, check_shipped
from spineworkup.reading.find_packages import names, rules_root, shown, yaml_files
from spineworkup.reading.load import load_pathway
from spineworkup.reading.read_case import case_document, read_case
from tests.small_package import FILES, changed, write_overlay, write_package


def told(problems):
    return [f"{p.position.line}:{p.position.column}: {p.message}" for p in problems]


def test_the_shipped_rules_have_no_mistakes():
    """Nor lints that need no solver, on the day of their revision."""
    assert [] == [str(problem) for problem in check_shipped(today=load_pathway().revised)]


@pytest.mark.parametrize("relative", [False, True], ids=["absolute", "relative"])
def test_one_file_of_a_package_is_checked_with_the_others(tmp_path, monkeypatch, relative):
    write_package(tmp_path, steps__mri=changed("steps/mri", "when: deficit", "when: deficits"), steps__ct="ct: {lable: CT}\n")
    monkeypatch.chdir(tmp_path)
    folder = tmp_path.relative_to(tmp_path) if relative else tmp_path

    assert ["9:13: unknown finding or criterion 'deficits'"] == told(check_path(folder / "steps" / "mri.yaml"))
    assert ["1:5: missing key 'label'", "1:6: unknown key 'lable'"] == told(check_path(folder / "steps" / "ct.yaml"))
    assert [] == told(check_path(folder / "criteria.yaml"))
    assert 3 == len(check_path(folder))


def test_the_cases_of_a_package_are_checked_with_it(tmp_path):
    cases = FILES["steps/ct.cases.yaml"] + "- {case: three, findings: {fevr: present}}\n"
    write_package(tmp_path, **{"steps__ct.cases": cases}, cases__case="case: a\nfindings: {power: 9}\n")

    assert ["3:28: unknown finding 'fevr'"] == told(check_path(tmp_path / "steps" / "ct.cases.yaml"))
    assert ["2:19: power: an implausible value is not used: it counts as not known"] == told(
        check_path(tmp_path / "cases" / "case.yaml")
    )
    assert 2 == len(check_path(tmp_path))


def test_cases_of_a_package_that_cannot_be_read_are_left(tmp_path):
    write_package(tmp_path, steps__ct="ct: {}\n", cases__case="case: [\n")

    assert ["1:5: missing key 'label'"] == told(check_path(tmp_path))
    assert ["1:5: missing key 'label'"] == told(check_path(tmp_path / "steps" / "ct.cases.yaml"))


def test_an_overlay_by_its_folder_and_by_its_file(tmp_path):
    """The base is one of the library's."""
    head = "overlay: site\nbase: metastatic_spine\ntitle: A\nprofile: a\nrevised: 2026-11-02\nreview_by: 2027-11-02\nreason: b\n"
    write_overlay(tmp_path, "remove: [{what: steps.nothing, reason: r}]\n", head)

    expected = ["8:17: the base has no 'nothing' in steps"]
    assert expected == told(check_path(tmp_path)) == told(check_path(tmp_path / "overlay.yaml"))
    write_overlay(tmp_path, "", head)
    assert [] == told(check_path(tmp_path))
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "a.yaml").write_text("findings: {nothing: present}")
    assert ["1:12: unknown finding"] == told(check_path(tmp_path))
    write_overlay(tmp_path, "", head.replace("metastatic_spine", "nowhere"))
    assert ["1:1: no rule package here: it would hold a file package.yaml"] == told(check_path(tmp_path))
    write_overlay(tmp_path, "", head.replace("metastatic_spine", "[]"))
    assert ["2:7: expected text"] == told(check_path(tmp_path))


def test_a_folder_of_anything(tmp_path):
    (tmp_path / "a.yaml").write_text("case: a\nfindings: {limb_weakness: yes}\n")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "b.yaml").write_text("findings: {limb_weaknes: present}\n")
    (tmp_path / "notes.txt").write_text("not read")

    assert ["2:27: limb_weakness: expected present, absent or unknown", "1:12: unknown finding 'limb_weaknes'"] == told(check_path(tmp_path))


def test_a_folder_of_packages_and_overlays(tmp_path):
    """Each is checked as a whole; a link that leads back up is left."""
    write_package(tmp_path / "package", steps__ct="ct: {}\n")
    write_overlay(tmp_path / "site", "remove: [{what: steps.nothing, reason: r}]\n", "base: metastatic_spine\n")
    (tmp_path / "site" / "up").symlink_to(tmp_path)
    (tmp_path / "up").symlink_to(tmp_path)

    assert sorted([*told(check_path(tmp_path / "package")), *told(check_path(tmp_path / "site"))]) == sorted(told(check_path(tmp_path)))


def test_rules_are_looked_through_once_however_many_of_their_files_are_checked(tmp_path):
    """A solver is slow. The steps alone are a folder of many files."""
    seen = []
    write_package(tmp_path)

    assert [] == check_path(tmp_path / "steps", more=lambda pathway: seen.append(pathway.id) or [])
    assert ["small"] == seen


def test_the_day_and_further_lints_reach_all_shipped_rules():
    """Each package, and each overlay on its base."""
    seen = []
    found = check_shipped(today=date(2030, 1, 1), more=lambda pathway: seen.append(pathway.overlays) or [])
    late = [problem for problem in found if problem.message.startswith("past_review: ")]

    # The example of a hospital changes no rule.
    assert [(), ("us",)] == seen
    assert {"rules/metastatic_spine/package.yaml", "rules/overlays/us/overlay.yaml"} <= {problem.position.file for problem in late}
    assert all("^" in problem.excerpt for problem in late)
    assert len(load_pathway().rules) + 1 + 2 == len(late)


ONCE = cache(load_pathway)


@pytest.fixture
def loaded_once(monkeypatch):
    monkeypatch.setattr("spineworkup.reading.check_paths.load_pathway", lambda name, overlays=(): ONCE(name, tuple(overlays)))


STANDING_ALONE = [
    ("a case", "case: a\nfindings: {limb_weakness: present}\n", []),
    ("a case as JSON", '{"case": "a", "findings": {"limb_weakness": true}}', []),
    ("a case that asks for an overlay", "overlays: [us]\nfindings: {}\n", []),
    ("a case that asks for none that is", "overlays: [atlantis]\nfindings: {}\n", ["1:12: unknown overlay"]),
    ("a finding", "cough: {label: Cough, kind: boolean}\n", []),
    ("a criterion", "bad: {label: Bad, when: limb_weaknes}\n", ["1:25: unknown finding or criterion 'limb_weaknes'"]),
    ("a step", "walk: {label: Walk, checks: [limb_weaknes]}\n", ["1:30: unknown finding 'limb_weaknes'"]),
    ("a step at a pause", "walk: {label: Walk, pause: imaging}\n", []),
    ("a step at no pause", "walk: {label: Walk, pause: imagin}\n", ["1:28: unknown pause 'imagin'"]),
    ("two that wait for each other", "a: {label: A, prerequisites: [{step: b}]}\nb: {label: B, prerequisites: [{step: a}]}\n", ["1:1: the order of work goes in a circle: a -> b -> a"]),
    ("an id", "Walk: {label: Walk}\n", ["1:1: the id 'Walk' isn't snake_case"]),
    ("rules with a slip", "cough: {label: Cough, kind: boolean}\ncough: {label: Cough, kind: boolean}\n", ["2:1: duplicate key"]),
    ("nothing", "", ["1:1: the file is empty"]),
    ("text", "text", ["1:1: expected a mapping with keys such as case, clocks and findings"]),
    ("an empty mapping", "{}", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in STANDING_ALONE], ids=[row[0] for row in STANDING_ALONE])
def test_a_file_that_stands_alone(tmp_path, loaded_once, text, expected):
    file = tmp_path / "file.yaml"
    file.write_text(text)

    assert expected == told(check_path(file))


@pytest.mark.parametrize("value", ["XQ7canary", "&a XQ7canary", "!XQ7canary x", "[XQ7canary"])
@pytest.mark.parametrize("name", ["steps__ct.cases", "cases__case"])
def test_nothing_of_a_case_is_repeated_whatever_is_wrong_with_it(tmp_path, name, value):
    entry = f"{{case: one, findings: {{fever: {value}}}}}\n"
    write_package(tmp_path, **{name: f"- {entry}" if "steps" in name else entry})

    found = check_path(tmp_path)
    assert found and "canary" not in "".join(map(str, found)) + "".join(problem.excerpt for problem in found)


def test_what_is_not_there(tmp_path):
    assert [f"{tmp_path}/nothing:1:1: there is no such file or folder"] == [str(p) for p in check_path(tmp_path / "nothing")]


def test_a_checkout_reads_its_own_rules():
    """An editable install has no copy of them: edits count at once."""
    assert not (files("spineworkup") / "rules").is_dir()
    assert str(rules_root()).endswith(os.path.join("rules")) and "metastatic_spine" in names(rules_root(), "package.yaml")


def test_a_library_without_rules_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(find_packages, "__file__", str(tmp_path / "a" / "b" / "c" / "d.py"))
    monkeypatch.setattr(find_packages, "files", lambda _: tmp_path / "nothing")
    getattr(rules_root, "cache_clear", lambda: None)()

    with pytest.raises(RuleError, match="the library was installed without its rules"):
        rules_root()


def test_names_of_files_in_messages(tmp_path):
    assert "rules/overlays" == shown(rules_root() / "overlays")
    assert str(tmp_path) == shown(tmp_path)
    assert [] == yaml_files(tmp_path / "nothing")


CANARY = "XQ7canary"
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)
keys = st.sampled_from(
    [
        "case", "findings", "clocks", "steps", "age_years", "sex", "not_available", "sign_offs", "at", "source", "overlays",
        "limb_weakness", "calcium_total", "suspicion", "mri_whole_spine", "state", "value", "reason", "by", "rule", "expect",
    ]
)  # fmt: skip
near = st.recursive(
    junk | st.sampled_from(["present", "2.95 mmol/L", "2026-11-20T09:00:00+00:00", "declined", "us", "mri_whole_spine"]),
    lambda inner: st.dictionaries(keys, inner, max_size=4) | st.lists(inner, max_size=3),
    max_leaves=20,
)


@pytest.fixture(scope="module")
def shipped():
    return load_pathway()


def ours_only(make):
    try:
        make()
    except SpineWorkupError as error:
        assert CANARY not in str(error)


@given(st.binary(max_size=100) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_as_a_case(shipped, raw):
    ours_only(lambda: read_case(case_document(raw, "x"), shipped))


@given(st.dictionaries(keys, near, max_size=5))
@settings(max_examples=80)
def test_any_data_as_a_case(shipped, data):
    text = yaml.safe_dump(data, allow_unicode=True)

    ours_only(lambda: read_case(case_document(text, "x"), shipped))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("package")
    write_package(folder)
    return folder


rule_keys = st.sampled_from(
    [
        "mri", "label", "indications", "contraindications", "cautions", "id", "when", "says", "urgency", "within", "from",
        "cites", "source", "at", "review_by", "absolute", "checks", "prerequisites", "step", "unless", "items", "findings",
        "kind", "options", "unit", "also", "plausible", "low", "high", "derived", "by", "inputs", "of", "bands", "band",
        "pauses", "compose", "then", "otherwise", "criterion", "do", "purposes", "steps", "needs", "any_of", "count", "not",
    ]
)  # fmt: skip
rule_like = st.recursive(
    junk | st.sampled_from(["deficit", "fever", "24 h", "suspicion", "2027-01-01", "guide", "mri", "boolean", "additive", "grade"]),
    lambda inner: st.dictionaries(rule_keys, inner, max_size=5) | st.lists(inner, max_size=3),
    max_leaves=25,
)
RULE_FILES = ["package", "sources", "findings/all", "criteria", "scores/points", "steps/ct", "options", "pathway", "overlay"]


@pytest.mark.parametrize("name", RULE_FILES)
@given(data=st.dictionaries(rule_keys, rule_like, max_size=4))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_data_as_a_rule_file(folder, name, data):
    file = folder / f"{name}.yaml"
    before = FILES.get(f"{name}.yaml")
    file.write_text(yaml.safe_dump(data, allow_unicode=True))
    try:
        check_path(folder) if before else ours_only(lambda: load_pathway(f"{folder}/", [f"{folder}/"]))
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before)


@pytest.mark.parametrize("name", RULE_FILES[:-1])
@given(data=st.data())
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_rule_file_with_one_thing_exchanged(folder, name, data):
    """Anything in the place of anything: either it is read or it is named."""
    from tests.reading.plain import plain

    whole = plain(yaml.load(FILES[f"{name}.yaml"], yaml.CBaseLoader))
    places = list(_places(whole))
    path = data.draw(st.sampled_from(places))
    value = data.draw(rule_like)
    file = folder / f"{name}.yaml"
    holder = whole
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    file.write_text(yaml.safe_dump(whole, allow_unicode=True))
    try:
        check_path(folder)
    finally:
        file.write_text(FILES[f"{name}.yaml"])


def _places(data, path=()):
    if path:
        yield path
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        yield from _places(value, (*path, key))


def test_a_copy_of_the_shipped_rules_is_checked_as_well(tmp_path):
    shutil.copytree(str(rules_root() / "metastatic_spine"), tmp_path / "copy")

    assert [] == [str(problem) for problem in check_path(tmp_path / "copy")]


def test_a_case_beside_an_overlay_may_use_what_the_overlay_adds(tmp_path):
    """Whether or not it names it."""
    head = "overlay: site\nbase: metastatic_spine\ntitle: A\nprofile: us\nrevised: 2026-11-02\nreview_by: 2027-11-02\nreason: b\n"
    write_overlay(tmp_path, "add: {findings: {local: {label: Local, kind: boolean, ask: Local}}}\n", head)
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "a.yaml").write_text("findings: {local: present}")
    (tmp_path / "cases" / "b.yaml").write_text("overlays: [us]\nfindings: {local: yes}")

    assert ["2:19: local: expected present, absent or unknown"] == [line for line in told(check_path(tmp_path)) if "unused" not in line]
