"""
What staff write among themselves reaches nobody on the customer's side, by any path.

Marked are notes, comments of actions that are internal, what comes with a vote, files beside them with their names and
descriptions, articles that are internal or not published. Then everybody on the customer's side asks all there is to
ask: every method of what `acting_as` returns, every error of it, his export, every notice he is sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from supportcore import Actor, FrozenClock, NotFound
from supportcore.desk.acting import Acting
from supportcore.errors import StaleVersion, SupportError
from supportcore.storage.memory import MemoryStore
from supportcore.testing.scenarios.plain import plain
from tests.desks.cast import DESKS, MARK, START
from tests.desks.playing import Chance, Play, play

QUICK = settings(suppress_health_check=list(HealthCheck), phases=[Phase.generate])
"""A history that fails is told as it is: making it shorter takes longer than reading it."""
HIDDEN = re.compile(f"{MARK}|NoteAdded|Voted").search
"""What is internal: its words, and that it happened."""
ALMOST = MARK.replace("er", "re")
"""Is not the mark, but spelt so much like it that a search may think it was meant."""


def about_tickets(play: Play, me: Acting, tickets: list[Any]) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield every question about a ticket."""
    for ticket in tickets:
        yield "get", lambda ticket=ticket: me.get(ticket)
        yield "page", lambda ticket=ticket: me.page(ticket)
        yield "timeline", lambda ticket=ticket: me.timeline(ticket)
        yield "actions", lambda ticket=ticket: me.actions(ticket)
        yield "as_of", lambda ticket=ticket: me.as_of(ticket, play.clock())
        yield "clocks", lambda ticket=ticket: me.clocks(ticket)
        yield "measures", lambda ticket=ticket: me.measures(ticket)
        yield "light", lambda ticket=ticket: me.light(ticket)
        yield "article_form", lambda ticket=ticket: me.article_form(origin=str(ticket))


def everything(play: Play, actor: Actor) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield every question, and every command as a try with an old version, that somebody can ask."""
    me = play.desk.acting_as(actor)
    tickets: list[Any] = [*play.tickets, *range(1, len(play.tickets) + 1)]
    yield from about_tickets(play, me, tickets)
    for method in (
        me.actions, me.find, me.count, me.lights, me.home, me.listing, me.form, me.notices, me.profile, me.profile_form,
        me.questions, me.files, me.calendar, me.drafts, me.articles, me.article_form,
    ):  # fmt: skip
        yield method.__name__, method
    for rule in play.definition.screens.lists:
        yield "listing", lambda rule=rule: me.listing(rule.key)
        yield "listing", lambda rule=rule: me.listing(rule.key, search=ALMOST)
    for by in ("state", "assignee", "team", "is_open"):
        yield "count", lambda by=by: me.count(by=by)
    for method in (me.search, me.suggest, me.search_tickets):
        for words in ("hola", ALMOST, "Title"):
            yield method.__name__, lambda method=method, words=words: method(words)
    for article in [*play.articles, "interno", "how-to"]:
        yield "article", lambda article=article: me.article(article)
        yield "revisions", lambda article=article: me.revisions(article)
        yield "difference", lambda article=article: me.difference(article, 0, 1)
        yield "vote", lambda article=article: me.vote(article, None)
        yield "revise_article", lambda article=article: me.revise_article(article, {})
        yield "act_on_article", lambda article=article: me.act_on_article(article, "publish")
    for file in files_of(play):
        yield "open_file", lambda file=file: me.open_file(file)
        yield "drop_draft", lambda file=file: me.drop_draft(file)
        yield "reply", lambda file=file: me.reply(play.tickets[0], "x", files=[file], seen_version=1)
    yield "draft", lambda: me.draft(BytesIO(b"x"), "")
    yield "write_article", lambda: me.write_article({})
    yield "mark_read", lambda: me.mark_read([])
    yield "save_profile", lambda: me.save_profile({"visual_mode": "pink"})
    yield "open", lambda: me.open({})
    yield "open_all", lambda: me.open_all([{}])
    yield from commands(play, me)


def commands(play: Play, me: Acting) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield every command with an old version or with nothing in it, so that it is not done."""
    for ticket in play.tickets:
        yield "reply", lambda ticket=ticket: me.reply(ticket)
        yield "note", lambda ticket=ticket: me.note(ticket)
        yield "assign", lambda ticket=ticket: me.assign(ticket, {}, seen_version=1)
        yield "triage", lambda ticket=ticket: me.triage(ticket, {}, seen_version=1)
        yield "set_deadline", lambda ticket=ticket: me.set_deadline(ticket, play.clock() - timedelta(1), seen_version=1)
        yield "retarget", lambda ticket=ticket: me.retarget(ticket, seen_version=1)
        yield "move", lambda ticket=ticket: me.move(ticket, seen_version=1)
        yield "cite", lambda ticket=ticket: me.cite(ticket, "interno", seen_version=1)
        yield "rate", lambda ticket=ticket: me.rate(ticket, 9)
        yield "decide", lambda ticket=ticket: me.decide(ticket, "perhaps")
        yield "tag", lambda ticket=ticket: me.tag(ticket, ["not a tag"])
        yield "follow", lambda ticket=ticket: me.follow(ticket, False, seen_version=1)
        yield "link", lambda ticket=ticket: me.link(ticket, ticket)
        yield "merge", lambda ticket=ticket: me.merge(ticket, ticket)
        for action in play.definition.workflow.actions:
            yield "act", lambda ticket=ticket, action=action: me.act(ticket, action, {"x": 1}, seen_version=1)
            submit = {"command": "act", "ticket": ticket, "action": action, "seen_version": 1}
            yield "submit", lambda submit=submit: me.submit(submit, {"x": 1})


