"""
Which intake forms there are for one actor.

A form names records by itself: those it sets, and the defaults of fields that cannot be changed. It is there as long as
they are in the catalogue, not retired, and may be named together for one of the actor's customers, by the same rules as
`record_faults`. Otherwise nothing could be sent with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from supportcore.definition.model import Definition
from supportcore.desk.offers import Usable
from supportcore.errors import Fault, Invalid, NotFound, facts
from supportcore.forms.fields import Form
from supportcore.people.access import Actor
from supportcore.predicate import ALWAYS
from supportcore.storage.ports import Ledger, Ref, Steps
from supportcore.text import id_fault
from supportcore.tickets.command_forms import opening_form
from supportcore.tickets.references import belongs, naming, owners_of, parents_of, refs_of


def check_asked(*, area: object, service: object, variant: object) -> None:
    """Refuse what no form can be asked for by."""
    told = facts(expected="text", expected_es="texto")
    wrong = [name for name, value in (("area", area), ("service", service)) if not isinstance(value, str | None)]
    wrong += [] if isinstance(variant, str) else ["variant"]
    if wrong:
        raise Invalid(*(Fault(name, "wrong_type", told) for name in wrong))


def pick(desk: Definition, *, area: str | None, service: str | None, variant: str) -> Form:
    """
    Return the form that says most of what is asked for, a service before an area, and nothing else.

    Raises:
        NotFound: There is none, or there is no such area.
    """
    fitting = [
        form
        for form in desk.forms
        if form.variant == variant and form.area in (None, area) and form.service in (None, service)
    ]
    if not fitting or (area is not None and area not in desk.vocabularies.get("area", ())):
        raise NotFound(kind="form")
    return max(fitting, key=lambda form: (form.service is not None, form.area is not None))


def sendable(
    ledger: Ledger, desk: Definition, actor: Actor, usable: Usable, forms: Iterable[Form], *, service: str | None = None
) -> Steps[tuple[tuple[Form, Form], ...]]:
    """
    Return those of *forms* with which something can be sent, each with what *actor* is asked by it.

    Records are read in one round trip, and in none where no form names any.

    Args:
        usable: The customers that the actor may open tickets for; None for any.
        service: Has to be one that may be named too.
    """
    if service is not None and id_fault(service, "service") is not None:
        return ()
    own = None if usable is None else [customer.id for customer in usable]
    more = {} if service is None else {"service": service}
    found = []
    for form in forms:
        asked = opening_form(desk, form, actor, own)
        found.append((form, asked, {**more, **_settled(asked)}))
    wanted = tuple(dict.fromkeys(ref for _, _, named in found for ref in _unknown(named, own).values()))
    read = (yield from ledger.records(wanted)) if wanted else ()
    records = dict(zip(wanted, read, strict=True))
    return tuple((form, asked) for form, asked, named in found if _fit(asked, named, records, own))


def _settled(form: Form) -> dict[str, Any]:
    """Return the records that a form names whatever is said in it, by field."""
    fixed = {field.key: field.default for field in form.fields if field.fixed and field.when == ALWAYS}
    return naming(form, {**fixed, **dict(form.sets)})


def _unknown(named: Mapping[str, Any], own: Sequence[str] | None) -> dict[str, Ref]:
    """Return the records that have to be read; an actor's own customers were."""
    return {key: ref for key, ref in refs_of(named).items() if own is None or key != "customer"}


def _fit(form: Form, named: Mapping[str, Any], records: Mapping[Ref, Any], own: Sequence[str] | None) -> bool:
    """Return whether the records that a form names may be, all of them together, for some customer."""
    known = {key: records[ref] for key, ref in _unknown(named, own).items()}
    if any(record is None or not record.active for record in known.values()):
        return False
    customers: Iterable[str | None] = own if own is not None else _owners(known)
    if "customer" in named or form.field("customer") is None:
        customers = (named.get("customer"),)
    for customer in customers:
        said = {**named, "customer": customer}
        if all(
            belongs(parent, record, said.get(parent)) or (said.get(parent) is None and form.field(parent) is not None)
            for key, record in known.items()
            for parent in parents_of(key)
        ):
            return True
    return False


def _owners(known: Mapping[str, Any]) -> Iterable[str | None]:
    """Return the customers to whom one of the records belongs; None, that is any, where all are for everybody."""
    of_customers = (record for key, record in known.items() if "customer" in parents_of(key))
    return next((owners for record in of_customers if (owners := owners_of("customer", record))), (None,))
