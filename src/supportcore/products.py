"""What is supported: products with modules and versions, services, customers' projects. Records of the catalogue."""

from __future__ import annotations

import attrs

from supportcore import text


@attrs.frozen(kw_only=True)
class Product:
    """Something customers ask about."""

    id: str = text.host_id()
    name: str = text.title()
    active: bool = True


@attrs.frozen(kw_only=True)
class Module:
    """A part of one product."""

    id: str = text.host_id()
    name: str = text.title()
    product: str = text.host_id()
    active: bool = True


@attrs.frozen(kw_only=True)
class Version:
    """
    A version of one product, as customers buy it.

    Attributes:
        customers: Ids of those who bought it; empty means that everybody may name it.
    """

    id: str = text.host_id()
    name: str = text.title()
    product: str = text.host_id()
    customers: frozenset[str] = attrs.field(default=frozenset(), converter=text.frozen_set)
    active: bool = True


@attrs.frozen(kw_only=True)
class Service:
    """
    Something a customer can ask for.

    Attributes:
        customers: Ids of those it is offered to; empty means everybody.
    """

    id: str = text.host_id()
    name: str = text.title()
    customers: frozenset[str] = attrs.field(default=frozenset(), converter=text.frozen_set)
    active: bool = True


@attrs.frozen(kw_only=True)
class Project:
    """A project of one customer."""

    id: str = text.host_id()
    name: str = text.title()
    customer: str = text.host_id()
    active: bool = True
