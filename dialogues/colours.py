"""Colours that words stand on, and whether they can be read: the contrast of WCAG 2.2, 1.4.3."""

from dataclasses import dataclass
from functools import cached_property

WORDS_NEED = 4.5
# A hand over a button should see that it has changed.
SEEN = 1.05


@dataclass(frozen=True)
class Colour:
    red: int
    green: int
    blue: int

    @classmethod
    def of(cls, written):
        """From six hexadecimal digits after a #."""
        return cls(*bytes.fromhex(written.removeprefix("#")))

    def __str__(self):
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def luminance(self):
        red, green, blue = map(_linear, (self.red, self.green, self.blue))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(self, other):
        dark, light = sorted([self.luminance, other.luminance])
        return (light + 0.05) / (dark + 0.05)

    def mixed(self, other, share):
        """With this share of the other in it, from 0 to 1."""
        pairs = zip((self.red, self.green, self.blue), (other.red, other.green, other.blue), strict=True)
        return Colour(*(round(own + (theirs - own) * share) for own, theirs in pairs))

    def readable_on(self, ground, *, towards):
        """The nearest of its shades, towards black or white, in which words can be read on that ground."""
        shades = (self.mixed(towards, step / 50) for step in range(51))
        return next(shade for shade in shades if shade.contrast(ground) >= WORDS_NEED)


WHITE, BLACK = Colour(255, 255, 255), Colour(0, 0, 0)
# What the bot's words stand on, the darker ground by day and the lighter by night (static/dialogues/widget.css).
BY_DAY, BY_NIGHT = Colour.of("#f0f1f6"), Colour.of("#262b36")
PAPER_BY_NIGHT = Colour.of("#171a21")
# What is no further from its ground than this needs an edge, or it looks like part of it.
LOST = 1.3


class Accent:
    """The colour that a marketer chose, and all that follows from it: none of them is ever unreadable."""

    def __init__(self, written):
        self.colour = Colour.of(written)

    @cached_property
    def ink(self):
        """Of words on the colour. Whatever it is, either white or black can be read on it."""
        return WHITE if self.is_for_white else BLACK

    @property
    def is_for_white(self):
        return self.colour.contrast(WHITE) >= WORDS_NEED

    @cached_property
    def deep(self):
        """While a hand is over it: further from the ink, or nearer where there is nothing further."""
        further, nearer = (BLACK, WHITE) if self.is_for_white else (WHITE, BLACK)
        shade = self.colour.mixed(further, 0.2)
        return shade if shade.contrast(self.colour) >= SEEN else self.colour.mixed(nearer, 0.2)

    @cached_property
    def by_day(self):
        """Of words in the colour, on light ground."""
        return self.colour.readable_on(BY_DAY, towards=BLACK)

    @cached_property
    def by_night(self):
        return self.colour.readable_on(BY_NIGHT, towards=WHITE)

    @property
    def is_lost_by_day(self):
        return self.colour.contrast(WHITE) < LOST

    @property
    def is_lost_by_night(self):
        return self.colour.contrast(PAPER_BY_NIGHT) < LOST

    @property
    def in_words(self):
        white = _rounded_down(self.colour.contrast(WHITE))
        if self.is_for_white:
            return (
                f"White on {self.colour} has a contrast of {white}; words need {WORDS_NEED}: they are white."
            )
        black = _rounded_down(self.colour.contrast(BLACK))
        return (
            f"White on {self.colour} has a contrast of {white}; words need {WORDS_NEED}. "
            f"So they are black, with a contrast of {black}."
        )

    @property
    def about_links(self):
        """What becomes of words in the colour itself, where it is too light for them; else nothing."""
        if self.by_day == self.colour:
            return ""
        return f"As the colour of words on white it is too light: there it is darkened to {self.by_day}."


def _linear(part):
    part /= 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _rounded_down(contrast):
    # 4.47 is not 4.5.
    return int(contrast * 10) / 10
