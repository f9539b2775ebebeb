import pytest

from dialogues.answers import clean_answer
from dialogues.document import CaptureCard


def clean(given, type="text"):
    return clean_answer(CaptureCard(question="?", attribute="a", type=type), given)


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
