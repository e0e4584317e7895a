"""States and transitions as data, and the engine that steps through them."""

from supportcore.workflow.definition import CATEGORIES, State, TimerRule, Transition, Workflow

__all__ = ["CATEGORIES", "State", "TimerRule", "Transition", "Workflow"]
