"""
What things are called on a page: the labels of a desk, with another language beside where it is asked for.

The words are those of the views, so that a page and a screen never call one thing differently.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from functools import cached_property

import attrs

from supportcore.definition.files import FILES
from supportcore.definition.model import Definition
from supportcore.describing import words as told
from supportcore.describing.page import plain
from supportcore.describing.words import Words
from supportcore.desk.answers import Rules
from supportcore.desk.offers import COMMAND_LABELS, command_label
from supportcore.desk.views.listing import LIST_LABEL
from supportcore.desk.views.viewer import COLUMN_LABELS, PARTY_LABELS, Viewer
from supportcore.forms.fields import DEFAULT_FORM, Form
from supportcore.people.access import SYSTEM, Actor
from supportcore.predicate import FORM, Predicate, words
from supportcore.text import FIRST_INSTANT
from supportcore.workflow.diagram import span_told

_READER = Actor(id="reader")
_BUILT_IN = {("forms", DEFAULT_FORM): COMMAND_LABELS["open"], ("slots", FILES): COLUMN_LABELS["files"]}


@attrs.frozen(slots=False)
class Teller:
    """
    The words of one page.

    Attributes:
        desk: What the page is about.
        language: ``es`` or ``en``, of all text; one the desk has.
        beside: A second language of labels, or empty.
    """

    desk: Definition
    language: str
    beside: str = ""

    @cached_property
    def _viewer(self) -> Viewer:
        return self._viewing(self.language)

    @cached_property
    def _other(self) -> Viewer:
        return self._viewing(self.beside)

    def _viewing(self, language: str) -> Viewer:
        return Viewer(rules=Rules(self.desk), actor=attrs.evolve(_READER, locale=language), now=FIRST_INSTANT)

    def say(self, english: str, spanish: str) -> str:
        """Return one of two wordings."""
        return self._viewer.say(english, spanish)

    def word(self, known: Words, key: str, **facts: str) -> str:
        """Return what a value of a closed list is called."""
        return self.say(*known.get(key, (key, key))).format(**facts)

    # -- labels --------------------------------------------------------------------------------------------------------

    def label(self, section: str, key: str) -> str:
        """Return what the desk calls something."""
        return plain(_label(self._viewer, section, key))

    def name(self, section: str, key: str, *, strong: bool = False) -> str:
        """Return what the desk calls something, in both languages where they differ."""
        first = self.label(section, key)
        other = plain(_label(self._other, section, key)) if self.beside else first
        shown = f"**{first}**" if strong else first
        return shown if other == first else f"{shown} · *{other}*"

    def help(self, section: str, key: str) -> str:
        """Return what people read about something; empty where there is nothing."""
        return plain(self._viewer.help(section, key))

    def helps(self, section: str, keys: Iterable[str]) -> Iterable[str]:
        """Yield a line for each of *keys* about which people read something."""
        for key in dict.fromkeys(keys):
            found = self.help(section, key)
            if found:
                yield f"**{self.label(section, key)}**: {found}"

    def labels(self, section: str, keys: Iterable[str]) -> str:
        """Return what several things are called, with commas."""
        return ", ".join(self.label(section, key) for key in keys)

    def roles(self, keys: Collection[str]) -> str:
        """Return what roles are called, in the order of the desk; empty means everybody."""
        known = [role.key for role in self.desk.roles if role.key in keys]
        mine = [self.say("the desk itself", "la propia mesa")] if SYSTEM in keys else []
        return ", ".join([self.label("roles", key) for key in known] + mine) or self.say("everybody", "todos")

    # -- values --------------------------------------------------------------------------------------------------------

    def options(self, source: str, keys: Iterable[str]) -> str:
        """Return what the values of a vocabulary are called, with commas."""
        return ", ".join(plain(self._viewer.choice(source, key)) for key in keys)

    def condition(self, predicate: Predicate, form: Form | None = None) -> str:
        """Return a condition in words; *form* is the one whose fields it reads."""
        return plain(words(predicate, self.language, lambda path, value: self._value(path, value, form)))

    def _value(self, path: str, value: str, form: Form | None) -> str:
        """Return what a value of a field is called."""
        if path == "fields":
            return self._viewer.field(value)
        if path.startswith(FORM) and form is not None:
            field = form.field(path.removeprefix(FORM))
            path = "" if field is None else field.source or field.kind
        known: Words | None = {
            "category": told.CATEGORIES,
            "outcome": told.OUTCOMES,
            "approval": told.APPROVALS,
        }.get(path)
        if known is not None:
            return self.word(known, value)
        if path == "@actor.roles":
            return self._viewer.label("roles", value)
        if path == "state" or path == "waiting_on" or value in self.desk.vocabularies.get(path, ()):
            return self._viewer.choice(path, value)
        return value

    def span(self, span: timedelta) -> str:
        """Return a span in one unit, as the diagram tells it."""
        return span_told(span)


def _label(viewer: Viewer, section: str, key: str) -> str:
    if section == "actions":
        return command_label(viewer.desk, key, viewer.actor.locale)
    if section == "fields":
        return viewer.field(key)
    if section == "lists":
        return viewer.label(section, key, LIST_LABEL)
    if section == "vocabularies.waiting_on":
        return viewer.label(section, key, PARTY_LABELS.get(key))
    return viewer.label(section, key, _BUILT_IN.get((section, key)))
