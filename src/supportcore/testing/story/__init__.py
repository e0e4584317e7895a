"""
Stories: a rule of a desk that was broken, told step by step, so that it is understood, kept and run again.

What finds a broken rule raises `BrokenRule` with a `Story`. `Story.text` tells it in the words of the desk;
`Story.to_json` makes a document that holds the desk too, so that it runs again wherever it is sent. `rerun` takes the
steps once more, on the rules alone or on a system beside them.
"""

from supportcore.testing.story.reading import from_json
from supportcore.testing.story.records import BrokenRule, Story
from supportcore.testing.story.rerunning import Rerun, rerun

__all__ = ["BrokenRule", "Rerun", "Story", "from_json", "rerun"]
