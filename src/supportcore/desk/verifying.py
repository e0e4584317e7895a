"""
Verification: what is stored has to follow from what happened.

Every history is folded and compared with every stored column of its ticket; every text with the digest, the author and
the audience its event says; every command with its receipt; the rules with their hash; and every opening has its
ticket; the feed has neither gap nor double, and no counter lies below what it gave; an article is what its last
revision says; the index holds what articles and tickets make it hold. It needs no definition: a history says by itself
what a ticket is. What it cannot prove: that a whole ticket was taken out together with its history, and that the rest
of the catalogue and the outbox are as somebody left them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any, get_args

import attrs

from supportcore.desk.reindexing import RECORDS_AT_ONCE, Sums, findings, sums_of_ticket, wrong
from supportcore.desk.reports import Finding, Verification
from supportcore.desk.requests import Request
from supportcore.errors import StoreError, SupportError
from supportcore.knowledge.article import Article
from supportcore.storage.attempts import run
from supportcore.storage.codec import NAME_OF
from supportcore.storage.ports import Entry, Key, Ledger, Query, Steps, Store, drive
from supportcore.tickets.commands import Receipt
from supportcore.tickets.draft import content_digest
from supportcore.tickets.events import (
    SYSTEM_ACTOR,
    Content,
    ContentRef,
    Event,
    Followed,
    Linked,
    MergedFrom,
    NoteAdded,
    Recorded,
    StateChanged,
    TicketOpened,
    Unlinked,
)
from supportcore.tickets.evolve import fold
from supportcore.tickets.moves import occasion, timer_command
from supportcore.workflow.definition import Audience

BATCH = 200  # tickets listed, or events read, at once
_OPENED = NAME_OF[TicketOpened][0]
_AUDIENCES: Mapping[str, Audience] = {
    "description": "public",
    "answers": "public",
    "message": "public",
    "comment": "public",
    "note": "internal",
    "internal": "internal",
}
"""Fields of events that refer to what was written, and who may read it."""
_OF_ANOTHER = (Linked, Unlinked, MergedFrom, Followed)
"""What a command on one ticket does to another."""


def verify(store: Store, desk: str, progress: Callable[[int], object] | None = None) -> Verification:
    """Verify one desk of a store, whose definition is not at hand; *progress* is called with the count so far."""
    ledger = store.ledger(desk)

    def do(request: Request[Any]) -> Any:
        return run(store, partial(request.steps, ledger), write=request.write)

    return drive(verified(desk, progress=progress), do)


def verified(
    desk: str, *, language: str | None = None, progress: Callable[[int], object] | None = None
) -> Steps[Verification]:
    """
    Verify one desk by requests, one a ticket.

    Args:
        language: First language of the desk, in which articles are indexed that tell none; None where that is not
            known, and they are taken as they are marked.
        progress: Called with the count of tickets so far.
    """
    total = Verification()
    due: Sums = {}
    after = ""
    while ids := (yield Request(partial(_ticket_ids, after=after))):
        for ticket_id in ids:
            try:
                one = yield Request(partial(verify_one, desk=desk, ticket_id=ticket_id, due=due))
            except Exception as error:
                one = unreadable(ticket_id, error)
            total = add(total, one)
            if progress is not None:
                progress(total.tickets)
        after = ids[-1]
    for verify_part in (verify_desk, verify_articles):
        walk = Walk()
        while walk.goes_on:
            try:
                one = yield Request(partial(verify_part, walk=walk))
            except Exception as error:
                walk.goes_on, one = False, unreadable("", error)
            total = add(total, one)
    try:
        refs, _ = yield from wrong(due, language)
    except Exception as error:
        return add(total, unreadable("", error))
    return add(total, Verification(findings=tuple(findings(refs))))


def _ticket_ids(ledger: Ledger, after: str) -> Steps[tuple[str, ...]]:
    return ledger.ticket_ids(after, BATCH)


def unreadable(ticket_id: str, error: Exception) -> Verification:
    """Return what is said of a ticket that cannot even be read; an error of the database itself is raised again."""
    if isinstance(error, StoreError):
        raise error
    what = f"cannot be read: {type(error).__name__}: {error}"
    return Verification(tickets=1 if ticket_id else 0, findings=(Finding(ticket=ticket_id or "?", what=what),))


def verify_one(ledger: Ledger, desk: str, ticket_id: str, due: Sums) -> Steps[Verification]:
    """Verify one ticket, and put into *due* what the index is due to hold of it."""
    history = yield from ledger.history(ticket_id)
    stored = yield from ledger.stored_columns(ticket_id)
    contents = yield from ledger.contents(ticket_id)
    found: list[str] = []
    columns = 0
    try:
        ticket = fold(desk, history)
    except SupportError as error:
        found.append(str(error))
    else:
        due.update(sums_of_ticket(ticket, contents))
        expected = ledger.expected_columns(ticket)
        columns = len(expected)
        for name in sorted({*expected, *(stored or {})}):
            holds, says = (stored or {}).get(name), expected.get(name)
            if holds != says:
                found.append(f"column {name} holds {holds!r}, its history says {says!r}")
        for what, digest in (("rules", ticket.rules_hash), ("service levels", ticket.levels)):
            document = None if digest is None else (yield from ledger.rules(digest))
            if digest is not None and (document is None or hashlib.sha256(document.encode()).hexdigest() != digest):
                found.append(f"its {what} {digest} are {'missing' if document is None else 'changed'}")
    found.extend(_content_findings(history, contents))
    commands = list(_commands(history))
    receipts = yield from ledger.receipts([events[0].command_id for events in commands])
    for events, receipt in zip(commands, receipts, strict=True):
        found.extend(_receipt_findings(events, receipt))
    return Verification(
        tickets=1,
        events=len(history),
        columns=columns,
        findings=tuple(Finding(ticket=ticket_id, what=what) for what in found),
    )


@attrs.define
class Walk:
    """How far a desk was looked through: its events by ticket, then in the order of the feed; its articles."""

    goes_on: bool = True
    article: str = ""
    by_ticket: bool = True
    after: Key | None = None
    sequence: int = 0


def verify_desk(ledger: Ledger, walk: Walk) -> Steps[Verification]:
    """
    Verify what belongs to no ticket that is there: a part of the events, and at the end the counters.

    It goes on where *walk* stands, and moves it.
    """
    if walk.by_ticket:
        events = yield from ledger.entries("event", after=walk.after, limit=BATCH)
        findings = yield from _without_ticket(ledger, events)
        walk.by_ticket, walk.after = bool(events), events[-1].key if events else None
        return Verification(findings=findings)
    fed = yield from ledger.feed(walk.sequence, BATCH)
    last = fed[-1].sequence if fed else walk.sequence
    if [recorded.sequence for recorded in fed] != list(range(walk.sequence + 1, last + 1)):
        walk.goes_on = False
        what = f"the feed has a gap or a double between {walk.sequence} and {last}"
        return Verification(findings=(Finding(ticket="?", what=what),))
    walk.sequence, walk.goes_on = last, bool(fed)
    return Verification() if fed else (yield from _counters(ledger, last))


def verify_articles(ledger: Ledger, walk: Walk) -> Steps[Verification]:
    """Verify some articles, going on where *walk* stands, and move it."""
    articles = yield from ledger.records_of("article", after=walk.article, limit=RECORDS_AT_ONCE)
    found: list[Finding] = []
    for article in articles:
        if isinstance(article, Article) and (what := (yield from _revision_fault(ledger, article))):
            (now,) = yield from ledger.records((("article", article.id),))
            if now == article:  # else it was changed just now, in a store that shows what others commit
                found.append(Finding(article=article.id, what=what))
    walk.goes_on, walk.article = bool(articles), articles[-1].id if articles else ""
    return Verification(articles=len(articles), findings=tuple(found))


def _revision_fault(ledger: Ledger, article: Article) -> Steps[str]:
    """Return in what an article differs from its last revision; empty if in nothing."""
    last = article.version
    revisions = yield from ledger.revisions(article.id, after=max(last - 1, 0), limit=2)
    numbers = [revision.n for revision in revisions]
    if later := [n for n in numbers if n > last]:
        return f"it is at version {last}, and there is a revision {later[0]}"
    if last and not numbers:
        return f"it is at version {last}, and that revision is missing"
    return "" if not last or revisions[0].form == article else f"it is not what its revision {last} says"


def _without_ticket(ledger: Ledger, events: Sequence[Entry]) -> Steps[tuple[Finding, ...]]:
    """Look for openings whose ticket is gone."""
    findings = []
    for event in events:
        ticket_id = str(event.key[0])
        if event.form["name"] == _OPENED and (yield from ledger.stored_columns(ticket_id)) is None:
            findings.append(Finding(ticket=ticket_id, what="it has a history, and is not there"))
    return tuple(findings)


def _counters(ledger: Ledger, fed: int) -> Steps[Verification]:
    """Look whether a counter stands below what was given."""
    counters = {entry.key[0]: entry.form["n"] for entry in (yield from ledger.entries("counter", after=None, limit=9))}
    newest = yield from ledger.find(Query(sort="number", limit=1))
    given = {"ticket": newest[0].number if newest else 0, "feed": fed}
    findings = [
        Finding(ticket="?", what=f"the counter {name!r} stands at {counters.get(name, 0)}, and {last} was given")
        for name, last in given.items()
        if counters.get(name, 0) < last
    ]
    return Verification(findings=tuple(findings))


def _commands(history: tuple[Recorded, ...]) -> Iterator[list[Recorded]]:
    """Yield the events of each command."""
    for _, events in groupby(history, key=lambda recorded: recorded.command_id):
        yield list(events)


def _receipt_findings(events: list[Recorded], receipt: Receipt | None) -> Iterator[str]:
    first, last = events[0], events[-1]
    if receipt is None:
        name = occasion(first.event)
        if first.event.actor != SYSTEM_ACTOR or first.command_id != timer_command(first.ticket, name, first.position):
            yield f"command {first.command_id} at position {first.position} has no receipt"
    elif receipt.id != last.ticket and all(isinstance(recorded.event, _OF_ANOTHER) for recorded in events):
        return  # it was given on the other of two tickets
    elif (receipt.id, receipt.version) != (last.ticket, last.position):
        yield f"the receipt of command {first.command_id} says version {receipt.version}, its events {last.position}"


def _written(event: Event) -> Iterator[tuple[ContentRef, tuple[Audience, ...]]]:
    """Yield what was written with an event, and for whom it may be; a file is for whom the words beside it are."""
    beside: list[Audience] = ["internal"] if isinstance(event, NoteAdded) else []
    for name, audience in _AUDIENCES.items():
        ref: ContentRef | None = getattr(event, name, None)
        if ref is not None:
            yield ref, (audience,)
            beside.append(audience)
    for ref in getattr(event, "files", ()):
        yield ref, tuple(beside) or (get_args(Audience) if isinstance(event, StateChanged) else ("public",))


def _content_findings(history: tuple[Recorded, ...], contents: tuple[Content, ...]) -> Iterator[str]:
    kept = {content.id: content for content in contents}
    for recorded in history:
        for ref, audiences in _written(recorded.event):
            content = kept.pop(ref.id, None)
            where = f"what was written at position {recorded.position}"
            if content is None:
                yield f"{where} is missing"
            elif (content.position, content.author) != (recorded.position, recorded.event.actor) or (
                content.audience not in audiences
            ):
                yield f"{where} is filed under another position, audience or author"
            elif content_digest(content.salt, content.body) != ref.digest:
                yield f"{where} is not what is kept of it"
    for content in kept.values():
        yield f"content {content.id} belongs to no event"


def add(total: Verification, one: Verification) -> Verification:
    """Return the sum of two verifications."""
    return Verification(
        tickets=total.tickets + one.tickets,
        events=total.events + one.events,
        columns=total.columns + one.columns,
        articles=total.articles + one.articles,
        findings=total.findings + one.findings,
    )
