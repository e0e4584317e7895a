"""Who helps: agents with their skills, and teams. Records of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from supportcore import text


@attrs.frozen(kw_only=True)
class Agent:
    """
    A person who answers.

    Attributes:
        id: The id under which the host knows the person; the actor's id.
    """

    id: str = text.host_id()
    name: str = text.title()
    email: str = text.email("")
    phone: str = text.title("")
    locale: str = text.title("")
    skills: frozenset[str] = attrs.field(default=frozenset(), converter=text.frozen_set)
    active: bool = True


def _members(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(text.frozen_set(values)))


@attrs.frozen(kw_only=True)
class Team:
    """
    Agents who share work.

    Attributes:
        members: Ids of agents, sorted; every one must be an agent of the catalogue that is not retired.
    """

    id: str = text.host_id()
    name: str = text.title()
    members: tuple[str, ...] = attrs.field(default=(), converter=_members)
    active: bool = True
