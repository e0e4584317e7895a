"""What a step may call: the public methods of somebody acting, of the desk and of its parts, and what they take."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import attrs

from supportcore.accounts.accounts import Accounts
from supportcore.accounts.hashing import cheap_hasher
from supportcore.desk.desk import Catalogue, Desk

GIVEN_BY_RUNNER = ("notifier",)
"""Arguments that a scenario does not give: what is sent is caught by the runner."""


@attrs.frozen(kw_only=True)
class Place:
    """
    Something whose public methods a step may call.

    Attributes:
        kind: Its class, by which steps are checked.
        of: Makes it for a desk; once for a row.
    """

    kind: type[Any]
    of: Callable[[Desk], Any]


PLACES: dict[str, Place] = {
    "desk": Place(kind=Desk, of=lambda desk: desk),
    "catalogue": Place(kind=Catalogue, of=lambda desk: desk.catalogue),
    "accounts": Place(kind=Accounts, of=lambda desk: Accounts(desk, hasher=cheap_hasher())),
}
"""What ``do = "prefix.method"`` leads to, by prefix."""


def takes_instant(kind: Any, method: str, name: str) -> bool:
    """Return whether an argument of a method is an instant."""
    found = parameters(kind, method) or {}
    return name in found and is_instant(found[name])


def is_instant(parameter: inspect.Parameter) -> bool:
    """Return whether a parameter is an instant."""
    return "datetime" in str(parameter.annotation)


@cache
def parameters(kind: Any, method: str) -> Mapping[str, inspect.Parameter] | None:
    """Return what a public method takes, by name; None if there is none, or it takes what TOML cannot say."""
    if method not in methods(kind):
        return None
    takes = list(inspect.signature(getattr(kind, method)).parameters.values())[1:]
    if any(one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD) for one in takes):
        return None
    return {one.name: one for one in takes}


@cache
def methods(kind: Any) -> tuple[str, ...]:
    """Return the names of the public methods of a class."""
    found = (name for name in dir(kind) if not name.startswith("_"))
    return tuple(name for name in found if inspect.isfunction(getattr(kind, name)))
