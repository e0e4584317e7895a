"""
What the fields of a form may be chosen from, for one actor: exactly what `record_faults` lets pass.

Options are records of the catalogue that are not retired, by name and then by id; of the customer's side, for a
customer, its own. What a ticket names already may be named on. Options that hang on a product or customer said in the
same form are listed for each of them; one that is known beforehand narrows them at once. Where a kind has more
records than are offered, or a field more than `BRANCHES` options in all, its id is typed instead, and only the command
says whether the record fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import attrs

from supportcore.desk.views.viewer import Viewer
from supportcore.forms.drawing import Choice, Option
from supportcore.forms.fields import Form
from supportcore.knowledge.article import Article
from supportcore.predicate import ALWAYS
from supportcore.products import Service
from supportcore.storage.ports import Ledger, Record, Ref, Steps
from supportcore.tickets.references import (
    belongs,
    citation_faults,
    kind_of_field,
    naming,
    owners_of,
    parents_of,
    refs_of,
)
from supportcore.tickets.ticket import Ticket

OPTIONS = 500
"""Records of a kind that are offered for choice at most."""
MOST_ARTICLES = 100
"""As many of articles, which are long to read."""
BRANCHES = 5000
"""Options of one field at most, counted once for each value of the fields they hang on."""


@attrs.frozen
class Offered:
    """
    Records that forms of one view are about.

    Attributes:
        active: Those to choose from, by kind; None where there are too many.
        named: Those that tickets, defaults and forms name already.
    """

    active: Mapping[str, Sequence[Record] | None]
    named: Mapping[Ref, Record]


def offered(
    ledger: Ledger, forms: Iterable[Form], *, refs: Iterable[Ref] = (), known: Mapping[str, Sequence[Record]]
) -> Steps[Offered]:
    """
    Return what all of *forms* are about, each kind read once.

    Args:
        refs: Records that are named already.
        known: Records to choose from that are read already, by kind.
    """
    asked: dict[str, None] = {}
    named = dict.fromkeys(refs)
    for form in forms:
        asked.update(dict.fromkeys(kind_of_field(field.key) for field in form.fields if field.kind == "record"))
        named.update(dict.fromkeys(refs_of(naming(form, dict(form.sets))).values()))
    active: dict[str, Sequence[Record] | None] = {}
    for kind in asked:
        active[kind] = known[kind] if kind in known else (yield from _active(ledger, kind))
        if len(active[kind] or ()) > _most(kind):
            active[kind] = None
    wanted = tuple(named)
    found = (yield from ledger.records(wanted)) if wanted else ()
    return Offered(active, {ref: record for ref, record in zip(wanted, found, strict=True) if record is not None})


def _active(ledger: Ledger, kind: str) -> Steps[Sequence[Record]]:
    """Return the records of a kind that are not retired; one more than are offered says that there are too many."""
    found: list[Record] = []
    most = _most(kind)
    after, limit = "", most + 1
    while len(found) <= most:
        page = yield from ledger.records_of(kind, after=after, limit=limit)
        found.extend(record for record in page if record.active)
        if len(page) < limit:
            break
        after = page[-1].id
    return found


def _most(kind: str) -> int:
    return MOST_ARTICLES if kind == "article" else OPTIONS


def choices(viewer: Viewer, form: Form, records: Offered, *, has: Mapping[str, str]) -> tuple[tuple[str, Choice], ...]:
    """
    Return what the fields of a form are chosen from; for what it sets itself, and what a ticket keeps that hangs on
    fields of the form, what they may be together with.

    Args:
        has: The records that the ticket names which is classified, by field; none for another form.
    """
    found: dict[str, Choice] = {}
    choosing = _Choosing(viewer, form, records, has)
    for field in form.fields:
        if field.kind == "choice":
            source = field.source or field.key
            options = tuple(Option(value, viewer.choice(source, value)) for value in field.options)
            found[field.key] = Choice(options=(((), options),))
        elif field.kind == "record" and (choice := choosing.of(field.key)) is not None:
            found[field.key] = choice
    for key in (*naming(form, dict(form.sets)), *choosing.hidden()):
        if (choice := choosing.of(key)) is not None:
            found[key] = choice
    return tuple(found.items())


def citable(records: Offered, ticket: Ticket) -> Offered:
    """Return the records with those articles to choose from that may be named as what solved *ticket*, or are."""
    active = records.active["article"]
    if active is None:
        return records
    named = (records.named.get(("article", article)) for article in ticket.solved_by)
    fitting = {one.id: one for one in active if isinstance(one, Article) and not citation_faults(one, ticket)}
    fitting |= {one.id: one for one in named if isinstance(one, Article)}
    return attrs.evolve(records, active={**records.active, "article": tuple(fitting.values())})


class _Choosing:
    """Choosing records in one form."""

    def __init__(self, viewer: Viewer, form: Form, records: Offered, has: Mapping[str, str]) -> None:
        self._viewer, self._form, self._records, self._has = viewer, form, records, has
        self._sets: Mapping[str, Any] = dict(form.sets)

    def hidden(self) -> list[str]:
        """Return the fields that the ticket has and the form does not, but on fields of which they hang."""
        asks = self._form.field
        return [key for key in self._has if asks(key) is None and any(map(asks, parents_of(key)))]

    def of(self, key: str) -> Choice | None:
        """Return what a field is chosen from; None if it is typed."""
        candidates = self._candidates(key)
        if candidates is None:
            return None
        free: dict[str, Sequence[str] | None] = {}
        for parent in parents_of(key):
            field = self._form.field(parent)
            if field is None or (field.fixed and field.when == ALWAYS):
                owner = self._sets.get(parent, self._has.get(parent)) if field is None else str(field.default)
                candidates = [record for record in candidates if belongs(parent, record, owner)]
            else:
                free[parent] = self._ids(parent)
        now = self._has.get(key)
        stays = now is not None and all(record.id != now for record in candidates)
        parents: dict[str, Sequence[str]] = {}
        for parent, values in free.items():
            if stays or any(_tells(parent, record, values) for record in candidates):
                if values is None:
                    return None
                parents[parent] = values
        branches = _branches(self._viewer, candidates, parents)
        if branches is None:
            return None
        if now is not None:  # what is not changed is kept, as long as what it hangs on is not changed either
            same = branches.setdefault(tuple(self._has.get(parent) for parent in parents), [])
            if all(option.value != now for option in same):
                kept = self._records.named.get((kind_of_field(key), now))
                same.append(Option(now, now) if kept is None else _option(self._viewer, kept))
        elif not parents:
            branches.setdefault((), [])
        options = tuple((values, tuple(sorted(found, key=_order))) for values, found in branches.items())
        return Choice(parents=tuple(parents), options=options)

    def _candidates(self, key: str) -> Sequence[Record] | None:
        """Return the records to choose from, whatever they hang on; None if there are too many."""
        kind = kind_of_field(key)
        settled = self._sets.get(key)
        if settled is not None:
            record = self._records.named.get((kind, settled))
            return [record] if record is not None and record.active else []
        now = self._records.named.get((kind, self._has.get(key, "")))
        if self._form.field(key) is None:
            return [] if now is None else [now]
        active = self._records.active[kind]
        return active if active is None or now is None or now.active else [*active, now]

    def _ids(self, parent: str) -> Sequence[str] | None:
        """Return what may be said in a field that others hang on; None if it is typed."""
        candidates = self._candidates(parent)
        if candidates is None:
            return None
        now = self._has.get(parent)
        return tuple(dict.fromkeys([*(record.id for record in candidates), *([now] if now is not None else [])]))


def _tells(parent: str, record: Record, values: Sequence[str] | None) -> bool:
    """Whether it depends on what is said in *parent* if a record may be chosen."""
    owners = owners_of(parent, record)
    everybody = owners is None or (values is not None and owners.issuperset(values))
    return not everybody or not belongs(parent, record, None)


def _branches(
    viewer: Viewer, candidates: Iterable[Record], parents: Mapping[str, Sequence[str]]
) -> dict[tuple[str | None, ...], list[Option]] | None:
    """Return the options for each combination of what is said in *parents* that has any; None if they are too many."""
    found: dict[tuple[str | None, ...], list[Option]] = {}
    count = 0
    for record in candidates:
        own = {parent: owners_of(parent, record) for parent in parents}
        places = [[v for v in values if (o := own[parent]) is None or v in o] for parent, values in parents.items()]
        for values in product(*places):
            found.setdefault(values, []).append(_option(viewer, record))
            count += 1
            if count > BRANCHES:
                return None
    return found


def _option(viewer: Viewer, record: Record) -> Option:
    name: str = record.title if isinstance(record, Article) else getattr(record, "name", "")
    if isinstance(record, Service):
        return Option(record.id, viewer.service(record.id, name) or record.id, viewer.help("services", record.id))
    return Option(record.id, name or record.id)


def _order(option: Option) -> tuple[str, str]:
    return option.title, str(option.value)
