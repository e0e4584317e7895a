"""
What happened to a ticket, past tense, as facts.

An event carries results, not inputs to be worked out again: the category and timers of a new state, whom the ticket
waits for. So a history folds without the rules that made it. Words that people wrote are content records; the event
holds their id and a salted digest. The stored name and version of each class stand in `supportcore.storage.codec`.
"""

from __future__ import annotations

from datetime import datetime
from typing import get_args

import attrs

from supportcore import text
from supportcore.people.access import Side
from supportcore.sla.clocks import Clock
from supportcore.sla.policy import RETARGETING, Retargeting
from supportcore.tickets.bonds import DECIDED, LINKS, VERDICTS, Approval, Decided, LinkKind, Verdict
from supportcore.tickets.ticket import Timer
from supportcore.workflow.definition import CATEGORIES, OUTCOMES, PARTIES, Audience, Category, Outcome, WaitingOn


@attrs.frozen(kw_only=True)
class ContentRef:
    """Points to a content record: its id, and the sha256 of salt and text."""

    id: str = text.host_id()
    digest: str = text.host_id()


@attrs.frozen(kw_only=True)
class Content:
    """
    What a person wrote, apart from the facts, so that it can be erased with the history still folding.

    Attributes:
        kind: ``description``, ``answers`` (JSON of the desk's own fields), ``message``, ``note``, ``comment``, or
            ``file`` (JSON of what a file is called; its id is that of the file).
        position: Position of the event that refers to it.
        salt: Goes with the text into the digest, and with it when it is erased.
    """

    id: str = text.host_id()
    ticket: str = text.host_id()
    position: int = text.integer()
    kind: str = text.key()
    audience: Audience = text.one_of(("public", "internal"))
    author: str = text.host_id()
    body: str = text.body()
    salt: str = text.host_id()


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
class OfClock:
    """
    Something happened to a clock.

    Attributes:
        clock: The clock after it; it takes the place of the one of its kind.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    clock: Clock


@attrs.frozen(kw_only=True)
class ClockStarted(OfClock):
    """A promise was made, or begins again."""


@attrs.frozen(kw_only=True)
class ClockPaused(OfClock):
    """The clock stands still, as the desk waits for somebody."""


@attrs.frozen(kw_only=True)
class ClockResumed(OfClock):
    """The clock goes on."""


@attrs.frozen(kw_only=True)
class ClockStopped(OfClock):
    """What was promised was done; `clock.met` says whether in time."""


@attrs.frozen(kw_only=True)
class ClockWarned(OfClock):
    """Most of the time is used up: the light turns amber."""


@attrs.frozen(kw_only=True)
class ClockBreached(OfClock):
    """More time than promised has passed: the light turns red."""


@attrs.frozen(kw_only=True)
class ClockRetargeted(OfClock):
    """
    Another target counts from now on.

    Attributes:
        how: What became of the time already used.
    """

    how: Retargeting = text.one_of(RETARGETING, "keep")


@attrs.frozen(kw_only=True)
class ClockRemoved(OfClock):
    """The ticket falls under no policy any more that promises this."""


@attrs.frozen(kw_only=True)
class Escalated(OfClock):
    """
    A step of the ladder was reached; what it changes follows as events of their own.

    Attributes:
        percent: Of the target that was used up.
    """

    percent: int = text.integer()


@attrs.frozen(kw_only=True)
class DeadlineSet:
    """
    A person set, moved or (None) took away the deadline.

    Attributes:
        clock: The clock that counts towards it.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    clock: Clock | None = None


@attrs.frozen(kw_only=True)
class Retargeted:
    """
    From now on the ticket is under these service levels; what that does to its clocks follows.

    Attributes:
        pausing: Whether clocks stand still from now on.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    levels: str | None = text.host_id(None)
    pausing: bool = False


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


@attrs.frozen(kw_only=True)
class ApprovalAsked:
    """
    A committee was asked.

    Attributes:
        approval: Without votes; it takes the place of an earlier one of its key.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    approval: Approval


