"""The conditions of custom rules: what each operator makes of each visitor, and what is said of it."""

import pytest

from routing.condition import Condition, Operator
from routing.conditions import Conditions, Group, read

IS, IS_NOT, CONTAINS, STARTS_WITH = Operator.IS, Operator.IS_NOT, Operator.CONTAINS, Operator.STARTS_WITH
IS_EMPTY, IS_NOT_EMPTY, ONE_OF = Operator.IS_EMPTY, Operator.IS_NOT_EMPTY, Operator.ONE_OF
GREATER, LESS = Operator.GREATER, Operator.LESS
CITIES = ["Ghent", "Bruges"]
OVERRIDE, REPLACED = "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{REPLACEMENT CHARACTER}"


def rule(*conditions, match="all"):
    return Conditions("all", [Group(match, list(conditions))])


def verdict(attribute, operator, value, known):
    wanted = {"values": value} if isinstance(value, list) else {"value": value}
    return rule(Condition(attribute, operator, **wanted)).verdict(known)


@pytest.mark.parametrize(
    ("operator", "value", "city", "matches", "because"),
    [
        (IS, "Ghent", "Ghent", True, 'City is "Ghent".'),
        (IS, "Ghent", "Liege", False, 'City is "Liege", not "Ghent".'),
        (IS, "Ghent", None, False, "City is not known."),
        (IS_NOT, "Ghent", "Ghent", False, 'City is "Ghent".'),
        (IS_NOT, "Ghent", "Liege", True, 'City is "Liege", not "Ghent".'),
        (IS_NOT, "Ghent", None, True, "City is not known."),
        (CONTAINS, "hen", "Ghent", True, 'City is "Ghent", which contains "hen".'),
        (CONTAINS, "hen", "Liege", False, 'City is "Liege", which does not contain "hen".'),
        (CONTAINS, "hen", None, False, "City is not known."),
        (STARTS_WITH, "ghe", "Ghent", True, 'City is "Ghent", which starts with "ghe".'),
        (STARTS_WITH, "ent", "Ghent", False, 'City is "Ghent", which does not start with "ent".'),
        (STARTS_WITH, "ghe", None, False, "City is not known."),
        (IS_EMPTY, "", "Ghent", False, 'City is "Ghent".'),
        (IS_EMPTY, "", None, True, "City is not known."),
        (IS_NOT_EMPTY, "", "Ghent", True, 'City is "Ghent".'),
        (IS_NOT_EMPTY, "", None, False, "City is not known."),
        (GREATER, "200", "500", True, "City is 500, greater than 200."),
        (GREATER, "200", "200", False, "City is 200, not greater than 200."),
        (GREATER, "200", "30", False, "City is 30, not greater than 200."),
        (GREATER, "200", None, False, "City is not known."),
        (LESS, "200", "30", True, "City is 30, less than 200."),
        (LESS, "200", "200", False, "City is 200, not less than 200."),
        (LESS, "200", None, False, "City is not known."),
        (ONE_OF, CITIES, "Bruges", True, 'City is "Bruges", one of "Ghent" or "Bruges".'),
        (ONE_OF, CITIES, "Liege", False, 'City is "Liege", none of "Ghent" or "Bruges".'),
        (ONE_OF, CITIES, None, False, "City is not known."),
    ],
)
def test_every_operator_decides_and_says_why(operator, value, city, matches, because):
    decided = verdict("city", operator, value, {"city": city})

    assert (decided.matches, decided.because) == (matches, [because])


@pytest.mark.parametrize(
    "known", [{}, {"city": None}, {"city": ""}, {"city": " \t"}, {"city": []}, {"city": {}}]
)
def test_what_is_missing_or_blank_is_not_known(known):
    assert verdict("city", IS_EMPTY, "", known).matches
    assert verdict("city", IS_NOT, "Ghent", known).because == ["City is not known."]


@pytest.mark.parametrize("city", ["ghent", " GHENT\n", "Ghent"])
def test_text_compares_without_regard_to_case_and_surrounding_space(city):
    assert verdict("city", IS, " Ghent ", {"city": city}).matches


def test_an_accent_is_the_same_however_it_is_encoded():
    assert verdict("city", IS, "Li\u00c8ge", {"city": "lie\u0300ge"}).matches
    assert verdict("city", CONTAINS, "i\u00e8g", {"city": "LIE\u0300GE"}).matches
    assert verdict("city", IS, "\u1fb4", {"city": "\u03b1\u0345\u0301"}).matches


def test_a_letter_that_is_two_in_capitals_is_the_same():
    assert verdict("city", IS, "Gro\u00dfstadt", {"city": "GROSSSTADT"}).matches


def test_a_letter_that_only_looks_alike_is_another():
    assert not verdict("city", IS, "Ghent", {"city": "Gh\N{CYRILLIC SMALL LETTER IE}nt"}).matches


