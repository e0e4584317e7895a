"""Faulty desks: who opens, which states and actions there are."""

from __future__ import annotations

from tests.linting.corpus.base import Doc, action, role, state, step, without
from tests.linting.corpus.cases import GUEST, agreed, faulty

# -- nobody_opens, unused_role -----------------------------------------------------------------------------------------


@faulty(("nobody_opens", "roles", ""))
def no_role_opens(rules: Doc) -> None:
    for one in rules["roles"]:
        one["may"] = [name for name in one["may"] if name != "open"]


@faulty(("unused_role", "roles[3]", ""))
def a_guest_who_may_nothing(rules: Doc) -> None:
    rules["roles"].append(GUEST)


@faulty(("unused_role", "roles[3]", ""))
def a_helper_who_may_nothing(rules: Doc) -> None:
    rules["roles"].append({"key": "helper", "side": "staff", "sees": "assigned", "may": []})


# -- unreachable_state -------------------------------------------------------------------------------------------------


@faulty(("unreachable_state", "states[8]", ""))
def an_orphan(rules: Doc) -> None:
    rules["states"].append({"key": "limbo", "category": "open"})
    step(rules, "leave", ["limbo"], "done", "agent")


@faulty(("unreachable_state", "states[8]", ""), ("never_holds", "transitions[9].when", "open"))
def behind_a_condition_on_the_state(rules: Doc) -> None:
    rules["states"].append({"key": "limbo", "category": "closed", "outcome": "resolved"})
    step(rules, "sink", ["new"], "limbo", "agent", when={"field": "category", "eq": "solved"})


@faulty(
    ("unreachable_state", "states[8]", ""),
    ("never_holds", "transitions[9].when", "open"),
)
def behind_a_value_that_nothing_gives(rules: Doc) -> None:
    rules["triage"] = ["type", "priority"]
    rules["states"].append({"key": "limbo", "category": "closed", "outcome": "resolved"})
    step(rules, "sink", ["new"], "limbo", "agent", when={"field": "area", "eq": "north"})


@faulty(("unreachable_state", "states[8]", ""), ("dead_action", "transitions[9]", "open"))
def behind_a_reply_that_nobody_gives(rules: Doc) -> None:
    for one in ("agent", "customer"):
        role(rules, one)["may"].remove("reply")
    rules["roles"][2]["may"].append("reply")
    rules["states"].append({"key": "limbo", "category": "closed", "outcome": "resolved"})
    state(rules, "new")["on_reply"] = {"customer": "sink"}
    step(rules, "sink", ["new"], "limbo", "system")
    del state(rules, "asking")["on_reply"]
    without(rules, "answered")
    step(rules, "answer", ["asking"], "working", "customer")
    del rules["confirmations"][0]["reply"]
    rules["transitions"].sort(key=lambda entry: entry["action"] == "sink")


@faulty(("unreachable_state", "states[8]", ""), ("dead_action", "transitions[9]", "open take"))
def behind_an_action_of_a_role_that_does_not_see(rules: Doc) -> None:
    role(rules, "lead")["sees"] = {"field": "category", "eq": "new"}
    rules["states"].append({"key": "limbo", "category": "closed", "outcome": "resolved"})
    step(rules, "sink", ["working"], "limbo", "lead")


@faulty(("unreachable_state", "states[8]", ""), ("never_holds", "transitions[9].when", "open"))
def behind_an_approval_that_nobody_asks_for(rules: Doc) -> None:
    rules["states"].append({"key": "limbo", "category": "closed", "outcome": "resolved"})
    step(rules, "sink", ["new"], "limbo", "agent", when={"field": "approval", "eq": "approved"})


@faulty(("unreachable_state", "states[8]", ""), ("dead_action", "transitions[9]", "open"))
def behind_work_that_nobody_is_given(rules: Doc) -> None:
    role(rules, "agent")["may"].remove("assign")
    state(rules, "new")["on_assign"] = "begin"
    rules["states"].append({"key": "begun", "category": "closed", "outcome": "resolved"})
    step(rules, "begin", ["new"], "begun", "system")


# -- trap_state --------------------------------------------------------------------------------------------------------


@faulty(("trap_state", "states[8]", "open take drop"))
def a_pit(rules: Doc) -> None:
    rules["states"].append({"key": "pit", "category": "solved"})
    step(rules, "drop", ["working"], "pit", "agent")


@faulty(("trap_state", "states[8]", "open drop"), ("trap_state", "states[9]", "open drop sway"))
def two_states_that_lead_to_each_other(rules: Doc) -> None:
    rules["states"] += [{"key": "left", "category": "open"}, {"key": "right", "category": "open"}]
    step(rules, "drop", ["new"], "left", "agent")
    step(rules, "sway", ["left"], "right", "agent")
    step(rules, "swing", ["right"], "left", "agent")


@faulty(("trap_state", "states[3]", "open take hold"), ("endless_pause", "states[3]", "open take hold"))
def nothing_leads_out_of_a_hold(rules: Doc) -> None:
    without(rules, "resume")


