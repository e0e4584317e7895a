"""Every form of every desk, drawn by react-jsonschema-form: what is seen is what the view and the engine say."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import Any

import pytest

from supportcore import Invalid
from supportcore.forms.checking import check
from supportcore.tickets.references import parents_of
from tests.browser.driving import Browser, Seen
from tests.browser.filling import filled_in, slips
from tests.browser.forms import DESKS, LANGUAGES, WHOLE, House, Shown

house = lru_cache(House)


def shown_forms(desk: str, language: str) -> list[Shown]:
    return _shown_forms(house(DESKS[desk], language))


@lru_cache
def _shown_forms(at: House) -> list[Shown]:
    return list(at.shown())


every_desk = pytest.mark.parametrize("desk", DESKS)
every_language = pytest.mark.parametrize(
    ("desk", "language"), [(desk, language) for desk in DESKS for language in LANGUAGES[: 2 if desk in WHOLE else 1]]
)
every_way = pytest.mark.parametrize(
    ("desk", "sparing", "last"),
    [
        pytest.param(desk, sparing, last, id=f"{desk}-{'least' if sparing else 'all'}-{'last' if last else 'first'}")
        for desk in DESKS
        for sparing, last in product((False, True), repeat=2)
        if desk in WHOLE or sparing == last
    ],
)


@every_language
def test_a_form_is_drawn_as_the_view_says(browser: Browser, desk: str, language: str) -> None:
    """Title, button, fields in their order, labels and helps; nothing is chosen but what the view says."""
    forms = shown_forms(desk, language)
    assert len(forms) > len(DESKS[desk].forms)
    for shown in forms:
        seen = browser.drawn(shown.view)
        data, title = shown.view["data"], shown.view["title"]
        assert (title, shown.view["submit"]["label"]) == (seen.title, seen.button), shown.name
        assert shown.asked(data) == seen.order, shown.name
        assert data == seen.document, shown.name
        for key, field in seen.fields.items():
            assert shown.titles[key] == field.label != key, (shown.name, key)
            assert shown.view["help"].get(key, "") == field.help, (shown.name, key)
            assert (shown.title_of(key, data[key]) if key in data else None) == _read(field.shown), (shown.name, key)
            asked = shown.form.field(key)
            assert asked is not None
            enough = asked.required and asked.default is None and key not in shown.view["any_of"]
            assert enough == field.required, (shown.name, key)
            told = shown.view["ui"].get(key, {}).get("ui:placeholder", "") if asked.default is None else ""
            assert told == field.unchosen, (shown.name, key)
            assert [] == field.errors


def _read(shown: str | bool | None) -> str | bool | None:
    """An instant in UTC, as its control shows it, as it is written."""
    return f"{shown}Z" if isinstance(shown, str) and _is_local(shown) else shown


def _is_local(shown: str) -> bool:
    return len(shown) == 23 and shown[10] == "T"


def test_each_language_has_labels_of_its_own() -> None:
    """What a field is called in Spanish is what the desk's labels say, and so in English."""
    for desk, definition in DESKS.items():
        spanish, english = ({s.name: s for s in shown_forms(desk, language)} for language in LANGUAGES)
        assert list(spanish) == list(english)
        for name, shown in spanish.items():
            for titles, language in ((shown.titles, "es"), (english[name].titles, "en")):
                told = {key: definition.labels.label("fields", key, language) for key in titles}
                assert {key: title for key, title in told.items() if title != key}.items() <= titles.items()
    noova = {shown.view["key"]: shown for shown in shown_forms("noova", "es")}
    assert ("Asunto", "Producto") == (noova["default"].titles["subject"], noova["default"].titles["product"])
    assert "Comentario" == noova["reply"].titles["text"]
    english_noova = {shown.view["key"]: shown for shown in shown_forms("noova", "en")}
    assert "Comment" == english_noova["reply"].titles["text"]


@every_language
def test_choosing_brings_up_what_is_asked_then(browser: Browser, desk: str, language: str) -> None:
    """Whatever one chooses, the fields drawn are those that the engine asks; taken back, they are those of before."""
    forms = {(shown.view["key"], shown.form): shown for shown in shown_forms(desk, language)}
    for shown in forms.values():
        chosen = [(key, value) for key, value in _choices(shown) if key not in shown.view["data"]]
        first, *seen = browser.steps(shown.view, *([step] for step in _there_and_back(chosen)))
        for step, before, after in zip(_there_and_back(chosen), [first, *seen], seen, strict=False):
            assert shown.asked(after.document) == after.order, (shown.name, step)
            assert step[1] is not None or first.order == after.order, (shown.name, step)
            assert before.document != after.document, (shown.name, step)


def _choices(shown: Shown) -> list[tuple[str, Any]]:
    """What may be chosen at first, in fields that are not locked."""
    found = []
    for field in shown.form.fields:
        if field.fixed or field.key not in shown.asked({}):
            continue
        values: list[Any] = [True] if field.kind == "flag" else []
        for key, property_ in shown.view["schema"]["properties"].items():
            if key == field.key:
                values = [option["const"] for option in property_.get("oneOf", ())] or values
        found += [(field.key, value) for value in values if value is not None]
    return found


