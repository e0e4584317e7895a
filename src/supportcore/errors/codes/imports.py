"""Codes of what is read in: the log of a replay, and why a row of it is not carried out; calendars of holidays."""

from __future__ import annotations

from supportcore.errors.codes.code import Code

IMPORTS = {
    "log_unreadable": Code(422, "{path} cannot be read: {why}", "{path} no se puede leer: {why}"),
    "empty_log": Code(
        422,
        "{path} has no header line; the first line names the columns.",
        "{path} no tiene cabecera; la primera línea nombra las columnas.",
    ),
    "bad_header": Code(422, "{path}: the header cannot be read: {why}", "{path}: la cabecera no se puede leer: {why}"),
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
    "unknown_country": Code(
        422,
        "there is no country of the code {country!r} (ISO 3166){near}",
        "no existe un país con el código {country!r} (ISO 3166){near}",
    ),
    "unknown_subdivision": Code(
        422,
        "{country} has no subdivision {subdivision!r}{near}",
        "{country} no tiene la subdivisión {subdivision!r}{near}",
    ),
    "unknown_language": Code(
        422,
        "there are no names of holidays in the language {language!r}{near}",
        "no hay nombres de festivos en el idioma {language!r}{near}",
    ),
    "bad_years": Code(
        422,
        "{years} are not years in a row; give one or more without a gap, such as range(2026, 2031)",
        "{years} no son años seguidos; dé uno o más sin huecos, como range(2026, 2031)",
    ),
    "years_not_known": Code(
        422,
        "the holidays of {country} are known for the years {first} to {last} only",
        "los festivos de {country} solo se conocen para los años {first} a {last}",
    ),
    "nothing_in_common": Code(
        422,
        "no day is covered by both: {one} ends on {until}, {other} begins on {since}",
        "ningún día está en ambos: {one} termina el {until}, {other} empieza el {since}",
    ),
    "document_unreadable": Code(422, "{path} cannot be read: {why}", "{path} no se puede leer: {why}"),
    "no_calendar": Code(422, "this is no iCalendar document: {why}", "esto no es un documento iCalendar: {why}"),
    "no_events": Code(422, "the iCalendar document has no events", "el documento iCalendar no tiene eventos"),
    "no_days": Code(
        422,
        "the iCalendar document has no event from {since} to {until}",
        "el documento iCalendar no tiene ningún evento desde {since} hasta {until}",
    ),
    "faulty_event": Code(
        422,
        "the event {event!r} cannot be understood: {why}",
        "el evento {event!r} no se entiende: {why}",
    ),
}
