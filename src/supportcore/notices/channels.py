"""A notifier that hands each notice to the one that serves its channel, and what makes a plain one asynchronous."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable

from supportcore.errors import Fault, Invalid, facts
from supportcore.notices.faults import NotSent
from supportcore.notices.render import IN_APP, Notice
from supportcore.text import key_fault

Notifier = Callable[[Notice], object]
"""What `deliver` is given: called with a notice, it sends it or raises."""


class Channels:
    """
    Sends each notice through the notifier of its channel.

    Args:
        notifiers: By channel, as notice rules name it. ``in_app`` needs none: those notices are read in the portal.

    Raises:
        Invalid: A channel is no key, or its notifier cannot be called.
    """

    def __init__(self, notifiers: Mapping[str, Notifier]) -> None:
        self._notifiers: dict[str, Notifier] = dict(notifiers)
        for channel in self._notifiers:
            fault = key_fault(channel, "channels")
            if fault is None and not callable(notifiers[channel]):
                fault = Fault(
                    f"channels.{channel}", "wrong_type", facts(expected="a function", expected_es="una función")
                )
            if fault is not None:
                raise Invalid(fault)

    def __repr__(self) -> str:
        """Return the channels, each with its notifier."""
        return f"Channels({self._notifiers!r})"

    def __call__(self, notice: Notice) -> object:
        """
        Send a notice.

        Returns:
            What the notifier returned: something to await, where it is asynchronous.

        Raises:
            NotSent: ``no_channel``; and whatever the notifier raises.
        """
        notifier = self._notifiers.get(notice.channel)
        if notifier is not None:
            return notifier(notice)
        if notice.channel == IN_APP:
            return None
        raise NotSent("no_channel", channel=notice.channel, known=", ".join(sorted({*self._notifiers, IN_APP})))


def asynchronous(notifier: Notifier) -> Callable[[Notice], Awaitable[object]]:
    """
    Return a plain notifier as one that `AsyncDesk.deliver` awaits: it works in a thread, and others need not wait.

    One that is asynchronous after all, or `Channels` that hold one, is awaited in turn.
    """

    async def send(notice: Notice) -> object:
        answer = await asyncio.to_thread(notifier, notice)
        return await answer if isawaitable(answer) else answer

    return send
