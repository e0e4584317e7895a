"""Rules of notices: of which tickets, after which actions, and to whom beside those who work on it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore import FrozenClock, Refused
from supportcore.definition.parts import NOTICE_EVENTS
from supportcore.desk import Desk
from tests.desk.beside.club import ANA, BEA, BOARD, CAI, LUIS, MAR, START, club, open_one, opened_desk, told
from tests.desk.beside.club import rules as club_rules

HIGH = {"field": "priority", "eq": "high"}


def rule(on: str, *to: str, **more: Any) -> dict[str, Any]:
    return {"key": f"{on}-{'-'.join(to)}".replace("_", "-"), "on": on, "to": list(to), "channel": "log", **more}


def telling(*rules: dict[str, Any], **over: Any) -> Desk:
    """Return a desk with these notices alone."""
    return opened_desk(club(**{"hold": None, "approvals": None, "notices": list(rules), **over}))


def test_when_sees_the_ticket_as_it_is_afterwards() -> None:
    """A triage into the condition is told, one out of it is not, and so with the opening."""
    desk = telling(rule("triaged", "contact", when=HIGH), rule("opened", "team", when=HIGH))
    luis = desk.acting_as(LUIS)
    ticket = open_one(desk)
    assert [] == told(desk)
    luis.triage(ticket, {"priority": "high"})
    assert [("triaged", "contact", "ana")] == told(desk)
    luis.triage(ticket, {"priority": "low"})
    assert [] == told(desk)
    open_one(desk, priority="high")
    assert [("opened", "team", "desk")] == told(desk)


def test_actions_choose_among_changes_of_state() -> None:
    """Only these actions are told, whoever takes them; a rule without actions tells of all."""
    desk = telling(rule("state_changed", "contact", actions=["propose", "merge"]), rule("state_changed", "team"))
    luis = desk.acting_as(LUIS)
    ticket, other = open_one(desk), open_one(desk)
    luis.act(ticket, "work")
    assert [("state_changed", "team", "desk")] == told(desk)
    luis.act(ticket, "propose", {"comment": "Try this."})
    assert {("state_changed", "contact", "ana"), ("state_changed", "team", "desk")} == set(told(desk))
    luis.merge(other, ticket)
    assert {("state_changed", "contact", "ana"), ("state_changed", "team", "desk")} == set(told(desk))


def test_what_the_desk_does_by_itself_is_told_too() -> None:
    """Silence closes the ticket, and a rule of its action tells it."""
    clock = FrozenClock(START)
    definition = club(approvals=None, hold=None, notices=[rule("state_changed", "contact", actions=["expire"])])
    desk = opened_desk(definition, clock=clock)
    luis = desk.acting_as(LUIS)
    ticket = open_one(desk)
    luis.act(ticket, "work")
    luis.act(ticket, "propose", {"comment": "Try this."})
    clock.move(timedelta(hours=72))
    desk.run_due()
    assert [("state_changed", "contact", "ana")] == told(desk)


def test_followers_are_told_until_they_follow_no_more() -> None:
    """Those who follow are told of what others do, once, however often they began to."""
    desk = telling(rule("replied", "followers"))
    ana, bea, luis = (desk.acting_as(one) for one in (ANA, BEA, LUIS))
    ticket = open_one(desk)
    for acting in (bea, bea, luis):
        acting.follow(ticket)
    ana.reply(ticket, "Well?")
    assert [("replied", "follower", "bea"), ("replied", "follower", "luis")] == sorted(told(desk))
    bea.follow(ticket, False)
    luis.reply(ticket, "Soon.")
    assert [] == told(desk)
    ana.reply(ticket, "Good.")
    assert [("replied", "follower", "luis")] == told(desk)


def test_a_follower_is_told_by_his_own_rights() -> None:
    """A note is told to the follower on staff, and to none on the customer's side."""
    desk = telling(rule("noted", "followers"))
    ticket = open_one(desk)
    for actor in (BEA, MAR):
        desk.acting_as(actor).follow(ticket)
    desk.acting_as(LUIS).note(ticket, "He is right.")
    assert [("noted", "follower", "mar")] == told(desk)


def test_voters_are_told_while_they_are_asked() -> None:
    """Those of pending approvals, who were asked and not who are in the team now; nobody once it is decided."""
    desk = telling(
        rule("approval_asked", "voters"), rule("voted", "voters"), rule("replied", "voters"), approvals=[
            {"key": "board", "when": HIGH, "team": "board", "quorum": "majority"},
        ],
        transitions=_transitions(),
    )  # fmt: skip
    ticket = open_one(desk, priority="high")
    assert {("approval_asked", "voter", f"b{number}") for number in (1, 2, 3)} == set(told(desk))
    desk.acting_as(BOARD[0]).decide(ticket, "approve")
    assert {("voted", "voter", "b2"), ("voted", "voter", "b3")} == set(told(desk))
    desk.acting_as(BOARD[1]).decide(ticket, "approve")
    assert [] == told(desk)
    desk.acting_as(ANA).reply(ticket, "Thank you.")
    assert [] == told(desk)


