"""What the mail says."""

import pytest
from django.core import mail

from dialogues.models import Author
from notifications.jobs import send_failed_action


@pytest.fixture
def told(missed):
    """The mail about what Alice missed, to her."""

    def told(**attributes):
        send_failed_action(missed(**attributes).pk)
        return mail.outbox[0]

    return told


def html_of(letter):
    [alternative] = letter.alternatives
    return alternative.content


def test_it_says_who_when_why_and_where(told):
    letter = told(phone="+31 20 123 4567")

    assert letter.subject == "Missed live chat with Vera"
    for line in [
        "Vera asked for an agent on 10 June 2026 at 12:00 UTC, and nobody came.",
        "  First name: Vera",
        "  Email: vera@kern.example",
        "  phone: +31 20 123 4567",
        "  Nobody accepted (round robin).",
        "  https://shop.example/pricing",
    ]:
        assert line in letter.body.splitlines()


def test_it_says_who_was_asked_and_who_was_not_and_why(hire, told):
    hire("Carol", available=False)

    letter = told()

    assert "did not accept within 100 seconds." in letter.body
    assert "  Carol was not asked: away." in letter.body.splitlines()
    assert "<li>Carol was not asked: away.</li>" in html_of(letter)


def test_it_says_what_vera_wrote(requested, told, missed):
    letter = told()

    assert "  > Yes, please" in letter.body.splitlines()
    assert "One moment" not in letter.body


def test_it_leads_to_the_conversation(told, settings):
    settings.SITE_URL = "https://chat.acme.example"

    letter = told()

    assert "https://chat.acme.example/admin/dialogues/conversation/" in letter.body
    assert 'href="https://chat.acme.example/admin/dialogues/conversation/' in html_of(letter)


def test_an_answer_to_it_goes_to_vera(told):
    assert told().reply_to == ["vera@kern.example"]


@pytest.mark.parametrize("email", ["vera", "a@b.example\nBcc: all@parley.example", "", 7])
def test_what_is_no_address_is_not_answered(told, email):
    assert told(email=email).reply_to == []


@pytest.mark.parametrize("turn", ["\r\n", "\n", "\u2028", "\x85", "\x1b"])
def test_a_name_with_a_line_break_adds_no_header(told, turn):
    letter = told(first_name=f"Vera{turn}Bcc: all@parley.example")

    assert letter.subject == "Missed live chat with Vera Bcc: all@parley.example"
    assert "Bcc" not in letter.message()


def test_a_name_that_turns_the_direction_of_text_does_not(told):
    assert told(first_name="\u202eareV").subject == "Missed live chat with areV"


def test_a_very_long_name_is_cut(told):
    assert len(told(first_name="V" * 5000).subject) < 200


def test_html_in_a_value_is_text(told):
    letter = told(first_name="<script>alert(1)</script>")

    assert "<script>" not in html_of(letter)
    assert "<script>alert(1)</script> asked" in letter.body


def test_a_message_cannot_pretend_to_be_ours(requested, alice, clock, max):
    conversation = requested()
    conversation.post("Hello\n\nWhy\n  Alice was rude.", author=Author.VISITOR)
    clock.move(seconds=100)
    conversation.live_chat.expire_offer()

    send_failed_action(conversation.live_chat.failed_action.pk)

    assert "  >   Alice was rude." in mail.outbox[0].body.splitlines()


def test_it_says_that_nothing_is_known_of_a_stranger(round_robin, alice, max):
    import uuid

    from routing.models import LiveChat

    alice.switch(available=False)
    live_chat = LiveChat.request(visitor_key=uuid.UUID(int=0x4F2A << 112), route=round_robin, attributes={})

    send_failed_action(live_chat.failed_action.pk)

    assert mail.outbox[0].subject == "Missed live chat with Visitor 4F2A"
    assert "Nothing is known of this visitor." in mail.outbox[0].body
    assert "The page is not known." in mail.outbox[0].body
