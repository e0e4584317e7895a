"""Faulty desks: people who wait for others, timers, clocks that stand still."""

from __future__ import annotations

from tests.linting.corpus.base import Doc, action, role, state, step, without
from tests.linting.corpus.cases import agreed, faulty

# -- stuck_role --------------------------------------------------------------------------------------------------------


@faulty(
    ("unreachable_state", "states[5]", ""),
    ("stuck_role", "states[4].waiting_on", "open take propose"),
    ("unbeatable_timer", "confirmations[0].silence", "open take propose wait:expire"),
    ("unanswerable_confirmation", "confirmations[0].roles", "open take propose"),
    ("unanswerable_confirmation", "confirmations[0].reply", "open take propose"),
)
def customers_do_not_see_what_is_proposed(rules: Doc) -> None:
    role(rules, "customer")["sees"] = {"field": "category", "in": ["new", "open", "pending", "closed"]}


@faulty(
    ("never_holds", "roles[1].sees", ""),
    ("never_holds", "roles[2].sees", ""),
    ("unreachable_state", "states[1]", ""),
    ("unreachable_state", "states[2]", ""),
    ("unreachable_state", "states[3]", ""),
    ("unreachable_state", "states[4]", ""),
    ("unreachable_state", "states[5]", ""),
    ("unreachable_state", "states[6]", ""),
    ("unreachable_state", "states[7]", ""),
    ("trap_state", "states[0]", "open"),
    ("stuck_role", "states[0].waiting_on", "open"),
    ("stuck_role", "states[0]", "open"),
    ("dead_action", "transitions[0]", "open"),
    ("dead_action", "transitions[7]", "open"),
    ("unanswerable_confirmation", "confirmations[0].state", ""),
)
def nobody_of_staff_sees_a_new_ticket(rules: Doc) -> None:
    for one in ("agent", "lead"):
        role(rules, one)["sees"] = "assigned"


@faulty(
    ("stuck_role", "states[2].waiting_on", "open take ask"),
    ("dead_action", "transitions[3]", "open take ask"),
    ("unanswerable_confirmation", "confirmations[0].reply", "open take propose"),
)
def customers_can_do_nothing_where_they_are_waited_for(rules: Doc) -> None:
    role(rules, "customer")["may"] = ["open"]


@faulty(
    ("trap_state", "states[3]", "open take hold"),
    ("stuck_role", "states[3]", "open take hold"),
    ("dead_action", "transitions[5]", "open take hold"),
    ("endless_pause", "states[3]", "open take hold"),
)
def only_a_role_that_does_not_see_it_could_go_on(rules: Doc) -> None:
    role(rules, "lead")["sees"] = {"field": "category", "ne": "on_hold"}
    action(rules, "resume")["roles"] = ["lead"]


@faulty(
    ("never_holds", "roles[2].sees", ""),
    ("stuck_role", "approvals[0]", "open"),
)
def the_committee_does_not_see_what_waits_for_it(rules: Doc) -> None:
    agreed(rules)
    action(rules, "take")["when"] = {
        "any": [{"field": "approval", "missing": True}, {"field": "approval", "eq": "approved"}]
    }
    role(rules, "lead")["sees"] = {"field": "approval", "eq": "approved"}


@faulty(
    ("stuck_role", "transitions[3].waiting_on", "open take"),
)
def an_action_waits_for_customers_who_may_do_nothing(rules: Doc) -> None:
    role(rules, "customer")["may"] = ["open"]
    del rules["confirmations"]
    without(rules, "answered", "silence", "ask", "reopen", "propose", "hold", "resume")
    rules["states"] = [one for one in rules["states"] if one["key"] in ("new", "working", "done", "cancelled")]
    step(rules, "close", ["working"], "done", "agent")
    step(rules, "tell", ["working"], None, "agent", requires=["comment"], waiting_on="customer")
    rules["replies"] = {"staff": "customer"}


# -- timer_loop, unbeatable_timer --------------------------------------------------------------------------------------


@faulty(
    ("timer_loop", "states[1].timer", "open take wait:nudge wait:silence"),
)
def two_timers_that_lead_to_each_other(rules: Doc) -> None:
    state(rules, "working")["timer"] = {"after": "24h", "action": "nudge"}
    step(rules, "nudge", ["working"], "asking", "system")
    action(rules, "silence")["to"] = "working"


