"""Faults in what is recorded of a patient, and in when the checklist is made: they have to be said to who reads it."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.malfunctions.detectors import CHECK, RECORDING, asked, held, notice
from tests.malfunctions.faults import Fault
from tests.malfunctions.world import at, in_record

CALCIUM, IMPLANT = "calcium_total: 2.40 mmol/L", "implant_mri_status: none"
WEAKNESS = "{value: present, at: 2026-11-20T08:30:00+00:00, source: ward}"
BLOODS = "{state: requested, at: 2026-11-20T09:30:00+00:00}"
SUSPICION = "{suspicion: 2026-11-20T09:00:00+00:00}"
IN_RECORDS = (
    Fault("MR-01d", "A1", "A record still has an option that was renamed", "codes",
          in_record(IMPLANT, "implant_mri_status: mri_unsafe"), (RECORDING,)),
    Fault("MR-02a", "A2", "A record has a code that is not known here", "codes",
          in_record(IMPLANT, "implant_mri_status: {value: unknown, reason: unmapped_code}"), (notice("unmapped_code"), asked("implant_mri_status"))),
    Fault("MR-11a", "A11", "The day of review is past", "clock", at(datetime(2027, 12, 1, tzinfo=UTC)), (notice("past_review"), CHECK)),
    Fault("MR-13d", "A13", "A quantity has lost its unit", "units", in_record(CALCIUM, "calcium_total: 2.40"), (RECORDING,)),
    Fault("MR-13e", "A13", "A quantity has the unit of something else", "units", in_record(CALCIUM, "calcium_total: 2.40 U/L"), (RECORDING,)),
    Fault("MR-13f", "A13", "A unit is written with the wrong capital", "units", in_record(CALCIUM, "calcium_total: 9.6 Mg/dL"), (RECORDING,)),
    Fault("MR-14a", "A14", "A mass stands under the unit of an amount", "units",
          in_record(CALCIUM, "calcium_total: 9.6 mmol/L"), (notice("implausible"), asked("calcium_total"))),
    Fault("MR-14b", "A14", "Grams for a decilitre stand as grams for a litre", "units",
          in_record("albumin: 40 g/L", "albumin: 4.0 g/L"), (notice("implausible"), asked("albumin"))),
    Fault("MR-15a", "A15", "A result of another patient disagrees", "record",
          in_record(f"limb_weakness: {WEAKNESS}", f"limb_weakness: [{WEAKNESS}, {{value: absent, at: 2026-11-20T09:00:00+00:00, source: other}}]"),
          (notice("conflict"), asked("limb_weakness"))),
    Fault("MR-21a", "A21", "A result was not fetched", "record",
          in_record(IMPLANT, "implant_mri_status: {value: unknown, reason: not_fetched}"), (notice("not_fetched"), asked("implant_mri_status"))),
    Fault("MR-21c", "A21", "The record is cut off in the middle", "record",
          in_record(f"none\n  {CALCIUM}\n  albumin: 40 g/L\nsteps:\n  blood_tests: {BLOODS}\n", "none\n  calc"), (RECORDING,)),
    Fault("MR-24f", "A24", "The MRI is not available", "record",
          in_record("steps:\n", "not_available: [mri_whole_spine]\nsteps:\n"), (held("mri_whole_spine"),)),
    Fault("MR-C5", "C", "A record is of a newer form than the library knows", "record", in_record("age_years: 67\n", "age_years: 67\nnew_kind_of_fact: 1\n"), (RECORDING,)),
    Fault("MR-C7c", "C", "A result lies in the future", "clock",
          in_record("at: 2026-11-20T08:30", "at: 2026-11-21T08:30"), (notice("in_future"), asked("limb_weakness"))),
    Fault("MR-C7d", "C", "A step is said to have happened later", "clock",
          in_record("at: 2026-11-20T09:30", "at: 2026-11-21T09:30"), (notice("future_event"),)),
    Fault("MR-C7e", "C", "The clock of the checklist runs behind that of the record", "clock",
          at(datetime(2026, 11, 20, 7, 0, tzinfo=UTC)), (notice("in_future"), notice("future_clock"), notice("future_event"))),
    Fault("MR-26c", "A8", "A contraindication is signed off by the wrong role", "record",
          in_record("steps:\n", "sign_offs: [{rule: biopsy_inr_1_5, by: porter, at: 2026-11-20T09:00:00+00:00}]\nsteps:\n"), (notice("sign_off_not_counted"),)),
    Fault("MR-29", "A23", "A name in the record has a slip in it", "record", in_record("night_pain", "nigth_pain"), (RECORDING,)),
    Fault("B4b", "B", "A finding is recorded twice", "record", in_record("  albumin: 40 g/L\n", "  albumin: 40 g/L\n  albumin: 20 g/L\n"), (RECORDING,)),
    Fault("B5", "B", "Absent is written as the word no", "record", in_record("night_pain: present", "night_pain: no"), (RECORDING,)),
    Fault("B8", "B", "A number is none", "record", in_record(CALCIUM, "calcium_total: NaN mmol/L"), (RECORDING,)),
    Fault("B12", "B", "A time has no zone", "record", in_record("08:30:00+00:00", "08:30:00"), (RECORDING,)),
)  # fmt: skip
