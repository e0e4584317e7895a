"""The page of a ticket, and files."""

from __future__ import annotations

from typing import Literal

import attrs

from supportcore.desk.views.records.asking import ActionView
from supportcore.desk.views.records.bonds import ApprovalView, LinkView
from supportcore.desk.views.records.knowledge import TicketLink
from supportcore.desk.views.records.plain import Light, OptionView, Side, When
from supportcore.desk.views.records.screens import Value


@attrs.frozen(kw_only=True)
class FileView:
    """
    A file of a ticket, or a draft.

    Attributes:
        caption: What it shows, in the words of whoever handed it in.
        size: Bytes.
        audience: Who may download it.
        expires: When a draft goes; None for a file of a ticket.
    """

    id: str
    name: str
    caption: str = ""
    type: str
    size: int
    slot: str
    audience: Literal["public", "internal"] = "public"
    expires: When | None = None


@attrs.frozen(kw_only=True)
class Author:
    """
    Who did something.

    Attributes:
        name: As far as the actor may know it.
        side: ``desk`` did it by itself.
        side_label: What the side is called.
        me: Whether it is the actor.
    """

    name: str
    side: Side
    side_label: str
    me: bool = False


@attrs.frozen(kw_only=True)
class ThreadEntry:
    """
    One thing that happened to a ticket; see `supportcore.desk.timeline.Entry` for its kinds.

    Attributes:
        title: What happened, in words.
        text: What was written with it.
        state: What the state is called that it led to; else empty.
        audience: ``internal`` if the customer's side does not see it, or not what was written with it.
    """

    position: int
    kind: str
    when: When
    author: Author
    title: str
    text: str = ""
    state: str = ""
    audience: Literal["public", "internal"] = "public"
    files: tuple[FileView, ...] = ()


@attrs.frozen(kw_only=True)
class StateView:
    """The state of a ticket: its key and category, what it is called, and what that means for the reader."""

    key: str
    category: Literal["new", "open", "pending", "on_hold", "solved", "closed"]
    label: str
    help: str = ""
    heading: str


@attrs.frozen(kw_only=True)
class HeaderField:
    """One line of the head of a page."""

    label: str
    value: Value


@attrs.frozen(kw_only=True)
class ClockView:
    """A promise of time, as staff sees it."""

    kind: str
    label: str
    light: Light
    due: When | None = None
    text: str


@attrs.frozen(kw_only=True)
class TicketPage:
    """
    A ticket as its page shows it.

    Attributes:
        title: Number and subject, as "#968 - Printer".
        header: The head, in the order of the desk.
        project: The customer's project that it is about; its text is empty if there is none.
        waiting_on: Whom the ticket waits for; its text is empty if for nobody.
        states: All states it was in, each with its instant, oldest first.
        thread: What happened, oldest first.
        files: All files in it that the actor may download.
        clocks: Promises of time; staff only.
        solved_by: Articles that solved it, by id and title, as far as the actor may read them.
        rating: What the last rating was; its text is empty if there was none.
        tags: By key, with what each is called; staff only.
        links: Linked tickets that the actor may see.
        merged: Tickets that go on in this one, as far as the actor may see them.
        merged_into: The ticket that goes on in the place of this one; None if there is none, or none to be seen.
        approvals: Committees that were asked to agree; staff only.
        following: Whether the actor follows it.
        followers: Names of those who follow it; staff only.
        actions: Every command and action, allowed or not.
    """

    id: str
    number: int
    version: int
    title: str
    subject: str
    header: tuple[HeaderField, ...]
    project: Value
    state: StateView
    waiting_on: Value
    light: Value
    states: tuple[ThreadEntry, ...]
    thread: tuple[ThreadEntry, ...]
    files: tuple[FileView, ...]
    answers: tuple[HeaderField, ...]
    clocks: tuple[ClockView, ...]
    solved_by: tuple[OptionView, ...] = ()
    rating: Value
    tags: tuple[OptionView, ...] = ()
    links: tuple[LinkView, ...] = ()
    merged: tuple[TicketLink, ...] = ()
    merged_into: TicketLink | None = None
    approvals: tuple[ApprovalView, ...] = ()
    following: bool = False
    followers: tuple[str, ...] = ()
    actions: tuple[ActionView, ...]
