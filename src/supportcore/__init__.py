"""
Helpdesk logic as a library: tickets, customers, products, state workflows, behind repository interfaces.

    from supportcore import Actor, Customer, Desk, load_definition, open_store

The names below are the public path; everything else is found through its package, such as `supportcore.storage`.
"""

from typing import TYPE_CHECKING

from supportcore.lazy import lazily

if TYPE_CHECKING:
    from supportcore.clock import FrozenClock
    from supportcore.definition.loader import load_definition
    from supportcore.definition.model import Definition
    from supportcore.desk.aio import AsyncDesk
    from supportcore.desk.desk import Desk
    from supportcore.errors import Busy, DefinitionError, Invalid, NotFound, Refused, StaleVersion, SupportError
    from supportcore.knowledge.article import Article, Category
    from supportcore.people.access import Actor
    from supportcore.people.agents import Agent, Team
    from supportcore.people.customers import Agreement, Contact, Customer
    from supportcore.products import Module, Product, Project, Service, Version
    from supportcore.storage.opening import open_async_store, open_store
    from supportcore.tickets.commands import Receipt
else:
    __getattr__ = lazily(
        __name__,
        {
            **dict.fromkeys(("FrozenClock",), "supportcore.clock"),
            **dict.fromkeys(("load_definition",), "supportcore.definition.loader"),
            **dict.fromkeys(("Definition",), "supportcore.definition.model"),
            **dict.fromkeys(("AsyncDesk",), "supportcore.desk.aio"),
            **dict.fromkeys(("Desk",), "supportcore.desk.desk"),
            **dict.fromkeys(
                ("Busy", "DefinitionError", "Invalid", "NotFound", "Refused", "StaleVersion", "SupportError"),
                "supportcore.errors",
            ),
            **dict.fromkeys(("Actor",), "supportcore.people.access"),
            **dict.fromkeys(("Article", "Category"), "supportcore.knowledge.article"),
            **dict.fromkeys(("Agent", "Team"), "supportcore.people.agents"),
            **dict.fromkeys(("Agreement", "Contact", "Customer"), "supportcore.people.customers"),
            **dict.fromkeys(("Module", "Product", "Project", "Service", "Version"), "supportcore.products"),
            **dict.fromkeys(("open_async_store", "open_store"), "supportcore.storage.opening"),
            **dict.fromkeys(("Receipt",), "supportcore.tickets.commands"),
        },
    )

__all__ = [
    "Actor",
    "Agent",
    "Agreement",
    "Article",
    "AsyncDesk",
    "Busy",
    "Category",
    "Contact",
    "Customer",
    "Definition",
    "DefinitionError",
    "Desk",
    "FrozenClock",
    "Invalid",
    "Module",
    "NotFound",
    "Product",
    "Project",
    "Receipt",
    "Refused",
    "Service",
    "StaleVersion",
    "SupportError",
    "Team",
    "Version",
    "load_definition",
    "open_async_store",
    "open_store",
]


def __dir__() -> list[str]:
    return list(__all__)
