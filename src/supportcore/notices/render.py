"""
A notice in words, made when it is delivered: today's template, the ticket as it is, the language of the recipient.

Placeholders come from an allow-list that the loader checks; nothing in a template or a text is evaluated.
"""

from __future__ import annotations

from datetime import datetime

import attrs


@attrs.frozen(kw_only=True)
class Notice:
    """
    What is to be sent to one recipient.

    Attributes:
        id: The deduplication key: the same notice has the same id however often it is sent.
        role: What the recipient is to the ticket: ``contact``, ``assignee``, ``responsible`` or ``team``.
        recipient: Actor id, or id of a team.
        email: The address in the catalogue; empty if there is none.
        at: When it happened.
    """

    id: str
    desk: str
    ticket: str
    number: int
    channel: str
    role: str
    recipient: str
    email: str
    locale: str
    subject: str
    body: str
    at: datetime


@attrs.frozen(kw_only=True)
class Words:
    """
    What a template may name in braces.

    Attributes:
        text: What was written publicly, or empty.
    """

    desk: str
    number: int
    subject: str
    state: str
    text: str


PLACEHOLDERS: tuple[str, ...] = tuple(field.name for field in attrs.fields(Words))
"""The names a template may hold in braces; the loader refuses any other."""


def render(template: str, words: Words) -> str:
    """
    Return *template* with its placeholders filled in.

    >>> render("Ticket {number}: {state}", Words(desk="", number=7, subject="", state="Done", text=""))
    'Ticket 7: Done'
    """
    return template.format_map({name: str(getattr(words, name)) for name in PLACEHOLDERS})
