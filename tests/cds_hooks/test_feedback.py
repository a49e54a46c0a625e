"""What became of cards: heard from who got them, about cards that they got, and without any effect on the next answer."""

import json

import pytest

from spineworkup.cds_hooks.card_ids import Issuer
from spineworkup.cds_hooks.faults import RequestError
from spineworkup.cds_hooks.feedback import Feedback, read_feedback
from spineworkup.cds_hooks.override_reasons import SYSTEM
from tests.cds_hooks.world import ISSUER, SECRET, VIEW, prefetch, request, serve, shipped

CARD, SUGGESTION = ISSUER.id_of("card", "a"), ISSUER.id_of("suggestion", "a")
TIME = "2026-11-20T10:05:31Z"
ACCEPTED = {"card": CARD, "outcome": "accepted", "acceptedSuggestions": [{"id": SUGGESTION}], "outcomeTimestamp": TIME}
OVERRIDDEN = {"card": CARD, "outcome": "overridden", "outcomeTimestamp": TIME}


def heard(*items):
    return read_feedback(json.dumps({"feedback": list(items)}).encode(), ISSUER)


def because(**reason):
    return {**OVERRIDDEN, "overrideReason": reason}


OURS, THEIRS = {"system": SYSTEM, "code": "done-already"}, {"system": "https://ehr.example/reasons", "code": "7"}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (ACCEPTED, Feedback(CARD, "accepted")),
        (OVERRIDDEN, Feedback(CARD, "overridden")),
        (because(reason=OURS), Feedback(CARD, "overridden", "done-already")),
        (because(reason=OURS, userComment="Zebedee"), Feedback(CARD, "overridden", "done-already")),
        (because(reason=THEIRS), Feedback(CARD, "overridden", "other")),
        (because(reason={"system": SYSTEM, "code": "Zebedee"}), Feedback(CARD, "overridden", "other")),
        (because(userComment="Zebedee"), Feedback(CARD, "overridden")),
        ({**OVERRIDDEN, "outcomeTimestamp": "2026-11-20T10:05:31+00:00"}, Feedback(CARD, "overridden")),
    ],
)
def test_feedback_is_read(item, expected):
    assert (expected,) == heard(item)


def test_what_is_said_twice_counts_once():
    assert heard(ACCEPTED, OVERRIDDEN, ACCEPTED) == (Feedback(CARD, "accepted"), Feedback(CARD, "overridden"))


def without(item, key):
    return {name: value for name, value in item.items() if name != key}


FORGED = Issuer(b"another secret, 32 bytes and more....", "", "").id_of("card", "a")
OTHER_TENANT = Issuer(SECRET, "", "elsewhere").id_of("card", "a")
BAD = [
    ([], 400, "feedback"),
    ([ACCEPTED] * 101, 413, "feedback"),
    ([without(ACCEPTED, "card")], 422, "feedback[0].card"),
    ([{**ACCEPTED, "card": "Zebedee"}], 422, "feedback[0].card"),
    ([{**ACCEPTED, "card": FORGED}], 422, "feedback[0].card"),
    ([{**ACCEPTED, "card": OTHER_TENANT}], 422, "feedback[0].card"),
    ([{**ACCEPTED, "card": CARD.upper()}], 422, "feedback[0].card"),
    ([{**ACCEPTED, "card": [CARD]}], 422, "feedback[0].card"),
    ([OVERRIDDEN, {**OVERRIDDEN, "card": CARD[:-1] + ("0" if CARD[-1] != "0" else "1")}], 422, "feedback[1].card"),
    ([{**ACCEPTED, "outcome": "Zebedee"}], 400, "feedback[0].outcome"),
    ([without(ACCEPTED, "outcome")], 400, "feedback[0].outcome"),
    ([without(ACCEPTED, "acceptedSuggestions")], 400, "feedback[0].acceptedSuggestions"),
    ([{**ACCEPTED, "acceptedSuggestions": []}], 400, "feedback[0].acceptedSuggestions"),
    ([{**ACCEPTED, "acceptedSuggestions": [{"id": FORGED}]}], 422, "feedback[0].acceptedSuggestions[0].id"),
    ([without(ACCEPTED, "outcomeTimestamp")], 400, "feedback[0].outcomeTimestamp"),
    ([{**ACCEPTED, "outcomeTimestamp": "2026-11-20"}], 400, "feedback[0].outcomeTimestamp"),
    ([{**ACCEPTED, "outcomeTimestamp": "2026-11-20T10:05:31+01:00"}], 400, "feedback[0].outcomeTimestamp"),
    ([{**ACCEPTED, "outcomeTimestamp": "Zebedee"}], 400, "feedback[0].outcomeTimestamp"),
    ([because(userComment="Zebedee" * 1000)], 400, "feedback[0].overrideReason.userComment"),
    ([because(userComment=["Zebedee"])], 400, "feedback[0].overrideReason.userComment"),
    ([because(reason={"code": "Zebedee"})], 400, "feedback[0].overrideReason.reason"),
    (["Zebedee"], 422, "feedback[0].card"),
]  # fmt: skip


