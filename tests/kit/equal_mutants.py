"""Mutants of the shipped rules that change no answer, each with why: no chart can tell them from the rules."""

# No value can be plausible and below the finding's lower bound, so a limit there or below it is always met.
_BELOW_WHAT_IS_PLAUSIBLE = {
    "bleeding_screen: comparator turned: done_when: inr >= 0 to >",
    "bleeding_screen: threshold moved: done_when: inr >= 0 to -1",
    "bleeding_screen: threshold moved: done_when: platelets >= 0 10*9/L to -1",
    "blood_tests: threshold moved: done_when: calcium_total >= 0.5 mmol/L to 0.4",
    "blood_tests: threshold moved: done_when: calcium_adjusted >= 0.5 mmol/L to 0.4",
    "blood_tests: comparator turned: done_when: alkaline_phosphatase >= 0 U/L to >",
    "blood_tests: threshold moved: done_when: alkaline_phosphatase >= 0 U/L to 1",
    "blood_tests: threshold moved: done_when: alkaline_phosphatase >= 0 U/L to -1",
    "blood_tests: comparator turned: done_when: haemoglobin >= 0 g/L to >",
    "blood_tests: threshold moved: done_when: haemoglobin >= 0 g/L to 1",
    "blood_tests: threshold moved: done_when: haemoglobin >= 0 g/L to -1",
    "blood_tests: threshold moved: done_when: platelets >= 0 10*9/L to -1",
    "blood_tests: comparator turned: done_when: creatinine >= 0 umol/L to >",
    "blood_tests: threshold moved: done_when: creatinine >= 0 umol/L to 1",
    "blood_tests: threshold moved: done_when: creatinine >= 0 umol/L to -1",
    "blood_tests: threshold moved: done_when: egfr >= 0 mL/min/{1.73_m2} to -1",
    "infection_screen: threshold moved: done_when: esr >= 0 mm/h to -1",
    "infection_screen: threshold moved: done_when: crp >= 0 mg/L to -1",
    "ionised_calcium_doubt: threshold moved: calcium_adjusted >= 0.5 mmol/L to 0.4",
    "ionised_calcium_doubt: threshold moved: calcium_total >= 0.5 mmol/L to 0.4",
    "ionised_calcium: threshold moved: done_when: calcium_ionised >= 0.2 mmol/L to 0.1",
    "myeloma_screen: threshold moved: done_when: paraprotein >= 0 g/L to -1",
    "neurological_examination: threshold moved: done_when: lowest_mrc_power >= 0 to -1",
}
# The option is in another literal of the same `any_of`.
_IN_ANOTHER_LITERAL = {
    "bleeding_before_procedure: value set shrunk: mri_result is one of cord_compression, metastasis without cord_compression",
    "ct_stability: value set shrunk: mri_result is one of cord_compression, metastasis without cord_compression",
    "oncology_metastasis: value set widened: mri_result is one of cord_compression, metastasis with intradural",
    "stop_steroid_other_reason: value set widened: haematological_malignancy is confirmed with suspected",
    "stop_steroid_other_reason: value set widened: haematological_malignancy is suspected with confirmed",
}
EQUAL = {
    **dict.fromkeys(_BELOW_WHAT_IS_PLAUSIBLE, "no plausible value lies on the other side of the limit"),
    **dict.fromkeys(_IN_ANOTHER_LITERAL, "the option is in another literal of the same any_of"),
}
