"""Numbers as people write them: with a point or a comma, and thousands apart."""

import re
from decimal import Decimal
from unicodedata import normalize

NOT_A_NUMBER = "Please enter a number, such as 25 or 2.5."
MOST_DIGITS = 30
# Between thousands; the second is the apostrophe that Swiss people type.
SPACES = re.compile("[\\s'\u2019_]")
# A minus, and the signs of Arabic numbers before decimals and between thousands.
SIGNS = str.maketrans({"\u2212": "-", "\u066b": ".", "\u066c": ""})
# Where the comma stands before the decimals, and a point sets thousands apart.
WITH_COMMA = re.compile(
    r"(af|az|be|bg|bs|ca|cs|da|de|el|es|et|fi|fr|gl|hr|hu|id|is|it|ka|kk|lt|lv|mk|nb|nl|nn|no|pl|pt|ro|ru|sk|sl|sq"
    r"|sr|sv|tr|uk|uz|vi)\b"
)


def plain_number(given, language=""):
    """The number with a point before its decimals and nothing else. Raises ValueError with words for the visitor."""
    text = SPACES.sub("", normalize("NFKC", given)).translate(SIGNS)
    if not re.fullmatch(r"[+-]?(\d+|\d*[.,]\d+|\d{1,3}([.,])\d{3}(\2\d{3})*([.,]\d+)?)", text):
        raise ValueError(NOT_A_NUMBER)
    sign, digits = ("-", text[1:]) if text[0] == "-" else ("", text.lstrip("+"))
    whole, decimals = _parted(digits, "," if WITH_COMMA.match(language.lower()) else ".")
    if len(whole) + len(decimals) > MOST_DIGITS:
        raise ValueError(NOT_A_NUMBER)
    # Decimal reads the digits of every script.
    number = f"{Decimal(f'{sign}{whole or 0}.{decimals or 0}'):f}".rstrip("0").rstrip(".")
    return "0" if number == "-0" else number


def _parted(digits, decimal_sign):
    """The digits before and after the decimal sign."""
    signs = [sign for sign in digits if sign in ".,"]
    last = re.split("[.,]", digits)[-1]
    if not signs:
        is_decimal = False
    elif len(signs) > 1:
        is_decimal = signs[-1] != signs[0]
    else:
        is_thousands = len(last) == 3 and signs[0] != decimal_sign and not digits.startswith(("0", *".,"))
        is_decimal = not is_thousands
    whole = digits[: -len(last) - 1] if is_decimal else digits
    return re.sub("[.,]", "", whole), last if is_decimal else ""
