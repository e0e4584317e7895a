from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from supportcore import Actor, Agent, Contact, Customer, Desk, FrozenClock, Module, Product, Team, Version
from supportcore.definition import PRESETS, Definition, load_definition
from supportcore.definition.labels import needed_labels
from supportcore.desk.timeline import Entry
from supportcore.errors import Invalid, NotFound, Refused
from supportcore.ids import seeded_ids
from supportcore.notices.render import Notice
from supportcore.people.access import COMMANDS
from supportcore.storage.memory import MemoryStore
from supportcore.workflow.definition import PARTIES, Transition

# Who may take which action in which state. A cell has one letter for each actor of the first line, in that order:
#   -  open    R  role_required    C  condition_not_met    B  both, the role first
# and a dot stands for wrong_state, which is said to all of them alike.
CODES = {
    "-": (),
    "R": ("role_required",),
    "C": ("condition_not_met",),
    "B": ("role_required", "condition_not_met"),
    ".": ("wrong_state",),
}

NOOVA = """
cliente consultor soporte system
                  en_curso investigacion retenido esperando_detalles esperando_cierre esperando_acuerdo resuelto cerrado
investigate       R--R     .             .        R--R               R--R             .                 .        .
ask_details       R--R     R--R          .        .                  .                .                 .        .
propose_solution  R--R     R--R          .        R--R               .                .                 .        .
hold              R-RR     R-RR          .        .                  .                .                 .        .
resume            .        .             R-RR     .                  .                .                 .        .
await_agreement   R---     R---          .        .                  .                .                 .        .
agreement_reached .        .             .        .                  .                R---              .        .
validate          .        .             .        .                  -RRR             .                 .        .
cancel            R-RR     R-RR          R-RR     R-RR               R-RR             R-RR              .        .
silence           .        .             .        RRR-               .                .                 .        .
expire            .        .             .        .                  RRR-             .                 .        .
customer_answered .        .             .        RRR-               RRR-             .                 .        .
"""

# After "!" stands what the ticket names that actor as; the others it does not name.
BELENUS = """
cliente responsable responsable!responsible tecnico tecnico!assignee soporte soporte!assignee administrador system
                   abierto    cerrado_tecnico cerrado
close_technically  BC-C-BRBB  .               .
set_waiting        R----RRRR  .               .
reopen             .          -RRRRRRRR       .
approve            .          -RRRRRRRR       .
"""

# After "!" stands what the case names that actor as; the others it does not name.
COMFANORTE = """
usuario usuario!contact asesor asesor!assignee system
         en_atencion gestionada cerrado
handle   BBC-B       .          .
confirm  .           C-BBB      .
reject   .           C-BBB      .
"""

INFOAVAN = """
cliente personal contacto
        abierto cerrado cancelado
propose R--     .       .
close   -RR     .       .
cancel  -RR     .       .
reopen  .       -RR     .
"""

# Of a ticket that no committee is asked about; of others "start_work" waits for its approval.
CLTECH = """
cliente ingeniero gerente comite system
            abierto  asignado  en_progreso  cerrado
place       RRRR-    .         .            .
start_work  .        R--RR     .            .
close       R--RR    R--RR     R--RR        .
reopen      .        .         .            R--RR
"""

