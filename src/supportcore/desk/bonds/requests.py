"""The commands by which people attach something to a ticket, as requests: once for `Acting` and `AsyncActing`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from supportcore.desk.checks import check_kind
from supportcore.desk.requests import Request, Requests
from supportcore.errors import Fault, Invalid, facts
from supportcore.tickets.commands import Decide, Follow, LinkTickets, Merge, Rate, Tag

if TYPE_CHECKING:
    from supportcore.tickets.commands import Receipt

_WORDS = facts(expected="a list of tags", expected_es="una lista de etiquetas")


class BondRequests:
    """What one actor may attach to tickets."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def rate(
        self, ticket: str, rating: int, comment: str | None, *, command_id: str | None, seen_version: int | None
    ) -> Request[Receipt]:
        """Return the request that rates a resolution."""
        return self._command(Rate, {"rating": rating, "comment": comment}, ticket, command_id, seen_version)

    def decide(
        self, ticket: str, verdict: str, comment: str | None, *, command_id: str | None, seen_version: int | None
    ) -> Request[Receipt]:
        """Return the request that casts a vote."""
        return self._command(Decide, {"verdict": verdict, "comment": comment}, ticket, command_id, seen_version)

    def tag(
        self,
        ticket: str,
        add: Iterable[str],
        remove: Iterable[str],
        *,
        command_id: str | None,
        seen_version: int | None,
    ) -> Request[Receipt]:
        """Return the request that changes tags."""
        said = {"add": _line(add, "add"), "remove": _line(remove, "remove")}
        return self._command(Tag, said, ticket, command_id, seen_version)

    def follow(
        self, ticket: str, follow: bool, *, command_id: str | None, seen_version: int | None
    ) -> Request[Receipt]:
        """Return the request that begins or ends to follow."""
        return self._command(Follow, {"follow": follow}, ticket, command_id, seen_version)

    def link(
        self,
        ticket: str,
        other: str | int,
        kind: str,
        *,
        linked: bool,
        command_id: str | None,
        seen_version: int | None,
    ) -> Request[Receipt]:
        """Return the request that links two tickets, or takes that back."""
        said = {"other": _named(other, "other"), "kind": kind, "linked": linked}
        return self._command(LinkTickets, said, ticket, command_id, seen_version)

    def merge(
        self, ticket: str, into: str | int, *, command_id: str | None, seen_version: int | None
    ) -> Request[Receipt]:
        """Return the request that merges a ticket into another."""
        return self._command(Merge, {"into": _named(into, "into")}, ticket, command_id, seen_version)

    def _command(
        self, kind: Any, said: dict[str, Any], ticket: str, command_id: str | None, seen_version: int | None
    ) -> Request[Receipt]:
        document = {key: value for key, value in said.items() if value is not None}
        return self._requests.on_ticket(kind, ticket, document, command_id=command_id, seen_version=seen_version)


def _line(words: Any, path: str) -> str | None:
    """Return tags as a form says them: with a blank between."""
    if isinstance(words, str):
        return words or None
    check_kind(words, (list, tuple, set, frozenset), path, *(told for _, told in _WORDS))
    if not all(isinstance(word, str) and word and not any(c.isspace() for c in word) for word in words):
        raise Invalid(Fault(path, "wrong_type", _WORDS))
    return " ".join(sorted(words)) or None


def _named(ticket: object, path: str) -> object:
    """Return the number or id of a ticket as a form says it."""
    return f"#{ticket}" if isinstance(ticket, int) and not isinstance(ticket, bool) else ticket
