"""A file of a rule package: the first line says which, the rest is what it holds."""

from __future__ import annotations

from datetime import UTC, datetime
from zlib import crc32

from spineworkup import Chart, SpineWorkupError, assess
from spineworkup.errors import ReadError
from spineworkup.reading.problems import Problems
from spineworkup.reading.read_package import read_package
from tests.fuzz import judge, seeds
from tests.fuzz.quick import DOCUMENTS, SMALL, Memory
from tests.small_package import FILES

NAMES = [name for name in FILES if "case" not in name]
# With n, the other files are read too for one in n of those that aren't YAML at all.
one_in = 1
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def run(data: bytes) -> None:
    """Read the small package with one file changed; when it reads, assess a patient with it."""
    first, _, raw = data.partition(b"\n")
    name = first.decode("utf-8", "replace")
    if name not in NAMES:
        name = NAMES[len(name) % len(NAMES)]
    problems = Problems()
    try:
        document = problems.read(Memory(name, raw))
        if problems.found and crc32(data) % one_in:
            problems.stop()
        pathway = read_package({**DOCUMENTS, name: document}, problems)
        problems.stop()
        assert pathway is not None
    except ReadError as error:
        judge.refusal(error, name, raw, private=False)
        return
    values = {"fever": True, "weakness": False, "calcium_total": "11.8 mg/dL", "albumin": "28 g/L", "power": 3}
    try:
        chart = Chart(pathway.findings, {id_: value for id_, value in values.items() if id_ in pathway.findings})
    except SpineWorkupError:
        chart = Chart(pathway.findings)
    assert pathway.hash and assess(pathway, chart, at=NOON).items is not None


def inputs() -> list[bytes]:
    """Return what to begin with: the small package, and the entries of the shipped one."""
    own = [f"{name}\n{text}".encode() for name, text in FILES.items() if name in NAMES]
    shipped = [
        f"{_like(name)}\n".encode() + entry
        for name, raw in seeds.rule_files()
        for entry in seeds.entries(raw)[:4]
    ]
    return own + shipped


def _like(name: str) -> str:
    part = name.partition("/")[0]
    return next(known for known in NAMES if known.startswith(part))


def words() -> list[bytes]:
    """Return the words of the small package, and the keys of all files."""
    ids = [*SMALL.findings, *SMALL.criteria, *SMALL.steps, *SMALL.rules, *SMALL.sources, *SMALL.scores]
    return [*map(str.encode, ids), *KEYS]


KEYS = b"""id label when says urgency within from strength cites source at verification review_by indications
contraindications absolute sign_off holds_unknown cautions checks prerequisites step unless produces done_when notes text orders
items findings pause safety_critical action group owner kind boolean choice quantity number ask unit also molar_mass plausible low
high codes system code display evidence options red_flag max_age derived by inputs bands band above of points additive grade
compose then side_by_side otherwise do criterion purposes escalate_to critical pauses title objective mode READ-DO DO-CONFIRM
routine within_a_week same_day immediate suspicion request decision_to_treat onset must offer consider advise primary secondary
unread current superseded withdrawn adjusted_calcium loinc page needs any_of""".split()
