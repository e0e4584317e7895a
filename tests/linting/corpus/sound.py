"""Sound desks of different shapes, in which nothing is to be found; the larger ones here."""

from __future__ import annotations

from tests.linting.corpus.base import Doc, base
from tests.linting.corpus.sound_further import FURTHER
from tests.linting.corpus.sound_small import (
    AGENT,
    ALWAYS,
    CANCELLED,
    CLOSE,
    CUSTOMER,
    DONE,
    OPEN,
    PENDING,
    SMALL,
    after,
    desk,
    state,
    step,
)
from tests.linting.corpus.sound_usual import USUAL

IS_ME = {"field": "assignee", "eq": "@actor.id"}
LEAD = {"key": "lead", "side": "staff", "sees": "all", "may": ["note", "assign", "triage"]}
APPROVED = {"any": [{"field": "approval", "missing": True}, {"field": "approval", "eq": "approved"}]}
SOLVED = state("solved", "solved", "customer")
SOLVE = step("solve", "open", "solved", "agent", requires=["comment"])

LARGE = (
    # who closed by silence may come back, who said yes may not
    desk(
        "guarded-reopening",
        [OPEN, SOLVED, DONE],
        [
            SOLVE,
            step("reopen", "done", "open", "agent", when={"field": "confirmed", "eq": False}),
        ],
        confirmations=[
            {
                "state": "solved",
                "roles": ["customer"],
                "yes": {"action": "accept", "to": "done"},
                "no": {"action": "reject", "to": "open"},
                "silence": {**after("72h", "expire"), "to": "done"},
            }
        ],
    ),
    # who said yes may take it back himself
    desk(
        "taken-back",
        [OPEN, SOLVED, DONE],
        [SOLVE, step("reopen", "done", "open", "customer agent")],
        confirmations=[
            {
                "state": "solved",
                "roles": ["customer"],
                "yes": {"action": "accept", "to": "done"},
                "reply": {"action": "doubt", "to": "open"},
            }
        ],
    ),
    # only who works on it may close it, and a lead says who that is
    desk(
        "assigned",
        [OPEN, DONE],
        [step("close", "open", "done", "agent", when=IS_ME)],
        [CUSTOMER, {**AGENT, "sees": "assigned"}, LEAD],
    ),
    # four eyes: somebody else than who worked on it
    desk(
        "four-eyes",
        [OPEN, state("check", "open", "support"), DONE],
        [
            step("take", "open", None, "agent", assign="actor"),
            step("hand_in", "open", "check", "agent", when=IS_ME),
            step("pass", "check", "done", "agent", when={"field": "assignee", "ne": "@actor.id"}),
        ],
    ),
    # teams see their own, and routing sees to it that there is one
    desk(
        "teams",
        [OPEN, DONE],
        [CLOSE],
        [CUSTOMER, {**AGENT, "sees": "teams"}],
        routing={"team": "desk", "rules": [{"when": {"field": "type", "eq": "web"}, "team": "web"}]},
        vocabularies={"type": ["web", "till"]},
        form=[{"key": "subject", "required": True}, {"key": "type"}],
    ),
    # a committee agrees, sees what it is asked, and nothing else
    desk(
        "committee",
        [state("asked", "new", "support"), OPEN, DONE, CANCELLED],
        [
            step("begin", "asked", "open", "agent", when=APPROVED),
            step("turn_down", "asked", "cancelled", "system"),
            CLOSE,
        ],
        [
            CUSTOMER,
            AGENT,
            {"key": "board", "side": "staff", "sees": {"field": "approval", "missing": False}, "may": []},
        ],
        vocabularies={"type": ["change", "question"]},
        form=[{"key": "subject", "required": True}, {"key": "type", "required": True}],
        approvals=[
            {"key": "board", "when": {"field": "type", "eq": "change"}, "team": "board", "rejected": "turn_down"}
        ],
    ),
    # held by the desk itself while the agreement does not hold, and by hand for other reasons
    desk(
        "agreements",
        [OPEN, state("held", "on_hold"), state("parked", "on_hold"), DONE],
        [
            step("hold", "open", "held", "agent system"),
            step("release", "held", "open", "agent system"),
            step("park", "open", "parked", "agent"),
            step("unpark", "parked", "open", "agent"),
            CLOSE,
        ],
        hold={"begin": "hold", "end": "release"},
        policies=[{"key": "all", "resolution": ALWAYS}],
    ),
    # work begins with an area, or with somebody; what is merged ends elsewhere
    desk(
        "by-itself",
        [state("new", "new", "support", on_assign="place", on_triage="place"), OPEN, DONE, CANCELLED],
        [step("place", "new", "open", "system"), CLOSE],
        [CUSTOMER, {**AGENT, "may": ["reply", "note", "assign", "triage", "merge"]}],
        triage=["area"],
        vocabularies={"area": ["north", "south"]},
        merge={"state": "cancelled"},
    ),
    # a host's rule decides, of which nothing is known
    desk(
        "guarded",
        [OPEN, state("late", "open", "support", timer=after("24h", "again")), DONE],
        [
            step("escalate", "open", "late", "agent", guard="is_late"),
            step("again", "late", "late", "system", guard="twice_at_most"),
            step("close", "open late", "done", "agent"),
        ],
    ),
    # a reopening is allowed for a day, whatever was said
    desk(
        "grace",
        [OPEN, SOLVED, DONE],
        [SOLVE, step("reopen", "done", "open", "agent")],
        confirmations=[{"state": "solved", "roles": ["customer"], "yes": {"action": "accept", "to": "done"}}],
        levels={"reopening": "forbidden", "grace": "24h"},
        policies=[{"key": "all", "resolution": ALWAYS}],
    ),
    # boxes that overlap and leave out some, and do not say otherwise
    desk(
        "board",
        [OPEN, state("asking", PENDING, "customer"), DONE],
        [CLOSE, step("ask", "open", "asking", "agent"), step("heard", "asking", "open", "agent")],
        boards=[
            {
                "key": "busy",
                "cells": [
                    {"key": "a", "where": {"field": "is_open", "eq": True}},
                    {"key": "b", "where": {"field": "category", "eq": "pending"}},
                ],
            }
        ],
    ),
    # a reply of either side leads on, and the customer may call it off
    desk(
        "replies",
        [
            state("open", "open", "support", on_reply={"staff": "answered"}),
            state("asked", PENDING, "customer", on_reply={"customer": "heard"}, timer=after("7d", "forget")),
            DONE,
            CANCELLED,
        ],
        [
            step("answered", "open", "asked", "system"),
            step("heard", "asked", "open", "system"),
            step("forget", "asked", "done", "system"),
            step("cancel", "*", "cancelled", "customer"),
        ],
        replies={"customer": "support", "staff": "customer"},
    ),
    # several roles of customers; some see all of the company's, some their own, and only the latter are asked
    desk(
        "two-sorts-of-customers",
        [OPEN, SOLVED, DONE],
        [SOLVE, step("take_back", "solved", "open", "agent"), step("give_up", "solved", "done", "agent")],
        [CUSTOMER, {"key": "user", "side": "customer", "sees": "own", "may": ["open", "reply", "rate"]}, AGENT],
        confirmations=[
            {
                "state": "solved",
                "roles": ["user", "customer"],
                "when": {"field": "contact", "eq": "@actor.id"},
                "yes": {"action": "accept", "to": "done"},
            }
        ],
        survey={"scale": "stars"},
    ),
    # an escalation raises the priority, which lets leads close
    desk(
        "ladder",
        [OPEN, DONE],
        [CLOSE, step("force", "open", "done", "lead", when={"field": "priority", "eq": "high"})],
        [CUSTOMER, AGENT, {**LEAD, "may": ["note"]}],
        vocabularies={"priority": ["low", "high"]},
        ladders=[{"key": "up", "steps": [{"at": 100, "priority": "high"}]}],
        policies=[{"key": "all", "resolution": {**ALWAYS, "ladder": "up"}}],
    ),
)
SOUND: dict[str, Doc] = {rules["key"]: rules for rules in (base(), *SMALL, *LARGE, *USUAL, *FURTHER)}
"""The sound desks by name."""
