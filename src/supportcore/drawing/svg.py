"""
The picture of a workflow as SVG text.

It has a ground of its own, so it reads on light and dark pages alike. Every state and every arrow is a group with a
title, which screen readers and mouse pointers tell whole, whatever was cut in the picture.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from supportcore.drawing.boxes import CLOCK, LABEL, LINE, NAME, SMALL, Box
from supportcore.drawing.measuring import width
from supportcore.drawing.placing import MARGIN, Line, Picture, Placed, Point, picture
from supportcore.workflow.definition import Category
from supportcore.workflow.diagram import COLOURS, DASHES, Exercised, Shade

if TYPE_CHECKING:
    from supportcore.definition.model import Definition

_INK, _LINE, _QUIET, _GROUND = "#1f2328", "#656d76", "#57606a", "#ffffff"
_CATEGORIES: dict[Category, tuple[str, str]] = {
    "new": ("#eef4ff", "#4a6fb5"),
    "open": ("#e8f1fb", "#2f6f9f"),
    "pending": ("#fff6e5", "#b07a1e"),
    "on_hold": ("#f3eefa", "#7a5ca8"),
    "solved": ("#e9f7ee", "#3d8b5a"),
    "closed": ("#f1f2f4", "#6e7781"),
}
_WORDS = {
    "en": ("Workflow of {desk}", "after {span}", {"all": "exercised", "some": "in part", "none": "never"}),
    "es": ("Flujo de {desk}", "tras {span}", {"all": "ejercido", "some": "en parte", "none": "nunca"}),
}
_LEGEND = 30.0
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def svg(definition: Definition, locale: str = "en", coverage: Exercised | None = None) -> str:
    """
    Return the workflow of *definition* as SVG text.

    Args:
        locale: Language of the labels; the desk's first where it has not got that.
        coverage: What was exercised, by which states and arrows are coloured: green if all of it was, amber if a part,
            red if nothing; lines are broken accordingly.

    Returns:
        One ``<svg>`` element, ending in a line break; of the same definition always the same.
    """
    return "\n".join(_Writing(definition, definition.labels.language(locale), coverage).lines()) + "\n"


def _escaped(text: str) -> str:
    return html.escape(_NO_XML.sub("\ufffd", text))


class _Writing:
    def __init__(self, definition: Definition, language: str, coverage: Exercised | None) -> None:
        self._definition = definition
        self._language = language
        self._coverage = coverage
        self._heading, self._after, self._shades = _WORDS[language]

    def lines(self) -> Iterator[str]:
        found = picture(self._definition, self._language)
        wide, high = self._size(found)
        told = _escaped(self._heading.format(desk=self._definition.key))
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:g}" height="{high:g}"'
            f' viewBox="0 0 {wide:g} {high:g}" role="img" aria-label="{told}"'
            ' font-family="Helvetica, Arial, sans-serif">'
        )
        yield f"<title>{told}</title>"
        yield f'<rect width="{wide:g}" height="{high:g}" rx="8" fill="{_GROUND}"/>'
        yield f'<g transform="translate({MARGIN:g} {MARGIN:g})">'
        yield from self._start(*found.start)
        for placed in found.arrows:
            yield from self._arrow(placed)
        for box, at in found.boxes:
            yield from self._state(box, at)
        if self._coverage is not None:
            yield from self._legend(found.height + _LEGEND)
        yield "</g>"
        yield "</svg>"

    def _size(self, found: Picture) -> Point:
        legend = _LEGEND if self._coverage is not None else 0
        return round(max(found.width, 300) + 2 * MARGIN), round(found.height + 2 * MARGIN + legend)

    # -- states

    def _state(self, box: Box, at: Point) -> Iterator[str]:
        state = box.state
        x, y = at
        ground, line = _CATEGORIES[state.category]
        dashes = ""
        if self._coverage is not None:
            shade = self._coverage.of_state(state.key)
            (ground, line), dashes = COLOURS[shade], _dashed(shade)
        left, top = round(x - box.width / 2, 1), round(y - box.height / 2, 1)
        told = [self._definition.labels.label("states", state.key, self._language), " ".join(box.kind)]
        if box.timer:
            told.append(self._after.format(span=box.timer))
        if self._coverage is not None:
            told.append(self._shades[self._coverage.of_state(state.key)])
        yield '<g class="state">'
        yield f"<title>{_escaped('; '.join(told))}</title>"
        frame = f'fill="{ground}" stroke="{line}" stroke-width="1.5"{dashes}'
        yield f'<rect x="{left:g}" y="{top:g}" width="{box.width:g}" height="{box.height:g}" rx="7" {frame}/>'
        if state.final:
            inner = f'x="{left + 3.5:g}" y="{top + 3.5:g}" width="{box.width - 7:g}" height="{box.height - 7:g}" rx="4"'
            yield f'<rect {inner} fill="none" stroke="{line}"{dashes}/>'
        base = top + 6
        for text in box.name:
            base += NAME * LINE
            yield _text(x, base - 4, text, NAME, _INK, bold=True)
        for text in box.kind:
            base += SMALL * LINE
            yield _text(x, base - 3, text, SMALL, _QUIET)
        if box.timer:
            base += SMALL * LINE
            start = x - (CLOCK + width(box.timer, SMALL)) / 2
            yield from _clock(start + 6, base - 7)
            yield _text(start + CLOCK, base - 3, box.timer, SMALL, _QUIET, anchor="start")
        yield "</g>"

    def _start(self, dot: Point, top: Point) -> Iterator[str]:
        yield f'<circle cx="{dot[0]:g}" cy="{dot[1]:g}" r="6" fill="{_INK}"/>'
        yield f'<path d="M{dot[0]:g} {dot[1] + 6:g}L{top[0]:g} {top[1] - 2:g}" stroke="{_LINE}" stroke-width="1.4"/>'
        yield _head((dot, top), _LINE)

    # -- arrows

    def _arrow(self, placed: Placed) -> Iterator[str]:
        arrow, label = placed.arrow, self._definition.labels.label
        ways = ", ".join(label("states", key, self._language) for key in arrow.sources)
        told = f"{ways} → {label('states', arrow.target, self._language)}: " + "; ".join(
            text for _, text in arrow.actions
        )
        shades = {source: self._shade([action for action, _ in arrow.actions], [source]) for source in arrow.sources}
        yield '<g class="arrow">'
        yield f"<title>{_escaped(told)}</title>"
        for line in placed.lines:
            shade = _joined(shades[source] for source in line.sources)
            colour = _LINE if shade is None else COLOURS[shade][1]
            dashes = "" if shade is None else _dashed(shade)
            path = _loop(line) if arrow.loop else _path(line.points)
            yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.4"{dashes}/>'
            if line.ends:
                yield _head(line.points, colour)
        x, y = placed.at
        for (action, text), top in zip(placed.label.lines, placed.label.tops(), strict=True):
            shade = self._shade([action], arrow.sources)
            yield _text(x, y + top, text, LABEL, _INK if shade is None else COLOURS[shade][1])
        yield "</g>"

    def _shade(self, actions: Iterable[str], sources: Iterable[str]) -> Shade | None:
        if self._coverage is None:
            return None
        of_step, among = self._coverage.of_step, tuple(sources)
        return _joined(of_step(action, source) for action in actions for source in among)

    def _legend(self, y: float) -> Iterator[str]:
        x = 0.0
        for shade, (ground, line) in COLOURS.items():
            told = self._shades[shade]
            frame = f'fill="{ground}" stroke="{line}" stroke-width="1.5"{_dashed(shade)}'
            yield f'<rect x="{x:g}" y="{y - 12:g}" width="22" height="14" rx="3" {frame}/>'
            yield _text(x + 28, y, told, SMALL, _INK, anchor="start")
            x += 28 + width(told, SMALL) + 18


def _joined(shades: Iterable[Shade | None]) -> Shade | None:
    """Return the shade of several things together."""
    found = set(shades)
    return found.pop() if len(found) == 1 else "some"


def _dashed(shade: Shade) -> str:
    return f' stroke-dasharray="{DASHES[shade]}"' if DASHES[shade] else ""


def _text(
    x: float, y: float, text: str, size: float, colour: str, *, bold: bool = False, anchor: str = "middle"
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    place = f'x="{round(x, 1):g}" y="{round(y, 1):g}" text-anchor="{anchor}"'
    return f'<text {place} font-size="{size:g}" fill="{colour}"{weight}>{_escaped(text)}</text>'


def _path(points: tuple[Point, ...]) -> str:
    """Return a line through points: straight up and down, else a curve that begins and ends so."""
    (x, y), *rest = points
    parts = [f"M{x:g} {y:g}"]
    for to_x, to_y in rest:
        if to_x == x:
            parts.append(f"V{to_y:g}")
        else:
            middle = round((y + to_y) / 2, 1)
            parts.append(f"C{x:g} {middle:g} {to_x:g} {middle:g} {to_x:g} {to_y:g}")
        x, y = to_x, to_y
    return "".join(parts)


def _loop(line: Line) -> str:
    (x, y), *rest = line.points
    return f"M{x:g} {y:g}C" + " ".join(f"{to_x:g} {to_y:g}" for to_x, to_y in rest)


def _head(points: tuple[Point, ...], colour: str) -> str:
    """Return the head of an arrow that ends as the last step of its points goes."""
    (from_x, from_y), (x, y) = points[-2:]
    if from_y == y:
        side = -1 if from_x > x else 1
        wings = f"{x - side * 8:g} {y - 4:g} {x - side * 8:g} {y + 4:g}"
    else:
        side = 1 if y > from_y else -1
        wings = f"{x - 4:g} {y - side * 8:g} {x + 4:g} {y - side * 8:g}"
    return f'<polygon points="{x:g} {y:g} {wings}" fill="{colour}"/>'


def _clock(x: float, y: float) -> Iterator[str]:
    yield f'<circle cx="{round(x, 1):g}" cy="{round(y, 1):g}" r="5" fill="none" stroke="{_QUIET}" stroke-width="1.2"/>'
    hands = f"M{round(x, 1):g} {round(y - 3, 1):g}v3h2.4"
    yield f'<path d="{hands}" fill="none" stroke="{_QUIET}" stroke-width="1.2"/>'
