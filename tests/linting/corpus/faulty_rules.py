"""Faulty desks: conditions and rules."""

from __future__ import annotations

from tests.linting.corpus.base import Doc, action, role, state, step
from tests.linting.corpus.cases import IS_ME, agreed, faulty

# -- never_holds, shadowed_rule, unknown_value -------------------------------------------------------------------------


@faulty(
    ("never_holds", "transitions[4].when", "open take"),
)
def a_condition_on_another_state(rules: Doc) -> None:
    action(rules, "hold")["when"] = {"field": "state", "ne": "working"}
    action(rules, "hold")["from"] = ["working"]
    step(rules, "park", ["new"], "held", "agent")


@faulty(
    ("never_holds", "lists[0].where", ""),
)
def a_contradiction_in_a_list(rules: Doc) -> None:
    both = [{"field": "state", "eq": "new"}, {"field": "is_open", "eq": False}]
    rules["lists"] = [{"key": "mine", "where": {"all": both}}]


@faulty(
    ("never_holds", "notices[0].when", ""),
)
def a_notice_of_what_nothing_gives(rules: Doc) -> None:
    rules["notices"][0]["when"] = {"field": "urgency", "missing": False}


@faulty(
    ("never_holds", "boards[0].cells[0].where", ""),
)
def a_box_that_is_always_empty(rules: Doc) -> None:
    cells = [
        {"key": "a", "where": {"field": "rated", "eq": True}},
        {"key": "b", "where": {"field": "rated", "eq": False}},
    ]
    rules["boards"] = [{"key": "all", "partition": True, "cells": cells}]


@faulty(
    ("never_holds", "form[3].when", ""),
)
def a_field_that_is_never_asked(rules: Doc) -> None:
    both = [{"field": "form.type", "eq": "change"}, {"field": "form.type", "eq": "question"}]
    rules["form"].append({"key": "why", "kind": "title", "when": {"all": both}})


@faulty(
    ("never_holds", "roles[2].only.reply", ""),
)
def a_reply_on_a_condition_that_never_holds(rules: Doc) -> None:
    role(rules, "lead").update(may=["note", "reply"], only={"reply": {"field": "waiting_on", "eq": "external"}})


@faulty(
    ("never_holds", "roles[2].sees", ""),
)
def a_team_of_which_no_ticket_is(rules: Doc) -> None:
    rules["routing"] = {}
    role(rules, "agent")["may"].remove("assign")
    rules["notices"][0]["to"] = ["contact"]
    role(rules, "lead")["sees"] = "teams"
    action(rules, "cancel")["roles"] = ["agent"]


@faulty(
    ("never_holds", "roles[2].sees", ""),
    ("never_holds", "approvals[0].when", ""),
)
def an_approval_that_no_ticket_needs(rules: Doc) -> None:
    agreed(rules)
    rules["approvals"][0]["when"] = {"all": [{"field": "type", "eq": "change"}, {"field": "state", "eq": "working"}]}
    rules["triage"] = ["priority", "area"]


@faulty(
    ("never_holds", "transitions[4].when", "open take"),
)
def only_the_assigned_and_never_anybody_is(rules: Doc) -> None:
    role(rules, "agent")["may"].remove("assign")
    del action(rules, "take")["assign"]
    action(rules, "hold")["when"] = IS_ME
    step(rules, "park", ["working"], "held", "lead")
    rules["notices"][1]["to"] = ["contact"]


@faulty(
    ("never_holds", "transitions[9].when", "open take hold"),
)
def a_timer_asks_who_acts(rules: Doc) -> None:
    state(rules, "held")["timer"] = {"after": "48h", "action": "wake"}
    step(rules, "wake", ["held"], "working", "system", when=IS_ME)


@faulty(
    ("never_holds", "policies[0].when", ""),
)
def a_policy_for_what_nothing_gives(rules: Doc) -> None:
    rules["policies"].insert(
        0,
        {
            "key": "web",
            "when": {"field": "origin", "missing": False},
            "resolution": {"within": "1h", "calendar": "always"},
        },
    )


@faulty(
    ("shadowed_rule", "routing.rules[1]", ""),
)
def a_route_behind_one_that_takes_more(rules: Doc) -> None:
    rules["routing"]["rules"] = [
        {"when": {"field": "type", "missing": False}, "team": "desk"},
        {"when": {"field": "type", "eq": "change"}, "team": "board"},
    ]


@faulty(
    ("shadowed_rule", "routing.rules[1]", ""),
)
def a_route_behind_one_that_takes_everything(rules: Doc) -> None:
    rules["routing"]["rules"] = [{"team": "desk"}, {"when": {"field": "type", "eq": "change"}, "team": "board"}]


@faulty(
    ("shadowed_rule", "policies[2]", ""),
)
def a_policy_behind_two_that_take_everything(rules: Doc) -> None:
    target = {"within": "1h", "calendar": "always"}
    rules["policies"][:0] = [
        {"key": "some", "when": {"field": "type", "missing": False}, "resolution": target},
        {"key": "none", "when": {"field": "type", "missing": True}, "resolution": target},
    ]


@faulty(
    ("unknown_value", "transitions[0].when.ne", ""),
)
def a_slip_of_the_pen(rules: Doc) -> None:
    action(rules, "take")["when"] = {"field": "priority", "ne": "hihg"}


