"""What is asked of a person: intake fields and the input of actions."""

from supportcore.forms.checking import check
from supportcore.forms.fields import INTAKE, Field, Form, Slot

__all__ = ["INTAKE", "Field", "Form", "Slot", "check"]
