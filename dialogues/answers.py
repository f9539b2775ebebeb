"""What a visitor may answer to an information capture card, as it is kept and as it is shown."""

import re
from datetime import date, datetime
from unicodedata import category

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import translation
from django.utils.formats import date_format

from dialogues.numbers import plain_number

LONGEST_ANSWER = 250
YES_AND_NO = {
    "en": ("Yes", "No"),
    "ar": ("نعم", "لا"),
    "cs": ("Ano", "Ne"),
    "da": ("Ja", "Nej"),
    "de": ("Ja", "Nein"),
    "es": ("Sí", "No"),
    "fi": ("Kyllä", "Ei"),
    "fr": ("Oui", "Non"),
    "he": ("כן", "לא"),
    "it": ("Sì", "No"),
    "ja": ("はい", "いいえ"),
    "nl": ("Ja", "Nee"),
    "no": ("Ja", "Nei"),
    "nb": ("Ja", "Nei"),
    "pl": ("Tak", "Nie"),
    "pt": ("Sim", "Não"),
    "sv": ("Ja", "Nej"),
    "tr": ("Evet", "Hay\u0131r"),
    "uk": ("Так", "\u041d\u0456"),
    "zh": ("是", "否"),
}


def clean_answer(card, given, *, language="", blocked=()):
    """The answer as it is kept. Raises ValueError with words for the visitor.

    `language` is the conversation's; email addresses of the `blocked` domains are not taken.
    """
    given = " ".join((given or "").split())
    if not given:
        raise ValueError("Please fill this in.")
    if len(given) > LONGEST_ANSWER:
        raise ValueError(f"Please use at most {LONGEST_ANSWER} characters.")
    if any(category(sign) in ("Cc", "Cs") for sign in given):
        raise ValueError("Please use letters, digits and signs only.")
    match card.type:
        case "email":
            return _email(given, blocked)
        case "phone":
            return _phone(given)
        case "number":
            return plain_number(given, language)
        case "yes_no":
            return _yes_or_no(given, language)
        case "date":
            return _moment(given, date, "Please enter a date, such as 2026-06-30.")
        case "datetime":
            return _moment(given, datetime, "Please enter a date and a time, such as 2026-06-30 14:30.")
        case "picklist":
            return _choice(given, card, language)
    return given


def in_words(card, answer, language=""):
    """A kept answer as the visitor reads it in the conversation."""
    match card.type:
        case "yes_no":
            return yes_and_no(language)[answer != "yes"]
        case "picklist":
            return dict(choices_of(card, language)).get(answer, answer)
        case "date":
            return _dated(date.fromisoformat(answer), "DATE_FORMAT", language)
        case "datetime":
            return _dated(datetime.fromisoformat(answer), "DATETIME_FORMAT", language)
    return answer


def yes_and_no(language):
    return YES_AND_NO.get(language.lower().split("-")[0], YES_AND_NO["en"])


def choices_of(card, language=""):
    """What a picklist offers: pairs of what is kept and what is read. What is not translated stays as it is."""
    said = card.said("choices", language)
    said = said.splitlines() if isinstance(said, str) else said
    said = [*said, *card.choices[len(said) :]]
    return [(kept, words.strip() or kept) for kept, words in zip(card.choices, said, strict=False)]


def _email(given, blocked):
    try:
        validate_email(given)
    except ValidationError:
        raise ValueError("Please enter an email address, such as name@example.com.") from None
    domain = _comparable(given.rpartition("@")[2])
    if any(domain == each or domain.endswith(f".{each}") for each in map(_comparable, blocked)):
        raise ValueError("Please use your work email address.")
    return given


def _comparable(domain):
    """The same for a domain in its own script and as it is sent."""
    try:
        return domain.casefold().encode("idna").decode("ascii")
    except UnicodeError:
        return domain.casefold()


def _phone(given):
    if not re.fullmatch(r"\+?[\d ()./-]{5,25}", given) or len(re.findall(r"\d", given)) < 5:
        raise ValueError("Please enter a phone number, such as +31 20 123 4567.")
    return given


def _yes_or_no(given, language):
    yes, no = yes_and_no(language)
    match given.casefold():
        case answer if answer in ("yes", yes.casefold()):
            return "yes"
        case answer if answer in ("no", no.casefold()):
            return "no"
    raise ValueError(f"Please choose {yes} or {no}.")


def _moment(given, kind, words):
    # Compact forms, weeks, seconds and zones are standard too, and nobody means them here.
    time = "[T ][0-9]{2}:[0-9]{2}" if kind is datetime else ""
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}" + time, given):
            raise ValueError
        moment = kind.fromisoformat(given)
    except ValueError:
        raise ValueError(words) from None
    return moment.isoformat(timespec="minutes") if kind is datetime else moment.isoformat()


def _choice(given, card, language):
    for kept, said in choices_of(card, language):
        if given in (" ".join(kept.split()), " ".join(said.split())):
            return kept
    raise ValueError("Choose one of the answers.")


def _dated(moment, form, language):
    with translation.override(_known(language)):
        return date_format(moment, form, use_l10n=True)


def _known(language):
    """A language that dates can be written in, and English for any other."""
    codes = (language.lower(), language.lower().split("-")[0])
    return next((code for code in codes if translation.check_for_language(code)), "en")
