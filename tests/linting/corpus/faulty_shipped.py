"""Faulty desks: the shipped ones, damaged as somebody damages them who edits one."""

from __future__ import annotations

from tests.linting.corpus.base import Doc, action, role, state, step, without
from tests.linting.corpus.cases import damaged


@damaged(
    "cltech",
    ("escaping_reopening", "transitions[3]", "open decide:refuse file reopen"),
)
def the_committee_may_reopen_what_it_refused(rules: Doc) -> None:
    rules["approvals"][0]["rejected"] = "refuse"
    rules["states"].append({"key": "rechazado", "category": "closed", "outcome": "cancelled"})
    step(rules, "refuse", ["abierto", "asignado"], "rechazado", "system")
    step(rules, "file", ["rechazado"], "cerrado", "gerente")
    action(rules, "reopen").pop("when")


@damaged(
    "cltech",
    ("never_holds", "roles[3].sees", ""),
    ("stuck_role", "approvals[0]", "open"),
)
def the_committee_sees_what_it_has_agreed_to(rules: Doc) -> None:
    role(rules, "comite")["sees"] = {"field": "approval", "eq": "approved"}


@damaged(
    "cltech",
    ("dead_action", "approvals[0].rejected", "open"),
)
def a_no_of_the_committee_is_taken_too_late(rules: Doc) -> None:
    rules["approvals"][0]["rejected"] = "refuse"
    step(rules, "refuse", ["en_progreso"], "cerrado", "system")


@damaged(
    "cltech",
    ("never_holds", "transitions[1].when", "open:place"),
)
def work_begins_with_what_was_both_agreed_and_not(rules: Doc) -> None:
    action(rules, "start_work")["when"] = {
        "all": [{"field": "approval", "missing": True}, {"field": "approval", "eq": "approved"}]
    }


@damaged(
    "cltech",
    ("shadowed_rule", "routing.rules[1]", ""),
)
def an_area_that_is_none(rules: Doc) -> None:
    rules["routing"]["rules"].insert(1, {"when": {"field": "service", "eq": "pqr"}, "area": "soporte"})


@damaged(
    "noova",
    ("unanswerable_confirmation", "confirmations[0].roles", "open propose_solution"),
)
def staff_confirms_for_the_customer(rules: Doc) -> None:
    rules["confirmations"][0]["roles"] = ["consultor"]


@damaged(
    "noova",
    ("stuck_role", "states[3].waiting_on", "open ask_details"),
    ("stuck_role", "states[4].waiting_on", "open propose_solution"),
    ("stuck_role", "states[5].waiting_on", "open await_agreement"),
    ("dead_action", "transitions[9]", "open ask_details"),
    ("unbeatable_timer", "confirmations[0].silence", "open propose_solution wait:expire"),
    ("unanswerable_confirmation", "confirmations[0].when", "open propose_solution"),
    ("never_holds", "confirmations[0].when", ""),
)
def silence_after_a_millisecond_and_nobody_replies(rules: Doc) -> None:
    role(rules, "cliente")["may"] = ["open"]
    rules["confirmations"][0]["silence"]["after"] = "1ms"
    action(rules, "investigate")["from"] = ["en_curso", "esperando_detalles"]
    action(rules, "cancel")["from"] = ["en_curso", "investigacion"]
    rules["confirmations"][0].pop("reply")
    rules["confirmations"][0]["when"] = {"field": "rating", "missing": False}


@damaged(
    "noova",
    ("trap_state", "states[2]", "open hold"),
    ("stuck_role", "states[2]", "open hold"),
    ("dead_action", "transitions[4]", "open hold"),
)
def what_is_held_is_let_go_by_who_does_not_see_it(rules: Doc) -> None:
    rules["roles"].append(
        {"key": "almacen", "side": "staff", "sees": {"field": "category", "eq": "open"}, "may": ["note"]}
    )
    action(rules, "resume")["roles"] = ["almacen"]
    action(rules, "cancel")["from"] = ["en_curso", "investigacion"]


@damaged(
    "noova",
    ("endless_pause", "states[3]", "open ask_details"),
)
def only_the_customer_ends_a_question(rules: Doc) -> None:
    rules["policies"] = [{"key": "todo", "resolution": {"within": "8h", "calendar": "always"}}]
    del state(rules, "esperando_detalles")["timer"]
    without(rules, "silence")
    action(rules, "investigate")["from"] = ["en_curso", "esperando_cierre"]
    action(rules, "propose_solution")["from"] = ["en_curso", "investigacion"]
    action(rules, "cancel")["from"] = ["en_curso", "investigacion"]


@damaged(
    "noova",
    ("escaping_reopening", "transitions[10]", "open propose_solution validate recover"),
)
def staff_takes_up_what_the_customer_validated(rules: Doc) -> None:
    step(rules, "recover", ["resuelto"], "investigacion", "consultor")


