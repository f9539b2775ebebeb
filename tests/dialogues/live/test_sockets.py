"""The promises of docs/protocol.md, under the product's own web server and under the one of `runserver`."""

from dialogues.models import Visitor, VisitorPresence
from routing.models import Because
from tests.dialogues.live.client import agent_line, visitor_line
from tests.dialogues.live.conftest import kill_live_connections, say_much
from tests.dialogues.live.web import Daphne
from tests.product import wait_until

# Talking


def test_vera_and_alice_talk(any_web, talking, vera, alice):
    with visitor_line(any_web, vera) as veras, agent_line(any_web, alice) as alices:
        veras.hello()
        alices.hello()

        client_id = veras.write(talking.pk, "Does Prime include the API?")
        heard = alices.hear("message")
        sent = veras.hear("sent")
        alices.write(talking.pk, "It does.")
        answered = veras.hear("message", author="agent")

    assert heard["body"] == "Does Prime include the API?"
    assert (sent["id"], sent["position"], sent["at"]) == (client_id, heard["position"], heard["at"])
    assert answered["position"] == heard["position"] + 1
    assert heard["position"] == talking.length + 1


def test_news_crosses_from_one_server_to_the_other(web, webs, talking, vera, alice):
    with visitor_line(web, vera) as veras, agent_line(webs(Daphne), alice) as alices:
        veras.hello()
        alices.hello()

        veras.write(talking.pk, "Hello")
        heard = alices.hear("message")
        alices.write(talking.pk, "Hello yourself")

        assert veras.hear("message", author="agent")["position"] == heard["position"] + 1


def test_every_tab_shows_what_either_of_them_sent(any_web, talking, vera):
    with visitor_line(any_web, vera) as one, visitor_line(any_web, vera) as other:
        one.hello()
        other.hello()

        client_id = one.write(talking.pk, "Hello")

        heard = other.hear("message", id=client_id)
        assert one.hear("sent", id=client_id)["position"] == heard["position"]
        assert client_id not in [frame["id"] for frame in one.kept("message")]


def test_a_message_sent_twice_is_one(any_web, talking, vera):
    with visitor_line(any_web, vera) as line:
        line.hello()
        client_id = line.write(talking.pk, "once")
        line.write(talking.pk, "once", client_id)

        assert line.hear("sent")["position"] == line.hear("sent")["position"]
    assert talking.messages.filter(body="once").count() == 1


def test_the_bot_s_and_the_system_s_words_come_by_the_same_way(web, talking, vera, alice):
    with visitor_line(web, vera) as veras, agent_line(web, alice) as alices:
        veras.hello()
        alices.hello()

        talking.live_chat.end(because=Because.AGENT)

        assert veras.hear("message", author="system") == alices.hear("message", author="system")
        assert veras.hear("pane")["pane"] == "chat"


def test_whoever_writes_while_it_ends_is_answered_in_words(any_web, talking, vera):
    with visitor_line(any_web, vera) as line:
        line.hello()
        talking.live_chat.end(because=Because.AGENT)
        client_id = line.write(talking.pk, "Wait!")

        refused = line.hear("refused")

    assert (refused["id"], refused["reason"], refused["text"]) == (client_id, "ended", "The chat has ended.")


def test_bob_cannot_write_in_alice_s_chat_nor_in_one_that_does_not_exist(web, talking, bob):
    with agent_line(web, bob) as line:
        line.hello()
        line.write(talking.pk, "Hello")
        assert line.hear("refused")["reason"] == "not_yours"
        line.write(2**53, "Hello")
        assert line.hear("refused")["reason"] == "unknown"


# Hello


def test_hello_says_how_far_everything_is(any_web, talking, vera, alice):
    with visitor_line(any_web, vera) as veras, agent_line(any_web, alice) as alices:
        visitor, agent = veras.hello({str(talking.pk): talking.length}), alices.hello()

    assert visitor["conversations"] == agent["conversations"] == {str(talking.pk): talking.length}
    assert (visitor["version"], visitor["beat_seconds"]) == (1, 1)
    assert visitor["revision"] != agent["revision"]


def test_vera_gets_her_open_conversation_and_who_holds_some_gets_the_rest(any_web, talking, vera):
    with visitor_line(any_web, vera) as line:
        line.hello()
        whole = line.hear("page")["messages"]
    with visitor_line(any_web, vera) as line:
        line.hello({str(talking.pk): 2})
        rest = line.hear("page")["messages"]

    assert [message["position"] for message in whole] == list(range(1, talking.length + 1))
    assert rest == whole[2:]


def test_who_holds_everything_gets_nothing_again(web, talking, vera):
    with visitor_line(web, vera) as line:
        line.hello({str(talking.pk): talking.length})
        line.hear("beat")

        assert line.heard == []


def test_the_version_before_is_spoken_and_any_other_is_asked_to_reload(any_web, talking, vera):
    with visitor_line(any_web, vera) as line:
        assert line.hello(version=0)["version"] == 1
    for version in (2, -1, 10**30):
        with visitor_line(any_web, vera) as line:
            line.say(type="hello", version=version, token=vera.token)
            assert line.hear("reload") == {"type": "reload"}
            assert line.closed() == 4000


