"""How a live chat was routed, to be read as a timeline."""

import pytest

from routing.models import (
    Account,
    Because,
    CustomRule,
    FallbackMessage,
    FallbackText,
    HoursBlock,
    Method,
    Route,
)
from routing.trace import Trace


def told(live_chat):
    return [entry.words for entry in Trace(live_chat).entries]


def entry_of(live_chat, kind):
    return next(entry for entry in Trace(live_chat).entries if entry.kind == kind)


def let_run_out(live_chat, clock):
    clock.move(seconds=101)
    live_chat.expire_offer()


@pytest.fixture
def dutch(alice):
    """A rule that leads who speaks Dutch to Alice."""
    condition = {"attribute": "language", "operator": "is", "value": "nl"}
    rule = CustomRule.objects.create(
        name="Dutch", conditions={"match": "all", "groups": [{"match": "all", "conditions": [condition]}]}
    )
    rule.agents.add(alice)
    return rule


@pytest.fixture
def by_rules(db):
    return Route.objects.to(Method.CUSTOM_RULES)


def test_a_chat_that_was_accepted_is_told_from_its_request_to_its_end(ask, alice, clock):
    live_chat = ask()
    clock.move(seconds=12)
    live_chat.accept(alice)
    live_chat.end(because=Because.VISITOR)

    assert told(live_chat) == [
        "A live chat was requested, by round robin.",
        "Alice was asked.",
        "Alice accepted after 12 seconds.",
        "The visitor ended it.",
    ]


def test_each_moment_has_its_time(ask, alice, clock):
    live_chat = ask()
    clock.move(seconds=12)
    live_chat.accept(alice)
    live_chat.end(because=Because.AGENT)
    offer = live_chat.offers.get()

    times = [entry.at for entry in Trace(live_chat).entries]

    assert times == [live_chat.requested_at, offer.made_at, live_chat.accepted_at, live_chat.ended_at]


def test_who_missed_it_and_who_took_it_are_told(ask, to_sales, alice, bob, clock):
    live_chat = ask(to_sales)
    let_run_out(live_chat, clock)
    live_chat.accept(bob)

    assert told(live_chat)[1:] == [
        "Alice was asked.",
        "Alice did not accept within 100 seconds.",
        "Bob was asked.",
        "Bob accepted after 0 seconds.",
    ]


def test_an_offer_ran_out_when_its_time_was_over_not_when_that_was_noticed(ask, alice, clock):
    live_chat = ask()
    clock.move(minutes=5)
    live_chat.expire_offer()

    assert entry_of(live_chat, "expired").at == live_chat.offers.get().expires_at


def test_an_open_offer_says_until_when(ask, alice):
    live_chat = ask()

    until = live_chat.offers.get().expires_at

    assert told(live_chat)[-1] == f"Alice can accept until {until:%H:%M:%S} UTC."


def test_a_decline_is_told(ask, alice):
    live_chat = ask()
    live_chat.decline(alice)

    assert "Alice declined after 0 seconds." in told(live_chat)


def test_who_lost_the_right_meanwhile_did_not_let_a_hundred_seconds_pass(ask, alice, clock):
    live_chat = ask()
    clock.move(seconds=30)
    alice.deactivate()

    assert "Alice could no longer answer after 30 seconds." in told(live_chat)


def test_everybody_is_listed_in_turn_with_the_reason(ask, alice, bob, carol, hire, clock):
    bob.switch(available=False)
    HoursBlock.objects.create(agent=carol, weekday=0, begins="09:00", ends="17:00")
    carol.switch(available=False)
    clock.move(hours=13)
    carol.settle()
    alice.switch(available=True)
    full = hire("Dan", chat_limit=1)
    ask(Route.objects.to(Method.AGENT, agent=full))
    hire("Eve", here=False)
    hire("Gina")

    entry = entry_of(ask(), "offered")

    assert entry.words == "Alice was asked."
    assert entry.considered == [
        "Alice was asked, with 0 of 10 chats.",
        "Bob was not asked: away.",
        "Carol was not asked: outside their hours.",
        "Eve was not asked: no open page and no alerts.",
        "Gina could be asked, with 0 of 10 chats, but it was not their turn.",
        "Dan was not asked: has 1 of 1 chats.",
    ]
    assert entry.more == ""


def test_a_member_without_the_permission_is_named_too(ask, to_sales, alice, bob):
    alice.user.user_permissions.clear()

    assert (
        entry_of(ask(to_sales), "offered").considered[0]
        == "Alice was not asked: has no Live Chat permission."
    )


def test_who_was_asked_already_is_not_asked_again(ask, to_sales, alice, bob, clock):
    live_chat = ask(to_sales)
    bob.switch(available=False)
    live_chat.decline(alice)

    assert entry_of(live_chat, "nobody").considered == [
        "Bob was not asked: away.",
        "Alice was not asked: was already asked for this chat.",
    ]


def test_of_a_thousand_agents_the_first_ten_are_named_and_the_others_counted(ask, hire):
    for n in range(15):
        hire(f"Away{n}", available=False)
    last = hire("Last")
    hire("Later")

    entry = entry_of(ask(), "offered")

    assert len(entry.considered) == 11
    assert entry.considered[-1] == f"{last} was asked, with 0 of 10 chats."
    assert entry.more == "And 6 more: 5 away, 1 could be asked later."


def test_each_rule_says_why_it_matched_or_not(ask, by_rules, dutch, bob):
    CustomRule.objects.create(name="Nobody", priority=9)

    live_chat = ask(by_rules, language="nl")

    because = entry_of(live_chat, "offered").because
    assert because[0].startswith("Rule “Dutch” matched. Language is ")
    assert because[1] == "Rule “Nobody” did not match. The rule has no conditions."


