"""Patterns of lines: the schema and the check take the same texts."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from supportcore.forms.drawing import Drawing
from supportcore.forms.fields import Field, Form
from supportcore.forms.patterns import crosses_lines
from supportcore.forms.schema import schema
from tests.forms.documents import PATTERNS
from tests.node.judge import judge

OF_LINES = ("[a-c]+: [0-9]{1,3}", "a|bc?", "(?:a[^b\n]){1,2}b*", *(p for p in PATTERNS if not crosses_lines(p)))
LINES = st.sampled_from(("a: 1", "bc: 22", "a", "b", "bc", "ac", "", " ", "a: 1 ", "AB-1", "\r", "a\u2028a", "(.)"))
TEXTS = st.lists(LINES, min_size=1, max_size=4).map("\n".join)


@given(pattern=st.sampled_from(OF_LINES), texts=st.lists(TEXTS, min_size=1, max_size=8))
@example(pattern="a|bc?", texts=["a\nbc\nb", "a\n", "\na", "a\n\nb", "a\nab", "abc"])
def test_each_line_matches(pattern: str, texts: list[str]) -> None:
    """Field, jsonschema and ajv agree on every text: that each of its lines matches as a whole, and no line is left."""
    field = Field(key="items", kind="text", pattern=pattern, lines=True)
    told = schema(Drawing(form=Form((field,)), title="Items", labels=()))
    validator = Draft7Validator(told)
    expected = [text != "" and field.fault(text) is None for text in texts]
    documents = [{"items": text} for text in texts]
    assert expected == [validator.is_valid(document) for document in documents]
    assert expected == [not faults for faults in judge().faults(told, documents)]
