"""What people attached to tickets is the same in another store."""

from __future__ import annotations

from pathlib import Path

import pytest

from supportcore import Desk, FrozenClock
from supportcore.copying import copy_store
from tests.desk.bonds.house import HOUSE, LUIS, PEOPLE, opens
from tests.desk.views.portals import names
from tests.stores import open_desk_named, open_store_named, server_url


@pytest.mark.parametrize("name", [one for one in names() if "async" not in str(one.values[0])])
def test_copied_to_another_store_they_stay_merged(
    name: str, tmp_path: Path, clock: FrozenClock, request: pytest.FixtureRequest
) -> None:
    """Numbers, links, followers and tags are found there as here, after building the index anew as well."""
    url = server_url(request, name)
    with (
        open_desk_named("memory", HOUSE, tmp_path, clock=clock) as here,
        open_store_named(name, tmp_path, server_url=url) as there,
    ):
        here.install(**PEOPLE)
        first, second, third = opens(here), opens(here), opens(here)
        luis = here.acting_as(LUIS)
        luis.tag(second.id, ["vpn", "net"])
        luis.link(second.id, third.id, "parent")
        luis.merge(first.id, second.id)
        assert () == copy_store(here.store, there).differences
        desk = Desk(HOUSE, there, clock=clock)
        for _ in range(2):
            me = desk.acting_as(LUIS)
            assert second.id == me.get(1).id
            assert luis.page(1) == me.page(1)
            assert [2] == [row.number for row in me.listing(where={"tags": "vpn"}).rows]
            assert () == desk.verify().findings
            desk.reindex()
