"""Nothing stays torn: whatever is cut short, raced or overheard, everybody who waits is asked for or told."""

import re
from contextlib import contextmanager
from datetime import timedelta

import django_rq
import pytest
from django.apps import apps
from django.db import OperationalError, connection
from django.test import Client

from chatsite import self_check
from chatsite.due import KINDS, Lookout
from dialogues.live import hub
from dialogues.models import Conversation, Visitor
from routing.models import Agent, Because, LiveChat, Offer, State, TooLate
from tests.product import wait_until
from tests.racing import TIMES, at_every_pause, chances

HUNDRED_SECONDS = timedelta(seconds=100)
BANNER = re.compile(r'offer="(\d+)" count="(\d+)"')


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """A second look comes right after the first: what verbs leave to each other must not even be seen once."""
    monkeypatch.setattr(self_check, "sleep", lambda seconds: None)


def faults(*, repair=False):
    return [str(finding) for finding in self_check.check(repair=repair) if finding.left]


def everything():
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for app in ("routing", "dialogues", "notifications")
        for model in apps.get_app_config(app).get_models()
    }


def newest():
    """As another process would load it."""
    return Conversation.objects.select_related("live_chat").latest("pk")


OFTEN = {"request", "accept", "hand_back"}
VERBS = {
    "request": lambda: Conversation.objects.latest("pk").request_live_chat(),
    "accept": lambda: newest().live_chat.accept(Agent.objects.get(name="Alice")),
    "decline": lambda: newest().live_chat.decline(Agent.objects.get(name="Alice")),
    "expire_offer": lambda: newest().live_chat.expire_offer(),
    "cancel": lambda: newest().live_chat.cancel(),
    "end": lambda: newest().live_chat.end(because=Because.AGENT),
    "hand_back": lambda: newest().live_chat.hand_back(),
    "look_again": lambda: newest().live_chat.look_again(),
    "catch_up": lambda: newest().catch_up(),
    "end_if_idle": lambda: newest().end_if_idle(),
}


@pytest.fixture
def begin(talk_to_sales, alice, bob, clock):
    """Sets the scene for a verb, with another visitor each time."""

    def begin(verb):
        close_everything()
        Agent.objects.update(last_asked_at=None)
        Agent.objects.filter(name="Bob").update(last_asked_at=clock())
        alice.user.user_permissions.set(bob.user.user_permissions.all())
        conversation = Conversation.start(Visitor.objects.create(), talk_to_sales)
        conversation.answer("talk", "yes")
        conversation.answer("name", "Vera")
        conversation.answer("mail", "vera@kern.example")
        if verb == "request":
            return
        conversation.request_live_chat()
        if verb == "expire_offer":
            Offer.objects.open().update(made_at=clock() - 2 * HUNDRED_SECONDS, expires_at=clock())
        elif verb == "look_again":
            Offer.objects.open().delete()
        if verb in ("end", "hand_back", "catch_up", "end_if_idle"):
            conversation.live_chat.accept(alice)
        if verb == "hand_back":
            alice.user.user_permissions.clear()
        elif verb == "catch_up":
            Conversation.objects.filter(pk=conversation.pk).update(live_agent=None)
        elif verb == "end_if_idle":
            LiveChat.objects.filter(conversation=conversation).update(
                accepted_at=clock() - 10 * HUNDRED_SECONDS
            )
            Conversation.objects.filter(pk=conversation.pk).update(look_at=clock())

    return begin


def close_everything():
    for live_chat in LiveChat.objects.filter(state=State.OFFERED):
        live_chat.look_again()
        live_chat.refresh_from_db()
        if live_chat.state == State.OFFERED:
            live_chat.cancel()
    for live_chat in LiveChat.objects.filter(state=State.ACTIVE):
        live_chat.end(because=Because.VISITOR)
    for conversation in Conversation.objects.open():
        conversation.close()


@contextmanager
def cut_after(statements):
    """The line to the database is cut after so many statements, as when the server is killed. Gives how many came."""
    came = []

    def cut(execute, sql, *rest):
        if len(came) == statements:
            connection.connection.close()
        came.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(cut):
        yield came


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "verb", [verb if verb in OFTEN else pytest.param(verb, marks=pytest.mark.long_form) for verb in VERBS]
)
def test_a_server_that_is_killed_between_two_writes_leaves_all_or_nothing(verb, begin):
    """P34."""
    for statements in range(200):
        begin(verb)
        before = everything()
        try:
            with cut_after(statements) as came:
                VERBS[verb]()
        except OperationalError:
            connection.close()
            assert everything() == before, came[-1]
        else:
            # All that was left to do was to tell, which may be lost.
            connection.close()
            break
    assert everything() != before
    assert statements > 3
    assert faults() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "verb",
    [
        verb if verb in OFTEN else pytest.param(verb, marks=pytest.mark.long_form)
        for verb in ["request", "accept", "expire_offer", "hand_back", "end", "catch_up"]
    ],
)
def test_a_check_between_any_two_statements_raises_no_false_alarm(verb, begin):
    """Beside a verb it sees what was, or what is; and to mend then changes nothing."""
    broken_on_purpose = verb == "catch_up"

    def check(scene):
        return faults(repair=not broken_on_purpose)

    rounds = 0
    for _, _, found in at_every_pause(lambda scene: VERBS[verb](), check, begin=lambda: begin(verb)):
        assert found == [] or broken_on_purpose
        assert faults() == []
        rounds += 1
    assert rounds > 3


