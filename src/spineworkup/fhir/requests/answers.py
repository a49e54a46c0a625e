"""One answer about one patient, as the resources of a Bundle see it: addresses, and the Observations it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from attrs import frozen

from spineworkup.checklists import Checklist
from spineworkup.fhir import bundles
from spineworkup.fhir.datatypes import Resource, reference
from spineworkup.fhir.to_observations import observations_of


@frozen(slots=False)
class Answer:
    """A checklist about a patient, who is a reference such as `Patient/123`."""

    checklist: Checklist
    patient: str

    def address(self, *place: str) -> str:
        """Return the address of a resource of this answer."""
        return bundles.address(self.checklist, self.patient, *place)

    @cached_property
    def recorded(self) -> dict[str, list[bundles.Entry]]:
        """The Observations of what was recorded, by the finding."""
        chart = self.checklist.original
        found = {}
        for id_, entry in sorted(chart.entries.items(), key=lambda item: item[0]):
            seen = observations_of(chart.findings[id_], entry, self.patient)
            found[id_] = [(self.address("Observation", id_, str(n)), one) for n, one in enumerate(seen)]
        return found

    def observed(self, findings: Iterable[str]) -> list[Resource]:
        """Return references to the Observations of findings, or of what they were worked out from."""
        recorded = dict.fromkeys(id_ for finding in findings for id_ in self._recorded_for(finding))
        return [reference(url) for id_ in recorded for url, _ in self.recorded[id_]]

    def _recorded_for(self, finding: str) -> list[str]:
        if self.recorded.get(finding):
            return [finding]
        derived = self.checklist.chart.findings[finding].derived
        score = self.checklist.pathway.totals.get(finding)
        inputs = () if derived is None else derived.inputs
        return [id_ for id_ in (*inputs, *(() if score is None else score.inputs)) if id_ in self.recorded]
