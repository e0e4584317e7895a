"""Who may be erased or exported: anybody but the desk itself."""

from __future__ import annotations

from collections.abc import Iterable

from supportcore.errors import Fault, Invalid, facts
from supportcore.text import id_fault
from supportcore.tickets.events import SYSTEM_ACTOR


def check_person(person: object, names: object) -> tuple[str, tuple[str, ...]]:
    """
    Return the id of a person, and what else he is called.

    Raises:
        Invalid: It is no id, or that of the desk itself; or *names* are no texts.
    """
    fault = id_fault(person, "person")
    if fault is None and person == SYSTEM_ACTOR:
        fault = Fault("person", "not_a_person", facts(id=SYSTEM_ACTOR))
    given = (names,) if isinstance(names, str) else names
    told = facts(expected="names", expected_es="nombres")
    if not isinstance(given, Iterable):
        raise Invalid(*filter(None, [fault, Fault("names", "wrong_type", told)]))
    called = tuple(given)
    faults = [fault, *(Fault("names", "wrong_type", told) for name in called if not isinstance(name, str))]
    if any(faults) or not isinstance(person, str):
        raise Invalid(*filter(None, faults))
    return person, tuple(name for name in called if name)
