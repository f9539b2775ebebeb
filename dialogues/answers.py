"""What a visitor may answer to an information capture card."""

import re
from unicodedata import category

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

LONGEST_ANSWER = 250


def clean_answer(card, given):
    """The answer, tidied. Raises ValueError with words for the visitor."""
    given = " ".join((given or "").split())
    if not given:
        raise ValueError("Please fill this in.")
    if len(given) > LONGEST_ANSWER:
        raise ValueError(f"Please use at most {LONGEST_ANSWER} characters.")
    if any(category(sign) in ("Cc", "Cs") for sign in given):
        raise ValueError("Please use letters, digits and signs only.")
    match card.type:
        case "email":
            try:
                validate_email(given)
            except ValidationError:
                raise ValueError("Please enter an email address, such as name@example.com.") from None
        case "phone":
            if not re.fullmatch(r"\+?[\d ()./-]{5,25}", given) or len(re.findall(r"\d", given)) < 5:
                raise ValueError("Please enter a phone number, such as +31 20 123 4567.")
    return given
