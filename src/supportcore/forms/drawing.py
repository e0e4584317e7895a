"""What the schema of a form follows from: the form, its words, and what there is to choose."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from supportcore.forms.fields import Form, Plain


@attrs.frozen
class Option:
    """One value to choose, what it is called, and what it is; empty where nothing is said of that."""

    value: Plain | None
    title: str
    help: str = ""


@attrs.frozen(kw_only=True)
class Choice:
    """
    What a field may be chosen from.

    Attributes:
        parents: Keys of the fields of the same form that the options hang on.
        options: The options for values of the parents, in the order of `parents`; None is a parent of which nothing
            was said. There are none for values that are not listed. Without parents, the options for ``()``.
    """

    parents: tuple[str, ...] = ()
    options: tuple[tuple[tuple[Plain | None, ...], tuple[Option, ...]], ...]

    def under(self, said: Mapping[str, object]) -> tuple[Option, ...]:
        """Return what there is to choose from once this was *said*."""
        wanted = tuple(said.get(parent) for parent in self.parents)
        return next((options for values, options in self.options if values == wanted), ())


@attrs.frozen(kw_only=True)
class Drawing:
    """
    All that the schema of a form follows from; equal drawings have one schema, which is made once.

    Attributes:
        form: Bound to its actor.
        title: What the form is called.
        labels: Key, label and help of each field.
        choices: For each field that is chosen: its key and what from.
        current: The records that the ticket names, as pairs of field and id; they count where a field is left out.
        nothing: What "none" is called, where null takes away.
        unchosen: What stands in a field that is to be chosen and is not yet.
    """

    form: Form
    title: str
    labels: tuple[tuple[str, str, str], ...]
    choices: tuple[tuple[str, Choice], ...] = ()
    current: tuple[tuple[str, Plain], ...] = ()
    nothing: str = ""
    unchosen: str = ""