def test_a_forged_token_is_told_good_bye(any_web, talking, vera):
    for token in ("", "forged", "é", "a:b:c", "x" * 200, vera.token[:-1]):
        with visitor_line(any_web, vera) as line:
            line.say(type="hello", version=1, token=token)

            assert line.hear("bye")["reason"] == "bad_token"
            assert line.closed() == 4000


def test_a_token_of_nobody_yet_is_told_that_there_is_no_chat(web, db):
    with visitor_line(web, Visitor()) as line:
        line.say(type="hello", version=1, token=line.token)

        assert line.hear("bye")["text"] == "There is no chat yet."


def test_before_hello_nothing_is_read_and_a_second_one_is_refused(any_web, talking, vera):
    stranger = Visitor.objects.create()
    with visitor_line(any_web, vera) as line:
        line.write(talking.pk, "Too early")
        assert line.hear("refused")["reason"] == "malformed"
        line.hello()
        line.say(type="hello", version=1, token=stranger.token)
        assert line.hear("refused")["text"] == "Say hello first, and once."
        line.write(talking.pk, "Hello")
        assert line.hear("sent")
    assert not talking.messages.filter(body="Too early").exists()


def test_what_vera_reads_is_only_hers(any_web, talking, vera, bob):
    stranger = Visitor.objects.create()
    with visitor_line(any_web, stranger) as line, agent_line(any_web, bob) as bobs:
        line.hello({str(talking.pk): 0})
        bobs.hello({str(talking.pk): 0})
        for each in (line, bobs):
            each.say(type="read", conversation=talking.pk, after=0)

        assert line.hear("page")["messages"] == bobs.hear("page")["messages"] == []


def test_a_long_conversation_comes_in_pages(any_web, talking, vera):
    say_much(talking, 450 - talking.length)
    with visitor_line(any_web, vera) as line:
        line.hello()
        pages = [line.hear("page")]
        while pages[-1]["more"]:
            line.say(type="read", conversation=talking.pk, after=pages[-1]["messages"][-1]["position"])
            pages.append(line.hear("page"))

    assert [len(page["messages"]) for page in pages] == [200, 200, 50]
    assert [message["position"] for page in pages for message in page["messages"]] == list(range(1, 451))


# Healing


def test_a_beat_tells_who_is_behind_what_they_missed(any_web, talking, vera, alice):
    with visitor_line(any_web, vera) as veras, agent_line(any_web, alice) as alices:
        veras.hello({str(talking.pk): talking.length})
        alices.hello()
        # As if the news of it had been lost.
        say_much(talking, 1)

        for line in (veras, alices):
            line.hear("beat", conversations={str(talking.pk): talking.length})
        veras.say(type="read", conversation=talking.pk, after=talking.length - 1)

        assert [message["position"] for message in veras.hear("page")["messages"]] == [talking.length]


def test_a_beat_carries_the_revision_that_the_panes_would_have(web, talking, alice, vera):
    with agent_line(web, alice) as line, visitor_line(web, vera) as veras:
        visitor = veras.hello()["revision"]
        # That she is here is part of what Alice's panes show.
        wait_until(VisitorPresence.objects.here().exists)
        agent = line.hello()["revision"]
        assert line.hear("beat")["revision"] == agent
        assert veras.hear("beat")["revision"] == visitor
        # Past every signal, as when its news is lost.
        type(talking).objects.filter(pk=talking.pk).update(warned_at="2026-06-10 12:00Z")

        wait_until(lambda: line.hear("beat")["revision"] != agent)
        wait_until(lambda: veras.hear("beat")["revision"] != visitor)


def test_beats_go_on_after_the_database_closed_every_connection(web, talking, vera):
    with visitor_line(web, vera) as line:
        line.hello()
        line.hear("beat")
        assert kill_live_connections()
        line.heard.clear()

        assert line.hear("beat")
        line.write(talking.pk, "Still here")
        assert line.hear("sent")


# Typing


def test_typing_is_shown_to_the_other_side_and_to_nobody_else(any_web, talking, vera, alice, bob):
    with (
        visitor_line(any_web, vera) as veras,
        agent_line(any_web, alice) as alices,
        agent_line(any_web, bob) as bobs,
    ):
        for line in (veras, alices, bobs):
            line.hello()

        for _ in range(5):
            veras.say(type="typing", conversation=talking.pk)
        bobs.say(type="typing", conversation=talking.pk)
        alices.hear("typing", author="visitor", conversation=talking.pk)
        alices.say(type="typing", conversation=talking.pk)
        veras.hear("typing", author="agent")

        alices.hear("beat")
        bobs.hear("beat")
        assert [line.kept("typing") for line in (veras, alices, bobs)] == [[], [], []]


def test_typing_reaches_an_agent_who_came_after_it_was_first_asked(web, requested, vera, alice):
    conversation = requested()
    with visitor_line(web, vera) as veras, agent_line(web, alice) as alices:
        veras.hello()
        alices.hello()
        veras.say(type="typing", conversation=conversation.pk)
        conversation.live_chat.accept(alice)
        alices.hear("pane")

        def typed():
            veras.say(type="typing", conversation=conversation.pk)
            alices.say(type="read", conversation=conversation.pk, after=0)
            alices.hear("page")
            return alices.kept("typing")

        wait_until(typed, seconds=4)
