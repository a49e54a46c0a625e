"""Texts of the rules as Markdown, escaped once and not for every patient."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from spineworkup.cds_hooks.plain_text import one_line
from spineworkup.pathways import Pathway
from spineworkup.render.to_markdown import escape
from spineworkup.render.wording import sentence

Escape = Callable[[str], str]


def markdown(text: str) -> str:
    """Return a text as Markdown that shows it as it is, in one line."""
    return escape(one_line(text))


def escaping(pathway: Pathway) -> Escape:
    r"""Return `markdown`, which knows the texts of a pathway by heart; what is a patient's is escaped anew and not kept.

    >>> from spineworkup import load_pathway
    >>> print(escaping(load_pathway())("*a* <b>"))
    \*a\* \<b\>
    """
    known = pathway.remember("escaped texts", lambda one: {text: markdown(text) for text in _texts(one)})

    def escaped(text: str) -> str:
        return known.get(text) or markdown(text)

    return escaped


def _texts(pathway: Pathway) -> Iterator[str]:
    for step in pathway.steps.values():
        yield from (step.label, step.action, f"({step.owner}): ")
        for rule in step.rules:
            yield from (rule.says, sentence(rule.says))
    for finding in pathway.findings.values():
        yield from (finding.label, finding.ask, *finding.options.values())
    yield from ("present", "absent")
