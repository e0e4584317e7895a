"""Sound desks, the small ones; some look odd and are right."""

from __future__ import annotations

from typing import Any

from tests.linting.corpus.base import Doc

CUSTOMER = {"key": "customer", "side": "customer", "sees": "customers", "may": ["open", "reply"]}
AGENT = {"key": "agent", "side": "staff", "sees": "all", "may": ["reply", "note"]}
MINE = {"field": "assignee", "eq": "@actor.id"}
USER = {"key": "user", "side": "customer", "sees": "own", "may": ["open", "reply"]}
ALWAYS = {"within": "8h", "calendar": "always"}


def state(key: str, category: str, waiting_on: str | None = None, **more: Any) -> Doc:
    """Return a state; the outcome of a closed one is ``resolved`` unless it says otherwise."""
    outcome = {"outcome": "resolved"} if category == "closed" else {}
    waiting = {} if waiting_on is None else {"waiting_on": waiting_on}
    return {"key": key, "category": category, **outcome, **waiting, **more}


def step(action: str, sources: str, to: str | None, roles: str, **more: Any) -> Doc:
    """Return an action; states and roles are separated by blanks."""
    source: Any = sources if sources == "*" else sources.split()
    target = {} if to is None else {"to": to}
    return {"action": action, "from": source, **target, "roles": roles.split(), **more}


def desk(key: str, states: list[Doc], transitions: list[Doc], roles: list[Doc] | None = None, **more: Any) -> Doc:
    """Return rules; the first state is the initial one."""
    return {
        "format": 1,
        "key": key,
        "zone": "Europe/Madrid",
        "languages": ["en"],
        "customer": "required",
        "initial": states[0]["key"],
        "triage": [],
        "roles": roles or [CUSTOMER, AGENT],
        "form": [{"key": "subject", "required": True}],
        "states": states,
        "transitions": transitions,
        **more,
    }


def after(span: str, action: str) -> Doc:
    """Return a timer."""
    return {"after": span, "action": action}


NEW = state("new", "new", "support")
OPEN, DONE = state("open", "open", "support"), state("done", "closed")
CANCELLED = state("cancelled", "closed", outcome="cancelled")
CLOSE = step("close", "open", "done", "agent")
PENDING = "pending"

