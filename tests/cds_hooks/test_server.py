"""The process that serves: it says what whoever starts it has to know, and logs nothing of its own."""

import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import uvicorn

from spineworkup.cds_hooks import server
from spineworkup.cds_hooks.limits import MAX_HEAD
from spineworkup.cds_hooks.server import banner, config_of, run
from spineworkup.cds_hooks.settings import Settings


def test_without_clients_it_says_that_anybody_on_this_machine_may_call():
    said = banner(Settings(demo=True))

    assert "Anybody on this machine may call, without authentication" in said
    assert "http://127.0.0.1:8000/cds-services" in said
    assert "http://127.0.0.1:8000/demo/" in said
    assert "Not a medical device." in said


def test_the_page_is_named_only_where_it_is():
    assert "/demo" not in banner(Settings())


def test_nothing_of_a_request_is_logged_but_by_the_service():
    config = config_of(Settings())

    assert (config.access_log, config.log_config, config.server_header) == (False, None, False)


def test_limits_hold_before_the_service_is_reached():
    config = config_of(Settings(max_connections=7))

    assert config.limit_concurrency == 7
    assert config.h11_max_incomplete_event_size == MAX_HEAD
    assert config.timeout_keep_alive == 5


def test_no_header_of_a_proxy_is_believed_by_the_server():
    """The service looks at them itself, and only from peers that are named."""
    config = config_of(Settings())

    assert not config.proxy_headers
    assert config.ws == "none"


def test_it_runs_until_it_is_told_to_end(monkeypatch):
    ran = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self: ran.append(self.config.port))
    run(Settings(port=8123))

    assert ran == [8123]
    assert server.run is run


# Over a socket


@contextmanager
def running():
    """The command in a process of its own, at a free port; yields the port and the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "spineworkup", "serve", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not listens(port) and process.poll() is None:
            time.sleep(0.05)
        yield port, process
    finally:
        process.terminate()
        process.wait()


def listens(port):
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def sent(port, head, body=b""):
    """Send what may be refused before its end; return the status, or "cut off" where the connection ended first."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        with suppress(OSError):
            connection.sendall(head + b"\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n" % port + body)
        try:
            return int(connection.recv(100).split()[1])
        except ConnectionError:
            return "cut off"


def memory(process):
    """Return how much a process has taken at the most, in MB."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc, which only Linux has")
def test_neither_headers_nor_bodies_without_end_take_memory():
    post = b"POST /cds-services/spine-workup-patient-view HTTP/1.1\r\nContent-Type: application/json"
    size = 30_000_000
    with running() as (port, process):
        assert sent(port, b"GET /health HTTP/1.1\r\nX-A: " + b"a" * 1000) == 200
        before = memory(process)
        assert sent(port, b"GET /health HTTP/1.1\r\nX-A: " + b"a" * MAX_HEAD) == 431
        assert sent(port, b"GET /health HTTP/1.1" + b"\r\nX-A: aaaaaaaaaa" * 2000) == 431
        # Beyond what comes in one piece, the server's own answer.
        assert sent(port, b"GET /health HTTP/1.1\r\nX-A: " + b"a" * 2_000_000) in (400, "cut off")
        assert sent(port, post + b"\r\nContent-Length: %d" % size, b"x" * size) in (413, "cut off")
        chunks = b"".join(b"10000\r\n" + b"x" * 65_536 + b"\r\n" for _ in range(size // 65_536))
        assert sent(port, post + b"\r\nTransfer-Encoding: chunked", chunks + b"0\r\n\r\n") in (413, "cut off")
        assert sent(port, b"GET /health HTTP/1.1") == 200
        assert memory(process) < before + 64
