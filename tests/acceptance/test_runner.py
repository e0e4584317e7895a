"""The runner of scenarios: that it goes red where it should, says why, and refuses what could not go red."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from supportcore import Customer, Desk, Refused, open_store
from supportcore.errors import Reason
from supportcore.storage.ports import Store
from supportcore.testing.scenarios import PLACES, Place, Row, Scenarios, run_row, scenarios_in

CAST = """
desk = "noova"
now = "2026-03-02T14:00:00Z"
[actors]
ana = { roles = ["cliente"], customers = ["acme"], locale = "es" }
ana_en = { like = "ana", locale = "en" }
luis = { roles = ["consultor"] }
eve = {}
[[customers]]
id = "acme"
[[agents]]
id = "luis"
name = "Luis Mora"
[[teams]]
id = "soporte"
members = ["luis"]
[[products]]
id = "pos"
[phrases]
opened = [{ use = "filled" }]
[[phrases.filled]]
as = "ana"
do = "open"
with = { subject = "It beeps", product = "pos", priority = "alta", type = "problema", description = "So." }
keep = "t"
"""
REFUSED = 'refused = [{ as = "eve", do = "home", refused = "unknown_actor" }]'
SEEN = 'then = [{ as = "ana", do = "count", see = 0 }]'


@pytest.fixture
def store() -> Iterator[Store]:
    store = open_store("memory://")
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def found(tmp_path: Path) -> Callable[..., Scenarios]:
    """Reads rows, given as the text of a file, with the cast above."""

    def read(rows: str, cast: str = CAST, required: str = "") -> Scenarios:
        folder = tmp_path / "noova"
        folder.mkdir(exist_ok=True)
        (folder / "cast.toml").write_text(cast, encoding="utf-8")
        (folder / "rows.toml").write_text(rows, encoding="utf-8")
        if required:
            (tmp_path / "rows.toml").write_text(required, encoding="utf-8")
        return scenarios_in(tmp_path)

    return read


@pytest.fixture
def row(found: Callable[..., Scenarios]) -> Callable[..., Row]:
    """Reads one row from the lines that it consists of."""
    return lambda *lines, **more: found("\n".join(['[r-1]\ntitle = "Something holds"', *lines]), **more).rows["r-1"]


def codes(row: Row) -> list[tuple[str, str]]:
    return [(fault.path, fault.code) for fault in row.faults]


def test_a_row_that_holds_passes(row: Callable[..., Row], store: Store) -> None:
    """What is given, done, seen and refused comes to that, on a desk of the row's own."""
    given = row('given = [{ use = "opened" }]', 'then = [{ look = "$t", see = { number = 1 } }]', REFUSED)
    outcome = run_row(given, store)
    assert ("", True) == (outcome.story, outcome.passed)
    assert ("noova", "Something holds") == (given.desk, outcome.title)


