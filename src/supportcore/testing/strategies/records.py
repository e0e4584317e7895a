"""Records of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from supportcore.people.agents import Agent, Team
from supportcore.people.customers import Agreement, Contact, Customer
from supportcore.people.preferences import READING_DIRECTIONS, VISUAL_MODES, Preferences
from supportcore.products import Module, Product, Project, Service, Version
from supportcore.storage.ports import RECORD_KINDS, Record
from supportcore.testing.strategies.knowledge import articles, categories
from supportcore.testing.strategies.values import _maybe, _sets, emails, flags, host_ids, instants, titles


def _common() -> dict[str, SearchStrategy[Any]]:
    return {"id": host_ids(), "name": titles(), "active": flags(dullest=True)}


def customers(**over: SearchStrategy[Any]) -> SearchStrategy[Customer]:
    """Return customers; a keyword argument replaces the strategy of that field, here and in all that follow."""
    return st.builds(Customer, **{**_common(), **over})


def contacts(**over: SearchStrategy[Any]) -> SearchStrategy[Contact]:
    """Return contacts."""
    fields = {"customers": _sets(host_ids()), "email": emails(), "phone": titles(), "locale": titles()}
    return st.builds(Contact, **{**_common(), **fields, **over})


def agreements(**over: SearchStrategy[Any]) -> SearchStrategy[Agreement]:
    """Return agreements."""
    fields = {"customer": host_ids(), "starts_at": instants(), "ends_at": _maybe(instants()), "on_hold": flags()}
    return st.builds(Agreement, **{**_common(), **fields, **over})


def agents(**over: SearchStrategy[Any]) -> SearchStrategy[Agent]:
    """Return agents."""
    fields = {"email": emails(), "phone": titles(), "locale": titles(), "skills": _sets(host_ids())}
    return st.builds(Agent, **{**_common(), **fields, **over})


def teams(**over: SearchStrategy[Any]) -> SearchStrategy[Team]:
    """Return teams."""
    return st.builds(Team, **{**_common(), "members": _sets(host_ids()), **over})


def products(**over: SearchStrategy[Any]) -> SearchStrategy[Product]:
    """Return products."""
    return st.builds(Product, **{**_common(), **over})


def modules(**over: SearchStrategy[Any]) -> SearchStrategy[Module]:
    """Return modules."""
    return st.builds(Module, **{**_common(), "product": host_ids(), **over})


def versions(**over: SearchStrategy[Any]) -> SearchStrategy[Version]:
    """Return versions of products."""
    return st.builds(Version, **{**_common(), "product": host_ids(), "customers": _sets(host_ids()), **over})


def services(**over: SearchStrategy[Any]) -> SearchStrategy[Service]:
    """Return services."""
    return st.builds(Service, **{**_common(), "customers": _sets(host_ids()), **over})


def projects(**over: SearchStrategy[Any]) -> SearchStrategy[Project]:
    """Return projects."""
    return st.builds(Project, **{**_common(), "customer": host_ids(), **over})


def preferences(**over: SearchStrategy[Any]) -> SearchStrategy[Preferences]:
    """Return what people chose for themselves."""
    lines = dict.fromkeys(("first_name", "last_name", "position", "phone", "locale"), titles())
    fields: dict[str, SearchStrategy[Any]] = {
        "id": host_ids(),
        **lines,
        "avatar": _maybe(host_ids()),
        "zone": st.sampled_from(["", "America/Bogota", "Europe/Madrid"]),
        "email_notices": flags(dullest=True),
        "reading_direction": st.sampled_from(READING_DIRECTIONS),
        "visual_mode": st.sampled_from(VISUAL_MODES),
        "active": flags(dullest=True),
    }
    return st.builds(Preferences, **{**fields, **over})


_RECORDS: Mapping[str, Callable[..., SearchStrategy[Record]]] = {
    "customer": customers,
    "contact": contacts,
    "agreement": agreements,
    "agent": agents,
    "team": teams,
    "product": products,
    "module": modules,
    "version": versions,
    "service": services,
    "project": projects,
    "category": categories,
    "article": articles,
    "preferences": preferences,
}


def records(kind: str | None = None, **over: SearchStrategy[Any]) -> SearchStrategy[Record]:
    """Return records of *kind*, or of every kind."""
    return st.one_of([_RECORDS[name](**over) for name in RECORD_KINDS if kind in (None, name)])
