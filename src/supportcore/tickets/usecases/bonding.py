"""What people attach to a ticket beside words: ratings, tags, and that they follow it."""

from __future__ import annotations

from supportcore.errors import Fault, Invalid, facts
from supportcore.tickets.asks import Asking
from supportcore.tickets.commands import Follow, Rate, Tag
from supportcore.tickets.draft import Draft
from supportcore.tickets.events import Followed, Rated, Tagged, Unfollowed
from supportcore.tickets.permissions import roles_of
from supportcore.tickets.usecases.checking import checked
from supportcore.tickets.usecases.context import Context, instant_of

MOST_TAGS = 50
"""Tags of one ticket at most."""


def rate(command: Rate, context: Context, draft: Draft) -> Asking[None]:
    """Decide a rating."""
    values, _ = yield from checked(command, context, draft, "rate")
    actor, comment = context.actor.id, values.get("comment")
    ref = None
    if comment is not None:
        ref = draft.write(
            draft.ticket.id, "comment", str(comment), author=actor, audience="public", salt=context.salt()
        )
    event = Rated(at=instant_of(context, draft), actor=actor, rating=int(values["rating"]), comment=ref)
    draft.add(event, command.command_id)


def tag(command: Tag, context: Context, draft: Draft) -> Asking[None]:
    """Decide which tags it has; what is added and taken away in one command is taken away."""
    values, _ = yield from checked(command, context, draft, "tag")
    added, gone = (str(values.get(name, "")).split() for name in ("add", "remove"))
    tags = tuple(sorted({*draft.ticket.tags, *added} - set(gone)))
    if len(tags) > MOST_TAGS:
        told = facts(limit=MOST_TAGS, unit="tags", unit_es="etiquetas")
        raise Invalid(Fault("add", "too_long", told))
    if tags != draft.ticket.tags:
        draft.add(Tagged(at=instant_of(context, draft), actor=context.actor.id, tags=tags), command.command_id)


def follow(command: Follow, context: Context, draft: Draft) -> Asking[None]:
    """Decide that somebody is told of what happens, or no more."""
    values, _ = yield from checked(command, context, draft, "follow")
    at, actor = instant_of(context, draft), context.actor.id
    roles = tuple(sorted(role.key for role in roles_of(context.desk, context.actor)))
    known = {follower.person: follower.roles for follower in draft.ticket.followers}
    if values["follow"] and known.get(actor) != roles:
        draft.add(Followed(at=at, actor=actor, person=actor, roles=roles), command.command_id)
    elif not values["follow"] and actor in known:
        draft.add(Unfollowed(at=at, actor=actor, person=actor), command.command_id)