@attrs.frozen(kw_only=True)
class ApprovalWithdrawn:
    """The ticket does not need this approval any more."""

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    approval: str = text.key()


@attrs.frozen(kw_only=True)
class Voted:
    """
    Somebody who was asked said yes or no.

    Attributes:
        approval: Key of the approval.
        internal: What was said with it, internally.
        decided: What the votes come to with this one; None while it is open.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    approval: str = text.key()
    verdict: Verdict = text.one_of(VERDICTS)
    internal: ContentRef | None = None
    decided: Decided | None = text.one_of(DECIDED, None)


@attrs.frozen(kw_only=True)
class Tagged:
    """
    Its tags changed.

    Attributes:
        tags: As they are now, sorted.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    tags: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Followed:
    """
    Somebody wants to be told from now on.

    Attributes:
        roles: The roles under which the person follows, sorted.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    person: str = text.host_id()
    roles: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Unfollowed:
    """Somebody wants to be told no more."""

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    person: str = text.host_id()


@attrs.frozen(kw_only=True)
class Linked:
    """
    It was linked with another ticket, which has an event of its own of it.

    Attributes:
        kind: What the other ticket is to this one.
        other: Id of the other ticket.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    kind: LinkKind = text.one_of(LINKS)
    other: str = text.host_id()


@attrs.frozen(kw_only=True)
class Unlinked:
    """A link was taken away; fields as of `Linked`."""

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    kind: LinkKind = text.one_of(LINKS)
    other: str = text.host_id()


@attrs.frozen(kw_only=True)
class Merged:
    """
    Another ticket goes on in its place.

    Attributes:
        into: Id of the other ticket.
        number: Number of the other ticket.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    into: str = text.host_id()
    number: int = text.integer()


@attrs.frozen(kw_only=True)
class MergedFrom:
    """
    It goes on in the place of another ticket.

    Attributes:
        ticket: Id of the other ticket.
        number: Number of the other ticket.
    """

    at: datetime = text.instant_at()
    actor: str = text.host_id()
    ticket: str = text.host_id()
    number: int = text.integer()


ClockEvent = (
    ClockStarted
    | ClockPaused
    | ClockResumed
    | ClockStopped
    | ClockWarned
    | ClockBreached
    | ClockRetargeted
    | ClockRemoved
    | Escalated
)
"""What happens to a clock."""
Event = (
    TicketOpened
    | Replied
    | NoteAdded
    | StateChanged
    | TicketAssigned
    | Triaged
    | TimerRefused
    | DeadlineSet
    | Retargeted
    | Moved
    | ArticleCited
    | Rated
    | ApprovalAsked
    | ApprovalWithdrawn
    | Voted
    | Tagged
    | Followed
    | Unfollowed
    | Linked
    | Unlinked
    | Merged
    | MergedFrom
    | ClockEvent
)
INTERNAL: tuple[type, ...] = (
    NoteAdded,
    TimerRefused,
    Retargeted,
    ArticleCited,
    ApprovalAsked,
    ApprovalWithdrawn,
    Voted,
    Tagged,
    Followed,
    Unfollowed,
    Linked,
    Unlinked,
    *get_args(ClockEvent),
)
"""Events that the customer's side never sees; of articles it is shown those that it may read, without the event."""
SYSTEM_ACTOR = "system"
"""Author of what timers do."""


@attrs.frozen(kw_only=True)
class Recorded:
    """
    An event in its place in a history.

    Attributes:
        position: From 1, without gaps; the ticket's version after it.
        command_id: The command it belongs to.
        recorded_at: When it was stored; `event.at` is when it happened.
        sequence: Its place in the desk's feed; 0 before it is stored.
    """

    ticket: str = text.host_id()
    position: int = text.integer()
    command_id: str = text.host_id()
    event: Event
    recorded_at: datetime = text.instant_at()
    sequence: int = text.integer(0)