def do_what_is_due():
    """As the clock has it done."""
    for kind in KINDS:
        for key in list(kind.due().values_list(kind.key, flat=True)):
            kind.job(key)


@pytest.fixture
def a_busy_day(talk_to_sales, alice, bob, carol, clock):
    """Does so many things in any order that people do; yields after each."""

    def a_busy_day(steps, chance):
        for _ in range(steps):
            live_chats = list(LiveChat.objects.filter(state__in=[State.OFFERED, State.ACTIVE]))
            agent = chance.choice([alice, bob, carol])
            try:
                match chance.choice(
                    ["ask", "ask", "accept", "accept", "decline", "end", "cancel", "late", "switch"]
                ):
                    case "ask":
                        conversation = Conversation.start(Visitor.objects.create(), talk_to_sales)
                        conversation.answer("talk", "yes")
                        conversation.answer("name", "Vera")
                        conversation.answer("mail", "vera@kern.example")
                        conversation.request_live_chat()
                    case "accept":
                        chance.choice(live_chats or [LiveChat(pk=0)]).accept(agent)
                    case "decline":
                        chance.choice(live_chats or [LiveChat(pk=0)]).decline(agent)
                    case "end":
                        chance.choice(live_chats or [LiveChat(pk=0)]).end(because=Because.VISITOR)
                    case "cancel":
                        chance.choice(live_chats or [LiveChat(pk=0)]).cancel()
                    case "late":
                        clock.move(seconds=100)
                        do_what_is_due()
                    case "switch":
                        agent.switch(available=chance.random() < 0.7)
            except (TooLate, LiveChat.DoesNotExist):
                pass
            yield

    return a_busy_day


def test_after_a_busy_day_nothing_is_wrong(a_busy_day):
    for _ in a_busy_day(60 * TIMES, chances()):
        pass

    assert LiveChat.objects.count() > 5
    assert faults() == []


def test_whoever_is_asked_sees_it_though_no_news_arrives(a_busy_day, alice, bob, carol):
    """P33: nobody hears any news here. The pane shows the oldest offer and how many there are, and the beat says
    whenever that is something else."""
    browsers, shown = {}, {}
    for agent in (alice, bob, carol):
        browsers[agent.pk] = Client()
        browsers[agent.pk].force_login(agent.user)
        shown[agent.pk] = [], hub.revision("agent", agent.pk)

    for _ in a_busy_day(40 * TIMES, chances()):
        for pk, browser in browsers.items():
            revision = hub.revision("agent", pk)
            banner = BANNER.findall(browser.get("/inbox/offers/").content.decode())
            waiting = Offer.objects.answerable().filter(agent=pk).values_list("pk", flat=True)
            assert banner == [(str(key), str(len(waiting))) for key in waiting[:1]]
            before, revision_before = shown[pk]
            assert banner == before or revision != revision_before
            shown[pk] = banner, revision

    assert Offer.objects.count() > 5


def test_who_asked_while_nobody_was_there_is_in_no_limbo(requested, hire, clock):
    """P36: they have the fallback message; who asks when Alice has come is offered to her."""
    alice = hire("Alice", available=False)
    early = [requested(Visitor.objects.create()) for _ in range(3)]

    alice.switch(available=True)
    late = requested(Visitor.objects.create())

    for conversation in early:
        conversation.refresh_from_db()
        assert conversation.live_chat.state == State.FELL_BACK
        assert conversation.messages.last().body == conversation.live_chat.fallback_message
        assert conversation.ended_at
    assert late.live_chat.offers.open().get().agent == alice
    assert faults() == []
    again = requested(Visitor.objects.get(pk=early[0].visitor_id))
    assert again.live_chat.offers.open().get().agent == alice


def test_a_clock_has_it_checked_once_a_minute_by_a_worker_and_two_clocks_do_no_more(
    product, talking, settings
):
    redis = django_rq.get_connection("deadlines")
    redis.delete("parley:check", self_check.FOUND)
    settings.SELF_CHECK_SECONDS = 60
    Conversation.objects.filter(pk=talking.pk).update(live_agent=None)

    Lookout().look()
    assert 50 < redis.ttl("parley:check") <= 60
    redis.expire("parley:check", 30)
    for another in (Lookout(), Lookout()):
        another.look()
        another.look()

    try:
        wait_until(lambda: redis.get(self_check.FOUND), failing=product.why_not)
        assert Conversation.objects.get(pk=talking.pk).live_agent
        assert redis.ttl("parley:check") <= 30, "Another clock has asked for it too."
        assert product.why_not().count(f"Repaired: conversation {talking.pk}.") == 1
        assert "check_invariants" not in str(django_rq.get_queue("default").get_job_ids())
    finally:
        redis.delete("parley:check", self_check.FOUND)
