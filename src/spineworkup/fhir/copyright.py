"""What the owners of terminologies ask to be said beside their codes."""

from __future__ import annotations

LOINC = (
    "This material contains content from LOINC (http://loinc.org). LOINC is copyright © 1995-2026, Regenstrief "
    "Institute, Inc. and the Logical Observation Identifiers Names and Codes (LOINC) Committee and is available at no "
    "cost under the license at http://loinc.org/license. LOINC® is a registered United States trademark of Regenstrief "
    "Institute, Inc."
)
SNOMED = (
    "This material includes content from SNOMED CT, which is copyright © 2002+ International Health Terminology "
    "Standards Development Organisation (IHTSDO), and distributed by agreement between IHTSDO and HL7. Implementer use "
    "of SNOMED CT is not covered by this agreement. The identifiers and terms also stand in the Global Patient Set, "
    "produced by SNOMED International under CC BY 4.0. SNOMED CT® was originally created by the College of American "
    "Pathologists."
)
UCUM = (
    "The UCUM codes, UCUM table (regardless of format), and UCUM Specification are copyright © 1999-2009, Regenstrief "
    "Institute, Inc. and the Unified Codes for Units of Measures (UCUM) Organization. All rights reserved."
)
RULES = "The rules paraphrase published guidance, which belongs to its publishers; each names its source."
# For the element `copyright` of resources that hold codes of all of these, or could.
COPYRIGHT = "\n\n".join((RULES, LOINC, SNOMED, UCUM))
