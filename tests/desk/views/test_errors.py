"""What a host answers with where the library refuses: every class of errors, in both languages, as its schema says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft7Validator

from supportcore import Actor, Customer, Desk, FrozenClock, load_definition, open_store
from supportcore.cli.errors import EDGES, error_classes
from supportcore.copying import CopyError
from supportcore.desk.views import dump
from supportcore.desk.views.errors import ErrorView, FaultView, error_view
from supportcore.desk.views.records import ReasonView
from supportcore.desk.views.schemas import error_schemas
from supportcore.errors import (
    CODES,
    DefinitionError,
    DefinitionFault,
    Fault,
    Invalid,
    NotFound,
    Reason,
    Refused,
    StaleVersion,
    StoreError,
    SupportError,
    TicketBroken,
    facts,
)
from supportcore.notices.faults import NotSent
from supportcore.replay.faults import LogError
from supportcore.sla.daysoff import HolidaysError
from tests.desk.files.portal import DESK
from tests.desk.machine import SMALL, START

SCHEMA = error_schemas()["error_view"]
JUDGE = Draft7Validator(SCHEMA)

WITH_FACTS: dict[type[SupportError], SupportError] = {
    CopyError: CopyError("copy_unreadable", path="a.ndjson", line=3, why="no JSON"),
    DefinitionError: DefinitionError([DefinitionFault("my.toml", "form[0].key", "bad_key", "a key is short")]),
    HolidaysError: HolidaysError("no_days", since="2026-01-01", until="2026-12-31"),
    Invalid: Invalid(Fault("subject", "too_long", facts(limit=5, unit="characters", unit_es="caracteres"))),
    LogError: LogError("unknown_zone", zone="Mars"),
    NotSent: NotSent("no_channel", channel="pigeon", known="email, webhook"),
    Refused: Refused(Reason("role_required", facts(roles="agent", roles_es="agente")), Reason("ticket_closed")),
    StaleVersion: StaleVersion(seen=2, current=5),
    TicketBroken: TicketBroken(ticket="t1", why="a gap"),
}
"""Errors whose classes take more than the facts of their code."""


def errors() -> Iterator[SupportError]:
    """Yield an error of every class, with a fact for each that its text needs."""
    needed = dict.fromkeys(("where", "why", "url", "found", "known", "verb", "desk", "kind", "start", "years"), "x")
    for kind in error_classes():
        yield WITH_FACTS[kind] if kind in WITH_FACTS else kind(**needed, command_id="c")


@pytest.mark.parametrize("locale", ["en", "es", "es-CO"])
@pytest.mark.parametrize("error", list(errors()), ids=lambda error: type(error).__name__)
def test_every_error_has_a_view(error: SupportError, locale: str) -> None:
    """Each class of errors makes JSON that its schema takes, with the status and the words of its code."""
    view = error_view(error, locale)
    told = json.loads(json.dumps(dump(view)))
    assert [] == [problem.message for problem in JUDGE.iter_errors(told)]
    assert (error.code, CODES[error.code].status) == (view.code, view.status)
    assert error.text(locale) == view.text
    assert all(isinstance(value, str) for value in view.params.values())


def test_all_classes_are_covered() -> None:
    """The edges of the library are among the classes."""
    assert {*EDGES} <= {type(error) for error in errors()}
    assert len(list(error_classes())) == len({type(error) for error in errors()})


def test_a_refusal_has_its_reasons() -> None:
    """A refusal carries each reason with its words, and no faults."""
    view = error_view(WITH_FACTS[Refused], "es")
    assert (403, "role_required") == (view.status, view.code)
    assert "Solo agente puede hacer esto. El ticket está cerrado." == view.text
    assert view.reasons == (
        ReasonView(code="role_required", text="Solo agente puede hacer esto."),
        ReasonView(code="ticket_closed", text="El ticket está cerrado."),
    )
    assert {"roles": "agent", "roles_es": "agente"} == view.reasons[0].params
    assert () == view.faults


def test_bad_input_has_its_faults() -> None:
    """Bad input carries each fault at its path, and no reasons."""
    view = error_view(Invalid(Fault("subject", "required"), Fault("files.1", "unknown_file", facts(id="f"))), "en")
    assert 422 == view.status
    assert view.faults == (
        FaultView(path="subject", code="required", text="This field is required."),
        FaultView(path="files.1", code="unknown_file", text="You have handed in no file f."),
    )
    assert {"id": "f"} == view.faults[1].params
    assert () == view.reasons


def test_a_faulty_definition_has_its_faults() -> None:
    """The faults of a definition say where in which file."""
    (fault,) = error_view(WITH_FACTS[DefinitionError]).faults
    assert ("form[0].key", "bad_key", "a key is short", {"file": "my.toml"}) == (
        fault.path,
        fault.code,
        fault.text,
        fault.params,
    )


def test_a_stale_version_says_both() -> None:
    """A ticket that has changed tells which version was seen and which it has, as numbers; others tell neither."""
    view = error_view(StaleVersion(seen=2, current=5), "es")
    assert (409, 2, 5) == (view.status, view.seen, view.current)
    other = error_view(NotFound(kind="ticket", id="t"))
    assert (None, None) == (other.seen, other.current)


def test_a_message_of_its_own_is_told() -> None:
    """An error that was raised with a message says it in either language."""
    assert {"It is full."} == {error_view(StoreError("It is full."), locale).text for locale in ("en", "es")}


def test_a_view_is_plain() -> None:
    """A view holds no error, no event and nothing else that is not a plain value."""
    assert isinstance(error_view(StaleVersion(seen=1, current=2, events=())), ErrorView)
    assert {"code", "text", "status", "params", "reasons", "faults", "seen", "current"} == set(SCHEMA["properties"])


def test_what_a_desk_raises_has_a_view() -> None:
    """Errors of a living desk: unknown, refused, faulty, stale, not there."""
    clock = FrozenClock(START)
    store = open_store("memory://")
    desk = Desk(SMALL, store, clock=clock)
    desk.install(customers=[Customer(id="acme", name="ACME")])
    ana = desk.acting_as(Actor(id="ana", roles={"customer"}, customers={"acme"}, locale="es"))
    luis = desk.acting_as(Actor(id="luis", roles={"agent"}, locale="en"))
    case = ana.open({"subject": "It beeps"})
    clock.move(timedelta(minutes=1))
    luis.act(case.id, "take")
    tries = {
        "unknown_actor": lambda: desk.acting_as(Actor(id="x")).open({"subject": "x"}),
        "role_required": lambda: ana.note(case.id, "x"),
        "required": lambda: ana.open({}),
        "stale_version": lambda: luis.act(case.id, "cancel", {"reason": "mistake"}, seen_version=1),
        "not_found": lambda: ana.get("nothing"),
        "unknown_action": lambda: ana.act(case.id, "fly"),
    }
    for code, act in tries.items():
        with pytest.raises(SupportError) as caught:
            act()
        view = error_view(caught.value, "es")
        assert code == view.code
        assert [] == list(JUDGE.iter_errors(json.loads(json.dumps(dump(view)))))
        assert view.text != str(caught.value)
    store.close()


# -- told to an actor


def portal() -> Desk:
    """A desk with slots of its own."""
    return Desk(DESK, open_store("memory://"), clock=FrozenClock(START))


NEEDS = Fault("module", "needs_field", facts(field="product"))
NO_OPTION = Fault("3.priority", "not_an_option", facts(options="low, high"))
NO_SLOT = Fault("files.0", "unknown_slot", facts(slot="screen", options="files"))


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("es", ["Elija antes Producto.", "Debe ser uno de: Baja, Alta.",
                "Aquí no se aceptan archivos de Pantalla, sino de Archivos adjuntos."]),
        ("en-GB", ["Choose Product first.", "Must be one of: Low, High.",
                   "No files of kind Screen are taken here, but Attachments."]),
    ],
)  # fmt: skip
def test_an_actor_is_told_in_the_words_of_the_desk(locale: str, expected: list[str]) -> None:
    """Fields, options and slots are called by their labels; the facts stay what they were."""
    error = Invalid(NEEDS, NO_OPTION, NO_SLOT)
    view = portal().acting_as(Actor(id="ana", roles={"customer"}, locale=locale)).error(error)
    assert expected == [fault.text for fault in view.faults]
    assert [dict(fault.params) for fault in error.faults] == [fault.params for fault in view.faults]
    assert f"module: {expected[0]}; 3.priority: {expected[1]}; files.0: {expected[2]}" == view.text
    assert [] == list(JUDGE.iter_errors(json.loads(json.dumps(dump(view)))))


def test_without_a_locale_errors_are_in_the_language_of_the_views() -> None:
    """That is the desk's first language, as every screen is; somebody without a role is told, too."""
    desk = Desk(load_definition("noova"), open_store("memory://"), clock=FrozenClock(START))
    people = {"": "es", "fr": "es", "es-MX": "es", "en-GB": "en"}
    for locale, language in people.items():
        me = desk.acting_as(Actor(id="ana", roles={"cliente"}, customers={"acme"}, locale=locale))
        stranger = desk.acting_as(Actor(id="x", locale=locale))
        assert language == me.home().language
        for error in (
            NotFound(kind="ticket", id="t"),
            Refused(Reason("unknown_actor")),
            StaleVersion(seen=1, current=2),
        ):
            assert error_view(error, language) == me.error(error) == stranger.error(error)


