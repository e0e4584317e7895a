"""The table of the format: how a ticket goes, and what happens beside its workflow."""

from __future__ import annotations

from supportcore.authoring.asked import NAME, NAMED, TICKET, when
from supportcore.authoring.kinds import (
    FLAG,
    ID,
    KEY,
    SPAN,
    Condition,
    Either,
    Entry,
    Exactly,
    Inner,
    ListOf,
    Names,
    OneOf,
    Table,
    Text,
    Whole,
    rows,
)
from supportcore.definition.files import FILES
from supportcore.definition.parts import ASSIGNING, NOTICE_EVENTS, QUORUMS, RECIPIENTS
from supportcore.definition.workflow import SIDES
from supportcore.forms.fields import INPUTS
from supportcore.text import KEY_PATTERN
from supportcore.workflow.definition import CATEGORIES, OUTCOMES, PARTIES

ROLES = ListOf(kind=Text(called="role"), least=1)
_INPUTS = ListOf(kind=OneOf((*INPUTS, FILES)))
_PARTY = OneOf(PARTIES)
_STAYS = "stays as it is"


_ASSIGN = "How somebody is chosen: nobody, by the ticket's id, in turn, who has the fewest, whom the customer names."
ROUTE = Table(
    title="A rule of routing: `[[routing.rules]]`",
    told="Where a ticket goes of which a condition holds; the first that holds decides.",
    entries=(
        when("A predicate over the ticket as it is about to be opened.", TICKET),
        Entry(name="team", kind=ID, told="Id of the team.", otherwise="that of `[routing]`"),
        Entry(name="area", kind=NAME, told="Area that the ticket gets, unless it has one.", otherwise="none"),
        Entry(name="assign", kind=OneOf(ASSIGNING), told=_ASSIGN, default="none"),
        Entry(name="skill", kind=ID, told="Only members who have this skill.", otherwise="any"),
        Entry(name="skill_of", kind=NAME, told="Field whose value the member has as a skill.", otherwise="any"),
    ),
)
ROUTING = Table(
    title="Where tickets go: `[routing]`",
    told="Which team a new ticket goes to, and who of it works on it.",
    entries=(
        Entry(name="team", kind=ID, told="Id of the team every ticket goes to.", otherwise="none"),
        Entry(name="assign", kind=OneOf(ASSIGNING), told=_ASSIGN, default="none"),
        Entry(
            name="responsible",
            kind=OneOf(("none", "assignee")),
            told="Whether whoever is chosen is responsible too.",
            default="none",
        ),
        Entry(name="rules", kind=rows(ROUTE), told="The first that holds decides instead.", otherwise="none"),
        Entry(
            name="on_triage",
            kind=FLAG,
            told="A ticket that falls under another rule once it is classified anew goes where that rule says.",
            default=False,
        ),
    ),
    example='[routing]\nteam = "desk"\nassign = "least_loaded"',
)
TIMER = Table(
    title="A timer: `[states.timer]`",
    told="What the desk does by itself once a ticket has been in the state for some time.",
    entries=(
        Entry(name="after", kind=SPAN, needed=True, told="How long, by the calendar and not in open hours."),
        Entry(name="action", kind=KEY, needed=True, told="Action that has `system` among its roles."),
    ),
)
STATE = Table(
    title="A state: `[[states]]`",
    told="Where a ticket stands.",
    entries=(
        Entry(name="key", kind=KEY, needed=True, told="Its name."),
        Entry(name="category", kind=OneOf(CATEGORIES), needed=True, told="What rules test; `closed` is final."),
        Entry(name="outcome", kind=OneOf(OUTCOMES), told="What came of it; a closed state has to say it."),
        Entry(name="waiting_on", kind=_PARTY, told="Whom the ticket waits for on entering.", otherwise=_STAYS),
        Entry(name="timer", kind=Inner(TIMER), told="What happens after some time in it.", otherwise="nothing"),
        Entry(
            name="on_reply",
            kind=Names(called="an action for each side", names=SIDES, kind=KEY),
            told="What the desk does when that side replies.",
            otherwise="nothing",
        ),
        Entry(name="on_assign", kind=KEY, told="What the desk does once somebody works on it.", otherwise="nothing"),
        Entry(name="on_triage", kind=KEY, told="What the desk does once it has an area.", otherwise="nothing"),
    ),
    example='[[states]]\nkey = "asking"\ncategory = "pending"\nwaiting_on = "customer"\n'
    'timer = { after = "72h", action = "silence" }',
)
_REQUIRES = Entry(name="requires", kind=_INPUTS, told="Inputs that have to be given.", otherwise="none")
_ACCEPTS = Entry(name="accepts", kind=_INPUTS, told="Inputs that may be given.", otherwise="none")
_WAITS = Entry(
    name="waiting_on", kind=_PARTY, told="Whom the ticket waits for afterwards.", otherwise="what the state says"
)
TRANSITION = Table(
    title="A transition: `[[transitions]]`",
    told="One action from one or several states; from a state an action leads to one place only.",
    entries=(
        Entry(name="action", kind=KEY, needed=True, told="What a person sees as a button."),
        Entry(
            name="from",
            kind=Either((Exactly("*"), ListOf(kind=Text(called="state"), least=1))),
            needed=True,
            told='The states it leaves; `"*"` is all that are not final.',
        ),
        Entry(name="to", kind=NAME, told="The state it enters.", otherwise="it stays, and timers run on"),
        Entry(name="roles", kind=ROLES, needed=True, told="Who may take it; `system` is the desk itself."),
        when("A predicate that must hold of the ticket and the actor.", Condition()),
        Entry(
            name="guard",
            kind=NAME,
            told="Name of a Python function given to `load_definition`, which must hold, too.",
            otherwise="none",
        ),
        _REQUIRES,
        _ACCEPTS,
        Entry(
            name="comment",
            kind=OneOf(("public", "internal")),
            told="Whether the comment it takes is read by the customer's side.",
            default="public",
        ),
        _WAITS,
        Entry(
            name="assign",
            kind=OneOf(("actor", "nobody")),
            told="Who works on the ticket afterwards.",
            otherwise=_STAYS,
        ),
    ),
    example='[[transitions]]\naction = "solve"\nfrom = ["open"]\nto = "solved"\nroles = ["agent"]\n'
    'requires = ["comment"]',
)
_STEP = (
    Entry(name="action", kind=KEY, needed=True, told="Name of the action that this stands for."),
    Entry(name="to", kind=NAME, needed=True, told="The state it enters."),
)
ANSWER = Table(
    title="An answer: `[confirmations.yes]`",
    told="What a yes or a no does.",
    entries=(*_STEP, _REQUIRES, _ACCEPTS, _WAITS),
)
REPLY = Table(
    title="A reply instead: `[confirmations.reply]`",
    told="What the desk does if the customer's side writes instead of an answer.",
    entries=(*_STEP, _WAITS),
)
SILENCE = Table(
    title="Silence: `[confirmations.silence]`",
    told="What the desk does if nobody answers.",
    entries=(Entry(name="after", kind=SPAN, needed=True, told="How long it waits."), *_STEP),
)
CONFIRMATION = Table(
    title="A confirmation: `[[confirmations]]`",
    told="The customer is asked whether a ticket is solved.",
    entries=(
        Entry(name="state", kind=NAME, needed=True, told="The state in which it is asked; not a final one."),
        Entry(name="roles", kind=ROLES, needed=True, told="Who is asked."),
        when("A predicate: only of those of them, and of such tickets, that it holds of.", Condition()),
        Entry(name="yes", kind=Inner(ANSWER), needed=True, told="What a yes does."),
        Entry(name="no", kind=Inner(ANSWER), told="What a no does.", otherwise="there is no way to say it"),
        Entry(name="reply", kind=Inner(REPLY), told="What a reply does.", otherwise="nothing"),
        Entry(name="silence", kind=Inner(SILENCE), told="What silence does.", otherwise="nothing"),
        Entry(name="question", kind=KEY, told="Key of the question on the first screen.", otherwise="none"),
        Entry(name="rates", kind=FLAG, told="Yes and no count as ratings; needs `[survey]`.", default=False),
    ),
    example='[[confirmations]]\nstate = "solved"\nroles = ["customer"]\nyes = { action = "accept", to = "done" }\n'
    'no = { action = "reject", to = "open" }\nsilence = { after = "72h", action = "expire", to = "done" }',
)
APPROVAL = Table(
    title="An approval: `[[approvals]]`",
    told="Tickets that a committee has to agree to.",
    entries=(
        Entry(name="key", kind=KEY, needed=True, told="Its name."),
        when("A predicate over tickets that need it.", TICKET),
        Entry(name="team", kind=ID, needed=True, told="Id of the team whose members are asked."),
        Entry(
            name="quorum",
            kind=Either((OneOf(QUORUMS), Whole())),
            told="How many have to agree; a number is at most all.",
            default="majority",
        ),
        Entry(name="approved", kind=KEY, told="Action that the desk then takes.", otherwise="none"),
        Entry(name="rejected", kind=KEY, told="Action that it takes once too few can agree.", otherwise="none"),
    ),
)
SURVEY = Table(
    title="Ratings: `[survey]`",
    told="How a solution is rated; a desk without it is not rated.",
    entries=(
        Entry(
            name="scale",
            kind=OneOf(("stars", "yes_no")),
            told="1 to 5 stars; or 1 for yes and 0 for no.",
            default="stars",
        ),
    ),
)
HOLD = Table(
    title="Agreements that do not hold: `[hold]`",
    told="What becomes of open tickets of a customer whose agreement does not hold.",
    entries=(
        Entry(name="begin", kind=KEY, needed=True, told="Action that the desk takes on them."),
        Entry(name="end", kind=KEY, needed=True, told="Action that it takes once the agreement holds again."),
    ),
)
MERGE = Table(
    title="Merged tickets: `[merge]`",
    told="What becomes of a ticket in whose place another goes on.",
    entries=(Entry(name="state", kind=NAME, needed=True, told="Its final state."),),
)
NOTICE = Table(
    title="A notice: `[[notices]]`",
    told="Who is told of what.",
    entries=(
        Entry(name="key", kind=KEY, needed=True, told="Its name."),
        Entry(name="on", kind=OneOf(NOTICE_EVENTS), needed=True, told="What it tells of."),
        Entry(name="to", kind=ListOf(kind=OneOf(RECIPIENTS), least=1), needed=True, told="Who is told."),
        Entry(name="channel", kind=KEY, needed=True, told='How, such as `"email"` or `"in_app"`.'),
        Entry(name="template", kind=KEY, told="Key of the template in the labels.", otherwise="the key"),
        Entry(name="author", kind=FLAG, told="Whoever did it is told, too.", default=False),
        when("A predicate over the ticket as it is afterwards.", TICKET),
        Entry(name="actions", kind=NAMED, told="Of `state_changed`: only by these.", otherwise="any"),
    ),
    example='[[notices]]\nkey = "replied"\non = "replied"\nto = ["contact", "assignee"]\nchannel = "email"',
)
MOVES = Names(called="a state for each state of earlier rules", names=KEY_PATTERN, kind=KEY)
REPLIES = Names(called="a party for each side", names=SIDES, kind=_PARTY)
