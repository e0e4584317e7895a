"""
Hypothesis strategies: what the constructors of `supportcore.text` accept, all of it and nothing else.

Plural names; everything valid by default; what a strategy shrinks to is the dullest value of its kind: the first
instant, the text ``""``, a new ticket of nobody about nothing. Lists that are to be searched come from `crowds`, whose
values are few and chosen to collide: letters that differ in case, accent or a space, instants a millisecond apart.

    @given(tickets(), predicates())
    def test_a_list_shows_what_its_filter_says(ticket, where): …
"""

from supportcore.lazy import needing

with needing("testing", "supportcore.testing.strategies"):
    import hypothesis  # noqa: F401

from supportcore.testing.strategies.documents import documents
from supportcore.testing.strategies.events import (
    assignments,
    citations,
    clock_events,
    clocks,
    content_refs,
    contents,
    deadlines,
    events,
    later_events,
    ledgers,
    moves,
    notes,
    openings,
    replies,
    retargetings,
    state_changes,
    timer_refusals,
    timers,
    triages,
)
from supportcore.testing.strategies.files import files
from supportcore.testing.strategies.knowledge import (
    articles,
    categories,
    postings,
    readings,
    revisions,
    suggestions,
)
from supportcore.testing.strategies.predicates import actors, predicates
from supportcore.testing.strategies.records import (
    agents,
    agreements,
    contacts,
    customers,
    modules,
    preferences,
    products,
    projects,
    records,
    services,
    teams,
    versions,
)
from supportcore.testing.strategies.tickets import crowds, decisions, histories, outbox_rows, receipts, tickets
from supportcore.testing.strategies.values import (
    CENTURY,
    LAST_INSTANT,
    MILLISECOND,
    bodies,
    digests,
    emails,
    flags,
    host_ids,
    instants,
    integers,
    keys,
    numbers,
    spans,
    texts,
    titles,
)

__all__ = [
    "CENTURY",
    "LAST_INSTANT",
    "MILLISECOND",
    "actors",
    "agents",
    "agreements",
    "articles",
    "assignments",
    "bodies",
    "categories",
    "citations",
    "clock_events",
    "clocks",
    "contacts",
    "content_refs",
    "contents",
    "crowds",
    "customers",
    "deadlines",
    "decisions",
    "digests",
    "documents",
    "emails",
    "events",
    "files",
    "flags",
    "histories",
    "host_ids",
    "instants",
    "integers",
    "keys",
    "later_events",
    "ledgers",
    "modules",
    "moves",
    "notes",
    "numbers",
    "openings",
    "outbox_rows",
    "postings",
    "predicates",
    "preferences",
    "products",
    "projects",
    "readings",
    "receipts",
    "records",
    "replies",
    "retargetings",
    "revisions",
    "services",
    "spans",
    "state_changes",
    "suggestions",
    "teams",
    "texts",
    "tickets",
    "timer_refusals",
    "timers",
    "titles",
    "triages",
    "versions",
]
