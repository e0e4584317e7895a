"""
The one table of what each code of an error means: an HTTP status, and its sentence in English and Spanish.

A sentence holds facts in braces; the Spanish one may be told a fact of its own, named ``…_es``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple


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
            403,
            "Only an importer may name an instant of its own.",
            "Solo un importador puede indicar un instante propio.",
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
        "at_before_revision": Code(
            409,
            "The article was last changed at {last}; {at} is earlier.",
            "El artículo se cambió por última vez el {last}; {at} es anterior.",
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
        "merged_ticket": Code(409, "The ticket was merged into another.", "El ticket se unió con otro."),
        "no_merging": Code(
            409,
            "The rules under which the ticket was opened have no state for merged tickets.",
            "Las reglas con las que se abrió el ticket no tienen un estado para tickets unidos.",
        ),
        "moved_already": Code(
            409, "The ticket is under today's rules already.", "El ticket ya está bajo las reglas actuales."
        ),
        "state_unmapped": Code(
            409,
            "Today's rules do not say where a ticket in state {state} goes; name it in [moves].",
            "Las reglas actuales no dicen a dónde va un ticket en el estado {state}; indíquelo en [moves].",
        ),
        "move_closes": Code(
            409,
            "Under today's rules {source} becomes {state}, which is final; a move does not close a ticket.",
            "Con las reglas actuales {source} pasa a {state}, que es final; así no se cierra un ticket.",
        ),
        "move_reopens": Code(
            409,
            "Under today's rules {source} becomes {state}, which is not final; a move does not open a closed ticket.",
            "Con las reglas actuales {source} pasa a {state}, que no es final; así no se vuelve a abrir un ticket.",
        ),
        "not_solved": Code(409, "Only what is solved can be rated.", "Solo se califica lo que está resuelto."),
        "rated_already": Code(409, "This solution was rated already.", "Esta solución ya se calificó."),
        "nothing_to_approve": Code(409, "There is nothing to approve.", "No hay nada que aprobar."),
        "not_asked_to_approve": Code(
            403, "You are not among those who are asked to approve.", "Usted no está entre quienes deben aprobar."
        ),
        "voted_already": Code(409, "You have voted already.", "Usted ya votó."),
        "owned_by_host": Code(
            409,
            "{kind} {id} is kept by the application itself; change it there.",
            "{kind} {id} lo guarda la propia aplicación; cámbielo allí.",
        ),
        "still_used": Code(409, "{record} is still named by {by}.", "{by} todavía nombra a {record}."),
        "article_state": Code(
            409, "Not possible while the article is {state}.", "No es posible mientras el artículo está {state}."
        ),
        "not_resolved": Code(
            409, "An article is made of a resolved ticket.", "Un artículo se hace de un ticket resuelto."
        ),
        # faults: the input says something the form does not take
        "required": Code(422, "This field is required.", "Este campo es obligatorio."),
        "nothing_said": Code(422, "Write something or attach a file.", "Escriba algo o adjunte un archivo."),
        "unknown_field": Code(422, "There is no such field here.", "Este campo no existe aquí."),
        "wrong_type": Code(422, "Expected {expected}.", "Se esperaba {expected}."),
        "not_an_option": Code(422, "Must be one of: {options}.", "Debe ser uno de: {options}."),
        "unknown_record": Code(422, "There is no {kind} {id} here.", "Aquí no existe {kind} {id}."),
        "retired_record": Code(422, "{kind} {id} is no longer offered.", "{kind} {id} ya no se ofrece."),
        "not_published": Code(422, "Article {id} is not published.", "El artículo {id} no está publicado."),
        "not_of": Code(422, "{kind} {id} does not belong to {owner}.", "{kind} {id} no pertenece a {owner}."),
        "not_a_person": Code(422, "{id} is the desk itself, no person.", "{id} es la propia mesa, no una persona."),
        "not_yours": Code(422, "You do not belong to this customer.", "No pertenece a este cliente."),
        "same_ticket": Code(422, "A ticket cannot be joined with itself.", "Un ticket no puede unirse consigo mismo."),
        "merged_already": Code(
            422,
            "Ticket {number} was merged into another itself; name that one.",
            "El ticket {number} ya se unió con otro; indique ese otro.",
        ),
        "other_customer": Code(
            422, "The other ticket belongs to another customer.", "El otro ticket es de otro cliente."
        ),
        "reserved_role": Code(
            422,
            "The role {role} is the desk's own; no actor holds it.",
            "El rol {role} es de la propia mesa; ningún actor lo tiene.",
        ),
        "deadline_too_far": Code(
            422, "A deadline lies within 100 years.", "Un plazo está dentro de los próximos 100 años."
        ),
        "deadline_passed": Code(
            422, "A deadline lies in the future; now is {at}.", "Un plazo está en el futuro; ahora es {at}."
        ),
        "span_reversed": Code(422, "It ends before it begins.", "Termina antes de empezar."),
        "span_passed": Code(422, "It begins in the past; now is {at}.", "Empieza en el pasado; ahora es {at}."),
        "span_too_far": Code(422, "It ends within 100 years.", "Termina dentro de los próximos 100 años."),
        "inside_open_hours": Code(
            422,
            "All of it lies in working hours ({calendar}), when support is there anyway.",
            "Está por completo dentro del horario de atención ({calendar}), cuando ya hay soporte.",
        ),
        "read_only": Code(422, "This field cannot be changed.", "Este campo no se puede cambiar."),
        "not_for_customer": Code(
            422,
            "Only with the visibility customer is an article for one customer.",
            "Solo con la visibilidad customer un artículo es para un cliente.",
        ),
        "not_asked": Code(
            422, "This field is not asked for with these answers.", "Este campo no se pide con estas respuestas."
        ),
        "needs_field": Code(422, "Choose {field} first.", "Elija antes {field}."),
        "id_taken": Code(422, "There is {kind} {id} already.", "Ya existe {kind} {id}."),
        "category_loop": Code(
            422, "Category {id} would lie within itself.", "La categoría {id} quedaría dentro de sí misma."
        ),
        "category_too_deep": Code(
            422,
            "Category {id} would lie deeper than {limit} levels.",
            "La categoría {id} quedaría a más de {limit} niveles.",
        ),
        "translation_loop": Code(
            422, "Article {id} would be a translation of itself.", "El artículo {id} sería traducción de sí mismo."
        ),
        "translation_of_translation": Code(
            422,
            "Article {id} is a translation itself; name its original, {original}.",
            "El artículo {id} ya es una traducción; nombre su original, {original}.",
        ),
        "has_translations": Code(
            422,
            "This article has translations ({ids}), so it cannot be one.",
            "Este artículo tiene traducciones ({ids}), así que no puede ser una.",
        ),
        "translation_exists": Code(422, "In {language} there is {id} already.", "En {language} ya existe {id}."),
        "bad_pattern": Code(422, "Must look like {pattern}.", "Debe tener la forma {pattern}."),
        "bad_line": Code(422, "Each line must look like {pattern}.", "Cada línea debe tener la forma {pattern}."),
        "unknown_file": Code(422, "You have handed in no file {id}.", "No ha entregado ningún archivo {id}."),
        "file_twice": Code(422, "File {id} is named twice.", "El archivo {id} se nombra dos veces."),
        "file_taken": Code(
            422,
            "File {id} belongs to a ticket already; hand it in again.",
            "El archivo {id} ya pertenece a un ticket; entréguelo de nuevo.",
        ),
        "file_expired": Code(
            422,
            "File {id} was not sent in time; hand it in again.",
            "El archivo {id} no se envió a tiempo; entréguelo de nuevo.",
        ),
        "file_too_large": Code(422, "At most {limit} bytes.", "Como máximo {limit} bytes."),
        "file_empty": Code(422, "The file is empty.", "El archivo está vacío."),
        "file_size": Code(
            422,
            "The file has {counted} bytes, not the {said} that were announced.",
            "El archivo tiene {counted} bytes, no los {said} anunciados.",
        ),
        "file_type": Code(
            422,
            "Files of type {type} are not taken here, but {options}.",
            "Aquí no se aceptan archivos de tipo {type}, sino {options}.",
        ),
        "bad_file_name": Code(
            422,
            "A file has a name of 1 to 255 visible characters; {why}.",
            "Un archivo tiene un nombre de 1 a 255 caracteres visibles; {why}.",
        ),
        "too_many_files": Code(422, "Too many files; at most {limit}.", "Demasiados archivos; como máximo {limit}."),
        "too_many_drafts": Code(
            422,
            "You have {limit} files that were not sent; send or drop some.",
            "Tiene {limit} archivos sin enviar; envíe o elimine algunos.",
        ),
        "unknown_slot": Code(
            422,
            "No files of kind {slot} are taken here, but {options}.",
            "Aquí no se aceptan archivos de {slot}, sino de {options}.",
        ),
        "no_files": Code(422, "No files are taken here.", "Aquí no se aceptan archivos."),
        "too_long": Code(422, "At most {limit} {unit}.", "Como máximo {limit} {unit}."),
        "empty": Code(422, "Must not be empty.", "No puede estar vacío."),
        "bad_text": Code(
            422,
            "Holds a NUL or a lone surrogate, which no database keeps.",
            "Contiene un NUL o un sustituto suelto, que ninguna base de datos guarda.",
        ),
        "bad_key": Code(
            422, "A key is 1 to 40 of a-z, 0-9, _ and -.", "Una clave tiene de 1 a 40 caracteres de a-z, 0-9, _ y -."
        ),
        "bad_email": Code(422, "Not an e-mail address.", "No es una dirección de correo."),
        "naive_instant": Code(
            422,
            "An instant needs a time zone (it is stored as UTC).",
            "Un instante necesita zona horaria (se guarda en UTC).",
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
            "Este cursor pertenece a otra consulta o versión; pida la primera página.",
        ),
        "page_and_cursor": Code(
            422,
            "A page is asked for by its number or by a cursor, not by both.",
            "Una página se pide por su número o por un cursor, no por ambos.",
        ),
        "cannot_sort": Code(422, "Can be sorted by: {options}.", "Se puede ordenar por: {options}."),
        "cannot_filter": Code(422, "Can be filtered by: {options}.", "Se puede filtrar por: {options}."),
        # the rest
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
        # imports of holidays
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
        # notices that leave the house
        "not_sent": Code(503, "{server} did not take the notice: {why}.", "{server} no aceptó el aviso: {why}."),
        "address_not_public": Code(
            503,
            "{server} leads to {address}, which is no public address; allow_private permits it.",
            "{server} lleva a {address}, que no es una dirección pública; allow_private lo permite.",
        ),
        "no_address": Code(422, "The notice has no e-mail address.", "El aviso no tiene dirección de correo."),
        "no_channel": Code(
            500,
            "Nobody serves the channel {channel}; served: {known}.",
            "Nadie sirve el canal {channel}; hay: {known}.",
        ),
        "notice_unreadable": Code(500, "The notice cannot be told: {why}.", "El aviso no se puede redactar: {why}."),
        "bad_url": Code(422, "Is no URL that can be used: {why}.", "No es una URL que sirva: {why_es}."),
        "bad_secret": Code(
            422,
            "A secret is whsec_ and 24 to 64 bytes in base64.",
            "Un secreto es whsec_ y de 24 a 64 bytes en base64.",
        ),
        "password_in_clear": Code(
            422,
            "A password is sent over an encrypted connection only.",
            "Una contraseña solo se envía por una conexión cifrada.",
        ),
        # accounts
        "login_failed": Code(
            403,
            "User name or password is wrong, or there were too many tries; try again later.",
            "El usuario o la contraseña no es correcto, o hubo demasiados intentos; inténtelo más tarde.",
        ),
        "password_expired": Code(403, "The password has to be changed first.", "Antes hay que cambiar la contraseña."),
        "account_exists": Code(
            409,
            "{person} has an account already; a reset leads to a new password.",
            "{person} ya tiene una cuenta; un restablecimiento lleva a una contraseña nueva.",
        ),
        "person_without_address": Code(
            409,
            "The catalogue has no e-mail address of {person}.",
            "El catálogo no tiene ninguna dirección de correo de {person}.",
        ),
        "invitation_unknown": Code(404, "There is no such invitation.", "No existe esta invitación."),
        "invitation_used": Code(409, "This invitation was used already.", "Esta invitación ya se usó."),
        "invitation_void": Code(
            409,
            "This invitation holds no longer; perhaps there is a newer one.",
            "Esta invitación ya no vale; quizá haya otra más nueva.",
        ),
        "invitation_expired": Code(
            409, "This invitation has expired; ask for another.", "Esta invitación ha caducado; pida otra."
        ),
        "invitation_not_sent": Code(
            503,
            "The invitation was not sent ({why}) and is void; invite again.",
            "La invitación no se envió ({why}) y no vale; invite de nuevo.",
        ),
        "bad_link": Code(
            422,
            "A link begins with https:// or http:// and has the word token in braces once.",
            "Un enlace empieza por https:// o http:// y tiene una vez la palabra token entre llaves.",
        ),
        "bad_user_name": Code(
            422,
            "A user name has visible characters only, and no blanks.",
            "Un usuario solo tiene caracteres visibles, sin espacios.",
        ),
        "user_name_taken": Code(422, "This user name is taken.", "Este usuario ya está ocupado."),
        "too_short": Code(422, "At least {limit} {unit}.", "Como mínimo {limit} {unit}."),
        "password_is_name": Code(
            422,
            "The password must be neither the user name nor the e-mail address.",
            "La contraseña no puede ser el usuario ni el correo.",
        ),
        "password_same": Code(422, "The new password is the present one.", "La contraseña nueva es la actual."),
        "not_repeated": Code(422, "The two are not the same.", "No coinciden."),
        # copies
        "copy_refused": Code(409, "{why}.", "{why}."),
        "copy_unreadable": Code(422, "{path}, line {line}: {why}.", "{path}, línea {line}: {why}."),
    }
)


KINDS: Mapping[str, str] = MappingProxyType(
    {
        "account": "cuenta",
        "agent": "técnico",
        "agreement": "contrato",
        "article": "artículo",
        "blob": "contenido",
        "board": "tablero",
        "category": "categoría",
        "cell": "casilla",
        "contact": "contacto",
        "customer": "cliente",
        "file": "archivo",
        "form": "formulario",
        "list": "lista",
        "module": "módulo",
        "notice": "aviso",
        "preferences": "preferencias",
        "product": "producto",
        "project": "proyecto",
        "revision": "revisión",
        "service": "servicio",
        "team": "equipo",
        "version": "versión",
    }
)
"""What the fact ``kind`` is in Spanish, where it is another word."""


def worded(code: str, params: Mapping[str, Any], locale: str) -> str:
    """
    Return the sentence of a code with its facts, in Spanish for ``es*`` and in English otherwise.

    A fact ``x_es`` stands for ``x`` in Spanish.

    >>> worded("not_found", {"kind": "product"}, "es-CO")
    'Aquí no se encuentra: producto.'
    """
    entry = CODES[code]
    if not locale.lower().startswith("es"):
        return entry.en.format_map(params)
    told = {**params, **{name[:-3]: value for name, value in params.items() if name.endswith("_es")}}
    if "kind" in told and "kind_es" not in told:
        told["kind"] = KINDS.get(str(told["kind"]), told["kind"])
    return entry.es.format_map(told)
