"""Forms as views: which form, what there is to choose, what stands in it at first, and at what cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from supportcore import (
    Actor,
    Contact,
    Customer,
    Desk,
    FrozenClock,
    Invalid,
    NotFound,
    Product,
    Refused,
    Service,
    load_definition,
    open_store,
)
from supportcore.desk.requests import Request
from supportcore.desk.views import choices, dump, forms
from supportcore.desk.views.records import ActionView, FormView
from supportcore.forms import schema as schemas
from tests.desks.portal import ANA, BEA, BO, CLEO, DAN, GIL, HAL, LUIS, MAR, PORTAL, ZOE, equip
from tests.node.judge import judge


@pytest.fixture
def desk() -> Iterator[Desk]:
    store = open_store("memory://")
    store.migrate()
    found = Desk(PORTAL, store, clock=FrozenClock(datetime(2026, 3, 27, 16, 30, tzinfo=UTC)))
    equip(found)
    yield found
    store.close()


def actions(desk: Desk, actor: Actor, ticket: str, names: tuple[str, ...] | None = None) -> dict[str, ActionView]:
    me = desk.acting_as(actor)

    def steps(ledger: Any) -> Any:
        draft = yield from me._requests.standing(ledger, ticket)
        return (yield from forms.actions(ledger, me._requests.viewer({}), draft, names))

    return {action.name: action for action in me._run(Request(steps))}


def options(view: FormView, key: str) -> list[tuple[str, str]]:
    """Value and title of what a field is chosen from, wherever it stands."""
    return [(option["const"], option["title"]) for option in view.schema["properties"][key]["oneOf"]]


def is_there(me: Any, **words: str) -> bool:
    """Whether there is a form for an area, service and variant."""
    try:
        return bool(me.form(**words))
    except NotFound as error:
        return {"kind": "form"} != error.params


def accepts(view: FormView, *documents: dict[str, Any]) -> list[bool]:
    return [not told for told in judge().faults(view.schema, documents)]


def test_the_form_that_says_most_is_taken(desk: Desk) -> None:
    """A service goes before an area, either before none; a variant has to be the same; there may be none."""
    me = desk.acting_as(ANA)
    asked: list[dict[str, Any]] = [
        {}, {"area": "systems"}, {"service": "outage"}, {"area": "systems", "service": "outage"}, {"service": "backup"},
        {"variant": "quick"}, {"area": "premises", "variant": "quick"}, {"area": "systems", "variant": "quick"},
    ]  # fmt: skip
    found = [me.form(**words).key for words in asked]
    assert ["default", "systems", "outage", "outage", "default", "quick", "quick-premises", "quick"] == found
    assert not is_there(me, variant="long")
    with pytest.raises(Invalid) as invalid:
        me.form(area=1, variant=None)  # type: ignore[arg-type]
    assert ["area", "variant"] == [fault.path for fault in invalid.value.faults]


def test_an_area_or_service_that_cannot_be_named_has_no_form(desk: Desk) -> None:
    """An area out of the vocabulary, and a service that is unknown, retired, another customer's, or no id at all."""
    ana, bo, cleo, luis = (desk.acting_as(actor) for actor in (ANA, BO, CLEO, LUIS))
    desk.catalogue.put(Service(id="theirs", name="", customers={"gone"}))
    assert [False, False] == [is_there(me, area="x") for me in (ana, luis)]
    assert [True, False, True, True] == [is_there(me, service="backup") for me in (ana, bo, cleo, luis)]
    assert [False, False, False] == [is_there(me, service="nothing") for me in (ana, cleo, luis)]
    assert [False, False] == [is_there(me, service="theirs") for me in (ana, cleo)]
    assert [False, False] == [is_there(ana, service=service) for service in ("x" * 65, "a\0")]
    desk.catalogue.retire("service", "visits")
    assert [False, False] == [is_there(me, service="visits") for me in (ana, luis)]
    with pytest.raises(Refused):  # who may not open is told that first
        desk.acting_as(HAL).form(area="x")


def test_who_may_not_open_is_shown_no_form(desk: Desk) -> None:
    """The form is refused for the reasons for which the command is."""
    strangers = [(ZOE, "unknown_actor"), (HAL, "role_required"), (DAN, "no_customer")]
    gone = attrs.evolve(ANA, customers={"gone"})
    for actor, code in [*strangers, (gone, "customer_unknown")]:
        for ask in (lambda me: me.form(), lambda me: me.open({"subject": "x", "type": "question"})):
            with pytest.raises(Refused) as refused:
                ask(desk.acting_as(actor))
            assert code == refused.value.code
        assert [code] == [reason.code for offer in desk.acting_as(actor).actions() for reason in offer.reasons]


