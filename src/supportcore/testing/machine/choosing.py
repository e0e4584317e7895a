"""
What is tried next: who gives which command, and how its form is filled in; right, and now and then wrong.

One ticket makes a run, so ``merge`` and ``link``, which need two, are looked at as offers only. The same goes for
``cite`` and ``move``, for which there are no articles and no other rules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from random import Random
from types import MappingProxyType
from typing import Any

from hypothesis.strategies import SearchStrategy

from supportcore.definition.model import Definition
from supportcore.exploring.cast import Cast
from supportcore.exploring.filling import filled
from supportcore.exploring.moves import Moves
from supportcore.exploring.world import FILES, World
from supportcore.forms.fields import Form, Plain
from supportcore.people.access import SYSTEM, Actor
from supportcore.testing.machine.model import Model
from supportcore.testing.strategies.documents import documents
from supportcore.tickets.command_forms import form_of
from supportcore.tickets.permissions import ON_TICKET, is_given, opening_refusals
from supportcore.workflow.steps import OPEN, Step

FAULTS = ("missing", "blank", "unknown")
"""How a form is filled in wrong: a required field is left out, a text is blank, a field is said that none asks."""
_ALONE = ("merge", "link", "cite", "move")
_BARE = ("retarget",)
_UNKNOWN = "no-such-field"
_BLANK = "  "
_MORE_OFTEN = 30
Said = Mapping[str, Plain | None]


def commands_of(definition: Definition) -> tuple[str, ...]:
    """Return the commands beside the workflow's actions that a role may give and that need nothing but a ticket."""
    return tuple(name for name in ON_TICKET if is_given(definition, name) and name not in ("cite", "move"))


def compared(definition: Definition, commands: Collection[str]) -> frozenset[str]:
    """Return the names that count where the rules and a subject are asked what they offer."""
    people = {step.action for step in definition.workflow.transitions if step.roles - {SYSTEM}}
    return frozenset({OPEN, *commands, *people})


def tried(definition: Definition, commands: Collection[str]) -> tuple[str, ...]:
    """Return the names of what is tried on a ticket: of the commands, and every action of the workflow."""
    return tuple(name for name in (*commands, *definition.workflow.actions) if name not in _ALONE)


class Beginning:
    """
    An instant at which runs begin.

    Attributes:
        world: The rules, and who is there.
        moves: Steps that make a difference.
    """

    def __init__(self, definition: Definition, cast: Cast, faults: Sequence[str]) -> None:
        self.world = World(definition, cast=cast)
        self.moves = Moves(self.world)
        self._faults = faults

    @cached_property
    def openings(self) -> tuple[Step, ...]:
        """
        Openings that succeed, of any form by anybody who may.

        Raises:
            ValueError: There is none.
        """
        start = self.world.start
        found = tuple(step for step in self.moves.of(start) if self.world.take(start, step).error is None)
        if not found:
            raise ValueError(f"nobody can open a ticket on the desk {self.world.definition.key}")
        return found

    @cached_property
    def refused(self) -> tuple[Step, ...]:
        """Openings that are refused in most cases: by those who may not, or with a form filled in wrong."""
        desk, cast = self.world.definition, self.world.cast
        found: list[Step] = []
        for who, actor in cast.actors.items():
            said = filled(desk.form.bound(actor), cast, actor, cast.now, {})
            if said is None:
                continue
            found += [step_of(OPEN, who, said)] if opening_refusals(desk, actor) else []
            found += [step_of(OPEN, who, one) for one in spoiled(desk.form, said, self._faults)]
        return tuple(found)


