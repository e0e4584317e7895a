"""What staff write among themselves reaches nobody on the customer's side, by any notice, on any channel."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportcore import Desk, FrozenClock, Refused
from supportcore.definition.model import Definition
from supportcore.ids import seeded_ids
from supportcore.storage.memory import MemoryStore
from tests.desk.machine import START
from tests.notices.desks import ANA, APPROVAL, BO, CLEO, EVENTS, HAL, LUIS, MAR, PEOPLE, chatty, rule, told

MARK = "QZX"
"""Stands in all that is internal, and nowhere else."""
ALOUD = "PUBLIC"
CUSTOMERS = {"ana", "bo", "cleo", "dan"}
EVERYBODY = ["assignee", "responsible", "team", "followers", "voters", "subscriber"]
RULES = [
    rule(on, EVERYBODY if on == "noted" else ["contact", *EVERYBODY], channel)
    for on in EVENTS
    for channel in ("email", "in_app", "webhook")
]
CUSTOMER, STAFF = [ANA, CLEO, BO], [LUIS, MAR, HAL]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Definition:
    """A desk that tells everybody of everything."""
    return chatty(tmp_path_factory.mktemp("desk"), *RULES, APPROVAL)


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("reply"), st.sampled_from([*CUSTOMER, *STAFF])),
        st.tuples(st.just("note"), st.sampled_from(STAFF)),
        st.tuples(st.just("follow"), st.sampled_from([*CUSTOMER, *STAFF])),
        st.tuples(st.sampled_from(["take", "ask", "solve", "cancel", "confirm", "wait_for"]), st.sampled_from(STAFF)),
        st.tuples(st.sampled_from(["confirm", "reopen"]), st.sampled_from(CUSTOMER)),
        st.tuples(st.sampled_from(["assign", "unassign", "triage"]), st.sampled_from(STAFF)),
        st.tuples(st.just("deliver"), st.just(LUIS)),
    ),
    max_size=12,
)
TEXTS = {
    "ask": {"comment": ALOUD},
    "solve": {"comment": ALOUD},
    "reopen": {"comment": ALOUD},
    "cancel": {"reason": "mistake", "comment": MARK},
    "wait_for": {"waiting_on": "external"},
}


def move(desk: Desk, case: str, name: str, actor: Any) -> None:
    """Make a move, if it is one that may be made now."""
    acting = desk.acting_as(actor)
    try:
        match name:
            case "reply":
                acting.reply(case, ALOUD)
            case "note":
                acting.note(case, MARK)
            case "follow":
                acting.follow(case)
            case "assign":
                acting.assign(case, {"assignee": "mar", "responsible": "luis"})
            case "unassign":
                acting.assign(case, {"assignee": None, "team": None})
            case "triage":
                acting.triage(case, {"type": "problem"})
            case _:
                acting.act(case, name, TEXTS.get(name, {}))
    except (Refused, LookupError):
        pass


def test_staff_do_read_them(everything: Definition) -> None:
    """The rules of this desk tell staff of a note in its words, so that the other test has something to find."""
    desk = Desk(everything, MemoryStore(), clock=FrozenClock(START), ids=seeded_ids(1))
    desk.install(**PEOPLE)
    case = desk.acting_as(ANA).open({"subject": ALOUD, "priority": "high"}).id
    desk.acting_as(CLEO).follow(case)
    desk.acting_as(LUIS).note(case, MARK)
    found = {notice.role for notice in told(desk) if MARK in notice.body}
    assert {"team", "voter"} == found


@settings(max_examples=60, deadline=None)
@given(moves=MOVES, opener=st.sampled_from([*CUSTOMER, LUIS]), priority=st.sampled_from(["low", "high"]))
def test_no_notice_to_a_customer_holds_a_word_of_a_note(
    everything: Definition, moves: list[Any], opener: Any, priority: str
) -> None:
    """Over any history: none to a person on the customer's side, none to a program."""
    clock = FrozenClock(START)
    desk = Desk(everything, MemoryStore(), clock=clock, ids=seeded_ids(1))
    desk.install(**PEOPLE)
    case_of = {"subject": ALOUD, "description": ALOUD, "product": "erp", "priority": priority}
    if opener is LUIS:
        case_of["customer"] = "acme"
    case = desk.acting_as(opener).open(case_of).id
    notices: list[Any] = []
    for name, actor in moves:
        clock.move(timedelta(minutes=1))
        if name == "deliver":
            notices += told(desk)
        else:
            move(desk, case, name, actor)
    notices += told(desk)
    assert not any(desk.outbox()[status] for status in ("pending", "dead"))
    for notice in notices:
        holds = MARK in repr(notice)
        outside = notice.recipient in CUSTOMERS or notice.role in ("contact", "subscriber") or notice.side == "customer"
        assert not (outside and holds), notice
        assert notice.role != "subscriber" or ALOUD not in repr(notice)
