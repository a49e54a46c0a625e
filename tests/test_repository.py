"""What must hold of the repository itself: what is in it, what the wheel carries, what the code may not do."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import spineworkup
from spineworkup.reading.find_packages import rules_root

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "spineworkup"
MODULES = sorted(SOURCE.rglob("*.py"))


def run(*arguments: object, cwd: Path = ROOT) -> str:
    done = subprocess.run([str(a) for a in arguments], cwd=cwd, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    return done.stdout


# What is tracked


def tracked() -> list[Path]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: what is tracked can't be told")
    return [path for name in run("git", "ls-files", "-z").split("\0") if name and (path := ROOT / name).is_file()]


# In pieces, or this file would be the first to break the rule.
HOSTS = ["pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "deb.debian" + ".org"]
MACHINE_PATH = re.compile(r"(?:^|[^A-Za-z0-9./_-])/(?:work|root|tmp|farm)(?:/|\b)", re.MULTILINE)


def test_no_tracked_file_names_a_registry_or_a_path_of_one_machine():
    """Pip's and npm's own configuration decide where packages come from, and a checkout may lie anywhere."""
    named = {}
    for path in tracked():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        hits = [host for host in HOSTS if host in text] + MACHINE_PATH.findall(text)
        if hits and path != Path(__file__).resolve():
            named[str(path.relative_to(ROOT))] = hits

    assert {} == named


def test_pins_hold_hashes_and_no_address():
    """Every pin of every file has a hash, and none says where it comes from."""
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        pins = re.findall(r"^[a-z0-9][^\n]*(?:\n    --hash[^\n]*)*", text, re.MULTILINE)

        assert "://" not in text
        assert pins
        assert [] == [pin for pin in pins if "--hash=sha256:" not in pin]


def test_what_several_sets_of_pins_share_is_the_same():
    """`make demo`, then `make test` exchanges no package for another version of it."""
    versions: dict[str, set[str]] = {}
    for path in (ROOT / "requirements").glob("*.txt"):
        for name, rest in re.findall(r"^([a-z0-9.-]+)==([^\\\n]+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            versions.setdefault(f"{path.name} {name}", set()).add(rest.strip())
    demo = {key.split()[1]: found for key, found in versions.items() if key.startswith("demo.txt")}

    assert demo
    for name, found in demo.items():
        assert found == versions[f"test.txt {name}"] == versions[f"judges.txt {name}"]


def test_links_between_documents_lead_somewhere():
    """A reader of the checkout never meets a dead end; addresses elsewhere aren't looked up."""
    dead = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in tracked()
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]

    assert [] == dead


def test_every_decision_is_listed():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")

    assert [] == [path.name for path in (ROOT / "docs" / "decisions").glob("*.md") if f"decisions/{path.name})" not in index]


# What is shipped


def files_under(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not any(part == "__pycache__" or part[0] == "." for part in path.relative_to(folder).parts)
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("wheel"), "wheel")


def build(folder: Path, into: Path, target: str) -> Path:
    pytest.importorskip("hatchling", reason="hatchling is not installed: no wheel can be built offline")
    run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", into, cwd=folder)
    (built,) = into.iterdir()
    return built


def packed(wheel: Path) -> set[str]:
    return {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("spineworkup/")}


def test_a_checkout_reads_its_own_rules():
    """An edit of a rule counts at once: nothing is copied."""
    assert ROOT / "rules" == Path(str(rules_root()))


def test_the_wheel_holds_all_rules_and_all_of_the_package(wheel: Path):
    expected = {f"spineworkup/rules/{name}" for name in files_under(ROOT / "rules")}
    expected |= {f"spineworkup/{name}" for name in files_under(SOURCE)}

    assert expected == packed(wheel)


