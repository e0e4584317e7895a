"""Notices, questions, drafts, and who one is."""

from __future__ import annotations

from typing import Literal

import attrs

from supportcore.desk.views.records.plain import Light, OptionView, When
from supportcore.desk.views.records.screens import Account, QuestionView
from supportcore.desk.views.records.tickets import FileView


@attrs.frozen(kw_only=True)
class NoticeView:
    """A notice to the actor, or to one of the actor's teams."""

    id: str
    ticket: str
    number: int
    when: When
    title: str
    body: str
    read: bool


@attrs.frozen(kw_only=True)
class NoticeList:
    """
    Notices, newest first.

    Attributes:
        unread: Of all, up to 100, which means "at least".
        since: What `notices(since=)` is given later for those that are new then.
        next: What `notices(before=)` is given for older ones; empty at the end.
    """

    title: str
    items: tuple[NoticeView, ...]
    unread: int
    since: str = ""
    next: str = ""
    empty: str


@attrs.frozen(kw_only=True)
class Profile:
    """
    What the desk knows of the actor.

    Attributes:
        roles: What the actor's roles on this desk are called.
        customers: Names of those the actor speaks for.
        teams: Names of the teams the actor works in.
        email: Cannot be changed here.
        email_notices: Whether notices come by e-mail too.
        avatar: A picture, which `open_file` gives to the actor; None if there is none.
        password_changed: When the password was set, if there is an account that has one.
        password_age: How long ago that is, such as "4 months ago"; else empty.
    """

    title: str
    account: Account
    language: str
    zone: str
    side: Literal["customer", "staff"]
    roles: tuple[str, ...]
    customers: tuple[str, ...]
    teams: tuple[str, ...]
    first_name: str
    last_name: str
    position: str
    email: str
    phone: str
    reading_direction: OptionView
    visual_mode: OptionView
    email_notices: bool
    avatar: FileView | None = None
    password_changed: When | None = None
    password_age: str = ""


@attrs.frozen(kw_only=True)
class QuestionList:
    """What the actor is asked, oldest ticket first."""

    title: str
    items: tuple[QuestionView, ...]
    empty: str


@attrs.frozen(kw_only=True)
class DraftList:
    """Files that the actor handed in and that no command took, oldest first."""

    title: str
    items: tuple[FileView, ...]
    count: int


@attrs.frozen(kw_only=True)
class TicketFile:
    """A file, and the ticket it is part of."""

    file: FileView
    ticket: str
    number: int
    subject: str


@attrs.frozen(kw_only=True)
class FileList:
    """
    Files of tickets, those of the newest ticket first.

    Attributes:
        next: What `files(before=)` is given for more; None at the end. More may turn out to be none.
        empty: What is said where there is none.
    """

    title: str
    items: tuple[TicketFile, ...]
    next: int | None = None
    empty: str


@attrs.frozen(kw_only=True)
class CalendarEntry:
    """An instant by which something is due about a ticket; `title` is that of the ticket's page."""

    ticket: str
    number: int
    title: str
    due: When
    state: str
    light: Light


@attrs.frozen(kw_only=True)
class CalendarView:
    """
    What is due when, earliest first.

    Attributes:
        text: The same as an iCalendar object (RFC 5545), to be served as ``text/calendar; charset=utf-8``.
        empty: What is said where there is nothing.
    """

    title: str
    items: tuple[CalendarEntry, ...]
    text: str
    empty: str
