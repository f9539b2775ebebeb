"""Versions of a stream: what changed, going back, taking it off the site, and publishing it later."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from dialogues.cards import CaptureCard, MessageCard
from dialogues.difference import difference
from dialogues.document import Branch, Document, LiveChatCard, QuestionCard, Response
from dialogues.jobs import publish_stream
from dialogues.models import Conversation, Dialogue, Stream

NAMES = {"route": {1: "round robin", 2: "agent “Alice”"}, "flow": {}, "goal": {}, "pdf": {}}
HELLO = MessageCard(id="hello", text="Hello")
LAMPS = MessageCard(id="lamps", text="We sell lamps")
THANKS = Branch(cards=[MessageCard(id="thanks", text="Thanks")])


def document(*cards, question="Talk?", yes="Yes", route=1, follow=()):
    branch = Branch(cards=list(follow), end=LiveChatCard(id="chat", route=route))
    responses = [Response(id="yes", text=yes, branch=branch), Response(id="no", text="No", branch=THANKS)]
    return Document(
        start=Branch(cards=list(cards), end=QuestionCard(id="q", text=question, responses=responses))
    )


def changes(before, after):
    return [
        (change.what, change.card_id, *change.details) for change in difference(before, after, names=NAMES)
    ]


@pytest.fixture
def draft(publish, round_robin):
    """Version 1 says Hello; the draft of version 2 says it sells lamps as well."""
    live = publish(document(HELLO, route=round_robin.pk))
    draft = Stream.draft_of(live.dialogue)
    draft.write(document(HELLO, LAMPS, route=round_robin.pk))
    return draft


@pytest.fixture
def page(client, max, draft):
    client.force_login(max)
    path = reverse("admin:dialogues_dialogue_versions", args=[draft.dialogue_id])
    return lambda do=None, **data: client.post(path, {"do": do, **data}) if do else client.get(path, data)


# What changed


def test_nothing_changed():
    assert changes(document(HELLO), document(HELLO)) == []


def test_a_card_came_and_one_went():
    assert changes(document(HELLO), document(LAMPS)) == [("added", "lamps"), ("removed", "hello")]


def test_a_card_was_moved_and_the_other_only_made_way():
    assert changes(document(HELLO, LAMPS), document(follow=[HELLO])) == [
        ("moved", "hello"),
        ("removed", "lamps"),
    ]


def test_what_a_card_says_now_stands_beside_what_it_said():
    assert changes(document(HELLO), document(HELLO, question="Well?")) == [
        ("changed", "q", ("says", "Talk?", "Well?"))
    ]


def test_responses_and_routes_are_told_in_words():
    assert changes(document(), document(yes="Gladly", route=2)) == [
        ("changed", "q", ("responses", "Yes / No", "Gladly / No")),
        ("changed", "chat", ("routes to", "round robin", "agent “Alice”")),
    ]


def test_a_question_that_is_answered_otherwise():
    one = document(follow=[CaptureCard(id="c", question="Mail?", attribute="email", type="email")])
    other = document(follow=[CaptureCard(id="c", question="Mail?", attribute="email", if_known="skip")])

    assert changes(one, other) == [
        ("changed", "c", ("kind of answer", "email", "text"), ("when it is known", "overwrite", "skip"))
    ]


# The page


def test_max_reads_what_the_draft_changes(page, draft):
    words = page().content.decode()

    assert "Visitors meet version 1." in words
    assert "<strong>Added</strong> Message: “We sell lamps”" in words


def test_max_compares_any_two_versions(page, draft):
    draft.publish()

    words = page(**{"from": "2", "to": "1"}).content.decode()

    assert "<strong>Removed</strong> Message: “We sell lamps”" in words


def test_what_an_old_version_said_comes_back_as_a_draft(page, draft):
    draft.publish()

    page("restore:1")

    restored = draft.dialogue.draft
    assert restored.number == 3
    assert [card.id for card in restored.read().start.cards] == ["hello"]
    assert Stream.objects.live_of(draft.dialogue).number == 2


def test_restoring_loses_no_draft(page, draft):
    page("restore:1")

    assert draft.steps.first().document == draft.document


def test_an_unpublished_dialogue_meets_nobody_new_and_who_talks_goes_on(page, draft, vera):
    live = draft.dialogue.live_stream
    talking = Conversation.start(vera, live)

    page("unpublish")

    assert Stream.objects.to_show() is None
    talking.answer("q", "no")
    assert talking.messages.last().body == "Thanks"

    page("switch_on")
    assert Stream.objects.to_show() == live


def test_publishing_shows_an_unpublished_dialogue_again(page, draft):
    page("unpublish")

    draft.publish()

    assert Stream.objects.to_show() == draft


@pytest.mark.parametrize("do", ["restore:9", "restore:x", "restore:", "nonsense"])
def test_what_is_not_there_changes_nothing(page, draft, do):
    assert page(do).status_code == 404


# Later


def at(moment):
    return {"at_0": f"{moment:%Y-%m-%d}", "at_1": f"{moment:%H:%M:%S}"}


def test_a_draft_is_published_at_its_moment_and_not_before(page, draft, clock, max):
    page("schedule", **at(clock() + timedelta(hours=1)))

    assert not Stream.objects.to_publish().exists()
    publish_stream(draft.pk)
    draft.refresh_from_db()
    assert not draft.is_published

    clock.move(hours=1)
    assert Stream.objects.to_publish().get() == draft
    publish_stream(draft.pk)
    publish_stream(draft.pk)
    draft.refresh_from_db()
    assert (draft.is_published, draft.published_by, draft.publish_at) == (True, max, None)


def test_what_got_a_problem_meanwhile_stays_a_draft(page, draft, clock, caplog):
    page("schedule", **at(clock() + timedelta(hours=1)))
    draft.refresh_from_db()
    draft.write(document(MessageCard(text=""), route=draft.read().routes.pop()))

    clock.move(hours=1)
    publish_stream(draft.pk)

    draft.refresh_from_db()
    assert not draft.is_published
    assert "could not be published when it was due" in caplog.text
    assert not Stream.objects.to_publish().exists()


def test_what_is_scheduled_can_be_called_off(page, draft, clock):
    page("schedule", **at(clock() + timedelta(hours=1)))

    page("unschedule")

    clock.move(hours=1)
    assert not Stream.objects.to_publish().exists()


def test_a_moment_that_is_past_is_refused_beside_the_field(page, draft, clock):
    answer = page("schedule", **at(clock() - timedelta(hours=1)))

    assert answer.status_code == 422
    assert "Choose a moment that is still to come." in answer.content.decode()


def test_a_moment_that_is_none_is_refused(page, draft):
    assert page("schedule", at_0="soon", at_1="ish").status_code == 422


def test_a_draft_with_problems_cannot_be_scheduled(page, draft, clock):
    draft.write(Document())

    assert (
        "an empty stream says nothing"
        in page("schedule", **at(clock() + timedelta(hours=1))).content.decode()
    )


# Who may


def test_who_may_not_publish_takes_nothing_off_the_site(client, draft, alice):
    alice.user.user_permissions.add(
        Permission.objects.get(codename="change_dialogue"), Permission.objects.get(codename="view_dialogue")
    )
    client.force_login(alice.user)
    path = reverse("admin:dialogues_dialogue_versions", args=[draft.dialogue_id])

    assert client.post(path, {"do": "unpublish"}).status_code == 403
    assert client.post(path, {"do": "restore:1"}).status_code == 302
    assert Dialogue.objects.get().is_on


def test_a_live_chat_card_added_to_what_is_published_reaches_the_next_visitor(
    publish, round_robin, vera, alice
):
    publish(Document(start=document(HELLO, route=round_robin.pk).start))
    dialogue = Dialogue.objects.get()
    without = document(HELLO, route=round_robin.pk)
    without.start.end.responses[0].branch = Branch(cards=[MessageCard(text="Call us")])
    draft = Stream.draft_of(dialogue)
    draft.write(without)
    draft.publish()
    wim = vera.__class__.objects.create()
    on_the_old = Conversation.start(wim, draft)

    draft = Stream.draft_of(dialogue)
    draft.write(document(HELLO, route=round_robin.pk))
    draft.publish()

    new = Conversation.start(vera, Stream.objects.to_show())
    new.answer("q", "yes")
    on_the_old.answer("q", "yes")
    assert new.route == round_robin
    assert on_the_old.ended_at


def test_a_published_version_keeps_no_steps(page, draft):
    page("restore:1")

    draft.refresh_from_db()
    draft.publish()

    assert not draft.steps.exists()
