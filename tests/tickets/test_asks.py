"""A use case asks for what it needs and for nothing else, so no command reads a record that decides nothing."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from supportcore import Actor, Agent, Customer, Invalid, Team
from supportcore.definition import Definition
from supportcore.tickets.asks import (
    CountOpen,
    FindReceipt,
    LastAssigned,
    LoadContents,
    LoadFiles,
    LoadRecords,
    LoadSuggestion,
    LoadTicket,
    NextNumber,
)
from supportcore.tickets.commands import Decision, OpenTicket, Rate, Reply, Triage
from supportcore.tickets.ticket import Ticket
from supportcore.tickets.usecases import Context, handle
from tests.desk.beside.club import ANA, LUIS, PEOPLE, START, club, open_one, opened_desk

KINDS = {"Customer": "customer", "Agreement": "agreement", "Agent": "agent", "Team": "team", "Contact": "contact"}
KNOWN = {(KINDS[type(one).__name__], one.id): one for one in PEOPLE}


def decided(
    desk: Definition, command: Any, actor: Actor, ticket: Ticket | None = None, **known: Any
) -> tuple[list[Any], Decision]:
    """What is asked to decide a command, and the decision; the ticket and the club's people are all there is."""
    records = {**KNOWN, **{(KINDS[type(one).__name__], one.id): one for one in known.values()}}
    answers: dict[type, Any] = {
        FindReceipt: lambda ask: None,
        LoadTicket: lambda ask: ticket,
        LoadRecords: lambda ask: tuple(records.get(ref) for ref in ask.refs),
        LoadContents: lambda ask: (),
        LoadFiles: lambda ask: (),
        LoadSuggestion: lambda ask: None,
        LastAssigned: lambda ask: (None, 0),
        CountOpen: lambda ask: dict.fromkeys(ask.agents, 0),
        NextNumber: lambda ask: 1,
    }
    use_case = handle(command, Context(desk=desk, actor=actor, now=START, salt=lambda: "salt"))
    found: list[Any] = []
    answer = None
    while True:
        try:
            ask = use_case.send(answer)
        except StopIteration as end:
            return found, end.value
        found.append(ask)
        answer = answers[type(ask)](ask)


def asked(desk: Definition, command: Any, actor: Actor, ticket: Ticket | None = None, **known: Any) -> list[Any]:
    """What is asked to decide a command, in order."""
    return decided(desk, command, actor, ticket, **known)[0]


def stored(desk: Definition) -> Ticket:
    """A ticket of the club, as it is opened."""
    place = opened_desk(desk)
    found: Ticket = place.acting_as(LUIS).get(open_one(place))
    return found


def test_a_reply_without_files_asks_for_none() -> None:
    """Its receipt, its ticket and the words it joins."""
    desk = club(approvals=None)
    ticket = stored(desk)
    command = Reply(command_id="c", ticket=ticket.id, document={"text": "Here."})
    assert [FindReceipt, LoadTicket, LoadContents] == [type(ask) for ask in asked(desk, command, LUIS, ticket)]


@pytest.mark.parametrize(("follows", "expected"), [(False, []), (True, [(("team", "desk"),), (("customer", "acme"),)])])
def test_a_triage_asks_for_teams_where_it_may_lead_to_them(follows: bool, expected: list[Any]) -> None:
    """Without ``on_triage`` no team is read, and with it the customer only if the ticket falls under another rule."""
    rule = {"when": {"field": "area", "eq": "north"}, "assign": "round_robin"}
    desk = club(approvals=None, routing={"team": "desk", "rules": [rule], "on_triage": follows})
    ticket = stored(desk)
    for said, read in (({"priority": "high"}, expected[:1]), ({"area": "north"}, expected)):
        command = Triage(command_id="c", ticket=ticket.id, document=said)
        read_now = [ask.refs for ask in asked(desk, command, LUIS, ticket) if isinstance(ask, LoadRecords)]
        assert read == [refs for refs in read_now if len(refs) == 1]  # the classification itself names two records


