"""
From draft to retired: which steps there are, and whose duty each is.

    draft ──submit──▶ review ──publish──▶ published ──retire──▶ retired
      ▲◀──send_back────┘                   │  ▲                  │
      │                                    └──┘ confirm          │
      └──────────────────────────restore─────────────────────────┘

A draft may be published at once by whoever may publish. What is published is revised by whoever may publish, as a
revision is read at once; anything else by whoever may write. What is retired is not revised.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Literal

import attrs

from supportcore.forms.fields import Field, Form
from supportcore.knowledge.article import State

Duty = Literal["write", "publish"]
_SAID = Form((Field(key="comment", kind="text", required=True),))
_MAY_SAY = Form((Field(key="comment", kind="text"),))


@attrs.frozen(kw_only=True)
class KnowledgePolicy:
    """
    Who keeps the knowledge base of a desk; today's, as labels are.

    Attributes:
        write: Roles that write, revise and submit, and name what solved a ticket; empty means all of staff.
        publish: Roles that publish, send back, retire and restore; empty means those that write.
        review_after: How long after it was published or confirmed an article is to be looked at again; None for never.
        folds_ene: Whether ñ is taken for n where somebody searches.
    """

    write: frozenset[str] = frozenset()
    publish: frozenset[str] = frozenset()
    review_after: timedelta | None = None
    folds_ene: bool = False

    def roles(self, duty: Duty) -> frozenset[str]:
        """Return the roles that have a duty; empty means all of staff."""
        return self.write if duty == "write" else self.publish or self.write


@attrs.frozen(kw_only=True)
class Step:
    """
    An action of the lifecycle.

    Attributes:
        before: States it may be taken in.
        after: State it leads to.
        form: What it asks for.
    """

    name: str
    before: tuple[State, ...]
    after: State
    duty: Duty
    form: Form = _MAY_SAY


STEPS: tuple[Step, ...] = (
    Step(name="submit", before=("draft",), after="review", duty="write"),
    Step(name="send_back", before=("review",), after="draft", duty="publish", form=_SAID),
    Step(name="publish", before=("draft", "review"), after="published", duty="publish"),
    Step(name="confirm", before=("published",), after="published", duty="publish"),
    Step(name="retire", before=("published",), after="retired", duty="publish"),
    Step(name="restore", before=("retired",), after="draft", duty="publish"),
)
STEPS_BY_NAME: Mapping[str, Step] = MappingProxyType({step.name: step for step in STEPS})
REVISABLE: Mapping[State, Duty] = MappingProxyType({"draft": "write", "review": "write", "published": "publish"})
"""Whose duty it is to revise an article, by its state."""
