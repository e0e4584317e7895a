"""
What an actor asks of a desk, as steps: everything about it but waiting.

`Desk` and `AsyncDesk` differ only in how steps are executed. A request says whether it writes and makes its steps anew
for each attempt.
"""

from __future__ import annotations

from supportcore.desk.requests.commands import Commands
from supportcore.desk.requests.questions import Questions
from supportcore.desk.requests.request import Request
from supportcore.desk.requests.scope import Filters

__all__ = ["Filters", "Request", "Requests"]


class Requests(Commands, Questions):
    """What one actor can ask."""
