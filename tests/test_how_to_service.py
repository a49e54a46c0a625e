"""The pages of docs/how-to: their commands run as they stand, in a shell, and print what is shown; servers on a port of their own."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="the extra `cds-hooks` isn't installed")

from spineworkup import load_pathway
from spineworkup.cds_hooks.prefetch import slots_of
from spineworkup.cds_hooks.read_settings import read_settings
from spineworkup.cds_hooks.replay import Use

ROOT = Path(__file__).resolve().parents[1]
# What the commands of a page need, but for the command line's own extra `cds-hooks`.
NEEDED = {"bulk-export-to-audit": ("numpy", "pyarrow", "jinja2"), "cohort-on-spark": ("numpy", "pyarrow", "pandas", "pyspark", "dask", "duckdb")}
PAGES = sorted((ROOT / "docs" / "how-to").glob("*.md"))
COMMAND = re.compile(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def commands(page: Path) -> list[tuple[str, list[str]]]:
    """The commands of a page in their order, each with the lines that it shows."""
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [(command, shown.splitlines()) for block in blocks for command, shown in COMMAND.findall(block)]


@pytest.fixture
def port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


class Shell:
    """A folder with the documentation in it, and the library's command as people have it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.servers: list[subprocess.Popen[str]] = []
        (folder / "docs").symlink_to(ROOT / "docs")
        tools = folder / "tools"
        tools.mkdir()
        for name, arguments in (("spineworkup", "-m spineworkup"), ("python", "")):
            tool = tools / name
            tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n')
            tool.chmod(0o755)
        # Spark starts Python anew, and looks for a network where nothing tells it that it needs none.
        spark = {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
        self.environment = {**os.environ, **spark, "PATH": f"{tools}:{os.environ['PATH']}"}

    def run(self, command: str) -> list[str]:
        """Run a command to its end; of one that ends with `&`, until it serves."""
        command = command.replace("8000", str(self.port))
        if command.endswith("&"):
            return self._serve(command.removesuffix("&"))
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command], cwd=self.folder, env=self.environment,
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return (done.stdout + done.stderr).splitlines()

    def _serve(self, command: str) -> list[str]:
        with (self.folder / "server.log").open("w") as log:
            server = subprocess.Popen(
                ["bash", "-c", f"exec {command}"], cwd=self.folder, env=self.environment, stdout=log, stderr=log, text=True
            )  # fmt: skip
        self.servers.append(server)
        deadline = time.monotonic() + 60
        while not self._is_ready():
            assert server.poll() is None and time.monotonic() < deadline, (self.folder / "server.log").read_text()
            time.sleep(0.05)
        return (self.folder / "server.log").read_text().splitlines()

    def _is_ready(self) -> bool:
        asked = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            asked.request("GET", "/ready")
            return asked.getresponse().status == 200
        except OSError:
            return False
        finally:
            asked.close()

    def close(self) -> None:
        for server in self.servers:
            server.send_signal(signal.SIGINT)
            server.wait(20)


@pytest.fixture
def shell(tmp_path: Path, port: int) -> Iterator[Shell]:
    for tool in ("bash", "curl"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} isn't installed")
    opened = Shell(tmp_path, port)
    # The settings of the page name the page's port as well.
    yield opened
    opened.close()


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_the_commands_of_a_page_print_what_it_shows(page: Path, shell: Shell) -> None:
    for name in NEEDED.get(page.stem, ()):
        pytest.importorskip(name, reason=f"{name} isn't installed, which this page needs")
    if "pyspark" in NEEDED.get(page.stem, ()) and shutil.which("java") is None:
        pytest.skip("Java isn't installed, which this page needs")
    for command, shown in commands(page):
        if command == "cp docs/examples/service/service.yaml .":
            settings = (ROOT / "docs" / "examples" / "service" / "service.yaml").read_text()
            (shell.folder / "service.yaml").write_text(settings.replace("8000", str(shell.port)))
            continue
        printed = [line.strip() for line in shell.run(command)]
        for wanted in (line.strip().replace("8000", str(shell.port)) for line in shown):
            found = next((n for n, line in enumerate(printed) if wanted in line), None)
            assert found is not None, f"{command}\n{wanted}\n\n" + "\n".join(printed[:200])
            printed = printed[found + 1 :]


def test_there_are_pages_with_commands() -> None:
    assert {"answer-a-request", "behind-an-ehr", "bundle-to-checklist", "checklist-to-service-requests", "questionnaire-in-a-form"} <= {
        page.stem for page in PAGES
    }  # fmt: skip
    assert all(len(commands(page)) >= 3 for page in PAGES)


def test_the_scopes_are_those_of_the_queries() -> None:
    page = (ROOT / "docs" / "how-to" / "behind-an-ehr.md").read_text(encoding="utf-8")
    asked = {slot.type for slot in slots_of(load_pathway())}
    v1 = set(re.findall(r"`patient/(\w+)\.read`", page))
    v2 = dict(re.findall(r"`patient/(\w+)\.(rs?)`", page))

    assert asked == v1 == v2.keys()
    assert {"Patient"} == {name for name, scope in v2.items() if scope == "r"}


def test_the_example_request_answers_every_query() -> None:
    request = json.loads((ROOT / "docs" / "examples" / "fhir" / "request.json").read_text(encoding="utf-8"))

    assert {slot.key for slot in slots_of(load_pathway())} == request["prefetch"].keys()


def test_the_settings_of_the_page_can_be_read(shell: Shell) -> None:
    shutil.copy(ROOT / "docs" / "examples" / "service" / "service.yaml", shell.folder)
    shell.run("python docs/examples/service/new_key.py")
    settings = read_settings(shell.folder / "service.yaml")

    assert settings.authenticates
    assert frozenset({"mri_whole_spine"}) == settings.not_available_to("https://ehr.example.org", "clinic")


def test_processes_that_share_a_store_let_a_token_in_once(tmp_path: Path) -> None:
    made = runpy.run_path(str(ROOT / "docs" / "examples" / "service" / "shared_store.py"))
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    stores = [made["SharedStore"](str(tmp_path / "tokens.sqlite")) for _ in range(4)]

    def use(number: int) -> Use:
        return stores[number % 4].use("https://ehr.example.org", str(number // 20), noon + timedelta(minutes=5), noon)

    with ThreadPoolExecutor(8) as threads:
        said = Counter(threads.map(use, range(200)))

    assert {Use.FIRST: 10, Use.AGAIN: 190} == said
    assert Use.FIRST is stores[0].use("https://other.example.org", "0", noon + timedelta(minutes=5), noon)
    assert Use.FULL is made["SharedStore"](str(tmp_path / "no" / "folder")).use("i", "j", noon, noon)


def test_links_of_the_pages_lead_somewhere() -> None:
    for page in PAGES:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), (page.name, link)
