"""The whole desk as one validated document."""

from supportcore.definition.loader import PRESETS, define, load_definition
from supportcore.definition.model import Definition, Labels
from supportcore.definition.parts import NoticeRule, Routing

__all__ = ["PRESETS", "Definition", "Labels", "NoticeRule", "Routing", "define", "load_definition"]
