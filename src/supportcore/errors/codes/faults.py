"""Codes of faults: the input says something that the form does not take."""

from __future__ import annotations

from supportcore.errors.codes.code import Code

FAULTS = {
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
    "other_customer": Code(422, "The other ticket belongs to another customer.", "El otro ticket es de otro cliente."),
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
    "instant_out_of_range": Code(422, "An instant lies between 1970 and 2199.", "Un instante está entre 1970 y 2199."),
    "out_of_range": Code(422, "Must lie between {minimum} and {maximum}.", "Debe estar entre {minimum} y {maximum}."),
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
    "bad_date": Code(422, "{date} is no date; give a datetime.date.", "{date} no es una fecha; use un datetime.date."),
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
}
