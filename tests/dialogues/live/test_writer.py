import threading
import time
import uuid

import pytest

from dialogues.live import writer
from dialogues.models import Conversation, Message, Visitor
from routing.models import Because
from tests.dialogues.live.conftest import kill_live_connections
from tests.dialogues.live.pen import Pen
from tests.product import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pen(loop, transactional_db):
    pen = Pen(loop)
    yield pen
    pen.stop()


def bodies(conversation):
    return list(conversation.messages.values_list("body", flat=True))


def test_what_vera_writes_is_numbered_after_what_was_said(pen, talking, vera, alice):
    verdict = pen.write(talking.pk, vera, "Hello 😀")

    stored = talking.messages.get(position=talking.length + 1)
    talking.refresh_from_db()
    assert (verdict.verdict, verdict.position, verdict.at) == ("ok", stored.position, stored.created_at)
    assert (stored.body, stored.author, stored.author_id) == ("Hello 😀", "visitor", vera.pk)
    assert (talking.length, talking.last_message_at) == (stored.position, stored.created_at)
    [(line, told)] = pen.told
    assert (line.body, told.visitor, told.agent) == ("Hello 😀", vera.pk, alice.pk)


def test_a_repeat_gets_the_first_answer_even_after_the_end(pen, talking, vera):
    client_id = uuid.uuid4()
    first = pen.write(talking.pk, vera, "Hello", client_id=client_id)
    talking.live_chat.end(because=Because.AGENT)

    repeat = pen.write(talking.pk, vera, "Something else", client_id=client_id)

    assert (repeat.verdict, repeat.position, repeat.at) == ("repeat", first.position, first.at)
    assert bodies(talking)[first.position - 1] == "Hello"
    assert len(pen.told) == 1


def test_a_repeat_gets_the_first_answer_even_when_the_chat_is_another_agent_s(pen, talking, alice, bob):
    client_id = uuid.uuid4()
    first = pen.write(talking.pk, alice, client_id=client_id)
    Conversation.objects.filter(pk=talking.pk).update(live_agent=bob)

    assert pen.write(talking.pk, alice, client_id=client_id).position == first.position
    assert pen.write(talking.pk, alice).verdict == "not_yours"
    assert pen.write(talking.pk, bob).verdict == "ok"


def test_an_id_that_somebody_else_used_is_taken_and_tells_nothing(pen, talking, vera, alice):
    client_id = uuid.uuid4()
    pen.write(talking.pk, vera, client_id=client_id)

    taken = pen.write(talking.pk, alice, client_id=client_id)

    assert (taken.verdict, taken.position, taken.at) == ("taken", None, None)


def test_one_id_twice_in_a_batch_is_one_message(pen, talking, vera, alice):
    client_id = uuid.uuid4()

    ok, repeat, taken = pen.write_all(
        (talking.pk, vera, "first", client_id),
        (talking.pk, vera, "again", client_id),
        (talking.pk, alice, "also", client_id),
    )

    assert [ok.verdict, repeat.verdict, taken.verdict] == ["ok", "repeat", "taken"]
    assert repeat.position == ok.position == Conversation.objects.get(pk=talking.pk).length
    assert bodies(talking)[-1] == "first"


def test_nobody_writes_after_the_end(pen, talking, vera, alice):
    talking.live_chat.end(because=Because.VISITOR)

    assert [pen.write(talking.pk, who).verdict for who in (vera, alice)] == ["ended", "ended"]
    assert bodies(talking)[-1] == "Vera ended the chat"


def test_only_vera_and_her_agent_write_in_her_chat(pen, talking, bob):
    stranger = Visitor.objects.create()

    assert [pen.write(talking.pk, who).verdict for who in (bob, stranger)] == ["not_yours", "not_yours"]


def test_a_stranger_does_not_learn_that_a_chat_has_ended(pen, talking):
    talking.live_chat.end(because=Because.AGENT)

    assert pen.write(talking.pk, Visitor.objects.create()).verdict == "not_yours"


def test_vera_writes_while_she_waits_but_not_before(pen, talk_to_sales, vera, alice):
    conversation = Conversation.start(vera, talk_to_sales)
    before = pen.write(conversation.pk, vera)
    conversation.answer("talk", "yes")
    conversation.answer("name", "Vera")
    conversation.answer("mail", "vera@kern.example")
    conversation.request_live_chat()

    assert before.verdict == "not_yours"
    assert pen.write(conversation.pk, vera).verdict == "ok"
    assert pen.write(conversation.pk, alice).verdict == "not_yours"


def test_a_conversation_that_does_not_exist_is_unknown(pen, vera):
    assert pen.write(2**53, vera).verdict == "unknown"


def test_a_refused_message_uses_no_number_and_may_come_again(pen, talking, bob):
    client_id, before = uuid.uuid4(), talking.length
    assert pen.write(talking.pk, bob, client_id=client_id).verdict == "not_yours"
    Conversation.objects.filter(pk=talking.pk).update(live_agent=bob)

    assert pen.write(talking.pk, bob, client_id=client_id).position == before + 1


@pytest.mark.parametrize("poison", ["a\0b", "half \ud800", "x" * 4001])
def test_poison_among_a_hundred_hurts_nobody_else(pen, talking, vera, poison):
    before = talking.length
    texts = [poison if n in (0, 41, 42, 99) else f"{n}" for n in range(100)]

    verdicts = pen.write_all(*[(talking.pk, vera, text) for text in texts])

    assert [v.verdict for v, text in zip(verdicts, texts, strict=True) if text == poison] == ["invalid"] * 4
    written = [v.position for v, text in zip(verdicts, texts, strict=True) if text != poison]
    assert written == list(range(before + 1, before + 97))
    assert bodies(talking)[before:] == [text for text in texts if text != poison]


