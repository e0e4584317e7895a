"""Reading the forms of a definition: what is asked when a ticket is opened or classified, and which files it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

import attrs

from supportcore.definition.files import read_slots
from supportcore.definition.model import FilePolicy
from supportcore.definition.outside import read_outside
from supportcore.definition.reading import Node, meant
from supportcore.forms.fields import DEFAULT_FORM, INTAKE, KINDS, REFERENCE, Field, Form, Plain, Prefill
from supportcore.forms.patterns import crosses_lines, pattern_fault
from supportcore.predicate import ACTOR_FIELDS, ALWAYS, FORM, Kind, Malformed, Predicate, Range, leaves, parse
from supportcore.predicate import Field as Path
from supportcore.text import ID_LIMIT, SAFE_INT, TEXT_LIMIT, TITLE_LIMIT, number_fault

TRIAGE = tuple(key for key in INTAKE if key not in ("subject", "description", "customer"))
"""What may be classified anew."""
OWN_TEXT = 16_000
"""Characters of a text of the desk's own, where it says no limit: the answers of a form are kept together."""
_FIELD_KEYS = (
    "key", "kind", "required", "default", "fixed", "limit", "source", "pattern", "lines", "minimum", "maximum", "whole",
    "when", "prefill",
)  # fmt: skip
_KINDS: Mapping[str, Kind] = {
    "title": "text", "text": "text", "choice": "text", "record": "text", "number": "number", "flag": "flag",
}  # fmt: skip
_SETTABLE = tuple(key for key in INTAKE if key not in ("subject", "description", "customer"))


def read_forms(
    root: Node, vocabularies: Mapping[str, tuple[str, ...]], customer: str, files: FilePolicy | None
) -> tuple[Form, ...]:
    """Return the intake forms of a desk, the default one first."""
    reader = _Forms(root, vocabularies, customer, files)
    fields = reader.fields(root, "form")
    forms = [Form(fields=fields, slots=read_slots(root, root, fields, files), outside=read_outside(root, fields))]
    for node in root.at("forms").each():
        if not node.table("key", "area", "service", "variant", "set", "fields", "slots", "outside"):
            continue
        forms.append(reader.form(node))
        if any(form.key == forms[-1].key for form in forms[:-1]):
            node.at("key").fault("duplicate", f"form {forms[-1].key!r} exists already; each has a name of its own")
        places = [(form.area, form.service, form.variant) for form in forms]
        if places[-1] in places[:-1]:
            other = forms[places.index(places[-1])].key
            node.fault("duplicate", f"form {other!r} is for the same area, service and variant; tell them apart")
    return tuple(forms)


def read_triage(root: Node, form: Form, vocabularies: Mapping[str, tuple[str, ...]]) -> Form:
    """Return what a ticket is classified by; what opening it needs cannot be taken away."""
    fields = []
    needed = {field.key for field in form.fields if field.required}
    for key in root.at("triage").names(TRIAGE, "field"):
        kind, source = INTAKE[key]
        options = vocabularies.get(source or "", ()) if kind == "choice" else ()
        if kind == "choice" and not options:
            root.at("triage").fault("unknown_vocabulary", f"{key!r} needs a vocabulary {source!r}")
        fields.append(Field(key=key, kind=kind, source=source, options=options, clears=key not in needed))
    return Form(tuple(fields))


