"""
The reference, out of docstrings: a line `<!-- reference: supportcore.sla -->` becomes what that package offers.

What a package offers is its ``__all__``, in that order. A name that several packages offer is told once, in the one
that lies nearest to where it is defined; the others link there. A class tells of what it inherits as well, unless that
class has a place of its own.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
from docutils import nodes
from sphinx.util.typing import stringify_annotation

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_SHORT = re.compile(r"[\w.'() {}\[\]-]{1,40}")
"""A default that is shown as it is."""

PAGES = Path(__file__).parents[1] / "reference"
MARKER = re.compile(r"^<!-- reference: ([\w.]+) -->$", re.MULTILINE)


@cache
def modules() -> tuple[str, ...]:
    """Return the modules that the reference tells of, in the order of its pages."""
    return tuple(name for page in sorted(PAGES.glob("*.md")) for name in MARKER.findall(page.read_text("utf-8")))


def offered(module: str) -> dict[str, Any]:
    """Return what a module offers, in its order: its ``__all__``, or else what is defined in it and not hidden."""
    found = import_module(module)
    names = getattr(found, "__all__", None)
    if names is None:
        names = [name for name, value in vars(found).items() if not name.startswith("_") and _within(value, module)]
    return {name: getattr(found, name) for name in names}


def _within(value: Any, module: str) -> bool:
    return (inspect.isclass(value) or inspect.isroutine(value)) and f"{value.__module__}.".startswith(f"{module}.")


@cache
def _offers() -> dict[str, dict[str, Any]]:
    return {module: offered(module) for module in modules()}


def home(module: str, name: str) -> str:
    """Return the module that tells of a name which *module* offers."""
    value = _offers()[module][name]
    defined = value.__module__ if _within(value, "supportcore") else _defining(module, name)
    found = [other for other, names in _offers().items() if names.get(name) is value]
    near = [other for other in found if f"{defined}.".startswith(f"{other}.")]
    return max(near or found, key=len)


# --- constants: their docstring is the text that stands beneath them ----------------------------------------


@cache
def _constants(file: str) -> dict[str, str]:
    """Return the names that a module sets at its top, each with the text beneath it."""
    body = ast.parse(Path(file).read_text("utf-8")).body
    found = {}
    for each, after in zip(body, [*body[1:], None], strict=True):
        targets = each.targets if isinstance(each, ast.Assign) else [getattr(each, "target", None)]
        text = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
        found |= {one.id: inspect.cleandoc(str(text)) for one in targets if isinstance(one, ast.Name)}
    return found


def _defining(module: str, name: str) -> str:
    """Return the module that sets a constant which *module* offers."""
    value, root = getattr(import_module(module), name), module.partition(".")[0]
    for other, loaded in sorted(sys.modules.items()):
        if other.partition(".")[0] == root and vars(loaded).get(name) is value:
            file = getattr(loaded, "__file__", None)
            if file and name in _constants(file):
                return other
    return module


def told_of(module: str, name: str) -> str:
    """Return the docstring of a name that a module offers; empty where there is none."""
    value = offered(module)[name]
    if inspect.isclass(value):
        return inspect.cleandoc(value.__dict__.get("__doc__") or "")
    if inspect.isroutine(value) or hasattr(value, "__wrapped__"):
        return inspect.getdoc(value) or ""
    return _constants(str(import_module(_defining(module, name)).__file__)).get(name, "")


# --- entries ------------------------------------------------------------------------------------------------


def _class(module: str, name: str, value: type[Any]) -> Iterator[str]:
    yield f".. {'autoexception' if issubclass(value, BaseException) else 'autoclass'}:: {module}.{name}"
    yield "   :members:"
    if any(_is_told_of(base) for base in value.__bases__):
        yield "   :show-inheritance:"
    at_home = [one for names in _offers().values() for one in names.values() if inspect.isclass(one)]
    told = [one for one in value.__mro__[1:] if one in at_home or not one.__module__.startswith("supportcore")]
    if len(told) < len(value.__mro__) - 1:
        yield f"   :inherited-members: {', '.join(base.__name__ for base in told)}"


def _entry(module: str, name: str, value: Any) -> Iterator[str]:
    if inspect.isclass(value):
        yield from _class(module, name, value)
    elif inspect.isroutine(value):
        yield f".. autofunction:: {module}.{name}"
    else:
        yield f".. py:{'function' if hasattr(value, '__wrapped__') else 'data'}:: {name}"
        yield ""
        yield from (f"   {line}" for line in told_of(module, name).splitlines())
    yield ""


def entries(module: str) -> Iterator[str]:
    """Yield what the page of a module says of it, as reStructuredText."""
    yield f".. py:module:: {module}"
    yield ""
    elsewhere = {name: at for name in _offers()[module] if (at := home(module, name)) != module}
    if elsewhere:
        links = ", ".join(f":py:obj:`{name} <{at}.{name}>`" for name, at in elsewhere.items())
        yield f"Also offered here, told of where they are at home: {links}."
        yield ""
    for name, value in _offers()[module].items():
        if name not in elsewhere:
            yield from _entry(module, name, value)


def with_its_entries(app: Sphinx, page: str, source: list[str]) -> None:
    """Put the entries of a module in place of its marker."""
    source[0] = MARKER.sub(lambda found: "```{eval-rst}\n" + "\n".join(entries(found[1])) + "\n```", source[0])


# --- what autodoc makes of them -----------------------------------------------------------------------------


def with_its_fields(
    app: Sphinx, what: str, name: str, value: Any, options: Any, signature: str, returns: str
) -> tuple[str, str] | None:
    """Return the signature of a record: its fields with types and defaults, as they are declared."""
    if not (inspect.isclass(value) and attrs.has(value)):
        return None
    if not value.__init__.__code__.co_filename.startswith("<attrs generated"):
        return None
    fields = [field for field in attrs.fields(value) if field.init]
    given = [field for field in fields if not field.kw_only]
    named = [field for field in fields if field.kw_only]
    return f"({', '.join([*map(_field, given), *(['*'] if named else []), *map(_field, named)])})", ""


def _field(field: Any) -> str:
    told = field.type if isinstance(field.type, str) else stringify_annotation(field.type, "smart")
    return f"{field.alias}: {told}{_default(field.default)}"


def _default(value: Any) -> str:
    if value is attrs.NOTHING:
        return ""
    if isinstance(value, attrs.Factory):
        value = value.factory() if not value.takes_self else ...
    told = repr(value)
    return f" = {told}" if _SHORT.fullmatch(told) else " = ..."


def without_what_says_nothing(app: Sphinx, what: str, name: str, value: Any, skip: bool, options: Any) -> bool | None:
    """Leave out fields of named tuples, which the signature has, and the tests of a suite, which nobody calls."""
    numbered = (inspect.getdoc(value) or "").startswith("Alias for field number ")
    return True if numbered or name.rpartition(".")[2].startswith("test_") else None


def with_bases_that_are_told_of(app: Sphinx, name: str, value: Any, options: Any, bases: list[Any]) -> None:
    """Name those bases of a class that have a place of their own here, or in Python."""
    bases[:] = [base for base in bases if _is_told_of(base)]


def _is_told_of(base: Any) -> bool:
    if not inspect.isclass(base):
        return False
    at_home = any(base is one for names in _offers().values() for one in names.values())
    return at_home or (issubclass(base, BaseException) and not base.__module__.startswith("supportcore"))


def without_members(app: Sphinx, doctree: Any) -> None:
    """Leave methods out of the contents of a page, all of which Sphinx copies for every page that it writes."""
    for item in list(app.env.tocs[app.env.current_document.docname].findall(nodes.list_item)):
        if any(one.get("anchorname", "").startswith("#supportcore") for one in item[0].findall(nodes.reference)):
            del item[1:]


def fields_by_their_name(app: Sphinx, doctree: Any, page: str) -> None:
    """Call the fields of records fields."""
    for name in doctree.findall(nodes.field_name):
        if name.astext() == "Variables":
            name.children[:] = [nodes.Text("Fields")]
