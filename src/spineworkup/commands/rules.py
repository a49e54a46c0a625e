"""The commands about the rules themselves: check, prove, compare, list."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from spineworkup.commands.cases import now, time_of
from spineworkup.commands.many import say_failed
from spineworkup.commands.parsers import Commands, add_moment, add_overlays
from spineworkup.commands.saying import OK, PROBLEMS, print_folded, say, say_problems
from spineworkup.errors import MissingExtraError, ReadError
from spineworkup.pathways import Pathway
from spineworkup.reading.check_paths import check_path, check_shipped
from spineworkup.reading.find_packages import OVERLAYS, names, rules_root
from spineworkup.reading.lints import SOLVED, Lint
from spineworkup.reading.load import DEFAULT, load_pathway
from spineworkup.render.to_list import findings_list, rules_list, steps_list

if TYPE_CHECKING:
    from spineworkup.proofs.witnesses import Witness

LISTS: Mapping[str, Callable[[Pathway], str]] = {"steps": steps_list, "findings": findings_list, "rules": rules_list}


def add_parsers(commands: Commands) -> None:
    """Add the commands about the rules."""
    words = "check rule packages, overlays and case files"
    made = commands.add("check", run_check, words, "spineworkup check rules/metastatic_spine case.yaml")
    made.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="the shipped rules, when left out")
    words = "prove what must hold for every patient, or show one for whom it doesn't"
    made = commands.add("prove", run_prove, words, "spineworkup prove --overlay my-overlay/ --to patients/")
    made.add_argument("package", nargs="?", metavar="PACKAGE", default=DEFAULT, help="the shipped rules, when left out")
    made.add_argument(
        "--overlay", action="append", default=[], metavar="NAME", help="every shipped one, when left out"
    )
    made.add_argument("--to", metavar="DIR", help="write the patients as case files")
    words = "show whom two versions of the rules treat differently"
    made = commands.add("diff", run_diff, words, "spineworkup diff metastatic_spine metastatic_spine+my-overlay/")
    for name in ("old", "new"):
        made.add_argument(name, metavar=name.upper(), help="a package, or PACKAGE+OVERLAY, by name or folder")
    made.add_argument("--cases", metavar="FOLDER", type=Path, help="say it of these case files and workups too")
    add_moment(made)
    made.add_argument("--to", metavar="DIR", help="write the patients as case files")
    for name, listing in LISTS.items():
        add_overlays(commands.add(name, run_list(listing), f"list the {name} with their ids", f"spineworkup {name}"))


def run_check(options: argparse.Namespace) -> int:
    """Check files; every problem on a line of its own, with its place."""
    today, more = now().date(), _solver_lints()
    problems = (
        [problem for path in options.paths for problem in check_path(path, today=today, more=more)]
        if options.paths
        else check_shipped(today=today, more=more)
    )
    if problems:
        say_problems(ReadError(problems))
    else:
        what = ", ".join(str(path) for path in options.paths) or "the shipped rules"
        print(f"No problems in {what}")
    if more is None:
        say(f"not looked for: {', '.join(SOLVED)} (install the extra 'proofs' for that)")
    return PROBLEMS if problems else OK


def _solver_lints() -> Callable[[Pathway], list[Lint]] | None:
    """Return what finds the lints that need a solver; None where there is none."""
    if not has_solver():
        return None
    from spineworkup.proofs.lints import solver_lints

    return solver_lints


def run_prove(options: argparse.Namespace) -> int:
    """Prove what must hold of the rules, and of the rules with overlays."""
    needs_solver()
    from spineworkup.proofs.claims import CLAIMS
    from spineworkup.proofs.overlays import overlay_claim
    from spineworkup.proofs.prove import prove
    from spineworkup.proofs.to_words import report_words

    base = load_pathway(options.package)
    shipped = names(rules_root() / OVERLAYS, "overlay.yaml") if base.id == DEFAULT else []
    chosen = [options.overlay] if options.overlay else [[], *([name] for name in shipped)]
    reports = []
    for overlays in chosen:
        pathway = load_pathway(options.package, overlays)
        if overlays and pathway.decides_as(base):
            print(f"{', '.join(overlays)}: changes no rule, so what holds of {base.id} holds of it")
            continue
        claims = [*CLAIMS, *([overlay_claim(base)] if overlays else [])]
        reports.append(prove(pathway, claims))
        print(report_words(reports[-1]), flush=True)
    found = [finding for report in reports for finding in report.findings]
    _write_cases(options.to, [witness for finding in found for witness in finding.witnesses])
    return PROBLEMS if found else OK


def run_diff(options: argparse.Namespace) -> int:
    """Show which patients two versions treat differently: those of a folder, and every kind that there can be."""
    if options.cases is None:
        needs_solver()
    old, new = (
        load_pathway(name, overlays)
        for name, *overlays in (options.old.split("+"), options.new.split("+"))
    )
    code = OK if options.cases is None else _diff_cases(options, old, new)
    if has_solver():
        return max(code, _diff_kinds(options, old, new))
    say("not looked for: the kinds of patient (install the extra 'proofs' for that)")
    return code


def _diff_kinds(options: argparse.Namespace, old: Pathway, new: Pathway) -> int:
    from spineworkup.proofs.compare import differences
    from spineworkup.proofs.to_words import differences_words

    found = differences(old, new)
    print(differences_words(found, options.old, options.new))
    _write_cases(options.to, [difference.witness for difference in found])
    return PROBLEMS if found else OK


def _diff_cases(options: argparse.Namespace, old: Pathway, new: Pathway) -> int:
    from spineworkup.commands.patients import compare_patients

    compared = compare_patients(options.cases, old, new, time_of("--at", options.at))
    say_failed(compared.failed)
    count = len(compared.differing)
    print(f"{count} of {compared.count} patients of {options.cases} {'is' if count == 1 else 'are'} treated differently (times are UTC)")
    for step, patients in Counter(step for one in compared.differing for step in one.steps).most_common():
        print(f"  {patients:5} {step}")
    for one in compared.differing:
        print(f"\n{one.file}:")
        for words in one.words:
            print_folded(f"  {words}")
    print()
    return PROBLEMS if compared.failed or compared.differing else OK


def has_solver() -> bool:
    """Return whether the solver is installed."""
    return find_spec("z3") is not None


def needs_solver() -> None:
    """Say how to install the solver where it isn't there."""
    if not has_solver():
        raise MissingExtraError("proofs", "z3-solver")


def _write_cases(folder: str | None, witnesses: Sequence[Witness]) -> None:
    if folder is None or not witnesses:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    for number, witness in enumerate(witnesses, 1):
        label = witness.case.splitlines()[0].removeprefix("case: ").strip('"')
        (Path(folder) / f"{number:02d}_{label}.yaml").write_text(witness.case, encoding="utf-8")
    print(f"Written to {folder}: {len(witnesses)} patient{'' if len(witnesses) == 1 else 's'}")


def run_list(listing: Callable[[Pathway], str]) -> Callable[[argparse.Namespace], int]:
    """Return the command that prints a list."""

    def run(options: argparse.Namespace) -> int:
        print(listing(load_pathway(DEFAULT, options.overlay)))
        return OK

    return run
