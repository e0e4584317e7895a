"""Articles of the knowledge base. Records of the catalogue."""

from __future__ import annotations

from typing import Literal, get_args

import attrs

from supportcore import text

Visibility = Literal["public", "customers", "internal"]
"""Who may read it: everybody with a role on the desk; the customers it names, and staff; staff."""


@attrs.frozen(kw_only=True)
class Article:
    """
    An answer that is worth keeping.

    Attributes:
        body: Markdown.
        language: Such as ``es``; empty means that of the desk.
        customers: Ids of those it is written for, where it is for customers; empty means all of them.
        products: Ids of products it is about.
    """

    id: str = text.host_id()
    title: str = text.title()
    body: str = text.body("")
    language: str = text.title("")
    visibility: Visibility = text.one_of(get_args(Visibility), "public")
    customers: frozenset[str] = attrs.field(default=frozenset(), converter=text.frozen_set)
    products: frozenset[str] = attrs.field(default=frozenset(), converter=text.frozen_set)
    active: bool = True
