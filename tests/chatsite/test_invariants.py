"""Each invariant is broken by hand, past every verb; it is found, and mended where that is safe."""

import logging
from datetime import timedelta

import django_rq
import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection

from chatsite import self_check
from chatsite.due import KINDS
from chatsite.invariants import IN_TIME, INVARIANTS
from chatsite.queues import BEAT
from dialogues.models import Conversation, Visitor, VisitorPresence
from notifications.models import FailedAction
from routing.models import Agent, AgentPresence, Because, LiveChat, Offer, State, Workspace

WAITS = "A live chat that waits is offered to somebody."
OFFERED_FOR_NOTHING = "A live chat that does not wait is offered to nobody."
KNOWS = "An open conversation knows what became of its live chat, and who may write."
LENGTH = "A conversation is as long as the position of its last message."
SETTLED = "Who takes chats now is what hours and switch say."
IS_SEEN = "An active live chat has an agent who can see it, or is handed back."


@pytest.fixture(autouse=True)
def meanwhile(monkeypatch):
    """What happens between the two looks of a check, which wait for nothing here."""
    happens = []
    monkeypatch.setattr(self_check, "sleep", lambda seconds: [each() for each in happens])
    return happens.append


@pytest.fixture
def wrong(db):
    """The sentences that do not hold, with the keys of the rows."""

    def wrong(*, repair=False):
        findings = self_check.check(repair=repair)
        return {each.invariant.sentence: [key for key, *_ in each.left] for each in findings if each.left}

    return wrong


@pytest.fixture
def mends(wrong):
    """Asserts that only this does not hold, and is mended."""

    def mends(sentence, row):
        assert wrong() == {sentence: [row.pk]}
        assert wrong(repair=True) == {}
        assert wrong() == {}

    return mends


