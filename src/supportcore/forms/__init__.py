"""What is asked of a person: intake fields and the input of actions."""

from supportcore.forms.fields import INTAKE, Field, Form, check

__all__ = ["INTAKE", "Field", "Form", "check"]