class Choices:
    """
    What can be tried on the ticket of a model as it stands.

    Args:
        names: Commands and actions that are tried.
        faults: Of `FAULTS`, those that are tried.
        random: What chooses. Hypothesis gives it; it is seeded, so that a run goes the same way again.
    """

    def __init__(
        self, model: Model, moves: Moves, *, names: Sequence[str], faults: Sequence[str], random: Random
    ) -> None:
        self._model, self._moves = model, moves
        self._names, self._faults, self._random = names, faults, random
        self._desk = model.world.definition
        self._node: Any = None
        self._open: Mapping[str, Mapping[str, Form]] = {}

    @property
    def offered(self) -> Mapping[str, Mapping[str, Form]]:
        """What may be done now: by command or action, who may, each with the form."""
        if self._node is not self._model.node:
            self._node, found = self._model.node, {name: dict[str, Form]() for name in self._names}
            for who, actor in self._model.world.cast.actors.items():
                for offer in self._model.offers(actor):
                    if offer.allowed and offer.name in found:
                        found[offer.name][who] = offer.form
            self._open = MappingProxyType({name: may for name, may in found.items() if may})
        return self._open

    def move(self) -> Step | None:
        """Return a step that may be taken and that makes a difference, or None."""
        return self._likely(self._names)

    def action(self) -> Step | None:
        """Return one that is an action of the workflow."""
        return self._likely(self._desk.workflow.actions)

    def reply(self) -> Step | None:
        """Return a reply of somebody whose roles may write one, whether the ticket takes it or not."""
        found = [step for step in self._moves.of(self._model.node) if step.do == "reply" and step.do in self._names]
        return self._random.choice(found) if found else None

    def attempt(self) -> Step:
        """Return any command by anybody, whether it may be given or not, filled in right or wrong."""
        who, actor = self._random.choice(list(self._model.world.cast.actors.items()))
        return self._random.choice([*self._attempts(self._random.choice(self._names), who, actor)])

    def filling(self) -> tuple[str, str, SearchStrategy[Said]] | None:
        """Return a command that may be given, who gives it, and any document that is valid under its form."""
        name = self._weighed(self.offered)
        if name is None:
            return None
        who, form = self._random.choice(list(self.offered[name].items()))
        cast = self._model.world.cast
        found = documents(form, cast.records.values(), actor=cast.actors[who])
        return name, who, found.map(lambda said: {**said, **_files(form)})

    def _likely(self, names: Collection[str]) -> Step | None:
        by_name: dict[str, list[Step]] = {}
        for step in self._moves.of(self._model.node):
            if step.do in names and step.who in self.offered.get(step.do, ()):
                by_name.setdefault(step.do, []).append(step)
        name = self._weighed(by_name)
        return None if name is None else self._random.choice(by_name[name])

    def _weighed(self, names: Iterable[str]) -> str | None:
        """Return one of some names; what ends a ticket for good comes seldom."""
        known = list(names)
        weights = [1 if self._ends(name) else _MORE_OFTEN for name in known]
        return self._random.choices(known, weights)[0] if known else None

    def _ends(self, name: str) -> bool:
        """Return whether no action leads out of the state that an action leads to."""
        node, workflow = self._model.node, self._desk.workflow
        step = None if node.ticket is None else workflow.by_action.get((name, node.ticket.state))
        return (
            step is not None and step.to is not None and not any(step.to in one.sources for one in workflow.transitions)
        )

    def _attempts(self, name: str, who: str, actor: Actor) -> Iterator[Step]:
        cast, node = self._model.world.cast, self._model.node
        form = form_of(self._desk, self._model.world.draft(node), name).bound(actor)
        said: Said = filled(form, cast, actor, node.now, {}) or {}
        yield step_of(name, who, {**said, **_files(form)})
        if name not in _BARE:
            yield from (step_of(name, who, one) for one in spoiled(form, said, self._faults))


def spoiled(form: Form, said: Said, faults: Sequence[str]) -> Iterator[Said]:
    """Yield documents that are wrong in one place."""
    required = [field for field in form.fields if field.required and field.key in said]
    texts = [field.key for field in required if field.kind in ("text", "title")]
    about = _files(form)
    for fault in faults:
        match fault:
            case "missing" if required:
                yield {**{key: value for key, value in said.items() if key != required[0].key}, **about}
            case "blank" if texts:
                yield {**said, texts[0]: _BLANK, **about}
            case "unknown":
                yield {**said, _UNKNOWN: "x", **about}


def _files(form: Form) -> Said:
    slots = " ".join(slot.key for slot in form.slots if slot.required)
    return {FILES: slots} if slots else {}


def step_of(do: str, who: str, said: Said) -> Step:
    """Return the step that somebody gives a command."""
    return Step(do=do, who=who, said=tuple(said.items()))
