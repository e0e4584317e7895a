"""
The error tree; `supportcore.errors.codes` is the one table of what each code means.

Rules: every error has a stable ``code``, facts in ``params``, and a message that says what was wrong, where, and what
would be right. A refusal carries *reasons*, bad input carries *faults*; both are data, with a text in English and
Spanish taken from `CODES`, so that a front end shows them without a table of its own.

    SupportError
    ├── Refused              the rules do not allow this now; nothing was stored
    │   └── Invalid          (ValueError) the input is outside its form or domain; all faults at once
    ├── NotFound             (LookupError) no such record, or none this actor may see
    ├── StaleVersion         the ticket changed since it was seen; carries the events since
    ├── CommandReused        a command id came back with other content
    ├── DefinitionError      (ValueError) a desk definition with faults, all of them
    ├── CalendarExhausted    (OverflowError) a calendar does not open long enough within its horizon
    ├── TicketBroken         a ticket that cannot be advanced or folded
    ├── HolidaysError        (ValueError) holidays that cannot be imported; in `supportcore.sla`
    ├── LogError             (ValueError) an event log that cannot be read at all; in `supportcore.replay.faults`
    ├── CopyError            (ValueError) a copy that cannot be made, or read; in `supportcore.copying`
    ├── NotSent              a notice that did not get through; in `supportcore.notices`
    └── StoreError           the database, not the rules
        ├── Busy                 (TimeoutError) repeated and given up; may be sent again under the same command id
        ├── NoTransaction        joined to a connection that is in no transaction
        ├── CannotJoin           (ValueError) joined to what is no connection, or leads to another database
        ├── MigrationRefused     (ValueError) no such revision, or one that would lose data
        ├── TransactionLost      the host's transaction is gone; the host must roll back
        ├── JoinedOnly           asked of a joined desk what only an owned one does
        ├── NotInstalled         the rules of this desk are not in the store yet
        ├── SchemaMissing        no tables; names the command that makes them
        ├── SchemaNewer          tables of a later release
        ├── StoreReadOnly        the store may be read but not written
        ├── StoreUnreadable      what is named is no database
        ├── StoreUnreachable     (ConnectionError) nobody answers; may be tried again later
        ├── StoreDenied          (PermissionError) user, password or rights do not suffice
        ├── StoreUnsuitable      a database of another kind, version or encoding, or one that others use
        ├── BadTarget            (ValueError) neither a URL nor an engine or client that a store opens on
        └── BackendMissing       (ImportError) names the extra to install
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from supportcore.errors.codes import CODES as CODES
from supportcore.errors.codes import KINDS as KINDS
from supportcore.errors.codes import Code as Code
from supportcore.errors.codes import worded as worded

if TYPE_CHECKING:
    from datetime import datetime

    from supportcore.tickets.events import Event


class _Told:
    """Code and facts, worded from `CODES` in the reader's language."""

    __slots__ = ()
    code: str
    params: tuple[tuple[str, str], ...]

    def text(self, locale: str = "en") -> str:
        """Return the sentence for *locale* (Spanish for ``es*``, English otherwise)."""
        return worded(self.code, dict(self.params), locale)


class _ReasonFields(NamedTuple):
    code: str
    params: tuple[tuple[str, str], ...] = ()


class Reason(_Told, _ReasonFields):
    """One reason why something is refused: a code of `CODES` and its facts as sorted pairs."""

    __slots__ = ()


class _FaultFields(NamedTuple):
    path: str
    code: str
    params: tuple[tuple[str, str], ...] = ()


class Fault(_Told, _FaultFields):
    """One fault of an input: where (*path*, dotted), a code of `CODES` and its facts."""

    __slots__ = ()

    def below(self, place: object) -> Fault:
        """
        Return the fault as one of a greater whole, in which its input stands at *place*.

        >>> Fault("subject", "required").below(1).path, Fault("", "wrong_type").below(1).path
        ('1.subject', '1')
        """
        return self._replace(path=f"{place}.{self.path}" if self.path else str(place))


def facts(**params: object) -> tuple[tuple[str, str], ...]:
    """Return keyword facts as the sorted pairs that reasons and faults carry."""
    return tuple(sorted((name, str(value)) for name, value in params.items()))


class SupportError(Exception):
    """
    The root of every error this library raises.

    Attributes:
        code: Stable name out of `CODES`.
        params: The facts behind the message, by name.
    """

    code = "store_error"

    def __init__(self, message: str | None = None, **params: Any) -> None:
        self.params: dict[str, Any] = params
        super().__init__(message or CODES[self.code].en.format_map(params))

    def text(self, locale: str = "en") -> str:
        """Return the message for *locale*: in Spanish for ``es*``, as far as its code has one; English otherwise."""
        if not locale.lower().startswith("es"):
            return str(self)
        try:
            return worded(self.code, self.params, locale)
        except KeyError:  # raised with a message of its own, without the facts of its code
            return str(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.args, self.__dict__))


def _rebuild(kind: type[SupportError], args: tuple[Any, ...], state: dict[str, Any]) -> SupportError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class Refused(SupportError):
    """
    The rules do not allow this now; nothing was stored.

    Attributes:
        reasons: Why, the first one first; the same that `actions()` shows.
    """

    code = "condition_not_met"

    def __init__(self, *reasons: Reason, what: str | None = None) -> None:
        self.reasons: tuple[Reason, ...] = reasons
        if reasons:
            self.code = reasons[0].code
        told = " ".join(reason.text() for reason in reasons)
        SupportError.__init__(self, f"{what}: {told}" if what else told, **dict(reasons[0].params if reasons else ()))

    def text(self, locale: str = "en") -> str:
        """Return all reasons in the language of *locale*."""
        return " ".join(reason.text(locale) for reason in self.reasons)


