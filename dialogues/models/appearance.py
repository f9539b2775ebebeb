from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, RegexValidator, URLValidator
from django.db import models
from django.db.models import Q

from dialogues.colours import Accent

COLOUR = RegexValidator(r"^#[0-9a-f]{6}\Z", "Enter a colour such as #2357e8.")
LANGUAGE = RegexValidator(r"^[a-z]{2,3}(-[a-z0-9]{2,8})?\Z", "Enter a code such as nl or pt-br.")
DOMAIN = RegexValidator(r"^([a-z0-9-]+\.)+[a-z0-9-]{2,}\Z", "Enter a domain such as example.com.")


class Font(models.TextChoices):
    SYSTEM = "system", "The system's"
    SERIF = "serif", "With serifs"
    ROUNDED = "rounded", "Rounded"
    PAGE = "page", "The page's own"


# A page's own font is handed over by the page, and set by the frame's script.
FAMILIES = {
    Font.SERIF: 'ui-serif, Georgia, "Times New Roman", serif',
    Font.ROUNDED: 'ui-rounded, "SF Pro Rounded", "Arial Rounded MT Bold", Quicksand, Nunito, system-ui, sans-serif',
}


class Position(models.TextChoices):
    RIGHT = "right", "Bottom right"
    LEFT = "left", "Bottom left"


class Sound(models.TextChoices):
    NONE = "", "None"
    DROP = "drop", "Drop"
    BELL = "bell", "Bell"
    WOOD = "wood", "Wood"


def english():
    return ["en"]


class Appearance(models.Model):
    """How the widget looks and behaves on every site. There is one row; migrating makes it."""

    is_chat_enabled = models.BooleanField(
        "chat enabled", default=True, help_text="Off: no dialogue is shown anywhere; chats that run go on."
    )
    colour = models.CharField(max_length=7, default="#2357e8", validators=[COLOUR])
    font = models.CharField(max_length=7, choices=Font, default=Font.SYSTEM)
    position = models.CharField(max_length=5, choices=Position, default=Position.RIGHT)
    offset = models.PositiveSmallIntegerField(
        "distance from the edges",
        default=20,
        validators=[MaxValueValidator(200)],
        help_text="In pixels, 0 to 200.",
    )
    bot_name = models.CharField(max_length=80, blank=True, help_text="Empty: the workspace's name.")
    bot_picture = models.ImageField(upload_to="pictures", blank=True)
    response_delay = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(5000)],
        help_text="How long the bot seems to type before each message, in milliseconds, 0 to 5000.",
    )
    sound = models.CharField(max_length=4, choices=Sound, default=Sound.NONE, blank=True)
    poke_on_mobile = models.BooleanField(
        default=False, help_text="Show the first question beside the launcher on phones too."
    )
    privacy_address = models.CharField(
        "privacy policy", max_length=500, blank=True, validators=[URLValidator(["https", "http"])]
    )
    blocked_email_domains = ArrayField(
        models.CharField(max_length=253, validators=[DOMAIN]),
        default=list,
        blank=True,
        help_text="Email addresses of these domains are not taken.",
    )
    languages = ArrayField(
        models.CharField(max_length=12, validators=[LANGUAGE]),
        default=english,
        help_text="What dialogues are written in; the first is the one they are written in first.",
    )

    class Meta:
        verbose_name = "look and settings"
        verbose_name_plural = "look and settings"
        constraints = [
            models.CheckConstraint(name="there_is_one_appearance", condition=Q(pk=1)),
            models.CheckConstraint(
                name="an_appearance_is_sensible",
                condition=Q(offset__lte=200, response_delay__lte=5000, colour__regex=r"^#[0-9a-f]{6}$")
                & Q(languages__len__gte=1),
            ),
        ]

    def __str__(self):
        return "Look and settings"

    @property
    def accent(self):
        return Accent(self.colour)

    @property
    def is_of_own_colour(self):
        """Whether it has another than that in which the widget's own stylesheet is written."""
        return self.colour != self._meta.get_field("colour").default

    @property
    def family(self):
        return FAMILIES.get(self.font, "")

    @property
    def launcher(self):
        """What the script on the host page needs to know before anything is opened."""
        accent = self.accent
        return {
            "side": self.position,
            "edge": self.offset,
            "fill": self.colour,
            "ink": str(accent.ink),
            "deep": str(accent.deep),
            "ring": str(accent.by_day),
        }

    def spoken(self, language):
        """Which of the languages of dialogues this is, if it is one; else the first."""
        language = language.lower()
        for code in (language, language.split("-")[0]):
            if code in self.languages:
                return code
        return self.languages[0]
