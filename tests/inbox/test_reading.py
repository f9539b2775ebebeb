"""One conversation as an agent reads it."""

import pytest

from dialogues.models import Attribute, Author, Visitor
from inbox.templatetags.inbox import UNKNOWN
from routing.models import Because
from tests.inbox.conftest import words_of


@pytest.fixture
def opened(at_alice_s, talking):
    def opened():
        return at_alice_s.get(f"/inbox/{talking.pk}/")

    return opened


def test_the_automated_part_is_folded(opened):
    page = opened()

    assert "Automated dialogue “Pricing” — 7 messages" in words_of(page)
    folded = page.content.decode().split("<chat-transcript")[1].split("</details>")[0]
    assert "What is your first name?" in folded
    assert "Alice joined the chat" not in folded


def test_what_vera_wrote_while_she_waited_is_not_folded(at_alice_s, alice, requested):
    conversation = requested()
    conversation.post("Is anybody there?", author=Author.VISITOR, author_id=conversation.visitor_id)
    conversation.live_chat.accept(alice)

    page = at_alice_s.get(f"/inbox/{conversation.pk}/").content.decode()

    assert "Is anybody there?" in page.split("<chat-transcript")[1].split("</details>")[1]


def test_the_head_tells_when_it_was_accepted_and_where(opened):
    assert "Accepted 12:00 · on /pricing" in words_of(opened())


def test_unknown_values_are_shown_as_a_dash(opened):
    page = words_of(opened())

    assert "Name Vera" in page
    assert "Email vera@kern.example" in page
    for label in ("Phone", "Job title", "Company"):
        assert f"{label} {UNKNOWN}" in page
    assert "Page /pricing" in page


def test_a_visitor_without_a_name_is_unknown_by_name(opened, talking):
    Visitor.objects.filter(pk=talking.visitor_id).update(attributes={})

    page = words_of(opened())

    assert f"Name {UNKNOWN}" in page
    assert f"Email {UNKNOWN}" in page


def test_every_attribute_has_its_own_label(opened, talking):
    Attribute.objects.create(name="crm_status", label="CRM status")
    Attribute.objects.create(name="phone", label="Telephone")
    Visitor.objects.filter(pk=talking.visitor_id).update(
        attributes={"crm_status": "Lead", "phone": "+31 20 1"}
    )

    page = words_of(opened())

    assert "CRM status Lead" in page
    assert "Telephone +31 20 1" in page
    assert "Phone" not in page


def test_what_people_write_is_only_ever_text(opened, talking):
    talking.post("<script>alert(1)</script>", author=Author.VISITOR, author_id=talking.visitor_id)
    Visitor.objects.filter(pk=talking.visitor_id).update(attributes={"email": "<b>x</b>"})

    page = opened().content.decode()

    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>x</b>" not in page


def test_bob_does_not_find_alice_s_active_chat(talking, bob, signed_in):
    browser = signed_in(bob)

    assert browser.get(f"/inbox/{talking.pk}/").status_code == 404
    assert browser.get(f"/inbox/{talking.pk}/pane/").status_code == 404


def test_bob_reads_alice_s_past_chat(talking, bob, signed_in):
    talking.live_chat.end(because=Because.AGENT)

    page = words_of(signed_in(bob).get(f"/inbox/{talking.pk}/"))

    assert "Ended 12:00 · The agent ended it · with Alice" in page


def test_a_chat_nobody_accepted_is_not_found(at_alice_s, requested):
    conversation = requested()
    assert at_alice_s.get(f"/inbox/{conversation.pk}/").status_code == 404

    conversation.live_chat.cancel()

    assert at_alice_s.get(f"/inbox/{conversation.pk}/").status_code == 404


def test_alice_is_warned_when_the_chat_is_about_to_end(at_alice_s, talking, clock):
    clock.move(minutes=8)
    talking.end_if_idle()

    page = words_of(at_alice_s.get(f"/inbox/{talking.pk}/"))

    assert "This chat ends in 2 minutes unless someone writes" in page
    assert "ends in" in words_of(at_alice_s.get("/inbox/list/"))


def test_after_a_typed_message_nobody_is_warned(at_alice_s, talking, clock):
    clock.move(minutes=8)
    talking.end_if_idle()
    type(talking).objects.filter(pk=talking.pk).update(last_message_at=clock())

    assert "unless someone writes" not in words_of(at_alice_s.get(f"/inbox/{talking.pk}/pane/"))
    assert "ends in" not in words_of(at_alice_s.get("/inbox/list/"))
