"""The process that serves: it says what whoever starts it has to know, and logs nothing of its own."""

import uvicorn

from spineworkup.cds_hooks import server
from spineworkup.cds_hooks.server import MAX_HEAD, banner, config_of, run
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
