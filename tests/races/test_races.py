"""Many processes on few hot tickets lose nothing, double nothing and do nothing by half; a few seconds of each kind."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

import pytest

from tests.stores import server_url
from tests.stress.journal import Journal, lines
from tests.stress.judge import judge
from tests.stress.places import opened, place_in, prepare
from tests.stress.races import race
from tests.stress.work import ACTORS, give

_parts = count(1)

WAYS = [
    ("sqlite", None, False),
    ("sqlite", "default", True),
    ("postgresql", None, False),
    ("postgresql", "default", True),
    ("postgresql", "REPEATABLE READ", False),
    ("postgresql", "REPEATABLE READ", True),
    ("postgresql", "SERIALIZABLE", True),
    ("mariadb", None, False),
    ("mariadb", "default", True),
    ("mariadb", "REPEATABLE READ", False),
    ("mariadb", "REPEATABLE READ", True),
    ("mongodb", None, False),
    ("mongodb", "default", True),
]


def ways() -> list[object]:
    """Return the stores, and how each is reached: isolation, and whether inside transactions of a host."""
    told = {None: "", "default": "-host"}
    return [
        pytest.param(
            name, isolation, joined, marks=pytest.mark.store(name),
            id=f"{name}{told.get(isolation, f'-{isolation}')}{'-joined' if joined else ''}".replace(" ", "_"),
        )
        for name, isolation, joined in WAYS
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "isolation", "joined"), ways())
def test_races(name: str, isolation: str | None, joined: bool, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Writers, two notifiers, two keepers of time and two followers of the feed at once leave a sound desk."""
    place = place_in(
        name, tmp_path, server_url(request, name), part=f"r{next(_parts)}_{os.getpid()}_",
        isolation=isolation, joined=joined,
    )  # fmt: skip
    verdict = race(place, tmp_path, writers=4, others=2, tickets=24, hot=3)
    assert [] == verdict.findings
    assert verdict.figures["tickets"] >= 24
    assert verdict.figures["done"] > 48
    assert verdict.figures["notices"] > 24


@pytest.mark.store("sqlite")
def test_judge_sees_what_is_wrong(tmp_path: Path) -> None:
    """A lost order, a doubled receipt, an event from nowhere, a notice sent twice and a gap in the feed are found."""
    place = place_in("sqlite", tmp_path)
    prepare(place)
    with opened(place) as desk:
        order = {
            "id": "a",
            "who": "cleo",
            "verb": "open",
            "ticket": "",
            "given": {"subject": "x", "customer": "acme"},
            "seen": None,
        }
        receipt = give(desk, order)
        journal = Journal(tmp_path / "write-0.journal")
        journal.write("try", order=order)
        journal.write("end", id="a", receipt=[receipt.id, receipt.number, receipt.version + 1, receipt.state])
        journal.write("try", order={**order, "id": "lost"})
        journal.write("end", id="lost", receipt=[receipt.id, receipt.number, 1, "new"])
        acting = desk.acting_as(ACTORS["luis"])
        acting.note(receipt.id, "nobody says so", command_id="nowhere")
        journal.write("try", order={**order, "id": "refused", "verb": "reply"})
        acting.note(receipt.id, "it was said to be refused", command_id="refused")
        journal.write("end", id="refused", refused="not_found")
        journal.close()
        follower = Journal(tmp_path / "follow-0.journal")
        follower.write("fed", events=[[2, receipt.id, 2, "a"]])
        follower.close()
        notifier = Journal(tmp_path / "deliver-0.journal")
        notifier.write("sent", id="n")
        notifier.write("sent", id="n")
        notifier.close()
    assert list(lines(tmp_path / "follow-0.journal"))
    found = "\n".join(judge(place, tmp_path).findings)
    for what in (
        "lost",
        "stored is",
        "nobody gave order nowhere",
        "refused, and is there",
        "sent twice",
        "saw other events",
    ):
        assert what in found
