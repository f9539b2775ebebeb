from routing.models import Method, Route


def considered(live_chat):
    """The names and reasons of each decision for the chat, in order."""
    return [
        [(agent["name"], agent["passed_over"]) for agent in decision.considered]
        for decision in live_chat.decisions.all()
    ]


def test_a_decision_lists_everyone_in_turn_also_those_after_the_one_asked(ask, alice, bob, carol):
    ask()

    live_chat = ask()

    assert considered(live_chat) == [[("Bob", ""), ("Carol", ""), ("Alice", "")]]
    assert live_chat.decisions.get().offer.agent == bob


def test_a_decision_says_why_each_was_passed_over(ask, to_sales, sales, alice, bob, carol, hire):
    dan = hire("Dan", chat_limit=1)
    eve = hire("Eve")
    sales.members.set([alice, bob, carol, dan, eve])
    ask(Route.objects.to(Method.AGENT, agent=dan))
    live_chat = ask(to_sales)
    bob.user.user_permissions.clear()
    carol.switch(available=False)

    live_chat.decline(alice)

    assert considered(live_chat)[1] == [
        ("Bob", "no_permission"),
        ("Carol", "away"),
        ("Eve", ""),
        ("Dan", "full"),
        ("Alice", "already_asked"),
    ]
    assert live_chat.decisions.last().offer.agent == eve


def test_a_decision_keeps_the_load_and_the_limit_it_went_by(ask, alice, workspace):
    workspace.chats_per_agent = 4
    workspace.save()
    ask().accept(alice)
    ask()

    live_chat = ask()

    [agent] = live_chat.decisions.get().considered
    assert (agent["agent"], agent["load"], agent["limit"]) == (alice.pk, 2, 4)


def test_the_first_reason_is_the_one_that_lies_deepest(ask, to_alice, alice, hire):
    alice.chat_limit = 1
    alice.save()
    ask(to_alice)
    alice.switch(available=False)
    assert considered(ask(to_alice)) == [[("Alice", "away")]]

    alice.user.user_permissions.clear()
    assert considered(ask(to_alice)) == [[("Alice", "no_permission")]]


def test_a_request_that_finds_nobody_is_explained_too(ask, alice):
    alice.switch(available=False)

    live_chat = ask()

    decision = live_chat.decisions.get()
    assert decision.offer is None
    assert considered(live_chat) == [[("Alice", "away")]]


def test_a_second_try_that_finds_nobody_is_explained(ask, to_sales, alice, bob):
    live_chat = ask(to_sales)
    bob.switch(available=False)

    live_chat.decline(alice)

    assert live_chat.state == "fell_back"
    assert considered(live_chat)[1] == [("Bob", "away"), ("Alice", "already_asked")]


def test_a_decision_outlives_a_change_of_name(ask, alice):
    live_chat = ask()

    alice.name = "Alice Jones"
    alice.save()

    assert considered(live_chat) == [[("Alice", "")]]


def test_of_many_who_came_later_the_first_twenty_are_kept_and_the_others_counted(ask, hire):
    """A thousand names in each decision would only fill the database."""
    hire("Away", available=False)
    hire("Alice")
    for number in range(21):
        hire(f"Agent {number}")
    for number in range(3):
        hire(f"Absent {number}", here=False)

    decision = ask().decisions.get()

    names = [agent["name"] for agent in decision.considered]
    assert names == ["Away", "Alice", *[f"Agent {number}" for number in range(20)]]
    more = "3 without an open page or alerts, 1 could be asked later"
    assert decision.because[-1] == f"Later in turn came 4 more: {more}."


def test_when_nobody_can_be_asked_everybody_is_kept_with_the_reason(ask, hire):
    for number in range(25):
        hire(f"Away {number}", available=False)

    assert len(ask().decisions.get().considered) == 25
