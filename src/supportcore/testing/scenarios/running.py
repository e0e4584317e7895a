"""
``run_row``: a row on a store, on a desk of its own, up to the first step that comes to something else.

Steps of ``then`` that do not see what they should are all told; after anything else that fails the row ends.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import attrs

from supportcore.clock import FrozenClock
from supportcore.desk.desk import Desk
from supportcore.desk.views.errors import error_view
from supportcore.errors import Invalid, NotFound, Refused, SupportError
from supportcore.ids import seeded_ids
from supportcore.notices.render import Notice
from supportcore.storage.codec import dump_record
from supportcore.storage.ports import ENTRY_KINDS, Ledger, Steps, Store, drive
from supportcore.testing.scenarios.cast import KINDS, Cast, record_of
from supportcore.testing.scenarios.matching import Mismatch, matched, mismatches
from supportcore.testing.scenarios.methods import PLACES, parameters, takes_instant
from supportcore.testing.scenarios.paths import NotKept, filled
from supportcore.testing.scenarios.plain import plain
from supportcore.testing.scenarios.reading import Row
from supportcore.testing.scenarios.steps import Step
from supportcore.testing.scenarios.story import Outcome, Trouble, story_of
from supportcore.text import instant_of_text
from supportcore.workflow.spans import span_of

_ALL = 1000
_COMPARED = tuple(kind for kind in ENTRY_KINDS if kind not in ("rules", "chunk"))
"""What is kept of a desk, but for its rules, which no command touches, and the bytes of files."""
_GUESSED = "login_failed"
"""What is refused and stored all the same: that somebody guessed at a password."""


def run_row(row: Row, store: Store, *, name: str = "", ending: str = "") -> Outcome:
    """
    Run a row.

    Args:
        store: Migrated.
        name: What the store is called in the story.
        ending: Of the key of the desk, after the id of the row; on a store where the row was run before, another one.
    """
    if row.faults or row.cast is None:
        return Outcome(row=row.id, store=name, title=row.title, passed=False, story=story_of(row, name))
    try:
        stage = Stage(row.cast, store, f"{row.id}{ending}")
    except (SupportError, NotFresh) as error:
        story = story_of(row, name, told_first=f"the desk cannot be set up: {error}")
        return Outcome(row=row.id, store=name, title=row.title, passed=False, story=story)
    done: list[Step] = []
    troubles: list[tuple[Step, Trouble]] = []
    for step in row.steps:
        trouble = stage.do(step)
        if trouble is None:
            done.append(step)
            continue
        troubles.append((step, trouble))
        if step.section in ("given", "when") or not trouble.mismatches:
            break
    story = story_of(row, name, done=done, troubles=troubles) if troubles else ""
    return Outcome(row=row.id, store=name, title=row.title, passed=not troubles, story=story)


class Stage:
    """A desk with its cast, on which the steps of one row are done."""

    def __init__(self, cast: Cast, store: Store, key: str) -> None:
        self._cast = cast
        self._store = store
        self._clock = FrozenClock(cast.now)
        definition = attrs.evolve(cast.definition, key=key)
        self._ledger = store.ledger(key)
        self._desk = Desk(
            definition,
            store,
            clock=self._clock,
            ids=seeded_ids(0),
            addresses=cast.addresses,
        )
        with store.begin(write=False) as execute:
            if drive(self._ledger.rules(definition.rules_hash), execute) is not None:
                raise NotFresh(f"the store has a desk {key!r} already")
        self._desk.install()
        self._desk.catalogue.put(*cast.records)
        self._kept: dict[str, Any] = {"none": None, "sent": []}
        self._places: dict[str, Any] = {}
        self._sent: list[Notice] = []
        self._before: str | None = None

    def do(self, step: Step) -> Trouble | None:
        """Do a step, and return what came otherwise than it should."""
        self._kept["now"] = plain(self._clock())
        self._sent.clear()
        if step.outcome != "done" and self._before is None:
            self._before = self._digest()
        try:
            result = plain(self._done(step))
        except NotKept as error:
            return Trouble(f"cannot be done: {error}")
        except SupportError as error:
            return self._refused(step, error)
        except Exception as error:
            return Trouble(f"ended in {type(error).__name__}: {error}")
        if self._sent:
            self._kept["sent"] = plain(self._sent)
        if not (step.kind == "look" or (step.kind == "clock" and step.args.keys() <= {"wait", "at"})):
            self._before = None
        if step.outcome != "done":
            return Trouble(f"expected {step.outcome} {', '.join(step.codes)}; it was done", found=result)
        return self._seen(step, result)

    # -- doing

    def _done(self, step: Step) -> Any:
        match step.kind:
            case "act":
                return self._call(step)
            case "file":
                return self._hand_in(step)
            case "put":
                return self._put(step)
            case "clock":
                return self._pass_time(step)
            case "look":
                return filled(step.args["look"], self._kept)

    def _call(self, step: Step) -> Any:
        target = self._place(step.prefix) if step.prefix else self._desk.acting_as(self._cast.actors[step.actor])
        kind: Any = type(target)
        args: dict[str, Any] = {}
        for name, value in step.args.items():
            said = filled(value, self._kept, ids=True)
            if isinstance(said, str) and takes_instant(kind, step.method, name):
                said = instant_of_text(said, name)
            args[name] = said
        if "notifier" in (parameters(kind, step.method) or {}):
            args["notifier"] = self._sent.append
        return getattr(target, step.method)(**args)

    def _place(self, prefix: str) -> Any:
        if prefix not in self._places:
            self._places[prefix] = PLACES[prefix].of(self._desk)
        return self._places[prefix]

    def _hand_in(self, step: Step) -> Any:
        said: Mapping[str, Any] = filled(step.args, self._kept)
        data = str(said["text"]).encode() if "text" in said else bytes(said["size"])
        more = {key: said[key] for key in ("description", "slot") if key in said}
        return self._desk.acting_as(self._cast.actors[step.actor]).draft(BytesIO(data), said["name"], **more)

    def _put(self, step: Step) -> None:
        records = []
        for kind, several in filled(step.args, self._kept, ids=True).items():
            for said in several:
                records.append(record_of(KINDS[kind], {**self._record(KINDS[kind], said["id"]), **said}))
        self._desk.catalogue.put(*records)

    def _record(self, kind: str, record_id: str) -> Mapping[str, Any]:
        try:
            return dump_record(self._desk.catalogue.get(kind, record_id))[1]
        except NotFound:
            return {}

    def _pass_time(self, step: Step) -> Any:
        result: Any = None
        if "wait" in step.args:
            span = span_of(step.args["wait"])
            assert span is not None, "a span is checked when it is read"
            self._clock.move(span)
        if "at" in step.args:
            self._clock.at = instant_of_text(filled(step.args["at"], self._kept), "at")
        if step.args.get("run_due"):
            report = result = self._desk.run_due(limit=_ALL)
            if report.parked:
                raise TimersFailed("; ".join(error for _, error in report.parked))
        if channel := step.args.get("deliver"):
            self._desk.deliver(self._sent.append, limit=_ALL)
            if isinstance(channel, str):
                self._sent[:] = [notice for notice in self._sent if notice.channel == channel]
            result = list(self._sent)
        return result

    # -- looking

    def _seen(self, step: Step, result: Any) -> Trouble | None:
        if step.keep:
            self._kept[step.keep] = result
        try:
            see, sent = filled(step.see, self._kept), filled(step.sent, self._kept)
        except NotKept as error:
            return Trouble(f"cannot be compared: {error}")
        found = list(mismatches(see, result)) if see is not None else []
        if sent is not None:
            found += _of_sent(sent, plain(self._sent))
        return Trouble("came to something else", mismatches=tuple(found)) if found else None

    def _refused(self, step: Step, error: SupportError) -> Trouble | None:
        outcome = "invalid" if isinstance(error, Invalid) else "refused" if isinstance(error, Refused) else "error"
        codes = _codes(error)
        told = f"{outcome} {', '.join(codes)} ({error})"
        if step.outcome == "done":
            return Trouble(f"ended in {told}")
        expected = sorted(step.codes) if outcome == "invalid" else list(step.codes)
        there = sorted(codes) if outcome == "invalid" else codes if step.all_codes else codes[:1]
        if outcome != step.outcome or expected != there:
            return Trouble(f"expected {step.outcome} {', '.join(step.codes)}; it ended in {told}")
        if _GUESSED in codes:
            self._before = None
        elif self._digest() != self._before:
            self._before = None
            return Trouble("was refused, and something was stored all the same")
        me = self._desk.acting_as(self._cast.actors[step.actor]) if step.actor else None
        return self._seen(step, plain(error_view(error) if me is None else me.error(error)))

    def _digest(self) -> str:
        """Return a digest of all that is kept of the desk."""
        found = hashlib.sha256()
        with self._store.begin(write=False) as execute:
            for form in drive(_entries(self._ledger), execute):
                found.update(form.encode())
        return found.hexdigest()


class NotFresh(Exception):
    """A row was run here before, under the same key."""


class TimersFailed(Exception):
    """What had come due could not happen."""


def _entries(ledger: Ledger) -> Steps[list[str]]:
    found: list[str] = []
    for kind in _COMPARED:
        after = None
        while entries := (yield from ledger.entries(kind, after=after, limit=_ALL)):
            found += [json.dumps([entry.kind, entry.key, entry.form], sort_keys=True) for entry in entries]
            after = entries[-1].key
            if len(entries) < _ALL:
                break
    return found


def _codes(error: SupportError) -> list[str]:
    if isinstance(error, Invalid):
        return [f"{fault.path}: {fault.code}" if fault.path else fault.code for fault in error.faults]
    if isinstance(error, Refused) and error.reasons:
        return [reason.code for reason in error.reasons]
    return [error.code]


def _of_sent(expected: Any, found: list[Any]) -> list[Mismatch]:
    """Return what is wrong with the notices that went out: a list is about all of them, in any order."""
    if isinstance(expected, list):
        return [] if matched(expected, found) else [Mismatch("sent", expected, found)]
    return list(mismatches(expected, found, "sent"))
