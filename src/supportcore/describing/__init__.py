"""
A desk as a page to read, drawn from its definition alone.

Markdown as code hosts show it: a Mermaid diagram, tables, lists, no HTML. What the page says of commands is asked of
the functions that decide them, and things are called what the views call them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from supportcore.definition.model import Definition
from supportcore.describing import words
from supportcore.describing.around import agreeing, notices, routing
from supportcore.describing.asked import forms, vocabularies
from supportcore.describing.doing import actions
from supportcore.describing.flow import by_itself, states
from supportcore.describing.page import Lines, bullets, code, joined, table
from supportcore.describing.people import accounts, knowledge, people
from supportcore.describing.promises import promises
from supportcore.describing.shown import shown
from supportcore.describing.teller import Teller

_SECTIONS = (
    people, states, by_itself, actions, forms, vocabularies, routing, agreeing, promises, notices, shown, knowledge,
    accounts,
)  # fmt: skip


def describe(definition: Definition, locale: str = "en", *, beside: str = "") -> str:
    """
    Return a desk as Markdown.

    Args:
        locale: Language of the page; the desk's first where it has not got that.
        beside: A second language whose labels stand beside those of the first; empty, or one that the desk has not
            got, for none.

    Returns:
        Lines that end in a line break, the first of them a heading.
    """
    languages = definition.labels.languages
    language = definition.labels.language(locale)
    teller = Teller(definition, language, beside if beside in languages and beside != language else "")
    return joined(_page(teller))


def index(definitions: Iterable[Definition], locale: str = "en") -> str:
    """Return a page that leads to those of several desks, each in a file of the desk's key."""
    tellers = [Teller(definition, definition.labels.language(locale)) for definition in definitions]
    spanish = locale.startswith("es")
    head = (
        ("mesa", "clave", "roles", "estados", "acciones") if spanish else ("desk", "key", "roles", "states", "actions")
    )
    return joined(_index(tellers, "Mesas" if spanish else "Desks", head))


def _index(tellers: Sequence[Teller], title: str, head: Sequence[str]) -> Iterator[str]:
    yield f"# {title}"
    yield from table(
        head,
        (
            (
                f"[{t.label('desk', 'name')}]({t.desk.key}.md)",
                code(t.desk.key),
                *(str(len(some)) for some in (t.desk.roles, t.desk.workflow.states, t.desk.workflow.actions)),
            )
            for t in tellers
        ),
    )


def _page(t: Teller) -> Lines:
    desk = t.desk
    yield f"# {t.name('desk', 'name')} ({code(desk.key)})"
    speaks = ", ".join(t.word(words.LANGUAGES, language) for language in desk.languages)
    yield from bullets(
        [
            t.say(f"Languages: {speaks}", f"Idiomas: {speaks}"),
            t.say(f"Time zone: {code(desk.zone)}", f"Zona horaria: {code(desk.zone)}"),
            t.say("Every ticket belongs to a customer", "Todo ticket pertenece a un cliente")
            if desk.customer == "required"
            else t.say("Tickets belong to no customer", "Los tickets no pertenecen a ningún cliente"),
        ]
    )
    for section in _SECTIONS:
        yield from section(t)
