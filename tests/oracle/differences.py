"""Where the engine doesn't do what the documents say, as found by this second evaluator.

While a name stands here the evaluator answers as the engine does, so that everything else can be compared. Each has an
expected failure in `test_differences.py`; once the engine is mended that test fails, and the name is taken out.
"""

from __future__ import annotations

UNSETTLED: dict[str, str] = {
    "facts of a stand-in": "every answer shows the facts used (design, section 1)",
    "a total that may be either": "an undetermined step is shown with what to ask (design, section 4)",
    "age of what is derived": "older than `max_age` counts as not known (glossary: fresh, stale)",
    "a stand-in asked for again": "done: and nothing newer asks for it again (design, section 4)",
    "onset beside a fact without a time": "a finding without a time never makes it later (decision 14)",
    "time of a step asked for again": "its time starts anew at the fact that asks for it again (decision 12)",
}
