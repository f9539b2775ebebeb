"""The Stream Designer: what a step on a canvas of three hundred cards takes the server, beside an empty admin page."""

from pathlib import Path
from time import perf_counter

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.urls import reverse

from dialogues.cards import MessageCard
from dialogues.document import Branch, Document, QuestionCard, Response
from dialogues.models import Dialogue, Stream

CARDS = 300
BRANCHES = 13
STEPS = 20
# Nothing is collected here: pages name static files as they stand.
PLAIN = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
AS_THE_PAGE_SENDS_IT = {"HX-Request": "true"}


class Designer:
    """`seconds` has each step: a card moved down or up, saved, looked over by the linter and drawn anew; and each empty
    page: a list of the admin with nothing in it, for the same person."""

    def __init__(self, say):
        self.say = say
        self.seconds = {"step": [], "page": []}

    @override_settings(STORAGES=settings.STORAGES | {"staticfiles": PLAIN})
    def run(self):
        self.say(f"Drawing {CARDS} cards")
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        browser = Client(headers={"Host": "localhost"})
        browser.force_login(User.objects.create(username="marketer", is_staff=True, is_superuser=True))
        draft = Stream.draft_of(Dialogue.objects.create(name="Three hundred cards"))
        draft.write(_document())
        page = reverse("admin:dialogues_dialogue_stream", args=[draft.dialogue_id])
        empty_page = reverse("admin:routing_team_changelist")
        for number in range(STEPS + 1):
            draft.refresh_from_db()
            step = {"do": f"{'down' if number % 2 else 'up'}:card-0-1", "revision": draft.read().revision}
            took = _seconds(lambda step=step: browser.post(page, step, headers=AS_THE_PAGE_SENDS_IT))
            floor = _seconds(lambda: browser.get(empty_page))
            # The first of each fills caches that no later one needs.
            if number:
                self.seconds["step"].append(took)
                self.seconds["page"].append(floor)


def _document():
    """Questions in a row of branches, each with messages, until there are so many cards."""
    each = (CARDS - 1) // BRANCHES
    responses = [
        Response(
            text=f"Response {branch}",
            branch=Branch(
                cards=[
                    MessageCard(id=f"card-{branch}-{place}", text=f"Message {place} of branch {branch}")
                    for place in range(each)
                ]
            ),
        )
        for branch in range(BRANCHES)
    ]
    return Document(start=Branch(end=QuestionCard(id="first", text="Which one?", responses=responses)))


def _seconds(act):
    began = perf_counter()
    answer = act()
    took = perf_counter() - began
    if answer.status_code != 200:
        raise AssertionError(f"The page answered {answer.status_code}.")
    return took
