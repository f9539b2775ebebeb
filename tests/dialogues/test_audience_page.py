"""Max says who sees a dialogue, and tries who meets what."""

import re
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.urls import reverse

from dialogues.admin.audience_form import AudienceForm
from dialogues.audience import in_words
from dialogues.models import Appearance, Attribute, Dialogue, Stream

PRICING = "https://shop.example/pricing"
DUTCH = {
    "match": "all",
    "group-0-match": "all",
    "group-0-condition-0-attribute": "language",
    "group-0-condition-0-operator": "is",
    "group-0-condition-0-value": "nl",
}
NOTHING = {
    **dict.fromkeys(AudienceForm.Meta.fields, ""),
    "priority": 1,
    "match": "all",
    "group-0-match": "all",
    "group-0-condition-0-attribute": "",
    "group-0-condition-0-operator": "is",
    "group-0-condition-0-value": "",
}


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.text)[1]


@pytest.fixture
def audience(client, max, dialogue):
    """Saves the audience of the dialogue as it is on the page, with some of it changed."""
    client.force_login(max)
    path = reverse("admin:dialogues_dialogue_audience", args=[dialogue.pk])

    def audience(*, seen=None, **fields):
        seen = seen or hidden(client.get(path), "seen")
        return client.post(path, NOTHING | {"seen": seen} | fields)

    audience.path = path
    return audience


# The audience of a dialogue


def test_max_says_where_when_and_to_whom(audience, dialogue, max):
    answer = audience(
        targets=f"{PRICING}\n\n  shop.example/help/* \n{PRICING}",
        exclusions="https://shop.example/help/returns",
        returning="returning",
        seconds_on_page="20",
        at_most="1",
        again_after_days="7",
        priority="3",
        **DUTCH,
    )

    assert answer.status_code == 302
    dialogue.refresh_from_db()
    assert dialogue.targets == [PRICING, "*://shop.example/help/*"]
    assert dialogue.exclusions == ["https://shop.example/help/returns"]
    assert (dialogue.returning, dialogue.seconds_on_page, dialogue.scroll_percent) == ("returning", 20, None)
    assert (dialogue.at_most, dialogue.again_after_days, dialogue.priority) == (1, 7, 3)
    [condition] = dialogue.audience["groups"][0]["conditions"]
    assert (condition["attribute"], condition["value"]) == ("language", "nl")
    assert LogEntry.objects.get().user == max


def test_what_was_saved_stands_on_the_page(audience, client):
    audience(targets=PRICING, scroll_percent="50", **DUTCH)

    page = client.get(audience.path).text

    assert f'On {PRICING}, if Language is "nl", after 50 % scrolled' in unescape(page)
    assert f">\n{PRICING}</textarea>" in page


def test_nothing_named_means_everybody_everywhere(audience, dialogue):
    audience(targets=PRICING, **DUTCH)

    audience()

    dialogue.refresh_from_db()
    assert (dialogue.targets, dialogue.audience, in_words(dialogue)) == ([], {}, "Everybody, everywhere")


def test_lines_for_conditions_that_were_left_empty_are_none(audience, dialogue):
    answer = audience(**{"group-0-condition-1-attribute": "", "group-0-condition-1-value": " "})

    assert answer.status_code == 302
    dialogue.refresh_from_db()
    assert dialogue.audience == {}
    assert "Choose an attribute." not in audience(priority="0").text


