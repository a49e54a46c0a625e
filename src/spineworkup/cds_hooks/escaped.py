"""Texts of the rules as Markdown, escaped once and not for every patient."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from spineworkup.cds_hooks.plain_text import one_line
from spineworkup.pathways import Pathway
from spineworkup.render.to_markdown import escape
from spineworkup.render.wording import sentence
from spineworkup.sources import Source

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
        return known[text] if text in known else markdown(text)

    return escaped


def source_words(source: Source | None, id_: str) -> str:
    """Return a source in words; its id where the rules don't describe it."""
    if source is None:
        return id_
    return " ".join(sentence(part) for part in (source.title, publisher_of(source), source.date) if part)


def publisher_of(source: Source) -> str:
    """Return who published a source; nothing where nobody did."""
    return "" if source.publisher == "none" else source.publisher


def _texts(pathway: Pathway) -> Iterator[str]:
    for step in pathway.steps.values():
        yield from (step.label, step.action, f"({step.owner})")
        for rule in step.rules:
            yield from (rule.says, sentence(rule.says))
            yield from (cite.at for cite in rule.cites)
    yield from (source_words(source, source.id) for source in pathway.sources.values())
    for finding in pathway.findings.values():
        yield from (finding.label, finding.ask, *finding.options.values())
    yield from ("present", "absent")
