"""The record of answers: whatever is altered or cut shows, and up to which line it holds."""

import json

import pytest

from spineworkup.cds_hooks.audit import Audit, AuditError, verify
from tests.cds_hooks.world import AT, SECRET, prefetch, request, serve

LINES = 4


@pytest.fixture
def file(tmp_path):
    audit = Audit(tmp_path / "audit.jsonl", SECRET)
    for number in range(LINES):
        audit.add(AT, b"body", service="s", outcome="cards", cards=[str(number)])
    return audit.file


def test_what_nobody_touched_holds(file):
    assert verify(file, SECRET)[0] == LINES


def test_a_record_goes_on_where_it_ended(file):
    Audit(file, SECRET).add(AT, b"body", outcome="cards")

    assert verify(file, SECRET)[0] == LINES + 1


def test_every_altered_byte_shows(file):
    raw = file.read_bytes()
    for place in range(len(raw)):
        file.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        with pytest.raises(AuditError) as found:
            verify(file, SECRET)
        assert found.value.line == raw[:place].count(b"\n") + 1


def test_a_cut_at_every_byte_shows(file):
    """All lines before it hold; a cut between lines shows by the file beside it."""
    raw = file.read_bytes()
    for place in range(len(raw)):
        file.write_bytes(raw[:place])
        with pytest.raises(AuditError) as found:
            verify(file, SECRET)
        assert found.value.line == raw[:place].count(b"\n") + 1


@pytest.mark.parametrize("gone", range(LINES))
def test_a_line_that_is_missing_shows(file, gone):
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:gone] + lines[gone + 1 :]))

    with pytest.raises(AuditError):
        verify(file, SECRET)


def test_lines_in_another_order_show(file):
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(reversed(lines)))

    with pytest.raises(AuditError, match="line 1"):
        verify(file, SECRET)


@pytest.mark.parametrize("text", ["", "9 x y\n", "4 0 0\n", "x", "3"])
def test_the_file_beside_it_cant_be_made_up(file, text):
    file.with_name("audit.jsonl.head").write_text(text)

    with pytest.raises(AuditError):
        verify(file, SECRET)


def test_the_file_beside_it_cant_be_taken_away(file):
    file.with_name("audit.jsonl.head").unlink()

    with pytest.raises(AuditError):
        verify(file, SECRET)


def test_a_process_that_was_killed_leaves_a_record_that_holds(file):
    """Between the line and the file beside it: the line is there, and can't have been made up."""
    head = file.with_name("audit.jsonl.head")
    before = head.read_text()
    Audit(file, SECRET).add(AT, b"body", outcome="cards")
    head.write_text(before)

    assert verify(file, SECRET)[0] == LINES + 1


def test_another_key_knows_nothing_of_it(file):
    with pytest.raises(AuditError):
        verify(file, b"another secret, 32 bytes and more.....")


def test_a_service_doesnt_go_on_with_an_altered_record(file):
    file.write_bytes(file.read_bytes().replace(b"cards", b"cords", 1))

    with pytest.raises(AuditError, match="line 1"):
        serve(audit_file=file)


def test_answers_and_refusals_are_kept_without_anything_of_a_patient(tmp_path):
    file = tmp_path / "audit.jsonl"
    served = serve(audit_file=file)
    answer = served.call(request(prefetch(patient="Patient/Zebedee"), patient="Patient/Zebedee"))
    served.call(request({}, patient="Patient/Zebedee"))
    first, second = map(json.loads, file.read_text().splitlines())

    assert first["outcome"] == "cards"
    assert first["cards"] == [card["uuid"] for card in answer.json()["cards"]]
    assert (second["outcome"], second["cards"]) == ("refused_412", [])
    assert first["input"] != second["input"]
    assert {"number", "time", "input", "iss", "tenant", "service", "bundle", "outcome", "cards", "before", "seal"} == set(first)
    assert "Zebedee" not in file.read_text()
    assert verify(file, SECRET)[0] == 2


def test_what_cant_be_kept_isnt_answered(tmp_path):
    """Nobody is told anything of which there is no record."""
    served = serve(audit_file=tmp_path / "gone" / "audit.jsonl")

    assert served.call(request(prefetch())).status_code == 500
    assert served.log[-1]["outcome"] == "error_FileNotFoundError"
