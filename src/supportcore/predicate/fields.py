"""What a predicate reads: the closed table of paths, with the kind and the words of each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Kind = Literal["text", "number", "instant", "flag", "set"]
"""What the values of a field are."""


class Field(NamedTuple):
    """What a path names: the kind of its values, whether it may be missing, and its words."""

    kind: Kind
    nullable: bool
    en: str
    es: str


TICKET_FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "id": Field("text", False, "the id", "el identificador"),
        "number": Field("number", False, "the number", "el número"),
        "state": Field("text", False, "the state", "el estado"),
        "category": Field("text", False, "the category of the state", "la categoría del estado"),
        "outcome": Field("text", True, "the outcome", "el resultado"),
        "is_open": Field("flag", False, "open", "abierto"),
        "waiting_on": Field("text", True, "the party waited for", "la parte de la que se espera respuesta"),
        "customer": Field("text", True, "the customer", "el cliente"),
        "contact": Field("text", True, "the contact", "el contacto"),
        "product": Field("text", True, "the product", "el producto"),
        "module": Field("text", True, "the module", "el módulo"),
        "product_version": Field("text", True, "the product version", "la versión del producto"),
        "service": Field("text", True, "the service", "el servicio"),
        "project": Field("text", True, "the project", "el proyecto"),
        "type": Field("text", True, "the type", "el tipo"),
        "priority": Field("text", True, "the priority", "la prioridad"),
        "urgency": Field("text", True, "the urgency", "la urgencia"),
        "area": Field("text", True, "the area", "el área"),
        "origin": Field("text", True, "the origin", "el origen"),
        "agreement": Field("text", True, "the agreement", "el contrato"),
        "team": Field("text", True, "the team", "el equipo"),
        "responsible": Field("text", True, "the responsible agent", "el responsable"),
        "assignee": Field("text", True, "the assigned agent", "el técnico asignado"),
        "reference": Field("text", True, "the reference", "la referencia"),
        "approval": Field("text", True, "the approval", "la aprobación"),
        "confirmed": Field("flag", False, "confirmed by the customer", "confirmado por el cliente"),
        "reassigned": Field("flag", False, "reassigned", "reasignado"),
        "rated": Field("flag", False, "rated", "calificado"),
        "rating": Field("number", True, "the rating", "la calificación"),
        "merged_into": Field("text", True, "the ticket it was merged into", "el ticket con el que se unió"),
        "opened_at": Field("instant", False, "the instant of opening", "el instante de apertura"),
        "updated_at": Field("instant", False, "the instant of the last change", "el instante del último cambio"),
        "closed_at": Field("instant", True, "the instant of closing", "el instante de cierre"),
        "green_at": Field("instant", True, "the start of its clocks", "el inicio de sus relojes"),
        "amber_at": Field("instant", True, "the instant it turns amber", "el instante en que pasa a ámbar"),
        "red_at": Field("instant", True, "the instant it is late", "el instante en que se retrasa"),
    }
)
"""Columns of a ticket, by path."""
ACTOR_FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "@actor.id": Field("text", False, "you", "usted"),
        "@actor.roles": Field("set", False, "your roles", "sus roles"),
        "@actor.customers": Field("set", False, "your customers", "sus clientes"),
        "@actor.teams": Field("set", False, "your teams", "sus equipos"),
    }
)
"""Facts of the actor, by path."""
FIELDS: Mapping[str, Field] = MappingProxyType({**TICKET_FIELDS, **ACTOR_FIELDS})
"""All that a path may name, but for fields of forms."""
FORM = "form."
"""What the path of another field of the same form begins with."""
