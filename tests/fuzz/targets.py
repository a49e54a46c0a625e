"""The targets by name. Each is a module with `run(data)`, `inputs()` to begin with, and `words()` of its language."""

from __future__ import annotations

from types import ModuleType

from tests.fuzz import (
    case_file,
    cds_request,
    cds_token,
    notation,
    overlay,
    print_case,
    quantity_and_time,
    rules_yaml,
)

TARGETS: dict[str, ModuleType] = {
    "rules_yaml": rules_yaml,
    "overlay": overlay,
    "case_file": case_file,
    "notation": notation,
    "quantity_and_time": quantity_and_time,
    "print_case": print_case,
    "cds_request": cds_request,
    "cds_token": cds_token,
}
