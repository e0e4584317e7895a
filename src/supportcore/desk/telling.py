"""A notice in words: the template of the desk with the ticket as it is, for whoever is told."""

from __future__ import annotations

from collections.abc import Iterable

from supportcore.definition.model import Definition
from supportcore.desk.timeline import clock_text
from supportcore.notices.render import Words, render
from supportcore.tickets.commands import OutboxRow
from supportcore.tickets.events import Content, Event
from supportcore.tickets.files import FILE, of_content
from supportcore.tickets.ticket import Ticket


def told(
    desk: Definition,
    row: OutboxRow,
    ticket: Ticket,
    event: Event,
    contents: Iterable[Content],
    *,
    locale: str,
    zone: str = "",
    public: bool = False,
) -> tuple[str, str]:
    """
    Return subject and body of a notice.

    Args:
        event: What it tells of.
        contents: What was written in the ticket.
        zone: In whose wall time instants are told; empty means the desk's.
        public: Tell only what is public, whatever the recipient is to the ticket. The contact is told no more in any
            case, and answers to the desk's own questions nobody.
    """
    public = public or row.role == "contact"
    told_of = {
        content.id: content
        for content in contents
        if content.position == row.position and (content.audience == "public" or not public)
    }
    written = [content.body for content in told_of.values() if content.kind not in ("answers", FILE)]
    files = [told_of[ref.id] for ref in getattr(event, "files", ()) if ref.id in told_of]
    words = Words(
        desk=desk.labels.label("desk", "name", locale),
        number=ticket.number,
        subject=ticket.subject,
        state=desk.labels.label("states", getattr(event, "state", ticket.state), locale),
        text="\n\n".join(written) or clock_text(desk, event, locale, zone) or _names(files),
    )
    return (
        render(desk.labels.label("templates", row.template, locale), words),
        render(desk.labels.help("templates", row.template, locale), words),
    )


def _names(files: Iterable[Content]) -> str:
    return ", ".join(str(of_content(content.body)["name"]) for content in files)