def test_what_is_no_option_of_the_desk_is_told_as_it_is() -> None:
    """Options of what is no field of the desk, and slots nobody knows, keep their keys."""
    ana = portal().acting_as(Actor(id="ana", roles={"customer"}, locale="en"))
    odd = (
        Fault("by", "not_an_option", facts(options="state, type")),
        Fault("x", "unknown_slot", facts(slot="nowhere", options="files, screen")),
    )
    assert ["Must be one of: state, type.", "No files of kind nowhere are taken here, but Attachments, Screen."] == [
        fault.text for fault in ana.error(Invalid(*odd)).faults
    ]


@pytest.mark.parametrize("locale", [None, "", "fr"])
def test_no_locale_is_english(locale: str | None) -> None:
    """A view that is made without an actor is English unless Spanish is asked for."""
    error = NotFound(kind="ticket", id="t")
    assert error_view(error, "en") == error_view(error, locale)


def test_what_cannot_be_told_is_refused() -> None:
    """A locale that is no text, and what is no error of the library."""
    ana = portal().acting_as(Actor(id="ana", roles={"customer"}))
    tries: list[tuple[str, Any]] = [
        ("locale", lambda: error_view(NotFound(kind="ticket"), 5)),  # type: ignore[arg-type]
        ("error", lambda: error_view(ValueError("x"))),  # type: ignore[arg-type]
        ("error", lambda: ana.error(ValueError("x"))),  # type: ignore[arg-type]
    ]
    for path, make in tries:
        with pytest.raises(Invalid) as caught:
            make()
        assert [(path, "wrong_type")] == [(fault.path, fault.code) for fault in caught.value.faults]
