"""What is asked: intake forms with their fields and places for files, and the vocabularies they choose from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from supportcore.definition.model import FilePolicy
from supportcore.describing import words
from supportcore.describing.page import Lines, bullets, code, heading, plain, table
from supportcore.describing.teller import Teller
from supportcore.forms.fields import INTAKE, Field, Form, Plain, Slot
from supportcore.predicate import ALWAYS
from supportcore.predicate.wording import flag
from supportcore.text import TEXT_LIMIT, TITLE_LIMIT
from supportcore.workflow.definition import PARTIES

_FOR = ("area", "service")
"""What a form is for, which the ticket gets."""
_SIZES = ((1 << 20, "MiB"), (1 << 10, "KiB"))


def forms(t: Teller) -> Lines:
    """Yield every intake form, what the desk takes of files, and what people read about fields."""
    yield from heading(2, t.say("What is asked", "Qué se pregunta"))
    for form in t.desk.forms:
        yield from heading(3, f"{t.name('forms', form.key)} ({code(form.key)})")
        yield from bullets(_about(t, form))
        yield from table(
            (t.say("field", "campo"), t.say("key", "clave"), t.say("takes", "admite"), t.say("needed", "obligatorio")),
            ((t.name("fields", f.key), code(f.key), takes(t, f), _needed(t, f, form)) for f in form.fields),
        )
        yield from slots(t, form.slots)
    if t.desk.files is not None:
        yield from _files(t, t.desk.files)
    yield from heading(3, t.say("What people read about it", "Qué leen las personas"))
    asked = [*t.desk.forms, t.desk.triage, *(step.form for step in t.desk.workflow.transitions)]
    yield from bullets(
        [
            *t.helps("fields", (field.key for form in asked for field in form.fields)),
            *t.helps("slots", (slot.key for form in asked for slot in form.slots)),
        ]
    )


def _about(t: Teller, form: Form) -> Iterator[str]:
    """Yield what a form is for, and what a ticket opened with it gets."""
    if form.area is not None:
        area = t.options("area", [form.area])
        yield t.say(f"For the area: {area}", f"Para el área: {area}")
    if form.service is not None:
        yield t.say(f"For the service {code(form.service)}", f"Para el servicio {code(form.service)}")
    if form.variant:
        yield t.say(f"Variant {code(form.variant)}", f"Variante {code(form.variant)}")
    if form.outside is not None:
        ends = f"{t.name('fields', form.outside.start)}, {t.name('fields', form.outside.until)}"
        yield t.say("Asked for outside the hours of ", "Se pide fuera del horario de ") + (
            f"{code(form.outside.calendar)}: {ends}"
        )
    given = [f"{t.label('fields', key)}: {_given(t, key, value)}" for key, value in form.sets if key not in _FOR]
    if given:
        yield t.say("Sets by itself: ", "Pone por sí mismo: ") + "; ".join(given)


def _given(t: Teller, key: str, value: Plain) -> str:
    kind, source = INTAKE[key]
    return t.options(source or key, [str(value)]) if kind == "choice" else code(str(value))


def takes(t: Teller, field: Field) -> str:
    """Return what a field takes: its kind, its limits, what stands in it at first."""
    parts = [_kind(t, field)]
    if field.pattern is not None:
        said = t.say("each line as ", "cada línea como ") if field.lines else t.say("as ", "como ")
        parts.append(said + code(field.pattern))
    if field.default is not None:
        default = _default(t, field, field.default)
        parts.append(t.say(f"always {default}", f"siempre {default}") if field.fixed else f"{_at_first(t)}{default}")
    if field.prefill is not None:
        parts.append(_at_first(t) + t.word(words.PREFILLS, field.prefill))
    if field.clears:
        parts.append(t.say("or none", "o ninguno"))
    return "; ".join(parts)


def _at_first(t: Teller) -> str:
    return t.say("at first ", "al principio ")


def _default(t: Teller, field: Field, value: Plain) -> str:
    if field.kind == "choice":
        return t.options(field.source or field.key, [str(value)])
    return flag(value, t.language) if isinstance(value, bool) else plain(str(value))


def _kind(t: Teller, field: Field) -> str:
    match field.kind:
        case "title":
            return t.say("a line", "una línea") + _limit(t, field, TITLE_LIMIT)
        case "text":
            return t.say("a text", "un texto") + _limit(t, field, TEXT_LIMIT)
        case "choice":
            options = t.options(field.source or field.key, field.options)
            return t.say(f"one of: {options}", f"uno de: {options}")
        case "record":
            return t.word(words.RECORDS, field.source or "")
        case "flag":
            return t.say("yes or no", "sí o no")
        case "instant":
            return t.say("an instant", "una fecha y hora")
    return _number(t, field)


def _limit(t: Teller, field: Field, most: int) -> str:
    return (
        "" if field.most == most else t.say(f" of up to {field.most} characters", f" de hasta {field.most} caracteres")
    )


def _number(t: Teller, field: Field) -> str:
    kind = t.say("a whole number", "un número entero") if field.whole else t.say("a number", "un número")
    least = None if field.minimum is None else t.say(f"from {field.minimum}", f"desde {field.minimum}")
    most = None if field.maximum is None else t.say(f"up to {field.maximum}", f"hasta {field.maximum}")
    return " ".join(part for part in (kind, least, most) if part is not None)


def _needed(t: Teller, field: Field, form: Form) -> str:
    whose = field.key == "customer" and t.desk.customer == "required" and field.default is None
    needed = t.say("yes", "sí") if field.required or whose else ""
    if field.when == ALWAYS or whose:
        return needed
    condition = t.condition(field.when, form)
    if needed:
        return t.say(f"yes, where {condition}", f"sí, donde {condition}")
    return t.say(f"no; asked where {condition}", f"no; se pregunta donde {condition}")


def slots(t: Teller, found: Iterable[Slot]) -> Lines:
    """Yield the places for files of a form."""
    yield from table(
        (
            t.say("files", "archivos"),
            t.say("key", "clave"),
            t.say("at most", "máximo"),
            t.say("each up to", "cada uno hasta"),
            t.say("types", "tipos"),
            t.say("needed", "obligatorio"),
        ),
        (
            (
                t.name("slots", slot.key),
                code(slot.key),
                str(slot.count),
                size_told(slot.size),
                ", ".join(map(code, slot.types)),
                t.say("yes", "sí") if slot.required else "",
            )
            for slot in found
        ),
    )


def _files(t: Teller, policy: FilePolicy) -> Lines:
    size, keep = size_told(policy.size), t.span(policy.keep)
    types = ", ".join(map(code, policy.types)) or t.say("of any type", "de cualquier tipo")
    yield t.say(
        f"At most {policy.count} files at once, each up to {size}, {types}. "
        f"A file that was handed in waits {keep} for being sent.",
        f"Como máximo {policy.count} archivos a la vez, cada uno hasta {size}, {types}. "
        f"Un archivo cargado espera {keep} a que se envíe.",
    )


def size_told(size: int) -> str:
    """
    Return a number of bytes in the largest unit that counts it whole.

    >>> size_told(26_214_400), size_told(2_000)
    ('25 MiB', '2000 B')
    """
    return next((f"{size // unit} {name}" for unit, name in _SIZES if size and size % unit == 0), f"{size} B")


def vocabularies(t: Teller) -> Lines:
    """Yield the values of each vocabulary, in rising order."""
    desk = t.desk
    known = dict(desk.vocabularies)
    parties = {state.waiting_on for state in desk.workflow.states} | {party for _, party in desk.replies}
    parties |= {step.waiting_on for step in desk.workflow.transitions}
    asked = any(step.form.field("waiting_on") for step in desk.workflow.transitions)
    told = [party for party in PARTIES if asked or party in parties]
    if told:
        known["waiting_on"] = tuple(told)
    if not known:
        return
    yield from heading(2, t.say("Vocabularies", "Vocabularios"))
    for name, keys in known.items():
        yield from heading(3, f"{t.name('fields', name)} ({code(name)})")
        rows = ((t.name(f"vocabularies.{name}", key), code(key)) for key in keys)
        yield from table((t.say("value", "valor"), t.say("key", "clave")), rows)