COMMAND_TABLES: dict[str, dict[str, tuple[str, str, set[str]]]] = {
    "noova": {
        "cliente": ("customer", "own", {"open", "reply"}),
        "consultor": ("staff", "all", {"open", "reply", "note", "assign", "triage"}),
        "soporte": ("staff", "all", {"open", "reply", "note", "assign", "triage"}),
    },
    "belenus": {
        "cliente": ("customer", "customers", {"open", "reply"}),
        "responsable": ("staff", "all", {"open", "reply", "note", "assign", "triage", "set_deadline"}),
        "tecnico": ("staff", "all", {"reply", "note", "triage"}),
        "soporte": ("staff", "all", {"open", "reply", "note", "assign", "triage"}),
        "administrador": ("staff", "all", {"note", "assign", "triage"}),
    },
    "cltech": {
        "cliente": ("customer", "customers", {"open", "reply", "rate"}),
        "ingeniero": ("staff", "all", {"open", "reply", "note", "assign", "triage", "set_deadline"}),
        "gerente": ("staff", "all", {"open", "reply", "note", "assign", "triage", "set_deadline"}),
        "comite": ("staff", "asked", {"note"}),
    },
    "comfanorte": {
        "usuario": ("customer", "own", {"open", "reply"}),
        "asesor": ("staff", "teams", {"reply", "note", "assign", "triage"}),
    },
    "infoavan": {
        "cliente": ("customer", "customers", {"open", "reply"}),
        "personal": ("staff", "all", {"open", "reply", "note", "assign", "triage"}),
        "contacto": ("staff", "all", {"open", "reply", "note", "assign", "triage"}),
    },
}

STATE_TABLES: dict[str, list[tuple[object, ...]]] = {
    "noova": [
        # key, category, outcome, waiting on, timer, answer to the customer's reply
        ("en_curso", "open", None, "support", None, None),
        ("investigacion", "open", None, "support", None, None),
        ("retenido", "on_hold", None, "external", None, None),
        ("esperando_detalles", "pending", None, "customer", (72, "silence"), "customer_answered"),
        ("esperando_cierre", "solved", None, "customer", (72, "expire"), "customer_answered"),
        ("esperando_acuerdo", "on_hold", None, "customer", None, None),
        ("resuelto", "closed", "resolved", None, None, None),
        ("cerrado", "closed", "cancelled", None, None, None),
    ],
    "belenus": [
        ("abierto", "open", None, "support", None, None),
        ("cerrado_tecnico", "solved", None, "customer", None, None),
        ("cerrado", "closed", "resolved", None, None, None),
    ],
    "cltech": [
        ("abierto", "new", None, "support", None, None),
        ("asignado", "open", None, "support", None, None),
        ("en_progreso", "open", None, "support", None, None),
        ("cerrado", "closed", "resolved", None, None, None),
    ],
    "comfanorte": [
        ("en_atencion", "open", None, "support", None, None),
        ("gestionada", "solved", None, "customer", None, None),
        ("cerrado", "closed", "resolved", None, None, None),
    ],
    "infoavan": [
        ("abierto", "open", None, "support", None, None),
        ("cerrado", "closed", "resolved", None, None, None),
        ("cancelado", "closed", "cancelled", None, None, None),
    ],
}

TARGET_TABLES = {
    "noova": {
        "investigate": "investigacion",
        "ask_details": "esperando_detalles",
        "propose_solution": "esperando_cierre",
        "hold": "retenido",
        "resume": "investigacion",
        "await_agreement": "esperando_acuerdo",
        "agreement_reached": "investigacion",
        "validate": "resuelto",
        "cancel": "cerrado",
        "silence": "esperando_cierre",
        "expire": "resuelto",
        "customer_answered": "investigacion",
    },
    "belenus": {
        "close_technically": "cerrado_tecnico",
        "set_waiting": None,
        "reopen": "abierto",
        "approve": "cerrado",
    },
    "cltech": {"place": "asignado", "start_work": "en_progreso", "close": "cerrado", "reopen": "en_progreso"},
    "comfanorte": {"handle": "gestionada", "confirm": "cerrado", "reject": "en_atencion"},
    "infoavan": {"propose": None, "close": "cerrado", "cancel": "cancelado", "reopen": "abierto"},
}

REQUIRED_INPUT = {
    "noova": {"ask_details": ["comment"], "propose_solution": ["comment"], "cancel": ["comment"]},
    "belenus": {"close_technically": ["comment"], "set_waiting": ["waiting_on"], "reopen": ["comment"]},
    "cltech": {"close": ["comment"], "reopen": ["comment"]},
    "comfanorte": {"handle": ["comment"], "reject": ["comment"]},
    "infoavan": {"propose": ["comment"], "cancel": ["reason"]},
}