def test_staff_whose_own_customer_is_gone_may_open(desk: Desk) -> None:
    """What a member of staff is a customer of does not matter: the offer, the form and the command say so alike."""
    me = desk.acting_as(attrs.evolve(LUIS, customers={"gone"}))
    assert me.actions()[0].allowed
    assert [("acme", "ACME"), ("beta", "Beta")] == options(me.form(), "customer")
    assert me.open({"subject": "x", "type": "question", "customer": "beta"}).number == 1


def test_the_only_customer_stands_there(desk: Desk) -> None:
    """With one customer it is read-only and may be left out; with two it is asked for, with its names."""
    one, two = desk.acting_as(ANA).form(), desk.acting_as(CLEO).form()
    assert "acme" == one.data["customer"]
    assert one.schema["properties"]["customer"]["readOnly"]
    assert [True, True, False] == accepts(
        one,
        *({"subject": "x", "type": "question", **said} for said in ({}, {"customer": "acme"}, {"customer": "beta"})),
    )
    assert "customer" not in two.data
    assert "customer" in two.schema["required"]
    assert [("acme", "ACME"), ("beta", "Beta")] == options(two, "customer")


def test_a_service_of_another_customer_is_refused_though_the_customer_is_not_said(desk: Desk) -> None:
    """The one customer of an actor counts for what belongs to customers, said or not."""
    form, said = desk.acting_as(BO).form(), {"subject": "x", "type": "question", "service": "backup"}
    assert [("outage", "Outage line"), ("visits", "Visits")] == options(form, "service")
    with pytest.raises(Invalid) as invalid:
        desk.acting_as(BO).open(said)
    assert [("service", "not_of")] == [(fault.path, fault.code) for fault in invalid.value.faults]


def test_retired_records_are_not_offered_and_names_sort(desk: Desk) -> None:
    """Options are what is active, by name, then by id."""
    desk.catalogue.put(
        Service(id="zz", name="Outage line"), Service(id="aa", name="Visits"), Service(id="noname", name="")
    )
    found = options(desk.acting_as(GIL).form(), "service")
    names = ["backup", "outage", "zz", "aa", "visits", "noname"]
    assert names == [value for value, _ in found]
    assert ("noname", "noname") == found[-1]
    assert [("crm", "CRM"), ("erp", "ERP")] == options(desk.acting_as(GIL).form(), "product")


def test_what_hangs_on_another_field_follows_it(desk: Desk) -> None:
    """Modules are the chosen product's, versions also the customer's; none of them without a product."""
    view = desk.acting_as(CLEO).form(area="systems")
    base = {"subject": "x", "priority": "low", "steps": "s"}
    said: list[dict[str, Any]] = [
        {"customer": "acme", "product": "erp", "module": "sales"},
        {"customer": "acme", "product": "crm", "module": "sales"},
        {"customer": "acme", "product": "erp", "module": "fax"},
        {"customer": "acme", "module": "sales"},
        {"customer": "acme", "product": "erp", "module": "sales", "product_version": "erp-10"},
        {"customer": "beta", "product": "erp", "module": "sales", "product_version": "erp-10"},
        {"customer": "beta", "product": "crm", "module": "leads", "product_version": "crm-2"},
    ]
    assert [True, False, False, False, True, False, True] == accepts(view, *(base | one for one in said))


def test_a_known_area_stands_there_where_it_is_asked(desk: Desk) -> None:
    """An area or service the form leaves open is filled in, if the form asks for it and it is an option."""
    me = desk.acting_as(ANA)
    found = [me.form(**words).data for words in ({"service": "backup"}, {"area": "systems"})]
    assert ["backup", None] == [data.get("service") for data in found]
    assert [None, None] == [data.get("area") for data in found]  # set by its form, or not asked


def test_facts_of_the_actor_stand_there_if_they_would_be_taken(desk: Desk) -> None:
    """Name, mail and phone come from the catalogue, defaults from the form; nothing else is filled in."""
    assert {"customer": "acme", "priority": "normal", "origin": "web", "phone": "+34 600 000 001",
            "mailbox": "ana@acme.example"} == desk.acting_as(ANA).form().data  # fmt: skip
    assert {"customer": "acme", "priority": "normal", "origin": "web"} == desk.acting_as(GIL).form().data
    assert "Bea Soto" == desk.acting_as(BEA).form(area="premises").data["reporter"]
    assert "Mar Ortiz" == desk.acting_as(MAR).form(area="premises").data["reporter"]


