"""Several processes of the service on one machine, which let each token in once between them."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

from starlette.applications import Starlette

from spineworkup.cds_hooks.app import create_app
from spineworkup.cds_hooks.read_settings import read_settings
from spineworkup.cds_hooks.replay import Use, fingerprint

# Longer than a token can live: a clock that is set back a little lets nothing in again.
KEPT = timedelta(hours=1)


class SharedStore:
    """Remembers tokens in a file of SQLite; of a token itself nothing is kept."""

    def __init__(self, path: str) -> None:
        self.path = path

    def use(self, iss: str, jti: str, until: datetime, at: datetime) -> Use:
        """Note that a token is used; where the file can't be written nobody is let in."""
        try:
            with closing(sqlite3.connect(self.path, timeout=1)) as file, file:
                file.execute("CREATE TABLE IF NOT EXISTS used (token BLOB PRIMARY KEY, until REAL)")
                file.execute("DELETE FROM used WHERE until < ?", ((at - KEPT).timestamp(),))
                row = (fingerprint(iss, jti), until.timestamp())
                added = file.execute("INSERT OR IGNORE INTO used VALUES (?, ?)", row).rowcount
        except sqlite3.Error:
            return Use.FULL
        return Use.FIRST if added else Use.AGAIN


def app() -> Starlette:
    """Return the service as each process runs it; its settings need a `secret_file`, which all of them share."""
    return create_app(read_settings("service.yaml"), store=SharedStore("tokens.sqlite"))
