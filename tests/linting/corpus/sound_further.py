"""Further sound desks as they are usual elsewhere: committees, buildings, bills, questions, drills."""

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

FURTHER: tuple[Doc, ...] = (
    # changes of machines: two committees, of which each agrees to its own sort; both see what is asked
    desk(
        "changes",
        [state("planned", "new", "support"), state("running", "open", "support"), DONE, CANCELLED],
        [
            step(
                "run",
                "planned",
                "running",
                "engineer",
                when={"any": [{"field": "approval", "missing": True}, {"field": "approval", "eq": "approved"}]},
            ),
            step("finish", "running", "done", "engineer"),
            step("roll_back", "running", "cancelled", "engineer", requires=["comment"]),
            step("stop", "planned", "cancelled", "engineer system"),
        ],
        [
            {"key": "engineer", "side": "staff", "sees": "all", "may": ["open", "note", "triage"]},
            {"key": "security", "side": "staff", "sees": {"field": "approval", "missing": False}, "may": []},
        ],
        customer="none",
        triage=["type"],
        vocabularies={"type": ["standard", "normal", "emergency"]},
        form=[
            ASKED,
            {"key": "type", "required": True},
            {"key": "reason_why", "kind": "text", "required": True, "when": {"field": "form.type", "eq": "emergency"}},
        ],
        approvals=[
            {"key": "board", "when": {"field": "type", "eq": "normal"}, "team": "change_board"},
            {
                "key": "security",
                "when": {"field": "type", "ne": "standard"},
                "team": "security",
                "quorum": "any",
                "rejected": "stop",
            },
        ],
    ),
    # technicians see what was agreed to; whoever sees everything may be asked
    desk(
        "purchases",
        [state("wanted", "new", "support"), state("ordered", "open", "vendor"), DONE, CANCELLED],
        [
            step("order", "wanted", "ordered", "buyer", when={"field": "approval", "eq": "approved"}),
            step("arrived", "ordered", "done", "buyer"),
            step("refuse", "wanted", "cancelled", "head system"),
        ],
        [
            {"key": "person", "side": "customer", "sees": "own", "may": ["open", "reply"]},
            {"key": "buyer", "side": "staff", "sees": {"field": "approval", "eq": "approved"}, "may": ["note"]},
            {"key": "head", "side": "staff", "sees": "all", "may": ["note"]},
        ],
        customer="none",
        approvals=[{"key": "money", "team": "finance", "rejected": "refuse"}],
        levels={"pause": {"field": "state", "eq": "ordered"}},
        policies=[{"key": "all", "resolution": ALWAYS}],
    ),
    # a reply counts only of whoever works on it; the first of staff who writes takes it
    desk(
        "answers-of-the-assigned",
        [
            state("new", "new", "support", on_assign="begin"),
            state("open", "open", "support", on_reply={"staff": "answered"}),
            state("answered", "pending", "customer", on_reply={"customer": "asked_again"}, timer=after("7d", "forget")),
            DONE,
        ],
        [
            step("begin", "new", "open", "system"),
            step("answered", "open", "answered", "system", when=MINE),
            step("asked_again", "answered", "open", "system", when=MY_OWN),
            step("forget", "answered", "done", "system"),
        ],
        [USER, AGENT],
        customer="none",
    ),
    # who took it begins, whoever gave it to somebody else does not
    desk(
        "taken-not-given",
        [state("new", "new", "support", on_assign="begin"), state("open", "open", "support"), DONE],
        [
            step("begin", "new", "open", "system", when=MINE),
            step("accept", "new", "open", "agent", when=MINE),
            step("close", "open", "done", "agent"),
        ],
        [USER, AGENT],
    ),
    # a vote begins what it decides only where a lead gave it
    desk(
        "votes-of-leads",
        [state("asked", "new", "support"), OPEN, DONE],
        [
            step(
                "begin",
                "asked",
                "open",
                "system agent",
                when={"any": [{"field": "@actor.roles", "has": "lead"}, {"field": "approval", "eq": "approved"}]},
            ),
            step("go", "asked", "open", "system", when={"field": "@actor.roles", "has": "lead"}),
            step("give_up", "asked", "done", "agent"),
            step("close", "open", "done", "agent"),
        ],
        [USER, AGENT, {"key": "lead", "side": "staff", "sees": "all", "may": ["note"]}],
        approvals=[{"key": "start", "team": "heads", "quorum": "any", "approved": "go"}],
    ),
    # who is named in the rules by his id, is a person of records
    desk(
        "the-boss",
        [OPEN, DONE],
        [
            step(
                "close",
                "open",
                "done",
                "agent",
                when={"any": [{"field": "assignee", "ne": "boss"}, {"field": "priority", "eq": "low"}]},
            ),
            step("settle", "open", "done", "lead", when={"field": "assignee", "eq": "boss"}),
        ],
        [USER, AGENT, {"key": "lead", "side": "staff", "sees": {"field": "assignee", "eq": "boss"}, "may": ["reply"]}],
        vocabularies={"priority": PRIORITY},
        triage=["priority"],
        form=[ASKED, {"key": "priority", "default": "normal"}],
    ),
    # faults of a building: the sort decides where it goes, and that who looks after it
    desk(
        "building",
        [
            state("reported", "new", "support", on_triage="place"),
            state("placed", "open", "support"),
            state("contractor", "on_hold", "external"),
            DONE,
            CANCELLED,
        ],
        [
            step("place", "reported", "placed", "system caretaker"),
            step("hand_out", "placed", "contractor", "caretaker", requires=["comment"]),
            step("back", "contractor", "placed", "caretaker"),
            step("repair", "placed contractor", "done", "caretaker"),
            step("no_fault", "reported placed", "cancelled", "caretaker", requires=["reason"]),
            step("again", "done", "placed", "tenant caretaker"),
        ],
        [
            {"key": "tenant", "side": "customer", "sees": "customers", "may": ["open", "reply", "rate"]},
            {"key": "caretaker", "side": "staff", "sees": "teams", "may": ["reply", "note", "assign", "triage"]},
        ],
        routing={
            "team": "house",
            "on_triage": True,
            "rules": [
                {
                    "when": {"field": "type", "eq": "water"},
                    "team": "plumbers",
                    "area": "cellar",
                    "assign": "round_robin",
                },
                {
                    "when": {"field": "type", "eq": "light"},
                    "team": "electricians",
                    "assign": "least_loaded",
                    "skill": "high_voltage",
                },
            ],
        },
        vocabularies={"type": ["water", "light", "other"], "area": ["cellar", "roof"], "reason": ["mistake"]},
        triage=["type", "area"],
        form=[ASKED, {"key": "type", "required": True}],
        survey={"scale": "yes_no"},
    ),
    # a customer who has not paid waits; the desk says so by itself, and so may the office
    desk(
        "unpaid",
        [
            NEW,
            OPEN,
            state("unpaid", "on_hold", "customer"),
            state("waiting", "pending", "customer", on_reply={"customer": "heard"}),
            DONE,
            CANCELLED,
        ],
        [
            step("begin", "new", "open", "agent"),
            step("ask", "open", "waiting", "agent", requires=["comment"]),
            step("heard", "waiting", "open", "system agent"),
            step("stop", "new open waiting", "unpaid", "system office"),
            step("go_on", "unpaid", "open", "system office"),
            step("write_off", "unpaid", "cancelled", "office"),
            step("close", "open", "done", "agent"),
        ],
        [
            {"key": "client", "side": "customer", "sees": "customers", "may": ["open", "reply"]},
            AGENT,
            {
                "key": "office",
                "side": "staff",
                "sees": {"field": "category", "in": ["new", "open", "pending", "on_hold"]},
                "may": ["note"],
            },
        ],
        hold={"begin": "stop", "end": "go_on"},
        policies=[{"key": "all", "resolution": ALWAYS}],
    ),
    # is it solved? once asked, three days; who said no comes to somebody else
    desk(
        "asked-once",
        [
            OPEN,
            state("asked", "solved", "customer"),
            state("senior", "open", "support"),
            DONE,
            state("expired", "closed", outcome="resolved"),
        ],
        [
            step("solve", "open senior", "asked", "agent", assign="actor"),
            step("reopen", "expired", "senior", "user agent"),
        ],
        [{**USER, "may": ["open", "reply", "rate"]}, AGENT],
        survey={"scale": "yes_no"},
        confirmations=[
            {
                "state": "asked",
                "roles": ["user"],
                "when": MY_OWN,
                "question": "solved",
                "rates": True,
                "yes": {"action": "accept", "to": "done"},
                "no": {"action": "reject", "to": "senior", "requires": ["comment"]},
                "reply": {"action": "doubt", "to": "senior"},
                "silence": {**after("3d", "expire"), "to": "expired"},
            }
        ],
        boards=[
            {
                "key": "solutions",
                "where": {"field": "is_open", "eq": False},
                "partition": True,
                "cells": [
                    {"key": "yes", "where": {"field": "confirmed", "eq": True}},
                    {"key": "no", "where": {"field": "confirmed", "eq": False}},
                ],
            }
        ],
    ),
)
