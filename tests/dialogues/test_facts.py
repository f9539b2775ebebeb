"""What is known of every visitor without asking: where they are, came from, their language and country."""

import pytest
from django.core.exceptions import ValidationError
from django.test import RequestFactory

from dialogues.facts import facts_of
from dialogues.models import Attribute, Conversation
from routing.facts import FACTS


@pytest.fixture
def facts(settings):
    settings.COUNTRY_HEADER = "CF-IPCountry"

    def facts(sent=(), **headers):
        return facts_of(RequestFactory().post("/", dict(sent), headers=headers))

    return facts


def test_of_vera_it_is_known_where_she_is_and_came_from_and_what_she_speaks(facts):
    sent = {"page": "https://shop.example/pricing", "referrer": "https://search.example/?q=chat"}

    known = facts(sent, accept_language="nl-BE,nl;q=0.9,en;q=0.8", cf_ipcountry="BE")

    assert known == {**sent, "language": "nl-BE", "country": "BE"}
    assert set(known) == set(FACTS)


@pytest.mark.parametrize("language", ["", "*", "q=0.5", "nl\x00", "x" * 100, "<b>", "nl-"])
def test_what_is_no_language_is_not_known(facts, language):
    assert facts(accept_language=language)["language"] == ""


@pytest.mark.parametrize("country", ["", "XX", "T1", "Belgium", "b", "<>"])
def test_what_is_no_country_is_not_known(facts, country):
    assert facts(cf_ipcountry=country)["country"] == ""


def test_without_a_proxy_that_says_so_no_visitor_names_their_country(facts, settings):
    settings.COUNTRY_HEADER = ""

    assert facts(cf_ipcountry="BE")["country"] == ""


@pytest.mark.parametrize("name", ["page", "referrer"])
@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//shop.example", "shop", ""])
def test_what_cannot_be_opened_is_no_address(facts, name, address):
    assert facts({name: address})[name] == ""


def test_a_long_address_is_cut(facts):
    assert len(facts({"referrer": "https://shop.example/" + "a" * 1_000_000})["referrer"]) == 2000


def test_rules_go_by_attributes_and_facts(vera, talk_to_sales):
    conversation = Conversation.start(vera, talk_to_sales, page="https://shop.example/", language="nl")

    assert conversation.known == vera.attributes | {"page": "https://shop.example/", "language": "nl"}


@pytest.mark.parametrize("name", FACTS)
def test_no_attribute_takes_the_name_of_a_fact(db, name):
    with pytest.raises(ValidationError, match="is known of every visitor already"):
        Attribute(name=name, label="Mine").full_clean()
