"""
The form of an article, as data: a new one, one made of a resolved ticket, or one that is to be revised.

What its schema accepts the command accepts, but for what hangs on other articles: whether a group of translations has
one in that language already. The other way round, a form leaves out, where a command may be told null, what it does not
ask, a customer where the visibility names none, and what is never empty, such as the language. Records are offered that
are not retired, and those that the article names already; where there are too many, an id is typed. What stands in the
form at first is what would be taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from supportcore import text
from supportcore.articles.commands import FIELDS, LISTS, MOST_VALUES
from supportcore.articles.permissions import REVISE, WRITE, action_label, refusals, writing_refusals
from supportcore.desk.knowledge.filters import category_tree
from supportcore.desk.knowledge.listing import path, readable
from supportcore.desk.knowledge.redaction import made_of_ticket
from supportcore.desk.requests import Requests
from supportcore.desk.views.choices import OPTIONS, Offered, offered
from supportcore.desk.views.records import FormView, Submit
from supportcore.desk.views.viewer import VISIBILITY_LABELS, Viewer
from supportcore.errors import Fault, Invalid, Refused
from supportcore.forms.drawing import Choice, Drawing, Option
from supportcore.forms.fields import Field, Form
from supportcore.forms.schema import Schema, schema, ui
from supportcore.knowledge.article import VISIBILITIES, Article, Category
from supportcore.predicate import Eq
from supportcore.storage.ports import Ledger, Steps

_RECORDS = Form(tuple(Field(key=key, kind="record") for key in ("customer", "product", "service", "article")))
"""What is chosen from, beside categories."""
_MADE_OF = (
    "Made of ticket #{number}. What may tell of the customer was replaced by …; read it again before it is published.",
    "Hecho del ticket #{number}. Lo que puede delatar al cliente se sustituyó por …; reléalo antes de publicarlo.",
)


def article_form(
    ledger: Ledger, viewer: Viewer, requests: Requests, key: str | None, *, origin: str | None
) -> Steps[FormView]:
    """
    Return the form of a new article, or of one that is to be revised.

    Args:
        origin: Id of the resolved ticket that a new one is made of.

    Raises:
        Refused: The actor may not write, or not revise the article as it stands; the ticket is not resolved.
        NotFound: There is no such article or ticket, or none that the actor may see.
        Invalid: An origin for an article that there is.
    """
    if key is not None:
        if origin is not None:
            raise Invalid(Fault("origin", "read_only"))
        return (yield from _revising(ledger, viewer, key))
    if reasons := writing_refusals(viewer.desk, viewer.actor):
        raise Refused(*reasons)
    data: dict[str, Any] = {"language": _language(viewer), "visibility": "public"}
    help_text, submit_of = "", ""
    if origin is not None:
        made = yield from made_of_ticket(ledger, viewer, requests, origin)
        data |= made.data
        help_text, submit_of = viewer.say(*_MADE_OF).format(number=made.number), made.ticket
    label = action_label(viewer.desk, WRITE, viewer.actor.locale)
    submit = Submit(command="write_article", ticket=submit_of, label=label)
    return (yield from _form(ledger, viewer, None, data, title=label, help_text=help_text, submit=submit))


def _revising(ledger: Ledger, viewer: Viewer, key: object) -> Steps[FormView]:
    found = yield from readable(ledger, viewer, key)
    if reasons := refusals(viewer.desk, viewer.actor, found, REVISE):
        raise Refused(*reasons)
    label = action_label(viewer.desk, REVISE, viewer.actor.locale)
    submit = Submit(command="revise_article", article=found.id, seen_version=found.version, label=label)
    data = {name: value for name in FIELDS if (value := getattr(found, name)) not in (None, "", frozenset())}
    data |= {name: tuple(sorted(data[name])) for name in LISTS if name in data}
    return (yield from _form(ledger, viewer, found, data, title=label, help_text="", submit=submit))


def drawn(viewer: Viewer, form: Form, *, key: str, title: str, submit: Submit) -> FormView:
    """Return a form that offers nothing for choice, and in which nothing stands at first."""
    drawing = _drawing(viewer, form, title=title)
    return FormView(
        key=key, title=title, schema=schema(drawing), ui=ui(drawing), data={}, help=_helps(viewer, form), submit=submit
    )


# -- one article -------------------------------------------------------------------------------------------------------


def _form(
    ledger: Ledger,
    viewer: Viewer,
    article: Article | None,
    data: Mapping[str, Any],
    *,
    title: str,
    help_text: str,
    submit: Submit,
) -> Steps[FormView]:
    form = _fields(viewer, article)
    named = [("customer", article.customer), ("article", article.translation_of)] if article is not None else []
    refs = [(kind, id_) for kind, id_ in named if id_ is not None]
    refs += [(name[:-1], id_) for name in ("products", "services") for id_ in data.get(name, ())]
    records = yield from offered(ledger, [_RECORDS], refs=refs, known={})
    tree = yield from category_tree(ledger)
    choices = {key: found for key, found in _choices(viewer, article, records, tree) if found is not None}
    kept = () if article is None or article.customer is None else (("customer", article.customer),)
    drawing = _drawing(viewer, form, title=title, choices=choices, current=kept)
    whole, hints = schema(drawing), ui(drawing)
    fields = whole["properties"]
    fields["body"]["minLength"] = 0  # one without a body is no fault
    fields["body"]["maxLength"] = max(text.TEXT_LIMIT, 0 if article is None else len(article.body))
    if article is not None:  # what is left out stays
        whole["required"].remove("title")
    for name in LISTS:
        fields[name] = _several(fields[name])
        if "oneOf" in fields[name]["items"]:
            hints[name] = {"ui:widget": "checkboxes"}
    return FormView(
        key=submit.command,
        title=title,
        help_text=help_text,
        schema=whole,
        ui=hints,
        data=_data(data, choices),
        help=_helps(viewer, form),
        submit=submit,
    )


def _fields(viewer: Viewer, article: Article | None) -> Form:
    """Return what an article is made of as fields; of lists, what one value is."""
    fields = [
        Field(key="title", kind="title", required=True),
        Field(key="body", kind="text", clears=True),
        Field(key="language", kind="choice", options=tuple(viewer.desk.languages)),
        Field(
            key="visibility",
            kind="choice",
            options=VISIBILITIES,
            default="public" if article is None else article.visibility,
        ),
        Field(
            key="customer",
            kind="record",
            required=article is None or article.customer is None,
            when=Eq("form.visibility", "customer"),
        ),
        Field(key="category", kind="record", clears=True),
        Field(key="translation_of", kind="record", clears=True),
        *(Field(key=name, kind="record") for name in LISTS),
    ]
    if article is not None:
        fields.append(Field(key="comment", kind="text"))
    return Form(tuple(fields))


def _choices(
    viewer: Viewer, article: Article | None, records: Offered, tree: Mapping[str, Category]
) -> Iterable[tuple[str, Choice | None]]:
    """Yield what each field is chosen from; None where an id is typed."""
    yield "language", _choice(Option(tag, tag) for tag in viewer.desk.languages)
    yield "visibility", _choice(Option(one, viewer.say(*VISIBILITY_LABELS[one])) for one in VISIBILITIES)
    own = None if article is None else article.category
    places = [one for one in tree.values() if one.active or one.id == own]
    named = sorted((" / ".join(above.name for above in path(tree, one.id)), one.id) for one in places)
    yield "category", None if len(places) > OPTIONS else _choice(Option(id_, name) for name, id_ in named)
    yield "translation_of", _originals(article, records)
    for name, kind in (("customer", "customer"), ("products", "product"), ("services", "service")):
        yield name, _of_kind(records, kind)


def _of_kind(records: Offered, kind: str) -> Choice | None:
    """Return the records of a kind that are not retired, and those that are named already, by name."""
    active = records.active[kind]
    if active is None:
        return None
    found = {record.id: record for record in active}
    found |= {id_: record for (of, id_), record in records.named.items() if of == kind}
    named = sorted((getattr(record, "name", ""), record.id) for record in found.values())
    return _choice(Option(id_, name or id_) for name, id_ in named)


def _originals(article: Article | None, records: Offered) -> Choice | None:
    """Return the articles that one may be a translation of; none for one that has translations of its own."""
    active = records.active["article"]
    if active is None:
        return None
    articles = [one for one in active if isinstance(one, Article)]
    own = None if article is None else article.id
    if any(one.translation_of == own for one in articles if own is not None):
        articles = []
    found = {one.id: one for one in articles if one.translation_of is None and one.id != own}
    found |= {id_: one for (_, id_), one in records.named.items() if isinstance(one, Article)}
    named = sorted((one.title, one.id) for one in found.values())
    return _choice(Option(id_, title or id_) for title, id_ in named)


def _choice(options: Iterable[Option]) -> Choice:
    return Choice(options=(((), tuple(options)),))


def _several(one: Schema) -> Schema:
    """Return the schema of a list of what *one* takes, under its name."""
    told: Schema = {key: one.pop(key) for key in ("title", "description") if key in one}
    return {**told, "type": "array", "items": one, "uniqueItems": True, "maxItems": MOST_VALUES}


def _data(data: Mapping[str, Any], choices: Mapping[str, Choice]) -> dict[str, Any]:
    """Return what stands in the form at first, in the order of its fields: what would be taken."""
    found: dict[str, Any] = {}
    for name in FIELDS:
        options = {option.value for option in choices[name].under({})} if name in choices else None
        value = data.get(name)
        if name in LISTS and value is not None:
            value = tuple(one for one in value if options is None or one in options) or None
        elif options is not None and value not in options:
            continue
        if value is not None:
            found[name] = value
    return found


def _drawing(
    viewer: Viewer,
    form: Form,
    *,
    title: str,
    choices: Mapping[str, Choice] | None = None,
    current: tuple[tuple[str, str], ...] = (),
) -> Drawing:
    helps = _helps(viewer, form)
    return Drawing(
        form=form,
        title=title,
        labels=tuple((field.key, viewer.article_field(field.key), helps.get(field.key, "")) for field in form.fields),
        choices=tuple((choices or {}).items()),
        current=current,
        nothing=viewer.say("None", "Ninguno"),
    )


def _helps(viewer: Viewer, form: Form) -> dict[str, str]:
    return {field.key: told for field in form.fields if (told := viewer.help("article_fields", field.key))}


def _language(viewer: Viewer) -> str:
    """Return the desk's language that is the actor's, else its first."""
    languages = viewer.desk.languages
    return next((tag for tag in languages if tag.split("-")[0] == viewer.language), languages[0])
