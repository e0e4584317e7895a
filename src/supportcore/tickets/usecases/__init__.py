"""
The use cases: from a command to a decision, purely.

Each is a typed generator that yields what it must know (`Ask`) and returns a draft. It reads no clock, store or random
source; `Context` holds them as values. The order is the same everywhere: was this command given before; may the actor
see the ticket; what has come due; may the actor do this; is the input right; then the events.
"""

from supportcore.tickets.usecases.context import Context as Context
from supportcore.tickets.usecases.handling import handle as handle
from supportcore.tickets.usecases.handling import load as load
from supportcore.tickets.usecases.handling import received as received
