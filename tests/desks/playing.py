"""
Random histories of any desk, made of moves that can be made again.

A `Move` holds everything it says, so that the same moves give the same on another store. What is internal bears `MARK`,
which stands nowhere else: in notes, in comments that are for staff, in what comes with a vote, in files beside them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from io import BytesIO
from itertools import count
from random import Random
from typing import Any, TypeVar

import attrs
from hypothesis import strategies as st

from supportcore import Actor, Desk, FrozenClock
from supportcore.accounts import Accounts
from supportcore.definition.model import Definition
from supportcore.errors import SupportError
from supportcore.ids import derived, seeded_ids
from supportcore.storage.ports import Store
from supportcore.testing.scenarios.plain import plain
from supportcore.tickets.permissions import ON_TICKET, side_of
from tests.desk.filling import equip, filled
from tests.desks.cast import MARK, people_of, records_of, services_of

T = TypeVar("T")
INTERNAL = ("note", "decide")
"""Commands whose words are for staff."""


@attrs.frozen(kw_only=True)
class Move:
    """
    Something somebody does, or the host.

    Attributes:
        do: Name of a method of `Play`.
        who: Id of the actor; empty for the host.
        said: Its arguments.
        id: Of the command.
    """

    do: str
    who: str = ""
    said: Mapping[str, Any] = attrs.field(factory=dict)
    id: str = ""


class Chance:
    """What is left to chance: choices by a seed, which come out evenly, and documents by Hypothesis."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self._random = Random(draw(st.integers(0, 2**64 - 1)))

    def of(self, options: Sequence[T]) -> T:
        """Return one of some things."""
        return self._random.choice(options)

    def mixed(self, options: Sequence[T]) -> list[T]:
        """Return some things in any order."""
        return self._random.sample(options, len(options))