def cells(table: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield actor, action, state and letter of every cell of a table."""
    actors_line, states_line, *lines = table.strip("\n").splitlines()
    for line in lines:
        action, *row = line.split()
        for state, cell in zip(states_line.split(), row, strict=True):
            actors = actors_line.split()
            for actor, letter in zip(actors, "." * len(actors) if cell == "." else cell, strict=True):
                yield actor, action, state, letter


def attempted(definition: Definition, who: str, action: str, state: str) -> tuple[str, ...]:
    """Return the codes of the reasons why *who* may not take *action* in *state*; empty if it is open."""
    role, _, named_as = who.partition("!")
    ticket = SimpleNamespace(state=state, responsible="somebody", assignee="somebody", contact="somebody")
    ticket.approval = None
    if named_as:
        setattr(ticket, named_as, "actor")
    found = definition.engine.attempt(ticket, action, Actor(id="actor"), frozenset({role}))
    return () if isinstance(found, Transition) else tuple(reason.code for reason in found)


@pytest.mark.parametrize(
    ("preset", "table"),
    [
        ("noova", NOOVA),
        ("belenus", BELENUS),
        ("cltech", CLTECH),
        ("comfanorte", COMFANORTE),
        ("infoavan", INFOAVAN),
    ],
)
def test_who_may_take_which_action_where(preset: str, table: str) -> None:
    """Role, action and state decide as the table says, with those reasons and no others."""
    definition = load_definition(preset)
    expected = {(who, action, state): CODES[letter] for who, action, state, letter in cells(table)}
    actual = {place: attempted(definition, *place) for place in expected}
    assert expected == actual
    assert {action for _, action, _ in expected} == set(definition.workflow.actions)
    assert {state for _, _, state in expected} == set(definition.workflow.by_key)


@pytest.mark.parametrize("preset", PRESETS)
def test_roles_have_their_side_scope_and_commands(preset: str) -> None:
    """Each role sees and may what the table says (noova-21, belenus-17, -21, comfanorte-16, infoavan-22, cltech-30)."""
    definition = load_definition(preset)
    stranger = Actor(id="actor", customers={"acme"}, teams={"area"})
    tickets = {
        "own": SimpleNamespace(contact="actor", customer="other", team="other"),
        "customers": SimpleNamespace(contact="somebody", customer="acme", team="other"),
        "teams": SimpleNamespace(contact="somebody", customer="other", team="area"),
        "asked": SimpleNamespace(contact="somebody", customer="other", team="other", approval="pending"),
        "all": SimpleNamespace(contact="somebody", customer="other", team="other"),
    }
    for ticket in tickets.values():
        vars(ticket).setdefault("approval", None)
    seen = {scope: {scope} for scope in tickets} | {"all": set(tickets)}
    expected = {key: (side, seen[scope], may) for key, (side, scope, may) in COMMAND_TABLES[preset].items()}
    actual = {
        role.key: (role.side, {name for name, t in tickets.items() if role.sees_ticket(t, stranger)}, set(role.may))
        for role in definition.roles
    }
    assert expected == actual


@pytest.mark.parametrize("preset", PRESETS)
def test_states_are_as_the_table_says(preset: str) -> None:
    """Each state has its category, outcome, party waited for, timer and answer to a reply."""
    definition = load_definition(preset)
    actual = [
        (
            state.key,
            state.category,
            state.outcome,
            state.waiting_on,
            None if state.timer is None else (state.timer.after // timedelta(hours=1), state.timer.action),
            dict(state.on_reply).get("customer"),
        )
        for state in definition.workflow.states
    ]
    assert STATE_TABLES[preset] == actual
    assert definition.workflow.initial == STATE_TABLES[preset][0][0]
    assert all("staff" not in dict(state.on_reply) for state in definition.workflow.states)


@pytest.mark.parametrize("preset", PRESETS)
def test_actions_lead_where_the_table_says(preset: str) -> None:
    """Each action has one target, and asks for what the table says."""
    steps = load_definition(preset).workflow.transitions
    assert TARGET_TABLES[preset] == {step.action: step.to for step in steps}
    asked = {step.action: [field.key for field in step.form.fields if field.required] for step in steps}
    assert REQUIRED_INPUT[preset] == {action: fields for action, fields in asked.items() if fields}


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("language", ["es", "en"])
def test_everything_people_read_is_written(preset: str, language: str) -> None:
    """Every label and every text that has to be there is there, in both languages (noova-18, noova-19)."""
    definition = load_definition(preset)
    missing = [
        place
        for place, told in needed_labels(definition).items()
        if not definition.labels.entries[(*place, language)][0]
        or (told and not definition.labels.entries[(*place, language)][1])
    ]
    assert [] == missing


@pytest.mark.parametrize("preset", PRESETS)
def test_the_two_languages_differ(preset: str) -> None:
    """Help texts and names of states are translated, not copied."""
    entries = load_definition(preset).labels.entries
    same = [
        (section, key)
        for (section, key, language), texts in entries.items()
        if section in ("states", "fields") and language == "es" and texts == entries[section, key, "en"]
    ]
    assert [] == same


def test_the_intake_form_of_noova() -> None:
    """Subject, product, priority, type and description are required; priority and type start empty (noova-20)."""
    form = load_definition("noova").form
    expected = [("subject", True), ("product", True), ("priority", True), ("type", True), ("description", True)]
    assert expected == [(field.key, field.required) for field in form.fields if field.key != "customer"]
    assert [None] * 6 == [field.default for field in form.fields]


def test_the_vocabularies_of_noova() -> None:
    """Priorities and types are those of the portal, in its order and words (noova-04, noova-05)."""
    definition = load_definition("noova")
    words = {
        name: [definition.labels.label(f"vocabularies.{name}", key, "es") for key in keys]
        for name, keys in definition.vocabularies.items()
    }
    expected = {
        "priority": ["Baja", "Media", "Alta", "Crítica"],
        "type": ["Soporte", "Problema", "Pregunta", "Solicitud"],
    }
    assert expected == words


def test_the_help_on_screenshots_and_the_name_of_the_state_of_noova() -> None:
    """Screenshots show their URL (noova-06), and the state is called "Razón para el estado" (noova-19)."""
    labels = load_definition("noova").labels
    for language in ("es", "en"):
        assert "(URL)" in labels.help("slots", "files", language)
    assert labels.label("fields", "state", "es") == "Razón para el estado"


def test_the_intake_form_of_belenus() -> None:
    """All is required, the title is very short, and "Producto" is the module (belenus-02)."""
    definition = load_definition("belenus")
    expected = ["customer", "subject", "product", "module", "product_version", "description"]
    assert expected == [field.key for field in definition.form.fields]
    assert {field.key for field in definition.form.fields if field.required} == set(expected) - {"customer"}
    assert definition.form.fields[1].limit == 60
    assert definition.labels.label("fields", "module", "es") == "Producto"


def test_the_parties_of_belenus() -> None:
    """A ticket waits for Cliente, Proveedor, Soporte Técnico or Externo (belenus-10)."""
    labels = load_definition("belenus").labels
    words = [labels.label("vocabularies.waiting_on", party, "es") for party in PARTIES]
    assert ["Cliente", "Proveedor", "Soporte Técnico", "Externo"] == words


def test_mail_of_belenus_is_not_to_be_answered() -> None:
    """Every mail says that it is not to be answered and that follow-up is by number in the portal (belenus-04)."""
    definition = load_definition("belenus")
    assert {rule.channel for rule in definition.notices} == {"email"}
    for rule in definition.notices:
        spanish, english = (definition.labels.help("templates", rule.template, language) for language in ("es", "en"))
        assert "no lo responda" in spanish
        assert "busque el ticket {number} en el portal" in spanish
        assert "do not answer it" in english
        assert "look for ticket {number} in the portal" in english


def test_notices_of_noova_stay_in_the_portal() -> None:
    """No e-mail is promised (noova-08)."""
    assert {"in_app"} == {rule.channel for rule in load_definition("noova").notices}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_customer_may_only_what_is_a_customers(preset: str) -> None:
    """No role on the customer's side writes notes, assigns or classifies."""
    for role in load_definition(preset).roles:
        if role.side == "customer":
            assert role.may <= set(COMMANDS) - {"note", "assign", "triage"}


# -- a case through its states -----------------------------------------------------------------------------------------

MONDAY = datetime(2026, 3, 2, 14, tzinfo=UTC)
ANA = Actor(id="ana", roles={"cliente"}, customers={"acme"}, locale="es")
EVA = Actor(id="eva", roles={"cliente"}, customers={"acme"}, locale="es")
LUIS = Actor(id="luis", roles={"consultor"}, locale="es")
SARA = Actor(id="sara", roles={"soporte"}, locale="es")
CASE = {
    "subject": "La factura no se envía",
    "product": "facturas",
    "priority": "alta",
    "type": "problema",
    "description": "Al enviar la factura aparece un error.",
}


class House:
    """A shipped desk in memory, with a customer, an agent and a clock that stands still."""

    def __init__(self, preset: str) -> None:
        self.clock = FrozenClock(MONDAY)
        self.desk = Desk(load_definition(preset), MemoryStore(), clock=self.clock, ids=seeded_ids(7), salts=lambda: "s")
        self.desk.install(
            customers=[Customer(id="acme", name="ACME"), Customer(id="zeta", name="Zeta")],
            contacts=[Contact(id="ana", name="Ana", customers={"acme"}, locale="es", email="ana@acme.example")],
            agents=[Agent(id="luis", name="Luis", email="luis@desk.example")],
            teams=[Team(id="soporte", name="Soporte", members=["luis"])],
            products=[Product(id="facturas", name="Facturas")],
            modules=[Module(id="timbrado", name="Timbrado", product="facturas")],
            versions=[Version(id="pro", name="Pro", product="facturas")],
        )
        self.told: list[Notice] = []

    def wait(self, hours: int) -> None:
        """Let hours pass, and workers come by."""
        self.clock.move(timedelta(hours=hours))
        self.desk.run_due()

    def notices(self) -> list[tuple[str, str]]:
        """Deliver, and return role and first line of each notice, in order of role and line."""
        self.told.clear()
        self.desk.deliver(self.told.append)
        return sorted((notice.role, notice.subject) for notice in self.told)

    def path(self, case: str) -> list[str]:
        """Return the states the customer sees that the case passed, in Spanish."""
        entries = self.desk.acting_as(ANA).timeline(case)
        return [entry.state for entry in entries if entry.kind in ("opened", "state_changed")]


@pytest.fixture
def noova() -> House:
    return House("noova")


@pytest.fixture
def belenus() -> House:
    return House("belenus")


def test_a_case_of_noova_through_all_its_states(noova: House) -> None:
    """A case goes through six states to Resuelto, and the customer sees each that it passed (noova-09)."""
    ana, luis = noova.desk.acting_as(ANA), noova.desk.acting_as(LUIS)
    case = ana.open(CASE).id
    assert ana.get(case).assignee == "luis"
    for name, input in [
        ("investigate", {}),
        ("hold", {"comment": "Consultamos a la entidad de impuestos."}),
        ("resume", {}),
        ("await_agreement", {}),
        ("agreement_reached", {}),
        ("ask_details", {"comment": "¿Qué navegador usa?"}),
    ]:
        noova.clock.move(timedelta(hours=1))
        luis.act(case, name, input)
    noova.clock.move(timedelta(hours=71))
    ana.reply(case, "El de siempre.")
    luis.act(case, "propose_solution", {"comment": "Actualice el navegador."})
    noova.clock.move(timedelta(hours=71))
    ana.act(case, "validate", {"comment": "Gracias."})

    expected = [
        "En curso",
        "Investigación",
        "Retenido",
        "Investigación",
        "Esperando acuerdo de pago",
        "Investigación",
        "Esperando detalles",
        "Investigación",
        "Esperando cierre",
        "Resuelto",
    ]
    assert expected == noova.path(case)
    ticket = ana.get(case)
    assert (ticket.category, ticket.outcome, ticket.waiting_on, ticket.timers) == ("closed", "resolved", None, ())
    assert ticket.closed_at == MONDAY + timedelta(hours=6 + 71 + 71)
    assert noova.desk.verify().findings == ()


def test_a_silent_customer_of_noova(noova: House) -> None:
    """Two spans of 72 hours in silence lead to Resuelto, each recorded at its instant (noova-13, noova-14)."""
    ana, luis = noova.desk.acting_as(ANA), noova.desk.acting_as(LUIS)
    case = ana.open(CASE).id
    luis.act(case, "ask_details", {"comment": "¿Qué navegador usa?"})
    noova.wait(71)
    assert luis.get(case).state == "esperando_detalles"
    noova.wait(1)
    assert luis.get(case).state == "esperando_cierre"
    noova.wait(1000)
    assert luis.get(case).state == "resuelto"

    def moved(entry: Entry) -> tuple[str, str, datetime, bool]:
        return entry.action, entry.state, entry.at, entry.by_desk

    expected = [
        ("Silencio del cliente", "Esperando cierre", MONDAY + timedelta(hours=72), True),
        ("Plazo de validación vencido", "Resuelto", MONDAY + timedelta(hours=144), True),
    ]
    assert expected == [moved(entry) for entry in ana.timeline(case)][-2:]
    assert luis.get(case).outcome == "resolved"


def test_a_comment_on_a_solution_of_noova(noova: House) -> None:
    """A comment while Esperando cierre leads back to Investigación and stops the timer (noova-22)."""
    ana, luis = noova.desk.acting_as(ANA), noova.desk.acting_as(LUIS)
    case = ana.open(CASE).id
    luis.act(case, "propose_solution", {"comment": "Actualice el navegador."})
    noova.wait(71)
    ana.reply(case, "Sigue igual.")
    noova.wait(1000)
    ticket = luis.get(case)
    assert (ticket.state, ticket.waiting_on, ticket.timers) == ("investigacion", "support", ())


def test_a_case_of_noova_called_off(noova: House) -> None:
    """The consultant alone cancels, with a reason, and nothing leads out of Cerrado (noova-15, noova-21)."""
    ana, luis = noova.desk.acting_as(ANA), noova.desk.acting_as(LUIS)
    case = ana.open(CASE).id
    for acting in (ana, noova.desk.acting_as(SARA)):
        with pytest.raises(Refused) as refused:
            acting.act(case, "cancel", {"comment": "Ya no hace falta."})
        assert refused.value.code == "role_required"
    with pytest.raises(Invalid) as invalid:
        luis.act(case, "cancel")
    assert [(fault.path, fault.code) for fault in invalid.value.faults] == [("comment", "required")]
    luis.act(case, "cancel", {"comment": "Lo pidió el cliente."})
    assert luis.get(case).outcome == "cancelled"
    assert {offer.name for offer in luis.actions(case) if offer.allowed} == {"note", "cite"}
    assert {offer.name for offer in ana.actions(case) if offer.allowed} == set()


def test_who_is_told_on_noova(noova: House) -> None:
    """The team hears of a new case, the customer of states and answers, the assignee of comments (noova-08)."""
    ana, luis = noova.desk.acting_as(ANA), noova.desk.acting_as(LUIS)
    case = ana.open(CASE).id
    assert noova.notices() == [("team", "Caso nuevo 1: La factura no se envía")]
    luis.reply(case, "Lo revisamos.")
    assert noova.notices() == [("contact", "Caso 1: nuevo comentario")]
    luis.act(case, "ask_details", {"comment": "¿Qué navegador usa?"})
    assert noova.notices() == [("contact", "Caso 1: Esperando detalles")]
    assert noova.told[0].body.endswith("¿Qué navegador usa?")
    luis.note(case, "Es el navegador antiguo.")
    assert noova.notices() == []
    noova.wait(72)
    assert noova.notices() == [("contact", "Caso 1: Esperando cierre")]
    ana.reply(case, "Perdón, estaba de viaje.")
    expected = [("assignee", "Caso 1: nuevo comentario"), ("contact", "Caso 1: Investigación")]
    assert expected == sorted(noova.notices())
    assert {notice.channel for notice in noova.told} == {"in_app"}


def test_a_team_without_members_is_told_on_noova(noova: House) -> None:
    """A case that nobody can be chosen for opens in En curso, unassigned, and the team hears of it (noova-10)."""
    noova.desk.catalogue.put(Team(id="soporte", name="Soporte"))
    ticket = noova.desk.acting_as(LUIS).get(noova.desk.acting_as(ANA).open(CASE).id)
    assert (ticket.state, ticket.team, ticket.assignee) == ("en_curso", "soporte", None)
    assert [role for role, _ in noova.notices()] == ["team"]


def test_what_customers_of_noova_see(noova: House) -> None:
    """A customer sees the cases opened for that person; without a role nobody does anything (noova-01, noova-02)."""
    case = noova.desk.acting_as(ANA).open(CASE).id
    with pytest.raises(NotFound):
        noova.desk.acting_as(EVA).get(case)
    assert noova.desk.acting_as(EVA).find().items == ()
    stranger = noova.desk.acting_as(Actor(id="nobody", customers={"acme"}))
    for attempt in (lambda: stranger.open(CASE), lambda: stranger.find(), lambda: stranger.get(case)):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.code == "unknown_actor"


def test_everything_is_asked_for_on_noova(noova: House) -> None:
    """An empty form is refused for all five fields at once, and stores nothing (noova-20)."""
    ana = noova.desk.acting_as(ANA)
    with pytest.raises(Invalid) as invalid:
        ana.open({})
    expected = [(key, "required") for key in ("subject", "product", "priority", "type", "description")]
    assert expected == [(fault.path, fault.code) for fault in invalid.value.faults]
    assert ana.find().items == ()


TICKET = {
    "subject": "No timbra",
    "product": "facturas",
    "module": "timbrado",
    "product_version": "pro",
    "description": "Al timbrar aparece un error.",
}
TECH = Actor(id="luis", roles={"tecnico"}, locale="es")
OTHER_TECH = Actor(id="olga", roles={"tecnico"}, locale="es")
LEAD = Actor(id="rosa", roles={"responsable"}, locale="es")


def test_a_ticket_of_belenus_to_its_approval(belenus: House) -> None:
    """Technician or responsible close, the customer reopens and then approves for good (belenus-06, -11, -12)."""
    ana, luis = belenus.desk.acting_as(ANA), belenus.desk.acting_as(TECH)
    ticket = ana.get(ana.open(TICKET).id)
    assert (ticket.state, ticket.waiting_on) == ("abierto", "support")
    assert (ticket.assignee, ticket.responsible) == ("luis", "luis")
    with pytest.raises(Refused) as refused:
        belenus.desk.acting_as(OTHER_TECH).act(ticket.id, "close_technically", {"comment": "Listo."})
    assert refused.value.code == "condition_not_met"
    with pytest.raises(Refused) as refused:
        ana.act(ticket.id, "reopen", {"comment": "Otra opinión."})
    assert refused.value.code == "wrong_state"

    luis.act(ticket.id, "close_technically", {"comment": "Reinicie el servicio."})
    assert (ana.get(ticket.id).category, ana.get(ticket.id).waiting_on) == ("solved", "customer")
    ana.reply(ticket.id, "Lo pruebo mañana.")
    assert (ana.get(ticket.id).state, ana.get(ticket.id).waiting_on) == ("cerrado_tecnico", "support")
    ana.act(ticket.id, "reopen", {"comment": "Quiero otra opinión."})
    again = ana.get(ticket.id)
    assert (again.state, again.waiting_on, again.responsible) == ("abierto", "support", "luis")

    luis.act(ticket.id, "close_technically", {"comment": "Ya está."})
    ana.act(ticket.id, "approve")
    done = ana.get(ticket.id)
    assert (done.state, done.outcome, done.waiting_on) == ("cerrado", "resolved", None)
    for name in ("reopen", "approve"):
        with pytest.raises(Refused) as refused:
            ana.act(ticket.id, name, {"comment": "Una cosa más."})
        assert refused.value.code == "wrong_state"
    assert belenus.desk.verify().findings == ()


def test_whom_a_ticket_of_belenus_waits_for(belenus: House) -> None:
    """Answers hand the ticket over, and the technician may set any of the four parties (belenus-10)."""
    ana, luis = belenus.desk.acting_as(ANA), belenus.desk.acting_as(TECH)
    ticket = ana.open(TICKET).id
    luis.reply(ticket, "¿Desde cuándo?")
    assert ana.get(ticket).waiting_on == "customer"
    ana.reply(ticket, "Desde ayer.")
    assert ana.get(ticket).waiting_on == "support"
    for party in PARTIES:
        luis.act(ticket, "set_waiting", {"waiting_on": party})
        assert (ana.get(ticket).state, ana.get(ticket).waiting_on) == ("abierto", party)


def test_who_is_told_on_belenus(belenus: House) -> None:
    """Mail goes to the team on opening, to the customer on changes, to the responsible on comments (belenus-04)."""
    ana, luis = belenus.desk.acting_as(ANA), belenus.desk.acting_as(TECH)
    ticket = ana.open(TICKET).id
    assert belenus.notices() == [("team", "Ticket 1: No timbra")]
    ana.reply(ticket, "También pasa en otra sucursal.")
    assert belenus.notices() == [("responsible", "Ticket 1: nuevo comentario")]
    luis.act(ticket, "close_technically", {"comment": "Reinicie el servicio."})
    assert belenus.notices() == [("contact", "Ticket 1: Cerrado por el Técnico")]
    mail = belenus.told[0]
    assert (mail.channel, mail.email) == ("email", "ana@acme.example")
    assert "Reinicie el servicio." in mail.body
    assert "busque el ticket 1 en el portal" in mail.body
    ana.act(ticket, "reopen", {"comment": "Quiero otra opinión."})
    assert belenus.notices() == [("responsible", "Ticket 1: Abierto")]
    belenus.desk.acting_as(LEAD).triage(ticket, {"module": "timbrado", "product_version": "pro"})
    assert belenus.notices() == []


def test_what_customers_of_belenus_see(belenus: House) -> None:
    """A customer sees all tickets of the company, whoever registered them, and no other company's (belenus-17)."""
    ticket = belenus.desk.acting_as(ANA).open(TICKET).id
    assert belenus.desk.acting_as(EVA).get(ticket).id == ticket
    stranger = belenus.desk.acting_as(Actor(id="zoe", roles={"cliente"}, customers={"zeta"}))
    with pytest.raises(NotFound):
        stranger.get(ticket)
    assert stranger.find().items == ()


def test_a_title_of_belenus_is_very_short(belenus: House) -> None:
    """Sixty characters are taken, one more is refused (belenus-02)."""
    ana = belenus.desk.acting_as(ANA)
    assert ana.open({**TICKET, "subject": "x" * 60}).number == 1
    with pytest.raises(Invalid) as invalid:
        ana.open({**TICKET, "subject": "x" * 61})
    assert [("subject", "too_long")] == [(fault.path, fault.code) for fault in invalid.value.faults]
