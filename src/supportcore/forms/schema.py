"""
A form as JSON Schema, draft-07, and as hints for drawing it.

What the schema accepts, `supportcore.forms.checking` and the check of the records named accept, and nothing else; files
are no part of it. Rules:

- options are ``oneOf`` of ``const`` and ``title``; only a declared default is a ``default``;
- a field that is asked under a condition stands under ``then``; where the condition does not hold it must be absent;
- a field whose options hang on another field stands under ``then`` once for each value of that other field;
- a read-only value may be left out, and no other may be given;
- patterns use what ECMA-262 and Python read alike, lengths count code points.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from supportcore import text
from supportcore.forms.drawing import Drawing, Option
from supportcore.forms.fields import Field, Plain
from supportcore.predicate import ALWAYS, FORM, All, AnyOf, Eq, In, Missing, Ne, Predicate, Range

DRAFT = "http://json-schema.org/draft-07/schema#"
Schema = dict[str, Any]
_BAD = "[\\u0000\\ud800-\\udfff]"
"""What no text holds: NUL and lone surrogates."""
_BAD_OR_BLANK = f"^[{text.BLANKS}]*(?![\\s\\S])|{_BAD}"


def schema(drawing: Drawing) -> Schema:
    """Return the JSON Schema of the documents that a form takes."""
    found: Schema = json.loads(_texts(drawing)[0])
    return found


def ui(drawing: Drawing) -> Schema:
    """Return how react-jsonschema-form draws the form: the order of its fields and the widgets of some."""
    found: Schema = json.loads(_texts(drawing)[1])
    return found


@lru_cache(maxsize=512)
def _texts(drawing: Drawing) -> tuple[str, str]:
    export = _Export(drawing)
    return json.dumps(export.schema()), json.dumps(export.ui())


class _Export:
    def __init__(self, drawing: Drawing) -> None:
        self.form, self.title = drawing.form, drawing.title
        self.nothing, self.unchosen = drawing.nothing, drawing.unchosen
        self.labels = {key: (label, help_) for key, label, help_ in drawing.labels}
        self.choices = dict(drawing.choices)
        self.current = dict(drawing.current)

    def schema(self) -> Schema:
        """Return the whole."""
        properties: Schema = {}
        required: list[str] = []
        rules: list[Schema] = []
        for field in self.form.fields:
            parents = self.choices[field.key].parents if field.key in self.choices else ()
            if field.when == ALWAYS and not parents:
                properties[field.key] = self.property(field, self.options(field))
                required.extend([field.key] if self.is_required(field, self.options(field)) else [])
                continue
            asked = self.branches(field, parents) if parents else [self.asked(field)]
            if field.when == ALWAYS:
                rules.extend(asked)
            else:
                absent = {"not": _object({field.key: {}}, [field.key])}
                then = asked[0] if len(asked) == 1 else {"type": "object", "allOf": asked}
                rules.append({"if": self.condition(field.when), "then": then, "else": absent})
        kept = ((key, value) for key, value in self.current.items() if self.form.field(key) is None)
        for key, value in (*self.form.sets, *kept):
            rules.extend(self.settled(key, value))
        whole: Schema = {"$schema": DRAFT, "title": self.title, **_object(properties, required)}
        if rules:
            whole["propertyNames"] = {"enum": [field.key for field in self.form.fields]}
            whole["allOf"] = rules
        else:
            whole["additionalProperties"] = False
        return whole

    def ui(self) -> Schema:
        """Return the hints."""
        hints: Schema = {"ui:order": [field.key for field in self.form.fields]}
        for field in self.form.fields:
            widget = {"text": "textarea", "instant": "datetime"}.get(field.kind)
            hint: Schema = {"ui:widget": widget} if widget is not None else {}
            if field.clears:  # what is emptied is taken away
                hint["ui:emptyValue"] = None
            elif self.unchosen and field.key in self.choices and not field.fixed:
                hint["ui:placeholder"] = self.unchosen
            if hint:
                hints[field.key] = hint
        return hints

    # -- one field

    def options(self, field: Field) -> tuple[Option, ...] | None:
        """Return what a field is chosen from, whatever else was said; None if it is not chosen."""
        choice = self.choices.get(field.key)
        return choice.options[0][1] if choice is not None else None

    def is_required(self, field: Field, options: Sequence[Option] | None) -> bool:
        """Whether a document without the field is refused."""
        if field.required and field.default is None and field.key not in self.form.any_of:
            return True
        kept = self.kept(field.key)
        return kept is not None and options is not None and not _offers(options, kept)

    def kept(self, key: str) -> Plain | None:
        """Return what counts where a field is left out."""
        field = self.form.field(key)
        return self.current.get(key) if field is None or field.default is None else field.default

    def asked(self, field: Field) -> Schema:
        """Return that a field is asked."""
        options = self.options(field)
        required = [field.key] if self.is_required(field, options) else []
        return _object({field.key: self.property(field, options)}, required)

    def branches(self, field: Field, parents: tuple[str, ...]) -> list[Schema]:
        """Return that a field is asked with other options for each of the values of its parents."""
        rules: list[Schema] = []
        conditions: list[Schema] = []
        for values, options in self.choices[field.key].options:
            condition = _all(self.has(key, value) for key, value in zip(parents, values, strict=True))
            required = [field.key] if self.is_required(field, options) else []
            then = _object({field.key: self.property(field, options)}, required)
            conditions.append(condition)
            rules.append({"if": condition, "then": then})
        required = [field.key] if self.is_required(field, ()) else []
        otherwise = _object({field.key: self.property(field, ())}, required)
        if conditions:
            rules.append({"if": _any(conditions), "then": {"type": "object"}, "else": otherwise})
        else:
            rules.append(otherwise)
        return rules

    def settled(self, key: str, value: Plain) -> list[Schema]:
        """Return that what is not asked, but set by the form or kept from before, goes with what is said."""
        choice = self.choices.get(key)
        if choice is None:
            return []
        fitting = [values for values, options in choice.options if _offers(options, value)]
        if not choice.parents:
            return [] if fitting else [{"not": {}}]
        conditions = [
            _all(self.has(parent, said) for parent, said in zip(choice.parents, values, strict=True))
            for values in fitting
        ]
        return [{"if": _any(conditions), "then": {"type": "object"}, "else": {"not": {}}}]

    def property(self, field: Field, options: Sequence[Option] | None) -> Schema:
        """Return what one field takes."""
        label, help_ = self.labels.get(field.key, (field.key, ""))
        said: Schema = {"title": label}
        if help_:
            said["description"] = help_
        if field.default is not None and (options is None or _offers(options, field.default)):
            said["default"] = field.default
        if field.fixed:
            said["readOnly"] = True
        if options is not None:
            return {**said, **self._chosen(field, options)}
        kind: Schema = self._plain(field)
        if field.clears:
            kind["type"] = [kind["type"], "null"]
        if field.fixed and field.default is not None:
            kind["const"] = field.default
        return {**said, **kind}

    def _chosen(self, field: Field, options: Sequence[Option]) -> Schema:
        offered = [option for option in options if not field.fixed or option.value == field.default]
        if field.clears:
            listed = [{"const": None, "title": self.nothing}, *map(_offer, offered)]
            return {"type": ["string", "null"], "oneOf": listed}
        if not offered:
            return {"type": "string", "readOnly": True, "not": {}}
        return {"type": "string", "oneOf": [_offer(option) for option in offered]}

    @staticmethod
    def _plain(field: Field) -> Schema:
        if field.kind == "flag":
            return {"type": "boolean"}
        if field.kind == "number":
            kind = "integer" if field.whole else "number"
            return {"type": kind, "minimum": field.least, "maximum": field.greatest}
        if field.kind == "instant":
            return {"type": "string", "pattern": text.INSTANT_PATTERN}
        blank = field.required and field.kind in ("title", "text")
        said: Schema = {"type": "string", "minLength": 1, "maxLength": field.most}
        bad = _BAD_OR_BLANK if blank else _BAD
        if field.pattern is not None and field.lines:
            bad += f"|(?:^|\\n)(?!(?:{field.pattern})(?:\\n|(?![\\s\\S])))"
        elif field.pattern is not None:
            said["pattern"] = f"^(?:{field.pattern})(?![\\s\\S])"
        said["not"] = {"type": "string", "pattern": bad}
        return said

    # -- conditions

    def has(self, key: str, value: Plain | None) -> Schema:
        """Return that a field has this value, be it said or kept from before."""
        return self.said(key, {"const": value}, left_out=self.kept(key) == value)

    def said(self, key: str, what: Schema, *, left_out: bool) -> Schema:
        """Return that *what* was said in a field, or *left_out* that it may also have been left out."""
        if not left_out:
            return _object({key: what}, [key])
        field = self.form.field(key)
        found = _object({key: what}, [])
        return found if field is None or field.when == ALWAYS else _all([self.condition(field.when), found])

    def condition(self, predicate: Predicate) -> Schema:
        """Return the documents of which a bound *predicate* over fields of the form holds."""
        match predicate:
            case All(parts):
                return _all(self.condition(part) for part in parts)
            case AnyOf(parts):
                return _any([self.condition(part) for part in parts])
            case Ne(name, value):
                return {"type": "object", "not": self.condition(Eq(name, value))}
            case Missing(name, missing):
                key, default = self._named(name)
                there = self.said(key, {}, left_out=default is not None)
                return {"type": "object", "not": there} if missing else there
            case Eq(name, value):
                key, default = self._named(name)
                return self.said(key, {"const": value}, left_out=default == value)
            case In(name, values):
                key, default = self._named(name)
                listed = list(dict.fromkeys(values)) if isinstance(values, tuple) else []
                if not listed:
                    return {"not": {}}
                return self.said(key, {"enum": listed}, left_out=default in listed)
            case Range(name, start, before):
                key, default = self._named(name)
                ends: Mapping[str, Any] = {"minimum": start, "exclusiveMaximum": before}
                limits = {word: end for word, end in ends.items() if end is not None}
                return self.said(key, {"type": "number", **limits}, left_out=_within(default, start, before))
        raise TypeError(f"{predicate!r} is not bound")

    def _named(self, name: str) -> tuple[str, Plain | None]:
        key = name.removeprefix(FORM)
        field = self.form.field(key)
        return key, None if field is None else field.default


def _offer(option: Option) -> Schema:
    told = {"description": option.help} if option.help else {}
    return {"const": option.value, "title": option.title, **told}


def _offers(options: Sequence[Option], value: Plain) -> bool:
    return any(option.value == value for option in options)


def _within(value: object, start: Any, before: Any) -> bool:
    if not isinstance(value, (int, float)):
        return False
    return (start is None or start <= value) and (before is None or value < before)


def _object(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def _all(parts: Iterable[Schema]) -> Schema:
    found = list(parts)
    return found[0] if len(found) == 1 else {"type": "object", **({"allOf": found} if found else {})}


def _any(parts: Sequence[Schema]) -> Schema:
    if not parts:
        return {"not": {}}
    return parts[0] if len(parts) == 1 else {"type": "object", "anyOf": list(parts)}
