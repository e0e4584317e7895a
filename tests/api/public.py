"""
What the packages offer, as text: every public name with its signature, its fields and its methods, read from source.

    python -m tests.api.public                  renews tests/api/public.txt
    python -m tests.api.public against v0.1.0   tells what breaks for those who wrote against that tag or commit

What is public is what the reference tells of (docs/reference): the names in ``__all__`` of its modules.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import griffe

from tests.api.comparing import compared

ROOT = Path(__file__).parents[2]
KEPT = Path(__file__).with_name("public.txt")
PACKAGES = ("supportcore", "supportcore_sql", "supportcore_mongo")

sys.path.insert(0, str(ROOT / "docs"))
from _site import reference  # noqa: E402

_PLAIN = {
    griffe.ParameterKind.positional_only: "",
    griffe.ParameterKind.positional_or_keyword: "",
    griffe.ParameterKind.var_positional: "*",
    griffe.ParameterKind.keyword_only: "",
    griffe.ParameterKind.var_keyword: "**",
}


def parameters(function: griffe.Function) -> Iterator[str]:
    """Yield the parameters of a function as they are written; whose default changes, and how, is seen."""
    named = False
    for one in function.parameters:
        if one.kind is griffe.ParameterKind.keyword_only and not named:
            named = True
            if not any(other.kind is griffe.ParameterKind.var_positional for other in function.parameters):
                yield "*"
        told = f"{_PLAIN[one.kind]}{one.name}" + (f": {one.annotation}" if one.annotation else "")
        variadic = one.kind in (griffe.ParameterKind.var_positional, griffe.ParameterKind.var_keyword)
        yield told if one.default is None or variadic else f"{told} = {one.default}"


def member(name: str, one: griffe.Object) -> str:
    """Return a line for a function, a property, a field or a constant."""
    if isinstance(one, griffe.Function):
        marks = "".join(f"{label} " for label in ("async", "classmethod", "staticmethod") if label in one.labels)
        return f"{marks}{name}({', '.join(parameters(one))}) -> {one.returns}"
    if not isinstance(one, griffe.Attribute) or one.annotation is None:
        return name
    field = isinstance(one.parent, griffe.Class) and "property" not in one.labels and one.value is not None
    return f"{name}: {one.annotation} = {one.value}" if field else f"{name}: {one.annotation}"


def made(value: object) -> Iterator[str]:
    """Yield how a record is made: which of its fields are given, and which need not be."""
    if isinstance(value, type) and attrs.has(value):
        own = value.__init__.__code__
        if own.co_filename.startswith("<attrs generated"):
            fields = [one for one in attrs.fields(value) if one.init]
            told = {True: ["self"], False: ["*"]}
            for one in fields:
                told[not one.kw_only].append(one.alias if one.default is attrs.NOTHING else f"{one.alias} = ...")
            yield f"    __init__({', '.join([*told[True], *(told[False] if told[False][1:] else [])])})"


def lines(name: str, one: griffe.Object, value: object = None) -> Iterator[str]:
    """Yield what is told of a name: a line, and for a class one more for each of what it has."""
    if not isinstance(one, griffe.Class):
        yield member(name, one)
        return
    yield f"class {name}({', '.join(str(base) for base in one.bases)})"
    yield from made(value)
    for key, found in sorted(one.all_members.items()):
        if key == "__init__" or not key.startswith(("_", "test_")):
            target = found.final_target if isinstance(found, griffe.Alias) else found
            if isinstance(target, griffe.Function | griffe.Attribute):
                yield f"    {member(key, target)}"


def loaded() -> dict[str, dict[str, griffe.Object]]:
    """Return what each public module offers, by name."""
    loader = griffe.GriffeLoader(search_paths=[ROOT / "src"])
    for package in PACKAGES:
        loader.load(package)
    loader.resolve_aliases(implicit=True, external=False)
    found: dict[str, dict[str, griffe.Object]] = {}
    for module in sorted(set(reference.modules())):
        package, *rest = module.split(".")
        home = loader.modules_collection[package]
        for part in rest:
            home = home[part]
        named = {name: home[name] for name in sorted(reference.offered(module))}
        found[module] = {k: v.final_target if isinstance(v, griffe.Alias) else v for k, v in named.items()}
    return found


def public() -> str:
    """Return what is public, a module after another; a name of several modules is told at its home."""
    told = []
    for module, names in loaded().items():
        told.append(f"# {module}")
        values = reference.offered(module)
        for name, found in names.items():
            other = reference.home(module, name)
            told += lines(name, found, values[name]) if other == module else [f"{name}, see {other}"]
        told.append("")
    return "\n".join(told)


def against(ref: str) -> tuple[list[str], list[str]]:
    """Return what breaks for those who wrote against an earlier commit, and what may come."""
    kept = f"{ref}:{KEPT.relative_to(ROOT)}"
    found = subprocess.run(["git", "show", kept], cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode:
        sys.exit(f"nothing to compare with: {found.stderr.strip()}")
    return compared(found.stdout, public())


if __name__ == "__main__":
    if sys.argv[1:2] == ["against"]:
        breaking, compatible = against(sys.argv[2])
        print(f"{len(breaking)} breaking changes since {sys.argv[2]}", *breaking, sep="\n  ")
        print(f"{len(compatible)} others", *compatible, sep="\n  ")
        sys.exit(bool(breaking))
    KEPT.write_text(public(), encoding="utf-8")
    print(f"{KEPT.relative_to(ROOT)} written")
