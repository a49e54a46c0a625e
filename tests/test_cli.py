"""The command line: exit codes, one readable line for each mistake, never a traceback, never a patient's value."""

import io
import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from spineworkup import load_pathway
from spineworkup.cli import build_parser, main
from spineworkup.reading.find_packages import rules_root
from tests.small_package import changed, write_package

CASES = Path(str(rules_root())) / "metastatic_spine" / "cases"
C01 = str(CASES / "c01.yaml")
ONCE = cache(load_pathway)
COMMANDS = tuple(build_parser()[1].names)
PATHWAY = ONCE("metastatic_spine", ())
AT = "2026-11-20T10:00:00+00:00"
CASE = f"""\
case: example-1
age_years: 67
clocks: {{suspicion: 2026-11-20T09:00:00+00:00}}
findings:
  cancer_history: current
  limb_weakness: {{value: present, at: 2026-11-20T08:30:00+00:00, source: "referral letter"}}
  calcium_total: 2.95 mmol/L
steps:
  mri_whole_spine: {{state: requested, at: {AT}}}
"""


@pytest.fixture
def case(tmp_path):
    file = tmp_path / "case.yaml"
    file.write_text(CASE)
    return str(file)


@pytest.fixture
def run(capsys):
    def run(*arguments):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:  # argparse
            code = stop.code
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


def given(monkeypatch, text):
    raw = text.encode() if isinstance(text, str) else text
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch):
    """The same rules for many runs."""

    def load(name="metastatic_spine", overlays=()):
        return ONCE(name, tuple(overlays))

    monkeypatch.setattr("spineworkup.commands.cases.load_pathway", load)
    monkeypatch.setattr("spineworkup.commands.show.load_pathway", load)
    monkeypatch.setattr("spineworkup.commands.rules.load_pathway", load)
    monkeypatch.setattr("spineworkup.cli.load_pathway", load)
    monkeypatch.setattr("spineworkup.reading.check_paths.load_pathway", load)


def skip_without_extra(err):
    if "install the extra" in err:
        pytest.skip(err)


def test_assess_as_text(run, case):
    code, out, err = run("assess", case, "--at", AT)

    assert (0, "") == (code, err)
    assert "Immediate: contact now" in out and "example-1" in out


JSON_KEYS = {"pathway", "at", "case", "urgency", "items", "questions", "scores", "notices", "receipt"}
ITEM_KEYS = {
    "step", "label", "status", "urgency", "due", "overdue", "clear_to_proceed", "instead", "reasons", "against", "questions",
}  # fmt: skip


def test_assess_as_json(run, case):
    code, out, err = run("assess", case, "--at", AT, "--format", "json")
    data = json.loads(out)
    items = {item["step"]: item for item in data["items"]}

    assert (0, "") == (code, err)
    assert data.keys() >= JSON_KEYS and all(item.keys() >= ITEM_KEYS for item in data["items"])
    assert ("example-1", {"lowest": "immediate", "highest": "immediate"}) == (data["case"], data["urgency"])
    assert set(load_pathway().steps) == items.keys()
    assert "2026-11-21T09:00:00+00:00" == items["mri_whole_spine"]["due"]
    assert data["pathway"].keys() >= {"id", "version", "hash", "overlays"}


def test_the_same_case_as_json_from_standard_input(run, case, monkeypatch):
    expected = run("assess", case, "--at", AT, "--format", "json")[1]
    text = json.dumps(
        {
            "case": "example-1",
            "age_years": 67,
            "clocks": {"suspicion": "2026-11-20T09:00:00+00:00"},
            "findings": {
                "cancer_history": "current",
                "limb_weakness": {"value": True, "at": "2026-11-20T08:30:00+00:00", "source": "referral letter"},
                "calcium_total": "2.95 mmol/L",
            },
            "steps": {"mri_whole_spine": {"state": "requested", "at": AT}},
        }
    )
    for written in (text, "\ufeff" + text, CASE):
        given(monkeypatch, written)

        assert (0, expected, "") == run("assess", "-", "--at", AT, "--format", "json")


def test_the_moment_is_given_or_that_of_the_case_or_now(run, case):
    for arguments, at in (([C01], "2026-11-20T10:00:00+00:00"), ([C01, "--at", "2026-11-21T10:00:00+00:00"], "2026-11-21T10:00:00+00:00")):
        assert at == json.loads(run("assess", *arguments, "--format", "json")[1])["at"]
    assert json.loads(run("assess", case, "--format", "json")[1])["at"] > "2026-01-01"


