"""The month: the same for a seed on every store, at any desk, and every number shown fits the others."""

from __future__ import annotations

import io
import re
from pathlib import Path

import attrs
import pytest
from rich.console import Console

from supportcore import Desk, SupportError, load_definition, open_store
from supportcore.definition import Definition
from supportcore.definition.loader import PRESETS
from supportcore.demo import Report, demonstrate
from supportcore.demo.cast import cast_for
from supportcore.demo.show import show
from supportcore.people.access import Role
from supportcore.storage.ports import Store

ROOT = Path(__file__).parents[2]
DESKS = [*PRESETS, ROOT / "tests" / "desks" / "small.toml"]
TICKETS = 40


def memory() -> Store:
    """Return a fresh store in memory."""
    store = open_store("memory://")
    store.migrate()
    return store


@pytest.fixture(scope="module", params=DESKS, ids=lambda desk: Path(str(desk)).stem)
def lived(request: pytest.FixtureRequest) -> tuple[Desk, Report]:
    """A desk with a month behind it, and the report of that month."""
    definition = load_definition(request.param)
    store = memory()
    return Desk(definition, store), demonstrate(definition, store, tickets=TICKETS)


def text_of(report: Report, width: int = 80) -> str:
    """Return what is printed for a report."""
    out = io.StringIO()
    show(report, Console(file=out, width=width, highlight=False))
    return out.getvalue()


def test_a_seed_gives_the_same_month_again(lived: tuple[Desk, Report]) -> None:
    """A second run with the same seed equals the first in everything."""
    desk, report = lived
    assert report == demonstrate(desk.definition, memory(), tickets=TICKETS)


@pytest.mark.store("sqlite")
def test_sqlite_gives_the_same_month_as_memory(lived: tuple[Desk, Report], tmp_path: Path) -> None:
    """The store makes no difference to what happens, nor to what is shown but for the columns it compares."""
    desk, report = lived
    store = open_store(f"sqlite:///{tmp_path / 'demo.db'}")
    store.migrate()
    other = demonstrate(desk.definition, store, tickets=TICKETS)
    store.close()
    columns = report.verification.columns
    assert report == attrs.evolve(other, verification=attrs.evolve(other.verification, columns=columns))


def test_another_seed_gives_another_month(lived: tuple[Desk, Report]) -> None:
    """Another seed gives other histories."""
    desk, report = lived
    other = demonstrate(desk.definition, memory(), seed=2, tickets=TICKETS)
    assert report.commands != other.commands


def test_the_numbers_fit_one_another(lived: tuple[Desk, Report]) -> None:
    """The board adds up to the tickets, the open ones to the open states, and verification saw them all."""
    desk, report = lived
    assert TICKETS == report.tickets == report.commands["open"] == report.verification.tickets
    assert TICKETS == sum(row.tickets for row in report.board)
    assert report.open == sum(row.tickets for row in report.board if row.category != "closed")
    assert report.verification.events == len(desk.feed(limit=100_000))
    assert () == report.verification.findings


def test_every_notice_is_delivered(lived: tuple[Desk, Report]) -> None:
    """What was delivered or skipped is what the outbox calls sent; nothing is left, though some failed at first."""
    desk, report = lived
    assert (0, 0) == (report.pending, desk.outbox().get("dead", 0))
    assert sum(report.notices.values()) + report.skipped == desk.outbox()["sent"]


def test_who_switched_mail_off_gets_none(lived: tuple[Desk, Report]) -> None:
    """Notices are skipped where the desk sends mail to customers, and only there."""
    desk, report = lived
    mailed = any(rule.channel == "email" and "contact" in rule.to for rule in desk.definition.notices)
    assert mailed == (report.skipped > 0)


def test_what_came_of_the_parts_of_a_desk_is_counted(lived: tuple[Desk, Report]) -> None:
    """A desk shows the parts it has and no other, and each count is that of the stored tickets."""
    desk, report = lived
    definition, counts = desk.definition, report.parts
    has = {
        "confirmations": any(step.confirms is not None for step in definition.workflow.transitions),
        "ratings": definition.survey is not None,
        "approvals": bool(definition.approvals),
        "hold": definition.hold is not None,
        "handed_over": True,
    }
    assert {part for part, is_there in has.items() if is_there} == set(counts)
    assert [] == [part for part, count in counts.items() if part != "handed_over" and not any(count.values())]
    tickets = desk.acting_as(cast_for(definition).staff[0])
    assert tickets.count({"reassigned": True}) == counts["handed_over"]["reassigned"]
    if "confirmations" in counts:
        assert tickets.count({"confirmed": True}) <= counts["confirmations"]["yes"]
    if "ratings" in counts:
        assert TICKETS - tickets.count({"rating": None}) <= counts["ratings"]["given"]
    if "hold" in counts:  # one customer pays late, and another one does not renew
        assert 0 < counts["hold"]["ended"] < counts["hold"]["begun"]
    for how in ("approved", "rejected", "pending"):
        assert tickets.count({"approval": how}) == counts.get("approvals", {}).get(how, 0)


