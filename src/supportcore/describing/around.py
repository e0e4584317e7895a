"""Where tickets go, who has to agree to them, how a resolution is rated, and who is told of what."""

from __future__ import annotations

from collections.abc import Iterator

from supportcore.definition.parts import ApprovalRule, NoticeRule, RoutingRule
from supportcore.describing import words
from supportcore.describing.page import Lines, bullets, code, fenced, heading, table
from supportcore.describing.teller import Teller
from supportcore.predicate import ALWAYS


def routing(t: Teller) -> Lines:
    """Yield where a new ticket goes, rule by rule."""
    found = t.desk.routing
    yield from heading(2, t.say("Where it goes", "A dónde va"))
    rules = [*found.rules, found.default]
    yield from table(
        (
            t.say("where", "donde"),
            t.say("team", "equipo"),
            t.say("area", "área"),
            t.say("who gets it", "quién lo recibe"),
        ),
        (
            (
                _where(t, rule, last=rule is rules[-1]),
                "" if (team := rule.team or found.team) is None else code(team),
                "" if rule.area is None else t.options("area", [rule.area]),
                _assigned(t, rule),
            )
            for rule in rules
        ),
    )
    if len(rules) > 1:
        yield t.say("The first row that holds decides.", "Decide la primera fila que se cumple.")
    more = []
    if found.responsible == "assignee":
        more.append(t.say("Whoever gets it is responsible too", "Quien lo recibe es también el responsable"))
    if found.on_triage:
        more.append(
            t.say(
                "A ticket that falls under another row once it is classified anew goes there",
                "Un ticket que al clasificarse de nuevo queda en otra fila pasa a ella",
            )
        )
    yield from bullets(more)


def _where(t: Teller, rule: RoutingRule, *, last: bool) -> str:
    if rule.when == ALWAYS:
        return t.say("otherwise", "en otro caso") if last and t.desk.routing.rules else t.say("always", "siempre")
    return t.condition(rule.when)


def _assigned(t: Teller, rule: RoutingRule) -> str:
    told = t.word(words.ASSIGNING, rule.assign)
    if rule.skill is not None:
        skill = code(rule.skill)
        told += t.say(f", with the skill {skill}", f", con la habilidad {skill}")
    if rule.skill_of is not None:
        field = t.label("fields", rule.skill_of)
        told += t.say(f", with the skill that {field} names", f", con la habilidad que indica {field}")
    return told


def agreeing(t: Teller) -> Lines:
    """Yield which tickets a committee has to agree to, and how a resolution is rated."""
    if t.desk.approvals:
        yield from heading(2, t.say("Who has to agree", "Quién debe aprobar"))
        yield from bullets(_approval(t, rule) for rule in t.desk.approvals)
    if t.desk.survey is not None:
        scale = t.word(words.SCALES, t.desk.survey.scale)
        yield from heading(2, t.say("Rating", "Calificación"))
        yield t.say(f"A resolution is rated once: {scale}.", f"Una resolución se califica una vez: {scale}.")


def _approval(t: Teller, rule: ApprovalRule) -> str:
    where = "" if rule.when == ALWAYS else t.say(", where ", ", donde ") + t.condition(rule.when)
    quorum = str(rule.quorum)
    enough = t.word(words.QUORUMS, quorum)
    if quorum.isdigit():
        enough = t.say(f"{quorum} of them agree", f"aprueban {quorum} de ellos")
    team = code(rule.team)
    parts = [f"{code(rule.key)}{where}: {t.say(f'the team {team} is asked', f'se pregunta al equipo {team}')}"]
    for action, english, spanish in (
        (rule.approved, f"once {enough}", f"cuando {enough}"),
        (rule.rejected, "once that cannot be any more", "cuando ya no es posible"),
    ):
        name = t.say("it is recorded", "se registra") if action is None else f"**{t.label('actions', action)}**"
        parts.append(f"{t.say(english, spanish)}: {name}")
    return "; ".join(parts)


# -- notices -----------------------------------------------------------------------------------------------------------


def notices(t: Teller) -> Lines:
    """Yield who is told of what, and in which words."""
    if not t.desk.notices:
        return
    yield from heading(2, t.say("Who is told", "A quién se avisa"))
    yield from table(
        (
            t.say("notice", "aviso"),
            t.say("when", "cuando"),
            t.say("told", "se avisa a"),
            t.say("by", "por"),
            t.say("in the words of", "con el texto de"),
        ),
        (
            (code(rule.key), _event(t, rule), _recipients(t, rule), code(rule.channel), code(rule.template))
            for rule in t.desk.notices
        ),
    )
    rungs = t.desk.levels.rungs if t.desk.levels is not None else ()
    templates = [rule.template for rule in t.desk.notices] + [rung.template for rung in rungs if rung.tell]
    yield from heading(3, t.say("Words", "Textos"))
    for template in dict.fromkeys(templates):
        label = t.desk.labels.label("templates", template, t.language)
        yield f"{code(template)}: {code(label)}"
        yield from fenced("text", t.desk.labels.help("templates", template, t.language))


def _event(t: Teller, rule: NoticeRule) -> str:
    told = t.word(words.EVENTS, rule.on)
    if rule.actions:
        names = ", ".join(t.label("actions", name) for name in _in_order(t, rule.actions))
        told += t.say(f" by {names}", f" por {names}")
    return told if rule.when == ALWAYS else told + t.say(", where ", ", donde ") + t.condition(rule.when)


def _in_order(t: Teller, actions: frozenset[str]) -> Iterator[str]:
    """Yield actions in the order of the workflow, and commands after them."""
    yield from (name for name in t.desk.workflow.actions if name in actions)
    yield from sorted(actions - set(t.desk.workflow.actions))


def _recipients(t: Teller, rule: NoticeRule) -> str:
    told = ", ".join(t.word(words.RECIPIENTS, one) for one in rule.to)
    return told + t.say(", whoever did it too", ", también quien lo hizo") if rule.author else told
