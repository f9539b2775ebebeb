"""Managers write what visitors read when nobody comes."""

import pytest
from django.urls import reverse

from routing.models import FallbackMessage, Team, Workspace

LIST = reverse("admin:routing_fallbackmessage_changelist")
ADD = reverse("admin:routing_fallbackmessage_add")


@pytest.fixture
def as_max(client, max):
    client.force_login(max)
    return client


@pytest.fixture
def lunch(db):
    message = FallbackMessage.objects.create(name="Lunch")
    message.texts.create(html="<p>We are at <b>lunch</b>.</p>")
    return message


def texts(*pairs):
    fields = {"texts-TOTAL_FORMS": len(pairs), "texts-INITIAL_FORMS": 0, "texts-MIN_NUM_FORMS": 1}
    for number, (language, html) in enumerate(pairs):
        fields |= {f"texts-{number}-language": language, f"texts-{number}-html": html}
    return fields


def page_of(answer):
    return answer.content.decode()


def test_max_writes_a_message_in_two_languages(as_max):
    as_max.post(
        ADD, {"name": "Lunch", **texts(("", "<p>Back at <b>one</b> 🙂</p>"), ("NL", "Terug om één uur"))}
    )

    lunch = FallbackMessage.objects.get()
    assert lunch.text_in("en").html == "<p>Back at <b>one</b> 🙂</p>"
    assert lunch.text_in("nl-BE").html == "<p>Terug om één uur</p>"


def test_what_is_no_text_never_reaches_a_visitor(as_max):
    as_max.post(ADD, {"name": "Lunch", **texts(("", '<p onclick="x()">Hi<script>alert(1)</script></p>'))})

    assert FallbackMessage.objects.get().text_in("").html == "<p>Hi</p>"


@pytest.mark.parametrize(
    "wrong",
    [(("", ""),), (("", "<p> </p>"),), (("english", "Hi"),), (("", "x" * 2001),), (("", "a"), ("", "b"))],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(as_max, wrong):
    answer = as_max.post(ADD, {"name": "My lunch", **texts(*wrong)})

    assert answer.status_code == 200
    assert "errorlist" in page_of(answer)
    assert "My lunch" in page_of(answer)
    assert not FallbackMessage.objects.exists()


def test_the_list_says_what_visitors_read_and_where(as_max, lunch, sales):
    Team.objects.update(fallback_message=lunch)

    page = page_of(as_max.get(LIST))

    assert "We are at lunch." in page
    assert "team Sales" in page
    assert "visitors read the standard text" in page


def test_the_list_names_the_message_for_everybody(as_max, lunch):
    Workspace.objects.update(fallback_message=lunch)

    assert "visitors read “Lunch”" in page_of(as_max.get(LIST))


def test_one_that_is_used_stays(as_max, lunch):
    Workspace.objects.update(fallback_message=lunch)

    answer = as_max.post(reverse("admin:routing_fallbackmessage_delete", args=[lunch.pk]), {"post": "yes"})

    assert answer.status_code == 403
    assert FallbackMessage.objects.exists()


def test_one_that_is_not_used_goes(as_max, lunch):
    as_max.post(reverse("admin:routing_fallbackmessage_delete", args=[lunch.pk]), {"post": "yes"})

    assert not FallbackMessage.objects.exists()


def test_alice_who_manages_nothing_does_not_see_them(client, alice, lunch):
    client.force_login(alice.user)

    assert client.get(LIST).status_code in (302, 403)
