"""How conditions compare what is known of a visitor with what a rule wants, and how both are shown."""

import re
from datetime import date
from decimal import Decimal
from unicodedata import normalize

ADDRESSES = ("page", "referrer")
# Control characters, what turns the direction of text around, and halves of characters: a person would not see
# them, and the database keeps neither the first nor the last of them.
HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
PATH = re.compile(r"/(?!/)")
ORIGIN = re.compile(r"^[a-z][a-z0-9+.-]*://[^/?#]*", re.IGNORECASE)
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LONGEST_SHOWN = 100


def text_of(known):
    """What is known as text, empty when nothing is. Lists and objects are nothing that a rule can compare."""
    match known:
        case str():
            return known.strip()
        case bool():
            return "true" if known else "false"
        case int() | float():
            return _plain(known)
        case _:
            return ""


def comparable(text):
    """The same for texts that differ in case, in surrounding space or in how accents are encoded."""
    return normalize("NFC", normalize("NFD", text.strip()).casefold())


def is_same(attribute, text, wanted):
    """Whether the attribute's text is what is wanted: nl is also nl-BE, and a page is also its path."""
    text, standard_wanted = standard(attribute, text), standard(attribute, wanted)
    if attribute == "language" and text.partition("-")[0] == standard_wanted:
        return True
    if is_path(attribute, wanted):
        path = path_of(text)
        return standard_wanted == (path if "?" in standard_wanted else path.partition("?")[0]).rstrip("/")
    return text == standard_wanted


def begins_with(attribute, text, wanted):
    text = comparable(text)
    return (path_of(text) if is_path(attribute, wanted) else text).startswith(comparable(wanted))


def is_path(attribute, wanted):
    """Whether only the path of an address is compared: what stands behind its host."""
    return attribute in ADDRESSES and PATH.match(wanted.strip()) is not None


def path_of(address):
    return ORIGIN.sub("", address)


def standard(attribute, text):
    """The one spelling of what this attribute can be."""
    if attribute == "language":
        return comparable(text).replace("_", "-")
    if attribute in ADDRESSES:
        return comparable(text).partition("#")[0].rstrip("/")
    return comparable(text)


def number_or_date(text):
    """The plain number or the ISO date in the text, or None."""
    text = text.strip()
    if NUMBER.fullmatch(text):
        return Decimal(text)
    if DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    return None


def shown(text):
    """The text as a sentence can hold it: on one line, not too long, with nothing hidden in it."""
    text = HIDDEN.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def quoted(text):
    return f'"{shown(text)}"'


def _plain(number):
    """A number as people write it: 500 for 500.0, and no exponent."""
    text = format(Decimal(number if isinstance(number, int) else repr(number)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