@faulty(
    ("unknown_value", "lists[0].where.any[0].eq", ""),
)
def a_list_of_a_state_that_there_is_not(rules: Doc) -> None:
    rules["lists"] = [
        {"key": "open", "where": {"any": [{"field": "state", "eq": "open"}, {"field": "state", "eq": "working"}]}}
    ]


@faulty(
    ("no_partition", "boards[0].partition", ""),
)
def boxes_that_leave_a_gap(rules: Doc) -> None:
    rules["boards"] = [
        {"key": "b", "partition": True, "cells": [{"key": "open", "where": {"field": "is_open", "eq": True}}]}
    ]


# -- broken_hold, idle_notice ------------------------------------------------------------------------------------------


@faulty(
    ("broken_hold", "hold.end", "open take lapse:freeze"),
)
def what_is_on_hold_is_never_taken_up(rules: Doc) -> None:
    rules["hold"] = {"begin": "freeze", "end": "thaw"}
    step(rules, "freeze", ["working"], "held", "system")
    step(rules, "thaw", ["asking"], "working", "system")


@faulty(
    ("broken_hold", "hold.begin", ""),
)
def a_hold_that_leads_nowhere(rules: Doc) -> None:
    rules["hold"] = {"begin": "freeze", "end": "thaw"}
    step(rules, "freeze", ["working"], None, "system")
    step(rules, "thaw", ["held"], "working", "system")


@faulty(
    ("idle_notice", "notices[2].on", ""),
)
def a_notice_of_an_approval_that_is_never_asked(rules: Doc) -> None:
    rules["notices"].append({"key": "asked", "on": "approval_asked", "to": ["voters"], "channel": "email"})


@faulty(
    ("idle_notice", "notices[2].to", ""),
)
def a_notice_to_whom_nobody_ever_is(rules: Doc) -> None:
    role(rules, "agent")["may"].remove("assign")
    rules["notices"].append({"key": "told", "on": "replied", "to": ["responsible"], "channel": "email"})


@faulty(
    ("idle_notice", "notices[2].on", ""),
    ("unused_part", "survey", ""),
)
def a_notice_of_a_rating_that_nobody_gives(rules: Doc) -> None:
    rules["survey"] = {}
    rules["notices"].append({"key": "rated", "on": "rated", "to": ["assignee"], "channel": "email"})


@faulty(
    ("never_holds", "lists[0].where", ""),
)
def a_range_without_an_inside(rules: Doc) -> None:
    empty = {"field": "number", "range": {"from": 10, "before": 10}}
    rules["lists"] = [{"key": "none", "where": {"any": [empty, {"all": [{"field": "state", "eq": "new"}, empty]}]}}]


# -- notices and questions where they act ------------------------------------------------------------------------------


@faulty(
    ("never_holds", "notices[1].when", ""),
)
def a_notice_of_an_action_that_leads_elsewhere(rules: Doc) -> None:
    rules["notices"][1].update(actions=["hold"], when={"field": "state", "eq": "asking"})


@faulty(
    ("never_holds", "notices[0].when", ""),
)
def a_notice_of_an_opening_in_a_later_state(rules: Doc) -> None:
    rules["notices"][0]["when"] = {"field": "category", "eq": "closed"}


@faulty(
    ("never_holds", "questions[0].where", ""),
)
def a_question_asked_where_no_answer_leads_on(rules: Doc) -> None:
    where = {"all": [{"field": "@actor.roles", "has": "customer"}, {"field": "state", "eq": "asking"}]}
    rules["questions"] = [{"key": "again", "where": where, "answers": ["reopen"]}]


# -- unfillable_field --------------------------------------------------------------------------------------------------


@faulty(
    ("unfillable_field", "form[3]", ""),
)
def a_pattern_longer_than_its_limit(rules: Doc) -> None:
    isbn = {"key": "isbn", "kind": "title", "pattern": "[0-9]{13}|97[89]-[0-9]{10}", "limit": 12, "required": True}
    rules["form"].append(isbn)


@faulty(
    ("unfillable_field", "forms[0].fields[1]", ""),
)
def no_whole_number_in_between(rules: Doc) -> None:
    asked = {"key": "seats", "kind": "number", "whole": True, "minimum": 0.2, "maximum": 0.8}
    rules["forms"] = [{"key": "room", "variant": "room", "fields": [{"key": "subject", "required": True}, asked]}]


# -- unused_part -------------------------------------------------------------------------------------------------------


@faulty(
    ("unused_part", "ladders[1]", ""),
)
def a_ladder_that_nothing_climbs(rules: Doc) -> None:
    steps = [{"at": 100, "priority": "high"}]
    rules["ladders"] = [{"key": "used", "steps": steps}, {"key": "left", "steps": steps}]
    rules["policies"][0]["resolution"]["ladder"] = "used"


@faulty(
    ("unused_part", "survey", ""),
)
def a_survey_that_nobody_answers(rules: Doc) -> None:
    rules["survey"] = {"scale": "stars"}


@faulty(
    ("unused_part", "menu[1]", ""),
)
def an_entry_that_leads_nowhere(rules: Doc) -> None:
    rules["lists"] = [{"key": "all"}, {"key": "mine", "roles": ["customer"]}]
    rules["menu"] = [{"key": "all", "list": "all"}, {"key": "mine", "list": "mine", "roles": ["agent"]}]
