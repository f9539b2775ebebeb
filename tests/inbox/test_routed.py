"""An agent reads how a chat came to them."""

import re

import pytest

from routing.models import Agent, Because
from tests.inbox.conftest import words_of


def test_alice_reads_how_the_chat_came_to_her(at_alice_s, talking):
    page = at_alice_s.get(f"/inbox/{talking.pk}/")

    assert "Routed to you by round robin" in words_of(page)


def test_bob_reads_how_a_past_chat_came_to_alice(talking, bob, signed_in):
    talking.live_chat.end(because=Because.AGENT)

    page = signed_in(bob).get(f"/inbox/{talking.pk}/")

    assert "Routed to Alice by round robin" in words_of(page)


def test_the_whole_of_it_is_behind_one_line(at_alice_s, talking):
    page = at_alice_s.get(f"/inbox/{talking.pk}/pane/").content.decode()

    trace = page.split('<details class="routing"')[1].split("</details>")[0]
    assert "<summary>" in trace
    assert "Alice was asked." in trace
    assert "Alice accepted after 0 seconds." in trace


def test_times_are_in_the_reader_s_own_zone_and_say_utc_without_a_script(at_alice_s, talking):
    page = at_alice_s.get(f"/inbox/{talking.pk}/").content.decode()

    told = re.findall(r'<local-time class="at" at="([^"]+)" seconds>([^<]+)</local-time>', page)
    assert len(told) == 3
    for at, words in told:
        assert at.endswith("+00:00")
        assert re.fullmatch(r"10 Jun 2026, 12:00:\d\d UTC", words)


def test_without_a_script_times_are_those_of_the_agent_s_zone_and_say_so(at_alice_s, alice, talking):
    Agent.objects.filter(pk=alice.pk).update(time_zone="Asia/Tokyo")

    page = at_alice_s.get(f"/inbox/{talking.pk}/").content.decode()

    assert re.search(r"seconds>10 Jun 2026, 21:00:\d\d JST</local-time>", page)


def test_bob_reads_that_he_takes_over_from_alice(talking, alice, bob, signed_in):
    alice.deactivate()
    browser = signed_in(bob)

    assert "routed to you to take over from Alice" in words_of(browser.get("/inbox/"))

    talking.live_chat.refresh_from_db()
    talking.live_chat.accept(bob)

    assert "Routed to you to take over from Alice" in words_of(browser.get(f"/inbox/{talking.pk}/"))


@pytest.mark.parametrize("name", ["<b>Al</b>", "\u202eecilA", "אליס"])
def test_a_strange_name_is_only_a_name(at_alice_s, alice, requested, name):
    Agent.objects.filter(pk=alice.pk).update(name=name)
    conversation = requested()
    conversation.live_chat.accept(alice)

    page = at_alice_s.get(f"/inbox/{conversation.pk}/").content.decode()

    assert "<b>Al</b>" not in page
    trace = page.split('<details class="routing"')[1].split("</details>")[0]
    assert "\u202e" not in trace
    assert " was asked." in trace
