"""
A month in the life of a desk: about 300 tickets from a seed, then what people want to see of them.

    report = demonstrate(load_definition("noova"), open_store("sqlite:///demo.db"), seed=1)

Any desk can be shown, also one of your own. Printing needs the extra ``cli``; the month itself does not.
"""

from __future__ import annotations

from collections.abc import Callable

from supportcore.definition import Definition
from supportcore.demo.cast import cast_for
from supportcore.demo.month import live, open_desk
from supportcore.demo.records import Report
from supportcore.demo.report import report
from supportcore.errors import SupportError
from supportcore.storage.ports import Store

__all__ = ["TICKETS", "Report", "demonstrate"]

TICKETS = 300
"""How many tickets are opened in the month, unless told otherwise."""


def demonstrate(
    definition: Definition,
    store: Store,
    *,
    seed: int = 1,
    tickets: int = TICKETS,
    progress: Callable[[str, float], object] = lambda stage, share: None,
) -> Report:
    """
    Let a month happen on *store*, whose tables are there, and return what there is to see.

    Args:
        seed: The same seed gives the same month.
        tickets: How many are opened, at least one.
        progress: Called with what is being done, ``month`` or ``verify``, and the share of it that is done.

    Raises:
        SupportError: The store already holds tickets of this desk, or nobody may open one.
    """
    desk, clock = open_desk(definition, store, seed=seed)
    cast = cast_for(definition)
    if next(desk.ticket_ids(), None) is not None:
        raise SupportError(
            f"{store.url} already holds tickets of desk {definition.key}; give the demo a store of its own."
        )
    desk.install(**cast.records)
    desk.catalogue.put(*cast.preferences)
    begins_at = clock.at
    month = live(desk, clock, cast, seed=seed, tickets=tickets, progress=lambda share: progress("month", share))
    return report(
        desk,
        cast,
        month,
        seed=seed,
        begins_at=begins_at,
        progress=lambda verified: progress("verify", verified / tickets),
    )