def _there_and_back(chosen: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [step for key, value in chosen for step in ((key, value), (key, None))]


@every_way
def test_a_form_filled_in_is_accepted(browser: Browser, desk: str, sparing: bool, last: bool) -> None:
    """What the form sends, filled in by hand, is what was filled in, and the command it is for accepts it."""
    at = house(DESKS[desk], LANGUAGES[last])
    for shown in map(at.again, shown_forms(desk, LANGUAGES[last])):
        full = filled_in(browser, shown, last=last, sparing=sparing)
        (seen,) = browser.told([["send"]])
        assert {} == seen.errors, shown.name
        assert full.document == seen.sent, shown.name
        assert set(seen.sent) <= set(seen.order), shown.name
        assert at.sent(shown, seen.sent) > 0


@every_desk
def test_a_fault_is_shown_at_the_field_where_the_engine_finds_it(browser: Browser, desk: str) -> None:
    """A form filled in, but for one slip: the browser shows errors at the fields that the command names."""
    at = house(DESKS[desk], "es")
    refused, done = 0, set()
    for shown in map(at.again, shown_forms(desk, "es")):
        full = filled_in(browser, shown, last=False)
        for key in full.order:
            field = shown.form.field(key)
            assert field is not None
            if (shown.view["key"], field) in done:  # as another role has it
                continue
            done.add((shown.view["key"], field))
            for slip in slips(field, full):
                seen = browser.drawn(shown.view, data=full.document, fill=[(key, slip)], send=True)
                faults, errors = faults_of(at, shown, seen), set(seen.errors)
                assert faults <= errors, (shown.name, key, slip)
                # What cannot be chosen once its parent is gone is shown to be wrong as well.
                assert all(faults & {*parents_of(other)} for other in errors - faults), (shown.name, key, slip)
                assert seen.errors or check(shown.form, seen.sent or {})[1] == (), (shown.name, key, slip)
                refused += bool(seen.errors)
    assert refused > 5


def faults_of(at: House, shown: Shown, seen: Seen) -> set[str]:
    """The fields at fault when a form is sent as it stands, if the browser would not send it."""
    if seen.sent is not None:
        return set()
    with pytest.raises(Invalid) as told:
        at.sent(shown, seen.document)
    return {fault.path for fault in told.value.faults}


def test_conditions_by_hand(browser: Browser) -> None:
    """A chain of conditions, one on two fields, one on a flag: as the definition of the portal has them."""
    me = next(shown for shown in shown_forms("portal", "en") if shown.name.startswith("default of luis"))
    steps: list[tuple[str, Any, set[str], set[str]]] = [
        ("priority", "urgent", {"affected"}, {"loss"}),
        ("affected", 9, {"affected"}, {"loss"}),
        ("affected", 10, {"affected", "loss"}, set()),
        ("affected", 500, {"affected"}, {"loss"}),
        ("affected", 499, {"affected", "loss"}, set()),
        ("priority", "low", set(), {"affected", "loss"}),
        ("type", "problem", {"steps"}, {"channel", "since"}),
        ("urgency", "now", {"steps", "since"}, {"channel"}),
        ("type", "request", {"channel"}, {"steps", "since"}),
        ("blocking", True, {"since"}, set()),
        ("blocking", False, set(), {"since"}),
        ("area", "premises", {"place"}, set()),
        ("product", "erp", {"place", "asset"}, set()),
        ("module", "stock", {"asset"}, {"place"}),
        ("product", None, set(), {"asset"}),
    ]
    first, *seen = browser.steps(me.view, *([(key, value)] for key, value, _, _ in steps))
    assert {"channel"} == {"steps", "channel", "affected", "loss", "since", "place", "asset"} & set(first.order)
    for (key, value, there, gone), after in zip(steps, seen, strict=True):
        assert there <= set(after.order), (key, value)
        assert not gone & set(after.order), (key, value)
        assert not gone & set(after.document), (key, value)


def test_options_hang_on_what_was_chosen_before(browser: Browser) -> None:
    """Modules and versions are those of the product and the customer; without a product there is nothing to choose."""
    me = next(shown for shown in shown_forms("portal", "en") if shown.name.startswith("default of luis"))
    beta = [("customer", "beta")]
    seen = browser.steps(
        me.view, beta, [("product", "erp")], [("product", "crm")], [("customer", "acme")], [("product", None)]
    )
    told = [[form.fields[key].options for key in ("module", "product_version", "project")] for form in seen]
    assert [
        [None, None, None],
        [None, None, ["Roll-out"]],
        [["Sales", "Stock"], ["ERP 9"], ["Roll-out"]],
        [["Leads"], ["CRM 2", "CRM 3"], ["Roll-out"]],
        [["Leads"], ["CRM 3"], ["Move"]],
        [None, None, ["Move"]],
    ] == told
    assert all(form.fields["module"].locked == (form.fields["module"].options is None) for form in seen)
