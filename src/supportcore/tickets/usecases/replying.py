"""What is said in a ticket, in words, by files or both: public messages and internal notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from supportcore.forms.fields import Plain
from supportcore.tickets.asks import Asking
from supportcore.tickets.commands import AddNote, Reply
from supportcore.tickets.draft import Draft
from supportcore.tickets.events import ContentRef, NoteAdded, Replied
from supportcore.tickets.moves import follow_reply, pausing
from supportcore.tickets.permissions import side_of
from supportcore.tickets.usecases.checking import checked
from supportcore.tickets.usecases.context import Context, instant_of, text_of
from supportcore.workflow.definition import Audience


def reply(command: Reply, context: Context, draft: Draft) -> Asking[None]:
    """Decide a public message."""
    values, files = yield from checked(command, context, draft, "reply")
    desk, actor, at = context.desk, context.actor, instant_of(context, draft)
    side = side_of(desk, actor)
    ref = _written(draft, "message", values, author=actor.id, audience="public", salt=context.salt)
    waiting = dict(draft.rules.replies).get(side) or draft.ticket.waiting_on
    state = draft.rules.workflow.by_key[draft.ticket.state]
    still = pausing(draft.levels, state, waiting)
    attached = draft.attach(draft.ticket.id, files, author=actor.id, audience="public", salt=context.salt)
    event = Replied(at=at, actor=actor.id, side=side, message=ref, waiting_on=waiting, pausing=still, files=attached)
    draft.add(event, command.command_id)
    follow_reply(draft, side, actor=actor, at=at, command_id=command.command_id)


def add_note(command: AddNote, context: Context, draft: Draft) -> Asking[None]:
    """Decide an internal note."""
    values, files = yield from checked(command, context, draft, "note")
    actor = context.actor.id
    ref = _written(draft, "note", values, author=actor, audience="internal", salt=context.salt)
    attached = draft.attach(draft.ticket.id, files, author=actor, audience="internal", salt=context.salt)
    draft.add(NoteAdded(at=instant_of(context, draft), actor=actor, note=ref, files=attached), command.command_id)


def _written(
    draft: Draft, kind: str, values: Mapping[str, Plain], *, author: str, audience: Audience, salt: Callable[[], str]
) -> ContentRef | None:
    """Keep the words of a message, if there are any."""
    said = text_of(values.get("text"))
    if said is None:
        return None
    return draft.write(draft.ticket.id, kind, said, author=author, audience=audience, salt=salt())