def test_without_a_rule_nobody_is_asked(ask, by_rules, dutch):
    live_chat = ask(by_rules, language="fr")

    assert told(live_chat)[1:] == [
        "Nobody could be asked.",
        "No custom rule matched: the visitor read the fallback message.",
    ]


def test_who_stopped_waiting_is_told_once(ask, alice, clock):
    live_chat = ask()
    clock.move(seconds=7)
    live_chat.cancel()

    assert told(live_chat)[1:] == ["Alice was asked.", "The visitor stopped waiting."]
    assert entry_of(live_chat, "ended").because == [
        "Alice had not answered when the visitor stopped waiting after 7 seconds."
    ]


def test_an_offer_that_was_taken_back_while_the_chat_goes_on_says_just_that(ask, alice, clock):
    live_chat = ask()
    live_chat.accept(alice)
    offer = live_chat.offers.get()
    # As if something had gone wrong that is healed later.
    offer.outcome, offer.closed_at = None, None
    offer.save()
    live_chat.look_again()

    assert told(live_chat)[2] == "Alice was no longer asked after 0 seconds."


def test_a_chat_that_is_handed_back_names_both_agents(ask, alice, bob, clock):
    live_chat = ask()
    live_chat.accept(alice)
    alice.deactivate()
    live_chat.refresh_from_db()
    live_chat.accept(bob)

    assert told(live_chat)[3:] == [
        "Alice could no longer answer: somebody else was looked for.",
        "Bob was asked to take over from Alice.",
        "Bob accepted after 0 seconds.",
    ]


def test_a_visitor_who_ends_a_chat_while_somebody_is_asked_to_take_over_did_not_stop_waiting(ask, alice, bob):
    live_chat = ask()
    live_chat.accept(alice)
    alice.deactivate()
    live_chat.refresh_from_db()
    live_chat.end(because=Because.VISITOR)

    assert entry_of(live_chat, "ended").because == [
        "Bob had not answered when the chat was over after 0 seconds."
    ]
    assert live_chat.offers.latest("pk").in_words.startswith("Bob was asked to take over at ")


def test_a_chat_that_nobody_takes_over_says_so(ask, alice):
    live_chat = ask()
    live_chat.accept(alice)
    alice.deactivate()
    live_chat.refresh_from_db()

    assert told(live_chat)[3:] == [
        "Alice could no longer answer: somebody else was looked for.",
        "Nobody else could be asked.",
        "Its agent left, and nobody took over: the visitor read the fallback message.",
    ]


# Which fallback message


def test_the_standard_text_is_called_that(ask, db):
    assert entry_of(ask(), "fell-back").because == [
        "“Nobody is free right now. We will write to you at your email address.”",
        "It is the standard text for all other languages.",
    ]


def test_a_message_that_a_team_names_is_told_with_its_language(ask, to_sales, sales, alice, bob):
    alice.switch(available=False)
    bob.switch(available=False)
    message = FallbackMessage.objects.create(name="Closed")
    FallbackText.objects.create(message=message, language="nl", html="<p>Gesloten</p>")
    sales.fallback_message = message
    sales.save()

    live_chat = ask(Route.objects.get(pk=to_sales.pk), language="nl-BE")

    assert entry_of(live_chat, "fell-back").because == [
        "“Gesloten”",
        "It is “Closed”, which team “Sales” names, for nl.",
    ]

    FallbackText.objects.update(html="<p>Dicht</p>")
    assert entry_of(live_chat, "fell-back").because[-1] == "It has been rewritten since."


# How it came to the agent it has


def routed(live_chat, agent):
    live_chat.accept(agent)
    return Trace(live_chat).routed


def test_by_the_card_s_option(ask, to_sales, to_alice, alice, bob):
    assert routed(ask(), alice) == "by round robin"
    assert routed(ask(to_sales), bob) == "by round robin in team “Sales”"
    assert routed(ask(to_alice), alice) == "because the live chat card names this agent"


def test_by_a_rule(ask, by_rules, dutch, alice):
    assert routed(ask(by_rules, language="nl"), alice) == "by rule “Dutch”"


def test_what_a_visitor_says_does_not_pass_for_a_rule(ask, by_rules, dutch, alice, bob):
    dutch.priority = 2
    dutch.save()
    condition = {"attribute": "company", "operator": "is", "value": "Kern"}
    CustomRule.objects.create(
        name="Kern", conditions={"match": "all", "groups": [{"match": "all", "conditions": [condition]}]}
    )

    live_chat = ask(by_rules, language="nl", company="Rule “Owner” matched. ”")

    assert routed(live_chat, alice) == "by rule “Dutch”"


def test_by_account_routing(ask, workspace, alice, bob):
    Account.objects.create(company="Kern", domain="kern.example", agent=bob)
    workspace.account_routing = True
    workspace.save()

    live_chat = ask(email="vera@kern.example")

    assert routed(live_chat, bob) == "by account routing: Kern (kern.example) belongs to Bob"


def test_by_overflow(ask, by_rules, workspace, alice):
    workspace.overflow = True
    workspace.save()

    assert routed(ask(by_rules), alice) == "by round robin over all agents"


def test_to_take_over(ask, alice, bob):
    live_chat = ask()
    live_chat.accept(alice)
    alice.deactivate()
    live_chat.refresh_from_db()

    assert routed(live_chat, bob) == "to take over from Alice"


def test_a_chat_that_nobody_has_was_routed_to_nobody(ask, alice):
    assert Trace(ask()).routed == ""


def test_a_name_that_turns_the_direction_of_text_does_not(ask, hire):
    hire("\u202eecilA")

    assert "\N{REPLACEMENT CHARACTER}ecilA was asked." in told(ask())
