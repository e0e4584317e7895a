"""What the linter can find, in the order in which it tells it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CODES: Mapping[str, str] = MappingProxyType(
    {
        "nobody_opens": "no role may open a ticket",
        "unfillable_field": "a field of a form that no value fits",
        "unused_role": "a role that may do nothing and is named nowhere",
        "unreachable_state": "no ticket ever comes into the state",
        "trap_state": "a ticket may be in the state that can never be closed",
        "stuck_role": "somebody has to act, and cannot: he may not, or does not see the ticket",
        "dead_action": "nobody and nothing can ever take the action",
        "timer_loop": "timers lead back to where they started, with no person in between",
        "unbeatable_timer": "a timer closes the ticket, and nobody can do anything about it before",
        "endless_pause": "clocks stand still, and neither time nor staff can let them go on",
        "escaping_reopening": "what was closed for good can be opened again",
        "unanswerable_confirmation": "what is asked cannot be answered as it is meant",
        "never_holds": "a condition that nothing can fulfil",
        "shadowed_rule": "a rule that is never come to, as those before it take everything",
        "broken_hold": "the desk never puts a ticket on hold, or never takes it up again",
        "idle_notice": "a notice that nobody can ever be told",
        "unused_part": "a ladder, a survey or an entry of the menu that nothing and nobody can use",
        "unmapped_state": "a ticket of the former rules goes nowhere",
        "contrary_move": "a ticket of the former rules is opened or closed by being moved",
        "unknown_value": "a condition names a value that nothing can have",
        "no_partition": "a board says that it partitions, and does not",
    }
)
"""What each code means."""

EXPECTED: Mapping[str, str] = MappingProxyType(
    {
        "nobody_opens": "somebody can open a ticket",
        "unfillable_field": "every field of a form can be filled in",
        "unused_role": "every role may do something",
        "unreachable_state": "a ticket can come into every state",
        "trap_state": "every ticket can be closed",
        "stuck_role": "whoever has to act can act",
        "dead_action": "every action can be taken",
        "timer_loop": "timers alone do not lead round for ever",
        "unbeatable_timer": "somebody can do something before a timer closes a ticket",
        "endless_pause": "clocks that stand still can go on again",
        "escaping_reopening": "what was closed for good stays closed",
        "unanswerable_confirmation": "what is asked can be answered as it is meant",
        "never_holds": "every condition can be fulfilled",
        "shadowed_rule": "every rule can be come to",
        "broken_hold": "what the desk puts on hold it takes up again",
        "idle_notice": "every notice can be told to somebody",
        "unused_part": "what the desk has is of use to somebody",
        "unmapped_state": "every ticket of the former rules has a state to go to",
        "contrary_move": "moving a ticket neither opens nor closes it",
        "unknown_value": "conditions ask for values that there are",
        "no_partition": "every ticket is in one box of the board, and in one only",
    }
)
"""What should hold instead, of each code."""