def test_what_a_form_sets_is_not_asked(desk: Desk) -> None:
    """A quick form gives the ticket its values, and what hangs on them is narrowed at once."""
    me = desk.acting_as(ANA)
    view = me.form(variant="quick")
    assert ["customer", "subject", "module", "description"] == view.ui["ui:order"]
    assert [("sales", "Sales"), ("stock", "Stock")] == options(view, "module")
    ticket = me.get(me.submit(view.submit, {"subject": "x", "description": "y", "module": "sales"}).id)
    assert ("erp", "sales", "question", "low") == (ticket.product, ticket.module, ticket.type, ticket.priority)


def test_what_a_form_sets_must_be_there(desk: Desk) -> None:
    """A form that sets a retired record is not there, and opening with it all the same is the fault of the form."""
    me = desk.acting_as(ANA)
    submit, said = me.form(variant="quick").submit, {"subject": "x", "description": "y"}
    desk.catalogue.retire("product", "erp")
    for person in (ANA, LUIS):
        assert not is_there(desk.acting_as(person), variant="quick")
        home = desk.acting_as(person).home()
        assert "quick" not in [link.key for link in home.forms]
        assert "quick" not in [item.name for item in home.menu if item.to == "form"]
    assert "quick-premises" in [link.key for link in me.home().forms]
    with pytest.raises(Invalid) as invalid:
        me.submit(submit, said)
    assert [("form", "retired_record")] == [(fault.path, fault.code) for fault in invalid.value.faults]


def test_a_form_for_a_service_is_there_for_those_who_may_name_it(desk: Desk) -> None:
    """Not for another customer's side; for staff as long as the service is offered at all."""
    links = lambda actor: [link.key for link in desk.acting_as(actor).home().forms]  # noqa: E731
    desk.catalogue.put(Service(id="outage", name="Outage line", customers={"acme"}))
    assert [True, False, True, True] == ["outage" in links(actor) for actor in (ANA, BO, CLEO, LUIS)]
    assert [True, False] == [is_there(desk.acting_as(actor), service="outage") for actor in (ANA, BO)]
    said = {"subject": "x", "product": "erp", "urgency": "now", "affected": 3}
    for actor, more in ((BO, {}), (LUIS, {"customer": "beta"})):
        with pytest.raises(Invalid) as invalid:
            desk.acting_as(actor).open({**said, **more}, form="outage")
        assert [("form", "not_of")] == [(fault.path, fault.code) for fault in invalid.value.faults]
    assert 1 == desk.acting_as(LUIS).open({**said, "customer": "acme"}, form="outage").number
    desk.catalogue.retire("service", "outage")
    assert [False, False] == ["outage" in links(actor) for actor in (ANA, LUIS)]


@pytest.mark.parametrize(
    ("sets", "those"),
    [
        ({"service": "nothing"}, ""),
        ({"module": "sales"}, ""),  # a module is of a product, which is not said
        ({"module": "sales", "product": "crm"}, ""),
        ({"module": "sales", "product": "erp"}, "ana bo cleo luis"),
        ({"product": "old"}, ""),
        ({"product_version": "erp-10", "product": "erp"}, "ana cleo luis"),
        ({"agreement": "gold"}, "ana cleo luis"),
        ({"project": "move", "service": "backup"}, "ana cleo luis"),
        ({"project": "rollout", "service": "backup"}, ""),  # of two customers
    ],
    ids=str,
)
def test_what_a_form_sets_has_to_fit(desk: Desk, sets: dict[str, str], those: str) -> None:
    """All records that a form sets may be named together for one of the actor's customers."""
    form = attrs.evolve(PORTAL.form, key="own", variant="own", sets=tuple(sets.items()))
    form = attrs.evolve(form, fields=tuple(f for f in form.fields if f.key in ("subject", "customer")))
    other = Desk(attrs.evolve(PORTAL, forms=(*PORTAL.forms, form)), desk.store)
    found = [actor.id for actor in (ANA, BO, CLEO, LUIS) if is_there(other.acting_as(actor), variant="own")]
    assert those.split() == found
    for actor in (ANA, BO, CLEO, LUIS):
        assert (actor.id in found) == ("own" in [link.key for link in other.acting_as(actor).home().forms])