class Play:
    """A desk on which moves are made."""

    def __init__(self, definition: Definition, store: Store, clock: FrozenClock, key: str) -> None:
        self.definition = attrs.evolve(definition, key=key)
        numbers = count(sum(map(ord, key)))
        self.clock = clock
        self.desk = Desk(
            self.definition, store, clock=clock, ids=seeded_ids(next(numbers)), salts=lambda: f"{next(numbers):032x}"
        )
        self.people = {actor.id: actor for actor in people_of(definition)}
        self.tickets: list[str] = []
        self.articles: list[str] = []
        equip(self.desk)
        self.desk.catalogue.put(*records_of(definition, self.people))
        self.sent: list[Any] = []
        self.done: Counter[str] = Counter()
        self._hasher: Any = None

    def make(self, move: Move) -> Any:
        """Make a move, and return what came of it as plain data; of an error its code, its words and its faults."""
        try:
            return plain(getattr(self, f"do_{move.do}")(move))
        except SupportError as error:
            who = self.people.get(move.who)
            told = None if who is None else plain(self.desk.acting_as(who).error(error))
            return {"error": error.code, "told": told, "events": plain(getattr(error, "events", ()))}

    def me(self, move: Move) -> Any:
        return self.desk.acting_as(self.people[move.who])

    # -- moves

    def do_submit(self, move: Move) -> Any:
        """Hand in files, and give a command with them."""
        me = self.me(move)
        files = [me.draft(BytesIO(body), name, about, slot=slot).id for slot, name, about, body in move.said["files"]]
        receipt = me.submit(move.said["submit"], move.said["document"], files=files, command_id=move.id)
        if move.said["submit"]["command"] == "open":
            self.tickets.append(receipt.id)
        return receipt

    def do_ask(self, move: Move) -> Any:
        """Ask a method, by name, with these arguments."""
        return getattr(self.me(move), move.said["method"])(*move.said["of"])

    def do_draft(self, move: Move) -> Any:
        return self.me(move).draft(BytesIO(b"left behind"), "left.txt")

    def do_write(self, move: Move) -> Any:
        """Write an article, and bring it as far as the steps say."""
        me = self.me(move)
        written = me.write_article(move.said["fields"], command_id=move.id)
        self.articles.append(written.id)
        return [written, *(me.act_on_article(written.id, step) for step in move.said["steps"])]

    def do_host(self, move: Move) -> Any:
        match move.said["what"]:
            case "run_due":
                return self.desk.run_due()
            case "deliver":
                before = len(self.sent)
                return [self.desk.deliver(self.sent.append), *self.sent[before:]]
            case "hold":
                agreement = self.desk.catalogue.get("agreement", "gold")
                return self.desk.catalogue.put(attrs.evolve(agreement, on_hold=not agreement.on_hold))
            case "account":
                return self._accounts().assign(move.said["person"], f"{move.said['person']}.x", "una clave larga")
            case "login":
                return self._accounts().login(f"{move.said['person']}.x", move.said["password"])
            case "erase":
                return self.desk.erase(move.said["person"])
            case "export":
                return self.desk.export(move.said["person"])
        return self.desk.reindex()

    def _accounts(self) -> Accounts:
        if self._hasher is None:
            from argon2 import PasswordHasher

            self._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        numbers = count(1)
        policy = None if self.definition.accounts is None else attrs.evolve(self.definition.accounts, user_name=None)
        return Accounts(self.desk, policy=policy, hasher=self._hasher, tokens=lambda: f"{next(numbers):043d}")

    # -- drawing them

    def drawn(self, chance: Chance, number: int, elsewhere: Play | None = None) -> Move:
        """Return a move that may be made now; one that is about two tickets may name one of another desk."""
        command_id = derived("test", self.desk.definition.key, str(number))
        kinds = ["open", *["press"] * 9, "join", "join", "ask", "draft", "write", "host", "host"]
        kind = chance.of(kinds) if self.tickets else "open"
        move = getattr(self, f"_{kind}")(chance, elsewhere)
        return attrs.evolve(move, id=command_id)

    def _someone(self, chance: Chance, can: Callable[[Actor], bool]) -> Actor:
        return chance.of([actor for actor in self.people.values() if can(actor)])

    def staff(self, actor: Actor) -> bool:
        return side_of(self.definition, actor) == "staff"

    def _open(self, chance: Chance, _: Play | None) -> Move:
        actor = self._someone(chance, lambda one: self.desk.acting_as(one).actions()[0].allowed)
        form = chance.of([self.definition.forms[0], *self.definition.forms])
        document = chance.draw(filled(form, actor, now=self.clock(), staff=self.staff(actor)))
        services = [service for service in services_of(self.definition) if form.field("service") is not None]
        if services and chance.of(range(4)):
            document["service"] = chance.of(services)
            if "desde" in document:  # what this service asks for is not in the document
                document.pop("service")
        submit = {"command": "open", "form": form.key}
        return Move(do="submit", who=actor.id, said={"submit": submit, "document": document, "files": []})

    def _press(self, chance: Chance, _: Play | None) -> Move:
        """Somebody does something that he is offered, on a ticket that he sees."""
        ticket = chance.of(self.tickets)
        offers = [
            (actor, offer)
            for actor in self.people.values()
            for offer in self._offers(actor, ticket)
            if offer.allowed and offer.name not in ("link", "merge", "retarget")
        ]
        if not offers:
            return self._ask(chance, None)
        names = chance.mixed(sorted({offer.name for _, offer in offers}))
        names.sort(key=self.done.__getitem__)
        name = chance.of(names[: chance.of([2, len(names)])])  # often what was done least
        self.done[name] += 1
        actor, offer = chance.of([one for one in offers if one[1].name == name])
        stored = next(self.desk.acting_as(one).get(ticket) for one, _ in offers)
        form = offer.form
        document: dict[str, Any] = chance.draw(
            filled(form, actor, now=self.clock(), staff=self.staff(actor), ticket=stored)
        )
        step = self.definition.workflow.by_action.get((name, stored.state))
        internal = name in INTERNAL or (step is not None and step.comment == "internal")
        for field in form.fields if internal else ():
            if field.kind == "text":
                document[field.key] = f"{MARK} {number_of(stored)}"
        files = []
        if form.slots and chance.of([True, False]):
            word = f"{MARK}-file" if internal else "file"
            files.append((form.slots[0].key, f"{word}.txt", word, word.encode()))
        command = name if name in ON_TICKET else "act"
        submit = {"command": command, "ticket": ticket, "action": name if command == "act" else ""}
        if chance.of(range(5)) == 0:
            submit["seen_version"] = 1
        return Move(do="submit", who=actor.id, said={"submit": submit, "document": document, "files": files})

    def _offers(self, actor: Actor, ticket: str) -> tuple[Any, ...]:
        try:
            found: tuple[Any, ...] = self.desk.acting_as(actor).actions(ticket)
        except SupportError:
            return ()
        return found

    def _may_join(self, actor: Actor) -> bool:
        return any("merge" in role.may for role in self.definition.roles if role.key in actor.roles)

    def _join(self, chance: Chance, elsewhere: Play | None) -> Move:
        """Two tickets are linked or merged, or asked to be; the other may be one of another desk."""
        able = [one.id for one in self.people.values() if self._may_join(one)]
        actor = self._someone(chance, lambda one: one.id in able if able else self.staff(one))
        strangers = [] if elsewhere is None else elsewhere.tickets
        other = chance.of([*self.tickets, *strangers, "1", "2", "7"])
        command, field = chance.of([("link", "other"), ("merge", "into")])
        ticket = chance.of([*self.tickets, *self.tickets, *strangers])
        said = {"submit": {"command": command, "ticket": ticket}, "document": {field: other}, "files": []}
        return Move(do="submit", who=actor.id, said=said)

    def _ask(self, chance: Chance, _: Play | None) -> Move:
        actor = self._someone(chance, lambda _: True)
        articles = self.articles or ["how-to"]
        asks: list[tuple[str, tuple[Any, ...]]] = [
            ("search", ("hola",)),
            ("suggest", ("hola ñandú",)),
            ("search_tickets", ("hola",)),
            ("vote", (articles[-1], True)),
            ("article", (articles[-1],)),
            ("save_profile", ({"position": "x"},)),
            ("home", ()),
        ]
        method, of = chance.of(asks)
        return Move(do="ask", who=actor.id, said={"method": method, "of": of})

    def _draft(self, chance: Chance, _: Play | None) -> Move:
        return Move(do="draft", who=self._someone(chance, lambda _: True).id)

    def _write(self, chance: Chance, _: Play | None) -> Move:
        actor = self._someone(chance, self.staff)
        steps, seen = chance.of(
            [((), "public"), (("submit", "publish"), "public"), (("submit", "publish"), "internal")]
        )
        word = "hola" if steps and seen == "public" else MARK
        fields = {"title": f"{word} ñandú", "body": f"{word}.", "language": "es", "visibility": seen}
        return Move(do="write", who=actor.id, said={"fields": fields, "steps": steps})

    def _host(self, chance: Chance, _: Play | None) -> Move:
        person = chance.of(sorted(self.people))
        what = chance.of(["run_due", "deliver", "hold", "account", "login", "export", "erase", "reindex"])
        password = chance.of(["una clave larga", "otra clave larga"])
        return Move(do="host", said={"what": what, "person": person, "password": password})


def number_of(ticket: Any) -> str:
    return f"#{ticket.number}"


def later(chance: Chance) -> timedelta:
    """Return how long nothing happens."""
    return timedelta(hours=chance.of([0, 0, 1, 20, 80]))


def play(chance: Chance, plays: list[Play], clock: FrozenClock, most: int) -> list[tuple[int, timedelta, Move, Any]]:
    """Make random moves on several desks by turns, and return which, after how long, and what came of them."""
    made: list[tuple[int, timedelta, Move, Any]] = []
    for number in range(chance.of(range(most // 2, most + 1))):
        passed = later(chance)
        clock.move(passed)
        at = chance.of(range(len(plays)))
        elsewhere = plays[1 - at] if len(plays) > 1 else None
        move = plays[at].drawn(chance, number, elsewhere)
        made.append((at, passed, move, plays[at].make(move)))
    return made
