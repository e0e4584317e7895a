"""Notices: what a person is told, in whose words."""

from supportcore.notices.render import PLACEHOLDERS, Notice, Words, render

__all__ = ["PLACEHOLDERS", "Notice", "Words", "render"]
