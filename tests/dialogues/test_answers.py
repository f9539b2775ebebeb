import pytest

from dialogues.answers import clean_answer, in_words
from dialogues.document import CaptureCard


def clean(given, type="text", **options):
    return clean_answer(CaptureCard(question="?", attribute="a", type=type), given, **options)


def in_dutch(kept, type):
    return in_words(CaptureCard(question="?", attribute="a", type=type), kept, "nl-BE")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Vera", "Vera"),
        ("  Vera \n de  Vries\t", "Vera de Vries"),
        ('<b>Vera</b> & "co"', '<b>Vera</b> & "co"'),
        ("فاطمة", "فاطمة"),
        # A zero-width non-joiner, which Persian names need, and the marks that right-to-left text brings.
        ("\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627"),
        ("\u200fدנה", "\u200fدנה"),
        ("Zoë 👩‍💻", "Zoë 👩‍💻"),
        ("x" * 250, "x" * 250),
    ],
)
def test_words_are_kept_as_they_are_but_for_spaces(given, kept):
    assert clean(given) == kept


@pytest.mark.parametrize("given", ["", "   ", "\n", None])
def test_an_empty_answer_is_refused(given):
    with pytest.raises(ValueError, match="fill this in"):
        clean(given)


def test_too_long_an_answer_is_refused():
    with pytest.raises(ValueError, match="at most 250"):
        clean("x" * 251)


@pytest.mark.parametrize("given", ["Vera\0", "a\x07b", "a\x1bb", "a\ud800b"])
def test_what_cannot_be_stored_or_seen_is_refused(given):
    with pytest.raises(ValueError, match="letters, digits and signs"):
        clean(given)


@pytest.mark.parametrize("given", ["vera@kern.example", " vera@kern.example ", "v+1@mail.kern.example"])
def test_an_email_address_is_kept(given):
    assert clean(given, "email") == given.strip()


@pytest.mark.parametrize(
    "given",
    ["vera", "vera@", "@kern.example", "vera@kern", "a b@kern.example", "a@b@kern.example", "1234567"],
)
def test_what_is_no_email_address_is_refused_in_words(given):
    with pytest.raises(ValueError, match=r"name@example\.com"):
        clean(given, "email")


@pytest.mark.parametrize("given", ["+31 20 123 4567", "020-1234567", "(020) 123.45.67", "12345"])
def test_a_phone_number_is_kept(given):
    assert clean(given, "phone") == given


@pytest.mark.parametrize(
    "given",
    ["1234", "call me", "-----", "(((...)))", "12 - - 34", "+31 20 1234 ext 5", "1" * 26, "31+201234567"],
)
def test_what_is_no_phone_number_is_refused_in_words(given):
    with pytest.raises(ValueError, match=r"\+31 20"):
        clean(given, "phone")


@pytest.mark.parametrize(
    ("given", "blocked"),
    [
        ("vera@gmail.com", "gmail.com"),
        ("vera@GMAIL.com", "gmail.com"),
        ("vera@mail.gmail.com", "gmail.com"),
        ("vera@bücher.example", "xn--bcher-kva.example"),
        ("vera@xn--bcher-kva.example", "bücher.example"),
    ],
)
def test_an_address_of_a_blocked_domain_is_refused_in_words(given, blocked):
    with pytest.raises(ValueError, match=r"Please use your work email address\."):
        clean(given, "email", blocked=["other.example", blocked])


@pytest.mark.parametrize("given", ["vera@notgmail.com", "vera@gmail.com.kern.example"])
def test_an_address_of_another_domain_is_kept(given):
    assert clean(given, "email", blocked=["gmail.com"]) == given


@pytest.mark.parametrize(
    ("given", "language", "kept"),
    [
        ("25", "", "25"),
        ("007", "", "7"),
        ("-2.50", "", "-2.5"),
        ("\u22122", "", "-2"),
        ("+3", "", "3"),
        (".5", "", "0.5"),
        ("-0", "", "0"),
        ("100", "", "100"),
        ("1 000", "fr", "1000"),
        ("1'000", "de-CH", "1000"),
        ("1\u2019000", "de-CH", "1000"),
        ("1,000", "en-US", "1000"),
        ("1,000", "nl", "1"),
        ("1.000", "nl-BE", "1000"),
        ("1.000", "en", "1"),
        ("2,5", "en", "2.5"),
        ("0,125", "en", "0.125"),
        ("1.234,50", "en", "1234.5"),
        ("1,234.50", "nl", "1234.5"),
        ("1.234.567", "en", "1234567"),
        ("\u0661\u0662\u066b\u0665", "ar", "12.5"),
        ("\uff11\uff12", "ja", "12"),
    ],
)
def test_a_number_is_kept_plain_however_the_language_writes_it(given, language, kept):
    assert clean(given, "number", language=language) == kept