def test_the_customer_sees_no_internal_entry(lived: tuple[Desk, Report]) -> None:
    """Shown and hidden entries add up to the history, and no note is among those shown."""
    desk, report = lived
    overseer = desk.acting_as(cast_for(desk.definition).staff[0])
    everything = overseer.timeline(report.ticket.number)
    assert len(everything) == len(report.ticket.entries) + report.ticket.hidden
    notes = {entry.text for entry in everything if entry.kind == "noted"}
    assert set() == notes & {line.said for line in report.ticket.entries}


def test_what_is_refused_answers_with_the_reason_shown(lived: tuple[Desk, Report]) -> None:
    """The action that was tried although not offered answers with the reason on its button."""
    _, report = lived
    reasons = {button.label: button.refused for button in report.actions.buttons}
    assert report.actions.tried is not None
    assert f"Refused: {reasons[report.actions.tried]}" == report.actions.answer
    assert {True, False} == {not button.refused for button in report.actions.buttons}


def test_the_earlier_day_differs(lived: tuple[Desk, Report]) -> None:
    """On the earlier day the ticket stood elsewhere, with fewer events."""
    _, report = lived
    rows = {row.what: row for row in report.earlier.differences}
    assert rows["state"].then != rows["state"].now
    assert int(rows["version"].then) < int(rows["version"].now)


def test_some_attempts_are_refused(lived: tuple[Desk, Report]) -> None:
    """Strangers and people of other companies are among those refused, with their codes."""
    _, report = lived
    assert {"unknown_actor", "not_found"} <= set(report.refused)


def test_those_who_are_asked_to_agree_vote() -> None:
    """At a desk with a committee most of what it is asked is decided within the month, by several votes each."""
    found = demonstrate(load_definition("cltech"), memory(), tickets=120).parts["approvals"]
    decided = found["approved"] + found["rejected"]
    assert decided > found["pending"]
    assert found["votes"] >= 2 * decided


def test_forms_are_filled_in_as_they_want_it(lived: tuple[Desk, Report]) -> None:
    """Something may be left out, but what is said has the kind, the pattern and the records that its form asks for."""
    _, report = lived
    faults = {
        "bad_pattern",
        "bad_line",
        "wrong_type",
        "not_an_option",
        "out_of_range",
        "unknown_record",
        "unknown_field",
    }
    assert set() == faults & set(report.refused)


def test_what_is_printed_fits_into_80_columns(lived: tuple[Desk, Report]) -> None:
    """No line is wider than 80 columns, nothing is coloured off a terminal, and both languages have their labels."""
    _, report = lived
    text = text_of(report)
    assert [] == [line for line in text.splitlines() if len(line) > 80]
    assert "\x1b" not in text
    words = set(re.findall(r"\w+", text))
    labels = [f"{row.label} {row.label_es}" for row in report.board]
    assert [] == [label for label in labels if not set(re.findall(r"\w+", label)) <= words]


def test_a_store_with_tickets_is_refused(lived: tuple[Desk, Report]) -> None:
    """A desk that already holds tickets is not lived in a second time."""
    desk, _ = lived
    with pytest.raises(SupportError, match="already holds tickets"):
        demonstrate(desk.definition, desk.store)


def test_a_desk_nobody_may_open_at_is_refused() -> None:
    """Where no role may open a ticket there is nothing to show, and the demo says so."""
    definition = load_definition("noova")
    roles = tuple(Role(key=r.key, side=r.side, sees=r.sees, may=r.may - {"open"}) for r in definition.roles)
    closed: Definition = attrs.evolve(definition, roles=roles)
    with pytest.raises(SupportError, match="No role of desk noova may open a ticket"):
        demonstrate(closed, memory())


def test_progress_rises_to_the_end() -> None:
    """Progress of each stage never falls, and reaches 1."""
    told: list[tuple[str, float]] = []
    demonstrate(load_definition("noova"), memory(), tickets=5, progress=lambda *share: told.append(share))
    for stage in ("month", "verify"):
        shares = [share for name, share in told if name == stage]
        assert (sorted(shares), 1.0) == (shares, shares[-1])


@pytest.mark.store("sqlite")
def test_the_readme_shows_what_the_demo_prints(tmp_path: Path) -> None:
    """Every line of the excerpt in README.md is printed by the demo; if it changed, copy it from `supportcore demo`."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    excerpt = readme.partition("<!-- demo -->\n```text\n")[2].partition("```")[0]
    store = open_store(f"sqlite:///{tmp_path / 'demo.db'}")
    store.migrate()
    printed = {line.rstrip() for line in text_of(demonstrate(load_definition("noova"), store)).splitlines()}
    store.close()
    assert excerpt
    assert [] == [line for line in excerpt.splitlines() if line.rstrip() not in printed | {"…"}]


def test_the_readme_shows_a_part_of_the_desk() -> None:
    """The definition quoted in README.md stands in the shipped desk, block by block."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    quoted = readme.partition("```toml\n")[2].partition("```")[0].strip()
    shipped = (ROOT / "src/supportcore/definition/presets/noova.toml").read_text(encoding="utf-8").split("\n\n")
    assert quoted
    assert [] == [block for block in quoted.split("\n\n") if block not in [part.strip() for part in shipped]]


def test_a_desk_with_promises_of_time_can_be_lived_in() -> None:
    """The month passes at the desk that docs/sla.md describes, and what is stored follows from what happened."""
    report = demonstrate(load_definition(ROOT / "examples" / "sla" / "service.toml"), memory(), tickets=20)
    assert () == report.verification.findings
