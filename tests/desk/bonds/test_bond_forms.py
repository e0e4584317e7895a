"""The forms of these commands: what their schemas accept, the commands accept, however they are sent."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from supportcore import Desk, FrozenClock, Invalid
from supportcore.desk.checks import FORM_COMMANDS
from supportcore.desk.views import dump
from supportcore.ids import seeded_ids
from supportcore.storage.memory import MemoryStore
from tests.desk.beside.club import rules
from tests.desk.bonds.house import HOUSE, LUIS, MAR, PEOPLE, codes, house, opens
from tests.desk.machine import START
from tests.forms.documents import documents
from tests.forms.verdicts import as_json, by_jsonschema
from tests.node.judge import judge

NAMES = ("rate", "decide", "tag", "follow", "link", "merge")
OTHER = house(
    survey={"scale": "stars"},
    confirmations=[{**rules()["confirmations"][0], "rates": False}],
    vocabularies={**rules()["vocabularies"], "tag": ["net", "vpn"]},
)
"""The house with stars instead of yes and no, and with tags out of a vocabulary."""
BEYOND = frozenset({"unknown_record", "same_ticket", "other_customer", "merged_already"})
"""What is refused for what stands in the store, which no schema can say."""
AT_ONCE = 6


def equipped(definition: Any) -> Desk:
    desk = Desk(definition, MemoryStore(), clock=FrozenClock(START), ids=seeded_ids(5))
    desk.install(**PEOPLE)
    return desk


def solved(desk: Desk) -> str:
    """A ticket of which each of these commands is possible."""
    case: str = opens(desk, priority="high").id
    desk.acting_as(LUIS).act(case, "work")
    desk.acting_as(LUIS).act(case, "propose", {"comment": "Try this."})
    return case


def form_of(desk: Desk, case: str, name: str) -> Any:
    action = next(one for one in desk.acting_as(MAR).page(case).actions if one.name == name)
    assert action.form is not None
    return action.form


def engine(me: Any, submit: Any, document: Any) -> frozenset[str] | None:
    """The fields that the command finds fault with; None if it is carried out, or fails for what it names only."""
    try:
        me.submit(submit, document)
    except Invalid as error:
        return frozenset(fault.path for fault in error.faults if fault.code not in BEYOND) or None
    return None


@settings(max_examples=25, deadline=None)
@given(data=st.data(), definition=st.sampled_from([HOUSE, OTHER]), name=st.sampled_from(NAMES))
def test_schema_and_command_agree(data: st.DataObject, definition: Any, name: str) -> None:
    """jsonschema, ajv and the command itself accept the same documents, each given to a ticket of its own."""
    desk = equipped(definition)
    me = desk.acting_as(MAR)
    cases = [solved(desk) for _ in range(AT_ONCE)]
    view = form_of(desk, cases[0], name)
    form = next(offer.form for offer in me.actions(cases[0]) if offer.name == name)
    said = [as_json(data.draw(documents(form, ()))) for _ in cases]
    by_ajv = judge().faults(view.schema, said)
    validator = Draft7Validator(dict(view.schema))
    for case, document, errors in zip(cases, said, by_ajv, strict=True):
        found = engine(me, attrs.evolve(view.submit, ticket=case), document)
        verdicts = (found is None, by_jsonschema(validator, document) is None, not errors)
        assert 1 == len(set(verdicts)), (name, document, found, errors)
        event(f"{name} {'accepted' if found is None else 'refused'}")


SENT: dict[str, list[tuple[dict[str, Any], str, Any]]] = {
    "rate": [({"rating": 1, "comment": "Fine"}, "rating", 1)],
    "decide": [({"verdict": "reject", "comment": "No"}, "approval", "rejected")],
    "tag": [({"add": "net vpn"}, "tags", ("net", "vpn")), ({"remove": "net"}, "tags", ("vpn",))],
    "follow": [({}, "followers", 1), ({"follow": True}, "followers", 1), ({"follow": False}, "followers", 0)],
    "link": [({"other": "#2"}, "links", 1), ({"other": "2", "linked": False}, "links", 0)],
    "merge": [({"into": " #2 "}, "merged_into", "")],
}


def test_every_command_is_sent_by_its_form(desk: Any) -> None:
    """Each document, as a record and as its dump, on every store, comes to what the method comes to."""
    for name in NAMES:
        assert name in FORM_COMMANDS
        case = solved(desk)
        second = opens(desk)
        for turn, (document, field, expected) in enumerate(SENT[name]):
            sent = {key: str(value).replace("2", str(second.number)) if key in ("other", "into") else value
                    for key, value in document.items()}  # fmt: skip
            submit = form_of(desk, case, name).submit
            assert (name, case) == (submit.command, submit.ticket)
            told = desk.acting_as(MAR).submit(dump(submit) if turn else submit, sent, command_id=f"{name}-{turn}")
            found = getattr(desk.acting_as(LUIS).get(case), field)
            assert told.version == desk.acting_as(LUIS).get(case).version
            if field in ("followers", "links"):
                found = len(found)
            assert (second.id if field == "merged_into" else expected) == found
    assert () == desk.verify().findings


@pytest.mark.parametrize(
    ("name", "document", "expected"),
    [
        ("rate", {}, [("rating", "required")]),
        ("rate", {"rating": 2}, [("rating", "out_of_range")]),
        ("rate", {"rating": True}, [("rating", "wrong_type")]),
        ("decide", {"verdict": "maybe"}, [("verdict", "not_an_option")]),
        ("decide", {"comment": 3}, [("comment", "wrong_type"), ("verdict", "required")]),
        ("tag", {"add": "No", "remove": 3}, [("add", "bad_pattern"), ("remove", "wrong_type")]),
        ("tag", {"tags": "net"}, [("tags", "unknown_field")]),
        ("follow", {"follow": 1}, [("follow", "wrong_type")]),
        ("follow", {"person": "ana"}, [("person", "unknown_field")]),
        ("link", {"kind": "cousin"}, [("kind", "not_an_option"), ("other", "required")]),
        ("link", {"other": 2}, [("other", "wrong_type")]),
        ("merge", {"into": None}, [("into", "required")]),
        ("merge", {"into": "1", "why": "x"}, [("why", "unknown_field")]),
    ],
)
def test_bad_documents(near: Any, name: str, document: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """All faults come at once, each at its field, and nothing is stored."""
    case = solved(near)
    version = near.acting_as(LUIS).get(case).version
    submit = form_of(near, case, name).submit
    assert expected == sorted(codes(lambda: near.acting_as(MAR).submit(submit, document)))
    assert version == near.acting_as(LUIS).get(case).version


def test_twice_is_told(near: Any) -> None:
    """A second rating, a second vote, and a vote of somebody who was not asked."""
    case = solved(near)
    mar = near.acting_as(MAR)
    mar.rate(case, 1)
    mar.decide(case, "approve")
    assert [("", "rated_already")] == codes(lambda: mar.rate(case, 0))
    assert [("", "voted_already")] == codes(lambda: mar.decide(case, "approve"))
    assert [("", "not_asked_to_approve")] == codes(lambda: near.acting_as(LUIS).decide(case, "approve"))
