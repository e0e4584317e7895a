"""
What one desk allows and another refuses: both are explored side by side, breadth first.

The same people do the same on both. A difference is a step that one carries out and the other refuses, or that leads
them to different places; the first one found has a shortest way. From there on the two are not followed any further.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal

import attrs

from supportcore.definition.model import Definition
from supportcore.errors import Refused
from supportcore.exploring.cast import Cast, cast_of
from supportcore.exploring.explorer import DEPTH, NODES, told_step, way_to
from supportcore.exploring.moves import Moves, key_of
from supportcore.exploring.world import Node, Taken, World
from supportcore.people.access import RESERVED
from supportcore.tickets.ticket import Ticket
from supportcore.workflow.spans import span_text
from supportcore.workflow.steps import Step, Trace

Which = Literal["old", "new", "both"]
_COMPARED = (
    "state",
    "category",
    "outcome",
    "waiting_on",
    "assignee",
    "responsible",
    "team",
    "area",
    "priority",
    "type",
)
NOT_COMPARED: Mapping[str, Callable[[Definition], object]] = MappingProxyType(
    {
        "promises": lambda desk: desk.levels,
        "notices": lambda desk: desk.notices,
        "screens": lambda desk: desk.screens,
        "labels": lambda desk: desk.labels,
    }
)
"""What is looked at only as far as it decides what may be done, and where a ticket comes to, each as a desk has it."""


@attrs.frozen(kw_only=True)
class Difference:
    """
    A step that comes to something else.

    Attributes:
        allows: Which of the two carries it out; ``both`` where it leads them to different places.
        trace: The shortest way there; its last step is the one.
        refused: Why the other one refuses it.
        places: Field, value of the old one, value of the new one; of what they come to, where both carry it out.
        times: How often it was come across, by whomever and after whatever, as long as there was looked.
    """

    allows: Which
    trace: Trace
    refused: Exception | None = None
    places: tuple[tuple[str, object, object], ...] = ()
    times: int = 1


@attrs.frozen(kw_only=True)
class Differences:
    """
    What was found.

    Attributes:
        found: In the order of the length of their ways; those of the same cause once: the same command, or the same
            action in the same state, that is refused for the same reason or leads to other values of the same fields.
        compared: Steps that were taken on both.
        complete: Everything that either of them allows was compared, but for what comes after a difference.
        aside: Which of `NOT_COMPARED` differ, all the same.
    """

    found: tuple[Difference, ...]
    compared: int
    complete: bool
    aside: tuple[str, ...] = ()


def differences(
    old: Definition, new: Definition, *, limit: int = 1, depth: int = DEPTH, most: int = NODES
) -> Differences:
    """
    Return where two desks differ.

    Args:
        limit: How many differences are looked for.
        depth: Steps from the opening at most.
        most: Pairs of tickets at most.
    """
    cast = _both(cast_of(old), cast_of(new))
    worlds = World(old, cast=cast), World(new, cast=cast)
    moves = Moves(worlds[0]), Moves(worlds[1])
    keys = key_of(moves[0], old), key_of(moves[1], new)
    start = worlds[0].start, worlds[1].start
    pairs: list[tuple[Node, Node]] = [start]
    came: list[tuple[int, Step] | None] = [None]
    depths, known = [0], {_known(keys, start)}
    waiting, compared, complete = deque([0]), 0, True
    found: dict[Hashable, Difference] = {}
    while waiting and len(found) < limit:
        place = waiting.popleft()
        if depths[place] >= depth:
            complete = False
            continue
        pair = pairs[place]
        for step in dict.fromkeys((*moves[0].of(pair[0]), *moves[1].of(pair[1]))):
            compared += 1
            taken = worlds[0].take(pair[0], step), worlds[1].take(pair[1], step)
            after = taken[0].after, taken[1].after
            difference = _difference(taken, [*way_to(came, place)])
            if difference is not None:
                cause = _cause(difference, pair[0])
                same = found.get(cause)
                found[cause] = difference if same is None else attrs.evolve(same, times=same.times + 1)
                if len(found) >= limit:
                    break
            elif taken[0].error is None and (both := _known(keys, after)) not in known:
                if len(pairs) >= most:
                    complete = False
                    continue
                known.add(both)
                waiting.append(len(pairs))
                pairs.append(after)
                came.append((place, told_step(taken[0])))
                depths.append(depths[place] + 1)
    return Differences(
        found=tuple(found.values()),
        compared=compared,
        complete=complete and len(found) < limit,
        aside=tuple(name for name, part in NOT_COMPARED.items() if part(old) != part(new)),
    )


def _cause(difference: Difference, before: Node) -> Hashable:
    """Return what is the same of all differences that come of the same change of the rules, as far as can be told."""
    step, refused = difference.trace[-1], difference.refused
    state = before.ticket.state if before.ticket is not None and step.do not in RESERVED else ""
    places = tuple((name, values if name in ("state", "timers") else ()) for name, *values in difference.places)
    why = tuple(reason.code for reason in refused.reasons) if isinstance(refused, Refused) else str(refused)
    return step.do, state, difference.allows, why, str(places)


def _difference(taken: tuple[Taken, Taken], way: list[Step]) -> Difference | None:
    old, new = taken
    if (old.error is None) is not (new.error is None):
        allowed, refused = (old, new) if old.error is None else (new, old)
        trace = (*way, told_step(allowed))
        return Difference(allows="old" if allowed is old else "new", trace=trace, refused=refused.error)
    if old.error is not None:
        return None
    places = tuple(_places(old.after, new.after))
    return Difference(allows="both", trace=(*way, told_step(old)), places=places) if places else None


def _places(old: Node, new: Node) -> Iterator[tuple[str, object, object]]:
    if old.ticket is None or new.ticket is None:
        return
    for name in _COMPARED:
        values = getattr(old.ticket, name), getattr(new.ticket, name)
        if values[0] != values[1]:
            yield name, *values
    timers = _timers(old.ticket, old.now), _timers(new.ticket, new.now)
    if timers[0] != timers[1]:
        yield "timers", *timers


def _timers(ticket: Ticket, now: datetime) -> str:
    return ", ".join(f"{timer.action} after {span_text(timer.due_at - now)}" for timer in ticket.timers)


def _known(keys: tuple[object, object], pair: tuple[Node, Node]) -> Hashable:
    return keys[0](pair[0]), keys[1](pair[1])  # type: ignore[operator]


def _both(old: Cast, new: Cast) -> Cast:
    """Return who and what there is on either of two desks; whom both have is as on the new one."""
    actors = {**old.actors, **new.actors}
    for name in old.actors.keys() & new.actors.keys():
        one, other = old.actors[name], new.actors[name]
        actors[name] = attrs.evolve(other, teams=one.teams | other.teams, customers=one.customers | other.customers)
    records = {**old.records, **new.records}
    return Cast(actors=MappingProxyType(actors), records=MappingProxyType(records), now=old.now)
