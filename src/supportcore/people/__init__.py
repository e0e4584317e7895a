"""Who is helped, who helps, and who may do what."""

from typing import TYPE_CHECKING

from supportcore.lazy import lazily

if TYPE_CHECKING:
    from supportcore.people.access import Actor, Role
    from supportcore.people.agents import Agent, Team
    from supportcore.people.customers import Agreement, Contact, Customer
else:
    __getattr__ = lazily(
        __name__,
        {
            **dict.fromkeys(("Actor", "Role"), "supportcore.people.access"),
            **dict.fromkeys(("Agent", "Team"), "supportcore.people.agents"),
            **dict.fromkeys(("Agreement", "Contact", "Customer"), "supportcore.people.customers"),
        },
    )

__all__ = ["Actor", "Agent", "Agreement", "Contact", "Customer", "Role", "Team"]