def test_an_answer_that_was_lost_after_the_commit_is_found_again(line_to_postgres, loop, talking, vera):
    pen = Pen(loop)
    for _ in range(3):
        pen.write(talking.pk, vera, "so that the line is open, and the statement prepared")
    line_to_postgres.swallows_answers = True

    [future] = pen.put((talking.pk, vera, "once"))
    wait_until(lambda: bodies(talking)[-1] == "once")
    line_to_postgres.swallows_answers = False
    verdict = future.result(10)
    pen.stop()

    assert (verdict.verdict, verdict.position) == ("repeat", talking.length + 4)
    assert bodies(talking).count("once") == 1


def test_messages_wait_out_a_database_that_is_away(line_to_postgres, loop, talking, vera):
    pen = Pen(loop)
    line_to_postgres.away()
    futures = pen.put(*[(talking.pk, vera, f"{n}") for n in range(10)])
    time.sleep(0.3)
    assert not any(future.done() for future in futures)

    line_to_postgres.back()

    assert [future.result(10).verdict for future in futures] == ["ok"] * 10
    pen.stop()
    assert bodies(talking)[-10:] == [f"{n}" for n in range(10)]


def test_a_database_that_stays_away_gives_messages_back(line_to_postgres, loop, talking, vera, monkeypatch):
    monkeypatch.setattr(writer, "AWAY_SECONDS", 0.2)
    pen = Pen(loop)
    line_to_postgres.away()

    assert pen.write(talking.pk, vera).verdict == "busy"
    line_to_postgres.back()
    assert pen.write(talking.pk, vera).verdict == "ok"
    pen.stop()


def test_a_killed_connection_is_replaced(pen, talking, vera):
    for _ in range(5):
        assert pen.write(talking.pk, vera).verdict == "ok"
        assert kill_live_connections() >= 1
    assert pen.write(talking.pk, vera).verdict == "ok"


def test_a_stuck_conversation_keeps_nobody_else_waiting(pen, talking, requested, hold, vera):
    walter = Visitor.objects.create()
    other = requested(walter)
    before, line = talking.length, hold(talking)
    # More than one batch takes.
    stuck = pen.put(*[(talking.pk, vera, f"{n}") for n in range(writer.LARGEST_BATCH + 100)])

    began = time.monotonic()
    assert pen.write(other.pk, walter).verdict == "ok"
    took = time.monotonic() - began
    assert not any(future.done() for future in stuck)
    line.commit()

    assert [f.result(10).position for f in stuck] == list(range(before + 1, before + 1 + len(stuck)))
    assert took < 1
    assert bodies(talking)[before:] == [f"{n}" for n in range(len(stuck))]


def test_what_is_given_back_is_not_overtaken(pen, talking, hold, vera, monkeypatch):
    monkeypatch.setattr(writer, "BUSY_SECONDS", 0.4)
    line = hold(talking)
    [first] = pen.put((talking.pk, vera, "first"))
    time.sleep(0.3)
    [second] = pen.put((talking.pk, vera, "second"))

    assert first.result(5).verdict == "busy"
    line.commit()

    assert second.result(5).verdict == "busy"


def test_messages_of_one_conversation_keep_their_order_while_it_is_held_again_and_again(
    pen, talking, hold, vera
):
    before, done = talking.length, threading.Event()

    def hold_again_and_again():
        while not done.is_set():
            line = hold(talking)
            time.sleep(0.005)
            line.commit()
            line.close()

    holding = threading.Thread(target=hold_again_and_again)
    holding.start()
    futures = []
    for n in range(200):
        futures += pen.put((talking.pk, vera, f"{n}"))
        time.sleep(0.001)
    positions = [future.result(10).position for future in futures]
    done.set()
    holding.join()

    assert positions == list(range(before + 1, before + 201))


def test_stopping_writes_what_was_taken_and_takes_no_more(loop, talking, vera):
    pen = Pen(loop)
    futures = pen.put(*[(talking.pk, vera, f"{n}") for n in range(50)])
    pen.stop()

    assert [future.result(0).verdict for future in futures] == ["ok"] * 50
    assert pen.write(talking.pk, vera).verdict == "busy"


def test_stopping_does_not_wait_for_a_stuck_conversation(loop, talking, hold, vera):
    pen = Pen(loop)
    hold(talking)
    [future] = pen.put((talking.pk, vera, "stuck"))

    began = time.monotonic()
    pen.stop()

    assert future.result(0).verdict == "busy"
    assert time.monotonic() - began < 3


def test_whoever_fails_on_hearing_an_answer_keeps_it_from_nobody(pen, talking, vera):
    broken = writer.Line(talking.pk, uuid.uuid4(), "visitor", vera.pk, "broken", lambda *_: 1 / 0)
    pen.loop.do(pen.writer.write, broken)

    assert [v.verdict for v in pen.write_all((talking.pk, vera, "a"), (talking.pk, vera, "b"))] == [
        "ok",
        "ok",
    ]
    assert Message.objects.filter(body="broken").exists()


def test_a_full_queue_gives_back_at_once(pen, talking, hold, vera, monkeypatch):
    monkeypatch.setattr(writer, "LONGEST_QUEUE", 10)
    line = hold(talking)
    futures = pen.put(*[(talking.pk, vera, f"{n}") for n in range(12)])

    assert [futures[n].result(1).verdict for n in (10, 11)] == ["busy", "busy"]
    line.commit()
    assert [future.result(5).verdict for future in futures[:10]] == ["ok"] * 10
