"""Sound desks as they are usual elsewhere: mail, boards of cards, tiers, leave, counters, vendors."""

from __future__ import annotations

from tests.linting.corpus.base import Doc
from tests.linting.corpus.sound_small import ALWAYS, CANCELLED, DONE, after, desk, state, step

NEW = state("new", "new", "support")
OPEN = state("open", "open", "support")
USER = {"key": "user", "side": "customer", "sees": "own", "may": ["open", "reply"]}
AGENT = {"key": "agent", "side": "staff", "sees": "all", "may": ["open", "reply", "note", "assign", "triage"]}
MINE = {"field": "assignee", "eq": "@actor.id"}
MY_OWN = {"field": "contact", "eq": "@actor.id"}
URGENT = {"field": "priority", "in": ["high", "urgent"]}
PRIORITY = ["low", "normal", "high", "urgent"]
ASKED = {"key": "subject", "required": True}

USUAL: tuple[Doc, ...] = (
    # a mail desk: solved tickets reopen by a reply, and close by themselves after four days; what is closed stays so
    desk(
        "mail",
        [
            {**NEW, "on_reply": {"staff": "begin"}, "on_assign": "begin"},
            {**OPEN, "on_reply": {"staff": "await"}},
            state("pending", "pending", "customer", on_reply={"customer": "answer"}, timer=after("72h", "remind")),
            state("hold", "on_hold", "vendor"),
            state("solved", "solved", timer=after("96h", "settle"), on_reply={"customer": "come_back"}),
            state("closed", "closed", outcome="resolved"),
        ],
        [
            step("begin", "new", "open", "agent system"),
            step("await", "open", "pending", "agent system"),
            step("answer", "pending", "open", "system"),
            step("remind", "pending", None, "system"),
            step("park", "new open pending", "hold", "agent", accepts=["reason"]),
            step("take_up", "hold", "open", "agent"),
            step("solve", "new open pending hold", "solved", "agent", accepts=["comment"]),
            step("come_back", "solved", "open", "user agent system"),
            step("settle", "solved", "closed", "system"),
        ],
        [USER, {**AGENT, "may": [*AGENT["may"], "merge", "tag", "follow", "link"]}],
        customer="none",
        merge={"state": "closed"},
        vocabularies={"reason": ["parts", "vendor"], "priority": PRIORITY},
        form=[ASKED, {"key": "priority", "default": "normal"}],
        triage=["priority"],
        policies=[
            {
                "key": "fast",
                "when": URGENT,
                "first_response": {"within": "1h", "calendar": "always"},
                "resolution": ALWAYS,
            },
            {"key": "rest", "resolution": {"within": "24h", "calendar": "always"}},
        ],
        notices=[
            {"key": "opened", "on": "opened", "to": ["contact"], "channel": "email", "author": True},
            {"key": "reminded", "on": "state_changed", "actions": ["remind"], "to": ["contact"], "channel": "email"},
            {"key": "told", "on": "replied", "to": ["contact", "assignee", "followers"], "channel": "email"},
        ],
    ),
    # a board of developers: whoever works on it moves the cards as they like
    desk(
        "moves-as-they-like",
        [
            state("todo", "new"),
            state("doing", "open"),
            state("review", "open"),
            state("shipped", "closed", outcome="resolved"),
            state("dropped", "closed", outcome="cancelled"),
        ],
        [
            step("start", "todo review", "doing", "developer", assign="actor"),
            step("put_back", "doing review", "todo", "developer", assign="nobody"),
            step("hand_over", "todo doing", "review", "developer"),
            step("ship", "todo doing review", "shipped", "developer"),
            step("drop", "*", "dropped", "developer"),
            step("dig_up", "shipped dropped", "todo", "developer"),
        ],
        [
            {
                "key": "developer",
                "side": "staff",
                "sees": "all",
                "may": ["open", "note", "assign", "triage", "link", "tag"],
            }
        ],
        customer="none",
        boards=[
            {
                "key": "cards",
                "partition": True,
                "cells": [
                    {"key": key, "where": {"field": "state", "eq": key}}
                    for key in ("todo", "doing", "review", "shipped", "dropped")
                ],
            }
        ],
    ),
    # two tiers, of which each sees what is its team's; the second gives back, and only a lead calls it off
    desk(
        "two-tiers",
        [NEW, state("first", "open", "support"), state("second", "open", "support"), DONE, CANCELLED],
        [
            step("take", "new", "first", "first_line", assign="actor"),
            step("escalate", "first", "second", "first_line", requires=["comment"], accepts=["team"]),
            step("give_back", "second", "first", "second_line", requires=["comment"]),
            step("solve", "first", "done", "first_line", when=MINE),
            step("solve_there", "second", "done", "second_line"),
            step("call_off", "*", "cancelled", "lead", requires=["reason"]),
        ],
        [
            {"key": "client", "side": "customer", "sees": "customers", "may": ["open", "reply"]},
            {
                "key": "first_line",
                "side": "staff",
                "sees": {"field": "state", "ne": "second"},
                "may": ["reply", "note"],
            },
            {
                "key": "second_line",
                "side": "staff",
                "sees": {"any": [{"field": "state", "eq": "second"}, {"field": "team", "in": "@actor.teams"}]},
                "may": ["reply", "note"],
            },
            {"key": "lead", "side": "staff", "sees": "all", "may": ["assign", "triage", "set_deadline"]},
        ],
        routing={"team": "first"},
        vocabularies={"reason": ["mistake"]},
        ladders=[
            {
                "key": "up",
                "steps": [{"at": 50, "tell": ["team"]}, {"at": 100, "team": "second", "tell": ["team:second"]}],
            }
        ],
        policies=[{"key": "all", "resolution": {**ALWAYS, "ladder": "up"}}],
    ),
    # people ask for leave: a manager agrees by a vote, the office enters it; nobody is the customer
    desk(
        "leave",
        [
            state("asked", "new", "support"),
            state("agreed", "open", "support"),
            state("entered", "closed", outcome="resolved"),
            state("refused", "closed", outcome="cancelled"),
            state("withdrawn", "closed", outcome="cancelled"),
        ],
        [
            step("agree", "asked", "agreed", "system"),
            step("refuse", "asked", "refused", "system"),
            step("withdraw", "asked agreed", "withdrawn", "person", when=MY_OWN),
            step("enter", "agreed", "entered", "office"),
        ],
        [
            {"key": "person", "side": "staff", "sees": "own", "may": ["open", "reply"]},
            {"key": "manager", "side": "staff", "sees": {"field": "approval", "missing": False}, "may": ["note"]},
            {"key": "office", "side": "staff", "sees": {"field": "approval", "eq": "approved"}, "may": ["note"]},
        ],
        customer="none",
        approvals=[{"key": "leave", "team": "managers", "quorum": "any", "approved": "agree", "rejected": "refuse"}],
        notices=[
            {"key": "asked", "on": "approval_asked", "to": ["voters"], "channel": "email"},
            {
                "key": "decided",
                "on": "state_changed",
                "actions": ["agree", "refuse"],
                "to": ["contact"],
                "channel": "email",
            },
        ],
    ),
    # a counter in a hall: whoever stands there speaks, one person calls the next
    desk(
        "counter",
        [
            state("waiting", "new", timer=after("2h", "gone")),
            state("served", "open"),
            DONE,
            state("left", "closed", outcome="cancelled"),
        ],
        [
            step("call", "waiting", "served", "clerk", assign="actor"),
            step("gone", "waiting", "left", "system clerk"),
            step("finish", "served", "done", "clerk"),
        ],
        [
            {"key": "kiosk", "side": "staff", "sees": "own", "may": ["open"]},
            {"key": "clerk", "side": "staff", "sees": "all", "may": ["note", "triage"]},
        ],
        customer="none",
        triage=["type"],
        vocabularies={"type": ["permit", "tax", "other"]},
        form=[{"key": "subject", "required": True}, {"key": "type", "required": True}],
    ),
    # staff solves, and nobody but the customer closes, for good; an auditor reads
    desk(
        "customers-close",
        [OPEN, state("solved", "solved", "customer"), DONE, CANCELLED],
        [
            step("solve", "open", "solved", "agent", requires=["comment"]),
            step("not_yet", "solved", "open", "user", requires=["comment"]),
            step("close", "open solved", "done", "user", when=MY_OWN),
            step("withdraw", "open", "cancelled", "user", when=MY_OWN),
        ],
        [
            USER,
            {**AGENT, "may": ["reply", "note"]},
            {"key": "auditor", "side": "staff", "sees": {"field": "is_open", "eq": False}, "may": []},
        ],
    ),
    # parts come from a vendor when they come, and no clock is stopped but by that
    desk(
        "vendors",
        [
            NEW,
            OPEN,
            state("parts", "on_hold", "vendor", on_reply={"customer": "look_again"}),
            state("tested", "solved", "customer", timer=after("120h", "settle"), on_reply={"customer": "look_again"}),
            DONE,
        ],
        [
            step("begin", "new", "open", "agent"),
            step("order", "open", "parts", "agent", requires=["comment"], comment="internal"),
            step("received", "parts", "open", "agent"),
            step("look_again", "parts tested", "open", "system agent"),
            step("test", "open", "tested", "agent"),
            step("settle", "tested", "done", "system"),
            step("fine", "tested", "done", "user"),
        ],
        [USER, AGENT],
        levels={"pause": {"field": "waiting_on", "eq": "vendor"}, "reopening": "restart"},
        policies=[{"key": "all", "first_response": {"within": "4h", "calendar": "always"}, "resolution": ALWAYS}],
        replies={"customer": "support", "staff": "customer"},
    ),
    # what is closed may come back for two weeks; then it is a new ticket
    desk(
        "two-weeks",
        [
            OPEN,
            state("resolved", "solved", timer=after("14d", "lock"), on_reply={"customer": "reopen"}),
            state("locked", "closed", outcome="resolved"),
        ],
        [
            step("resolve", "open", "resolved", "agent"),
            step("reopen", "resolved", "open", "user agent system"),
            step("lock", "resolved", "locked", "system"),
        ],
        [{**USER, "may": ["open", "reply", "rate"]}, AGENT],
        survey={"scale": "stars"},
        lists=[
            {"key": "bad", "where": {"field": "rating", "range": {"before": 3}}, "roles": ["agent"]},
            {"key": "mine", "where": {"all": [MINE, {"field": "is_open", "eq": True}]}, "roles": ["agent"]},
        ],
    ),
    # the levels forbid what is closed to come back, but within two weeks
    desk(
        "grace-of-two-weeks",
        [OPEN, DONE],
        [step("close", "open", "done", "agent"), step("reopen", "done", "open", "user agent")],
        [USER, AGENT],
        levels={"reopening": "forbidden", "grace": "14d"},
        policies=[{"key": "all", "resolution": ALWAYS}],
    ),
)
