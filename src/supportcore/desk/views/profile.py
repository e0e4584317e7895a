"""What the desk knows of the actor: name and addresses as the catalogue has them, roles, customers, teams."""

from __future__ import annotations

from supportcore.desk.views.names import Names, load_names
from supportcore.desk.views.records import Account, Profile
from supportcore.desk.views.viewer import VIEW_LABELS, Viewer
from supportcore.storage.ports import Ledger, Steps


def account(viewer: Viewer, names: Names) -> Account:
    """Return who the actor is; *names* holds the actor. Somebody the catalogue does not know is called by his id."""
    person = viewer.actor.id
    name = names.person(person)
    known = names.known(person)
    return Account(
        id=person,
        name=name,
        first_name=name.split()[0] if name.split() else name,
        email=getattr(known, "email", ""),
        phone=getattr(known, "phone", ""),
    )


def profile(ledger: Ledger, viewer: Viewer) -> Steps[Profile]:
    """Return the profile of the actor."""
    actor = viewer.actor
    customers, teams = sorted(actor.customers), sorted(actor.teams)
    refs = [*(("customer", one) for one in customers), *(("team", one) for one in teams)]
    names = yield from load_names(ledger, viewer, refs=refs, people=(actor.id,))
    return Profile(
        title=viewer.say(*VIEW_LABELS["profile"]),
        account=account(viewer, names),
        language=viewer.language,
        zone=viewer.zone,
        side=viewer.side,
        roles=tuple(viewer.label("roles", role.key) for role in viewer.roles),
        customers=tuple(names.record("customer", one) for one in customers),
        teams=tuple(names.record("team", one) for one in teams),
    )