def test_which_forms_there_are_costs_one_read_at_most(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What forms name is read in one go, and nothing is where they name nothing."""
    from supportcore.storage.memory.ledger import MemoryLedger

    asked: list[tuple[Any, ...]] = []
    plain = MemoryLedger.records

    def counting(self: Any, refs: Any) -> Any:
        asked.append(tuple(refs))
        return plain(self, asked[-1])

    monkeypatch.setattr(MemoryLedger, "records", counting)
    bare = Desk(load_definition("noova"), desk.store).acting_as(Actor(id="x", roles={"consultor"}))
    for me, reads in ((desk.acting_as(LUIS), [(("service", "outage"), ("product", "erp"))]), (bare, [])):
        asked.clear()
        viewer = me._requests.viewer({})
        found = me._run(Request(lambda ledger, viewer=viewer: forms.links(ledger, viewer, None)))
        assert len(me._requests.viewer({}).desk.forms) == len(found)
        assert reads == asked


def test_a_contact_is_the_customers(desk: Desk) -> None:
    """Somebody known as another customer's contact is refused; one who is not known, or of no customer, may be."""
    me, said = desk.acting_as(LUIS), {"subject": "x", "type": "question", "customer": "acme"}
    desk.catalogue.put(Contact(id="free", name="Free"))
    with pytest.raises(Invalid) as invalid:
        me.open(said, contact="bo")
    assert [("contact", "not_of")] == [(fault.path, fault.code) for fault in invalid.value.faults]
    found = [me.get(me.open(said, contact=contact).id).contact for contact in ("ana", "cleo", "free", "nobody", None)]
    assert ["ana", "cleo", "free", "nobody", "luis"] == found


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"type": "question", "steps": "s"}, "steps"),
        ({"type": "problem", "steps": "s", "channel": "chat"}, "channel"),
        ({"type": "question", "affected": 3}, "affected"),
        ({"type": "question", "priority": "high", "affected": 9, "loss": 1}, "loss"),
        ({"type": "question", "since": "2026-03-27T10:00:00Z"}, "since"),
        ({"type": "question", "place": "here"}, "place"),
        ({"type": "question", "asset": "AB-1234"}, "asset"),
    ],
)
def test_a_field_that_is_not_asked_is_refused(desk: Desk, said: dict[str, Any], field: str) -> None:
    """Where its condition does not hold, a field is `not_asked` to the command, and refused by the schema."""
    me = desk.acting_as(ANA)
    view, document = me.form(), {"subject": "x", **said}
    with pytest.raises(Invalid) as invalid:
        me.submit(view.submit, document)
    assert [(field, "not_asked")] == [(fault.path, fault.code) for fault in invalid.value.faults]
    assert {field} == {told.field for told in judge().faults(view.schema, [document])[0]}
    del document[field]
    assert [True] == accepts(view, document)
    me.submit(view.submit, document)


def test_links_are_all_forms(desk: Desk) -> None:
    """Every form has a link, with its label in the actor's language; a default form without one is the command's."""
    found = desk.acting_as(ANA).home().forms
    assert [form.key for form in PORTAL.forms] == [link.key for link in found]
    assert "Pregunta rápida" == found[4].label
    noova = Desk(load_definition("noova"), desk.store)
    noova.catalogue.put(Customer(id="acme", name="ACME"))
    (bare,) = noova.acting_as(Actor(id="x", roles={"cliente"}, customers={"acme"}, locale="en")).home().forms
    assert bare.label


def test_classifying_keeps_what_the_ticket_has(desk: Desk) -> None:
    """A retired product of the ticket stays an option; another product takes the module with it."""
    me = desk.acting_as(LUIS)
    said = {"subject": "x", "type": "question", "customer": "acme", "product": "erp", "module": "sales"}
    ticket = me.open(said).id
    desk.catalogue.retire("product", "erp")
    view = actions(desk, LUIS, ticket)["triage"].form
    assert view is not None
    assert ("erp", "sales") == (view.data["product"], view.data["module"])
    wanted: list[dict[str, Any]] = [
        {}, {"product": "erp"}, {"product": "crm"}, {"product": "crm", "module": "leads"}, {"product": None},
        {"product": None, "module": None}, {"module": None}, {"module": "stock"}, {"product": "old"},
    ]  # fmt: skip
    assert [True, True, False, True, False, True, True, True, False] == accepts(view, *wanted)
    with pytest.raises(Invalid) as invalid:
        me.submit(view.submit, {"product": "crm"})
    assert [("module", "not_of")] == [(fault.path, fault.code) for fault in invalid.value.faults]
    me.submit(view.submit, {"product": "erp", "priority": "high"})
    assert ("erp", "sales", "high") == (me.get(ticket).product, me.get(ticket).module, me.get(ticket).priority)