def test_an_overlay_is_named_on_the_output(run, case):
    out = run("assess", case, "--at", AT, "--overlay", "us", "--format", "json")[1]

    assert ["us"] == json.loads(out)["pathway"]["overlays"]
    assert ["us"] == json.loads(run("assess", CASES / "c18_us.yaml", "--overlay", "us", "--format", "json")[1])["pathway"]["overlays"]


def test_explain(run, case):
    code, out, err = run("explain", case, "mri_whole_spine", "--at", AT)

    assert (0, "") == (code, err)
    assert "MRI of the whole spine" in out and "ng234" in out and "Limb weakness" in out


@pytest.mark.parametrize("step", sorted(PATHWAY.steps))
def test_every_step_can_be_explained(run, step):
    code, out, err = run("explain", C01, step)

    assert (0, "") == (code, err) and PATHWAY.steps[step].label in out


@pytest.mark.parametrize(("what", "ids"), [("steps", PATHWAY.steps), ("findings", PATHWAY.findings), ("rules", PATHWAY.rules)])
def test_lists(run, what, ids):
    code, out, err = run(what)

    assert (0, "") == (code, err)
    assert [] == [id_ for id_ in ids if id_ not in out]
    assert 0 == run(what, "--overlay", "us")[0]


@pytest.mark.parametrize(
    ("suffix", "blank"), [("txt", False), ("txt", True), ("md", False), ("HTML", False), ("html", True), ("pdf", False)]
)
def test_print(run, case, tmp_path, suffix, blank):
    target = tmp_path / f"out.{suffix}"
    code, out, err = run("print", *([] if blank else [case]), "--to", target, "--at", AT, "--paper", "letter")
    skip_without_extra(err)

    assert (0, f"Written: {target}\n", "") == (code, out, err)
    content = target.read_bytes()
    if suffix == "pdf":
        assert content.startswith(b"%PDF")
    else:
        assert ("example-1" in content.decode()) is not blank
        assert "MRI" in content.decode()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["assess", "nothing.yaml"], "error: nothing.yaml: no such file or directory"),
        (["assess", "."], "error: .: is a directory"),
        (["assess", C01, "--at", "2026-11-20T10:00:00"], "error: --at: expected a date and time with a time zone, such as"),
        (["assess", C01, "--at", "now"], "error: --at: expected a date and time with a time zone"),
        (["assess", C01, "--at", ""], "error: --at: expected a date and time with a time zone"),
        (["assess", C01, "--overlay", "uss"], "uss:1:1: no overlay here: it would hold a file overlay.yaml (did you mean 'us'?)"),
        (["explain", C01, "mri_whole_spin"], "error: unknown step 'mri_whole_spin' (did you mean 'mri_whole_spine'?)"),
        (["explain", C01, "zzz"], "error: unknown step (`spineworkup steps` lists them)"),
        (["print", C01, "--to", "out.doc"], "error: out.doc: expected a name that ends in .pdf, .html, .txt, .md"),
        (["print", C01, "--to", "nothing/out.txt"], "error: nothing/out.txt: no such file or directory"),
        (["asess", C01], "error: unknown command 'asess' (did you mean 'assess'?)"),
        (["zzz"], "error: unknown command 'zzz' (there are: assess, print"),
        (["assess"], "the following arguments are required: CASE"),
        (["assess", C01, "--format", "xml"], "invalid choice: 'xml'"),
        (["print"], "the following arguments are required: --to"),
        (["print", "--to", "x.pdf", "--paper", "a3"], "invalid choice: 'a3'"),
        (["completion", "tcsh"], "invalid choice: 'tcsh'"),
        ([], "COMMAND"),
        (["steps", "--overlay", "nowhere"], "nowhere:1:1: no overlay here"),
    ],
)  # fmt: skip
def test_bad_input_is_2_and_says_what_would_be_right(run, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)

    assert (2, "") == (code, out)
    assert message in err


@pytest.mark.parametrize(
    "raw",
    [
        "", "- a", "text", "{", "case: [", "a: &x 1", "[" * 100_000, "x: \x00", "findings: {limb_weakness: yes}", b"\xff\xfe",
        "findings: {calcium_total: 2.95}", "findings: {nothing: present}", '{"case": "a", "case": "b"}', "overlays: [../../etc]",
    ],
    ids=lambda raw: repr(raw)[:25],
)  # fmt: skip
def test_a_bad_case_is_2_with_its_place(run, monkeypatch, raw):
    given(monkeypatch, raw)
    code, out, err = run("assess", "-", "--at", AT)
    lines = err.splitlines()

    assert (2, "") == (code, out)
    assert lines[0].startswith("standard input:") and lines[-1].endswith(("1 problem", "problems"))


