"""
The use cases of articles: from a command to a decision, purely.

The order is that of tickets: was this command given before; may the actor read the article; is it the one that was
seen; may the actor do this; is the input right; then the revision.

An article is not locked. Two writers meet at the number of their revision, which is a unique key: to the second one the
store says `Conflict`, and the whole attempt is made again, on what the first one left. Groups of translations and the
tree of categories have no such key: two writers who each put one article into a group at the same instant are not told
of one another where the store lets both transactions pass.
"""

from __future__ import annotations

import attrs

from supportcore.articles.checking import drafted
from supportcore.articles.commands import ArticleCommand, ReviseArticle, StepArticle, WriteArticle
from supportcore.articles.permissions import REVISE, origin_refusals, refusals, sees, writing_refusals
from supportcore.articles.revising import revised, same
from supportcore.errors import Fault, Invalid, NotFound, Reason, Refused, StaleVersion, facts
from supportcore.forms.checking import check
from supportcore.ids import derived
from supportcore.knowledge.article import Article
from supportcore.knowledge.lifecycle import STEPS_BY_NAME
from supportcore.text import id_fault
from supportcore.tickets.advance import advance
from supportcore.tickets.asks import Asking, LoadRecords
from supportcore.tickets.commands import Decision, Receipt
from supportcore.tickets.permissions import require_role
from supportcore.tickets.usecases import Context, load, received


@attrs.frozen
class Change:
    """
    What a command makes of an article.

    Attributes:
        before: As it is stored; None for a new one.
        action: Name of the revision; see `Revision`.
    """

    before: Article | None
    after: Article
    action: str
    comment: str = ""


def handle(command: ArticleCommand, context: Context) -> Asking[Decision]:
    """
    Decide a command of any kind.

    Raises:
        Refused: The rules say no; `Invalid` if the input does.
        NotFound: No such article, or none the actor may read.
        StaleVersion: The article changed since `seen_version`.
        CommandReused: The command id was used with other content.
    """
    said, repeated = yield from received(command, context)
    if repeated is not None:
        return repeated
    if isinstance(command, WriteArticle):
        change = yield from write(command, context)
    elif isinstance(command, ReviseArticle):
        change = yield from revise(command, context)
    else:
        change = yield from step(command, context)
    at, article, decision = context.at or context.now, change.after, Decision()
    if change.action != REVISE or not same(change.before, change.after):
        decision = revised(
            context.desk,
            change.before,
            change.after,
            at=at,
            actor=context.actor.id,
            action=change.action,
            comment=change.comment,
        )
        ((article, revision),) = decision.articles
        at = revision.at
    receipt = Receipt(
        command_id=command.command_id,
        digest=said,
        id=article.id,
        number=0,
        version=article.version,
        state=article.state,
        at=at,
    )
    return attrs.evolve(decision, receipt=receipt)


def write(command: WriteArticle, context: Context) -> Asking[Change]:
    """Decide a new article."""
    desk, actor = context.desk, context.actor
    if reasons := writing_refusals(desk, actor):
        raise Refused(*reasons)
    if command.origin is not None:
        draft = yield from load(command.origin, context)
        advance(draft, max(context.at or context.now, draft.ticket.updated_at))
        if reasons := origin_refusals(draft.ticket):
            raise Refused(*reasons)
    article_id = command.article or derived("article", desk.key, command.command_id)
    faults = []
    if (fault := id_fault(article_id, "article")) is not None:
        faults.append(fault)
        article_id = "unnamed"  # what is wrong with the rest is told as well
    elif (yield LoadRecords((("article", article_id),))) != (None,):
        faults.append(Fault("article", "id_taken", facts(kind="article", id=article_id)))
    blank = Article(id=article_id, title="", state="draft", author=actor.id, origin=command.origin)
    said = {"title": None, **{name: value for name, value in command.fields if value is not None}}
    article, found = yield from drafted(desk, blank, tuple(said.items()))
    if faults or found:
        raise Invalid(*faults, *found)
    return Change(None, article, "create")


def revise(command: ReviseArticle, context: Context) -> Asking[Change]:
    """Decide what an article says from now on; if that is what it says, there is no revision."""
    before = yield from _begin(command, context, REVISE)
    after, faults = yield from drafted(context.desk, before, command.fields)
    if faults:
        raise Invalid(*faults)
    return Change(before, after, REVISE, command.comment)


def step(command: StepArticle, context: Context) -> Asking[Change]:
    """Decide an action of the lifecycle."""
    before = yield from _begin(command, context, command.action)
    taken = STEPS_BY_NAME[command.action]
    _, faults = check(taken.form, {"comment": command.comment} if command.comment else {})
    if faults:
        raise Invalid(*faults)
    return Change(before, attrs.evolve(before, state=taken.after), taken.name, command.comment)


def _begin(command: ReviseArticle | StepArticle, context: Context, name: str) -> Asking[Article]:
    """Load the article of a command, and see to it that the actor saw it as it is and may do *name* to it."""
    desk, actor = context.desk, context.actor
    require_role(desk, actor)
    (article,) = yield LoadRecords((("article", command.article),))
    if not isinstance(article, Article) or not sees(desk, actor, article):
        raise NotFound(kind="article", id=command.article)
    if context.at is not None and article.updated_at is not None and context.at < article.updated_at:
        raise Refused(
            Reason("at_before_revision", facts(at=context.at.isoformat(), last=article.updated_at.isoformat()))
        )
    seen = command.seen_version
    if seen is not None and seen > article.version:
        raise Invalid(Fault("seen_version", "out_of_range", facts(minimum=0, maximum=article.version)))
    if seen is not None and seen != article.version:
        raise StaleVersion(seen=seen, current=article.version)
    unknown = isinstance(command, StepArticle) and name not in STEPS_BY_NAME
    if reasons := (Reason("unknown_action", facts(action=name)),) if unknown else refusals(desk, actor, article, name):
        raise Refused(*reasons)
    return article
