"""
What a ticket is found by: its number, its title and its first public message; and, apart, the articles that solved it.

The first public message is the description or, where none was given, the first reply or comment that the customer's
side may read. None of this changes once it is there: a ticket comes into the index when it is opened and, where its
first message comes later, once more with that.
"""

from __future__ import annotations

from collections.abc import Iterable

from supportcore.knowledge.indexing import mark, ticket_postings
from supportcore.knowledge.postings import ARTICLES, Posting
from supportcore.tickets.events import Content
from supportcore.tickets.ticket import Ticket

SOLVED = "solved"
"""The kind under which the index has tickets by the articles that solved them."""
LONGEST_MESSAGE = 8192
"""Characters of a message that are looked at: enough for more terms than are stored of a ticket."""
_DESCRIPTION = "description"
_FIRST_SAID = ("message", "comment")


def postings_of(ticket: Ticket, contents: Iterable[Content]) -> tuple[Posting, ...]:
    """
    Return what a ticket is found by, of the kind ``ticket``.

    Args:
        contents: What was written in it, in any order; all of it, or at least its first public message.
    """
    message = first_message(contents)[:LONGEST_MESSAGE]
    said = ticket_postings(ticket.id, number=ticket.number, subject=ticket.subject, message=message)
    return (*said, *tag_postings(ticket))


def tag_postings(ticket: Ticket) -> tuple[Posting, ...]:
    """Return what a ticket is found by, of the kind ``ticket``: its tags."""
    return tuple(Posting(tagged(tag), ticket.id) for tag in ticket.tags)


def tagged(tag: str) -> str:
    """Return the term by which tickets are found that have a tag."""
    return mark("tag", tag)


def solved_postings(ticket: Ticket) -> tuple[Posting, ...]:
    """Return what a ticket is found by, of the kind ``solved``: the articles that solved it."""
    return tuple(Posting(solved_by(article), ticket.id) for article in sorted(ticket.solved_by))


def solved_by(article: str) -> str:
    """Return the term by which tickets are found that an article solved."""
    return mark(ARTICLES, article)


def first_message(contents: Iterable[Content]) -> str:
    """Return the first public message of a ticket; empty if there is none, or none that is kept."""
    public = [content for content in contents if content.audience == "public"]
    described = [content for content in public if content.kind == _DESCRIPTION]
    said = described or [content for content in public if content.kind in _FIRST_SAID]
    return min(said, key=lambda content: (content.position, content.id)).body if said else ""
