"""Where a new ticket goes, to whom, and where one goes that is classified anew."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcore import Agent, Customer, Team
from supportcore.definition import Definition
from tests.conftest import selected_stores
from tests.desk.beside.club import AGENTS, ANA, CAI, LUIS, club, document, equip, open_one, opened_desk, told
from tests.stores import STORE_NAMES, open_desk_named, reported_as, server_url

TEAM = ("luis", "mar", "noa")
NORTH = {"field": "area", "eq": "north"}
SOUTH = {"field": "area", "eq": "south"}


def routed(**routing: Any) -> Definition:
    return club(approvals=None, hold=None, routing={"team": "desk", **routing})


def gone(desk: Any, ticket: str) -> tuple[Any, ...]:
    """Return team and assignee of a ticket."""
    found = desk.acting_as(LUIS).get(ticket)
    return found.team, found.assignee


def assignees(desk: Any, tickets: list[str]) -> list[str]:
    return [gone(desk, ticket)[1] for ticket in tickets]


def test_none_leaves_it_to_the_team() -> None:
    """The team has it, and nobody else."""
    desk = opened_desk(routed(assign="none", responsible="assignee"))
    ticket = desk.acting_as(LUIS).get(open_one(desk))
    assert ("desk", None, None) == (ticket.team, ticket.assignee, ticket.responsible)


def test_the_picked_one_is_responsible_where_that_is_said() -> None:
    """``responsible`` makes the assignee responsible; left out, nobody is."""
    for said, expected in (({}, None), ({"responsible": "assignee"}, "luis")):
        desk = opened_desk(routed(assign="round_robin", **said))
        ticket = desk.acting_as(LUIS).get(open_one(desk))
        assert ("luis", expected) == (ticket.assignee, ticket.responsible)


def test_spread_goes_to_members_by_the_id_of_the_ticket() -> None:
    """The same ticket would go to the same member again, and every member gets some."""
    desk, again = (opened_desk(routed(assign="spread")) for _ in range(2))
    ids = [f"cmd-{number}" for number in range(40)]
    chosen = [
        assignees(one, [one.acting_as(ANA).open(document(), command_id=i).id for i in ids]) for one in (desk, again)
    ]
    assert chosen[0] == chosen[1]
    assert set(TEAM) == set(chosen[0])


def test_round_robin_goes_round() -> None:
    """Members get tickets by id, each in turn; who joins or leaves is taken into the round, and out of it."""
    desk = opened_desk(routed(assign="round_robin"))
    assert ["luis", "mar", "noa", "luis"] == assignees(desk, [open_one(desk) for _ in range(4)])
    desk.catalogue.put(Team(id="desk", name="Desk", members=["b1", "luis", "noa"]))
    assert ["noa", "b1", "luis", "noa"] == assignees(desk, [open_one(desk) for _ in range(4)])


def test_round_robin_of_one_is_always_that_one() -> None:
    """A team of one has no turns."""
    desk = opened_desk(routed(assign="round_robin"))
    desk.catalogue.put(Team(id="desk", name="Desk", members=["noa"]))
    assert ["noa"] * 3 == assignees(desk, [open_one(desk) for _ in range(3)])


def test_least_loaded_is_who_has_the_fewest_open_tickets() -> None:
    """Closed tickets do not count, those of other teams do; among equals it goes by id."""
    desk = opened_desk(routed(assign="least_loaded"))
    luis, ana = desk.acting_as(LUIS), desk.acting_as(ANA)
    first = [open_one(desk) for _ in range(3)]
    assert list(TEAM) == assignees(desk, first)
    ana.act(first[2], "cancel")
    assert "noa" == gone(desk, open_one(desk))[1]
    luis.assign(first[0], {"assignee": "noa", "team": "board"})
    assert ["luis", "luis", "mar"] == assignees(desk, [open_one(desk) for _ in range(3)])


def test_the_main_contact_is_the_customers_own() -> None:
    """It goes to the agent whom the customer names, of whatever team; to the team where none is named."""
    desk = opened_desk(routed(assign="main_contact"))
    assert ("desk", "mar") == gone(desk, open_one(desk))
    assert ("desk", None) == gone(desk, open_one(desk, CAI))


def test_a_main_contact_who_left_gets_nothing() -> None:
    """Tickets of a customer whose main contact is retired wait for the team."""
    desk = opened_desk(routed(assign="main_contact"))
    desk.catalogue.put(Agent(id="old", name="Old"), Customer(id="acme", name="ACME", main_contact="old"))
    assert ("desk", "old") == gone(desk, open_one(desk))
    desk.catalogue.retire("agent", "old")
    assert ("desk", None) == gone(desk, open_one(desk))


def test_a_skill_chooses_among_members() -> None:
    """Only members with the skill are picked; if no member has it, the team has the ticket and nobody else."""
    rule = [{"when": NORTH, "assign": "round_robin", "skill": "sql"}, {"assign": "round_robin", "skill": "latin"}]
    desk = opened_desk(routed(rules=rule))
    assert ["luis", "mar", "luis"] == assignees(desk, [open_one(desk, area="north") for _ in range(3)])
    assert ("desk", None) == gone(desk, open_one(desk, area="south"))


def test_a_skill_may_be_what_the_ticket_is_about() -> None:
    """``skill_of`` asks for the skill that a field names; a ticket without it goes to nobody."""
    desk = opened_desk(routed(rules=[{"assign": "least_loaded", "skill_of": "type"}]))
    found = [gone(desk, open_one(desk, type=said))[1] for said in ("web", "sql", "sql", "tax")]
    assert ["mar", "luis", "luis", None] == found
    assert ("desk", None) == gone(desk, open_one(desk))


def test_the_first_rule_that_holds_decides() -> None:
    """In the order of the document; where none holds, the section itself says."""
    rules = [
        {"when": {"all": [NORTH, {"field": "priority", "eq": "high"}]}, "team": "board", "assign": "round_robin"},
        {"when": NORTH, "assign": "main_contact"},
        {"when": {"field": "priority", "eq": "high"}, "team": "nobody"},
    ]
    desk = opened_desk(routed(assign="round_robin", rules=rules))
    assert ("board", "b1") == gone(desk, open_one(desk, area="north", priority="high"))
    assert ("desk", "mar") == gone(desk, open_one(desk, area="north"))
    assert ("nobody", None) == gone(desk, open_one(desk, area="south", priority="high"))
    assert ("desk", "noa") == gone(desk, open_one(desk))


def test_a_rule_gives_an_area_that_was_not_given() -> None:
    """What the person said stands; conditions of rules see the ticket as it was asked for."""
    desk = opened_desk(routed(rules=[{"when": {"field": "type", "eq": "tax"}, "area": "south"}]))
    luis = desk.acting_as(LUIS)
    said = [{"type": "tax"}, {"type": "tax", "area": "north"}, {"type": "sql"}]
    assert ["south", "north", None] == [luis.get(open_one(desk, **one)).area for one in said]


def test_a_team_without_members_is_told_all_the_same() -> None:
    """The ticket is the team's, nobody works on it, and the team has its notice; so with a retired team."""
    notice = {"key": "new", "on": "opened", "to": ["assignee", "team"], "channel": "log"}
    rules = [
        {"when": NORTH, "team": "nobody", "assign": "round_robin"},
        {"when": SOUTH, "team": "gone", "assign": "spread"},
    ]
    desk = opened_desk(
        club(approvals=None, hold=None, notices=[notice], routing={"team": "desk", "rules": rules}),
        [Team(id="gone", name="Gone", members=["noa"])],
    )
    desk.catalogue.retire("team", "gone")
    for area, team in (("north", "nobody"), ("south", "gone")):
        ticket = open_one(desk, area=area)
        assert (team, None) == gone(desk, ticket)
        assert [("opened", "team", team)] == told(desk)


