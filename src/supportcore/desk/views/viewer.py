"""Whom a view is for: the actor's language, zone and side, and the desk's words for things."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

import attrs

from supportcore.definition.model import Definition
from supportcore.desk.answers import Rules
from supportcore.desk.views.errors import reason_view
from supportcore.desk.views.records import OptionView, Position, ReasonView, When
from supportcore.errors import Reason
from supportcore.people.access import Actor, Role, Side
from supportcore.text import instant_text
from supportcore.tickets.permissions import roles_of, side_of

_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
}
COLUMN_LABELS: Mapping[str, tuple[str, str]] = {
    "number": ("Number", "Número"),
    "subject": ("Subject", "Asunto"),
    "description": ("Description", "Descripción"),
    "state": ("State", "Estado"),
    "waiting_on": ("Waiting on", "Esperando respuesta de"),
    "light": ("Situation", "Situación"),
    "customer": ("Customer", "Cliente"),
    "contact": ("Contact", "Contacto"),
    "product": ("Product", "Producto"),
    "module": ("Module", "Módulo"),
    "product_version": ("Version", "Versión"),
    "service": ("Service", "Servicio"),
    "project": ("Project", "Proyecto"),
    "agreement": ("Agreement", "Contrato"),
    "type": ("Type", "Tipo"),
    "priority": ("Priority", "Prioridad"),
    "urgency": ("Urgency", "Urgencia"),
    "area": ("Area", "Área"),
    "origin": ("Origin", "Origen"),
    "team": ("Team", "Equipo"),
    "responsible": ("Responsible", "Responsable"),
    "assignee": ("Assigned to", "Asignado a"),
    "is_open": ("Open", "Abierto"),
    "reference": ("Reference", "Referencia"),
    "approval": ("Approval", "Aprobación"),
    "confirmed": ("Confirmed by the customer", "Confirmado por el cliente"),
    "reassigned": ("Reassigned", "Reasignado"),
    "rating": ("Rating", "Calificación"),
    "rated": ("Rated", "Calificado"),
    "tags": ("Tags", "Etiquetas"),
    "verdict": ("Vote", "Voto"),
    "add": ("Add", "Añadir"),
    "remove": ("Take away", "Quitar"),
    "follow": ("Tell me what happens", "Avisarme de lo que ocurra"),
    "other": ("Other ticket", "Otro ticket"),
    "kind": ("What it is to this one", "Qué es respecto de este"),
    "linked": ("Linked", "Enlazado"),
    "into": ("Goes on in ticket", "Continúa en el ticket"),
    "opened_at": ("Opened", "Fecha de apertura"),
    "updated_at": ("Last change", "Último cambio"),
    "last_reply_at": ("Last reply", "Última respuesta"),
    "due_at": ("Due", "Vencimiento"),
    "closed_at": ("Closed", "Fecha de cierre"),
    "text": ("Text", "Texto"),
    "deadline": ("Deadline", "Plazo"),
    "article": ("Article", "Artículo"),
    "solved": ("Solved it", "Lo resolvió"),
    "comment": ("Comment", "Comentario"),
    "reason": ("Reason", "Motivo"),
    "files": ("Attachments", "Archivos adjuntos"),
}
"""What the fields of every desk are called where its labels say nothing, in English and Spanish."""
PARTY_LABELS: Mapping[str, tuple[str, str]] = {
    "customer": ("Customer", "Cliente"),
    "vendor": ("Vendor", "Proveedor"),
    "support": ("Support", "Soporte"),
    "external": ("Third party", "Externo"),
}
"""What the parties a ticket waits for are called where a desk's labels say nothing, in English and Spanish."""
CHOICE_LABELS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "waiting_on": PARTY_LABELS,
    "approval": {
        "pending": ("Pending", "Pendiente"),
        "approved": ("Approved", "Aprobado"),
        "rejected": ("Rejected", "Rechazado"),
    },
    "verdict": {"approve": ("I agree", "De acuerdo"), "reject": ("I do not agree", "En desacuerdo")},
    "link": {
        "related": ("Related", "Relacionado"),
        "parent": ("Parent", "Principal"),
        "child": ("Part of this one", "Parte de este"),
        "blocks": ("Is held up by this one", "Depende de este"),
        "blocked_by": ("Holds this one up", "Bloquea este"),
    },
}
"""What values that every desk has are called where its labels say nothing, by vocabulary, in English and Spanish."""
ARTICLE_LABELS: Mapping[str, tuple[str, str]] = {
    "title": ("Title", "Título"),
    "body": ("Text (Markdown)", "Texto (Markdown)"),
    "language": ("Language", "Idioma"),
    "visibility": ("For whom", "Para quién"),
    "customer": ("Customer", "Cliente"),
    "category": ("Category", "Categoría"),
    "translation_of": ("Translation of", "Traducción de"),
    "products": ("Products", "Productos"),
    "services": ("Services", "Servicios"),
    "tags": ("Tags", "Etiquetas"),
    "state": ("State", "Estado"),
    "comment": ("Comment", "Comentario"),
}
"""What the fields of articles are called where a desk's labels say nothing, in English and Spanish."""
VISIBILITY_LABELS: Mapping[str, tuple[str, str]] = {
    "public": ("Everybody", "Todos"),
    "customers": ("Customers", "Clientes"),
    "customer": ("One customer", "Un cliente"),
    "internal": ("Internal", "Interno"),
}
"""Whom articles are for, in English and Spanish."""
SIDE_LABELS: Mapping[str, tuple[str, str]] = {
    "customer": ("Customer", "Cliente"),
    "staff": ("Team", "Equipo"),
    "desk": ("Automatic", "Automático"),
}
"""What the sides are called, in English and Spanish."""
UNCHOSEN = ("Nothing selected", "Nada seleccionado")
"""What stands where something may be chosen and is not, in English and Spanish."""
VIEW_LABELS: Mapping[str, tuple[str, str]] = {
    "home": ("Home", "Inicio"),
    "articles": ("Knowledge base", "Base de conocimientos"),
    "notices": ("Notices", "Avisos"),
    "profile": ("My profile", "Mi perfil"),
    "questions": ("Questions for you", "Preguntas para usted"),
    "files": ("Files", "Archivos"),
    "calendar": ("Calendar", "Calendario"),
}
"""What views are called: their titles, and the entries of a menu that the desk does not declare."""