def update(model, pk, sql, *values):
    """Past every verb, save and signal."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET {sql} WHERE id = %s", [*values, pk])


def test_nothing_is_wrong_where_nobody_is(wrong):
    assert wrong() == {}


def test_every_deadline_that_the_clock_keeps_is_looked_after_in_a_sentence():
    assert {kind.job.__name__ for kind in KINDS} == set(IN_TIME)
    assert len({invariant.sentence for invariant in INVARIANTS}) == len(INVARIANTS)


def test_vera_waits_and_nobody_is_asked(requested, alice, bob, mends):
    live_chat = requested().live_chat
    live_chat.offers.all().delete()

    mends(WAITS, live_chat)

    assert live_chat.offers.open().get().agent == bob


def test_vera_waits_for_nobody_and_reads_the_fallback_message(requested, alice, mends):
    conversation = requested()
    live_chat = conversation.live_chat
    update(Offer, live_chat.offers.get().pk, "outcome = 'expired', closed_at = expires_at")

    mends(WAITS, live_chat)

    live_chat.refresh_from_db()
    assert (live_chat.state, live_chat.because) == (State.FELL_BACK, Because.MISSED)
    assert conversation.messages.last().body == live_chat.fallback_message


def test_a_chat_that_was_handed_back_is_offered_to_nobody(talking, alice, bob, mends):
    alice.deactivate()
    live_chat = talking.live_chat
    live_chat.offers.open().delete()

    mends(WAITS, live_chat)

    assert live_chat.offers.open().get().agent == bob


@pytest.mark.parametrize("is_over", [True, False])
def test_a_chat_that_nobody_waits_in_takes_no_place(talking, alice, is_over, mends):
    live_chat = talking.live_chat
    if is_over:
        live_chat.end(because=Because.VISITOR)
    messages = talking.messages.count()
    update(Offer, live_chat.offers.get().pk, "outcome = NULL, closed_at = NULL")

    mends(OFFERED_FOR_NOTHING, live_chat)

    assert live_chat.offers.get().outcome == "withdrawn"
    assert talking.messages.count() == messages


def test_an_offer_is_open_when_its_time_is_up(requested, alice, bob, clock, wrong):
    live_chat = requested().live_chat
    clock.move(seconds=103)
    assert wrong() == {}

    clock.move(seconds=3)

    assert wrong() == {IN_TIME["expire_offer"]: [live_chat.pk]}
    assert wrong(repair=True) == {}
    live_chat.refresh_from_db()
    assert live_chat.state == State.FELL_BACK


def test_alice_may_not_answer_any_more_and_nobody_has_noticed(talking, alice, bob, clock, mends):
    clock.move(seconds=10)
    alice.user.user_permissions.clear()

    mends(IS_SEEN, talking.live_chat)

    assert talking.live_chat.offers.open().get().agent == bob
    talking.refresh_from_db()
    assert talking.live_agent is None


def test_vera_stands_on_a_live_chat_card_and_nobody_was_asked_for(requested, alice, mends):
    conversation = requested()
    update(
        Conversation, conversation.pk, "live_chat_id = NULL, started_at = started_at - interval '1 minute'"
    )
    conversation.live_chat.cancel()

    mends(IN_TIME["request_live_chat"], conversation)

    conversation.refresh_from_db()
    assert conversation.live_chat.offers.open().get().agent == alice


def test_a_quiet_chat_is_looked_at_by_nobody(talking, clock, mends):
    clock.move(minutes=11)

    mends(IN_TIME["end_if_idle"], talking)

    talking.refresh_from_db()
    assert talking.live_chat.because == Because.IDLE


def test_people_who_are_gone_are_taken_to_be_there(vera, alice, clock, wrong):
    long_ago = clock() - timedelta(minutes=1)
    VisitorPresence.objects.create(visitor=vera, until=long_ago)
    AgentPresence.objects.filter(agent=alice).update(until=long_ago)

    assert wrong() == {
        IN_TIME["end_visitor_presence"]: [vera.pk],
        IN_TIME["end_agent_presence"]: [alice.pk],
    }
    assert wrong(repair=True) == {}


def test_midnight_passes_and_alice_is_not_settled(alice, clock, mends):
    clock.move(hours=12, minutes=1)

    mends(IN_TIME["settle_agent"], alice)

    alice.refresh_from_db()
    assert alice.switched == ""


def test_mail_has_some_minutes(requested, max, alice, clock, wrong, mailoutbox):
    requested().live_chat.decline(alice)
    clock.move(minutes=4)
    assert wrong() == {}

    clock.move(minutes=2)

    assert wrong() == {IN_TIME["send_failed_action"]: [FailedAction.objects.get().pk]}
    assert wrong(repair=True) == {}
    assert len(mailoutbox) == 2


@pytest.mark.parametrize(
    ("sql", "live_agent"), [("live_agent_id = NULL", "Alice"), ("look_at = NULL", "Alice")]
)
def test_alice_accepted_and_the_conversation_does_not_know(talking, sql, live_agent, mends):
    update(Conversation, talking.pk, sql)

    mends(KNOWS, talking)

    talking.refresh_from_db()
    assert talking.live_agent.name == live_agent
    assert talking.look_at


def test_bob_may_write_in_alice_s_chat(talking, bob, mends):
    update(Conversation, talking.pk, "live_agent_id = %s", bob.pk)

    mends(KNOWS, talking)

    talking.refresh_from_db()
    assert talking.live_agent.name == "Alice"


def test_alice_may_write_before_she_has_accepted(requested, alice, mends):
    conversation = requested()
    update(Conversation, conversation.pk, "live_agent_id = %s", alice.pk)

    mends(KNOWS, conversation)

    conversation.refresh_from_db()
    assert conversation.live_agent is None


def test_alice_may_write_where_nobody_was_asked_for(talk_to_sales, vera, alice, mends):
    conversation = Conversation.start(vera, talk_to_sales)
    update(Conversation, conversation.pk, "live_agent_id = %s", alice.pk)

    mends(KNOWS, conversation)

    conversation.refresh_from_db()
    assert conversation.live_agent is None


def test_alice_may_write_after_her_chat_was_handed_back(talking, alice, bob, mends):
    alice.deactivate()
    update(Conversation, talking.pk, "live_agent_id = %s", alice.pk)

    mends(KNOWS, talking)

    talking.refresh_from_db()
    assert talking.live_agent is None


@pytest.mark.parametrize("fell_back", [True, False])
def test_the_chat_is_over_and_vera_still_waits_for_an_answer(requested, alice, fell_back, mends):
    conversation = requested()
    if not fell_back:
        conversation.live_chat.accept(alice)
    over = {True: ("fell_back", "missed"), False: ("ended", "agent")}[fell_back]
    update(LiveChat, conversation.live_chat.pk, "state = %s, because = %s, ended_at = now()", *over)
    conversation.live_chat.offers.update(outcome="expired", closed_at=conversation.started_at)

    mends(KNOWS, conversation)

    conversation.refresh_from_db()
    assert conversation.ended_at


def test_a_conversation_that_ended_too_early_is_for_a_person_to_look_at(talking, wrong):
    update(Conversation, talking.pk, "ended_at = now(), look_at = NULL, live_agent_id = NULL")

    sentence = "A conversation does not end before its live chat."
    assert wrong() == wrong(repair=True) == {sentence: [talking.pk]}


@pytest.mark.parametrize("sql", ["length = length + 1", "length = length - 1"])
def test_a_length_that_is_no_position_is_for_a_person_to_look_at(talking, sql, wrong):
    update(Conversation, talking.pk, sql)

    assert wrong() == wrong(repair=True) == {LENGTH: [talking.pk]}


@pytest.mark.parametrize(
    "sql",
    [
        "available_from = NULL, available_until = NULL, settle_at = NULL",
        "available_until = available_until + interval '2 hours', settle_at = settle_at + interval '2 hours'",
        "settle_at = NULL",
    ],
)
def test_what_was_settled_is_not_what_the_switch_says(alice, bob, sql, mends):
    before = Agent.objects.values(*Agent.FIELDS).get(pk=alice.pk)
    update(Agent, alice.pk, sql)

    mends(SETTLED, alice)

    assert Agent.objects.values(*Agent.FIELDS).get(pk=alice.pk) == before


def test_hours_without_an_end_are_settled_from_day_to_day(alice, clock, wrong):
    for weekday in range(7):
        alice.hours_blocks.create(weekday=weekday, begins="00:00", ends="00:00")
    alice.settle()

    for _ in range(3):
        clock.move(days=3)
        assert wrong(repair=True) == {}


@pytest.fixture
def ask_alice(alice, talk_to_sales, round_robin, clock):
    """Offers Alice so many chats, if need be past what any verb would."""

    def ask_alice(count, *, past_the_limit=False):
        for _ in range(count):
            key, now = Visitor.objects.create().key, clock()
            if past_the_limit:
                live_chat = LiveChat.objects.create(visitor_key=key, route=round_robin, requested_at=now)
                live_chat.offers.create(agent=alice, made_at=now, expires_at=now + timedelta(seconds=100))
            else:
                LiveChat.request(visitor_key=key, route=round_robin, attributes={})

    return ask_alice


def test_eleven_chats_are_for_a_person_to_look_at(alice, ask_alice, wrong):
    ask_alice(10)
    ask_alice(1, past_the_limit=True)

    assert wrong(repair=True) == {
        "Nobody has more than 10 chats.": [alice.pk],
        "Nobody has more chats than their limit.": [alice.pk],
    }


def test_a_limit_below_what_alice_has_is_a_notice_and_no_fault(alice, ask_alice, capsys):
    ask_alice(3)
    Workspace.objects.update(chats_per_agent=2)

    call_command("check_invariants")

    assert (
        f"notice   Nobody has more chats than their limit. Not so: agent {alice.pk}."
        in capsys.readouterr().out
    )


# What is under way is no fault


def test_what_the_clock_does_between_the_two_looks_is_no_fault(talking, alice, bob, clock, wrong, meanwhile):
    clock.move(seconds=10)
    alice.user.user_permissions.clear()
    meanwhile(LiveChat.objects.get(pk=talking.live_chat_id).hand_back)

    assert wrong() == {}


def test_a_row_that_is_another_case_at_the_second_look_is_no_fault(vera, clock, wrong, meanwhile):
    """Vera's line has failed, she has come back, and it has failed again."""
    until = clock() - timedelta(seconds=30)
    presence = VisitorPresence.objects.create(visitor=vera, until=until)
    meanwhile(
        lambda: VisitorPresence.objects.filter(pk=presence.pk).update(until=until + timedelta(seconds=9))
    )

    assert wrong() == {}