def test_the_wheel_carries_licence_and_notices(wheel: Path):
    names = {Path(name).name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" in name}

    assert {"LICENSE", "NOTICE"} <= names


def test_a_wheel_built_from_the_sdist_is_the_same(wheel: Path, tmp_path: Path):
    """Nothing that the build needs is left out of the source distribution."""
    sdist = build(ROOT, tmp_path / "sdist", "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (folder,) = (tmp_path / "unpacked").iterdir()

    assert packed(wheel) == packed(build(folder, tmp_path / "again", "wheel"))


def test_an_installed_wheel_reads_the_rules_inside_it(wheel: Path, tmp_path: Path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r})\n"
        "from spineworkup.reading.find_packages import rules_root; print(rules_root())\n"
        "import spineworkup; print(spineworkup.load_pathway('metastatic_spine').id)"
    )

    assert [str(tmp_path / "site" / "spineworkup" / "rules"), "metastatic_spine"] == run(
        sys.executable, "-c", program, cwd=tmp_path
    ).split()


# The front door

PUBLIC = """
    AllOf AnyOf AtLeast Chart Checklist ChecklistItem Compare Finding IsOneOf Not Observation Pathway Present Quantity Rule
    SignOff SpineWorkupError Status Step StepEvent Truth Urgency UrgencyInterval WhyUnknown Workup assess load_pathway
    load_workup reassess save_workup
""".split()


def test_the_public_names_are_pinned():
    """A name at the front door is a promise: add one with a line in the changelog, take none away."""
    assert sorted(PUBLIC) == sorted(spineworkup.__all__)
    assert len(PUBLIC) <= 30


def test_every_public_name_is_there_and_listed():
    assert [] == [name for name in PUBLIC if not hasattr(spineworkup, name)]
    assert set(PUBLIC) <= set(dir(spineworkup))


def test_type_checkers_see_the_same_names():
    """The front door lists its names twice: once for type checkers, once for the moment of use."""
    (block,) = (n for n in nodes(SOURCE / "__init__.py") if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.unparse(n.test))
    homes = {
        (alias.asname, statement.module)
        for statement in block.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }

    assert homes == {(name, f"spineworkup.{home}") for name, home in spineworkup._HOME_OF.items()}


def test_a_name_that_is_not_there_says_so():
    with pytest.raises(AttributeError, match="no attribute 'asses'"):
        spineworkup.asses  # noqa: B018


EXTRAS = {"jinja2", "typst", "pypdf", "hypothesis", "pytest", "mypy", "numpy", "starlette", "uvicorn", "joserfc"}


@pytest.mark.parametrize(
    "program",
    ["import spineworkup", "from spineworkup import *", "import spineworkup.cli"],
)
def test_importing_loads_no_optional_dependency(program: str):
    """The core runs where no extra is installed, and starts fast where all are."""
    loaded = run(sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules)").split()

    assert set() == EXTRAS & {name.partition(".")[0] for name in loaded}