@pytest.mark.parametrize(("items", "status", "place"), BAD, ids=range(len(BAD)))
def test_bad_feedback_is_refused_whole_with_its_place(items, status, place):
    with pytest.raises(RequestError) as refused:
        heard(*items)

    assert (refused.value.status, refused.value.place) == (status, place)
    assert "Zebedee" not in str(refused.value)


@pytest.mark.parametrize("raw", [b"[]", b"{}", b"", b'{"feedback": {}}', b'{"feedback": null}'])
def test_what_isnt_feedback_is_refused(raw):
    with pytest.raises(RequestError):
        read_feedback(raw, ISSUER)


def test_ids_can_be_told_from_all_others_and_look_like_ids():
    import uuid

    for number in range(200):
        id_ = ISSUER.id_of("card", str(number))
        assert ISSUER.gave_out(id_)
        assert (uuid.UUID(id_).version, uuid.UUID(id_).variant) == (8, uuid.RFC_4122)
        for place, digit in enumerate(id_):
            if digit != "-":
                other = id_[:place] + ("0" if digit != "0" else "1") + id_[place + 1 :]
                assert not ISSUER.gave_out(other)


def test_words_are_never_joined_into_the_same_id():
    assert len({ISSUER.id_of(*words) for words in (("ab", "c"), ("a", "bc"), ("abc",), ("a", "b", "c"), ("", "abc"))}) == 5


def test_feedback_about_a_card_is_heard_and_changes_nothing(tmp_path):
    case = next(case for case in shipped() if case.name == "demo_1_cord_compression")
    served = serve(case.at, suggestions=True, audit_file=tmp_path / "audit.jsonl")
    body = request(prefetch(case.checklist))
    before = served.call(body)
    card = next(card for card in before.json()["cards"] if "suggestions" in card)
    items = [
        {**ACCEPTED, "card": card["uuid"], "acceptedSuggestions": [{"id": card["suggestions"][0]["uuid"]}]},
        {**OVERRIDDEN, "card": card["uuid"], "overrideReason": {"reason": OURS, "userComment": "Zebedee"}},
    ]
    for _ in range(3):
        answer = served.post(f"/cds-services/{VIEW}/feedback", {"feedback": items})
        assert (answer.status_code, answer.json()) == (200, {"heard": 2})

    assert served.call(body).content == before.content
    assert served.log[1]["outcome"] == "feedback"
    kept = (tmp_path / "audit.jsonl").read_text()
    assert "overridden_done-already" in kept
    assert "Zebedee" not in kept + served.lines.getvalue()


def test_feedback_of_the_wrong_kind_is_refused():
    served = serve()

    assert served.post(f"/cds-services/{VIEW}/feedback", {"feedback": []}, **{"content-type": "text/plain"}).status_code == 415
    assert served.post(f"/cds-services/{VIEW}/feedback", {"feedback": []}).status_code == 400