def test_a_team_that_is_not_there_gets_nothing() -> None:
    """A ticket is opened in any case."""
    desk = opened_desk(routed(rules=[{"team": "ghosts", "assign": "spread"}]))
    assert (None, None) == gone(desk, open_one(desk))


def test_triage_sends_it_where_it_belongs_now() -> None:
    """With ``on_triage`` a ticket that falls under another rule goes there; under the same rule it stays."""
    rules = [
        {"when": NORTH, "team": "board", "assign": "round_robin"},
        {"when": SOUTH, "assign": "round_robin", "area": "north"},
    ]
    for follows, expected in ((True, ("board", "b1")), (False, ("desk", None))):
        desk = opened_desk(routed(rules=rules, on_triage=follows))
        luis = desk.acting_as(LUIS)
        ticket = open_one(desk)
        luis.triage(ticket, {"priority": "high"})
        assert ("desk", None) == gone(desk, ticket)
        luis.triage(ticket, {"area": "north"})
        assert expected == gone(desk, ticket)
        luis.assign(ticket, {"assignee": "noa"})
        luis.triage(ticket, {"priority": "low"})
        assert "noa" == gone(desk, ticket)[1]
        assert () == desk.verify().findings


AREAS = st.lists(st.sampled_from(["north", "south"]), min_size=1, max_size=20)
TWO = [
    {"when": NORTH, "team": "desk", "assign": "round_robin"},
    {"when": SOUTH, "team": "board", "assign": "round_robin"},
]