def test_a_wrong_expectation_is_told_as_a_story(row: Callable[..., Row], store: Store) -> None:
    """The story has the row, what was done by whom, and of each thing that is otherwise the path and both sides."""
    given = row(
        'given = [{ use = "opened" }]',
        'when = [{ wait = "1h", run_due = true }]',
        "then = [",
        '  { as = "ana", do = "page", on = "$t",'
        ' see = { "state.label" = "Resuelto", "thread[*].text" = ["So."], nothing = 1 } },',
        '  { as = "luis", do = "count", see = 2 },',
        '  { as = "luis", do = "count", see = 1 },',
        "]",
        REFUSED,
    )
    said = '{"subject": "It beeps", "product": "pos", "priority": "alta"… (103 characters)'
    assert (
        f"""\
r-1 on memory: Something holds
  ✓ given 1 (opened 1) (filled 1)  ana: open(document={said})
  ✓ when 1  wait 1h, run_due
  ✗ then 1  ana: page(ticket="$t")
      came to something else
      at state.label
        expected "Resuelto"
        found    "En curso"
      at nothing
        expected 1
        found    nothing there
  ✗ then 2  luis: count()
      came to something else
      at .
        expected 2
        found    1
  ✓ then 3  luis: count()
  ✓ refused 1  eve: home()"""
        == run_row(given, store, name="memory").story
    )


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ('{ as = "ana", do = "home", refused = "unknown_actor" }', "expected refused unknown_actor; it was done"),
        (
            '{ as = "eve", do = "home", refused = "role_required" }',
            "expected refused role_required; it ended in refused unknown_actor (You have no role on this desk.)",
        ),
        (
            '{ as = "ana", do = "page", on = 7, refused = "unknown_actor" }',
            "expected refused unknown_actor; it ended in error not_found (There is no such ticket here.)",
        ),
        (
            '{ as = "ana", do = "listing", limit = 0, invalid = ["limit: too_long"] }',
            "expected invalid limit: too_long; it ended in invalid limit: out_of_range (limit: ",
        ),
        (
            '{ as = "ana", do = "act", on = "$t", action = "hold", refused = ["role_required", "wrong_state"] }',
            "expected refused role_required, wrong_state; it ended in refused role_required (",
        ),
    ],
)
def test_what_is_not_refused_as_it_should_be_fails(row: Callable[..., Row], store: Store, step: str, told: str) -> None:
    """A step that is done, or refused for another reason, fails the row and says for which."""
    story = run_row(
        row('given = [{ use = "opened" }]', SEEN.replace("see = 0", "see = 1"), f"refused = [{step}]"), store
    )
    assert told in story.story


def test_what_goes_wrong_before_the_end_ends_the_row(row: Callable[..., Row], store: Store) -> None:
    """After a step that could not be done nothing else is tried, so that there is one story and not ten."""
    given = row(
        'given = [{ as = "ana", do = "page", on = 7, keep = "p" }]', 'then = [{ look = "$p", see = 1 }]', REFUSED
    )
    assert [
        "r-1: Something holds",
        "  ✗ given 1  ana: page(ticket=7)",
        "      ended in error not_found (There is no such ticket here.)",
    ] == run_row(given, store).story.splitlines()


def test_what_was_not_there_to_be_kept_is_told(row: Callable[..., Row], store: Store) -> None:
    """A value made of a part that a result has not got fails the step, with its name."""
    lines = ('given = [{ use = "opened" }]', 'then = [{ as = "ana", do = "page", on = "$t.ticket", see = 1 }]', REFUSED)
    assert "cannot be done: there is no ticket in what was kept as 't'" in run_row(row(*lines), store).story


def test_an_exception_that_nobody_foresaw_fails_the_row_alone(row: Callable[..., Row], store: Store) -> None:
    """What is no error of the library is told by its kind; the run goes on."""
    lines = (
        'given = [{ as = "ana", do = "mark_read", on = 7 }]',
        'then = [{ as = "ana", do = "page", on = 1.5, see = 1 }]',
    )
    story = run_row(row(*lines, REFUSED), store).story
    assert "✗ given 1" in story
    assert not run_row(row('then = [{ as = "ana", do = "open_file", on = { a = 1 }, see = 1 }]', REFUSED), store).passed


@attrs.frozen
class Leaky:
    """Stores something, and then refuses to."""

    desk: Desk

    def spill(self, name: str) -> None:
        """Put a customer before refusing."""
        self.desk.catalogue.put(Customer(id=name, name=name))
        raise Refused(Reason("unknown_actor"))