@pytest.mark.parametrize(
    ("known", "text"),
    [(500, "500"), (500.0, "500"), (0.5, "0.5"), (1e21, "1" + 21 * "0"), (True, "true"), (False, "false")],
)
def test_a_number_or_a_boolean_is_what_people_write(known, text):
    assert verdict("city", IS, text, {"city": known}).matches


@pytest.mark.parametrize(
    ("known", "because"),
    [
        ("many", 'Company size is "many", which is no number.'),
        ("1,000", 'Company size is "1,000", which is no number.'),
        ("1e3", 'Company size is "1e3", which is no number.'),
        ("\u0665\u0660\u0660", 'Company size is "\u0665\u0660\u0660", which is no number.'),
        ("2026-06-10", 'Company size is "2026-06-10", which is no number.'),
        (float("nan"), 'Company size is "NaN", which is no number.'),
        (float("inf"), 'Company size is "Infinity", which is no number.'),
        (True, 'Company size is "true", which is no number.'),
    ],
)
def test_what_is_no_number_is_neither_greater_nor_less(known, because):
    for operator in (GREATER, LESS):
        assert verdict("company_size", operator, "200", {"company_size": known}).because == [because]
        assert not verdict("company_size", operator, "200", {"company_size": known}).matches


def test_numbers_compare_as_numbers_to_the_last_digit():
    assert verdict("company_size", GREATER, " 9 ", {"company_size": " 10 "}).matches
    assert verdict("company_size", GREATER, "-2.5", {"company_size": -2}).matches
    assert verdict("company_size", GREATER, "9" * 199, {"company_size": "9" * 198 + "8.9"}).matches is False
    assert verdict("company_size", GREATER, "9" * 198, {"company_size": 10**198}).matches


def test_dates_compare_as_dates_when_both_are():
    known = {"renewal": "2026-06-10"}

    assert verdict("renewal", GREATER, "2026-06-09", known).because == [
        "Renewal is 2026-06-10, greater than 2026-06-09."
    ]
    assert verdict("renewal", LESS, "2026-06-11", known).matches
    assert not verdict("renewal", LESS, "2026-06-10", known).matches
    assert verdict("renewal", LESS, "2026-06-10", {"renewal": "2026-02-30"}).because == [
        'Renewal is "2026-02-30", which is no date.'
    ]


@pytest.mark.parametrize(
    ("wanted", "language", "matches"),
    [
        ("nl", "nl", True),
        ("nl", "nl-BE", True),
        ("NL", "nl_be", True),
        ("nl-BE", "nl-be", True),
        ("nl-BE", "nl", False),
        ("nl-BE", "nl-BE-x-ghent", False),
        ("nl", "nld", False),
        ("n", "nl", False),
    ],
)
def test_a_language_is_also_its_regional_forms(wanted, language, matches):
    known = {"language": language}

    assert verdict("language", IS, wanted, known).matches is matches
    assert verdict("language", IS_NOT, wanted, known).matches is not matches
    assert verdict("language", ONE_OF, ["de", wanted], known).matches is matches
    assert not verdict("city", IS, "nl", {"city": "nl-BE"}).matches


def test_a_regional_form_is_named():
    assert verdict("language", IS, "nl", {"language": "nl-BE"}).because == [
        'Language is "nl-BE", a form of "nl".'
    ]


@pytest.mark.parametrize("attribute", ["page", "referrer"])
def test_an_address_is_the_same_with_a_slash_or_a_fragment_behind_it(attribute):
    for address in (
        "https://kern.example/prices",
        "https://Kern.example/prices/",
        "https://kern.example/prices/#a",
    ):
        assert verdict(attribute, IS, "https://kern.example/prices/", {attribute: address}).matches
        assert verdict(attribute, ONE_OF, ["https://kern.example/prices#b"], {attribute: address}).matches
    assert not verdict(
        attribute, IS, "https://kern.example", {attribute: "https://kern.example/prices"}
    ).matches
    assert not verdict("city", IS, "a/", {"city": "a"}).matches


@pytest.mark.parametrize("attribute", ["page", "referrer"])
@pytest.mark.parametrize(
    ("wanted", "address", "matches"),
    [
        ("/pricing", "https://shop.example/pricing", True),
        (" /Pricing/ ", "HTTPS://Shop.example:8080/pricing?from=mail#top", True),
        ("/pricing", "/pricing", True),
        ("/pricing", "https://shop.example/nl/pricing", False),
        ("/pricing", "https://shop.example/pricing/big", False),
        ("/pricing", "https://shop.example/?next=/pricing", False),
        ("/pricing?plan=big", "https://shop.example/pricing?plan=big", True),
        ("/pricing?plan=big", "https://shop.example/pricing", False),
        ("/", "https://shop.example", True),
        ("/", "https://shop.example/", True),
        ("/", "https://shop.example/pricing", False),
        ("//shop.example", "https://shop.example", False),
        ("shop.example/pricing", "https://shop.example/pricing", False),
    ],
)
def test_what_begins_with_a_slash_is_compared_with_the_path(attribute, wanted, address, matches):
    known = {attribute: address}

    assert verdict(attribute, IS, wanted, known).matches is matches
    assert verdict(attribute, IS_NOT, wanted, known).matches is not matches
    assert verdict(attribute, ONE_OF, ["/other", wanted], known).matches is matches
    assert not verdict("city", IS, wanted, {"city": "https://shop.example" + wanted}).matches


