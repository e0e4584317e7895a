"""The linter: what is written without a fault on a desk and yet cannot be meant, with the steps that show it."""

from supportcore.linting.codes import CODES
from supportcore.linting.linter import Analysis, analyse, lint
from supportcore.workflow.findings import Finding

__all__ = ["CODES", "Analysis", "Finding", "analyse", "lint"]
