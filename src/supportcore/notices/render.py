"""
A notice in words, made when it is delivered: today's template, the ticket as it is, the language of the recipient.

Placeholders come from an allow-list that the loader checks; nothing in a template or a text is evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

import attrs

from supportcore.ids import derived

EMAIL = "email"
"""The channel of notices that go to an address."""
IN_APP = "in_app"
"""The channel of notices that are read in the portal; they need no sending."""
WEBHOOK = "webhook"
"""The channel of notices that go to other programs."""
SUBSCRIBER = "subscriber"
"""What another program is to a ticket: it is told facts, and nothing that people wrote."""
Facts = Mapping[str, str | int | bool | None]
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,64}").fullmatch


def _own(data: Facts) -> Facts:
    return dict(data)


@attrs.frozen(kw_only=True)
class Notice:
    """
    What is to be sent to one recipient.

    Attributes:
        id: The deduplication key: the same notice has the same id however often it is sent.
        role: What the recipient is to the ticket: ``contact assignee responsible team agent voter follower``, or
            ``subscriber`` for another program.
        recipient: Actor id, id of a team, or key of the notice rule that names a subscriber.
        emails: The addresses of those who want mail: that of a person, those of the members of a team.
        subject: Empty for a subscriber, like `body`: it is told facts only.
        at: When it happened.
        event: What happened, as notice rules call it, such as ``replied``.
        side: ``staff`` if it may hold what is internal, ``customer`` if it holds only what is public.
        data: Facts without a word that people wrote: ``desk ticket number state category waiting_on actor position``.
    """

    id: str
    desk: str
    ticket: str
    number: int
    channel: str
    role: str
    recipient: str
    emails: tuple[str, ...] = ()
    locale: str
    subject: str
    body: str
    at: datetime
    event: str = ""
    side: str = "customer"
    data: Facts = attrs.field(factory=dict, converter=_own, hash=False)

    @property
    def email(self) -> str:
        """The first of `emails`, or empty."""
        return self.emails[0] if self.emails else ""

    @property
    def key(self) -> str:
        """`id` in letters that any header may hold: itself, as the library makes them, or else a UUID of it."""
        return self.id if _PLAIN_ID(self.id) else derived("notice", self.id)


@attrs.frozen(kw_only=True)
class Words:
    """
    What a template may name in braces.

    Attributes:
        text: What was written publicly; where nothing was, the names of the files that came with it; or empty.
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