def test_an_implausible_value_is_a_warning(run, monkeypatch):
    given(monkeypatch, "findings: {calcium_total: 29.5 mmol/L}")
    code, out, err = run("assess", "-", "--at", AT)

    assert 0 == code and "29.5" not in err
    assert err.startswith("warning: standard input:1:27: calcium_total: an implausible value is not used")
    assert "implausible" in out


def test_check(run, tmp_path):
    write_package(tmp_path / "good")
    write_package(tmp_path / "bad", steps__mri=changed("steps/mri", "urgency: same_day", "urgency: sameday"))

    assert (0, f"No problems in {tmp_path}/good\n", "") == run("check", tmp_path / "good")
    code, out, err = run("check", tmp_path / "good", tmp_path / "bad", tmp_path / "nothing")
    assert (1, "") == (code, out)
    assert f"{tmp_path}/bad/steps/mri.yaml:11:16: unknown urgency 'sameday' (did you mean 'same_day'?)\n  11 |       urgency: sameday\n     |                ^^^^^^^\n" in err
    assert f"{tmp_path}/nothing:1:1: there is no such file or folder\n2 problems\n" in err


def test_check_of_the_shipped_rules(run, monkeypatch):
    """What is checked is tested with the reading."""
    monkeypatch.setattr("spineworkup.commands.rules.check_shipped", lambda **_: [])
    assert (0, "No problems in the shipped rules\n", "") == run("check")


CANARY = "XQ7canary"
EVERYWHERE = {
    "case": f"case: [{CANARY}]",
    "key": f"{CANARY}: 1",
    "finding": f"findings: {{{CANARY}: present}}",
    "boolean": f"findings: {{limb_weakness: {CANARY}}}",
    "choice": f"findings: {{cancer_history: {CANARY}}}",
    "number": f"findings: {{lowest_mrc_power: {CANARY}}}",
    "quantity": f"findings: {{calcium_total: {CANARY} mmol/L}}",
    "unit": f"findings: {{calcium_total: 2.95 {CANARY}}}",
    "observation": f"findings: {{limb_weakness: {{value: {CANARY}}}}}",
    "observation key": f"findings: {{limb_weakness: {{{CANARY}: present}}}}",
    "time": f"findings: {{limb_weakness: {{value: present, at: {CANARY}}}}}",
    "source": f"findings: {{limb_weakness: {{value: yes, source: {CANARY}}}}}",
    "reason": f"findings: {{limb_weakness: {{value: null, reason: {CANARY}}}}}",
    "second observation": f"findings: {{limb_weakness: [present, {{value: {CANARY}}}]}}",
    "top": f"age_years: {CANARY}",
    "sex": f"sex: {CANARY}",
    "clock": f"clocks: {{suspicion: {CANARY}}}",
    "clock name": f"clocks: {{{CANARY}: {AT}}}",
    "step": f"steps: {{{CANARY}: {{state: requested, at: {AT}}}}}",
    "state": f"steps: {{mri_whole_spine: {{state: {CANARY}, at: {AT}}}}}",
    "step time": f"steps: {{mri_whole_spine: {{state: requested, at: {CANARY}}}}}",
    "step reason": f"steps: {{mri_whole_spine: {{state: declined, at: {AT}, reason: {CANARY}}}}}",
    "step by": f"steps: {{mri_whole_spine: {{state: declined, at: soon, by: {CANARY}, reason: {CANARY}}}}}",
    "not available": f"not_available: [{CANARY}]",
    "not available, text": f"not_available: {CANARY}",
    "sign-off": f"sign_offs: [{{rule: {CANARY}, by: {CANARY}, at: {AT}}}]",
    "at": f"at: {CANARY}",
    "about": f"about: [{CANARY}]",
    "overlay path": f"overlays: [../{CANARY}]",
    "anchor": f"case: &{CANARY} a",
    "alias": f"case: *{CANARY}",
    "tag": f"case: !{CANARY} a",
    "duplicate": f"case: a\ncase: {CANARY}\n",
    "duplicate key": f"findings: {{{CANARY}: 1, {CANARY}: 2}}",
    "quote": f'case: "{CANARY}',
    "colon": f"case: {CANARY}: {CANARY}",
    "escape": f'case: "{CANARY}\\q"',
    "control": f"case: {CANARY}\x01",
    "second document": f"case: a\n---\n{CANARY}",
    "text": CANARY,
    "list": f"- {CANARY}",
    "json": f'{{"case": "{CANARY}", }}}}',
    "percent": f"%{CANARY}\n---\ncase: a",
    "long": f"findings: {{limb_weakness: {CANARY * 1000}}}",
}


