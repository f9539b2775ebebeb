from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

from routing.rich_text import as_text

# What is said where nobody has written anything else, by language; the first is for all others.
STANDARD = {
    "": "Nobody is free right now. We will write to you at your email address.",
    "nl": "Er is nu niemand vrij. We schrijven u op uw e-mailadres.",
}


class FallbackMessage(models.Model):
    """What the visitor reads when nobody comes, in one or more languages."""

    name = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name

    def text_in(self, language):
        """The text in this language, or in its primary one, or for all others; None if nothing was written."""
        return best_in(language, {text.language: text for text in self.texts.all()})


class FallbackText(models.Model):
    """A fallback message in one language, as cleaned rich text."""

    message = models.ForeignKey(FallbackMessage, models.CASCADE, related_name="texts")
    language = models.CharField(
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^[a-z]{2,3}(-[a-z0-9]{2,8})?\Z", "Enter a code such as nl or nl-be.")],
        help_text="A code such as nl or pt-br; empty: for all other languages.",
    )
    html = models.TextField(verbose_name="text")

    class Meta:
        ordering = ["language"]
        constraints = [models.UniqueConstraint(name="one_text_a_language", fields=["message", "language"])]

    def __str__(self):
        return self.language or "all other languages"

    def clean(self):
        if not self.html.strip():
            raise ValidationError({"html": "Write what the visitor reads."})


def standard_in(language):
    return best_in(language, STANDARD)


def best_in(language, texts):
    """Of texts by language: the one for `nl-be`, else for `nl`, else the one for all others, or None."""
    # What is known of a visitor may be anything.
    language = language.lower() if isinstance(language, str) else ""
    return texts.get(language) or texts.get(language.split("-")[0]) or texts.get("")


def words_in(language, messages):
    """Text and rich text of the first of these messages that says something in this language; some may be None. Else
    the standard text."""
    texts = (message.text_in(language) for message in messages if message)
    html = next((text.html for text in texts if text), "")
    return (as_text(html), html) if html else (standard_in(language), "")