class _Forms:
    """What the forms of one desk share."""

    def __init__(
        self, root: Node, vocabularies: Mapping[str, tuple[str, ...]], customer: str, files: FilePolicy | None
    ) -> None:
        self._root, self._vocabularies, self._customer, self._files = root, vocabularies, customer, files
        self._known: dict[str, tuple[str, str | None]] = {}

    def form(self, node: Node) -> Form:
        """Return a form beside the default one."""
        area = node.at("area").given()
        if area is not None and area not in self._vocabularies.get("area", ()):
            known = self._vocabularies.get("area", ())
            node.at("area").fault("unknown_area", f"no area {area!r}{meant(area, known)}")
        key = node.at("key").key() or "form"
        if key == DEFAULT_FORM:
            node.at("key").fault("duplicate", f"{DEFAULT_FORM!r} is the form at [[form]]; choose another name")
        variant = node.at("variant")
        service = node.at("service").given(limit=ID_LIMIT)
        sets = dict(self._sets(node.at("set")))
        given = {"area": area, "service": service}
        sets.update({name: value for name, value in given.items() if value is not None})
        fields = self.fields(node, "fields", frozenset(sets))
        return Form(
            fields=fields,
            key=key,
            area=area,
            service=service,
            variant="" if variant.value is None else variant.key(),
            sets=tuple(sorted(sets.items())),  # as stored rules have them, whose keys are sorted
            slots=read_slots(self._root, node, fields, self._files),
            outside=read_outside(node, fields),
        )

    def _sets(self, root: Node) -> Iterator[tuple[str, Plain]]:
        for key, node in root.items():
            if key not in _SETTABLE:
                node.fault("unknown_field", f"no field {key!r} that a form sets{meant(key, _SETTABLE)}")
                continue
            kind, source = INTAKE[key]
            field = Field(key=key, kind=kind, options=self._vocabularies.get(source or "", ()))
            if (found := field.fault(node.value)) is not None:
                node.fault("bad_default", found.text())
            else:
                yield key, str(node.value)

    def fields(self, root: Node, name: str, sets: frozenset[str] = frozenset()) -> tuple[Field, ...]:
        """Return the fields listed below *name*."""
        fields: list[Field] = []
        for node in root.at(name).each():
            if not node.table(*_FIELD_KEYS):
                continue
            key = node.at("key").key()
            if any(field.key == key for field in fields):
                node.at("key").fault("duplicate", f"field {key!r} stands here twice; leave one out")
            if key in sets:
                node.at("key").fault("duplicate", f"the form sets {key!r} itself; leave one out")
            fields.append(self._field(node, key or "field", fields))
        keys = {field.key for field in fields}
        if not any(field.key == "subject" and field.required and field.when == ALWAYS for field in fields):
            root.at(name).fault("missing_field", 'a form asks for the title: { key = "subject", required = true }')
        for child in ("module", "product_version"):
            if child in keys and "product" not in keys | sets:
                root.at(name).fault("missing_field", f"{child!r} is of a product; ask for the product before it")
        if self._customer == "required" and "customer" not in keys:
            fields.insert(0, Field(key="customer", kind="record", source="customer"))
        if self._customer == "none" and "customer" in keys:
            root.at(name).fault("unknown_field", 'this desk has customer = "none"; leave the field customer out')
        return tuple(fields)

    def _field(self, node: Node, key: str, before: list[Field]) -> Field:
        if key in INTAKE:
            kind, source = INTAKE[key]
            for name in ("kind", "source"):
                if node.at(name).value is not None:
                    node.at(name).fault("unknown_key", f"{key!r} is known to every desk; leave {name} out")
        else:
            kind = node.at("kind").one_of([kind for kind in KINDS if kind != "record"])
            source = node.at("source").text(key) if kind == "choice" else None
            if kind != "choice" and node.at("source").value is not None:
                node.at("source").fault("unexpected_key", 'only a field of kind "choice" has a source; leave it out')
        if self._known.setdefault(key, (kind, source)) != (kind, source):
            told = f"{key!r} is of kind {self._known[key][0]!r} in another form; a field is the same in all of them"
            node.at("kind").fault("other_kind", told)
        options: tuple[str, ...] = ()
        if kind == "choice":
            if source not in self._vocabularies:
                node.fault("unknown_vocabulary", f"no vocabulary {source!r}{meant(source or '', self._vocabularies)}")
            options = self._vocabularies.get(source or "", ())
        field = Field(
            key=key,
            kind=kind,
            source=source,
            options=options,
            required=node.at("required").flag(),
            fixed=node.at("fixed").flag(),
            limit=node.at("limit").number(OWN_TEXT if key not in INTAKE and kind == "text" else None),
            pattern=node.at("pattern").given(limit=1000),
            lines=node.at("lines").flag(),
            minimum=_bound(node.at("minimum")),
            maximum=_bound(node.at("maximum")),
            whole=node.at("whole").flag(),
            when=_condition(node.at("when"), before),
            prefill=node.at("prefill").one_of(get_args(Prefill)) if node.at("prefill").value is not None else None,
        )
        _check_limits(node, field)
        default = node.at("default").value
        if default is not None and (found := field.fault(default)) is not None:
            node.at("default").fault("bad_default", found.text())
            default = None
        if field.fixed and node.at("default").value is None:
            node.at("fixed").fault("missing_key", "a fixed field needs a default")
        return attrs.evolve(field, default=default, fixed=field.fixed and default is not None)


def _check_limits(node: Node, field: Field) -> None:
    """Note limits that do not go with the kind of a field."""
    textual = field.kind in ("title", "text")
    if field.limit is not None:
        most = TITLE_LIMIT if field.kind == "title" else TEXT_LIMIT
        most = ID_LIMIT if field.key == REFERENCE else most
        if not textual:
            node.at("limit").fault("unexpected_key", "only a title or a text has a limit; leave it out")
        elif field.limit > most:
            node.at("limit").fault("out_of_range", f"a {field.kind} has at most {most} characters")
    if field.pattern is not None:
        if not textual:
            node.at("pattern").fault("unexpected_key", "only a title or a text has a pattern; leave it out")
        elif (found := pattern_fault(field.pattern)) is not None:
            node.at("pattern").fault("bad_pattern", found)
        elif field.lines and crosses_lines(field.pattern):
            node.at("pattern").fault("bad_pattern", "that of a line matches no line break; write [^:\\n] for [^:]")
    if field.lines and (field.kind != "text" or field.pattern is None):
        node.at("lines").fault("unexpected_key", "only the pattern of a text is that of its lines; leave it out")
    for name in ("minimum", "maximum", "whole"):
        if node.at(name).value is not None and field.kind != "number":
            node.at(name).fault("unexpected_key", f"only a number has {name}; leave it out")
    if field.least > field.greatest:
        node.at("minimum").fault("out_of_range", "the minimum lies above the maximum")
    if field.prefill is not None and not textual:
        node.at("prefill").fault("unexpected_key", "only a title or a text is prefilled; leave it out")


def _bound(node: Node) -> int | float | None:
    if node.value is None:
        return None
    if number_fault(node.value, "") is not None or abs(node.value) > SAFE_INT:
        node.fault("wrong_type", f"expected a number between -{SAFE_INT} and {SAFE_INT}")
        return None
    found: int | float = node.value
    return found


def _condition(node: Node, before: list[Field]) -> Predicate:
    """Return when a field is asked, as a predicate over fields before it and facts of the actor."""
    if node.value is None:
        return ALWAYS
    said = {FORM + f.key: Path(_KINDS[f.kind], True, f.key, f.key) for f in before if f.kind in _KINDS}
    try:
        found = parse(node.value, fields={**said, **ACTOR_FIELDS})
    except Malformed as error:
        node.faults.append(error.fault(node.file, node.path))
        return ALWAYS
    except RecursionError:
        node.fault("bad_predicate", "this predicate is nested too deeply")
        return ALWAYS
    for part in leaves(found):
        if isinstance(part, Range) and said.get(part.field, Path("number", True, "", "")).kind != "number":
            node.fault("bad_predicate", f"{part.field} is no number; a range is of numbers")
    return found
