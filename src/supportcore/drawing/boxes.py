"""How large states and labels are, and what stands in them."""

from __future__ import annotations

import attrs

from supportcore.definition.model import Definition
from supportcore.describing.words import CATEGORIES, OUTCOMES, Words
from supportcore.drawing.graph import Arrow
from supportcore.drawing.measuring import width, wrapped
from supportcore.workflow.definition import State
from supportcore.workflow.diagram import span_told

NAME, SMALL, LABEL = 13.0, 11.0, 12.0
"""Sizes of letters in pixels: of a state's name, of what stands below it, of an arrow's label."""
LINE = 1.3
"""Distance of lines in sizes of letters."""
CLOCK = 16.0
"""Pixels that a clock takes beside the span of a timer."""
LOOP = 34.0
"""Pixels that a way from a state to itself takes beside it."""
_STATE_LIMIT, _LABEL_LIMIT = 150.0, 128.0
_PAD, _PORT = 12.0, 13.0
_BETWEEN = 4.0


@attrs.frozen(kw_only=True)
class Box:
    """
    A state as it is drawn.

    Attributes:
        kind: Its category and outcome in words.
        timer: The span of its timer, or empty.
    """

    state: State
    name: tuple[str, ...]
    kind: tuple[str, ...]
    timer: str
    width: float
    height: float


def box(definition: Definition, state: State, language: str, ends: int) -> Box:
    """Return how a state is drawn at whose top or bottom up to *ends* arrows end."""
    name = wrapped(definition.labels.label("states", state.key, language), NAME, _STATE_LIMIT, bold=True)
    told = _word(CATEGORIES, state.category, language)
    if state.outcome is not None:
        told = f"{told}: {_word(OUTCOMES, state.outcome, language)}"
    kind = wrapped(told, SMALL, _STATE_LIMIT)
    timer = "" if state.timer is None else span_told(state.timer.after)
    wide = max(
        *(width(line, NAME, bold=True) for line in name),
        *(width(line, SMALL) for line in kind),
        CLOCK + width(timer, SMALL) if timer else 0,
        ends * _PORT,
    )
    high = (len(name) * NAME + (len(kind) + bool(timer)) * SMALL) * LINE
    return Box(
        state=state,
        name=name,
        kind=kind,
        timer=timer,
        width=round(wide + 2 * _PAD, 1),
        height=round(high + _PAD, 1),
    )


def _word(words: Words, key: str, language: str) -> str:
    return words[key][language == "es"]


@attrs.frozen(kw_only=True)
class Label:
    """
    What an arrow says.

    Attributes:
        lines: Pairs of action and a line of its label.
    """

    lines: tuple[tuple[str, str], ...]
    width: float
    height: float

    def tops(self) -> tuple[float, ...]:
        """Return where the base of each line is, below the top."""
        found: list[float] = []
        at, before = LABEL * 0.95, ""
        for place, (action, _) in enumerate(self.lines):
            if place:
                at += LABEL * LINE + (_BETWEEN if action != before else 0)
            found.append(round(at, 1))
            before = action
        return tuple(found)


def label(arrow: Arrow) -> Label:
    """Return what an arrow says, every action from a line of its own on."""
    lines = tuple((action, line) for action, told in arrow.actions for line in wrapped(told, LABEL, _LABEL_LIMIT))
    wide = max(width(line, LABEL) for _, line in lines) + 8
    high = len(lines) * LABEL * LINE + (len(arrow.actions) - 1) * _BETWEEN
    return Label(lines=lines, width=round(wide, 1), height=round(high, 1))