class Invalid(Refused, ValueError):
    """
    The input lies outside its form or its domain; nothing was stored.

    Attributes:
        faults: All of them, each with the path into the input.
    """

    def __init__(self, *faults: Fault) -> None:
        self.faults: tuple[Fault, ...] = faults
        self.reasons = tuple(Reason(fault.code, fault.params) for fault in faults)
        if faults:
            self.code = faults[0].code
        SupportError.__init__(self, self.text())

    def text(self, locale: str = "en") -> str:
        """Return all faults with their paths in the language of *locale*."""
        places = (f"{fault.path}: " if fault.path else "" for fault in self.faults)
        return "; ".join(place + fault.text(locale) for place, fault in zip(places, self.faults, strict=True))


class NotFound(SupportError, LookupError):
    """No such record on this desk, or none that this actor may see: the two are not told apart."""

    code = "not_found"


class StaleVersion(SupportError):
    """
    The ticket changed since the caller saw it.

    Attributes:
        events: What happened since, oldest first, as far as the actor may see it.
    """

    code = "stale_version"

    def __init__(self, *, seen: int, current: int, events: Sequence[Event] = ()) -> None:
        self.events: tuple[Event, ...] = tuple(events)
        super().__init__(seen=seen, current=current)


class CommandReused(SupportError):
    """A command id came back with other content; the first outcome stands."""

    code = "command_reused"


class DefinitionFault(NamedTuple):
    """
    One fault of a desk definition.

    Attributes:
        file: The document it stands in.
        path: Where in it, such as ``transitions[3].to``.
        code: Stable name of the kind of fault.
        message: What is wrong and what would be right.
    """

    file: str
    path: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.path}: {self.message} [{self.code}]"


class DefinitionError(SupportError, ValueError):
    """
    A desk definition with faults.

    Attributes:
        faults: All of them, in the order of the document.
    """

    code = "definition_faulty"

    def __init__(self, faults: Sequence[DefinitionFault]) -> None:
        self.faults: tuple[DefinitionFault, ...] = tuple(faults)
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"The desk definition has {len(faults)} fault(s):\n{lines}", count=len(faults))


class CalendarExhausted(SupportError, OverflowError):
    """
    A calendar does not open long enough (or never closes) within its horizon of 100 years.

    Attributes:
        params: ``start``, the instant counted from, and ``years``, the horizon.
    """

    code = "calendar_exhausted"


class TicketBroken(SupportError):
    """A ticket that cannot be advanced or folded; `run_due` parks it and goes on."""

    code = "ticket_broken"

    def __init__(self, *, ticket: str, why: str, at: datetime | None = None) -> None:
        self.at = at
        super().__init__(ticket=ticket, why=why)


class StoreError(SupportError):
    """The database failed, not the rules."""


class Busy(StoreError, TimeoutError):
    """The whole attempt was repeated and given up; sending the same command id again is safe."""

    code = "busy"


class NoTransaction(StoreError):
    """A desk can only join a connection that is in a transaction."""

    code = "no_transaction"


class CannotJoin(StoreError, ValueError):
    """What a desk was to join is no connection or session, or one that leads to another database than its store."""

    code = "cannot_join"


class MigrationRefused(StoreError, ValueError):
    """There is no such revision, or going back to it would lose data and nobody said that this is meant."""

    code = "migration_refused"


class TransactionLost(StoreError):
    """The host's transaction cannot be committed any more; every further call says so."""

    code = "transaction_lost"


class JoinedOnly(StoreError):
    """`run_due` and `deliver` commit by themselves, which a joined desk must not."""

    code = "joined_only"


class NotInstalled(StoreError):
    """The rules this desk runs on were never stored here."""

    code = "not_installed"


class SchemaMissing(StoreError):
    """The database has no tables of this library."""

    code = "schema_missing"


class SchemaNewer(StoreError):
    """The tables were made by a later release."""

    code = "schema_newer"


class StoreReadOnly(StoreError):
    """The store can be read but not written."""

    code = "store_read_only"


class StoreUnreadable(StoreError):
    """What the URL names is no database."""

    code = "store_unreadable"


class StoreUnreachable(StoreError, ConnectionError):
    """Nobody answers where the database should be, or not yet; nothing was done, and it may be tried again later."""

    code = "store_unreachable"


class StoreDenied(StoreError, PermissionError):
    """The database does not let this user in, or not do this; the message names the user, never the password."""

    code = "store_denied"


class StoreUnsuitable(StoreError):
    """
    A database that this library cannot work in.

    It is of another kind, too old, in another encoding, without transactions, or holds foreign tables of our names;
    the message says which, and what would do.
    """

    code = "store_unsuitable"


class BadTarget(StoreError, ValueError):
    """What a store was to be opened on is neither a URL nor an engine or client it takes."""

    code = "bad_target"


class BackendMissing(StoreError, ImportError):
    """The backend or a library it needs is not installed; the message holds the command that mends it."""

    code = "backend_missing"
