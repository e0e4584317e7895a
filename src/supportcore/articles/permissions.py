"""
Who may do what with articles: one set of functions behind both doing and asking.

Whoever may not read an article is told that there is none. The law of actions holds as for tickets: what `refusals`
allows, some input carries through; what it refuses, every input is refused with the same reasons. Duties are today's.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from supportcore.definition.model import Definition
from supportcore.errors import Reason, facts
from supportcore.forms.fields import Form
from supportcore.knowledge.article import Article, scopes
from supportcore.knowledge.lifecycle import REVISABLE, STEPS, STEPS_BY_NAME
from supportcore.people.access import Actor
from supportcore.tickets.permissions import duty_refusals, roles_of, side_of
from supportcore.tickets.ticket import Ticket

WRITE, REVISE = "write", "revise"
ACTIONS = (REVISE, *(step.name for step in STEPS))
"""All that may be done with an article that there is, in the order in which it is shown."""
ACTION_LABELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "write": ("New article", "Nuevo artículo"),
        "revise": ("Revise", "Modificar"),
        "submit": ("Submit for review", "Enviar a revisión"),
        "send_back": ("Send back", "Devolver"),
        "publish": ("Publish", "Publicar"),
        "confirm": ("Confirm that it holds", "Confirmar su vigencia"),
        "retire": ("Retire", "Retirar"),
        "restore": ("Restore", "Restaurar"),
    }
)
"""What actions are called where the desk's labels say nothing, in English and Spanish."""
STATE_LABELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "draft": ("Draft", "Borrador"),
        "review": ("In review", "En revisión"),
        "published": ("Published", "Publicado"),
        "retired": ("Retired", "Retirado"),
    }
)
"""The same of states."""


def action_label(desk: Definition, name: str, locale: str) -> str:
    """Return what an action is called in the language of *locale*: by the desk, or by the library."""
    return _label(desk, "article_actions", name, locale, ACTION_LABELS)


def state_label(desk: Definition, state: str, locale: str) -> str:
    """Return what a state is called in the language of *locale*: by the desk, or by the library."""
    return _label(desk, "article_states", state, locale, STATE_LABELS)


def _label(desk: Definition, section: str, key: str, locale: str, built_in: Mapping[str, tuple[str, str]]) -> str:
    said = desk.labels.label(section, key, locale)
    if said in (key, "") and key in built_in:
        return built_in[key][desk.labels.language(locale) == "es"]
    return said


def sees(desk: Definition, actor: Actor, article: Article) -> bool:
    """Return whether *actor* may read *article* as it stands: staff any, others what is published for them."""
    if not roles_of(desk, actor):
        return False
    own = scopes(staff=side_of(desk, actor) == "staff", customers=actor.customers)
    return own is None or article.scope in own


def writing_refusals(desk: Definition, actor: Actor) -> tuple[Reason, ...]:
    """Return why *actor* may not begin an article; empty if he may."""
    return duty_refusals(desk, actor, "write")


def origin_refusals(ticket: Ticket) -> tuple[Reason, ...]:
    """Return why no article can be made of a ticket that has been advanced; empty if one can."""
    return () if ticket.outcome == "resolved" else (Reason("not_resolved"),)


def refusals(desk: Definition, actor: Actor, article: Article, name: str) -> tuple[Reason, ...]:
    """
    Return what stands in the way of *name*, one of `ACTIONS`, on an article that *actor* may read.

    What the state of the article leaves to nobody, staff is told so, and not who else might do it.
    """
    if name == REVISE:
        duty = REVISABLE.get(article.state, "write")
        possible = article.state in REVISABLE
    elif (step := STEPS_BY_NAME.get(name)) is not None:
        duty, possible = step.duty, article.state in step.before
    else:
        return (Reason("unknown_action", facts(action=name)),)
    if not possible and side_of(desk, actor) == "staff":
        return (state_refusal(desk, article),)
    return duty_refusals(desk, actor, duty)


def state_refusal(desk: Definition, article: Article) -> Reason:
    """Return that something cannot be done with an article as it stands."""
    english, spanish = (state_label(desk, article.state, locale).lower() for locale in ("en", "es"))
    return Reason("article_state", facts(state=english, state_es=spanish))


def offers(desk: Definition, actor: Actor, article: Article) -> tuple[tuple[str, tuple[Reason, ...]], ...]:
    """Return each of `ACTIONS` with what stands in its way."""
    return tuple((name, refusals(desk, actor, article, name)) for name in ACTIONS)


def form_of(name: str) -> Form:
    """Return what a step of the lifecycle asks for beside the article itself; nothing for other names."""
    step = STEPS_BY_NAME.get(name)
    return Form() if step is None else step.form
