"""Faulty desks: questions, reopenings, moves from former rules."""

from __future__ import annotations

from tests.linting.corpus.base import Doc, action, role, state, step, without
from tests.linting.corpus.cases import faulty, moved

# -- escaping_reopening ------------------------------------------------------------------------------------------------


@faulty(
    ("escaping_reopening", "transitions[9]", "open take propose accept retake"),
)
def staff_reopens_what_was_confirmed(rules: Doc) -> None:
    step(rules, "retake", ["done"], "working", "agent")


@faulty(
    ("escaping_reopening", "transitions[8]", "open take propose accept archive reopen"),
)
def what_was_confirmed_is_archived_and_comes_back(rules: Doc) -> None:
    step(rules, "archive", ["done"], "lapsed", "agent")


@faulty(
    ("escaping_reopening", "transitions[8]", "open cancel close_otherwise reopen"),
)
def what_was_cancelled_comes_back_by_a_detour(rules: Doc) -> None:
    step(rules, "close_otherwise", ["cancelled"], "lapsed", "agent")


@faulty(
    ("escaping_reopening", "transitions[9]", "open take propose accept retake"),
)
def one_of_two_reopenings_forgets_the_yes(rules: Doc) -> None:
    rules["confirmations"][0]["silence"]["to"] = "done"
    rules["states"] = [one for one in rules["states"] if one["key"] != "lapsed"]
    action(rules, "reopen").update({"from": ["done"], "when": {"field": "confirmed", "eq": False}})
    step(rules, "retake", ["done"], "working", "lead")


# -- unanswerable_confirmation -----------------------------------------------------------------------------------------


@faulty(
    ("unanswerable_confirmation", "confirmations[0].roles", "open take propose"),
)
def only_staff_is_asked(rules: Doc) -> None:
    rules["confirmations"][0]["roles"] = ["agent"]


@faulty(
    ("unreachable_state", "states[5]", ""),
    ("unanswerable_confirmation", "confirmations[0].when", "open take propose"),
)
def the_condition_of_the_question_never_holds(rules: Doc) -> None:
    rules["confirmations"][0]["when"] = {"field": "category", "eq": "open"}


@faulty(
    ("unreachable_state", "states[5]", ""),
    ("unanswerable_confirmation", "confirmations[0].roles", "open take propose"),
)
def the_asked_see_only_other_tickets(rules: Doc) -> None:
    rules["roles"].append(
        {"key": "buyer", "side": "customer", "sees": {"field": "state", "eq": "new"}, "may": ["open"]}
    )
    rules["confirmations"][0]["roles"] = ["buyer"]


@faulty(
    ("unreachable_state", "states[4]", ""),
    ("unreachable_state", "states[5]", ""),
    ("unanswerable_confirmation", "confirmations[0].state", ""),
)
def the_question_is_never_come_to(rules: Doc) -> None:
    without(rules, "propose")
    action(rules, "silence")["to"] = "lapsed"


@faulty(
    ("unanswerable_confirmation", "confirmations[0].reply", "open take propose"),
)
def a_reply_answers_that_no_customer_may_give(rules: Doc) -> None:
    role(rules, "customer")["may"] = ["open"]
    state(rules, "asking")["waiting_on"] = "external"
    del state(rules, "asking")["on_reply"]
    without(rules, "answered")
    step(rules, "answered", ["asking"], "working", "customer", "agent")


@faulty(
    ("unreachable_state", "states[5]", ""),
    ("unanswerable_confirmation", "confirmations[0].when", "open take propose"),
)
def asked_who_is_nobodys_contact(rules: Doc) -> None:
    rules["confirmations"][0]["when"] = {"field": "responsible", "eq": "@actor.id"}


# -- unmapped_state, contrary_move -------------------------------------------------------------------------------------


@moved(
    ("unmapped_state", "moves", "open take hold"),
)
def a_state_is_gone(rules: Doc) -> None:
    rules["states"] = [one for one in rules["states"] if one["key"] != "held"]
    without(rules, "hold", "resume")


@moved(
    ("unmapped_state", "moves", "open take propose wait:expire"),
)
def two_states_are_called_otherwise(rules: Doc) -> None:
    for key, new in (("asking", "waiting"), ("lapsed", "over")):
        state(rules, key)["key"] = new
        for one in rules["transitions"]:
            one["from"] = [new if source == key else source for source in one["from"]]
            one["to"] = new if one.get("to") == key else one.get("to")
    rules["confirmations"][0]["silence"]["to"] = "over"
    rules["moves"] = {"asking": "waiting"}


@moved(
    ("contrary_move", "moves.held", "open take hold"),
)
def a_move_that_closes(rules: Doc) -> None:
    rules["states"] = [one for one in rules["states"] if one["key"] != "held"]
    without(rules, "hold", "resume")
    rules["moves"] = {"held": "cancelled"}


@moved(
    ("contrary_move", "states[6].category", "open take propose wait:expire"),
)
def a_state_that_was_final(rules: Doc) -> None:
    lapsed = state(rules, "lapsed")
    lapsed.update(category="solved")
    del lapsed["outcome"]
    step(rules, "settle", ["lapsed"], "done", "agent")
