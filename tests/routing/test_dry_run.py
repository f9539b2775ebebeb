"""The routing is tried before it is used: the very code decides, and nothing of it is left."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from routing.dry_run import ByHand, DryRun, Hand
from routing.models import (
    Account,
    CustomRule,
    FallbackMessage,
    FallbackText,
    HoursBlock,
    LiveChat,
    Method,
    Offer,
    Route,
)

WEDNESDAY = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def office_hours():
    """Nine to five on every day, by UTC."""

    def office_hours(agent, begins="09:00", ends="17:00"):
        for weekday in range(7):
            HoursBlock.objects.create(agent=agent, weekday=weekday, begins=begins, ends=ends)
        agent.switch(available=True)
        agent.settle()

    return office_hours


def words(run):
    return [entry.words for entry in run.entries]


def test_who_is_asked_first_and_then_until_the_fallback_message(to_sales, alice, bob):
    run = DryRun(to_sales, attributes={})

    assert run.asked == ["Alice", "Bob"]
    assert words(run) == [
        "A live chat was requested, by round robin in team “Sales”.",
        "Alice was asked.",
        "Alice did not accept within 100 seconds.",
        "Bob was asked.",
        "Bob did not accept within 100 seconds.",
        "Nobody else could be asked.",
        "Nobody accepted: the visitor read the fallback message.",
    ]
    assert run.live_chat.fallback_message.startswith("Nobody is free right now.")


def test_it_takes_as_long_as_it_would(to_sales, alice, bob):
    moment = WEDNESDAY + timedelta(hours=1)

    run = DryRun(to_sales, attributes={}, moment=moment)

    times = [round((entry.at - moment).total_seconds()) for entry in run.entries]

    assert times == [0, 0, 100, 100, 200, 200, 200]


def test_what_it_says_is_what_happens(ask, to_sales, alice, bob, carol, clock):
    run = DryRun(to_sales, attributes={})

    live_chat = ask(to_sales)
    for _ in range(2):
        clock.move(seconds=101)
        live_chat.expire_offer()

    assert run.asked == [offer.agent.name for offer in live_chat.offers.order_by("pk")]
    assert (run.live_chat.state, run.live_chat.because) == (live_chat.state, live_chat.because)


def test_it_leaves_no_row_no_mail_and_no_news(
    to_sales, alice, bob, carol, workspace, ask, everything, max, django_capture_on_commit_callbacks
):
    ask().accept(alice)
    ask()
    before = everything()

    with django_capture_on_commit_callbacks() as news:
        DryRun(
            to_sales,
            attributes={"email": "vera@kern.example"},
            moment=WEDNESDAY + timedelta(days=3),
            by_hand={
                alice.pk: ByHand(Hand.AVAILABLE, 0),
                bob.pk: ByHand(Hand.AVAILABLE, 7),
                carol.pk: ByHand(Hand.AWAY),
            },
            others=Hand.AVAILABLE,
        )

    assert everything() == before
    assert news == []
    assert mail.outbox == []


def test_it_leaves_nothing_when_it_breaks(to_sales, alice, everything):
    before = everything()

    with pytest.raises(TypeError):
        DryRun(to_sales, attributes={"email": object()})

    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_nothing_is_left_either(to_sales, alice, bob, everything):
    before = everything()

    run = DryRun(to_sales, attributes={}, by_hand={alice.pk: ByHand(Hand.AWAY)})

    assert run.asked == ["Bob"]
    assert everything() == before
    assert not connection.in_atomic_block


def test_an_option_that_nobody_has_named_yet_can_be_tried(sales, alice, bob):
    run = DryRun(Route(method=Method.TEAM, team=sales), attributes={})

    assert run.asked == ["Alice", "Bob"]
    assert not Route.objects.exists()


# States by hand


def test_who_is_said_to_be_away_is_passed_over(to_sales, alice, bob):
    run = DryRun(to_sales, attributes={}, by_hand={alice.pk: ByHand(Hand.AWAY)})

    assert run.asked == ["Bob"]
    assert "Alice was not asked: away." in run.entries[1].considered


def test_who_is_said_to_be_available_is_asked_also_without_an_open_page(round_robin, hire):
    dan = hire("Dan", available=False, here=False)

    assert DryRun(round_robin, attributes={}).asked == []
    assert DryRun(round_robin, attributes={}, by_hand={dan.pk: ByHand(Hand.AVAILABLE)}).asked == ["Dan"]


def test_everybody_else_can_be_set_at_once(to_sales, alice, bob):
    by_hand = {bob.pk: ByHand(Hand.AVAILABLE)}

    assert DryRun(to_sales, attributes={}, others=Hand.AWAY).asked == []
    assert DryRun(to_sales, attributes={}, others=Hand.AWAY, by_hand=by_hand).asked == ["Bob"]


def test_who_is_said_to_be_full_is_passed_over(to_sales, alice, bob):
    run = DryRun(to_sales, attributes={}, by_hand={alice.pk: ByHand(chats=10)})

    assert run.asked == ["Bob"]
    assert "Alice was not asked: has 10 of 10 chats." in run.entries[1].considered


def test_who_is_full_can_be_said_to_have_room(ask, to_sales, hire, sales):
    dan = hire("Dan", chat_limit=2)
    sales.members.set([dan])
    ask(to_sales).accept(dan)
    ask(to_sales)
    assert DryRun(to_sales, attributes={}).asked == []

    run = DryRun(to_sales, attributes={}, by_hand={dan.pk: ByHand(chats=0)})

    assert run.asked == ["Dan"]
    assert run.entries[1].considered == ["Dan was asked, with 0 of 2 chats."]


def test_chats_by_hand_are_no_engagements(round_robin, select, alice, hire):
    select.engagement_limit = 1
    select.save()

    run = DryRun(round_robin, attributes={}, by_hand={alice.pk: ByHand(chats=3)})

    assert run.asked == ["Alice"]


def test_a_plan_that_is_used_up_stays_used_up(ask, round_robin, select, alice):
    select.engagement_limit = 1
    select.save()
    ask().accept(alice)

    run = DryRun(round_robin, attributes={}, by_hand={alice.pk: ByHand(chats=3)})

    assert run.asked == []
    assert run.entries[1].because == ["The Select plan's 1 engagements are used up."]


# Another moment


def test_hours_are_those_of_the_moment(round_robin, alice, bob, office_hours):
    office_hours(alice)
    office_hours(bob, begins="18:00", ends="22:00")
    bob.switch(available=False)

    evening = DryRun(round_robin, attributes={}, moment=WEDNESDAY + timedelta(days=2, hours=7))

    assert evening.asked == ["Bob"]
    assert "Alice was not asked: outside their hours." in evening.entries[1].considered
    assert DryRun(round_robin, attributes={}).asked == ["Alice"]


def test_a_switch_does_not_last_for_days(round_robin, alice, office_hours):
    office_hours(alice)
    alice.switch(available=False)

    assert DryRun(round_robin, attributes={}).asked == []
    assert DryRun(round_robin, attributes={}, moment=WEDNESDAY + timedelta(days=1)).asked == ["Alice"]


def test_hours_that_end_while_somebody_is_asked_have_ended_for_the_next(to_sales, alice, bob, office_hours):
    office_hours(alice)
    office_hours(bob)

    run = DryRun(to_sales, attributes={}, moment=WEDNESDAY + timedelta(days=1, hours=4, minutes=59))

    assert run.asked == ["Alice"]
    assert run.entries[3].considered[0] == "Bob was not asked: outside their hours."


def test_who_has_no_page_open_now_may_have_one_then(round_robin, hire, office_hours):
    dan = hire("Dan", here=False)
    office_hours(dan)

    assert DryRun(round_robin, attributes={}).asked == []
    assert DryRun(round_robin, attributes={}, moment=WEDNESDAY + timedelta(days=1)).asked == ["Dan"]


# What is known, and what is read


def test_rules_and_accounts_go_by_what_is_given(workspace, alice, bob, carol):
    workspace.account_routing = True
    workspace.save()
    Account.objects.create(company="Kern", domain="kern.example", agent=carol)
    condition = {"attribute": "language", "operator": "is", "value": "nl"}
    rule = CustomRule.objects.create(
        name="Dutch", conditions={"match": "all", "groups": [{"match": "all", "conditions": [condition]}]}
    )
    rule.agents.add(bob)
    by_rules = Route(method=Method.CUSTOM_RULES)

    assert DryRun(by_rules, attributes={"language": "nl"}).asked == ["Bob"]
    assert DryRun(by_rules, attributes={"language": "fr"}).asked == []
    both = DryRun(by_rules, attributes={"language": "nl", "email": "v@kern.example"})
    assert both.asked == ["Carol", "Bob"]


def test_the_fallback_message_is_told_in_the_visitor_s_language(round_robin):
    message = FallbackMessage.objects.create(name="Closed")
    FallbackText.objects.create(message=message, html="<p>Closed</p>")
    FallbackText.objects.create(message=message, language="nl", html="<p>Gesloten</p>")

    run = DryRun(round_robin, attributes={"language": "nl"}, fallback=message)

    assert run.live_chat.fallback_message == "Gesloten"
    assert run.entries[-1].because[-1] == "It is “Closed”, which the dialogue names, for nl."


def test_more_agents_take_no_more_questions(round_robin, hire):
    counts = []
    for _ in range(2):
        for n in range(15):
            hire(f"A{len(counts)}{n:02}")
        with CaptureQueriesContext(connection) as questions:
            run = DryRun(round_robin, attributes={}, moment=WEDNESDAY, others=Hand.AVAILABLE)
        counts.append(len(questions))

    assert run.asked == ["A000"]
    assert counts[0] == counts[1]
    assert LiveChat.objects.count() == Offer.objects.count() == 0
