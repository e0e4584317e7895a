"""
What a use case may ask: the few questions, and what answers each.

A use case yields an ask and is sent the answer; it reads no store itself. One function in `supportcore.desk` answers
asks out of a ledger.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

import attrs

T = TypeVar("T")


@attrs.frozen
class FindReceipt:
    """What came of this command? Answered by a `Receipt` or None."""

    command_id: str


@attrs.frozen
class LoadTicket:
    """The ticket of this id, held until the transaction ends. Answered by a `Ticket` or None."""

    id: str


@attrs.frozen
class LoadRecords:
    """These records, by kind and id, in one go. Answered by a tuple of records or None, in order."""

    refs: tuple[tuple[str, str], ...]


@attrs.frozen
class LoadRules:
    """The definition stored under this hash. Answered by a `Definition`."""

    rules_hash: str


@attrs.frozen
class LoadLevels:
    """The service levels stored under this digest. Answered by `ServiceLevels`."""

    digest: str


@attrs.frozen
class LoadHistory:
    """The events of a ticket after this position. Answered by a tuple of `Recorded`."""

    ticket: str
    after: int


@attrs.frozen
class LoadFiles:
    """The files of these ids. Answered by a tuple of `File` or None, in order."""

    ids: tuple[str, ...]


@attrs.frozen
class LoadContents:
    """What was written in a ticket. Answered by a tuple of `Content`."""

    ticket: str


@attrs.frozen
class LoadSuggestion:
    """What was suggested under this id. Answered by a `Suggestion` or None."""

    id: str


@attrs.frozen
class FindByNumber:
    """The ticket of this number, not held. Answered by a `Ticket` or None."""

    number: int


@attrs.frozen
class LastAssigned:
    """
    Who got the last ticket of a team? Answered by the assignee's id or None, and by how many use cases that are decided
    together with this one asked the same before it.
    """

    team: str


@attrs.frozen
class CountOpen:
    """
    How many open tickets does each of these agents have? Answered by a mapping of all of them, which counts what use
    cases that are decided together with this one, and asked before it, gave to the least loaded of theirs.
    """

    agents: tuple[str, ...]


@attrs.frozen
class LoadTranslations:
    """The articles that are translations of this one, in any state. Answered by a tuple of `Article`."""

    article: str


@attrs.frozen
class NextNumber:
    """The next ticket number; asked last, when nothing can be refused any more. Answered by an int."""


Ask = (
    FindReceipt
    | LoadTicket
    | LoadRecords
    | LoadRules
    | LoadLevels
    | LoadHistory
    | LoadFiles
    | LoadContents
    | LoadSuggestion
    | FindByNumber
    | LastAssigned
    | CountOpen
    | LoadTranslations
    | NextNumber
)
Asking = Generator[Ask, Any, T]
"""A computation that asks its way to a ``T``."""
