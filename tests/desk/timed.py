"""The state machine over the timed desk: what was promised stands, at every instant, as `timekeeper.py` counts it."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from supportcore import Agent, Agreement, Customer, NotFound, Team, load_definition
from tests.desk.machine import PEOPLE, DeskMachine, equip
from tests.desk.model import Case
from tests.desk.timekeeper import KINDS, LIGHTS, Keeper, Watch

TIMED = load_definition(Path(__file__).parents[1] / "desks" / "timed.toml")
BEGINNINGS = [
    datetime(2026, 3, 27, 16, 30, tzinfo=UTC),  # a Friday; on Sunday the clocks of Europe go forward
    datetime(2026, 3, 26, 7, 0, tzinfo=UTC),
    datetime(2026, 10, 23, 7, 0, tzinfo=UTC),  # a Friday; on Sunday they go back
    datetime(2025, 12, 31, 15, 30, tzinfo=UTC),  # before a holiday, a short Monday and another holiday
    datetime(2026, 6, 1, 7, 0, tzinfo=UTC),  # a Monday, as the office opens
]
SOON = [0, 1 / 60, 0.5, 1, 2, 4, 16, 72]
HOURS = [0.001, 1 / 60, 0.5, 1, 2, 4, 8, 16, 24, 62, 72, 200]
DEEDS = [
    "reply", "reply", "answer", "answer", "answer", "take", "ask", "solve", "confirm", "reopen", "wait customer",
    "wait support", "wait vendor", "triage high", "triage low", "triage gold", "triage plain", "deadline", "deadline 3",
    "deadline 40",
]  # fmt: skip
CHAINS = [
    ["deadline 40", "take", "solve", "confirm", "reopen"],  # the deadline does not move meanwhile
    ["take", "solve", "triage high", "answer", "triage low"],  # classified while it was solved
    ["ask", "deadline 144", "reply"],  # warned of the deadline at the instant of the timer
    ["triage high", "reply", "answer", "wait customer", "triage low", "triage high", "wait support"],
]
"""What seldom happens by chance."""
CLASSES: dict[str, dict[str, str | None]] = {
    "high": {"priority": "high"}, "low": {"priority": "low"}, "gold": {"agreement": "gold"},
    "plain": {"agreement": None},
}  # fmt: skip
SPEAKERS = {"acme": PEOPLE[0], "beta": PEOPLE[1]}
LUIS = PEOPLE[5]


def equip_timed(desk: Any) -> None:
    """Install what the model takes for granted: acme has an agreement, beta has none."""
    equip(desk)
    desk.catalogue.put(
        Agreement(id="gold", name="Gold", customer="acme"),
        Agent(id="boss", name="Boss"),
        Team(id="leads", name="Leads", members=["boss"]),
    )
    desk.catalogue.put(Customer(id="acme", name="ACME", agreement="gold"))


def told_by_desk(clock: Any, promise: Any) -> dict[str, Any]:
    """What the desk says of a clock."""
    told = {name: getattr(clock, name) for name in (
        "kind", "policy", "state", "target", "amber", "pauses", "started_at", "breached_at", "warned_at", "stopped_at",
        "passed", "due_at",
    )}  # fmt: skip
    told.update(elapsed=promise.elapsed, light=promise.light, met=promise.met)
    if clock.state == "running":
        told.update(late_at=clock.late_at, uncertain=clock.uncertain)
    assert (clock.kind, clock.policy, clock.state, clock.target, clock.due_at, clock.target - promise.elapsed) == (
        promise.kind, promise.policy, promise.state, promise.target, promise.due_at, promise.remaining,
    )  # fmt: skip
    return told


def told_by_model(watch: Watch, at: datetime) -> dict[str, Any]:
    """What the model says of it."""
    told = {name: getattr(watch, name) for name in (
        "kind", "policy", "state", "breached_at", "warned_at", "stopped_at", "passed", "due_at", "met",
    )}  # fmt: skip
    told.update(
        target=watch.promise.within, amber=watch.promise.amber, pauses=watch.promise.pauses, started_at=watch.since,
        elapsed=watch.elapsed(at), light=watch.light(),
    )  # fmt: skip
    if watch.running:
        told.update(late_at=watch.late_at, uncertain=watch.uncertain())
    return told


def _differing(expected: list[dict[str, Any]], told: list[dict[str, Any]]) -> str:
    """What is not as expected, and nothing else."""
    if [one["kind"] for one in expected] != [one["kind"] for one in told]:
        return f"expected {[one['kind'] for one in expected]}, told of {[one['kind'] for one in told]}"
    return "; ".join(
        f"{model['kind']}.{key}: expected {model.get(key)}, told {desk.get(key)}"
        for model, desk in zip(expected, told, strict=True)
        for key in sorted({*model, *desk})
        if model.get(key) != desk.get(key)
    )


class TimedMachine(DeskMachine):
    """The same people and commands, on a desk that makes promises."""

    definition = TIMED
    equip = staticmethod(equip_timed)
    between_moves = (0, 1, 5, 100)
    act = write = assign = triage = reuse = None
    """Who may not do what is the same as on the small desk; here there is more time for what may be done."""

    def case(self, **facts: Any) -> Case:
        return Case(**facts, agreement="gold" if facts["customer"] == "acme" else None, keeper=Keeper())

    def luis(self) -> Any:
        return self.acting(LUIS)

    # -- rules

    @initialize(start=st.sampled_from(BEGINNINGS), priority=st.sampled_from([None, "high"]))
    def begin(self, start: datetime, priority: str | None) -> None:
        self.clock.at = start
        self._open(PEOPLE[1], None, None, None)
        self._open(PEOPLE[2], priority, None, "beta")
        self._open(PEOPLE[0], priority, None, None)

    @rule(hours=st.sampled_from(HOURS))
    def wait(self, hours: float) -> None:
        self.clock.move(timedelta(hours=hours))

    @rule(hour=st.sampled_from([7, 8, 12, 13, 14, 16, 17]))
    def wait_until(self, hour: int) -> None:
        """On to the next such hour in UTC, at which the office opens or closes in summer or in winter."""
        at = self.clock.at.replace(hour=hour, minute=0, second=0, microsecond=0)
        self.clock.at = at if at > self.clock.at else at + timedelta(days=1)

    @rule(data=st.data())
    def wait_for_what_comes(self, data: st.DataObject) -> None:
        """On to the very instant at which something is to happen by itself, or to the one before."""
        case = self.cases[self._one(data)]
        case.advance(self.clock())
        assert case.keeper is not None
        coming = case.keeper.coming()
        if coming is not None:
            early = timedelta(milliseconds=data.draw(st.integers(0, 1)))
            self.clock.at = max(self.clock.at, coming[0] - early)

    @rule(
        deeds=st.lists(st.tuples(st.sampled_from(SOON), st.sampled_from(DEEDS)), min_size=2, max_size=8),
        data=st.data(),
    )
    def live(self, deeds: list[tuple[float, str]], data: st.DataObject) -> None:
        """One ticket goes through a part of its life: of what is to be done to it, all that somebody may do."""
        self._live(self._one(data), deeds)

    @rule(
        chain=st.sampled_from(CHAINS),
        waits=st.lists(st.sampled_from([0, 0, 1, 30, 72]), min_size=7, max_size=7),
        data=st.data(),
    )
    def live_through(self, chain: list[str], waits: list[float], data: st.DataObject) -> None:
        self._live(self._one(data), list(zip(waits, chain, strict=False)))

    def _live(self, ticket: str, deeds: list[tuple[float, str]]) -> None:
        for hours, deed in deeds:
            self.clock.move(timedelta(hours=hours))
            self.cases[ticket].advance(self.clock())
            self._do(ticket, deed)
            self.cases[ticket].advance(self.clock())
            self._compare_promises(ticket, self.cases[ticket].keeper, self.clock())

    def _do(self, ticket: str, deed: str) -> None:
        case = self.cases[ticket]
        word, _, given = deed.partition(" ")
        person = SPEAKERS[case.customer] if word in ("confirm", "reopen", "answer") else LUIS
        name = {"answer": "reply", "wait": "wait_for", "deadline": "set_deadline"}.get(word, word)
        if case.refusal(person, name) is not None or (given == "gold" and case.customer != "acme"):
            return
        acting, at = self.acting(person), max(self.clock(), case.at)
        if name == "reply":
            receipt = acting.reply(ticket, "hola")
            case.reply(person, at)
        elif name == "set_deadline":
            deadline = at + timedelta(hours=float(given)) if given else None
            receipt = acting.set_deadline(ticket, deadline)
            case.set_deadline(person, deadline, at)
        elif name == "triage":
            receipt = acting.triage(ticket, CLASSES[given])
            case.classify(CLASSES[given], at, person.id)
        else:
            document = (
                {"waiting_on": given} if given else {"comment": "so"} if name in ("ask", "solve", "reopen") else {}
            )
            receipt = acting.act(ticket, name, document)
            case.act(person, name, document, at)
        self.compare(ticket, receipt)

    @rule(
        document=st.fixed_dictionaries(
            {},
            optional={
                "priority": st.sampled_from([None, "low", "high"]),
                "agreement": st.sampled_from([None, "gold", "lead"]),
            },
        ),
        data=st.data(),
    )
    def classify(self, document: dict[str, str | None], data: st.DataObject) -> None:
        """Priority and agreement decide what is promised; an agreement is its customer's."""
        ticket = self._one(data)
        expected = self.expect(LUIS, ticket, "triage")
        case = self.cases[ticket]
        if expected is None and document.get("agreement", case.agreement) != case.agreement:
            if document["agreement"] == "lead":
                expected = "unknown_record"
            elif document["agreement"] == "gold" and case.customer != "acme":
                expected = "not_of"
        command_id = self.ids()
        receipt = self.give(expected, lambda: self.luis().triage(ticket, document, command_id=command_id))
        if receipt is not None:
            case.classify(document, max(self.clock(), case.at), LUIS.id)
            self.compare(ticket, receipt)

    @rule(person=st.sampled_from(PEOPLE), hours=st.sampled_from([None, -1, 0, 0.001, 3, 30, 400]), data=st.data())
    def set_deadline(self, person: Any, hours: float | None, data: st.DataObject) -> None:
        ticket = self._one(data)
        deadline = None if hours is None else self.clock() + timedelta(hours=hours)
        expected = self.expect(person, ticket, "set_deadline")
        case = self.cases[ticket]
        if expected is None and deadline is not None and deadline <= max(self.clock(), case.at):
            expected = "deadline_passed"
        command_id = self.ids()
        receipt = self.give(expected, lambda: self.acting(person).set_deadline(ticket, deadline, command_id=command_id))
        if receipt is not None:
            case.set_deadline(person, deadline, max(self.clock(), case.at))
            self.compare(ticket, receipt)

    @rule(person=st.sampled_from(PEOPLE), data=st.data())
    def retarget(self, person: Any, data: st.DataObject) -> None:
        """Under the levels of today already, nothing happens; but not everybody may ask for it."""
        ticket = self._one(data)
        expected = self.expect(person, ticket, "retarget")
        receipt = self.give(expected, lambda: self.acting(person).retarget(ticket, command_id=f"again {self.ids()}"))
        if receipt is not None:
            self.sent.pop()  # every giving of it has an id of its own
            self.compare(ticket, receipt)

    # -- looking

    @rule(hours=st.sampled_from([0.25, 3, 20, 70, 300]), data=st.data())
    def look_back(self, hours: float, data: st.DataObject) -> None:
        """As of a past instant a ticket's promises stand as they stood then."""
        ticket = self._one(data)
        case = self.cases[ticket]
        case.advance(self.clock())
        then = self.clock() - timedelta(hours=hours)
        assert case.keeper is not None
        if then < case.keeper.lines[0].at:
            try:
                self.luis().clocks(ticket, then)
            except NotFound:
                return
            raise AssertionError("promises of a ticket that was not opened yet were shown")
        self._compare_promises(ticket, case.keeper.by(then), then)

    @rule(hours=st.sampled_from([0.25, 3, 20, 70, 300]), data=st.data())
    def look_ahead(self, hours: float, data: st.DataObject) -> None:
        """As of an instant to come they stand as they will, if nobody does anything."""
        ticket = self._one(data)
        case = deepcopy(self.cases[ticket])
        then = self.clock() + timedelta(hours=hours)
        case.advance(then)
        assert case.keeper is not None
        promises = self.luis().clocks(ticket, then)
        expected = [case.keeper.watches[kind] for kind in KINDS if kind in case.keeper.watches]
        assert [(watch.kind, watch.light(), watch.elapsed(then), watch.due_at, watch.met) for watch in expected] == [
            (promise.kind, promise.light, promise.elapsed, promise.due_at, promise.met) for promise in promises
        ]

    @precondition(lambda self: self.cases)
    @rule(swept=st.booleans())
    def look_at_lists(self, swept: bool) -> None:
        """
        A list shows the lights and the order of what is due, of all tickets to which nothing happened since but what
        its columns know: a warning or a breach.
        """
        if swept:
            while self.desk.run_due(limit=100).events:
                pass
        luis = self.luis()
        now = self.clock()
        page = luis.find(limit=200, sort="due_at")
        lights: dict[str, int] = dict.fromkeys(LIGHTS, 0)
        stale: set[str] = set()
        dues = []
        for ticket in page.items:
            case = self.cases[ticket.id]
            case.advance(now)
            assert case.keeper is not None
            if {name for name, _, _ in case.events[ticket.version :]} - {"ClockWarned", "ClockBreached"}:
                stale.add(ticket.id)
                continue
            lights[case.keeper.light()] += 1
            dues.append(case.keeper.due_at)
            assert case.keeper.light() == luis.light(ticket.id)
        assert not (swept and stale)
        assert dues == sorted(dues, key=lambda due: (due is None, due or now))
        for light in LIGHTS:
            found = {ticket.id for ticket in luis.find({"light": light}, limit=200).items} - stale
            assert found == {
                ticket for ticket, case in self.cases.items()
                if ticket not in stale and case.keeper is not None and case.keeper.light() == light
            }  # fmt: skip
        if not stale:
            assert lights == dict(luis.lights())
        assert len(page.items) == sum(luis.lights().values()) == luis.count({"light": LIGHTS})

    # -- invariants

    def _compare_promises(self, ticket: str, keeper: Keeper | None, at: datetime) -> None:
        assert keeper is not None
        luis = self.luis()
        found = luis.as_of(ticket, at)
        promises = luis.clocks(ticket, at)
        clocks = [clock for clock in found.clocks if clock.state != "removed"]
        told = [told_by_desk(clock, promise) for clock, promise in zip(clocks, promises, strict=True)]
        expected = [told_by_model(keeper.watches[kind], at) for kind in KINDS if kind in keeper.watches]
        assert expected == told, _differing(expected, told)
        for one in told:
            assert (one["elapsed"] > one["target"]) == (one["breached_at"] is not None), (
                "late, and only late, is breached"
            )
            assert found.category != "closed" or one["state"] == "stopped", "no promise runs in a final state"

    @invariant()
    def promises_agree(self) -> None:
        """Every promise stands as the model says, whether or not a worker came by."""
        for ticket, case in self.cases.items():
            case.advance(self.clock())
            self._compare_promises(ticket, case.keeper, self.clock())