def test_a_repair_for_nothing_changes_nothing(talking, requested, alice, bob, clock):
    """Each, of each row, as when two check at once."""
    requested(Visitor.objects.create())
    AgentPresence.objects.filter(agent=bob).update(until=clock() + timedelta(seconds=1))

    def everything():
        models = (LiveChat, Offer, Conversation, VisitorPresence, AgentPresence)
        return [list(model.objects.order_by("pk").values()) for model in models]

    before, settled = everything(), Agent.objects.order_by("pk").values(*Agent.FIELDS)
    settled_before = list(settled)
    for live_chat in LiveChat.objects.all():
        live_chat.look_again()
    for conversation in Conversation.objects.all():
        conversation.catch_up()

    assert everything() == before
    assert list(settled.all()) == settled_before


# Who is told


def test_the_command_has_a_line_each_and_fails_while_something_is_wrong(talking, capsys):
    call_command("check_invariants")
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["ok"] * len(INVARIANTS)
    update(Conversation, talking.pk, "look_at = NULL")

    with pytest.raises(SystemExit) as failed:
        call_command("check_invariants")
    assert failed.value.code == 1
    assert f"wrong    {KNOWS} Not so: conversation {talking.pk}.\n" in capsys.readouterr().out

    call_command("check_invariants", repair=True)
    assert f"repaired {KNOWS} Repaired: conversation {talking.pk}.\n" in capsys.readouterr().out


