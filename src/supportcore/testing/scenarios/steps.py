"""
The steps of a scenario: what each kind may say, read from its table.

What a step does is checked when it is read: the method, its arguments, the names of what was kept. Nothing is done
here.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

import attrs

from supportcore.definition.reading import Node, meant
from supportcore.desk.acting import Acting
from supportcore.errors import Invalid
from supportcore.storage.ports import RECORD_KINDS
from supportcore.testing.scenarios.cast import KINDS, Cast
from supportcore.testing.scenarios.matching import faults_in
from supportcore.testing.scenarios.methods import GIVEN_BY_RUNNER, PLACES, is_instant, methods, parameters
from supportcore.testing.scenarios.paths import BUILT_IN, names_in, parts_of
from supportcore.text import instant_of_text, instant_text
from supportcore.workflow.spans import span_of

SECTIONS = ("given", "when", "then", "refused")
_OUTCOMES = ("see", "refused", "invalid", "error", "sent", "keep")


@attrs.frozen(kw_only=True, eq=False)
class Step:
    """
    One step.

    Attributes:
        place: Where it stands, as ``then 2``.
        kind: ``act`` calls a method, ``file`` hands one in, ``put`` stores records, ``clock`` lets time pass, ``look``
            looks at what was kept.
        actor: Name of who does it; empty for the host.
        prefix: Of `PLACES`, for the host.
        args: Arguments by name; of other kinds of steps, what they say.
        see: What has to be there; None for nothing.
        outcome: ``done``, ``refused``, ``invalid`` or ``error``.
        codes: What it is refused for.
        sent: The notices that go out; None for whichever.
    """

    place: str
    kind: Literal["act", "file", "put", "clock", "look"]
    actor: str = ""
    prefix: str = ""
    method: str = ""
    args: Mapping[str, Any] = attrs.field(factory=dict)
    keep: str = ""
    see: Any = None
    outcome: Literal["done", "refused", "invalid", "error"] = "done"
    codes: tuple[str, ...] = ()
    all_codes: bool = False
    sent: Any = None

    @property
    def section(self) -> str:
        """``given``, ``when``, ``then`` or ``refused``."""
        return self.place.partition(" ")[0]

    @property
    def looks(self) -> bool:
        """Whether it says how something has to be."""
        return self.see is not None or self.sent is not None or self.outcome != "done"


def read_steps(row: Node, cast: Cast) -> tuple[Step, ...]:
    """Return the steps of a row, in the order in which they are done."""
    kept = set(BUILT_IN)
    found: list[Step] = []
    for section in SECTIONS:
        for count, node in enumerate(row.at(section).each(), start=1):
            for place, one in _spoken(node, cast, f"{section} {count}"):
                step = _step(one, cast, place)
                _check_names(one, kept)
                if step is not None:
                    found.append(step)
                    kept |= {step.keep} - {""}
    return tuple(found)


def _spoken(node: Node, cast: Cast, place: str, within: tuple[str, ...] = ()) -> Iterator[tuple[str, Node]]:
    """Yield a step, or those of the phrase it stands for, which may have phrases in it."""
    if node.at("use").value is None:
        yield place, node
        return
    name = node.at("use").text()
    if not node.table("use") or name not in cast.phrases or name in within:
        told = "stands for itself" if name in within else f"is no phrase of the cast{meant(name, cast.phrases)}"
        node.at("use").fault("unknown_phrase", f"{name!r} {told}")
        return
    for count, one in enumerate(cast.phrases[name], start=1):
        below = Node(one.value, file=one.file, path=one.path, faults=node.faults)
        yield from _spoken(below, cast, f"{place} ({name} {count})", (*within, name))


def _step(node: Node, cast: Cast, place: str) -> Step | None:
    if not isinstance(node.value, Mapping):
        node.table()
        return None
    for kind, read in _KINDS.items():
        if any(node.at(key).value is not None for key in kind):
            return read(node, cast, place)
    known = ", ".join(key for kind in _KINDS for key in kind)
    node.fault("no_step", f"a step has one of {known}, or use")
    return None


def _act(node: Node, cast: Cast, place: str) -> Step | None:
    called = node.at("do").text()
    prefix, dot, method = called.rpartition(".")
    if dot and prefix not in PLACES:
        node.at("do").fault("unknown_place", f"no {prefix!r}{meant(prefix, PLACES)}")
        return None
    kind: Any = PLACES[prefix].kind if dot else Acting
    takes = parameters(kind, method)
    if takes is None:
        node.at("do").fault("unknown_method", f"{kind.__name__} has no {method!r}{meant(method, methods(kind))}")
        return None
    node.table("as", "do", "on", "with", *takes, *_OUTCOMES)
    args: dict[str, Any] = {}
    for key in node.value:
        name = _argument(key, takes)
        if key in ("as", "do", *_OUTCOMES) or (key not in takes and key not in ("on", "with")):
            continue
        if name is None or (name in args):
            node.at(key).fault("unknown_argument", f"{called} takes no {key!r} beside the rest")
            continue
        args[name] = _value(node.at(key), takes[name])
    for name, parameter in takes.items():
        if parameter.default is inspect.Parameter.empty and name not in args and name not in GIVEN_BY_RUNNER:
            node.fault("missing_argument", f"{called} needs {name!r}", _short(name, takes))
    actor = "" if dot else _actor(node, cast)
    if dot and node.at("as").value is not None:
        node.at("as").fault("unknown_key", f"{called} is the host's; nobody does it as somebody")
    return Step(place=place, kind="act", actor=actor, prefix=prefix, method=method, args=args, **_outcome(node))


def _argument(key: str, takes: Mapping[str, inspect.Parameter]) -> str | None:
    """Return the name of the argument that a key of a step stands for."""
    if key == "on":
        return next(iter(takes), None)
    if key == "with":
        return next((name for name in ("document", "fields") if name in takes), None)
    return key


def _short(name: str, takes: Mapping[str, inspect.Parameter]) -> str:
    return {_argument("on", takes): "on", _argument("with", takes): "with"}.get(name, name)


def _value(node: Node, parameter: inspect.Parameter) -> Any:
    """Return an argument; where an instant is wanted, its text is made one when the step is done."""
    value = node.value
    if isinstance(value, datetime):
        return instant_text(value)
    if is_instant(parameter) and not (isinstance(value, str) and value.startswith("$")):
        _instant(node)
    return value


def _actor(node: Node, cast: Cast) -> str:
    name = node.at("as").text()
    if name and name not in cast.actors:
        node.at("as").fault("unknown_actor", f"the cast has no {name!r}{meant(name, cast.actors)}")
    return name


def _file(node: Node, cast: Cast, place: str) -> Step:
    node.table("as", "file", *_OUTCOMES)
    said = node.at("file")
    if said.table("name", "text", "size", "description", "slot"):
        said.at("name").text()
        if (said.at("text").value is None) is (said.at("size").value is None):
            said.fault("missing_key", "say text or size, one of them")
        if said.at("size").value != 0:
            said.at("size").number()
    return Step(place=place, kind="file", actor=_actor(node, cast), args=_table(said), **_outcome(node))


def _put(node: Node, cast: Cast, place: str) -> Step:
    node.table("put", *_OUTCOMES)
    said = node.at("put")
    if said.table(*KINDS):
        for key, records in said.items():
            for record in records.each():
                if key in KINDS and record.table(*(one.name for one in attrs.fields(RECORD_KINDS[KINDS[key]]))):
                    record.at("id").text()
    return Step(place=place, kind="put", args=_table(said), **_outcome(node))


def _clock(node: Node, cast: Cast, place: str) -> Step:
    node.table("wait", "at", "run_due", "deliver", *_OUTCOMES)
    wait = node.at("wait")
    if wait.value is not None and span_of(wait.text()) is None:
        wait.fault("bad_span", 'a span is written as "72h" or "71h59m" (d, h, m, s, ms)')
    if node.at("at").value is not None:
        _instant(node.at("at"))
    node.at("run_due").flag()
    if not isinstance(node.at("deliver").value, str):
        node.at("deliver").flag()
    if node.at("sent").value is not None and not node.at("deliver").value:
        node.fault("missing_key", "what was sent is known once it is delivered", "deliver")
    args = {key: node.at(key).value for key in ("wait", "at", "run_due", "deliver") if node.at(key).value is not None}
    if isinstance(args.get("at"), datetime):
        args["at"] = instant_text(args["at"])
    return Step(place=place, kind="clock", args=args, **_outcome(node))


def _look(node: Node, cast: Cast, place: str) -> Step:
    node.table("look", "see")
    said = node.at("look").text()
    if said and not said.startswith("$"):
        node.at("look").fault("no_name", 'look at what was kept, as in look = "$page"')
    if node.at("see").value is None:
        node.fault("missing_key", "say what has to be there", "see")
    return Step(place=place, kind="look", args={"look": said}, **_outcome(node))


_KINDS: Mapping[tuple[str, ...], Callable[[Node, Cast, str], Step | None]] = {
    ("do",): _act,
    ("file",): _file,
    ("put",): _put,
    ("look",): _look,
    ("wait", "at", "run_due", "deliver"): _clock,
}
"""How a step is read, by the keys of which it has one; the first that fits."""


def _outcome(node: Node) -> dict[str, Any]:
    """Return what a step has to come to."""
    said = [key for key in ("refused", "invalid", "error") if node.at(key).value is not None]
    if len(said) > 1:
        node.fault("two_outcomes", f"a step comes to one of {', '.join(said)}")
    codes: tuple[str, ...] = ()
    for key in said:
        value = node.at(key)
        codes = value.names() if isinstance(value.value, list) else (value.text(),)
        if not codes:
            value.fault("empty", "say for which reason")
    for fault in (*faults_in(node.at("see").value), *faults_in(node.at("sent").value)):
        node.at("see").fault("bad_path", fault)
    return {
        "keep": node.at("keep").key("") if node.at("keep").value is not None else "",
        "see": node.at("see").value,
        "sent": node.at("sent").value,
        "outcome": said[0] if said else "done",
        "codes": codes,
        "all_codes": bool(said) and isinstance(node.at(said[0]).value, list),
    }


def _table(node: Node) -> Mapping[str, Any]:
    return node.value if isinstance(node.value, Mapping) else {}


def _instant(node: Node) -> None:
    if isinstance(node.value, datetime) and node.value.utcoffset() is not None:
        return
    try:
        instant_of_text(node.value, "")
    except Invalid as error:
        node.fault("bad_instant", error.faults[0].text())


def _check_names(node: Node, kept: set[str]) -> None:
    """Tell names under which nothing was kept before, and paths into it that are none."""
    for name, path in names_in(node.value):
        if name not in kept:
            node.fault("not_kept", f"nothing was kept as {name!r} before{meant(name, sorted(kept), '')}")
        try:
            parts_of(path)
        except (ValueError, re.error) as error:
            node.fault("bad_path", str(error))
