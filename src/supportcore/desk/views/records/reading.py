"""Notices, questions, drafts, and who one is."""

from __future__ import annotations

from typing import Literal

import attrs

from supportcore.desk.views.records.plain import When
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
    """

    title: str
    account: Account
    language: str
    zone: str
    side: Literal["customer", "staff"]
    roles: tuple[str, ...]
    customers: tuple[str, ...]
    teams: tuple[str, ...]


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