def test_the_start_of_a_path_is_compared_with_the_start_of_the_path():
    known = {"page": "https://shop.example/blog/2026?a=b"}

    assert verdict("page", STARTS_WITH, "/Blog/", known).matches
    assert verdict("page", STARTS_WITH, "https://shop.example/blog", known).matches
    assert not verdict("page", STARTS_WITH, "/2026", known).matches
    assert not verdict("city", STARTS_WITH, "/blog", {"city": known["page"]}).matches


def test_it_is_said_that_the_path_decided():
    known = {"page": "https://shop.example/pricing?a=b"}

    assert [
        verdict("page", *wanted, known).because for wanted in [(IS, "/pricing"), (STARTS_WITH, "/p")]
    ] == [
        ['Page is "https://shop.example/pricing?a=b", whose path is "/pricing".'],
        ['Page is "https://shop.example/pricing?a=b", whose path starts with "/p".'],
    ]


def test_a_rule_without_conditions_leads_nobody_anywhere():
    for empty in (Conditions(), Conditions("any"), read({})):
        assert not empty.verdict({"language": "nl"}).matches
        assert empty.verdict({}).because == ["The rule has no conditions."]


def test_all_must_hold_and_those_that_do_not_are_why():
    dutch = rule(Condition("language", IS, "nl"), Condition("company_size", GREATER, "200"))

    assert dutch.verdict({"language": "nl", "company_size": 500}).because == [
        'Language is "nl".',
        "Company size is 500, greater than 200.",
    ]
    assert dutch.verdict({"language": "nl", "company_size": 5}).because == [
        "Company size is 5, not greater than 200."
    ]


def test_any_is_enough_and_the_one_that_holds_is_why():
    either = rule(Condition("language", IS, "nl"), Condition("company_size", GREATER, "200"), match="any")

    assert either.verdict({"language": "nl", "company_size": 5}).because == ['Language is "nl".']
    assert either.verdict({"company_size": 5}).because == [
        "Language is not known.",
        "Company size is 5, not greater than 200.",
    ]


def test_groups_add_up_like_their_conditions():
    dutch = Group("all", [Condition("language", IS, "nl")])
    curious = Group(
        "any", [Condition("page", CONTAINS, "pricing"), Condition("company_size", GREATER, "200")]
    )
    known = {"language": "nl", "company_size": 5}

    assert not Conditions("all", [dutch, curious]).verdict(known).matches
    assert Conditions("any", [dutch, curious]).verdict(known).because == ['Language is "nl".']


def test_a_sentence_uses_the_attribute_s_label_and_comes_once():
    decided = rule(Condition("size", GREATER, "200"), Condition("size", IS, "x")).verdict(
        {}, {"size": "Staff"}
    )

    assert decided.because == ["Staff is not known."]


def test_what_a_visitor_typed_cannot_disturb_a_sentence():
    typed = f"a\x00\n{OVERRIDE}b" + "c" * 200

    [sentence] = verdict("city", IS, "Ghent", {"city": typed}).because

    assert sentence == f'City is "a{REPLACED} {REPLACED}b{"c" * 94}…", not "Ghent".'


def test_conditions_are_one_line_in_words():
    dutch = Group("all", [Condition("language", IS, "nl")])
    curious = Group("any", [Condition("page", CONTAINS, "pricing"), Condition("size", GREATER, "200")])
    known = Group("all", [Condition("email", IS_NOT_EMPTY), Condition("city", ONE_OF, values=CITIES)])
    labels = {"size": "Company size"}

    assert (
        Conditions("all", [dutch, curious]).in_words(labels)
        == 'Language is "nl" and (Page contains "pricing" or Company size is greater than 200)'
    )
    assert Conditions("any", [dutch, dutch]).in_words() == 'Language is "nl" or Language is "nl"'
    assert Conditions("all", [curious]).in_words() == 'Page contains "pricing" or Size is greater than 200'
    assert (
        Conditions("all", [dutch, known]).in_words()
        == 'Language is "nl" and Email is not empty and City is one of "Ghent" or "Bruges"'
    )
    assert Conditions().in_words() == "No conditions"
