"""Writing desks: their format for editors and people, a desk to start from, a desk made of a machine, desks as TOML."""

from supportcore.authoring.adopting import Adopted, from_transitions
from supportcore.authoring.gaps import LabelGaps, label_gaps, labels_added
from supportcore.authoring.reference import reference
from supportcore.authoring.schema import definition_schemas, desk_schema, labels_schema
from supportcore.authoring.starter import starter
from supportcore.authoring.writing import documents_of, to_toml

__all__ = [
    "Adopted",
    "LabelGaps",
    "definition_schemas",
    "desk_schema",
    "documents_of",
    "from_transitions",
    "label_gaps",
    "labels_added",
    "labels_schema",
    "reference",
    "starter",
    "to_toml",
]