def _transitions() -> list[dict[str, Any]]:
    """Return those that no approval takes."""
    return [step for step in club_rules()["transitions"] if step["action"] not in ("go", "deny")]


def test_a_subscriber_is_told_whoever_did_it() -> None:
    """Another program is told of what anybody does, facts only, under the key of the rule."""
    desk = telling(rule("opened", "subscriber"), rule("replied", "subscriber", "contact"))
    ticket = open_one(desk)
    sent: list[Any] = []
    desk.acting_as(ANA).reply(ticket, "A secret.")
    desk.deliver(sent.append)
    assert {"opened-subscriber", "replied-subscriber-contact"} == {notice.recipient for notice in sent}
    assert {"subscriber"} == {notice.role for notice in sent}
    assert {("", "")} == {(notice.subject, notice.body) for notice in sent}
    assert "secret" not in repr(sent)


@pytest.mark.parametrize("author", [False, True])
def test_whoever_did_it_is_told_only_if_the_rule_says_so(author: bool) -> None:
    """With ``author`` the one who replies is told as the contact and the follower he is: once."""
    desk = telling(rule("replied", "contact", "followers", author=author))
    ticket = open_one(desk)
    desk.acting_as(ANA).follow(ticket)
    desk.acting_as(ANA).reply(ticket, "Well?")
    assert ([("replied", "contact", "ana")] if author else []) == told(desk)


def test_each_rule_tells_on_its_own() -> None:
    """Two rules of one event tell the same person twice, as by two channels."""
    desk = telling(rule("replied", "contact"), rule("replied", "contact", "followers", channel="other"))
    ticket = open_one(desk)
    desk.acting_as(LUIS).reply(ticket, "Soon.")
    assert 2 == len(told(desk))


PEOPLE = {"ana": ANA, "bea": BEA, "cai": CAI, "luis": LUIS, "mar": MAR, "b1": BOARD[0], "b2": BOARD[1]}
DOINGS = ["reply", "note", "follow", "work", "low", "high", "assign", "approve", "merge", "tag"]
SAID = st.lists(st.tuples(st.sampled_from(DOINGS), st.sampled_from(sorted(PEOPLE))), max_size=10)
RECIPIENTS = ("contact", "assignee", "responsible", "team", "followers", "voters", "subscriber")


@st.composite
def rulings(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return notice rules, each with a channel of its own."""
    found = []
    for place in range(draw(st.integers(1, 4))):
        on = draw(st.sampled_from(NOTICE_EVENTS))
        to = draw(st.lists(st.sampled_from(RECIPIENTS), min_size=1, max_size=5, unique=True))
        if on in ("noted", "approval_asked", "voted"):
            to = [one for one in to if one != "contact"] or ["team"]
        more: dict[str, Any] = {"when": HIGH} if draw(st.booleans()) else {}
        found.append({**rule(on, *to, author=draw(st.booleans()), **more), "key": f"r{place}", "channel": f"c{place}"})
    return found


@given(rules=rulings(), said=SAID)
def test_nobody_is_told_twice_of_one_event_by_one_rule(
    rules: list[dict[str, Any]], said: list[tuple[str, str]]
) -> None:
    """Whatever happens, and whatever somebody is to the ticket: a rule tells a person, team or program once of it."""
    approvals = [{"key": key, "when": HIGH, "team": "board", "quorum": "all"} for key in ("one", "two")]
    routing = {"team": "desk", "assign": "round_robin", "responsible": "assignee"}
    desk = opened_desk(
        club(
            hold=None, notices=rules, approvals=approvals, routing=routing,
            transitions=_transitions(),
        )
    )  # fmt: skip
    ticket, other = open_one(desk, priority="high"), open_one(desk)
    for doing, who in said:
        acting = desk.acting_as(PEOPLE[who])
        try:
            match doing:
                case "reply":
                    acting.reply(ticket, "Well?")
                case "note":
                    acting.note(ticket, "Well!")
                case "follow":
                    acting.follow(ticket)
                case "low" | "high":
                    acting.triage(ticket, {"priority": doing})
                case "assign":
                    acting.assign(ticket, {"assignee": "mar"})
                case "approve":
                    acting.decide(ticket, "approve")
                case "merge":
                    acting.merge(ticket, other)
                case "tag":
                    acting.tag(ticket, ["x"])
                case _:
                    acting.act(ticket, doing)
        except (Refused, LookupError):
            continue
    sent: list[Any] = []
    desk.deliver(sent.append, limit=1000)
    seen = Counter(
        (one.ticket, one.data["position"], one.channel, one.role in ("team", "subscriber"), one.recipient)
        for one in sent
    )
    assert [] == [key for key, times in seen.items() if times > 1]
    assert len(sent) == len({one.id for one in sent})
