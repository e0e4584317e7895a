"""Who is helped: customers, the contacts that speak for them, the agreements they have. Records of the catalogue."""

from __future__ import annotations

from datetime import datetime

import attrs

from supportcore import text


@attrs.frozen(kw_only=True)
class Customer:
    """
    A company or person that is supported.

    Attributes:
        agreement: Id of the agreement that tickets of the customer are served under, unless they name another.
        main_contact: Id of the agent who looks after the customer, or None.
    """

    id: str = text.host_id()
    name: str = text.title()
    agreement: str | None = text.host_id(None)
    main_contact: str | None = text.host_id(None)
    active: bool = True


@attrs.frozen(kw_only=True)
class Contact:
    """
    A person who writes for customers.

    Attributes:
        id: The id under which the host knows the person; the actor's id.
        customers: Ids of the customers the person speaks for; none or several are legal.
        locale: Language of notices to the person, such as ``es``; empty means the desk's first.
    """

    id: str = text.host_id()
    name: str = text.title()
    customers: frozenset[str] = attrs.field(default=frozenset(), converter=text.frozen_set)
    email: str = text.email("")
    phone: str = text.title("")
    locale: str = text.title("")
    active: bool = True


@attrs.frozen(kw_only=True)
class Agreement:
    """
    What was agreed with a customer.

    Attributes:
        on_hold: Payment is overdue or the agreement was not renewed.
        ends_at: First instant at which it no longer holds; None means open-ended.
    """

    id: str = text.host_id()
    name: str = text.title()
    customer: str = text.host_id()
    starts_at: datetime = text.instant_at(default=text.FIRST_INSTANT)
    ends_at: datetime | None = text.instant_at(None)
    on_hold: bool = False
    active: bool = True

    def holds(self, at: datetime) -> bool:
        """Return whether it is in force at *at*."""
        begun = self.starts_at <= at and (self.ends_at is None or at < self.ends_at)
        return self.active and not self.on_hold and begun
