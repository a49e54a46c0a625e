"""Device: whether an implant is safe in an MRI scanner.

What a device is doesn't say that: many pacemakers are MR conditional. Only its label does; and one safe device doesn't say
that there is no other.
"""

from __future__ import annotations

from datetime import datetime

from spineworkup.checklists import Notice
from spineworkup.entries import Unknown, WhyUnknown
from spineworkup.fhir.reading.elements import Element
from spineworkup.fhir.reading.statements import Said, Statement
from spineworkup.fhir.reading.vocabulary import Vocabulary

IMPLANT = "implant_mri_status"
# FHIR R4, value set `device-safety`: codes of the NCI Thesaurus after ASTM F2503.
_NCIT = "urn:oid:2.16.840.1.113883.3.26.1.1"
MRI_SAFETY = {(_NCIT, "C106047"): "unsafe", (_NCIT, "C106046"): "conditional"}
_NOT_LABELLED = Unknown(WhyUnknown.UNMAPPED_CODE, "a device is recorded: read its label")


def read_device(resource: Element, words: Vocabulary, at: datetime) -> Said:
    """Return what a Device says of the safety of an MRI: `unsafe` or `conditional` by its label, else that it is to be asked."""
    finding = words.pathway.findings.get(IMPLANT)
    if finding is None:
        return Said("unmapped", "the pathway doesn't ask for implants")
    if resource.child("status").text == "entered-in-error":
        return Said("ignored", "entered in error")
    labels = {MRI_SAFETY[code] for one in resource.child("safety").items for code in one.codes if code in MRI_SAFETY}
    known = len(labels) == 1 and labels <= finding.options.keys()
    value = labels.pop() if known else _NOT_LABELLED
    # The label that is worst counts, and a device without one before a label that is not the worst.
    rank = 1 if isinstance(value, Unknown) else (0 if value == "unsafe" else 2)
    notice = Notice("device", "A device is recorded whose safety in an MRI scanner isn't known: read its label", IMPLANT)
    statement = Statement(finding, value, rank=rank, is_coarse=not known)
    return Said("used", "the label of a device", (statement,), notices=() if known else (notice,))