def test_what_is_no_address_is_named_and_nothing_is_lost(audience, dialogue):
    answer = audience(targets=f"{PRICING}\njavascript://x\nftp://y", scroll_percent="50")

    assert answer.status_code == 422
    assert "“javascript://x” is no address" in answer.text
    assert "“ftp://y” is no address" in answer.text
    assert "javascript://x\nftp://y</textarea>" in answer.text
    assert 'value="50"' in answer.text
    dialogue.refresh_from_db()
    assert dialogue.targets == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"scroll_percent": "101"}, "less than or equal to 100"),
        ({"seconds_on_page": "0"}, "greater than or equal to 1"),
        ({"priority": ""}, "This field is required"),
        ({"again_after_days": "7"}, "Say after how many times those days begin."),
        ({"known": "perhaps"}, "is not one of the available choices"),
        ({"group-0-condition-0-value": "nl"}, "Choose an attribute."),
        ({"targets": "https://a.example/" + "*/" * 7}, "at most 2000 characters and 6 stars"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(audience, dialogue, fields, words):
    before = Dialogue.objects.values().get()

    answer = audience(**fields)

    assert answer.status_code == 422
    assert words in answer.text
    assert Dialogue.objects.values().get() == before


def test_a_condition_is_added_without_saving_or_losing_anything(audience, dialogue):
    answer = audience(do="add-condition:0", targets="no address at all!", **DUTCH)

    assert answer.status_code == 200
    assert "group-0-condition-1-attribute" in answer.text
    assert "no address at all!" in answer.text
    dialogue.refresh_from_db()
    assert dialogue.audience == {}


def test_who_saves_over_somebody_else_s_change_is_told(audience, dialogue, client):
    seen = hidden(client.get(audience.path), "seen")
    audience(targets=PRICING)

    refused = audience(seen=seen, targets="shop.example/help")

    assert refused.status_code == 422
    assert "Somebody else has changed who sees this dialogue" in refused.text
    assert audience(seen=hidden(refused, "seen"), targets="shop.example/help").status_code == 302
    dialogue.refresh_from_db()
    assert dialogue.targets == ["*://shop.example/help"]


def test_html_in_an_address_stays_words(audience):
    assert "<b>" not in audience(targets="https://a.example/<b>x</b>", priority="0").text


def test_the_list_says_who_sees_each(audience, client):
    audience(targets=f"{PRICING}\nb.example\nc.example", returning="returning", seconds_on_page="20")

    page = client.get(reverse("admin:dialogues_dialogue_changelist")).text

    assert "On 3 addresses, returning visitors, after 20 s on the page" in page
    assert "Who meets what" in page


def test_who_may_only_look_changes_nothing(audience, client, alice):
    alice.user.groups.add(Group.objects.get(name="Sales Admin"))
    client.force_login(alice.user)

    assert client.get(audience.path).status_code == 200
    assert client.post(audience.path, NOTHING).status_code == 403


# Who meets what


@pytest.fixture
def meets(client, max):
    """What a visitor meets: each dialogue's name with the sentences below it, the one they meet with "wins"."""
    client.force_login(max)

    def meets(**fields):
        page = client.post(reverse("admin:dialogues_dialogue_who_meets_what"), fields)
        assert page.status_code == 200
        return {
            each.dialogue.name: "wins" if each.wins else each.because for each in page.context["met"] or []
        }

    return meets


def test_one_wins_and_each_other_says_why_it_does_not(meets, publish, talk_to_sales, dialogue):
    for name in ["Help", "Unpublished", "Later"]:
        publish(talk_to_sales.read(), name=name)
    Dialogue.objects.filter(name="Help").update(priority=1, targets=["https://shop.example/help"])
    Dialogue.objects.filter(name="Unpublished").update(priority=2, is_on=False)
    Dialogue.objects.filter(pk=dialogue.pk).update(priority=3)
    Dialogue.objects.filter(name="Later").update(priority=4)
    Dialogue.objects.create(name="Draft", priority=5)
    Dialogue.objects.create(name="Flow", is_flow=True, priority=6)

    assert meets(**{"known-page": PRICING}) == {
        "Help": ["This page is none of its targets."],
        "Unpublished": ["It is unpublished."],
        "Pricing": "wins",
        "Later": ["“Pricing” comes first."],
        "Draft": ["Nothing of it is published yet."],
        "Flow": ["It is a conversational flow: only other dialogues run it."],
    }


def test_what_is_tried_is_what_visitors_meet(meets, dialogue, client):
    Dialogue.objects.update(targets=[PRICING])
    for page in (PRICING, "https://shop.example/"):
        chat = client.get("/widget/chat/", headers={"Parley-Page": page}).text

        assert (meets(**{"known-page": page})["Pricing"] == "wins") == ('data-phase="asking"' in chat)


def test_a_page_on_a_port_of_its_own_is_tried_too(meets, dialogue):
    Dialogue.objects.update(targets=["http://localhost:8000/demo/"])

    assert meets(**{"known-page": "http://localhost:8000/demo/#plans"})["Pricing"] == "wins"
    assert meets(**{"known-page": "http://localhost:8001/demo/"})["Pricing"] != "wins"


def test_who_was_through_it_is_tried_too(meets, dialogue):
    Dialogue.objects.update(at_most=1, again_after_days=7, returning="returning")
    times = f"ended-{dialogue.pk}"

    assert meets(**{times: 1, "days_ago": 6, "is_returning": "on"})["Pricing"] == [
        "The visitor has been through it once, and 7 days have not passed."
    ]
    assert meets(**{times: 1, "days_ago": 7, "is_returning": "on"})["Pricing"] == "wins"
    assert meets()["Pricing"] == ["It is for visitors who have been here before."]


def test_conditions_say_why_in_the_marketers_words(meets, dialogue):
    Attribute.objects.create(name="plan", label="Plan they are on")
    condition = {"attribute": "plan", "operator": "is", "value": "pro"}
    Dialogue.objects.update(
        audience={"match": "all", "groups": [{"match": "all", "conditions": [condition]}]}
    )

    [why] = meets(**{"known-plan": "one"})["Pricing"]

    assert "Plan they are on" in why
    assert meets(**{"known-plan": "pro"})["Pricing"] == "wins"


def test_with_the_chat_switched_off_nobody_meets_anything(meets, dialogue, client):
    Appearance.objects.update(is_chat_enabled=False)

    assert meets()["Pricing"] == ["The chat is switched off."]
    assert "The chat is switched off" in client.get(reverse("admin:dialogues_dialogue_who_meets_what")).text


def test_trying_changes_nothing(meets, dialogue):
    before = Dialogue.objects.values().get(), Stream.objects.count()

    meets(**{"known-page": PRICING, f"ended-{dialogue.pk}": 3})

    assert (Dialogue.objects.values().get(), Stream.objects.count()) == before


@pytest.mark.parametrize(
    "fields", [{"known-page": "shop"}, {"days_ago": "-1"}, {"known-email": "x" * 2001}, {"days_ago": "soon"}]
)
def test_a_visit_that_makes_no_sense_is_refused(meets, dialogue, fields):
    assert meets(**fields) == {}
