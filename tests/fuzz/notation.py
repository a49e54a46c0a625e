"""A criterion in the notation of the rule files, in the language of the shipped pathway."""

from __future__ import annotations

import re

from spineworkup import load_pathway
from spineworkup.errors import NotationError
from spineworkup.reading.parse_notation import Vocabulary, parse_notation
from spineworkup.reading.read_yaml import read_yaml
from spineworkup.translate.to_notation import to_notation
from tests.fuzz import seeds
from tests.fuzz.judge import Finding

PATHWAY = load_pathway()
WORDS = Vocabulary(dict(PATHWAY.findings), {id_: named.when for id_, named in PATHWAY.criteria.items()})
# A threshold may have more decimals once it is converted than anybody may write.
_WRITTEN = re.compile(r"[0-9]\.[0-9]{31}")


def run(data: bytes) -> None:
    """Parse it as a line, and as YAML where it is that; what was parsed is written and parsed again."""
    text = data.decode("utf-8", "replace")
    _parse(text)
    document, problems = read_yaml(data, "line.yaml")
    if not problems and document.data != text:
        _parse(document.data)


def _parse(written: object) -> None:
    try:
        criterion = parse_notation(written, WORDS)
    except NotationError as error:
        if not str(error).isprintable():
            raise Finding("a message that can't be read") from error
        return
    again = to_notation(criterion, WORDS.findings)
    if not _WRITTEN.search(str(again)) and parse_notation(again, WORDS) != criterion:
        raise Finding("written and read back it is another criterion")


def inputs() -> list[bytes]:
    """Return what to begin with: every criterion of the shipped rules that stands on a line."""
    found = {line for _, raw in seeds.rule_files() for line in seeds.lines(raw)}
    return sorted(found)


def words() -> list[bytes]:
    """Return the findings, names, options and units of the pathway."""
    findings = PATHWAY.findings.values()
    options = {option for finding in findings for option in finding.options}
    units = {unit for finding in findings for unit in (finding.unit, *finding.also) if unit}
    return [word.encode() for word in [*PATHWAY.findings, *PATHWAY.criteria, *sorted(options), *sorted(units)]]
