"""The commands that read and write FHIR, and the one that serves."""

import json

import pytest

from spineworkup.cli import main

AT = "2026-11-20T10:00:00+00:00"
CANARY = "XQ7canary"


def sign(code, status="confirmed", id_="c1"):
    return {
        "resourceType": "Condition",
        "id": id_,
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": code, "display": CANARY}], "text": CANARY},
        "verificationStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": status}]},
        "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
        "onsetDateTime": "2026-11-20T08:00:00+00:00",
    }


PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1959-03-04", "gender": "male", "name": [{"family": CANARY}]}
LIMB_WEAKNESS, NOT_OURS = "713514005", "271594007"


@pytest.fixture
def bundle(tmp_path):
    resources = [PATIENT, sign(LIMB_WEAKNESS), sign(NOT_OURS, id_="c2"), sign(LIMB_WEAKNESS, "entered-in-error", "c3")]
    return written(tmp_path / "bundle.json", {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]})


def written(path, resource):
    path.write_text(json.dumps(resource), encoding="utf-8")
    return path


@pytest.fixture
def run(capsys):
    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return run


def test_a_bundle_is_a_case(run, bundle):
    code, out, err = run("assess", bundle, "--at", AT)

    assert (0, "resources read: 2 used, 1 ignored, 1 unmapped (`spineworkup from-fhir` says why)\n") == (code, err)
    assert "Immediate: contact now" in out and CANARY not in out


def test_the_report_says_what_became_of_each_resource_and_the_case_file_says_the_same(run, bundle, tmp_path):
    case = tmp_path / "case.yaml"
    code, out, err = run("from-fhir", bundle, "--at", AT, "--to", case)

    assert (0, "") == (code, err)
    assert ["used", "used", "unmapped", "ignored"] == [line.split()[0] for line in out.splitlines()[:4]]
    assert "2 used, 1 ignored, 1 unmapped" in out and CANARY not in out + case.read_text(encoding="utf-8")
    of_bundle, of_case = (json.loads(run("assess", file, "--at", AT, "--format", "json")[1]) for file in (bundle, case))
    assert of_bundle["items"] == of_case["items"]


@pytest.mark.parametrize("text", ['{"resourceType": "Bundle", "entry": 3}', '{"resourceType": "Bundle", "resourceType": 1}', '{"resourceType'])
@pytest.mark.parametrize("command", ["assess", "from-fhir"])
def test_what_is_no_record_is_refused_in_a_line(run, tmp_path, command, text):
    file = tmp_path / "bad.json"
    file.write_text(text, encoding="utf-8")
    code, out, err = run(command, file, "--at", AT)

    assert code == 2 and out == "" and "Traceback" not in err and CANARY not in err and err


def test_of_another_kind_of_record_nothing_is_known(run, tmp_path):
    code, out, err = run("assess", written(tmp_path / "other.json", {"resourceType": CANARY}), "--at", AT)

    assert 0 == code and "0 used, 1 ignored" in err and "Immediate" in out and CANARY not in out + err


@pytest.mark.parametrize("what", ["plan", "questionnaire"])
def test_the_rules_as_resources(run, tmp_path, what):
    code, out, _ = run("to-fhir", what)

    assert 0 == code and json.loads(out)["resourceType"] == {"plan": "Bundle", "questionnaire": "Questionnaire"}[what]
    assert 0 == run("to-fhir", what, "--to", tmp_path / "out.json")[0]
    assert out == (tmp_path / "out.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("what", ["requests", "response", "observations"])
def test_the_checklist_of_a_case_as_resources(run, bundle, what):
    code, out, _ = run("to-fhir", what, bundle, "--at", AT, "--patient", "Patient/p1")

    assert 0 == code and "Patient/p1" in out and CANARY not in out
    assert json.loads(out)["resourceType"] == ("QuestionnaireResponse" if what == "response" else "Bundle")


def test_what_is_asked_for_has_to_fit(run, bundle):
    assert (2, "", "error: plan is about the rules: it takes no case\n") == run("to-fhir", "plan", bundle)
    assert (2, "", "error: requests is about a patient: name a case file\n") == run("to-fhir", "requests")


def test_serving_needs_its_extra(run, monkeypatch):
    monkeypatch.setattr("spineworkup.commands.serve.find_spec", lambda name: None)
    code, out, err = run("serve")

    assert (2, "") == (code, out) and "spineworkup[cds-hooks]" in err


def test_settings_that_cannot_be_read(run, tmp_path):
    (tmp_path / "service.yaml").write_text("port: many\n", encoding="utf-8")
    code, out, err = run("serve", "--config", tmp_path / "service.yaml")

    assert (2, "") == (code, out) and "service.yaml:1:7" in err


def test_nothing_but_loopback_without_settings(run):
    code, out, err = run("serve", "--host", "0.0.0.0")

    assert (2, "") == (code, out) and "only this machine may be served without clients" in err
