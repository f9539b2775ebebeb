import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dialogues.models import Author, Conversation, Visitor
from inbox.listing import PAGE_LENGTH
from routing.models import Because, LiveChat, State
from tests.inbox.conftest import words_of


def listed(page):
    """The keys of the listed conversations, from the top."""
    pieces = page.content.decode().split('data-conversation="')[1:]
    return [int(piece.split('"')[0]) for piece in pieces]


@pytest.fixture
def past(talk_to_sales, round_robin, alice, clock):
    """This many conversations that Alice had."""

    def past(count):
        now = clock()
        visitors = Visitor.objects.bulk_create(Visitor() for _ in range(count))
        ended = {"state": State.ENDED, "because": Because.AGENT, "agent": alice, "agent_name": "Alice"}
        moments = {"requested_at": now, "accepted_at": now, "ended_at": now}
        chats = LiveChat.objects.bulk_create(
            LiveChat(visitor_key=visitor.key, route=round_robin, **ended, **moments) for visitor in visitors
        )
        conversations = Conversation.objects.bulk_create(
            Conversation(visitor=visitor, stream=talk_to_sales, live_chat=chat, ended_at=now)
            for visitor, chat in zip(visitors, chats, strict=True)
        )
        for conversation in conversations:
            conversation.post("Bye", author=Author.AGENT, author_id=alice.pk)
        return [conversation.pk for conversation in conversations]

    return past


def test_alice_reads_that_nobody_is_there(at_alice_s):
    assert "No active chats. Visitors who want to talk will reach you here." in words_of(
        at_alice_s.get("/inbox/")
    )


def test_who_is_away_reads_how_visitors_will_come(signed_in, hire):
    page = words_of(signed_in(hire("Alice", available=False)).get("/inbox/"))

    assert "No active chats. Switch to Available and visitors will reach you here." in page


def test_active_lists_her_own_chats_and_how_many_she_can_have(accepted, alice, hire, signed_in):
    mine = accepted(alice, "Jonas", "Priya")
    alice.chat_limit = 5
    alice.save()

    page = signed_in(alice).get("/inbox/")

    assert set(listed(page)) == {conversation.pk for conversation in mine}
    assert "Active 2 / 5 All" in words_of(page)
    assert listed(signed_in(hire("Bob")).get("/inbox/")) == []


def test_the_limit_for_everybody_holds_for_who_has_a_higher_one(at_alice_s, alice, workspace):
    alice.chat_limit = 8
    alice.save()
    workspace.chats_per_agent = 3
    workspace.save()

    assert "Active 0 / 3" in words_of(at_alice_s.get("/inbox/"))


def test_where_something_was_said_last_comes_first(accepted, alice, at_alice_s, clock):
    first, second = accepted(alice, "Jonas", "Priya")
    assert listed(at_alice_s.get("/inbox/")) == [second.pk, first.pk]

    clock.move(seconds=5)
    Conversation.objects.filter(pk=first.pk).update(last_message_at=clock())

    assert listed(at_alice_s.get("/inbox/")) == [first.pk, second.pk]


def test_the_newest_words_stand_below_the_name(accepted, alice, at_alice_s):
    jonas, priya, _ = accepted(alice, "Jonas", "Priya", "Vera")
    jonas.post("Does it include the API?", author=Author.VISITOR, author_id=jonas.visitor_id)
    priya.post("It does.", author=Author.AGENT, author_id=alice.pk)

    page = words_of(at_alice_s.get("/inbox/"))

    assert "Does it include the API?" in page
    assert "You: It does." in page
    assert "Alice joined the chat" in page


def test_all_lists_everybody_s_past_chats_and_her_own_active_ones(accepted, alice, hire, signed_in):
    hers, ended = accepted(alice, "Jonas", "Priya")
    ended.live_chat.end(because=Because.AGENT)

    assert listed(signed_in(hire("Bob")).get("/inbox/?tab=all")) == [ended.pk]
    assert listed(signed_in(alice).get("/inbox/?tab=all")) == [ended.pk, hers.pk]


def test_what_nobody_accepted_is_in_neither_list(at_alice_s, requested):
    conversation = requested()
    assert listed(at_alice_s.get("/inbox/?tab=all")) == []

    conversation.live_chat.decline(conversation.live_chat.offers.get().agent)

    assert listed(at_alice_s.get("/inbox/")) == []
    assert listed(at_alice_s.get("/inbox/?tab=all")) == []


def test_older_chats_are_a_page_further(at_alice_s, past):
    keys = past(PAGE_LENGTH + 2)

    first = at_alice_s.get("/inbox/?tab=all")
    assert listed(first) == keys[:1:-1]
    assert f'href="/inbox/?tab=all&amp;before={keys[2]}"' in first.content.decode()

    second = at_alice_s.get(f"/inbox/?tab=all&before={keys[2]}")
    assert listed(second) == [keys[1], keys[0]]
    assert "Older" not in words_of(second)


def test_a_full_page_with_nothing_behind_it_offers_no_further_one(at_alice_s, past):
    past(PAGE_LENGTH)

    assert "Older" not in words_of(at_alice_s.get("/inbox/?tab=all"))


@pytest.mark.parametrize(
    "nonsense", ["tab=x", "tab=all&before=x", "tab=all&before=²", f"tab=all&before={10**30}", "open=-1"]
)
def test_an_address_somebody_made_up_shows_the_list(at_alice_s, nonsense):
    assert at_alice_s.get(f"/inbox/?{nonsense}").status_code == 200
    assert at_alice_s.get(f"/inbox/list/?{nonsense}").status_code == 200


@pytest.mark.parametrize("address", ["/inbox/", "/inbox/?tab=all", "/inbox/list/?tab=all"])
def test_a_longer_list_takes_no_more_questions(at_alice_s, accepted, alice, past, address):
    accepted(alice, "Jonas")
    past(1)
    with CaptureQueriesContext(
        connection,
    ) as few:
        at_alice_s.get(address)

    accepted(alice, "Priya", "Vera", "Max")
    past(20)
    with CaptureQueriesContext(connection) as many:
        at_alice_s.get(address)

    assert len(many) == len(few) <= 14


def test_reading_takes_no_more_questions_when_more_was_said(
    at_alice_s, talking, django_assert_max_num_queries
):
    for number in range(30):
        talking.post(f"Line {number}", author=Author.VISITOR, author_id=talking.visitor_id)

    with django_assert_max_num_queries(18):
        assert "Line 29" in words_of(at_alice_s.get(f"/inbox/{talking.pk}/"))
