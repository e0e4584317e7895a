"""Pages by cursor while others work: what does not move is met once, on its way forwards and backwards."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from supportcore import FrozenClock
from supportcore.definition.screens import SORTED
from supportcore.ids import seeded_ids
from supportcore.text import NEVER
from tests.desk.views.listed import FILED, NOON, OPENERS, act, live, opened, portal
from tests.desk.views.portals import names
from tests.desks.portal import CLEO, LUIS
from tests.stores import server_url

EXAMPLES = {"memory": 60, "sqlite": 12, "postgresql": 6}
STORES = [param for param in names("memory", "sqlite", "postgresql") if param.values[0] in EXAMPLES]


class Walk:
    """One walk over a list of open tickets, and what the list held at each step of it."""

    def __init__(self, desk: Any, clock: FrozenClock, rng: random.Random) -> None:
        self.desk, self.clock, self.rng = desk, clock, rng
        self.person = rng.choice((LUIS, CLEO))
        self.sort = rng.choice(("", "-")) + rng.choice(sorted(SORTED))
        self.limit = rng.choice((1, 2, 3))
        self.ids = live(desk, clock, rng, tickets=rng.randint(3, 7), deeds=4)
        self.moments: list[dict[str, Any]] = []

    def page(self, cursor: str | None) -> Any:
        """Read a page, and note what the list holds just then."""
        asked: dict[str, Any] = {"sort": self.sort, "where": {"is_open": True}}
        found = self.desk.acting_as(self.person).find({"is_open": True}, limit=200).items
        key = SORTED[self.sort.removeprefix("-")]
        self.moments.append({ticket.id: _key(getattr(ticket, key)) for ticket in found})
        return self.desk.acting_as(self.person).listing(limit=self.limit, cursor=cursor, **asked)

    def others_work(self) -> None:
        """Things change, appear and leave."""
        for _ in range(self.rng.randint(0, 3)):
            if self.rng.random() < 0.3:
                self.ids.append(opened(self.desk, self.rng.choice(OPENERS), **self.rng.choice(FILED)))
            else:
                act(self.desk, self.clock(), self.rng, self.ids)
            self.clock.move(timedelta(minutes=self.rng.choice((0, 5))))

    def check(self, met: list[str]) -> None:
        """What stood in the list all the time under one key was met once; nothing came twice under one key."""
        first = self.moments[0]
        steady = {one: key for one, key in first.items() if all(key == then.get(one) for then in self.moments)}
        times = Counter(met)
        assert dict.fromkeys(steady, 1) == {one: times[one] for one in steady}
        for one, count in times.items():
            assert count == 1 or len({then.get(one) for then in self.moments}) > 1
        expected = sorted(steady, key=lambda one: (steady[one], one), reverse=self.sort.startswith("-"))
        assert expected == [one for one in met if one in steady]


def _key(value: Any) -> Any:
    return NEVER if value is None else value if isinstance(value, (int, datetime)) else str(value)


@pytest.mark.parametrize("name", STORES)
def test_what_stands_still_is_met_once(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Forwards to the end, then backwards to the beginning, while rows change, appear and leave."""
    profile = settings()
    url = server_url(request, name)

    @given(rng=st.randoms(use_true_random=False))
    @settings(
        profile,
        max_examples=EXAMPLES[name],
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=[HealthCheck.too_slow, *profile.suppress_health_check],
    )
    def walked(rng: random.Random) -> None:
        clock = FrozenClock(NOON)
        with portal(name, tmp_path, url, clock, ids=seeded_ids(7)) as desk:
            walk = Walk(desk, clock, rng)
            view = walk.page(None)
            met = [row.id for row in view.rows]
            while view.page.next:
                walk.others_work()
                view = walk.page(view.page.next)
                met += [row.id for row in view.rows]
            walk.check(met)
            view = walk.page(None)
            while view.page.next:
                view = walk.page(view.page.next)
            walk.moments = walk.moments[-1:]
            met = [row.id for row in view.rows]
            while view.page.previous:
                walk.others_work()
                view = walk.page(view.page.previous)
                met = [row.id for row in view.rows] + met
            walk.check(met)

    walked()
