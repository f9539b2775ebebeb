"""Two tabs, or one impatient finger: what arrives within the same fifty milliseconds."""

from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client

from dialogues.models import Conversation, Visitor
from routing.models import LiveChat
from tests.dialogues.conftest import Widget, hidden_fields

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(count, act):
    """Runs `act` with the numbers up to `count` in threads that start together, and returns what each gave."""
    barrier, results = Barrier(count), [None] * count

    def run(number):
        barrier.wait()
        try:
            results[number] = act(number)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def tabs(widget, talk_to_sales):
    """Frames in tabs of one browser, which share the token that the first was given."""
    widget.get()
    return [Widget(Client(), widget.token) for _ in range(6)]


@pytest.mark.parametrize("given", ["yes", "no"])
def test_the_first_answers_of_two_tabs_begin_one_conversation(tabs, given):
    for _ in range(3):
        begun = Conversation.objects.count()
        shown = [hidden_fields(tab.get("chat/?fresh").text) for tab in tabs]

        responses = at_once(
            6,
            lambda number: tabs[number].post("answer", **shown[number], given=given),  # noqa: B023
        )

        assert [response.status_code for response in responses] == [200] * 6
        assert Conversation.objects.count() == begun + 1
        assert Visitor.objects.count() == 1
        newest = Conversation.objects.order_by("-pk").first()
        answers = newest.messages.filter(author="visitor")
        assert answers.count() == 1
        tabs[0].post("end", conversation=newest.pk)


def test_the_last_answers_of_two_tabs_ask_for_one_agent(tabs, hire):
    hire("Alice")
    tabs[0].answer("talk", "yes")
    tabs[0].answer("name", "Vera")
    shown = hidden_fields(tabs[0].get().text)

    responses = at_once(6, lambda number: tabs[number].post("answer", **shown, given="vera@kern.example"))

    assert [response.status_code for response in responses] == [200] * 6
    assert LiveChat.objects.count() == 1
    assert Conversation.objects.get().live_chat == LiveChat.objects.get()


def test_who_answers_and_ends_at_once_gets_one_of_both(tabs):
    for _ in range(5):
        tabs[0].post("answer", **hidden_fields(tabs[0].get("chat/?fresh").text), given="yes")
        conversation = Conversation.objects.open().get()
        shown = hidden_fields(tabs[0].get().text)

        responses = at_once(
            2,
            lambda number: (
                tabs[0].post("answer", **shown, given="Vera")  # noqa: B023
                if number
                else tabs[1].post("end", conversation=conversation.pk)  # noqa: B023
            ),
        )

        assert [response.status_code for response in responses] == [200, 200]
        conversation.refresh_from_db()
        assert conversation.ended_at