@attrs.frozen(kw_only=True, slots=False)
class Viewer:
    """
    The actor of a view.

    Attributes:
        now: The instant of the view.
        addresses: Where entries of the menu lead that are the host's, by key.
    """

    rules: Rules
    actor: Actor
    now: datetime
    addresses: Mapping[str, str] = attrs.field(factory=dict, eq=False)

    @property
    def desk(self) -> Definition:
        """Today's definition."""
        return self.rules.today

    @cached_property
    def language(self) -> str:
        """``es`` or ``en``."""
        return self.desk.labels.language(self.actor.locale)

    @cached_property
    def zone(self) -> str:
        """Name of the time zone."""
        return self.actor.zone or self.desk.zone

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """The actor's roles on this desk."""
        return roles_of(self.desk, self.actor)

    @cached_property
    def side(self) -> Side:
        """The side the actor is on."""
        return side_of(self.desk, self.actor)

    @property
    def is_staff(self) -> bool:
        """Whether the actor may see what is internal."""
        return self.side == "staff"

    def has(self, roles: frozenset[str]) -> bool:
        """Return whether something for *roles* (empty: for everybody) is for the actor."""
        return not roles or any(role.key in roles for role in self.roles)

    def say(self, english: str, spanish: str) -> str:
        """Return one of two wordings."""
        return spanish if self.language == "es" else english

    def label(self, section: str, key: str, built_in: tuple[str, str] | None = None) -> str:
        """Return what the desk calls something; *built_in*, in English and Spanish, where its labels say nothing."""
        found = self.desk.labels.entries.get((section, key, self.language))
        if found is not None and found[0]:
            return found[0]
        return key if built_in is None else self.say(*built_in)

    def help(self, section: str, key: str) -> str:
        """Return the help text; empty where there is none."""
        return self.desk.labels.help(section, key, self.language)

    def field(self, key: str) -> str:
        """Return what a field or column is called."""
        return self.label("fields", key, COLUMN_LABELS.get(key))

    def column(self, key: str, section: Literal["columns", "header"]) -> str:
        """Return what a column of lists is called, or one of the head of a page; as the field, unless labels differ."""
        return self.label(section, key, (name := self.field(key), name))

    def service(self, service_id: str, name: str) -> str:
        """Return what a service is called that the catalogue calls *name*."""
        return self.label("services", service_id, (name, name))

    def article_field(self, key: str) -> str:
        """Return what a field of articles is called, which need not be what tickets call one of that key."""
        return self.label("article_fields", key, ARTICLE_LABELS[key])

    def choice(self, key: str, value: str) -> str:
        """Return what a value of a field that is chosen from a vocabulary, or a state, is called."""
        if key == "state":
            return self.label("states", value)
        return self.label(f"vocabularies.{key}", value, CHOICE_LABELS.get(key, {}).get(value))

    def options(self, key: str) -> tuple[OptionView, ...]:
        """Return the values of a field that is chosen from a vocabulary, or the states."""
        known = {
            "state": tuple(state.key for state in self.desk.workflow.states),
            **{name: tuple(values) for name, values in CHOICE_LABELS.items()},
            **self.desk.vocabularies,
        }
        return tuple(OptionView(value=value, title=self.choice(key, value)) for value in known.get(key, ()))

    def when(self, at: datetime) -> When:
        """Return an instant for a screen."""
        local = at.astimezone(ZoneInfo(self.zone))
        month = _MONTHS[self.language][local.month - 1]
        text = f"{local.day} {month} {local.year}, {local:%H:%M:%S}"
        return When(at=instant_text(at), local=local.isoformat(timespec="seconds"), text=text)

    def reason(self, reason: Reason) -> ReasonView:
        """Return why something is refused."""
        return reason_view(reason, self.language)


def position(viewer: Viewer, *, first: int, count: int, total: int, limit: int, next: str, previous: str) -> Position:
    """Return where a page of *count* rows lies, and the words for it."""
    last = first + count - 1 if count else 0
    told = viewer.say(
        f"Showing {first} to {last} of {total}", f"Mostrando desde {first} hasta {last} de {total} entradas"
    )
    return Position(
        first=first if count else 0,
        last=last,
        total=total,
        number=(first - 1) // limit + 1 if count else 1,
        pages=max(1, -(-total // limit)),
        next=next,
        previous=previous,
        text=told if count else viewer.say(f"Showing 0 of {total}", f"Mostrando 0 de {total} entradas"),
    )
