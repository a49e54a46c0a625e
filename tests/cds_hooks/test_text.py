"""No text of a record or of a rule becomes structure, and none of a record's own words leaves the service at all."""

import json
import re
from itertools import cycle

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from spineworkup import assess
from spineworkup.cds_hooks.links import LINKS
from spineworkup.cds_hooks.plain_text import fitted, plain
from spineworkup.cds_hooks.to_cards import to_cards
from spineworkup.pathways import Pathway
from spineworkup.testing.strategies import charts
from tests.cds_hooks.world import (
    AT,
    INSTANCE,
    NOON,
    PATHWAY,
    SIGN,
    SLOTS,
    VIEW,
    drafts,
    occasion,
    order,
    prefetch,
    rebased,
    request,
    serve,
    shipped,
)  # fmt: skip
from tests.render.test_hostile import PAYLOADS

# GitHub's Markdown; its bare addresses are looked for apart, as the parser would need a further package for them.
GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
BARE_ADDRESS = re.compile(r"(?i)(?<!\\):(?=//)|\bwww\.|(?<!\\)\bmailto:|\bxmpp:")
SHAPE = {"paragraph_open", "paragraph_close", "inline", "heading_open", "heading_close", "bullet_list_open", "bullet_list_close",
         "list_item_open", "list_item_close", "ordered_list_open", "ordered_list_close"}  # fmt: skip
INLINE = {"text", "strong_open", "strong_close", "text_special"}
EMERGENCY = next(case for case in shipped() if case.name == "demo_1_cord_compression")
PACEMAKER = next(case for case in shipped() if case.name == "c01_pacemaker")

# Each with what surrounds it, so that it meets a reader at the start of a line, inside it and at its end.
AROUND = ("{}", "a {} b", "\n{}", "x{}", "{}\n\nb", "> {}", "[{}](x)", "<{}>", "`{}`", "**{}**", "https://{}.test")
HOSTILE = [around.format(payload) for payload in PAYLOADS for around in AROUND]


def structure(text):
    """Return what GitHub's Markdown makes of a text."""
    found = []
    for token in GITHUB.parse(text):
        found.append(token.type)
        found += [child.type for child in token.children or ()]
    return found


def active(text):
    found = set(structure(text)) - SHAPE - INLINE
    return sorted(found | {"address"} if BARE_ADDRESS.search(text) else found)


def texts_of(cards):
    """Return every text that a client may show."""
    for card in cards:
        yield card["detail"]
        yield from (card["summary"], card["source"]["label"], card["source"]["topic"]["display"])
        yield from (reason["display"] for reason in card["overrideReasons"])
        for suggestion in card.get("suggestions", []):
            yield suggestion["label"]
            yield from (action["description"] for action in suggestion["actions"])


def test_there_are_payloads_enough():
    assert len(set(HOSTILE)) >= 200


@pytest.mark.parametrize("case", shipped(), ids=lambda case: case.name)
def test_cards_of_shipped_patients_hold_no_markup_but_their_own(case):
    checklist = case.checklist
    for text in texts_of(to_cards(checklist, occasion(checklist, suggestions=True))):
        assert active(text) == []


@given(chart=charts(PATHWAY))
def test_cards_of_any_patient_hold_no_markup_but_their_own(chart):
    checklist = assess(PATHWAY, chart, at=NOON)
    for text in texts_of(to_cards(checklist, occasion(checklist, suggestions=True))):
        assert active(text) == []


def retold(thing, say):
    """Return a part of a pathway in which every text that people read says something else."""
    words = {"label", "action", "owner", "says", "ask", "title", "publisher", "note", "text", "at", "date", "sign_off"}
    changes = {}
    for attribute in fields(type(thing)):
        value = getattr(thing, attribute.name)
        if attribute.name in words and isinstance(value, str) and value:
            changes[attribute.name] = say
        elif isinstance(value, tuple) and value and hasattr(value[0], "__attrs_attrs__"):
            changes[attribute.name] = tuple(retold(one, say) for one in value)
        elif attribute.name == "options" and isinstance(value, dict):
            changes[attribute.name] = {key: say if isinstance(one, str) else one for key, one in value.items()}
    changes.pop("orders", None)
    changes.pop("codes", None)
    return evolve(thing, **changes)


def told(say) -> Pathway:
    """Return the pathway as somebody might write it who means no good: every text of it is hostile."""
    maps = {name: {id_: retold(one, say) for id_, one in getattr(PATHWAY, name).items()} for name in ("steps", "findings", "sources", "purposes")}
    return evolve(PATHWAY, title=say, **maps, pauses=tuple(retold(pause, say) for pause in PATHWAY.pauses))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_rules_can_put_nothing_into_a_card(payload):
    """An overlay is half trusted: not one of its texts becomes a link, a tag or an image. Each payload in every text at once."""
    for around, case in zip(AROUND, cycle((EMERGENCY, PACEMAKER))):
        pathway = told(around.format(payload))
        chart = rebased(case.chart)
        object.__setattr__(chart, "findings", pathway.findings)
        checklist = assess(pathway, chart, at=case.at)
        found = to_cards(checklist, occasion(checklist, suggestions=True, drafted=frozenset({"mri_whole_spine"})))
        for text in sorted(set(texts_of(found))):
            assert active(text) == [], (around, text[:200])
        assert all(card["source"].get("url", LINKS["ng234"]) in LINKS.values() for card in found)
        assert all(0 < len(card["summary"]) < 140 for card in found)