def files_of(play: Play) -> list[str]:
    """Return the ids of all files of tickets, internal ones too."""
    events = (one.event for ticket in play.tickets for one in play.desk.history(ticket))
    return [file.id for event in events for file in getattr(event, "files", ())]


def told(play: Play, actor: Actor) -> Iterator[tuple[str, Any]]:
    """Yield what comes of everything that somebody asks, with what an error tells."""
    me = play.desk.acting_as(actor)
    for name, ask in everything(play, actor):
        try:
            came = ask()
        except SupportError as error:
            events = (
                [[type(event).__name__, plain(event)] for event in error.events]
                if isinstance(error, StaleVersion)
                else []
            )
            yield name, [plain(me.error(error)), str(error), events]
        else:
            yield name, plain(came)


def found(play: Play, actor: Actor) -> list[Any]:
    """Return all that somebody finds who knows the mark."""
    me = play.desk.acting_as(actor)
    lists = [me.listing(rule.key, search=MARK) for rule in play.definition.screens.lists if _has(rule, actor)]
    suggested = me.suggest(MARK)
    rows = [row for view in lists for row in view.rows]
    return [*rows, *me.search(MARK).items, *me.search_tickets(MARK).items, *suggested.articles, *suggested.tickets]


def _has(rule: Any, actor: Actor) -> bool:
    return not rule.roles or bool(actor.roles & set(rule.roles))


def outside(play: Play) -> list[Actor]:
    return [actor for actor in play.people.values() if not play.staff(actor)]


@settings(QUICK, max_examples=30)
@given(data=st.data(), name=st.sampled_from([*sorted(DESKS), "sixth"]))
def test_an_internal_word_reaches_no_customer(data: st.DataObject, name: str) -> None:
    """Over random histories of any desk, whoever asks, whatever is asked or sent."""
    clock = FrozenClock(START)
    one = Play(DESKS[name], MemoryStore(), clock, name)
    play(Chance(data.draw), [one], clock, 24)
    one.desk.deliver(one.sent.append, limit=1000)
    for actor in outside(one):
        for method, came in told(one, actor):
            text = json.dumps(came, ensure_ascii=False, default=str)
            match = HIDDEN(text)
            assert match is None, (actor.id, method, text[max(0, match.start() - 200) :][:300])
        assert [] == found(one, actor)
        assert not HIDDEN(json.dumps(plain(one.desk.export(actor.id)), default=str))
    people = {actor.id for actor in outside(one)}
    for notice in one.sent:
        away = notice.recipient in people or notice.side == "customer" or notice.role in ("contact", "subscriber")
        assert not (away and HIDDEN(repr(notice))), notice


def test_everything_is_asked() -> None:
    """Every public method of what `acting_as` returns is among what is asked; a new one has to be, too."""
    methods = {name for name in dir(Acting) if not name.startswith("_")} - {"error"}
    one = Play(DESKS["sixth"], MemoryStore(), FrozenClock(START), "sixth")
    gala, head = (next(actor for actor in one.people.values() if role in actor.roles) for role in ("sala", "jefatura"))
    ticket = one.desk.acting_as(gala).open({"subject": "A", "description": "B", "customer": "acme"}).id
    one.tickets.append(ticket)
    file = one.desk.acting_as(head).draft(BytesIO(b"x"), "x.txt").id
    one.desk.acting_as(head).note(ticket, files=[file])
    assert methods == {name for name, _ in everything(one, gala)}
    with pytest.raises(NotFound):
        one.desk.acting_as(gala).article("interno")


def test_staff_do_find_it() -> None:
    """The judge sees: somebody of staff who asks the same finds a note, a vote, a file and an article."""
    one = Play(DESKS["sixth"], MemoryStore(), FrozenClock(START), "sixth")
    sala, head = (next(actor for actor in one.people.values() if role in actor.roles) for role in ("sala", "jefatura"))
    me = one.desk.acting_as(head)
    service = {"subject": "A", "description": "B", "customer": "acme", "service": "exposicion"}
    ticket = one.desk.acting_as(sala).open(service).id
    one.tickets.append(ticket)
    me.note(ticket, f"{MARK} note")
    voter = next(
        actor for actor in one.people.values() if any(o.name == "decide" and o.allowed for o in _offers(one, actor))
    )
    one.desk.acting_as(voter).decide(ticket, "approve", f"{MARK} vote")
    names = {name for name, came in told(one, head) if HIDDEN(json.dumps(came, default=str))}
    assert {"page", "timeline", "article", "articles"} <= names
    assert found(one, head)
    assert not found(one, sala)
    page = json.dumps(plain(me.page(ticket)))
    assert f"{MARK} note" in page
    assert f"{MARK} vote" in page
    assert not any(HIDDEN(json.dumps(came, default=str)) for _, came in told(one, sala))


def _offers(one: Play, actor: Actor) -> tuple[Any, ...]:
    try:
        return one.desk.acting_as(actor).actions(one.tickets[0])
    except SupportError:
        return ()