def test_a_refusal_that_stores_something_fails(
    row: Callable[..., Row], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every refused step proves that nothing was stored; the place that it calls is added in one line."""
    monkeypatch.setitem(PLACES, "leaky", Place(kind=Leaky, of=Leaky))
    lines = (SEEN, 'refused = [{ do = "leaky.spill", name = "beta", refused = "unknown_actor" }]')
    story = run_row(row(*lines), store).story
    assert 'leaky.spill(name="beta")' in story
    assert "was refused, and something was stored all the same" in story
    nothing_new = (SEEN, 'refused = [{ do = "leaky.spill", name = "acme", refused = "unknown_actor" }]')
    again = row('given = [{ put = { customers = [{ id = "acme", name = "acme" }] } }]', *nothing_new)
    assert run_row(again, store, ending="-2").passed


@pytest.mark.parametrize(
    ("step", "path", "code"),
    [
        ('{ as = "ana", do = "home", sees = 1 }', "then[0].sees", "unknown_key"),
        ('{ as = "ana", do = "fly", see = 1 }', "then[0].do", "unknown_method"),
        ('{ as = "ana", do = "_run", see = 1 }', "then[0].do", "unknown_method"),
        ('{ do = "shop.open", see = 1 }', "then[0].do", "unknown_place"),
        ('{ as = "ana", do = "desk.outbox", see = 1 }', "then[0].as", "unknown_key"),
        ('{ as = "ana", do = "home", on = 1, see = 1 }', "then[0].on", "unknown_argument"),
        ('{ as = "ana", do = "home", with = {}, see = 1 }', "then[0].with", "unknown_argument"),
        ('{ as = "ana", do = "page", on = 1, ticket = 1, see = 1 }', "then[0].ticket", "unknown_argument"),
        ('{ as = "ana", do = "page", see = 1 }', "then[0].on", "missing_argument"),
        ('{ as = "anna", do = "home", see = 1 }', "then[0].as", "unknown_actor"),
        ('{ do = "home", see = 1 }', "then[0].as", "missing_key"),
        ('{ as = "ana", do = "page", on = "$t", see = 1 }', "then[0]", "not_kept"),
        ('{ as = "ana", do = "find", search = "${t.number}", see = 1 }', "then[0].search", "unknown_key"),
        ('{ as = "ana", do = "home", see = { "a[b" = 1 } }', "then[0].see", "bad_path"),
        ('{ as = "ana", do = "home", see = { a = { matches = "(" } } }', "then[0].see", "bad_path"),
        ('{ as = "ana", do = "home", see = { a = { missing = false } } }', "then[0].see", "bad_path"),
        ('{ as = "ana", do = "home", refused = "a", error = "b" }', "then[0]", "two_outcomes"),
        ('{ as = "ana", do = "home", refused = [] }', "then[0].refused", "empty"),
        ('{ as = "ana", do = "clocks", on = 1, at = "soon", see = 1 }', "then[0].at", "bad_instant"),
        ('{ as = "ana", file = { name = "a.png" }, see = 1 }', "then[0].file", "missing_key"),
        ('{ put = { agents = [{ name = "x" }] }, see = 1 }', "then[0].put.agents[0].id", "missing_key"),
        ("{ put = { cats = [] }, see = 1 }", "then[0].put.cats", "unknown_key"),
        ('{ wait = "soon", see = 1 }', "then[0].wait", "bad_span"),
        ('{ at = "2026-03-02", see = 1 }', "then[0].at", "bad_instant"),
        ('{ wait = "1h", sent = [] }', "then[0].deliver", "missing_key"),
        ('{ look = "t", see = 1 }', "then[0].look", "no_name"),
        ('{ look = "$now" }', "then[0].see", "missing_key"),
        ('{ use = "nothing" }', "then[0].use", "unknown_phrase"),
        ("{ see = 1 }", "then[0]", "no_step"),
        ("7", "then[0]", "wrong_type"),
        ('{ as = "ana", do = "home" }', "then", "looks_at_nothing"),
    ],
)
def test_a_slip_of_the_pen_is_a_fault(row: Callable[..., Row], store: Store, step: str, path: str, code: str) -> None:
    """What means nothing is told with its place, and such a row fails without being run."""
    given = row(f"then = [{step}]", REFUSED)
    assert (f"r-1.{path}", code) in codes(given)
    outcome = run_row(given, store)
    assert not outcome.passed
    assert f"r-1.{path}" in outcome.story


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((SEEN,), ("r-1.refused", "nothing_refused")),
        ((SEEN, 'refused = [{ as = "ana", do = "home" }]'), ("r-1.refused", "nothing_refused")),
        ((SEEN, REFUSED, 'no_rule = "why"'), ("r-1.no_rule", "two_outcomes")),
        ((SEEN, 'no_rule = "why"', 'refused = [{ as = "ana", do = "home" }]'), ("r-1.refused", "nothing_refused")),
        ((REFUSED,), ("r-1.then", "looks_at_nothing")),
        ((SEEN, REFUSED, "then_ = 1"), ("r-1.then_", "unknown_key")),
    ],
)
def test_a_row_that_could_not_fail_is_refused(
    row: Callable[..., Row], lines: tuple[str, ...], expected: tuple[str, str]
) -> None:
    """A row looks at something and has something refused, or says why there is nothing to refuse."""
    assert [expected] == codes(row(*lines))


def test_a_row_about_which_there_is_nothing_to_refuse_says_why(row: Callable[..., Row], store: Store) -> None:
    """With ``no_rule`` a row does without a refused half."""
    assert run_row(row(SEEN, 'no_rule = "a title is only read"'), store).passed


def test_faults_are_told_all_at_once(row: Callable[..., Row]) -> None:
    """One reading finds every fault of a row."""
    given = row('given = [{ use = "x" }, { wait = "y" }]', 'then = [{ do = "z" }]', REFUSED)
    assert ["unknown_phrase", "bad_span", "unknown_method"] == [code for _, code in codes(given)]


def test_a_phrase_that_stands_for_itself_is_a_fault(row: Callable[..., Row]) -> None:
    """Phrases may have phrases in them, and come to an end."""
    more = '[phrases]\nround = [{ use = "again" }]\nagain = [{ use = "round" }]'
    cast = CAST.replace("[phrases]", more)
    assert ["unknown_phrase"] == [
        code for _, code in codes(row('given = [{ use = "round" }]', SEEN, REFUSED, cast=cast))
    ]


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ('desk = "noova"', 'desk = "nova"', "unknown_definition"),
        ('now = "2026-03-02T14:00:00Z"', 'now = "today"', "bad_instant"),
        ('like = "ana"', 'like = "anna"', "unknown_actor"),
        ('roles = ["cliente"]', 'roles = ["system"]', "bad_actor"),
        ('id = "pos"', 'id = ""', "bad_record"),
        ('id = "pos"', 'id = "pos"\ncolour = "red"', "unknown_key"),
        ("[actors]", "[actor]", "unknown_key"),
    ],
)
def test_a_fault_of_the_cast_is_that_of_all_its_rows(
    row: Callable[..., Row], store: Store, before: str, after: str, code: str
) -> None:
    """Without its cast no row is run, and each says why."""
    given = row(SEEN, REFUSED, cast=CAST.replace(before, after))
    assert code in [code for _, code in codes(given)]
    assert not run_row(given, store).passed


def test_a_cast_that_cannot_be_stored_fails_the_row(row: Callable[..., Row], store: Store) -> None:
    """A record that names one that there is not is told before the first step."""
    given = row(SEEN, REFUSED, cast=CAST.replace('members = ["luis"]', 'members = ["nobody"]'))
    assert "the desk cannot be set up: team soporte.members" in run_row(given, store).story


def test_rows_that_there_have_to_be_are_missed(found: Callable[..., Scenarios]) -> None:
    """The list of rows says which there have to be; one that it lacks is a fault, and one that is there twice."""
    required = '[noova]\nr-1 = "One"\nr-2 = "Two"\n[belenus]\nb-1 = "Of another desk"\n'
    some = found(
        f'[r-2]\ntitle = "Two"\n{SEEN}\n{REFUSED}\n[r-3]\ntitle = "Three"\n{SEEN}\n{REFUSED}', required=required
    )
    assert ("r-1", "b-1") == some.missing
    assert [("r-3", "unknown_row")] == codes(some.rows["r-3"])
    assert ("r-1",) == scenarios_in(some.folder, desks=["noova"]).missing
    (some.folder / "noova" / "zz.toml").write_text(f'[r-2]\ntitle = "Again"\n{SEEN}\n{REFUSED}', encoding="utf-8")
    assert [("r-2", "duplicate")] == codes(scenarios_in(some.folder).rows["r-2"])


def test_a_file_that_cannot_be_read_hides_no_other(found: Callable[..., Scenarios]) -> None:
    """What is no TOML is told with its file; rows of other files are there all the same."""
    some = found(f'[r-1]\ntitle = "One"\n{SEEN}\n{REFUSED}')
    (some.folder / "noova" / "broken.toml").write_text("[r-2", encoding="utf-8")
    again = scenarios_in(some.folder)
    assert ["r-1"] == list(again.rows)
    assert [("noova/broken.toml", "bad_toml")] == [(fault.file, fault.code) for fault in again.faults]
    assert ["unknown_desk"] == [fault.code for fault in scenarios_in(some.folder, desks=["nova"]).faults]
    assert ["missing_file"] == [fault.code for fault in scenarios_in(some.folder / "nowhere").faults]


def test_rows_do_not_see_one_another(row: Callable[..., Row], store: Store) -> None:
    """A row run twice on one store finds an empty desk each time, under another key."""
    given = row('given = [{ use = "opened" }]', 'then = [{ as = "luis", do = "count", see = 1 }]', REFUSED)
    outcomes: list[Any] = [run_row(given, store, ending=ending) for ending in ("", "-a", "-b")]
    assert ["", "", ""] == [outcome.story for outcome in outcomes]
    assert "the store has a desk 'r-1' already" in run_row(given, store).story


def test_notices_that_go_out_are_caught(row: Callable[..., Row], store: Store) -> None:
    """``sent`` is about all notices of the channel, in any order; one too many or too few fails."""
    opened = 'given = [{ use = "opened" }, { as = "ana", do = "reply", on = "$t", text = "So?" }]'
    sent = '{ recipient = "soporte", subject = { has = "It beeps" } }, { recipient = "luis", body = "So?" }'
    right = row(opened, f"then = [{{ deliver = true, sent = [{sent}] }}, {{ deliver = true, sent = [] }}]", REFUSED)
    assert run_row(right, store).story == ""
    wrong = row(opened, 'then = [{ deliver = "in_app", sent = [{ recipient = "luis" }] }]', REFUSED)
    assert "at sent" in run_row(wrong, store, ending="-2").story


def test_neither_pytest_nor_hypothesis_is_needed() -> None:
    """The runner is imported without the libraries of tests."""
    program = "import sys, supportcore.testing.scenarios as s; print({'pytest', 'hypothesis'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert "set()" == done.stdout.strip()


def test_what_was_sent_last_stands_for_itself(row: Callable[..., Row], store: Store) -> None:
    """A part of a mail is a value of later steps, until something else is sent."""
    token = "'$sent[0].body[/#([A-Za-z0-9_-]+)/]'"
    invited = (
        '{ do = "accounts.invite", person = "ana", link = "https://x.example/#{token}" },',
        f'{{ look = {token}, see = {{ matches = "[A-Za-z0-9_-]{{20,}}" }} }},',
        f'{{ do = "accounts.invitation", token = {token}, see = {{ person = "ana" }} }},',
    )
    put = '{ put = { contacts = [{ id = "ana", email = "ana@acme.example" }] } },'
    given = row("then = [", put, '{ look = "$sent", see = [] },', *invited, "]", REFUSED)
    assert "" == run_row(given, store).story


def test_a_guess_at_a_password_may_be_counted(row: Callable[..., Row], store: Store) -> None:
    """It is refused, and what is stored then is no trouble."""
    given = row(
        'given = [{ do = "accounts.assign", person = "ana", user_name = "ana", password = "a good long one" }]',
        'then = [{ do = "accounts.account", person = "ana", see = { failures = 0 } }]',
        "refused = [",
        '{ do = "accounts.login", user_name = "ana", password = "another long one", refused = "login_failed" },',
        '{ do = "accounts.account", person = "ana", see = { failures = 1 } },',
        "]",
    )
    assert "" == run_row(given, store).story
