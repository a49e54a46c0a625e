"""Many writers at the same time: nothing that one was told is saved is lost, and nothing stands twice.

A few in every run; `SPINEWORKUP_CAMPAIGN=1` takes 8 writers with 500 edits each, and
`python -m tests.workups.campaign edits --writers 16 --edits 5000` as many as one likes.
"""

from __future__ import annotations

import os

import pytest

from tests.workups.test_crashes import campaign


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_no_update_is_lost() -> None:
    each = 500 if os.environ.get("SPINEWORKUP_CAMPAIGN") else 25
    found = campaign("edits", "--writers", "8", "--edits", str(each))
    assert found["saved"] == 16 * each and found["lost"] == found["twice or never said"] == found["broken"] == 0
    # What has nothing to do with what others entered is brought together by itself, whoever came first.
    assert found["disjoint edits that met another's"] > 0
    assert found["clashes over one's own"] == 0