@faulty(
    ("trap_state", "states[8]", "open check decide"),
)
def what_was_rejected_is_checked_for_ever(rules: Doc) -> None:
    agreed(rules)
    rules["states"].append({"key": "checked", "category": "solved"})
    step(rules, "check", ["new"], "checked", "agent", when={"field": "approval", "missing": False})
    step(rules, "pass", ["checked"], "done", "agent", when={"field": "approval", "ne": "rejected"})


@faulty(
    ("trap_state", "states[8]", "open take open_up"),
    ("timer_loop", "states[8].timer", "open take open_up wait:tick"),
)
def a_pit_with_a_clock(rules: Doc) -> None:
    rules["states"].append({"key": "pit", "category": "open", "timer": {"after": "24h", "action": "tick"}})
    step(rules, "open_up", ["working"], "pit", "agent")
    step(rules, "tick", ["pit"], "pit", "system")


# -- dead_action -------------------------------------------------------------------------------------------------------


@faulty(
    ("dead_action", "transitions[9]", "open take"),
)
def the_desks_own_action_that_nothing_takes(rules: Doc) -> None:
    step(rules, "nudge", ["working"], "asking", "system")


@faulty(
    ("dead_action", "transitions[9]", "open take"),
)
def an_action_of_those_who_never_see_it_there(rules: Doc) -> None:
    rules["roles"].append({"key": "helper", "side": "staff", "sees": {"field": "state", "eq": "held"}, "may": ["note"]})
    step(rules, "finish", ["working"], "proposed", "helper")


@faulty(
    ("dead_action", "transitions[8]", "open take propose wait:expire"),
)
def a_reopening_that_the_levels_forbid(rules: Doc) -> None:
    rules["levels"]["reopening"] = "forbidden"


@faulty(
    ("dead_action", "transitions[8].from", "open take propose wait:expire"),
)
def a_reopening_among_others_that_the_levels_forbid(rules: Doc) -> None:
    rules["levels"]["reopening"] = "forbidden"
    action(rules, "reopen")["from"] = ["held", "lapsed"]


@faulty(
    ("dead_action", "states[0].on_assign", "open"),
)
def work_begins_by_an_assignment_that_nobody_makes(rules: Doc) -> None:
    role(rules, "agent")["may"].remove("assign")
    state(rules, "new")["on_assign"] = "begin"
    step(rules, "begin", ["new"], "working", "agent", "system")


@faulty(
    ("dead_action", "states[0].on_triage", "open"),
)
def an_area_that_no_ticket_ever_has(rules: Doc) -> None:
    rules["triage"] = ["type"]
    state(rules, "new")["on_triage"] = "begin"
    step(rules, "begin", ["new"], "working", "agent", "system")


@faulty(
    ("dead_action", "approvals[0].approved", "open"),
)
def what_the_committee_decides_leads_out_of_nowhere(rules: Doc) -> None:
    agreed(rules)
    rules["approvals"][0]["approved"] = "go"
    action(rules, "take")["when"] = {
        "any": [{"field": "approval", "missing": True}, {"field": "approval", "eq": "approved"}]
    }
    step(rules, "go", ["held"], "working", "system")
    rules["triage"] = ["priority", "area"]


@faulty(
    ("dead_action", "states[2].on_reply.staff", "open take ask"),
)
def a_reply_of_staff_that_may_not_reply(rules: Doc) -> None:
    role(rules, "agent")["may"].remove("reply")
    state(rules, "asking")["on_reply"]["staff"] = "withdraw"
    step(rules, "withdraw", ["asking"], "working", "agent", "system")


@faulty(
    ("dead_action", "states[3].timer", "open take hold"),
)
def a_timer_whose_action_is_always_refused(rules: Doc) -> None:
    state(rules, "held")["timer"] = {"after": "48h", "action": "resume"}
    action(rules, "resume").update(roles=["agent", "system"], when={"field": "@actor.roles", "has": "agent"})


# -- what the desk does by itself, on behalf of whoever sets it off ----------------------------------------------


@faulty(
    ("dead_action", "transitions[9]", "open"),
)
def staff_assigns_and_only_the_customer_sets_it_off(rules: Doc) -> None:
    role(rules, "agent")["may"].remove("open")
    state(rules, "new")["on_assign"] = "begin"
    step(rules, "begin", ["new"], "working", "system", when={"field": "contact", "eq": "@actor.id"})


@faulty(
    ("never_holds", "transitions[3].when", "open take ask"),
)
def customers_answer_where_only_the_assigned_is_heard(rules: Doc) -> None:
    action(rules, "answered")["when"] = {"field": "assignee", "eq": "@actor.id"}


@faulty(
    ("dead_action", "approvals[0].approved", "open"),
)
def the_committee_agrees_and_only_the_customer_sets_it_off(rules: Doc) -> None:
    agreed(rules)
    role(rules, "agent")["may"].remove("open")
    rules["approvals"][0]["approved"] = "go"
    step(rules, "go", ["new"], "working", "system", when={"field": "contact", "eq": "@actor.id"})


@faulty(
    ("never_holds", "transitions[9].when", "open take hold"),
)
def the_desk_itself_is_nobody_on_whom_it_depends(rules: Doc) -> None:
    state(rules, "held")["timer"] = {"after": "48h", "action": "wake"}
    step(rules, "wake", ["held"], "working", "system", when={"field": "assignee", "eq": "@actor.id"})
