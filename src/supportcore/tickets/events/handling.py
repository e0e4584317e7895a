"""What people say and decide about a ticket: opening, messages, actions, who works on it."""

from __future__ import annotations

from datetime import datetime

import attrs

from supportcore import text
from supportcore.people.access import Side
from supportcore.tickets.events.content import ContentRef
from supportcore.tickets.ticket import Timer
from supportcore.workflow.definition import CATEGORIES, OUTCOMES, PARTIES, Category, Outcome, WaitingOn


@attrs.frozen(kw_only=True)
class TicketOpened:
    """
    A ticket began. Ids and keys are those of the fields of the same name of `Ticket`.

    Attributes:
        pausing: Whether clocks stand still from now on.
        imported_at: When an importer brought it in, with an instant of its own; else None.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    number: int = text.integer()
    rules_hash: str = text.host_id()
    subject: str = text.title()
    state: str = text.key()
    category: Category = text.one_of(CATEGORIES)
    waiting_on: WaitingOn | None = text.one_of(PARTIES, None)
    customer: str | None = text.host_id(None)
    contact: str | None = text.host_id(None)
    product: str | None = text.host_id(None)
    module: str | None = text.host_id(None)
    product_version: str | None = text.host_id(None)
    service: str | None = text.host_id(None)
    project: str | None = text.host_id(None)
    type: str | None = text.key(None)
    priority: str | None = text.key(None)
    priority_rank: int = text.integer(0)
    urgency: str | None = text.key(None)
    area: str | None = text.key(None)
    origin: str | None = text.key(None)
    team: str | None = text.host_id(None)
    responsible: str | None = text.host_id(None)
    assignee: str | None = text.host_id(None)
    agreement: str | None = text.host_id(None)
    reference: str | None = text.host_id(None)
    levels: str | None = text.host_id(None)
    imported_at: datetime | None = text.instant_at(None)
    pausing: bool = False
    timers: tuple[Timer, ...] = ()
    description: ContentRef | None = None
    answers: ContentRef | None = None
    files: tuple[ContentRef, ...] = ()


@attrs.frozen(kw_only=True)
class Replied:
    """
    Somebody wrote a public message.

    Attributes:
        message: None where nothing but files came with it.
        pausing: Whether clocks stand still from now on.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    side: Side = text.one_of(("customer", "staff"))
    message: ContentRef | None = None
    waiting_on: WaitingOn | None = text.one_of(PARTIES, None)
    pausing: bool = False
    files: tuple[ContentRef, ...] = ()


@attrs.frozen(kw_only=True)
class NoteAdded:
    """Staff wrote an internal note; `note` is None where nothing but files came with it."""

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    note: ContentRef | None = None
    files: tuple[ContentRef, ...] = ()


@attrs.frozen(kw_only=True)
class StateChanged:
    """
    An action was taken; usually, but not always, into another state.

    Attributes:
        timers: Those that run from now on.
        comment: What was said with it, publicly.
        internal: What was said with it, internally.
        reason: Key out of the desk's vocabulary of reasons.
        side: Who said `comment`; None where the desk acted by itself.
        pausing: Whether clocks stand still from now on.
        confirmed: What the customer said to the solution: yes, or no; None if it was not that question.
        rating: What it counts as in the desk's survey, or None.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    action: str = text.key()
    source: str = text.key()
    state: str = text.key()
    category: Category = text.one_of(CATEGORIES)
    outcome: Outcome | None = text.one_of(OUTCOMES, None)
    waiting_on: WaitingOn | None = text.one_of(PARTIES, None)
    timers: tuple[Timer, ...] = ()
    comment: ContentRef | None = None
    internal: ContentRef | None = None
    reason: str | None = text.key(None)
    side: Side | None = text.one_of(("customer", "staff"), None)
    pausing: bool = False
    confirmed: bool | None = None
    rating: int | None = text.integer(None)
    files: tuple[ContentRef, ...] = ()


@attrs.frozen(kw_only=True)
class TicketAssigned:
    """Who works on it changed; all three are told as they are now."""

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    team: str | None = text.host_id(None)
    responsible: str | None = text.host_id(None)
    assignee: str | None = text.host_id(None)


@attrs.frozen(kw_only=True)
class Triaged:
    """Its classification changed; all of it is told as it is now."""

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    product: str | None = text.host_id(None)
    module: str | None = text.host_id(None)
    product_version: str | None = text.host_id(None)
    service: str | None = text.host_id(None)
    project: str | None = text.host_id(None)
    type: str | None = text.key(None)
    priority: str | None = text.key(None)
    priority_rank: int = text.integer(0)
    urgency: str | None = text.key(None)
    area: str | None = text.key(None)
    origin: str | None = text.key(None)
    agreement: str | None = text.host_id(None)
    reference: str | None = text.host_id(None)


@attrs.frozen(kw_only=True)
class TimerRefused:
    """
    The desk itself was to take an action, for a timer or because a committee has decided, and it was not allowed then.

    A timer is cleared by that.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    action: str = text.key()
    reasons: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Moved:
    """
    From now on the ticket is under these rules, in the state where they have those of its state go.

    Attributes:
        source: The state in which it was under the rules before.
        timers: Those that run from now on.
        pausing: Whether clocks stand still from now on.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    rules_hash: str = text.host_id()
    source: str = text.key()
    state: str = text.key()
    category: Category = text.one_of(CATEGORIES)
    outcome: Outcome | None = text.one_of(OUTCOMES, None)
    waiting_on: WaitingOn | None = text.one_of(PARTIES, None)
    priority_rank: int = text.integer(0)
    timers: tuple[Timer, ...] = ()
    pausing: bool = False


@attrs.frozen(kw_only=True)
class ArticleCited:
    """
    Staff named an article as what solved it, or took that back.

    Attributes:
        article: Id of the article.
        solved: False if it was taken back.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    article: str = text.host_id()
    solved: bool = True


@attrs.frozen(kw_only=True)
class Rated:
    """
    Somebody on the customer's side rated a resolution.

    Attributes:
        rating: In the numbers of the desk's survey.
        comment: What was said with it, publicly.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    rating: int = text.integer()
    comment: ContentRef | None = None