SMALL = (
    desk("two-states", [OPEN, DONE], [CLOSE]),
    # solved tickets close by themselves, and nobody can do anything about it
    desk(
        "auto-close",
        [OPEN, state("solved", "solved", timer=after("72h", "settle")), DONE],
        [step("solve", "open", "solved", "agent"), step("settle", "solved", "done", "system")],
    ),
    # what is called off rests for a week, in which it may be taken back
    desk(
        "cooling-off",
        [OPEN, state("leaving", PENDING, "customer", timer=after("7d", "leave")), DONE, CANCELLED],
        [
            CLOSE,
            step("call_off", "open", "leaving", "customer"),
            step("stay", "leaving", "open", "customer"),
            step("leave", "leaving", "cancelled", "system"),
        ],
    ),
    # nobody works on a ticket in its first hour
    desk(
        "first-hour",
        [state("fresh", "new", timer=after("1h", "begin")), OPEN, DONE],
        [step("begin", "fresh", "open", "system"), CLOSE],
    ),
    # somebody who only looks on
    desk(
        "looking-on",
        [OPEN, DONE],
        [CLOSE],
        [CUSTOMER, AGENT, {"key": "auditor", "side": "staff", "sees": "all", "may": []}],
    ),
    # a customer may only open, and a reply is never waited for
    desk("one-way", [OPEN, DONE], [CLOSE], [{**CUSTOMER, "may": ["open"]}, AGENT]),
    # people of the house, no customers, no side of customers
    desk(
        "internal",
        [OPEN, state("asking", PENDING, "external"), DONE],
        [CLOSE, step("ask", "open", "asking", "agent"), step("heard", "asking", "open", "agent")],
        [{**AGENT, "may": ["open", "reply", "note"]}],
        customer="none",
    ),
    # people of the house ask, and see only their own
    desk(
        "house",
        [
            OPEN,
            state("asking", PENDING, "customer", on_reply={"customer": "answered"}, timer=after("7d", "forget")),
            DONE,
        ],
        [
            CLOSE,
            step("ask", "open", "asking", "agent", requires=["comment"]),
            step("answered", "asking", "open", "system"),
            step("forget", "asking", "done", "system"),
        ],
        [{**CUSTOMER, "sees": "own"}, AGENT],
        customer="none",
    ),
    # the customer alone closes, and opens again
    desk(
        "customer-closes",
        [OPEN, DONE],
        [step("close", "open", "done", "customer"), step("reopen", "done", "open", "customer")],
    ),
    # what was cancelled may be taken up by staff at once, also by way of what is done
    desk(
        "second-thoughts",
        [OPEN, DONE, CANCELLED],
        [
            CLOSE,
            step("cancel", "open", "cancelled", "agent"),
            step("take_up", "cancelled done", "open", "agent"),
            step("close_after_all", "cancelled", "done", "agent"),
        ],
    ),
    # a state that people leave and come back to, with no way on but out of the other
    desk(
        "ping-pong",
        [OPEN, state("away", "on_hold", "vendor"), state("back", "open", "support"), DONE],
        [
            step("send", "open back", "away", "agent"),
            step("fetch", "away", "back", "agent"),
            step("close", "back", "done", "agent"),
        ],
    ),
    # a chain of eight states, one after the other
    desk(
        "chain",
        [*(state(f"s{place}", "open", "support") for place in range(8)), DONE],
        [step(f"go{place}", f"s{place}", f"s{place + 1}" if place < 7 else "done", "agent") for place in range(8)],
    ),
    # a reminder runs once: it leads nowhere and the timer is gone
    desk(
        "reminder",
        [state("open", "open", "support", timer=after("24h", "remind")), DONE],
        [step("remind", "open", None, "system"), CLOSE],
    ),
    # the pause of a question is ended by staff, whenever it likes
    desk(
        "pause-of-staff",
        [OPEN, state("asking", PENDING, "customer"), DONE],
        [
            step("ask", "open", "asking", "agent"),
            step("go_on", "asking", "open", "agent"),
            CLOSE,
        ],
        policies=[{"key": "all", "resolution": ALWAYS}],
    ),
    # a question pauses nothing that is promised
    desk(
        "promise-that-never-pauses",
        [OPEN, state("asking", PENDING, "customer", on_reply={"customer": "answered"}), DONE],
        [
            step("ask", "open", "asking", "agent"),
            step("answered", "asking", "open", "system"),
            CLOSE,
        ],
        policies=[{"key": "all", "resolution": {**ALWAYS, "pauses": False}}],
    ),
    # nobody is assigned what nobody took; notices go to the team
    desk(
        "pull",
        [NEW, OPEN, DONE],
        [
            step("pull", "new", "open", "agent", assign="actor"),
            step("drop", "open", "new", "agent", assign="nobody", when=MINE),
            step("close", "open", "done", "agent", when=MINE),
        ],
        [
            USER,
            {
                "key": "agent",
                "side": "staff",
                "sees": {"any": [{"field": "assignee", "missing": True}, MINE]},
                "may": ["reply", "note"],
            },
        ],
        routing={"team": "desk"},
        notices=[
            {"key": "opened", "on": "opened", "to": ["team"], "channel": "chat"},
            {
                "key": "replied",
                "on": "replied",
                "when": {"field": "assignee", "missing": False},
                "to": ["assignee"],
                "channel": "chat",
            },
        ],
    ),
    # a lead sees that somebody else has a look at what was passed on twice
    desk(
        "passed-on",
        [OPEN, state("looked_at", "open", "support"), DONE],
        [
            step("look", "open", "looked_at", "lead", when={"field": "reassigned", "eq": True}),
            step("close", "open looked_at", "done", "agent", when=MINE),
        ],
        [
            USER,
            {**AGENT, "may": ["reply", "note", "assign"]},
            {"key": "lead", "side": "staff", "sees": {"field": "reassigned", "eq": True}, "may": ["note", "assign"]},
        ],
    ),
    # drills: a ticket that begins itself, is done or is not, and ends in any case
    desk(
        "drill",
        [
            state("called", "new", timer=after("10m", "begin")),
            state("running", "open", "support", timer=after("4h", "stop")),
            state("late", "open", "support", timer=after("1d", "end")),
            DONE,
        ],
        [
            step("begin", "called", "running", "system leader"),
            step("stop", "running", "late", "system"),
            step("more_time", "late", "running", "leader"),
            step("end", "running late", "done", "system leader"),
        ],
        [{"key": "leader", "side": "staff", "sees": "all", "may": ["open", "note"]}],
        customer="none",
    ),
)