@pytest.fixture
def forget():
    """Nobody knows what was found before. As far as Redis knows, a clock runs."""
    redis = django_rq.get_connection("deadlines")
    redis.delete(self_check.FOUND)
    redis.set(BEAT, "now", ex=30)
    yield
    redis.delete(self_check.FOUND, BEAT)


def test_a_fault_is_named_and_takes_nobody_out_of_rotation(talking, client, forget, caplog):
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["data"]) == (200, "not checked")
    update(Conversation, talking.pk, "length = length + 1")

    self_check.check_and_report()

    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["data"]) == (200, "degraded")
    assert answer.json()["faults"] == [f"{LENGTH} Not so: 1."]
    assert f"conversation {talking.pk}. To look, and to try again: manage.py check_invariants" in caplog.text


def test_what_was_mended_is_logged_and_all_is_well(talking, client, forget, caplog):
    update(Conversation, talking.pk, "live_agent_id = NULL")

    self_check.check_and_report()

    assert client.get("/health/ready").json()["data"] == "ok"
    assert f"{KNOWS} Repaired: conversation {talking.pk}." in caplog.text


def test_a_check_that_finds_nothing_says_nothing(talking, client, forget, caplog):
    caplog.set_level(logging.INFO)

    self_check.check_and_report()

    assert client.get("/health/ready").json()["data"] == "ok"
    assert not [record for record in caplog.records if record.name == self_check.__name__]


def test_one_row_that_cannot_be_mended_keeps_no_other_from_it(talking, requested, alice, bob, wrong):
    broken, healthy = talking, requested(Visitor.objects.create())
    healthy.live_chat.accept(bob)
    update(Conversation, broken.pk, "live_agent_id = NULL, length = 0")
    update(Conversation, healthy.pk, "live_agent_id = NULL")

    left = wrong(repair=True)

    assert left[KNOWS] == [broken.pk]
    healthy.refresh_from_db()
    assert healthy.live_agent == bob


def test_who_may_answer_again_has_lost_nothing(talking, alice, clock, wrong, meanwhile):
    clock.move(seconds=10)
    permission = Permission.objects.get(codename="receive_live_chats")
    alice.user.user_permissions.clear()
    meanwhile(lambda: alice.user.user_permissions.add(permission))

    assert wrong(repair=True) == {}
    talking.refresh_from_db()
    assert talking.live_agent == alice
