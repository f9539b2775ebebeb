from routing.models import Because
from tests.inbox.conftest import words_of


def test_alice_ends_the_session(at_alice_s, talking):
    page = at_alice_s.post(f"/inbox/{talking.pk}/end/", follow=True)

    assert page.redirect_chain == [(f"/inbox/{talking.pk}/", 302)]
    assert "Alice ended the chat" in words_of(page)
    assert "The chat has ended Download transcript" in words_of(page)
    talking.live_chat.refresh_from_db()
    assert talking.live_chat.because == Because.AGENT


def test_the_box_is_there_while_the_chat_runs_and_gone_afterwards(at_alice_s, talking):
    assert 'aria-label="Message"' in at_alice_s.get(f"/inbox/{talking.pk}/").content.decode()

    talking.live_chat.end(because=Because.VISITOR)

    page = at_alice_s.get(f"/inbox/{talking.pk}/").content.decode()
    assert 'aria-label="Message"' not in page
    assert "End session" not in page


def test_ending_twice_is_told_and_changes_nothing(at_alice_s, talking):
    talking.live_chat.end(because=Because.VISITOR)

    page = at_alice_s.post(f"/inbox/{talking.pk}/end/", follow=True)

    assert "The chat has ended already." in words_of(page)
    talking.live_chat.refresh_from_db()
    assert talking.live_chat.because == Because.VISITOR


def test_bob_cannot_end_alice_s_chat(talking, bob, signed_in):
    assert signed_in(bob).post(f"/inbox/{talking.pk}/end/").status_code == 404
    talking.live_chat.refresh_from_db()
    assert talking.live_chat.state == "active"


def test_looking_at_the_address_ends_nothing(at_alice_s, talking):
    assert at_alice_s.get(f"/inbox/{talking.pk}/end/").status_code == 405