@given(text=st.text(max_size=60))
def test_plain_text_is_plain_to_every_reader(text):
    shown = plain(text)

    assert active(shown) in ([], ["hr"], ["ordered_list_close", "ordered_list_open"])
    assert not set(shown) & set("<>[]`*|\\\n\r\t\u202e\u2066\x00")
    assert not re.search(r"://|www\.|mailto:", shown, re.IGNORECASE)


@given(parts=st.lists(st.text("ab c", min_size=1, max_size=60), min_size=1, max_size=9), limit=st.integers(20, 139))
def test_what_doesnt_fit_is_counted(parts, limit):
    shown = fitted("Lead: ", parts, limit)

    assert len(shown) <= limit
    assert shown.startswith("Lead: ")
    if len("Lead: " + "; ".join(parts)) <= limit:
        assert shown == "Lead: " + "; ".join(parts)


# What a record says in its own words


def everywhere(value, word):
    """Return a request in which every free text of every record says a word, and every field that may have one has it."""
    if isinstance(value, dict):
        found = {key: everywhere(inner, word) for key, inner in value.items()}
        if "resourceType" in found and found["resourceType"] not in ("Bundle", "OperationOutcome"):
            found |= {
                "text": {"status": "generated", "div": f"<div>{word}</div>"}, "note": [{"text": word}],
                "identifier": [{"value": word}], "performer": [{"display": word}], "name": [{"family": word}],
            }  # fmt: skip
        if "coding" in found:
            found["text"] = word
            found["coding"] = [{**coding, "display": word} for coding in found["coding"]]
        if "reference" in found:
            found["display"] = word
        return found
    return [everywhere(inner, word) for inner in value] if isinstance(value, list) else value


def sent(served, word, service=VIEW):
    hook = next(hook for hook in ("patient-view", "order-sign") if service.endswith(hook))
    more = {"draftOrders": drafts(order(("http://loinc.org", "30854-4")))} if service == SIGN else {}
    body = everywhere(request(prefetch(EMERGENCY.checklist), hook, **more), word)
    body["context"]["userId"] = f"Practitioner/{word}"
    body["fhirServer"], body["fhirAuthorization"] = f"https://{word}.test", {"access_token": word}
    body["extension"] = {word: word}
    body["prefetch"][word] = {"resourceType": "Condition", "code": {"text": word}}
    return served.call(body, service)


@pytest.mark.parametrize("service", [VIEW, SIGN])
@pytest.mark.parametrize("payload", ["Zebedee", *PAYLOADS[:12]])
def test_no_word_of_a_record_leaves_the_service(service, payload, tmp_path):
    """Names, narratives, displays, notes, tokens: in every field at once, and in no answer, no log line and no record of answers."""
    served = serve(EMERGENCY.at, suggestions=True, audit_file=tmp_path / "audit.jsonl")
    answer = sent(served, payload, service)
    kept = "".join(file.read_text() for file in tmp_path.iterdir())
    word = json.dumps(payload, ensure_ascii=False)[1:-1]

    assert answer.status_code == 200
    assert word not in answer.text.replace("\\\\", "\\") + served.lines.getvalue() + kept
    assert "<div" not in answer.text


def test_a_word_of_a_record_changes_nothing():
    """Whatever the free text says: the same cards, to the last byte but for their ids."""
    one, other = (sent(serve(EMERGENCY.at), word).json()["cards"] for word in ("Zebedee", "<b>Ann</b>"))

    assert [{**card, "uuid": ""} for card in one] == [{**card, "uuid": ""} for card in other]


PLACES = [
    ("hook",), ("hookInstance",), ("context", "userId"), ("context", "patientId"), ("prefetch", "patient", "id"),
    ("prefetch", "patient", "resourceType"), ("prefetch", "workup_observations", "resourceType"),
    ("prefetch", "workup_observations", "type"), ("prefetch", "workup_observations", "entry"),
    ("prefetch", "workup_observations", "entry", 0, "resource", "subject", "reference"),
    ("prefetch", "workup_observations", "entry", 0, "resource", "status"),
    ("prefetch", "workup_observations", "entry", 0, "resource", "code", "coding", 0, "code"),
    ("prefetch", "workup_observations", "entry", 0, "resource", "effectiveDateTime"),
    ("prefetch", "workup_observations", "entry", 0, "fullUrl"),
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
@pytest.mark.parametrize("word", ["Zebedee", "Zebedee\n", {"Zebedee": "Zebedee"}, ["Zebedee"], "Patient/Zebedee"])
def test_where_a_word_breaks_the_request_the_refusal_doesnt_repeat_it(place, word):
    body = request(prefetch(EMERGENCY.checklist))
    inside = body
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = word
    served = serve(EMERGENCY.at)
    answer = served.call(body)

    assert answer.status_code in (200, 400, 412, 422)
    assert ("cards" in answer.json()) == (answer.status_code == 200)
    assert "Zebedee" not in answer.text + served.lines.getvalue()


@pytest.mark.parametrize("raw", [b'{"Zebedee": 1, "Zebedee": 2}', b'{"Zebedee": ', b'"Zebedee"', b'{"hook": NaN, "Zebedee": 1}', b"Zebedee" * 9])
def test_what_isnt_json_is_not_repeated(raw):
    served = serve()
    answer = served.call(raw)

    assert answer.status_code == 400
    assert "Zebedee" not in answer.text + served.lines.getvalue()


def test_the_instance_of_a_hook_is_not_kept():
    served = serve()
    served.call(request(dict.fromkeys(SLOTS)))

    assert INSTANCE not in served.lines.getvalue()
    assert AT.isoformat(timespec="milliseconds") == served.log[0]["time"]