# What the code may not do


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def imports(path: Path) -> set[str]:
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in nodes(path):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def place(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


ROOMS: dict[str, str | tuple[str, ...]] = {
    "cattrs": "reading/structure.py",
    "z3": ("translate/to_z3.py", "proofs/"),
    "yaml": "reading/read_yaml.py",
    "jinja2": ("render/", "audit/"),
    "typst": "render/",
    "pypdf": "render/",
    "hypothesis": "testing/",
    "starlette": "cds_hooks/",
    "uvicorn": "cds_hooks/",
    "joserfc": "cds_hooks/",
    "pytest": "testing/",
    "numpy": ("cohort/", "synthetic/", "audit/"),
    "pyarrow": ("cohort/", "synthetic/", "audit/"),
    "pyspark": "cohort/on_spark.py",
}


@pytest.mark.parametrize(("package", "room"), ROOMS.items())
def test_a_library_of_others_keeps_to_its_room(package: str, room: str | tuple[str, ...]):
    """So that it can be exchanged in one place, and an extra is never needed outside its part."""
    users = [place(path) for path in MODULES if any(name.partition(".")[0] == package for name in imports(path))]

    assert [] == [user for user in users if not user.startswith(room)]


RUNS_CODE = {"pickle", "marshal", "shelve", "code", "codeop", "runpy", "ctypes", "subprocess", "multiprocessing"}
REACHES_OUT = {"socket", "ssl", "http", "urllib.request", "ftplib", "smtplib", "requests", "httpx", "httpx2", "webbrowser"}


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_no_module_can_run_code_from_data_or_reach_the_network(path: Path):
    banned = [
        name for name in imports(path) for bad in RUNS_CODE | REACHES_OUT if name == bad or name.startswith(bad + ".")
    ]

    assert [] == banned


BANNED_CALLS = re.compile(
    r"(?:builtins\.)?(?:eval|exec|compile|__import__|breakpoint)"
    r"|os\.(?:system|popen|exec\w*|spawn\w*)"
    r"|yaml\.(?:load|load_all|full_load|full_load_all|unsafe_load|unsafe_load_all|compose|compose_all)"
    r"|(?:markupsafe\.|jinja2\.)?Markup"
)


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_no_banned_call(path: Path):
    """No code from rules or charts; no YAML but through the guarded loader; no text marked as safe HTML."""
    assert [] == [f"line {call.lineno}: {name}" for name, call in calls(path) if BANNED_CALLS.fullmatch(name)]


CLOCKS = re.compile(r"(?:datetime\.)?(?:datetime|date)\.(?:now|today|utcnow)|time\.(?:time|localtime|gmtime)")


def test_the_clock_is_read_at_the_command_line_and_by_the_service_only():
    """`at` is an argument everywhere else: the same chart gives the same checklist tomorrow."""
    readers = {place(path) for path in MODULES for name, _ in calls(path) if CLOCKS.fullmatch(name)}

    assert readers <= {"commands/cases.py", "cds_hooks/clock.py"}


def test_no_chance_in_the_library():
    """What is drawn at random belongs to tests; an identifier made from what it identifies is no chance."""
    users = {place(path) for path in MODULES if imports(path) & {"random", "secrets"}}
    drawn = {place(path) for path in MODULES for node in nodes(path) if names_a_chance(node)}

    # A key that nobody has given has to be one that nobody can guess.
    assert {"cds_hooks/settings.py"} >= users | drawn


def names_a_chance(node: ast.AST) -> bool:
    names = {alias.name for alias in node.names} if isinstance(node, ast.ImportFrom) else {getattr(node, "attr", "")}
    return bool(names & {"uuid1", "uuid4", "urandom"})


def test_html_is_always_escaped():
    """Jinja escapes nothing by itself, and guesses wrongly from file names."""
    environments = [
        (place(path), {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords})
        for path in MODULES
        for name, call in calls(path)
        if name.split(".")[-1] in {"Environment", "Template"}
    ]

    for where, keywords in environments:
        assert keywords.get("autoescape") == "True", where
        assert keywords.get("undefined", "").endswith("StrictUndefined"), where


def test_no_template_escapes_the_escaping():
    """`|safe` prints foreign text as it is; `|default` prints something where a value is missing."""
    for template in (SOURCE / "render").rglob("*"):
        if template.suffix in {".html", ".j2", ".jinja", ".svg"}:
            assert not re.search(r"\|\s*(?:safe|default|d)\b|autoescape\s+false", template.read_text(encoding="utf-8"))


def test_inner_packages_have_an_empty_init():
    """There is one front door."""
    assert [] == [place(p) for p in SOURCE.rglob("*/__init__.py") if p.parent != SOURCE and p.read_text().strip()]


def test_every_import_is_free_of_rules_as_a_python_package():
    """`rules` is a folder of data inside the wheel: a module of that name would hide it."""
    assert not (SOURCE / "rules").exists()
    assert not (SOURCE / "rules.py").exists()