def test_a_customer_without_a_main_contact_has_nobody_read() -> None:
    """Where routing goes to the main contact, one that is named is read, and no other."""
    desk = club(approvals=None, hold=None, routing={"team": "desk", "assign": "main_contact"})
    command = OpenTicket(command_id="c", form="default", document={"subject": "x"})
    for customer, read in (
        (Customer(id="acme", name="ACME", main_contact="mar"), [("agent", "mar")]),
        (Customer(id="acme", name="ACME"), []),
    ):
        asks = asked(desk, command, ANA, acme=customer)
        refs = [ref for ask in asks if isinstance(ask, LoadRecords) for ref in ask.refs]
        assert read == [ref for ref in refs if ref[0] == "agent"]
        assert isinstance(asks[-1], NextNumber)


def test_a_member_who_is_no_agent_has_no_skill() -> None:
    """A team may name somebody whom the catalogue does not know; he is passed over, and so is one who left."""
    desk = club(
        approvals=None, hold=None, routing={"team": "desk", "rules": [{"assign": "least_loaded", "skill": "sql"}]}
    )
    command = OpenTicket(command_id="c", form="default", document={"subject": "x"})
    members = ("luis", "mar", "unknown")
    for luis, able in (
        (Agent(id="luis", name="L", skills={"sql"}), ("luis", "mar")),
        (Agent(id="luis", name="L"), ("mar",)),
    ):
        asks = asked(desk, command, ANA, luis=luis, desk_team=Team(id="desk", name="Desk", members=members))
        assert CountOpen(able) in asks


def test_answers_are_kept_in_the_order_of_their_names() -> None:
    """What is said in the desk's own fields is one text, the same however it was given; of nothing none is kept."""
    form = [{"key": "subject", "required": True}, *({"key": key, "kind": "text"} for key in ("b", "c", "a"))]
    desk = club(approvals=None, form=form)
    for said, kept in (({"c": "3", "a": "1", "b": "2"}, ['{"a": "1", "b": "2", "c": "3"}']), ({}, [])):
        command = OpenTicket(command_id="c", form="default", document={"subject": "x", **said})
        _, decision = decided(desk, command, ANA)
        assert kept == [content.body for content in decision.contents if content.kind == "answers"]


def test_a_rating_without_words_writes_none() -> None:
    """What is not said is not kept, and nothing is indexed of it."""
    desk = club(approvals=None)
    solved = attrs.evolve(stored(desk), state="proposed", category="solved")
    for said, kept in (({"rating": 1}, []), ({"rating": 1, "comment": "Good."}, ["Good."])):
        _, decision = decided(desk, Rate(command_id="c", ticket=solved.id, document=said), ANA, solved)
        assert kept == [content.body for content in decision.contents]


def test_a_form_that_is_not_there_is_told_with_those_that_are() -> None:
    """Nothing is asked before that."""
    command = OpenTicket(command_id="c", form="other", document={"subject": "x"})
    with pytest.raises(Invalid) as refused:
        decided(club(approvals=None), command, ANA)
    (fault,) = refused.value.faults
    assert ("form", "not_an_option", "default") == (fault.path, fault.code, dict(fault.params)["options"])


def test_too_much_in_all_is_told_at_the_longest() -> None:
    """Wherever that stands among the fields."""
    form = [
        {"key": "subject", "required": True},
        *({"key": f"part_{n}", "kind": "text", "limit": 65_536} for n in range(5)),
    ]
    said = {f"part_{n}": "x" * (65_000 if n == 2 else 60_000) for n in range(5)}
    command = OpenTicket(command_id="c", form="default", document={"subject": "x", **said})
    with pytest.raises(Invalid) as refused:
        decided(club(approvals=None, form=form), command, ANA)
    assert [("part_2", "too_long")] == [(fault.path, fault.code) for fault in refused.value.faults]
