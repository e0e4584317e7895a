"""Fields of the intake forms of a desk that nobody can fill in: what limits them contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator

from supportcore.definition.model import Definition
from supportcore.definition.values import forms
from supportcore.forms.fields import Field
from supportcore.forms.fitting import unfit
from supportcore.predicate import ALWAYS
from supportcore.workflow.findings import Finding


def unfillable(definition: Definition) -> Iterator[Finding]:
    """Yield the fields of intake forms that no value fits, with where they stand and why."""
    for place, form, indexes in forms(definition):
        for field in form.fields:
            why = unfit(field) if field.key in indexes else None
            if why is not None:
                path = f"{place}[{indexes[field.key]}]"
                yield Finding("unfillable_field", path, f"nothing fits {field.key!r}, so {_therefore(field)}: {why}")


def _therefore(field: Field) -> str:
    if not field.required:
        return "nobody can say anything there"
    return "no ticket can be opened by this form" if field.when == ALWAYS else "whoever is asked for it cannot go on"
