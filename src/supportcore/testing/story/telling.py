"""
A story in words: who is who, what was done and when, what the desk did by itself, what was expected and what happened.

Only labels of the desk are used, and words that people of a support desk know. Fields that were filled in with a
stand-in, as what is written in them makes no difference, are not told.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from supportcore.describing.words import OUTCOMES, WEEKDAYS
from supportcore.desk.answers import Rules
from supportcore.desk.offers import command_label
from supportcore.desk.views.viewer import SIDE_LABELS, Viewer
from supportcore.exploring.cast import Cast
from supportcore.exploring.filling import FILLER
from supportcore.exploring.world import CONTACT, FILES, FORM, Taken
from supportcore.people.access import RESERVED, Actor
from supportcore.testing.story.records import Story
from supportcore.testing.story.taking import BY_ITSELF, can_be_taken, world_of
from supportcore.tickets.events import ClockBreached, Event, StateChanged, TicketAssigned, TicketOpened, TimerRefused
from supportcore.tickets.ticket import Ticket
from supportcore.workflow.diagram import span_told
from supportcore.workflow.steps import LAPSE, OPEN, RENEW, Step, person
from supportcore.workflow.steps import told as step_told

_INDENT = "   "
_WORDS = {
    "head": ("On the desk {desk} this does not hold: {rule}", "En la mesa {desk} esto no se cumple: {rule}"),
    "system": ("The system does otherwise than the desk {desk} says: {rule}",
               "El sistema no hace lo que dice la mesa {desk}: {rule}"),
    "begins": ("It begins on {when} ({zone}).", "Empieza el {when} ({zone})."),
    "who": ("Who is who", "Quién es quién"),
    "done": ("What was done", "Lo que se hizo"),
    "later": ("{span} later, on {when}", "{span} después, el {when}"),
    "nothing": ("nobody does anything", "nadie hace nada"),
    "for": ("for {who}", "para {who}"),
    "form": ("form {form}", "formulario {form}"),
    "files": ("a file", "un archivo"),
    "none": ("nothing", "nada"),
    "is": ("The ticket is “{state}”{more}.", "El ticket está en «{state}»{more}."),
    "stays": ("The ticket stays “{state}”{more}.", "El ticket sigue en «{state}»{more}."),
    "closed": (", closed ({outcome})", ", cerrado ({outcome})"),
    "waits": (", waiting for: {party}", ", en espera de: {party}"),
    "itself": ("The desk itself takes “{action}”.", "La propia mesa ejecuta «{action}»."),
    "unable": ("The desk itself would take “{action}” and cannot.",
               "La propia mesa iba a ejecutar «{action}» y no puede."),
    "goes": ("The desk hands it to {who}.", "La mesa se lo asigna a {who}."),
    "missed": ("A promised time has passed.", "Ha vencido un plazo prometido."),
    "refused": ("The desk refuses it: {why}", "La mesa lo rechaza: {why}"),
    "gone": ("On this desk there is no action {action}.", "En esta mesa no hay ninguna acción {action}."),
    "unknown": ("On this desk there is nobody called {who}.", "En esta mesa no hay nadie llamado {who}."),
    "expected": ("Expected", "Se esperaba"),
    "happened": ("What happened", "Lo que pasó"),
    "here": ("Step {place} breaks it: {done}.", "El paso {place} lo incumple: {done}."),
}  # fmt: skip


def told(story: Story, locale: str = "en") -> str:
    """Return a story as text, in the language of the desk that fits *locale*."""
    return _Teller(story, locale).text()


class _Teller:
    """The words of one story."""

    def __init__(self, story: Story, locale: str) -> None:
        self._story = story
        desk = self._desk = story.definition
        self._world = world_of(desk, story.now)
        reader = Actor(id="reader", locale=locale, zone=desk.zone)
        self._viewer = Viewer(rules=Rules(desk), actor=reader, now=story.now)
        self._language = self._viewer.language

    def text(self) -> str:
        story = self._story
        rule = story.rule or self._say("none")
        name = self._viewer.label("desk", "name")
        begins = self._say("begins", when=self._when(story.now), zone=self._desk.zone)
        last = story.told or self._say("here", place=len(story.steps), done=self._last())
        return "\n".join(
            [
                self._say("system" if story.system else "head", desk=name, rule=rule),
                "",
                begins,
                f"{self._say('who')}: {'; '.join(self._people())}.",
                "",
                f"{self._say('done')}:",
                *self._steps(),
                "",
                f"{self._say('expected')}: {rule}",
                f"{self._say('happened')}: {last}",
            ]
        )

    def _last(self) -> str:
        """Return what the last step was: what the desk did of itself, if nobody did anything."""
        step, taken = self._story.steps[-1], self._story.taken
        events = taken[-1].events if len(taken) == len(self._story.steps) and not step.who else ()
        lines = [line for event in events for line in self._by_itself(taken[-1], event)]
        return lines[-1].removesuffix(".") if lines else self._done(step)

    def _say(self, name: str, **facts: object) -> str:
        return self._viewer.say(*_WORDS[name]).format(**facts)

    def _when(self, at: datetime) -> str:
        local = at.astimezone(ZoneInfo(self._desk.zone))
        weekday = self._viewer.say(*tuple(WEEKDAYS.values())[local.weekday()])
        return f"{weekday} {self._viewer.when(at).text.removesuffix(':00')}"

    # -- people

    def _people(self) -> Iterator[str]:
        """Yield those who do something, each with the side of the desk that they are on."""
        for who in dict.fromkeys(step.who for step in self._story.steps if step.who):
            actor = self._world.cast.actors.get(who)
            roles = [role for role in self._desk.roles if actor is not None and role.key in actor.roles]
            told = dict.fromkeys(self._viewer.label("roles", role.key) for role in roles)
            side = [self._viewer.say(*SIDE_LABELS[roles[0].side])] if roles else []
            name = self._name(who)
            more = [one for one in dict.fromkeys((*told, *side)) if one != name]
            yield name + (f" ({', '.join(more)})" if more else "")

    def _name(self, who: str) -> str:
        return self._story.who.get(who) or person(self._desk, who, self._language)

    def _named(self, actor_id: str, cast: Cast) -> str:
        return self._name(cast.names.get(actor_id, actor_id)) if actor_id in cast.names else actor_id

    # -- steps

    def _steps(self) -> Iterator[str]:
        taken = self._story.taken
        for place, step in enumerate(self._story.steps, 1):
            came = taken[place - 1] if place <= len(taken) else None
            parts = []
            if step.after:
                at = came.after.now if came is not None else None
                span = span_told(step.after)
                parts.append(self._say("later", span=span, when=self._when(at)) if at is not None else f"+{span}")
            parts.append(self._done(step))
            line = ": ".join(parts)
            yield f"{place}. {line[:1].upper()}{line[1:]}."
            if came is not None:
                yield from (_INDENT + line for line in self._came(came))
            elif not can_be_taken(self._world, step):
                gone = step.who in self._world.cast.actors
                yield _INDENT + (
                    self._say("gone", action=step.do) if gone else self._say("unknown", who=step.who or step.do)
                )

    def _done(self, step: Step) -> str:
        """Return what somebody does, or what befalls the ticket."""
        if not step.who and step.do in BY_ITSELF:
            bare = attrs.evolve(step, takes="", after=step.after * 0)
            return self._say("nothing") if step.do == "wait" else step_told(self._desk, bare, self._language)
        bare = Step(do=step.do, who=step.who)
        known = step.do in self._desk.workflow.actions or step.do in _VERBS or step.do not in RESERVED
        done = step_told(self._desk, bare, self._language)
        if not known:
            label = command_label(self._desk, step.do, self._language)
            done = done.replace(step.do, self._viewer.say(f"“{label}”", f"«{label}»"))
        if step.who in self._story.who:
            done = done.replace(person(self._desk, step.who, self._language), self._story.who[step.who], 1)
        said = [one for one in (self._said(step, key, value) for key, value in step.said) if one]
        return f"{done} ({'; '.join(said)})" if said else done

    def _said(self, step: Step, key: str, value: Any) -> str:
        """Return what one field says; empty where it is a stand-in."""
        if key == CONTACT:
            return self._say("for", who=self._name(str(value)))
        if key == FORM:
            return self._say("form", form=self._viewer.label("forms", str(value)))
        if key == FILES:
            return self._say("files")
        if value == FILLER:
            return ""
        return f"{self._viewer.field(key)}: {self._value(key, value)}"

    def _value(self, key: str, value: Any) -> str:
        if value is None:
            return self._say("none")
        if isinstance(value, bool):
            return self._viewer.say(*(("yes", "sí") if value else ("no", "no")))
        if not isinstance(value, str):
            return str(value)
        if key in ("assignee", "responsible"):
            return self._named(value, self._world.cast)
        found = self._viewer.choice(key, value)
        if found != value or key in self._desk.vocabularies:
            return found
        return self._viewer.say(f"“{value}”", f"«{value}»")

    # -- what came of it

    def _came(self, taken: Taken) -> Iterator[str]:
        for event in taken.events:
            yield from self._by_itself(taken, event)
        if taken.error is not None:
            yield self._say("refused", why=taken.error.text(self._language))
        before, after = taken.before.ticket, taken.after.ticket
        if after is None:
            return
        moved = before is None or (before.state, before.waiting_on) != (after.state, after.waiting_on)
        state = self._viewer.label("states", after.state)
        yield self._say("is" if moved else "stays", state=state, more=self._more(after))

    def _by_itself(self, taken: Taken, event: Event) -> Iterator[str]:
        """Yield what the desk did without anybody asking for it."""
        asked = taken.step.do if taken.step.who else ""
        match event:
            case StateChanged(action=action) if action != asked:
                yield self._say("itself", action=self._viewer.label("actions", action))
            case TimerRefused(action=action):
                yield self._say("unable", action=self._viewer.label("actions", action))
            case TicketOpened(assignee=str(assignee)):
                yield self._say("goes", who=self._named(assignee, self._world.cast))
            case TicketAssigned(assignee=str(assignee)) if asked != "assign" and _assigned(taken) != assignee:
                yield self._say("goes", who=self._named(assignee, self._world.cast))
            case ClockBreached():
                yield self._say("missed")

    def _more(self, ticket: Ticket) -> str:
        if not ticket.is_open:
            outcome = self._viewer.say(*OUTCOMES[ticket.outcome]) if ticket.outcome else ""
            return self._say("closed", outcome=outcome) if outcome else ""
        party = ticket.waiting_on
        return self._say("waits", party=self._viewer.choice("waiting_on", party)) if party else ""


_VERBS = (OPEN, LAPSE, RENEW, "reply", "note", "assign", "triage")
"""Commands that have a verb of their own."""


def _assigned(taken: Taken) -> str | None:
    ticket = taken.before.ticket
    return None if ticket is None else ticket.assignee
