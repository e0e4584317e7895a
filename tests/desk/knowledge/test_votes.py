"""Whether an article helped: one vote a person, which may be changed and taken back."""

from __future__ import annotations

from typing import Any

import pytest

from supportcore import Invalid, NotFound, Refused
from supportcore.knowledge.article import Readings
from tests.desk.knowledge.library import ANA, BO, LUIS, NOBODY, STRANGER, stored


def counted(desk: Any, article: str = "a-public") -> Readings:
    found: Readings = stored(desk, lambda ledger: ledger.readings((article,))).get(article, Readings())
    return found


def test_a_person_has_one_vote(noova: Any) -> None:
    """The last word counts; None takes it back; the page tells the sums and what the actor said."""
    ana, bo = noova.acting_as(ANA), noova.acting_as(BO)
    ana.vote("a-public", True)
    ana.vote("a-public", True)
    assert Readings(people=1, helpful=1) == counted(noova)
    bo.vote("a-public", False)
    ana.vote("a-public", False)
    assert Readings(people=2, unhelpful=2) == counted(noova)
    ana.vote("a-public", None)
    assert Readings(people=2, unhelpful=1) == counted(noova)
    votes = [(who.article("a-public").votes.mine, who.article("a-public").votes.unhelpful) for who in (ana, bo)]
    assert [(0, 1), (-1, 1)] == votes
    assert "¿Le resultó útil?" == ana.article("a-public").votes.label


def test_taking_back_nothing_notes_nothing(noova: Any) -> None:
    """Somebody who never read it has not read it by taking back a vote."""
    noova.acting_as(ANA).vote("a-public", None)
    assert Readings() == counted(noova)


@pytest.mark.parametrize(("who", "key"), [(BO, "c-acme"), (NOBODY, "b-customers"), (ANA, "f-draft"), (ANA, "nothing")])
def test_only_readers_vote(noova: Any, who: Any, key: str) -> None:
    """What one may not read is not there to vote on, and nothing is kept."""
    with pytest.raises(NotFound):
        noova.acting_as(who).vote(key, True)
    assert Readings() == counted(noova, key)


@pytest.mark.parametrize("key", ["f-draft", "g-review", "h-retired"])
@pytest.mark.parametrize("said", [True, False, None])
def test_what_is_not_published_is_not_voted_on(memory: Any, key: str, said: bool | None) -> None:
    """Staff, who may read it, is told so; others are told that there is none."""
    with pytest.raises(Refused) as refused:
        memory.acting_as(LUIS).vote(key, said)
    assert ["article_state"] == [reason.code for reason in refused.value.reasons]
    with pytest.raises(NotFound):
        memory.acting_as(ANA).vote(key, said)
    assert Readings() == counted(memory, key)


@pytest.mark.parametrize("said", [1, 0, "yes", []])
def test_a_vote_is_yes_or_no(memory: Any, said: Any) -> None:
    """Anything else is refused, and where it stands is told."""
    with pytest.raises(Invalid) as refused:
        memory.acting_as(LUIS).vote("a-public", said)
    assert ["helpful"] == [fault.path for fault in refused.value.faults]


def test_strangers_do_not_vote(memory: Any) -> None:
    """Without a role there is nothing to say."""
    with pytest.raises(Refused):
        memory.acting_as(STRANGER).vote("a-public", True)
