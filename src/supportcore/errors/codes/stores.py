"""Codes of what a host meets: what is not there, what changed meanwhile, the store."""

from __future__ import annotations

from supportcore.errors.codes.code import Code

STORES = {
    "not_found": Code(404, "There is no such {kind} here.", "Aquí no se encuentra: {kind}."),
    "stale_version": Code(
        409,
        "It changed since you saw it (version {seen}, now {current}).",
        "Cambió desde que lo vio (versión {seen}, ahora {current}).",
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
        "La transacción se perdió ({why}); deshágala, nada de ella se puede confirmar.",
    ),
    "joined_only": Code(
        500,
        "{verb} works in transactions of its own; call it on the desk itself, not on a joined one.",
        "{verb} usa transacciones propias; llámelo en la mesa, no en una unida.",
    ),
    "not_installed": Code(
        500,
        "The rules of desk {desk} are not in this store; call desk.install() once after each change of them.",
        "Las reglas de la mesa {desk} no están en este almacén; llame a desk.install() tras cada cambio de ellas.",
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
}