@faulty(
    ("timer_loop", "states[3].timer", "open take hold wait:remind wait:expire"),
)
def silence_asks_again_and_again(rules: Doc) -> None:
    rules["confirmations"][0]["silence"] = {"after": "72h", "action": "expire", "to": "held"}
    state(rules, "held")["timer"] = {"after": "24h", "action": "remind"}
    step(rules, "remind", ["held"], "proposed", "system")
    action(rules, "reopen")["from"] = ["done"]
    rules["states"] = [one for one in rules["states"] if one["key"] != "lapsed"]


@faulty(
    ("timer_loop", "states[0].timer", "open wait:remind"),
)
def a_reminder_that_begins_anew(rules: Doc) -> None:
    state(rules, "new")["timer"] = {"after": "1h", "action": "remind"}
    step(rules, "remind", ["new"], "new", "system")


@faulty(
    ("timer_loop", "states[0].timer", "open wait:from_new wait:from_working wait:from_held"),
)
def three_timers_in_a_ring(rules: Doc) -> None:
    for key, to in (("working", "held"), ("held", "new"), ("new", "working")):
        state(rules, key)["timer"] = {"after": "8h", "action": f"from_{key}"}
        step(rules, f"from_{key}", [key], to, "system")


@faulty(
    ("unbeatable_timer", "states[2].timer", "open take ask wait:silence"),
)
def a_question_that_closes_whatever_is_answered(rules: Doc) -> None:
    del state(rules, "asking")["on_reply"]
    without(rules, "answered")
    action(rules, "silence")["to"] = "lapsed"


@faulty(
    ("unbeatable_timer", "states[4].timer", "open take propose wait:expire"),
)
def a_proposal_that_only_silence_ends(rules: Doc) -> None:
    del rules["confirmations"]
    state(rules, "proposed")["timer"] = {"after": "72h", "action": "expire"}
    step(rules, "expire", ["proposed"], "lapsed", "system")
    action(rules, "reopen")["from"] = ["done", "lapsed"]
    step(rules, "finish", ["working"], "done", "agent")


@faulty(
    ("unbeatable_timer", "states[2].timer", "open take ask wait:silence wait:fade"),
    ("unbeatable_timer", "states[8].timer", "open take ask wait:silence wait:fade"),
)
def two_timers_in_a_row_and_nobody_between(rules: Doc) -> None:
    del state(rules, "asking")["on_reply"]
    without(rules, "answered")
    rules["states"].append({"key": "fading", "category": "pending", "timer": {"after": "24h", "action": "fade"}})
    action(rules, "silence")["to"] = "fading"
    step(rules, "fade", ["fading"], "lapsed", "system")


@faulty(
    ("dead_action", "transitions[8]", "open take ask"),
    ("unbeatable_timer", "states[2].timer", "open take ask wait:silence"),
)
def those_who_could_stop_it_do_not_see_it(rules: Doc) -> None:
    state(rules, "asking").pop("on_reply")
    without(rules, "answered")
    action(rules, "silence")["to"] = "lapsed"
    step(rules, "stop", ["asking"], "working", "lead")
    role(rules, "lead")["sees"] = {"field": "category", "ne": "pending"}


# -- endless_pause -----------------------------------------------------------------------------------------------------


@faulty(
    ("endless_pause", "states[2]", "open take ask"),
)
def a_question_that_waits_for_ever(rules: Doc) -> None:
    del state(rules, "asking")["timer"]
    without(rules, "silence")


@faulty(
    ("endless_pause", "states[3]", "open take hold"),
)
def a_promise_that_waits_for_the_customer(rules: Doc) -> None:
    rules["levels"]["pause"] = {"field": "waiting_on", "eq": "customer"}
    action(rules, "resume")["roles"] = ["customer"]
    state(rules, "held")["waiting_on"] = "customer"


@faulty(
    ("endless_pause", "states[3]", "open take hold"),
    ("endless_pause", "states[8]", "open take hold resume"),
)
def staff_leads_only_to_another_pause(rules: Doc) -> None:
    rules["states"].append({"key": "parked", "category": "pending"})
    action(rules, "resume")["to"] = "parked"
    step(rules, "back", ["parked"], "working", "customer")


@faulty(
    ("endless_pause", "levels.pause", "open"),
)
def clocks_that_never_run(rules: Doc) -> None:
    rules["levels"]["pause"] = {"field": "category", "in": ["new", "open", "pending", "on_hold"]}