@damaged(
    "noova",
    ("broken_hold", "hold.end", "open lapse:await_agreement"),
)
def the_agreement_is_reached_and_nothing_happens(rules: Doc) -> None:
    action(rules, "agreement_reached")["from"] = ["retenido"]
    action(rules, "resume")["from"] = ["esperando_acuerdo"]


@damaged(
    "noova",
    ("timer_loop", "states[1].timer", "open investigate wait:remind wait:silence"),
)
def questions_go_in_circles(rules: Doc) -> None:
    state(rules, "investigacion")["timer"] = {"after": "24h", "action": "remind"}
    step(rules, "remind", ["investigacion"], "esperando_detalles", "system")
    action(rules, "silence")["to"] = "investigacion"


@damaged(
    "comfanorte",
    ("unreachable_state", "states[1]", ""),
    ("unreachable_state", "states[2]", ""),
    ("trap_state", "states[0]", "open"),
    ("unanswerable_confirmation", "confirmations[0].state", ""),
    ("never_holds", "transitions[0].when", "open"),
)
def only_who_opened_it_handles_it(rules: Doc) -> None:
    action(rules, "handle")["when"] = {"field": "contact", "eq": "@actor.id"}


@damaged(
    "comfanorte",
    ("shadowed_rule", "routing.rules[2]", ""),
)
def a_second_rule_for_the_same_area(rules: Doc) -> None:
    rules["routing"]["rules"].append({"when": {"field": "area", "eq": "servicios_generales"}, "team": "transporte"})


@damaged(
    "comfanorte",
    ("unreachable_state", "states[1]", ""),
    ("unreachable_state", "states[2]", ""),
    ("trap_state", "states[0]", "open"),
    ("unanswerable_confirmation", "confirmations[0].state", ""),
    ("never_holds", "transitions[0].when", "open"),
    ("idle_notice", "notices[3].on", ""),
    ("idle_notice", "notices[4].on", ""),
)
def nobody_is_given_a_case(rules: Doc) -> None:
    role(rules, "asesor")["may"].remove("assign")


@damaged(
    "belenus",
    ("never_holds", "roles[1].only.set_deadline", ""),
)
def only_managers_set_deadlines_and_nobody_is_responsible(rules: Doc) -> None:
    rules["routing"].pop("responsible")
    for one in rules["roles"]:
        one["may"] = [command for command in one["may"] if command != "assign"]


@damaged(
    "belenus",
    ("unreachable_state", "states[2]", ""),
    ("trap_state", "states[0]", "open"),
    ("trap_state", "states[1]", "open close_technically"),
    ("unanswerable_confirmation", "confirmations[0].when", "open close_technically"),
)
def what_waits_for_nobody_is_closed_by_customers(rules: Doc) -> None:
    rules["confirmations"][0]["when"] = {"field": "waiting_on", "eq": "support"}
    del rules["replies"]


@damaged(
    "infoavan",
    ("escaping_reopening", "transitions[3]", "open cancel correct reopen"),
)
def cancelled_by_mistake_and_back_by_a_detour(rules: Doc) -> None:
    step(rules, "correct", ["cancelado"], "cerrado", "personal", requires=["comment"])


@damaged(
    "infoavan",
    ("stuck_role", "transitions[0].waiting_on", "open"),
)
def customers_read_only(rules: Doc) -> None:
    role(rules, "cliente")["may"] = ["open"]
    action(rules, "close")["roles"] = ["personal"]
    action(rules, "cancel")["roles"] = ["personal"]
    action(rules, "reopen")["roles"] = ["personal"]


@damaged(
    "infoavan",
    ("dead_action", "transitions[3]", "open close"),
)
def levels_forbid_what_customers_are_promised(rules: Doc) -> None:
    rules["levels"] = {"reopening": "forbidden"}


@damaged(
    "noova",
    ("unmapped_state", "moves", "open hold"),
    ("contrary_move", "states[5].category", "open await_agreement"),
    after_itself=True,
)
def a_state_is_renamed_and_one_is_final_now(rules: Doc) -> None:
    state(rules, "retenido")["key"] = "detenido"
    for one in rules["transitions"]:
        if "retenido" in one["from"]:
            one["from"] = ["detenido"]
        if one.get("to") == "retenido":
            one["to"] = "detenido"
    without(rules, "agreement_reached")
    del rules["hold"]
    state(rules, "esperando_acuerdo").update(category="closed", outcome="cancelled")
    del state(rules, "esperando_acuerdo")["waiting_on"]
    action(rules, "await_agreement")["roles"] = ["consultor", "soporte"]


@damaged(
    "noova",
    ("unbeatable_timer", "confirmations[0].silence", "open propose_solution wait:expire"),
)
def an_answer_within_a_millisecond(rules: Doc) -> None:
    rules["confirmations"][0]["silence"]["after"] = "1ms"


@damaged(
    "noova",
    ("unbeatable_timer", "states[3].timer", "open ask_details wait:silence"),
)
def details_within_half_a_second(rules: Doc) -> None:
    state(rules, "esperando_detalles")["timer"]["after"] = "500ms"
    action(rules, "silence")["to"] = "cerrado"
