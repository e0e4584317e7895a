"""
What stands on a ticket beside its facts, in words: its tags, its followers, other tickets, what committees say.

Of another ticket the actor is told as far as he may see it now; of one that is hidden from him nothing is told, not
even its number. Tags, followers and votes are for staff.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from supportcore.desk.views.names import Names
from supportcore.desk.views.records import ApprovalView, BallotView, LinkView, OptionView, TicketLink
from supportcore.desk.views.viewer import Viewer
from supportcore.predicate import In, both
from supportcore.storage.ports import Ledger, Query, Ref, Steps
from supportcore.tickets.events import Linked, Merged, MergedFrom, Recorded, Unlinked
from supportcore.tickets.permissions import visible
from supportcore.tickets.ticket import Ticket

Related = Mapping[str, Ticket]
"""Other tickets that the actor may see, by id."""


def related(ledger: Ledger, viewer: Viewer, ids: Iterable[str | None]) -> Steps[Related]:
    """Return those of the tickets of *ids* that the actor may see now; one round trip, none where nothing is named."""
    wanted = tuple(sorted({one for one in ids if one is not None}))
    if not wanted:
        return {}
    where = both(visible(viewer.desk, viewer.actor), In("id", wanted))
    found = yield from ledger.find(Query(where=where, sort="number", limit=len(wanted)))
    return {ticket.id: ticket for ticket in found}


def named_by(ticket: Ticket, history: Iterable[Recorded]) -> Iterator[str | None]:
    """Yield the ids of the other tickets that a ticket and events of it name."""
    yield ticket.merged_into
    yield from ticket.merged
    yield from (link.ticket for link in ticket.links)
    for recorded in history:
        match recorded.event:
            case Linked(other=other) | Unlinked(other=other) | Merged(into=other) | MergedFrom(ticket=other):
                yield other


def refs_of_bonds(viewer: Viewer, ticket: Ticket) -> tuple[list[Ref], list[str]]:
    """Return the records and the people that the words for what stands on a ticket name."""
    if not viewer.is_staff:
        return [], []
    keys = {approval.key for approval in ticket.approvals}
    teams = [("team", rule.team) for rule in viewer.desk.approvals if rule.key in keys]
    voters = [vote.person for approval in ticket.approvals for vote in approval.votes]
    return teams, [*voters, *(follower.person for follower in ticket.followers)]


def ticket_link(viewer: Viewer, ticket: Ticket) -> TicketLink:
    """Return a ticket that the actor may see, as it is named on a page."""
    return TicketLink(
        id=ticket.id,
        number=ticket.number,
        subject=ticket.subject,
        state=OptionView(value=ticket.state, title=viewer.choice("state", ticket.state)),
        opened=viewer.when(ticket.opened_at),
    )


def links(viewer: Viewer, ticket: Ticket, others: Related) -> Iterator[LinkView]:
    """Yield the links of a ticket, in the order in which they were made."""
    for link in ticket.links:
        if link.ticket in others:
            label = viewer.choice("link", link.kind)
            yield LinkView(kind=link.kind, label=label, ticket=ticket_link(viewer, others[link.ticket]))


def merged(viewer: Viewer, ticket: Ticket, others: Related) -> tuple[TicketLink, ...]:
    """Return the tickets that go on in a ticket, in the order in which they were merged."""
    return tuple(ticket_link(viewer, others[one]) for one in ticket.merged if one in others)


def merged_into(viewer: Viewer, ticket: Ticket, others: Related) -> TicketLink | None:
    """Return the ticket that goes on in the place of a ticket."""
    found = None if ticket.merged_into is None else others.get(ticket.merged_into)
    return None if found is None else ticket_link(viewer, found)


def merged_words(viewer: Viewer, others: Related, ticket: str) -> str:
    """Return that another ticket goes on in the place of one, with its number if the actor may see it."""
    if ticket not in others:
        return viewer.say("Merged into another ticket", "Unido con otro ticket")
    number = others[ticket].number
    return viewer.say(f"Merged into ticket #{number}", f"Unido con el ticket #{number}")


def tags(viewer: Viewer, ticket: Ticket) -> tuple[OptionView, ...]:
    """Return the tags of a ticket, by key."""
    shown = ticket.tags if viewer.is_staff else ()
    return tuple(OptionView(value=tag, title=viewer.choice("tag", tag)) for tag in shown)


def followers(viewer: Viewer, names: Names, ticket: Ticket) -> tuple[str, ...]:
    """Return the names of those who follow a ticket, in the order in which they began."""
    shown = ticket.followers if viewer.is_staff else ()
    return tuple(names.person(follower.person) for follower in shown)


def approvals(viewer: Viewer, names: Names, ticket: Ticket) -> Iterator[ApprovalView]:
    """Yield what committees are asked, and what they say."""
    teams = {rule.key: rule.team for rule in viewer.desk.approvals}
    for approval in ticket.approvals if viewer.is_staff else ():
        status = approval.decided or "pending"
        yield ApprovalView(
            key=approval.key,
            label=names.record("team", teams.get(approval.key)) or approval.key,
            status=status,
            text=viewer.choice("approval", status),
            needed=approval.needed,
            votes=tuple(
                BallotView(
                    person=names.person(vote.person, "staff"),
                    verdict=vote.verdict,
                    text=viewer.choice("verdict", vote.verdict),
                )
                for vote in approval.votes
            ),
            pending=0 if approval.decided else len(approval.voters) - len(approval.votes),
        )
