"""ELM that reads what is known of a patient out of Observations: a define for each finding.

Only Observations that `to_observations` writes are read: coded in our own code system, with a value in the finding's own
form. Several that agree count as one. Where one says something else, or nothing that can be used, the finding is null.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import reduce

from attrs import frozen

from spineworkup.entries import WhyUnknown
from spineworkup.fhir.elm import names as name
from spineworkup.fhir.elm.derived import DERIVED_ELM
from spineworkup.fhir.elm.numbers import number_of, plausible
from spineworkup.fhir.systems import FINDINGS, options_system
from spineworkup.findings import Finding, Kind
from spineworkup.pathways import Pathway
from spineworkup.scores import Additive, Points, Score
from spineworkup.translate.elm_nodes import (
    NULL,
    Elm,
    alias,
    among,
    as_fhir,
    both,
    call,
    case,
    coalesce,
    equal,
    exists,
    function,
    given,
    if_,
    is_null,
    is_true,
    list_of,
    literal,
    node,
    not_,
    prop,
    query,
    ref,
)
from spineworkup.translate.to_elm import end_define, finding_define

Define = tuple[str, Elm]
# Other statuses are not yet, or no longer, meant.
COUNTED = ("final", "amended", "corrected")
_SEEN = alias("seen")
_VALUE = prop(_SEEN, "value")


def agreed(kind: str) -> str:
    """Return the name of the function that says on what several values agree."""
    return f"agreed {kind.lower()}"


def agreement(kind: str) -> Elm:
    """Return that function: the first value, if every other is the same; null where one of them is null."""
    first = node("First", source=given("values"))
    same = query(given("values"), "value", returns=is_true(equal(alias("value"), first)))
    return function(agreed(kind), {"values": list_of(kind)}, if_(node("AllTrue", source=same), first, NULL))


AGREEMENTS = [agreement(kind) for kind in ("Boolean", "String", "Decimal")]


def retrieve(resource: str, system: str, id_: str) -> Elm:
    """Return the patient's resources of one type with a code of ours."""
    return node(
        "Retrieve",
        dataType=f"{{http://hl7.org/fhir}}{resource}",
        templateId=f"http://hl7.org/fhir/StructureDefinition/{resource}",
        codeProperty="code",
        codeComparator="~",
        codes=node("ToList", node("CodeRef", name=name.code(system, id_))),
    )


@frozen
class FindingDefines:
    """The defines of the findings of a pathway.

    Args:
        canonical: The address below which our own code systems lie.
    """

    pathway: Pathway
    canonical: str

    def all(self) -> Iterator[Define]:
        """Yield every define, with its name."""
        for finding in self.pathway.findings.values():
            yield self._recorded(finding)
            score = self.pathway.totals.get(finding.id)
            if score is not None:
                yield from self._total(finding, score)
            else:
                yield finding_define(finding.id), self._value(finding)

    def _recorded(self, finding: Finding) -> Define:
        absent = prop(prop(_SEEN, "dataAbsentReason"), "text")
        nothing = is_true(equal(prop(absent, "value"), literal(WhyUnknown.NOT_RECORDED.value)))
        status = among(prop(prop(_SEEN, "status"), "value"), COUNTED)
        found = query(retrieve("Observation", FINDINGS, finding.id), "seen", both([status, not_(nothing)]))
        return _observations(finding.id), found

    def _value(self, finding: Finding) -> Elm:
        match finding.kind:
            case Kind.BOOLEAN:
                value = prop(as_fhir(_VALUE, "boolean"), "value")
                return self._agreed("Boolean", finding, value)
            case Kind.CHOICE:
                return self._agreed("String", finding, self._option(finding))
            case Kind.NUMBER | Kind.QUANTITY:
                return self._number(finding)

    def _agreed(self, kind: str, finding: Finding, value: Elm) -> Elm:
        return call(agreed(kind), query(ref(_observations(finding.id)), "seen", returns=value))

    def _option(self, finding: Finding) -> Elm:
        """Return the option of a choice; a code that is none of its options says nothing."""
        code = prop(prop(alias("coding"), "code"), "value")
        ours = equal(
            prop(prop(alias("coding"), "system"), "value"),
            literal(f"{self.canonical}/{options_system(finding.id)}"),
        )
        known = if_(among(code, tuple(finding.options)), code, NULL)
        codings = prop(as_fhir(_VALUE, "CodeableConcept"), "coding")
        return call(agreed("String"), query(codings, "coding", ours, known))

    def _number(self, finding: Finding) -> Elm:
        reported = self._agreed("Decimal", finding, number_of(as_fhir(_VALUE, "Quantity"), finding))
        derived = finding.derived
        if derived is None or not self.pathway.findings.keys() >= set(derived.inputs):
            return reported
        inputs = [self.pathway.findings[id_] for id_ in derived.inputs]
        worked_out = plausible(DERIVED_ELM[derived.by](inputs, finding, self._in_unit), finding)
        return if_(exists(ref(_observations(finding.id))), reported, worked_out)

    def _in_unit(self, finding: Finding, unit: str) -> Elm:
        """Return a quantity as it was reported, if that was in this unit; else null."""
        quantity = as_fhir(_VALUE, "Quantity")
        value = prop(prop(quantity, "value"), "value")
        here = equal(prop(prop(quantity, "code"), "value"), literal(unit))
        return self._agreed("Decimal", finding, if_(here, value, NULL))

    def _total(self, finding: Finding, score: Score) -> Iterator[Define]:
        """Yield the two ends of a score's total: as reported, else added up from its items."""
        for end, path in (("lowest", "low"), ("highest", "high")):
            exact = number_of(as_fhir(_VALUE, "Quantity"), finding)
            ranged = number_of(prop(as_fhir(_VALUE, "Range"), path), finding)
            reported = self._agreed("Decimal", finding, coalesce([exact, ranged]))
            found = if_(exists(ref(_observations(finding.id))), reported, _added(score, end))
            yield end_define(finding.id, end), found


def _observations(finding: str) -> str:
    return f"observations of {finding}"


def _added(score: Score, end: str) -> Elm:
    """Return one end of the total that the known items leave; null while none is known."""
    assert isinstance(score.table, Additive)
    items = score.table.items
    anything = coalesce([ref(finding_define(item)) for item in items])
    points = [_points(item, options, end) for item, options in items.items()]
    return if_(is_null(anything), NULL, reduce(lambda one, other: node("Add", one, other), points))


def _points(item: str, options: Mapping[str, Points], end: str) -> Elm:
    ends = {option: points[0] if end == "lowest" else points[1] for option, points in options.items()}
    missing = min(ends.values()) if end == "lowest" else max(ends.values())
    named = [
        (equal(ref(finding_define(item)), literal(option)), _number(here)) for option, here in ends.items()
    ]
    return case(named, _number(missing))


def _number(points: int) -> Elm:
    return literal(Decimal(points))
