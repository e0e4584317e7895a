"""
What the desk knows of the actor, and what the actor chose: the profile, and the form of it.

A person who chose nothing yet is called as the catalogue calls him: the first word is the first name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import attrs

from supportcore.desk.views.filing import file_of_draft
from supportcore.desk.views.names import Names, load_names
from supportcore.desk.views.records import Account, FormView, OptionView, Profile, SlotView, Submit
from supportcore.desk.views.viewer import VIEW_LABELS, Viewer
from supportcore.forms.drawing import Choice, Drawing, Option
from supportcore.forms.fields import Field, Form
from supportcore.forms.schema import schema, ui
from supportcore.people import credentials
from supportcore.people.preferences import READING_DIRECTIONS, VISUAL_MODES, Preferences
from supportcore.storage.ports import Ledger, Steps
from supportcore.tickets.files import File
from supportcore.tickets.handing import AVATAR

T = TypeVar("T")

NAME_LIMIT = 120
"""Characters of a first or last name, so that both together are a name."""
LABELS: Mapping[str, tuple[str, str]] = {
    "first_name": ("First name", "Nombre"),
    "last_name": ("Last name", "Apellido"),
    "position": ("Position", "Cargo"),
    "email": ("E-mail address", "Dirección de correo"),
    "phone": ("Phone", "Teléfono"),
    "locale": ("Language", "Idioma"),
    "reading_direction": ("Reading direction", "Tipo de lectura"),
    "visual_mode": ("Visual mode", "Modo visual"),
    "email_notices": ("E-mail notices", "Notificaciones por correo"),
    "avatar": ("Picture", "Imagen"),
    "save": ("Save", "Guardar"),
}
"""What the fields of a profile are called, in English and Spanish."""
OPTIONS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "reading_direction": {
        "system": ("System default", "Sistema por defecto"),
        "ltr": ("Left to right", "De izquierda a derecha"),
        "rtl": ("Right to left", "De derecha a izquierda"),
    },
    "visual_mode": {
        "system": ("System default", "Sistema por defecto"),
        "light": ("Light", "Claro"),
        "dark": ("Dark", "Oscuro"),
    },
}
"""What there is to choose in a profile, in English and Spanish."""
_LANGUAGES = {"en": "English", "es": "Español"}
_UNITS = {
    "year": ("year", "years", "año", "años"),
    "month": ("month", "months", "mes", "meses"),
    "day": ("day", "days", "día", "días"),
    "hour": ("hour", "hours", "hora", "horas"),
    "minute": ("minute", "minutes", "minuto", "minutos"),
}


@attrs.frozen
class Person:
    """
    The actor, as the desk has him.

    Attributes:
        chosen: What he chose, or what follows from the catalogue.
        email: As the catalogue has it; empty if it has none.
        picture: The file of his avatar, or None.
    """

    chosen: Preferences
    email: str
    picture: File | None


def account(viewer: Viewer, names: Names) -> Account:
    """Return who the actor is; *names* holds the actor. Somebody the catalogue does not know is called by his id."""
    person = viewer.actor.id
    known, preferences = names.known(person), names.preferences(person)
    name = names.person(person)
    if known is None and preferences is not None:
        name = full_name(preferences) or name
    chosen = chosen_of(person, known, preferences)
    return Account(
        id=person,
        name=name,
        first_name=chosen.first_name or (name.split()[0] if name.split() else name),
        email=getattr(known, "email", ""),
        phone=chosen.phone,
    )


def full_name(chosen: Preferences) -> str:
    """Return first and last name; empty where there is neither."""
    return " ".join(f"{chosen.first_name} {chosen.last_name}".split())


def chosen_of(person: str, known: Any, preferences: Preferences | None) -> Preferences:
    """Return what somebody chose; *known* is his agent or contact, whose name and phone stand in where he did not."""
    chosen = Preferences(id=person) if preferences is None else preferences
    if not full_name(chosen):
        first, _, last = str(getattr(known, "name", "")).strip().partition(" ")
        chosen = attrs.evolve(chosen, first_name=first[:NAME_LIMIT], last_name=last.strip()[:NAME_LIMIT])
    return attrs.evolve(chosen, phone=chosen.phone or str(getattr(known, "phone", "")))


def localised(ledger: Ledger, viewer: Viewer) -> Steps[Viewer]:
    """Return a viewer in the language that the actor chose, and in the zone, where the host says no language."""
    actor = viewer.actor
    if actor.locale:
        return viewer
    (chosen,) = yield from ledger.records((("preferences", actor.id),))
    if not isinstance(chosen, Preferences):
        return viewer
    told = attrs.evolve(actor, locale=chosen.locale, zone=actor.zone or chosen.zone)
    return viewer if told == actor else attrs.evolve(viewer, actor=told)


def shown(ledger: Ledger, viewer: Viewer, view: Callable[[Ledger, Viewer], Steps[T]]) -> Steps[T]:
    """Return a view in the language and zone that the actor chose, where the host says no language."""
    return (yield from view(ledger, (yield from localised(ledger, viewer))))


def person_of(ledger: Ledger, viewer: Viewer) -> Steps[Person]:
    """Return the actor, as the desk has him."""
    actor = viewer.actor.id
    names = yield from load_names(ledger, viewer, refs=[("preferences", actor)], people=(actor,))
    known = names.known(actor)
    chosen = chosen_of(actor, known, names.preferences(actor))
    picture = None
    if chosen.avatar is not None:
        (found,) = yield from ledger.files((chosen.avatar,))
        picture = found if is_picture(found, actor) else None
    return Person(chosen, getattr(known, "email", ""), picture)


def is_picture(file: File | None, person: str) -> bool:
    """Return whether a file is kept as the picture of a person."""
    kept = file is not None and file.ticket is None and file.expires_at is None
    return kept and file is not None and (file.owner, file.slot) == (person, AVATAR.key)


def profile(ledger: Ledger, viewer: Viewer) -> Steps[Profile]:
    """Return the profile of the actor."""
    actor = viewer.actor
    customers, teams = sorted(actor.customers), sorted(actor.teams)
    refs = [*(("customer", one) for one in customers), *(("team", one) for one in teams), ("preferences", actor.id)]
    names = yield from load_names(ledger, viewer, refs=refs, people=(actor.id,))
    person = yield from person_of(ledger, viewer)
    chosen = person.chosen
    login = yield from ledger.credential(credentials.Account, actor.id)
    changed_at = None if login is None or not login.hash else login.changed_at
    return Profile(
        title=viewer.say(*VIEW_LABELS["profile"]),
        account=account(viewer, names),
        language=viewer.language,
        zone=viewer.zone,
        side=viewer.side,
        roles=tuple(viewer.label("roles", role.key) for role in viewer.roles),
        customers=tuple(names.record("customer", one) for one in customers),
        teams=tuple(names.record("team", one) for one in teams),
        first_name=chosen.first_name,
        last_name=chosen.last_name,
        position=chosen.position,
        email=person.email,
        phone=chosen.phone,
        reading_direction=_option(viewer, "reading_direction", chosen.reading_direction),
        visual_mode=_option(viewer, "visual_mode", chosen.visual_mode),
        email_notices=chosen.email_notices,
        avatar=None if person.picture is None else file_of_draft(viewer, person.picture),
        password_changed=None if changed_at is None else viewer.when(changed_at),
        password_age="" if changed_at is None else age_words(viewer, changed_at),
    )


def _option(viewer: Viewer, field: str, value: str) -> OptionView:
    return OptionView(value=value, title=viewer.say(*OPTIONS[field][value]))


def age_words(viewer: Viewer, since: datetime) -> str:
    """Return how long ago an instant is, by its greatest unit; months and years are those of a calendar."""
    zone = ZoneInfo(viewer.zone)
    then, now = since.astimezone(zone), max(since, viewer.now).astimezone(zone)
    months = (now.year - then.year) * 12 + now.month - then.month
    months -= (now.day, now.time()) < (then.day, then.time())
    seconds = int((now - then).total_seconds())
    counts = {
        "year": months // 12,
        "month": months,
        "day": seconds // 86_400,
        "hour": seconds // 3_600,
        "minute": seconds // 60,
    }
    unit, count = next(((unit, count) for unit, count in counts.items() if count > 0), ("", 0))
    if not unit:
        return viewer.say("just now", "hace un momento")
    one, several, uno, varios = _UNITS[unit]
    return viewer.say(f"{count} {one if count == 1 else several} ago", f"hace {count} {uno if count == 1 else varios}")


# -- the form ----------------------------------------------------------------------------------------------------------


def fields_of(viewer: Viewer, person: Person) -> Form:
    """Return what the actor is asked; what is left out stays, and null takes away."""
    fields = [
        Field(key="first_name", kind="title", limit=NAME_LIMIT, clears=True),
        Field(key="last_name", kind="title", limit=NAME_LIMIT, clears=True),
        Field(key="position", kind="title", clears=True),
        *([Field(key="email", kind="title", default=person.email, fixed=True)] if person.email else []),
        Field(key="phone", kind="title", clears=True),
        Field(key="locale", kind="choice", options=tuple(viewer.desk.languages), clears=True),
        Field(key="reading_direction", kind="choice", options=READING_DIRECTIONS),
        Field(key="visual_mode", kind="choice", options=VISUAL_MODES),
        Field(key="email_notices", kind="flag"),
        Field(key="avatar", kind="record", clears=True),
    ]
    return Form(tuple(fields), slots=() if viewer.desk.files is None else (AVATAR,))


def profile_form(ledger: Ledger, viewer: Viewer) -> Steps[FormView]:
    """Return the profile as a form."""
    person = yield from person_of(ledger, viewer)
    form = fields_of(viewer, person)
    chosen, save = person.chosen, viewer.say(*LABELS["save"])
    data = {field.key: getattr(chosen, field.key, None) for field in form.fields}
    data["email"], data["avatar"] = person.email, None if person.picture is None else person.picture.id
    if chosen.locale not in viewer.desk.languages:
        data["locale"] = None
    picture = [] if person.picture is None else [Option(person.picture.id, person.picture.name)]
    choices = {
        "locale": [Option(tag, _LANGUAGES.get(tag, tag)) for tag in viewer.desk.languages],
        **{
            key: [Option(value, viewer.say(*told)) for value, told in options.items()]
            for key, options in OPTIONS.items()
        },
        "avatar": picture,
    }
    drawing = Drawing(
        form=form,
        title=viewer.say(*VIEW_LABELS["profile"]),
        labels=tuple((field.key, viewer.say(*LABELS[field.key]), "") for field in form.fields),
        choices=tuple((key, Choice(options=(((), tuple(options)),))) for key, options in choices.items()),
        nothing=viewer.say("None", "Ninguno"),
    )
    return FormView(
        key="profile",
        title=drawing.title,
        schema=schema(drawing),
        ui=ui(drawing),
        data={key: value for key, value in data.items() if value not in (None, "")},
        help={},
        slots=tuple(
            SlotView(
                key=slot.key,
                label=viewer.say(*LABELS[slot.key]),
                count=slot.count,
                size=slot.size,
                types=slot.types,
            )
            for slot in form.slots
        ),
        submit=Submit(command="save_profile", label=save),
    )
