"""From draft to retired: what each step comes to, for whom, and what is kept of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supportcore import Actor, FrozenClock
from supportcore.articles.permissions import ACTIONS, offers, writing_refusals
from supportcore.definition.model import Labels
from supportcore.errors import CommandReused, Invalid, NotFound, Refused, StaleVersion
from supportcore.knowledge.lifecycle import KnowledgePolicy
from tests.articles.shelf import (
    ANA,
    BEA,
    BOTH,
    IMPORTER,
    PEOPLE,
    PUBLISHER,
    REVIEW,
    SMALL,
    START,
    STRANGER,
    WRITER,
    ask,
    check_sound,
    found,
    published,
    reasons_of,
    revisions,
    shelf,
    stored,
)

STORES = [pytest.param(name, marks=pytest.mark.store(name)) for name in ("memory", "sqlite")]
COMMON = settings(suppress_health_check=list(HealthCheck))
LEADS = {
    ("submit", "draft"): ("review", "agent"),
    ("send_back", "review"): ("draft", "helper"),
    ("publish", "draft"): ("published", "helper"),
    ("publish", "review"): ("published", "helper"),
    ("confirm", "published"): ("published", "helper"),
    ("retire", "published"): ("retired", "helper"),
    ("restore", "retired"): ("draft", "helper"),
    ("revise", "draft"): ("draft", "agent"),
    ("revise", "review"): ("review", "agent"),
    ("revise", "published"): ("published", "helper"),
}
"""By action and state: the state it leads to, and the role it takes."""


@pytest.mark.parametrize("name", STORES)
def test_an_article_lives(name: str, tmp_path: Path) -> None:
    """Written, submitted, sent back, revised, published, confirmed, retired, restored: each a revision."""
    clock = FrozenClock(START)
    with shelf(name, tmp_path, clock=clock) as desk:
        writer, publisher = desk.acting_as(WRITER), desk.acting_as(PUBLISHER)
        begun = writer.write_article({"title": "Cash up", "body": "*Count*.", "products": ["till"]}, article="cash")
        assert ("cash", 0, 1, "draft", START) == (begun.id, begun.number, begun.version, begun.state, begun.at)
        writer.act_on_article("cash", "submit")
        publisher.act_on_article("cash", "send_back", comment="Say how.")
        writer.revise_article("cash", {"body": "Count it twice.", "language": "en"}, comment="Said how.")
        clock.move(timedelta(hours=1))
        publisher.act_on_article("cash", "publish")
        assert {"cash"} == found(desk, "public")
        first = stored(desk, "cash")
        assert (START + timedelta(hours=1), START + timedelta(hours=1) + REVIEW) == (
            first.published_at,
            first.review_at,
        )
        clock.move(timedelta(days=1))
        publisher.act_on_article("cash", "confirm")
        assert clock() + REVIEW == stored(desk, "cash").review_at
        retired = publisher.act_on_article("cash", "retire", comment="Nobody counts any more.")
        assert (7, "retired", set()) == (retired.version, retired.state, found(desk, "public"))
        publisher.act_on_article("cash", "restore")
        publisher.act_on_article("cash", "publish")
        last = stored(desk, "cash")
        assert ("luis", first.published_at, clock()) == (last.author, last.published_at, last.updated_at)
        assert [
            ("create", "luis", ""),
            ("submit", "luis", ""),
            ("send_back", "eva", "Say how."),
            ("revise", "luis", "Said how."),
            ("publish", "eva", ""),
            ("confirm", "eva", ""),
            ("retire", "eva", "Nobody counts any more."),
            ("restore", "eva", ""),
            ("publish", "eva", ""),
        ] == [(one.action, one.actor, one.comment) for one in revisions(desk, "cash")]
        check_sound(desk)


class Life:
    """What an article ought to be, told by a table."""

    def __init__(self) -> None:
        self.state, self.title, self.version = "draft", "word", 1

    def may(self, actor: Actor, action: str) -> str:
        """Return why not: a code, or nothing."""
        if not {"agent", "helper"} & actor.roles:
            if actor is STRANGER:
                return "unknown_actor"
            if self.state != "published":
                return "not_found"
        elif (action, self.state) not in LEADS:
            return "article_state"
        _, role = LEADS.get((action, self.state), ("", ""))
        return "" if role in actor.roles else "role_required"

    def take(self, action: str, title: str) -> None:
        self.state, _ = LEADS[action, self.state]
        if action != "revise" or title != self.title:
            self.version += 1
        if action == "revise":
            self.title = title


@pytest.mark.parametrize("name", STORES)
def test_every_life_is_as_the_table_says(name: str, tmp_path: Path) -> None:
    """Whoever tries what, it happens or is refused as the table tells, as it was offered, and what is kept is sound."""
    examples = settings().max_examples

    @settings(COMMON, max_examples=examples if name == "memory" else max(3, examples // 8))
    @given(
        moves=st.lists(
            st.tuples(st.sampled_from(PEOPLE), st.sampled_from(ACTIONS), st.sampled_from(["word", "other"])),
            max_size=14,
        )
    )
    def lives(moves: list[tuple[Actor, str, str]]) -> None:
        clock, life = FrozenClock(START), Life()
        with shelf(name, tmp_path, clock=clock) as desk:
            desk.acting_as(WRITER).write_article({"title": "word"}, article="a")
            for actor, action, title in moves:
                clock.move(timedelta(minutes=1))
                code = life.may(actor, action)
                before = stored(desk, "a")
                if code not in ("unknown_actor", "not_found"):
                    offered = dict(offers(SMALL, actor, before))[action]
                    assert code == (offered[0].code if offered else "")
                if code:
                    with pytest.raises((Refused, NotFound)) as told:
                        give(desk, actor, action, title)
                    assert code == told.value.code
                    assert before == stored(desk, "a")
                    continue
                receipt = give(desk, actor, action, title)
                life.take(action, title)
                assert (life.state, life.version) == (receipt.state, receipt.version)
            article = stored(desk, "a")
            assert (life.state, life.title, life.version) == (article.state, article.title, article.version)
            assert (article.state == "published") == bool(found(desk, "public"))
            assert (article.state == "published") == (article.review_at is not None)
            check_sound(desk)

    lives()


def give(desk: Any, actor: Actor, action: str, title: str) -> Any:
    me = desk.acting_as(actor)
    return (
        me.revise_article("a", {"title": title}) if action == "revise" else me.act_on_article("a", action, comment="x")
    )


def test_duties_are_of_staff() -> None:
    """Without roles that write all of staff does, and publishes; no customer, whatever the policy names."""
    for policy in (KnowledgePolicy(), KnowledgePolicy(write=frozenset({"agent", "helper", "customer"}))):
        with shelf(definition=attrs.evolve(SMALL, knowledge=policy)) as desk:
            for actor in (WRITER, PUBLISHER):
                desk.acting_as(actor).write_article({"title": "x"}, article=actor.id)
                desk.acting_as(actor).act_on_article(actor.id, "publish")
                assert stored(desk, actor.id).review_at is None
            with pytest.raises(Refused, match="Only"):
                desk.acting_as(ANA).write_article({"title": "x"})
            with pytest.raises(Refused, match="Only"):
                desk.acting_as(ANA).revise_article("luis", {"title": "y"})


def test_reasons_name_the_roles() -> None:
    """Who may is told by the labels of the roles, in both languages; the state likewise."""
    with shelf() as desk:
        published(desk, "a")
        with pytest.raises(Refused) as told:
            desk.acting_as(WRITER).revise_article("a", {"title": "x"})
        label = SMALL.labels.label
        assert f"Only {label('roles', 'helper', 'en')} may do this." == told.value.text("en")
        with pytest.raises(Refused) as told:
            desk.acting_as(WRITER).act_on_article("a", "submit")
        assert "Not possible while the article is published." == told.value.text("en")
        assert "No es posible mientras el artículo está publicado." == told.value.text("es")
        assert ["unknown_action"] == reasons_of(lambda: desk.acting_as(BOTH).act_on_article("a", "revise"))
        assert ["unknown_action"] == reasons_of(lambda: desk.acting_as(BOTH).act_on_article("a", "burn"))


def test_who_may_not_read_is_told_that_there_is_none() -> None:
    """What is for others, or not published, is not there for a customer."""
    with shelf() as desk:
        published(desk, "open")
        published(desk, "inside", visibility="internal")
        published(desk, "ours", visibility="customer", customer="acme")
        desk.acting_as(WRITER).write_article({"title": "draft"}, article="draft")
        for actor, hidden in ((ANA, ("inside", "draft", "none")), (BEA, ("inside", "draft", "none", "ours"))):
            me = desk.acting_as(actor)
            for article in hidden:
                with pytest.raises(NotFound):
                    me.revise_article(article, {"title": "x"}, seen_version=7)
                with pytest.raises(NotFound):
                    me.act_on_article(article, "retire")
        assert ["role_required"] == reasons_of(lambda: desk.acting_as(ANA).act_on_article("ours", "retire"))
        assert ["unknown_actor"] == reasons_of(lambda: desk.acting_as(STRANGER).act_on_article("none", "retire"))


def test_a_reason_is_asked_for_to_send_back() -> None:
    """An article goes back with a comment that says something."""
    with shelf() as desk:
        desk.acting_as(WRITER).write_article({"title": "x"}, article="a")
        desk.acting_as(WRITER).act_on_article("a", "submit")
        for comment in ("", " \n"):
            with pytest.raises(Invalid) as told:
                desk.acting_as(PUBLISHER).act_on_article("a", "send_back", comment=comment)
            assert [("comment", "required")] == [(fault.path, fault.code) for fault in told.value.faults]
        assert 2 == stored(desk, "a").version


@pytest.mark.parametrize("name", STORES)
def test_a_command_is_carried_out_once(name: str, tmp_path: Path) -> None:
    """The same id with the same content gives the first receipt, with other content it is refused, of every kind."""
    with shelf(name, tmp_path) as desk:
        both = desk.acting_as(BOTH)
        given = [
            lambda title="x": both.write_article({"title": title, "tags": ["b", "a"]}, article="a", command_id="1"),
            lambda title="y": both.revise_article("a", {"title": title}, seen_version=1, command_id="2"),
            lambda comment="z": both.act_on_article("a", "publish", comment=comment, command_id="3"),
        ]
        first = [give() for give in given]
        assert [1, 2, 3] == [receipt.version for receipt in first]
        assert first == [give() for give in given]
        for give in given:
            with pytest.raises(CommandReused):
                give("other")
        with pytest.raises(CommandReused):
            desk.acting_as(WRITER).write_article({"title": "x", "tags": ["b", "a"]}, article="a", command_id="1")
        assert first[0] == both.write_article({"tags": ("a", "b"), "title": "x"}, article="a", command_id="1")
        assert 3 == len(revisions(desk, "a"))


def test_what_changes_nothing_makes_no_revision() -> None:
    """A revision that says what the article says is answered with the present version."""
    with shelf() as desk:
        me = desk.acting_as(WRITER)
        me.write_article({"title": "x", "tags": ["a"]}, article="a")
        receipt = me.revise_article(
            "a", {"title": "x", "tags": ["a", "a"], "body": None}, comment="nothing", command_id="c"
        )
        assert (1, "draft") == (receipt.version, receipt.state)
        assert receipt == me.revise_article(
            "a", {"title": "x", "tags": ["a"], "body": None}, comment="nothing", command_id="c"
        )
        assert ["create"] == [one.action for one in revisions(desk, "a")]


def test_whoever_saw_an_older_version_is_told() -> None:
    """What was seen and is no longer so is refused, with both versions; one that was never, too."""
    with shelf() as desk:
        me = desk.acting_as(BOTH)
        me.write_article({"title": "x"}, article="a")
        me.revise_article("a", {"title": "y"}, seen_version=1)
        for call in (
            lambda: me.revise_article("a", {"title": "z"}, seen_version=1),
            lambda: me.act_on_article("a", "retire", seen_version=1),
        ):
            with pytest.raises(StaleVersion) as told:
                call()
            assert {"seen": 1, "current": 2} == told.value.params
        with pytest.raises(Invalid, match="seen_version"):
            me.act_on_article("a", "publish", seen_version=3)
        me.act_on_article("a", "publish", seen_version=2)


def test_an_importer_names_the_instant() -> None:
    """What was written elsewhere is dated then, never before what is there, and by an importer only."""
    with shelf() as desk:
        then = START - timedelta(days=300)
        desk.acting_as(IMPORTER, at=then).write_article({"title": "x"}, article="a")
        assert then == stored(desk, "a").updated_at == revisions(desk, "a")[0].at
        early = desk.acting_as(IMPORTER, at=then - timedelta(days=1))
        assert ["at_before_revision"] == reasons_of(lambda: early.revise_article("a", {"title": "y"}))
        other = desk.acting_as(WRITER, at=then)
        assert ["importer_required"] == reasons_of(lambda: other.revise_article("a", {"title": "y"}))


def test_a_revision_is_never_earlier_than_the_one_before() -> None:
    """Where the clock went back, what happens is dated as what happened last."""
    clock = FrozenClock(START)
    with shelf(clock=clock) as desk:
        me = desk.acting_as(WRITER)
        me.write_article({"title": "x"}, article="a")
        clock.move(timedelta(hours=-1))
        assert START == me.revise_article("a", {"title": "y"}).at
        check_sound(desk)


def test_an_article_is_made_of_a_resolved_ticket() -> None:
    """Its origin is a ticket that the writer sees, and that was resolved."""
    with shelf() as desk:
        me = desk.acting_as(WRITER)
        ticket = desk.acting_as(ANA).open({"subject": "How?", "description": "Tell."})
        assert ["not_resolved"] == reasons_of(lambda: me.write_article({"title": "How"}, origin=ticket.id))
        with pytest.raises(NotFound, match="ticket"):
            me.write_article({"title": "How"}, origin="none")
        me.act(ticket.id, "take")
        me.act(ticket.id, "solve", {"comment": "So."})
        assert ["not_resolved"] == reasons_of(lambda: me.write_article({"title": "How"}, origin=ticket.id))
        desk.acting_as(ANA).act(ticket.id, "confirm")
        article = me.write_article({"title": "How"}, origin=ticket.id).id
        assert ticket.id == stored(desk, article).origin
        assert ["How"] == [one.title for one in desk.catalogue.find("article")]


def test_what_came_due_makes_a_ticket_resolved() -> None:
    """Whether a ticket is resolved is judged by now, whether or not a worker came by."""
    clock = FrozenClock(START)
    with shelf(clock=clock) as desk:
        me = desk.acting_as(WRITER)
        ticket = desk.acting_as(ANA).open({"subject": "How?"}).id
        me.act(ticket, "take")
        me.act(ticket, "solve", {"comment": "So."})
        clock.move(timedelta(hours=72))
        me.write_article({"title": "How"}, article="how", origin=ticket)
        assert (ticket, "solved") == (stored(desk, "how").origin, stored_state(desk, ticket))


def test_a_ticket_that_is_not_seen_is_no_origin() -> None:
    """Whoever may write, but does not see the ticket, is told that there is none."""
    policy = attrs.evolve(SMALL.knowledge, write=frozenset({"helper"}))
    with shelf(definition=attrs.evolve(SMALL, knowledge=policy)) as desk:
        ticket = desk.acting_as(ANA).open({"subject": "How?"}).id
        with pytest.raises(NotFound, match="ticket"):  # a helper sees what he is assigned
            desk.acting_as(PUBLISHER).write_article({"title": "How"}, origin=ticket)


def stored_state(desk: Any, ticket: str) -> str:
    state: str = ask(desk, lambda ledger: ledger.ticket(ticket)).state
    return state


def test_a_role_without_a_label_is_told_in_words() -> None:
    """Where the labels say nothing of a role, who may do something is told by its key in words."""
    bare = attrs.evolve(SMALL, labels=Labels(SMALL.languages))
    (reason,) = writing_refusals(bare, PUBLISHER)
    assert "Only Agent may do this." == reason.text("en")


def test_what_the_state_forbids_is_told_first() -> None:
    """Staff who may publish, not write, are told that a retired article is not revised, not who else might."""
    with shelf() as desk:
        published(desk, "a")
        desk.acting_as(PUBLISHER).act_on_article("a", "retire")
        assert ["article_state"] == reasons_of(lambda: desk.acting_as(PUBLISHER).revise_article("a", {"title": "y"}))