@given(areas=AREAS, cut=st.integers(0, 20))
def test_round_robin_is_fair_to_each_team(areas: list[str], cut: int) -> None:
    """However tickets of two teams come, one by one or together, each member's share differs by one at most."""
    desk = opened_desk(routed(rules=TWO))
    ana = desk.acting_as(ANA)
    tickets = [open_one(desk, area=area) for area in areas[:cut]]
    tickets += [receipt.id for receipt in ana.open_all([document(area=area) for area in areas[cut:]])]
    for team, members in (("desk", TEAM), ("board", ("b1", "b2", "b3"))):
        got = [who for where, who in (gone(desk, ticket) for ticket in tickets) if where == team]
        assert [members[place % 3] for place in range(len(got))] == got


@given(areas=AREAS, cut=st.integers(0, 20), together=st.booleans())
def test_least_loaded_is_never_more_than_one_apart(areas: list[str], cut: int, together: bool) -> None:
    """Of two teams that share members, one by one and together come to the same, and the widest team stays level."""
    rules = [{"when": NORTH, "team": "pair", "assign": "least_loaded"}, {"assign": "least_loaded"}]
    found = []
    for bulk in (False, True):
        desk = opened_desk(routed(rules=rules), [Team(id="pair", name="Pair", members=["luis", "mar"])])
        tickets = [open_one(desk, area=area) for area in areas[:cut]]
        rest = [document(area=area) for area in areas[cut:]]
        ana = desk.acting_as(ANA)
        tickets += [r.id for r in ana.open_all(rest)] if bulk else [ana.open(one).id for one in rest]
        found.append(assignees(desk, tickets))
    assert found[0] == found[1]
    loads = Counter(found[0])
    if "north" not in areas:
        assert max(loads[one] for one in TEAM) - min(loads[one] for one in TEAM) <= 1
    assert abs(loads["luis"] - loads["mar"]) <= 1


@given(
    assign=st.sampled_from(["none", "spread", "round_robin", "least_loaded", "main_contact"]),
    skill=st.sampled_from([None, "sql", "web", "latin"]),
    members=st.sets(st.sampled_from(AGENTS), max_size=4),
    kinds=st.lists(st.sampled_from([None, "sql", "web", "tax"]), min_size=1, max_size=5),
    of_field=st.booleans(),
)
def test_who_gets_it_is_an_agent_who_can(
    assign: str, skill: str | None, members: set[str], kinds: list[str | None], of_field: bool
) -> None:
    """Whatever is said, the assignee is an agent in use: a member with the skill, or the main contact; or nobody is."""
    rule: dict[str, Any] = {"assign": assign}
    if of_field:
        rule["skill_of"] = "type"
    elif skill is not None:
        rule["skill"] = skill
    desk = opened_desk(routed(rules=[rule]), [Team(id="desk", name="Desk", members=members)])
    for kind in kinds:
        who = gone(desk, open_one(desk, **({} if kind is None else {"type": kind})))[1]
        if who is None:
            continue
        agent = desk.catalogue.get("agent", who)
        assert agent.active
        if assign == "main_contact":
            assert "mar" == who
            continue
        wanted = kind if of_field else skill
        assert who in members
        assert wanted in agent.skills or (wanted is None and not of_field)


NAMES = [
    pytest.param(name, marks=pytest.mark.store(reported_as(name)))
    for name in STORE_NAMES
    if reported_as(name) in selected_stores()
]


@pytest.mark.parametrize("name", NAMES)
def test_every_store_finds_the_same_ones(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """In turn, least loaded, by skill and by main contact, one by one and together."""
    rules = [
        TWO[0],
        {"when": SOUTH, "assign": "least_loaded"},
        {"when": {"field": "type", "eq": "web"}, "assign": "spread", "skill_of": "type"},
        {"when": {"field": "priority", "eq": "low"}, "assign": "main_contact"},
    ]
    said = [{"area": "north"}] * 2 + [{"area": "south"}] * 2 + [{"type": "web"}, {"priority": "low"}, {}]
    with open_desk_named(name, routed(rules=rules), tmp_path, server_url=server_url(request, name)) as desk:
        equip(desk)
        one_by_one = [open_one(desk, **one) for one in said]
        assert ["luis", "mar", "noa", "luis", "mar", "mar", None] == assignees(desk, one_by_one)
        together = [receipt.id for receipt in desk.acting_as(ANA).open_all([document(**one) for one in said[:4]])]
        assert ["noa", "luis", "noa", "luis"] == assignees(desk, together)