def test_a_module_that_moved_is_kept_while_nothing_about_it_changes(desk: Desk) -> None:
    """Classifying something else does not fail because a record changed hands meanwhile."""
    me = desk.acting_as(LUIS)
    said = {"subject": "x", "type": "question", "customer": "acme", "product": "erp", "module": "sales"}
    ticket = me.open(said).id
    desk.catalogue.put(attrs.evolve(desk.catalogue.get("module", "sales"), product="crm"))
    view = actions(desk, LUIS, ticket)["triage"].form
    assert view is not None
    assert [True, True, False] == accepts(view, {"priority": "high"}, {"module": "sales"}, {"product": "old"})
    me.submit(view.submit, {"priority": "high", "module": "sales"})
    assert "high" == me.get(ticket).priority


def test_actions_say_why_not_in_the_language_of_the_actor(desk: Desk) -> None:
    """What is not allowed has its reasons and no form; what is allowed has a form that says how it is sent."""
    ticket = desk.acting_as(ANA).open({"subject": "x", "type": "question"}).id
    found = actions(desk, LUIS, ticket)
    assert all(action.allowed == (action.form is not None) == (not action.reasons) for action in found.values())
    assert "wrong_state" == found["solve"].reasons[0].code
    assert "No es posible en el estado Nuevo." == found["solve"].reasons[0].text
    hand_over = found["hand_over"].form
    assert hand_over is not None
    assert ["hal", "lea", "luis", "mar"] == sorted(value for value, _ in options(hand_over, "assignee"))
    assert ("act", "hand_over", ticket, desk.acting_as(LUIS).get(ticket).version) == (
        hand_over.submit.command, hand_over.submit.action, hand_over.submit.ticket, hand_over.submit.seen_version
    )  # fmt: skip
    assert {"ask"} == actions(desk, LUIS, ticket, ("ask",)).keys()
    dump(tuple(found.values()))


def test_records_are_read_once_for_all_forms(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many actions ask for agents or products, a kind is read once for a page."""
    from supportcore.storage.memory.ledger import MemoryLedger

    ticket = desk.acting_as(ANA).open({"subject": "x", "type": "question"}).id
    read: Counter[str] = Counter()
    plain = MemoryLedger.records_of

    def counting(self: Any, kind: str, **more: Any) -> Any:
        read[kind] += 1
        return plain(self, kind, **more)

    monkeypatch.setattr(MemoryLedger, "records_of", counting)
    actions(desk, LUIS, ticket)
    assert {"agent", "team", "product", "module", "version", "service", "project", "agreement", "article"} == set(read)
    assert {1} == set(read.values())


def test_more_records_than_are_offered_are_typed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the limit a field takes any id, as do those that hang on it; the command still says which there are."""
    monkeypatch.setattr(choices, "OPTIONS", 3)
    me = desk.acting_as(ANA)
    assert "oneOf" in me.form().schema["properties"]["product"]
    desk.catalogue.put(Product(id="p3", name="P3"), Product(id="p4", name="P4"))
    view = me.form()
    for key in ("product", "module"):
        assert "oneOf" not in view.schema["properties"][key]
        assert 64 == view.schema["properties"][key]["maxLength"]
    said = {"subject": "x", "type": "question", "product": "nobody"}
    assert [True] == accepts(view, said)
    with pytest.raises(Invalid) as invalid:
        me.submit(view.submit, said)
    assert [("product", "unknown_record")] == [(fault.path, fault.code) for fault in invalid.value.faults]


def test_a_schema_is_made_once(desk: Desk) -> None:
    """The same form for the same choices in the same language has its schema from before; another has its own."""
    schemas._texts.cache_clear()
    desk.acting_as(ANA).form()
    made = schemas._texts.cache_info().misses
    desk.acting_as(ANA).form()
    desk.acting_as(attrs.evolve(ANA, id="other")).form()
    assert made == schemas._texts.cache_info().misses
    for actor in (attrs.evolve(ANA, locale="en"), attrs.evolve(ANA, customers={"beta"}, locale="fr")):
        desk.acting_as(actor).form()
        made += 1
        assert made == schemas._texts.cache_info().misses
    desk.catalogue.put(Product(id="new", name="New"))
    desk.acting_as(ANA).form()
    assert made + 1 == schemas._texts.cache_info().misses