@pytest.mark.parametrize(
    "given", ["twelve", "1e5", "nan", "inf", "--1", "1.2.3", "1,23,456", "1/2", "0x10", "9" * 31, "-", "."]
)
def test_what_is_no_number_is_refused_in_words(given):
    with pytest.raises(ValueError, match=r"such as 25 or 2\.5"):
        clean(given, "number")


@pytest.mark.parametrize(
    ("given", "language", "kept"),
    [
        ("yes", "", "yes"),
        ("NO", "nl", "no"),
        ("Ja", "nl-BE", "yes"),
        ("nee", "nl", "no"),
        ("Oui", "fr", "yes"),
        ("\u0646\u0639\u0645", "ar", "yes"),
    ],
)
def test_yes_and_no_are_understood_in_the_language_of_the_conversation(given, language, kept):
    assert clean(given, "yes_no", language=language) == kept


def test_neither_yes_nor_no_is_refused_in_words():
    with pytest.raises(ValueError, match="choose Ja or Nee"):
        clean("maybe", "yes_no", language="nl")


@pytest.mark.parametrize(
    ("type", "given", "kept"),
    [
        ("date", "2026-06-30", "2026-06-30"),
        ("date", "2028-02-29", "2028-02-29"),
        ("date", "0987-01-01", "0987-01-01"),
        ("datetime", "2026-06-30T14:30", "2026-06-30T14:30"),
        ("datetime", "2026-06-30 09:05", "2026-06-30T09:05"),
    ],
)
def test_a_moment_is_kept_as_the_standard_writes_it(type, given, kept):
    assert clean(given, type) == kept


@pytest.mark.parametrize(
    ("type", "given"),
    [
        ("date", "tomorrow"),
        ("date", "2026-02-29"),
        ("date", "2026-13-01"),
        ("date", "0000-01-01"),
        ("date", "20260630"),
        ("date", "2026-W27-2"),
        ("date", "2026-06-30T14:30"),
        ("date", "\u0662\u0660\u0662\u0666-06-30"),
        ("datetime", "2026-06-30"),
        ("datetime", "2026-06-30T24:30"),
        ("datetime", "2026-06-30T14:30Z"),
    ],
)
def test_what_is_no_moment_is_refused_in_words(type, given):
    with pytest.raises(ValueError, match="Please enter a date"):
        clean(given, type)


PLANS = CaptureCard(
    question="?",
    attribute="a",
    type="picklist",
    choices=["Small", "Large", "Other"],
    translations={"nl": {"choices": "Klein\n\n"}},
)


@pytest.mark.parametrize(
    ("given", "language", "kept"),
    [("Small", "", "Small"), ("Klein", "nl", "Small"), ("Small", "nl", "Small"), ("Large", "nl", "Large")],
)
def test_a_choice_is_kept_as_the_marketer_wrote_it_first(given, language, kept):
    assert clean_answer(PLANS, given, language=language) == kept


@pytest.mark.parametrize(("given", "language"), [("small", ""), ("Klein", "fr"), ("0", ""), ("Medium", "")])
def test_what_cannot_be_chosen_is_refused(given, language):
    with pytest.raises(ValueError, match="Choose one"):
        clean_answer(PLANS, given, language=language)


def test_an_answer_is_shown_in_the_visitor_s_language():
    assert in_words(PLANS, "Small", "nl") == "Klein"
    assert in_dutch("yes", "yes_no") == "Ja"
    assert in_dutch("2026-06-30", "date") == "30 juni 2026"
    assert in_dutch("2026-06-30T14:30", "datetime") == "30 juni 2026 14:30"
    assert in_dutch("12.5", "number") == "12.5"


def test_in_a_language_that_nobody_knows_an_answer_is_shown_in_english():
    card = CaptureCard(question="?", attribute="a", type="date")

    assert in_words(card, "2026-06-30", "xx-YY") == "June 30, 2026"