@pytest.mark.parametrize("where", EVERYWHERE)
def test_no_message_holds_a_patients_value(run, monkeypatch, tmp_path, where):
    text = EVERYWHERE[where]
    file = tmp_path / "patient.yaml"
    file.write_text(text)
    given(monkeypatch, text)
    results = [run("assess", "-", "--at", AT), run("assess", file), run("explain", file, "mri_whole_spine"), run("check", file), run("print", file, "--to", tmp_path / "x.txt")]

    for code, out, err in results:
        assert code in (1, 2) and err
        assert CANARY not in out + err


@pytest.mark.parametrize("where", EVERYWHERE)
def test_no_traceback_holds_a_patients_value(where):
    """As a service would log it, with everything that an exception carries."""
    import traceback

    from spineworkup.errors import SpineWorkupError
    from spineworkup.reading.read_case import case_document, overlays_of, read_case

    with pytest.raises(SpineWorkupError) as caught:
        document = case_document(EVERYWHERE[where], "x")
        overlays_of(document)
        read_case(document, PATHWAY)
    error = caught.value

    frames = "".join(traceback.format_exception_only(error))
    chain = [error.__cause__, error.__context__]
    assert CANARY not in frames + repr(error) + repr(vars(error)) + repr(chain)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run, shell):
    code, out, err = run("completion", shell)

    assert (0, "") == (code, err)
    assert [] == [word for word in (*COMMANDS, "mri_whole_spine") if word not in out]
    assert "format" in out and "letter" in out
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=out, text=True, capture_output=True, check=False)
        assert (0, "") == (checked.returncode, checked.stderr)


COMPLETE = """
COMP_WORDS=({words}); COMP_CWORD={place}; _spineworkup; echo "${{COMPREPLY[@]}}"
"""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("spineworkup ass", "assess"),
        ("spineworkup explain case.yaml mri_w", "mri_whole_spine"),
        ("spineworkup print --pa", "--paper"),
        ("spineworkup completion f", "fish"),
    ],
)
@pytest.mark.skipif(not shutil.which("bash"), reason="bash isn't installed")
def test_completion_completes(run, tmp_path, words, expected):
    script = run("completion", "bash")[1] + COMPLETE.format(words=words, place=len(words.split()) - 1)

    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)

    assert expected in done.stdout.split()


def test_demo(run, tmp_path, monkeypatch):
    """With one of the demo cases: `make demo` runs them all."""
    monkeypatch.setattr("spineworkup.commands.show.yaml_files", lambda folder: [Path(str(folder)) / "demo_3_mri_negative.yaml"])
    code, out, err = run("demo", tmp_path / "pages")
    skip_without_extra(err)
    assert (0, "") == (code, err)
    assert [f"{name}{suffix}" for name in ("blank", "demo_3_mri_negative") for suffix in (".html", ".pdf")] == sorted(p.name for p in (tmp_path / "pages").iterdir())
    assert "Source: " in out and f"Written to {tmp_path}/pages" in out


def process(*arguments, **more):
    environment = {**os.environ, **more.pop("environment", {})}
    return subprocess.run([sys.executable, "-m", "spineworkup", *arguments], env=environment, capture_output=True, text=True, check=False, **more)


def test_as_a_process(case):
    done = process("assess", "-", "--at", AT, "--format", "json", input=CASE)
    assert (0, "") == (done.returncode, done.stderr)
    assert "example-1" == json.loads(done.stdout)["case"]

    failed = process("assess", "-", input="case: [")
    assert (2, "") == (failed.returncode, failed.stdout)
    assert failed.stderr.startswith("standard input:") and "Traceback" not in failed.stderr

    version = process("--version")
    assert (0, "spineworkup 0.1.0\n") == (version.returncode, version.stdout)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_that_cannot_show_a_character_is_no_reason_to_fail(encoding):
    text = CASE.replace("example-1", "Zoë-\U0001f600").replace("referral letter", "Überweisung")
    for arguments in (["assess", "-"], ["assess", "-", "--format", "json"]):
        environment = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
        done = process(*arguments, input=text, environment=environment, encoding="utf-8", errors="replace")
        assert (0, "") == (done.returncode, done.stderr)


def test_a_reader_that_stops_is_no_failure():
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m spineworkup findings | head -1"], capture_output=True, text=True, check=False
    )

    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr
