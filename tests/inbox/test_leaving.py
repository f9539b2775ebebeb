"""Alice reads that a visitor has left, in words, and hears when that changes."""

from datetime import timedelta

import pytest
from django.utils.html import strip_tags

from dialogues.jobs import end_agent_presence, end_visitor_presence
from dialogues.models import VisitorPresence
from routing.models import AgentPresence, Because
from tests.inbox.conftest import words_of
from tests.inbox.test_panes import pane


@pytest.fixture
def here(clock):
    """Lets a visitor have the chat open for so long."""

    def here(visitor, seconds=45):
        until = clock() + timedelta(seconds=seconds)
        presence, _ = VisitorPresence.objects.update_or_create(visitor=visitor, defaults={"until": until})
        return presence

    return here


@pytest.fixture
def read(at_alice_s):
    """What Alice reads above the conversation, and of it in the list."""

    def read(conversation):
        page = at_alice_s.get(f"/inbox/{conversation.pk}/?tab=all")
        head = pane(page, "conversation").split("</header>")[0]
        return tuple(
            " ".join(strip_tags(part).split()) for part in (head, pane(page, f"item-{conversation.pk}"))
        )

    return read


def test_while_vera_is_here_her_chat_is_live(talking, vera, here, read):
    here(vera)

    head, item = read(talking)

    assert "Vera Live" in head
    assert "left" not in (head + item).lower()


def test_when_she_has_left_alice_reads_so(talking, vera, here, read, clock):
    clock.stand_at(here(vera).until)

    head, item = read(talking)

    assert "Vera Left" in head
    assert "Live" not in head
    assert "Vera 0 unread left" in item


def test_who_was_never_seen_has_left(talking, read):
    assert "Vera Left" in read(talking)[0]


def test_an_ended_chat_says_neither(talking, read):
    talking.live_chat.end(because=Because.AGENT)

    head, item = read(talking)

    assert "Left" not in head
    assert "Live" not in head
    assert "left" not in item


def test_each_visitor_of_the_list_is_looked_at_alone(accepted, alice, here, at_alice_s):
    jonas, _ = accepted(alice, "Jonas", "Priya")
    here(jonas.visitor)

    page = words_of(at_alice_s.get("/inbox/"))

    assert page.count(" left ") == 1
    assert "Priya 0 unread left" in page


def test_alice_s_page_hears_that_vera_has_left(talking, vera, alice, here, news, clock):
    clock.stand_at(here(vera).until)

    heard = news(lambda: end_visitor_presence(vera.pk))

    assert heard == [(f"agent:{alice.pk}", "conversation"), (f"agent:{alice.pk}", "list")]


def test_nobody_hears_of_a_visitor_who_is_still_here(talking, vera, here, news):
    here(vera)

    assert news(lambda: end_visitor_presence(vera.pk)) == []


@pytest.mark.parametrize("state", ["waiting", "ended"])
def test_nobody_hears_of_who_leaves_outside_a_live_chat(requested, vera, alice, here, news, clock, state):
    conversation = requested()
    if state == "ended":
        conversation.live_chat.accept(alice)
        conversation.live_chat.end(because=Because.VISITOR)
    clock.stand_at(here(vera).until)

    assert news(lambda: end_visitor_presence(vera.pk)) == []
    assert not VisitorPresence.objects.exists()


def test_an_agent_who_is_gone_is_no_longer_kept_as_here(alice, bob, news, clock):
    moment = clock()
    AgentPresence.objects.filter(agent=alice).update(until=moment)
    clock.stand_at(moment)

    def end_both():
        for agent in (alice, bob):
            end_agent_presence(agent.pk)

    assert news(end_both) == [(f"agent:{alice.pk}", "availability")]
    assert list(AgentPresence.objects.values_list("agent", flat=True)) == [bob.pk]
