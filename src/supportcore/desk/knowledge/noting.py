"""What is only noted, so that it can be measured: that it cannot be stored fails nothing."""

from __future__ import annotations

from typing import Any

from supportcore.desk.requests import Request
from supportcore.errors import StoreError, TransactionLost
from supportcore.storage.ports import Steps


def noted(request: Request[Any]) -> Steps[bool]:
    """
    Carry out a request, a transaction of its own; False if the store could not, as one that is busy or read-only.

    Raises:
        TransactionLost: The host's transaction is gone, which it has to know.
    """
    try:
        yield request
    except TransactionLost:
        raise
    except StoreError:
        return False
    return True
