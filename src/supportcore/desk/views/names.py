"""
What records and people are called in a view: all that one view names is read in one round trip.

A person is an agent or a contact of the catalogue. Somebody whom the catalogue does not know is called by his id for
staff and for himself, and by his side for others.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from supportcore.definition.screens import COLUMNS
from supportcore.desk.views.viewer import SIDE_LABELS, Viewer
from supportcore.knowledge.article import Article, scopes
from supportcore.people.preferences import Preferences
from supportcore.storage.ports import Ledger, Ref, Steps
from supportcore.tickets.references import kind_of_field
from supportcore.tickets.ticket import Ticket

PEOPLE = ("contact", "responsible", "assignee")
"""Fields of a ticket that hold ids of people."""


class Names:
    """The records that one view names, by kind and id."""

    def __init__(self, viewer: Viewer, records: dict[Ref, Any]) -> None:
        self._viewer, self._records = viewer, records

    def record(self, kind: str, record_id: str | None) -> str:
        """Return the name of a record; its id where there is no record any more; empty for none."""
        if record_id is None:
            return ""
        found = self._records.get((kind, record_id))
        if found is None:
            return record_id
        if kind == "service":
            return self._viewer.service(record_id, found.name)
        name: str = found.title if isinstance(found, Article) else found.name
        return name

    def readable(self, articles: Iterable[str]) -> tuple[Article, ...]:
        """Return those of *articles* that the actor may read."""
        mine = scopes(staff=self._viewer.is_staff, customers=self._viewer.actor.customers)
        found = (self._records.get(("article", article)) for article in articles)
        return tuple(one for one in found if one is not None and (mine is None or one.scope in mine))

    def preferences(self, person: str) -> Preferences | None:
        """Return what somebody chose for himself, if that record was loaded."""
        found: Preferences | None = self._records.get(("preferences", person))
        return found

    def known(self, person: str) -> Any:
        """Return the agent or contact of that id, or None."""
        found = self._records.get(("agent", person))
        return found if found is not None else self._records.get(("contact", person))

    def is_agent(self, person: str) -> bool:
        """Return whether somebody is known as an agent."""
        return ("agent", person) in self._records

    def person(self, person: str | None, side: str = "customer") -> str:
        """Return the name of somebody of *side* as far as the actor may know it; empty for nobody."""
        if person is None:
            return ""
        found = self.known(person)
        if found is not None and found.name:
            return str(found.name)
        if self._viewer.is_staff or person == self._viewer.actor.id:
            return person
        return self._viewer.say(*SIDE_LABELS[side])


def load_names(ledger: Ledger, viewer: Viewer, *, refs: Iterable[Ref] = (), people: Iterable[str] = ()) -> Steps[Names]:
    """Return the names of records and people."""
    persons = [(kind, person) for person in dict.fromkeys(people) for kind in ("agent", "contact")]
    wanted = tuple(dict.fromkeys([*refs, *persons]))
    found = (yield from ledger.records(wanted)) if wanted else ()
    return Names(viewer, {ref: record for ref, record in zip(wanted, found, strict=True) if record is not None})


def refs_of_ticket(ticket: Ticket, fields: Iterable[str]) -> list[Ref]:
    """Return the records that *fields* of a ticket (of `COLUMNS`) name; see `people_of_ticket` for people."""
    found = []
    for field in fields:
        if COLUMNS[field] == "record" and getattr(ticket, field) is not None:
            found.append((kind_of_field(field), getattr(ticket, field)))
    return found


def people_of_ticket(ticket: Ticket, fields: Iterable[str]) -> list[str]:
    """Return the people that *fields* of a ticket name."""
    return [getattr(ticket, field) for field in fields if field in PEOPLE and getattr(ticket, field) is not None]
