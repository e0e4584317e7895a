"""
The error tree, and the one table of what each code means.

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
    ├── LogError             (ValueError) an event log that cannot be read at all; in `supportcore.replay.faults`
    ├── CopyError            (ValueError) a copy that cannot be made, or read; in `supportcore.copying`
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

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from supportcore.tickets.events import Event


class Code(NamedTuple):
    """What one code means: the HTTP status a host would answer with, and its text in two languages."""

    status: int
    en: str
    es: str


CODES: Mapping[str, Code] = MappingProxyType(
    {
        # refusals: the rules say no
        "unknown_actor": Code(403, "You have no role on this desk.", "No tiene ningún rol en esta mesa."),
        "role_required": Code(403, "Only {roles} may do this.", "Solo {roles} puede hacer esto."),
        "importer_required": Code(
            403, "Only an importer may name an instant of its own.", "Solo un importador puede indicar un instante."
        ),
        "wrong_state": Code(
            409, "Not possible while the ticket is in state {state}.", "No es posible en el estado {state}."
        ),
        "ticket_closed": Code(409, "The ticket is closed.", "El ticket está cerrado."),
        "condition_not_met": Code(409, "Only if {condition}.", "Solo si {condition}."),
        "guard_refused": Code(409, "Refused by the rule {guard}.", "Rechazado por la regla {guard}."),
        "at_runs_backwards": Code(
            409,
            "The ticket already has events up to {last}; {at} is earlier.",
            "El ticket ya tiene eventos hasta {last}; {at} es anterior.",
        ),
        "at_in_future": Code(409, "{at} has not come yet.", "{at} todavía no ha llegado."),
        "unknown_action": Code(404, "There is no action {action}.", "No existe la acción {action}."),
        "not_an_action": Code(
            404,
            "{action} is a command, not an action of the workflow; call {action}() instead of act().",
            "{action} es una orden, no una acción del flujo; use {action}() en lugar de act().",
        ),
        "customer_unknown": Code(
            409,
            "You belong to {customers}, of which this desk has no active customer in its catalogue.",
            "Pertenece a {customers}, pero esta mesa no tiene ningún cliente activo con ese identificador.",
        ),
        "no_customer": Code(
            409, "You belong to no customer of this desk.", "No pertenece a ningún cliente de esta mesa."
        ),
        "reopening_forbidden": Code(
            409, "A closed ticket is not opened again here.", "Aquí un ticket cerrado no se vuelve a abrir."
        ),
        "owned_by_host": Code(
            409,
            "{kind} {id} is kept by the application itself; change it there.",
            "{kind} {id} lo guarda la propia aplicación; cámbielo allí.",
        ),
        "still_used": Code(409, "{record} is still named by {by}.", "{by} todavía nombra a {record}."),
        # faults: the input says something the form does not take
        "required": Code(422, "This field is required.", "Este campo es obligatorio."),
        "unknown_field": Code(422, "There is no such field here.", "Este campo no existe aquí."),
        "wrong_type": Code(422, "Expected {expected}.", "Se esperaba {expected}."),
        "not_an_option": Code(422, "Must be one of: {options}.", "Debe ser uno de: {options}."),
        "unknown_record": Code(422, "There is no {kind} {id} here.", "Aquí no existe {kind} {id}."),
        "retired_record": Code(422, "{kind} {id} is no longer offered.", "{kind} {id} ya no se ofrece."),
        "not_of": Code(422, "{kind} {id} does not belong to {owner}.", "{kind} {id} no pertenece a {owner}."),
        "not_yours": Code(422, "You do not belong to this customer.", "No pertenece a este cliente."),
        "reserved_role": Code(
            422, "The role {role} is the desk's own; no actor holds it.", "El rol {role} es de la propia mesa."
        ),
        "deadline_too_far": Code(
            422, "A deadline lies within 100 years.", "Un plazo está dentro de los próximos 100 años."
        ),
        "deadline_passed": Code(
            422, "A deadline lies in the future; now is {at}.", "Un plazo está en el futuro; ahora es {at}."
        ),
        "read_only": Code(422, "This field cannot be changed.", "Este campo no se puede cambiar."),
        "too_long": Code(422, "At most {limit} {unit}.", "Como máximo {limit} {unit}."),
        "empty": Code(422, "Must not be empty.", "No puede estar vacío."),
        "bad_text": Code(
            422, "Holds a NUL or a lone surrogate, which no database keeps.", "Contiene un carácter no admitido."
        ),
        "bad_key": Code(
            422, "A key is 1 to 40 of a-z, 0-9, _ and -.", "Una clave tiene de 1 a 40 caracteres de a-z, 0-9, _ y -."
        ),
        "bad_email": Code(422, "Not an e-mail address.", "No es una dirección de correo."),
        "naive_instant": Code(
            422, "An instant needs a time zone (it is stored as UTC).", "Un instante necesita zona horaria."
        ),
        "instant_out_of_range": Code(
            422, "An instant lies between 1970 and 2199.", "Un instante está entre 1970 y 2199."
        ),
        "out_of_range": Code(
            422, "Must lie between {minimum} and {maximum}.", "Debe estar entre {minimum} y {maximum}."
        ),
        "not_finite": Code(422, "Must be a finite number.", "Debe ser un número finito."),
        "unknown_zone": Code(
            422,
            "{zone!r}: there is no time zone of this name; one is Europe/Madrid, for example.",
            "{zone!r}: no existe una zona horaria con este nombre; una es Europe/Madrid, por ejemplo.",
        ),
        "misspelt_zone": Code(
            422,
            "There is no time zone {zone!r}; perhaps {nearest}.",
            "No existe la zona horaria {zone!r}; quizá {nearest}.",
        ),
        "unknown_weekday": Code(
            422, "{day!r} is no weekday here; write {nearest}.", "{day!r} no es un día de la semana; escriba {nearest}."
        ),
        "bad_time": Code(
            422,
            "{time!r} is no time of day; write HH:MM or HH:MM:SS, a start before 24:00, an end up to 48:00.",
            "{time!r} no es una hora; escriba HH:MM o HH:MM:SS, el inicio antes de 24:00, el fin hasta 48:00.",
        ),
        "bad_window": Code(
            422,
            "{window} is no window; write a pair such as 09:00 and 17:00.",
            "{window} no es una franja; escriba un par como 09:00 y 17:00.",
        ),
        "bad_date": Code(
            422, "{date} is no date; give a datetime.date.", "{date} no es una fecha; use un datetime.date."
        ),
        "empty_window": Code(
            422,
            "{window} is empty; all day is written 00:00 to 24:00.",
            "{window} está vacía; todo el día se escribe de 00:00 a 24:00.",
        ),
        "window_too_long": Code(
            422, "{window} is longer than 24 hours; split it.", "{window} dura más de 24 horas; divídala."
        ),
        "window_overlap": Code(422, "{window} overlaps {other} ({at}).", "{window} se solapa con {other} ({at})."),
        "negative_work": Code(
            422,
            "Open time to add is zero or more, not {work}.",
            "El tiempo hábil a sumar es cero o más, no {work}.",
        ),
        "bad_cursor": Code(
            422,
            "This cursor belongs to another query or release; ask for the first page.",
            "Este cursor pertenece a otra consulta; pida la primera página.",
        ),
        "cannot_sort": Code(422, "Can be sorted by: {options}.", "Se puede ordenar por: {options}."),
        "cannot_filter": Code(422, "Can be filtered by: {options}.", "Se puede filtrar por: {options}."),
        # the rest
        "not_found": Code(404, "There is no such {kind} here.", "Aquí no existe ese {kind}."),
        "stale_version": Code(
            409,
            "The ticket changed since you saw it (version {seen}, now {current}).",
            "El ticket cambió desde que lo vio (versión {seen}, ahora {current}).",
        ),
        "command_reused": Code(
            409,
            "Command id {command_id} was already used with other content.",
            "El identificador de orden {command_id} ya se usó con otro contenido.",
        ),
        "calendar_exhausted": Code(
            500,
            "The calendar does not open long enough within {years} years after {start}.",
            "El calendario no abre el tiempo suficiente en los {years} años siguientes a {start}.",
        ),
        "definition_faulty": Code(
            500, "The desk definition has {count} fault(s).", "La definición de la mesa tiene {count} fallo(s)."
        ),
        "ticket_broken": Code(
            500, "Ticket {ticket} cannot be processed: {why}.", "No se puede procesar el ticket {ticket}: {why}."
        ),
        "store_error": Code(500, "The store failed: {why}.", "El almacén falló: {why}."),
        "busy": Code(503, "The store is busy; try again.", "El almacén está ocupado; inténtelo de nuevo."),
        "no_transaction": Code(500, "{why}", "{why}"),
        "cannot_join": Code(500, "This cannot be joined: {why}.", "No se puede unir a esto: {why}."),
        "migration_refused": Code(500, "The tables stay as they are: {why}.", "Las tablas quedan como están: {why}."),
        "transaction_lost": Code(
            500,
            "The transaction is lost ({why}); roll it back, nothing in it can be committed.",
            "La transacción se perdió ({why}); deshágala.",
        ),
        "joined_only": Code(
            500,
            "{verb} works in transactions of its own; call it on the desk itself, not on a joined one.",
            "{verb} usa transacciones propias; llámelo en la mesa, no en una unida.",
        ),
        "not_installed": Code(
            500,
            "The rules of desk {desk} are not in this store; call desk.install() once after each change of them.",
            "Las reglas de la mesa {desk} no están en este almacén; llame a desk.install().",
        ),
        "schema_missing": Code(
            500,
            "{where} has no supportcore tables; run store.migrate() or `supportcore migrate --store {url}`.",
            "{where} no tiene tablas de supportcore; ejecute store.migrate() o `supportcore migrate --store {url}`.",
        ),
        "schema_newer": Code(
            500,
            "{where} has schema {found}, made by a later supportcore than this one (schema {known}); upgrade it.",
            "{where} tiene el esquema {found}, de un supportcore posterior (esquema {known}); actualícelo.",
        ),
        "store_read_only": Code(500, "{where} cannot be written.", "{where} no se puede escribir."),
        "store_unreadable": Code(500, "{where} cannot be read: {why}.", "{where} no se puede leer: {why}."),
        "store_unreachable": Code(503, "{where} does not answer: {why}.", "{where} no responde: {why}."),
        "store_denied": Code(500, "{where} denies access: {why}.", "{where} deniega el acceso: {why}."),
        "store_unsuitable": Code(500, "{where} cannot be used: {why}.", "{where} no sirve: {why}."),
        "bad_target": Code(500, "No store can be opened: {why}.", "No se puede abrir un almacén: {why}."),
        "backend_missing": Code(500, "{why}", "{why}"),
        # the log of a replay, and why a row of it is not carried out
        "log_unreadable": Code(422, "{path} cannot be read: {why}", "{path} no se puede leer: {why}"),
        "empty_log": Code(
            422,
            "{path} has no header line; the first line names the columns.",
            "{path} no tiene cabecera; la primera línea nombra las columnas.",
        ),
        "bad_header": Code(
            422, "{path}: the header cannot be read: {why}", "{path}: la cabecera no se puede leer: {why}"
        ),
        "missing_column": Code(
            422,
            "{path} has no column {missing}; its columns are {present}.",
            "{path} no tiene la columna {missing}; sus columnas son {present}.",
        ),
        "duplicate_column": Code(
            422,
            "{path} has {times} columns {column!r}; a column that is used is named once.",
            "{path} tiene {times} columnas {column!r}; una columna que se usa se nombra una sola vez.",
        ),
        "bad_format": Code(
            422,
            "the format {format!r} of instants cannot be used: {why}",
            "el formato {format!r} de los instantes no sirve: {why}",
        ),
        "unmapped_activity": Code(
            422, "No action stands for the activity {activity!r}.", "Ninguna acción corresponde a {activity!r}."
        ),
        "refused_earlier": Code(
            409,
            "An earlier run went on beyond this row without carrying it out.",
            "Una ejecución anterior siguió adelante sin llevar a cabo esta fila.",
        ),
        "row_changed": Code(
            409,
            "An earlier run under the name {log!r} carried out another row here; give another log another name.",
            "Una ejecución anterior con el nombre {log!r} aplicó aquí otra fila; dé otro nombre a otro registro.",
        ),
        # copies
        "copy_refused": Code(409, "{why}.", "{why}."),
        "copy_unreadable": Code(422, "{path}, line {line}: {why}.", "{path}, línea {line}: {why}."),
    }
)


class _Told:
    """Code and facts, worded from `CODES` in the reader's language."""

    __slots__ = ()
    code: str
    params: tuple[tuple[str, str], ...]

    def text(self, locale: str = "en") -> str:
        """Return the sentence for *locale* (Spanish for ``es*``, English otherwise)."""
        entry = CODES[self.code]
        params = dict(self.params)
        if locale.startswith("es"):
            return entry.es.format_map({**params, **{k[:-3]: v for k, v in params.items() if k.endswith("_es")}})
        return entry.en.format_map(params)


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
        SupportError.__init__(self, "; ".join(f"{fault.path}: {fault.text()}" for fault in faults))


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
