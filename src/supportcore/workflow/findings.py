"""What a look at a desk finds: something that is written without a fault and yet cannot be meant."""

from __future__ import annotations

from typing import NamedTuple

from supportcore.workflow.steps import Trace


class Finding(NamedTuple):
    """
    Something that cannot be meant.

    Attributes:
        code: One of `supportcore.linting.CODES`.
        path: Where in the document, such as ``states[3]`` or ``confirmations[0].yes``.
        message: What is wrong and what would be right.
        trace: The shortest way to where it shows; empty where none is needed, or none can be.
    """

    code: str
    path: str
    message: str
    trace: Trace = ()

    def __str__(self) -> str:
        return f"{self.path}: {self.message} [{self.code}]"
