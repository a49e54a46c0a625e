"""The actions of the exported plan: one for each step, and one that keeps what is not known in sight."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from attrs import frozen

from spineworkup.fhir.elm import names as name
from spineworkup.fhir.plan.header import Resource, pathway_slug, slug, versioned
from spineworkup.fhir.plan.sources import cited
from spineworkup.fhir.plan.words import described, purpose_described
from spineworkup.fhir.requests.words import PRIORITIES
from spineworkup.fhir.systems import RULES, STEPS, UCUM, coding, coding_of
from spineworkup.pathways import Pathway, Purpose, Rule, Step
from spineworkup.urgency import Urgency

_CREATE = coding("http://terminology.hl7.org/CodeSystem/action-type", "create", "Create")
# The id of the action that stands for everything that can't be told yet.
ASK = "ask-what-is-not-known"
ASK_TITLE = "Ask what is not known: some steps can't be told yet"


@frozen
class Actions:
    """The actions of a pathway.

    Args:
        canonical: The address below which the resources are published.
    """

    pathway: Pathway
    canonical: str

    def all(self) -> list[Resource]:
        """Return every action in the order of work; the steps of one purpose stand in a group where its first stands."""
        groups = {id_: purpose for purpose in self._groups() for id_ in purpose.steps}
        listed, done = [self.ask()], set[str]()
        for id_ in self.pathway.in_order:
            purpose = groups.get(id_)
            if purpose is None:
                listed.append(self.step(self.pathway.steps[id_]))
            elif purpose.id not in done:
                done.add(purpose.id)
                listed.append(self.group(purpose))
        return listed

    def step(self, step: Step) -> Resource:
        """Return the action of a step; kept where the step is indicated."""
        action = {
            "id": slug(step.id),
            "title": step.label,
            "description": described(self.pathway, step),
            "textEquivalent": step.action,
            "priority": self._priority(step),
            "code": [
                _step_code(step, self.canonical),
                *({"coding": [coding_of(one)]} for one in step.orders),
            ],
            "reason": [self._reason(rule) for rule in step.indications],
            "documentation": cited(self.pathway, (*step.rules, *step.notes)),
            "condition": [applicable(name.indicated(step.id))],
            "relatedAction": [
                {"actionId": slug(one.step), "relationship": "after-end"} for one in step.prerequisites
            ],
            **self._timing(step),
            "participant": [{"type": "practitioner", "role": {"text": step.owner}}] if step.owner else [],
            "type": {"coding": [_CREATE]},
            "requiredBehavior": "must-unless-documented" if step.safety_critical else "could",
            "definitionCanonical": activity_canonical(self.pathway, self.canonical, step.id),
        }
        return _without_empty(action)

    def group(self, purpose: Purpose) -> Resource:
        """Return the steps of a purpose, of which more than one may be wanted."""
        steps = [self.pathway.steps[id_] for id_ in self.pathway.in_order if id_ in purpose.steps]
        return {
            "id": slug("purpose", purpose.id),
            "title": purpose.label or purpose.id,
            "description": purpose_described(self.pathway, purpose),
            "condition": [applicable(name.purpose_indicated(purpose.id))],
            "groupingBehavior": "logical-group",
            "selectionBehavior": "one-or-more" if purpose.critical else "any",
            "action": [self.step(step) for step in steps],
        }

    def ask(self) -> Resource:
        """Return the action that is kept where any step can't be told yet, so that applying the plan doesn't hide it."""
        rules = [rule for step in self.pathway.steps.values() for rule in step.indications]
        what = {"language": "text/cql", "expression": name.WHAT_IS_UNDETERMINED}
        return {
            "id": ASK,
            "title": ASK_TITLE,
            "description": "Whether these steps are indicated is not known. They are not among the actions that were kept.",
            "priority": PRIORITIES[max((rule.urgency for rule in rules), default=Urgency.NONE)],
            "condition": [applicable(name.UNDETERMINED)],
            "type": {"coding": [_CREATE]},
            "requiredBehavior": "must",
            "definitionCanonical": activity_canonical(self.pathway, self.canonical, ASK),
            "dynamicValue": [{"path": "description", "expression": what}],
        }

    def _reason(self, rule: Rule) -> Resource:
        return _without_empty({"coding": [coding(f"{self.canonical}/{RULES}", rule.id)], "text": rule.says})

    def _groups(self) -> Iterator[Purpose]:
        taken: set[str] = set()
        for purpose in self.pathway.purposes.values():
            steps = {id_ for id_ in purpose.steps if id_ in self.pathway.steps}
            if len(steps) > 1 and not steps & taken:
                taken |= steps
                yield purpose

    def _priority(self, step: Step) -> str:
        first = [self.pathway.steps[id_] for id_, _ in self.pathway.takes_over_from[step.id]]
        tiers = [rule.urgency for one in (step, *first) for rule in one.indications]
        return PRIORITIES[max(tiers)] if tiers else ""

    def _timing(self, step: Step) -> Resource:
        """Return the time limit, if every indication gives the same; R4 has one for an action, whoever the patient is."""
        first = [self.pathway.steps[id_] for id_, _ in self.pathway.takes_over_from[step.id]]
        limits = {(rule.within, rule.start) for one in (step, *first) for rule in one.indications}
        within = limits.pop()[0] if len(limits) == 1 else None
        return {} if within is None else {"timingDuration": _at_most(within)}


def applicable(define: str) -> Resource:
    """Return the condition that a define of the library is true."""
    return {"kind": "applicability", "expression": {"language": "text/cql", "expression": define}}


def activity_canonical(pathway: Pathway, canonical: str, id_: str) -> str:
    """Return the address of the ActivityDefinition of a step."""
    return versioned(canonical, "ActivityDefinition", slug(pathway_slug(pathway), id_), pathway)


def _step_code(step: Step, canonical: str) -> Resource:
    return {"coding": [coding(f"{canonical}/{STEPS}", step.id, step.label)], "text": step.label}


def _at_most(within: timedelta) -> Resource:
    minutes = int(within.total_seconds() // 60)
    value, unit = (minutes, "min") if minutes % 60 else (minutes // 60, "h")
    return {"value": value, "comparator": "<=", "unit": unit, "system": UCUM, "code": unit}


def _without_empty(resource: dict[str, Any]) -> Resource:
    return {key: value for key, value in resource.items() if value not in ("", [], {})}
