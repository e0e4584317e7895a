"""Who is who on a desk, who keeps its knowledge base, and what is asked of accounts."""

from __future__ import annotations

from supportcore.describing import words
from supportcore.describing.page import Lines, bullets, code, heading, table
from supportcore.describing.teller import Teller
from supportcore.people.access import COMMANDS, Role
from supportcore.predicate import ALWAYS, Predicate


def people(t: Teller) -> Lines:
    """Yield the roles of the desk: side, tickets seen, commands."""
    yield from heading(2, t.say("Who is who", "Quién es quién"))
    head = (
        t.say("role", "rol"),
        t.say("key", "clave"),
        t.say("side", "lado"),
        t.say("sees", "ve"),
        t.say("may", "puede"),
    )
    yield from table(
        head,
        (
            (
                t.name("roles", role.key),
                code(role.key),
                t.word(words.SIDES, role.side),
                _seen(t, role.sees),
                ", ".join(_may(t, role)),
            )
            for role in t.desk.roles
        ),
    )


def _may(t: Teller, role: Role) -> Lines:
    """Yield the commands of a role, each with the condition on which it may be given."""
    for name in COMMANDS:
        if name in role.may:
            when = role.condition(name)
            told = "" if when == ALWAYS else f" ({t.say('only if', 'solo si')} {t.condition(when)})"
            yield t.labels("actions", (name,)) + told


def _seen(t: Teller, sees: Predicate) -> str:
    if sees == ALWAYS:
        return t.say("all tickets", "todos los tickets")
    return t.say("tickets where ", "tickets donde ") + t.condition(sees)


def knowledge(t: Teller) -> Lines:
    """Yield who writes and publishes articles, and when they are looked at again."""
    policy = t.desk.knowledge
    staff = t.say("all of staff", "todo el equipo")
    write, publish = (t.roles(names) if names else staff for names in (policy.write, policy.roles("publish")))
    said = [
        t.say(f"Articles are written by: {write}", f"Escriben artículos: {write}"),
        t.say(f"They are published by: {publish}", f"Los publican: {publish}"),
    ]
    if policy.review_after is not None:
        span = t.span(policy.review_after)
        said.append(
            t.say(
                f"An article is looked at again {span} after it was published or confirmed",
                f"Un artículo se revisa {span} después de publicarse o confirmarse",
            )
        )
    if policy.folds_ene:
        said.append(t.say("Searching takes ñ for n", "La búsqueda toma ñ por n"))
    yield from heading(2, t.say("Knowledge base", "Base de conocimientos"))
    yield from bullets(said)


def accounts(t: Teller) -> Lines:
    """Yield what is asked of accounts, where the desk keeps those of its people."""
    policy = t.desk.accounts
    invitation, locked = t.span(policy.invitation), t.span(policy.locked)
    said = [
        t.say(
            f"A password has at least {policy.password} characters",
            f"Una contraseña tiene al menos {policy.password} caracteres",
        ),
        t.say(
            f"After {policy.attempts} wrong passwords in a row an account is locked for {locked}, longer each time",
            f"Tras {policy.attempts} contraseñas erróneas seguidas una cuenta se bloquea {locked}, cada vez más",
        ),
        t.say(f"An invitation holds for {invitation}", f"Una invitación vale {invitation}"),
    ]
    if policy.user_name is not None:
        name = code(policy.user_name)
        said.append(t.say(f"A user name is written as {name}", f"Un nombre de usuario se escribe como {name}"))
    if policy.must_change:
        said.append(
            t.say(
                "A password that somebody else gave is changed at the first sign-in",
                "Una contraseña que dio otra persona se cambia al entrar por primera vez",
            )
        )
    yield from heading(2, t.say("Accounts, where the desk keeps them", "Cuentas, si la mesa las lleva"))
    yield from bullets(said)
