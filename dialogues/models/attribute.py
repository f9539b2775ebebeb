from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

from routing.facts import FACTS


def is_no_fact(name):
    if name in FACTS:
        raise ValidationError(f"“{name}” is known of every visitor already: choose another name.")


class Attribute(models.Model):
    """Something that can be known of a visitor. First name and email are there from the start."""

    name = models.CharField(
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z][a-z0-9_]*\Z", "Use small letters, digits and underscores."),
            is_no_fact,
        ],
        help_text="Its name in rules and tokens, such as first_name.",
    )
    label = models.CharField(max_length=80, help_text="What people read.")

    class Meta:
        ordering = ["label"]

    def __str__(self):
        return self.label
