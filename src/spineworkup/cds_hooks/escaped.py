"""Texts of the rules as Markdown, escaped once and not for every patient."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from spineworkup.pathways import Pathway
from spineworkup.render.to_markdown import escape
from spineworkup.render.wording import sentence

Escape = Callable[[str], str]


def escaping(pathway: Pathway) -> Escape:
    r"""Return `escape`, which knows the texts of a pathway by heart; what is a patient's is escaped anew and not kept.

    >>> from spineworkup import load_pathway
    >>> print(escaping(load_pathway())("*a* <b>"))
    \*a\* \<b\>
    """
    known = pathway.remember("escaped texts", lambda one: {text: escape(text) for text in _texts(one)})

    def escaped(text: str) -> str:
        return known.get(text) or escape(text)

    return escaped


def _texts(pathway: Pathway) -> Iterator[str]:
    for step in pathway.steps.values():
        yield from (step.label, step.action, f"({step.owner}): ")
        for rule in step.rules:
            yield from (rule.says, sentence(rule.says))
    for finding in pathway.findings.values():
        yield from (finding.label, finding.ask, *finding.options.values())
    yield from ("present", "absent")
