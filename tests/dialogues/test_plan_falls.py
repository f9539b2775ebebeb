"""What becomes of live chat cards that go to a team is said before Prime falls to Select."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from dialogues.document import Branch, Document, LiveChatCard, QuestionCard, Response
from routing.models import Plan, Workspace
from tests.routing.test_admin import settings_of

PAGE = "/admin/routing/workspace/1/change/"


@pytest.fixture
def as_max(client, max):
    client.force_login(max)
    return client


@pytest.fixture
def card_to_sales(publish, to_sales):
    yes = Branch(end=LiveChatCard(id="chat", route=to_sales.pk))
    question = QuestionCard(id="q", text="Talk?", responses=[Response(id="y", text="Yes", branch=yes)])
    return publish(Document(start=Branch(end=question)), name="Enterprise")


def test_max_is_told_which_cards_lead_nowhere_then_and_nothing_is_changed(as_max, workspace, card_to_sales):
    answer = as_max.post(PAGE, settings_of(workspace, plan="select"))

    page = answer.content.decode()
    assert "“Enterprise” goes to team Sales." in page
    assert 'type="checkbox" name="without_teams"' in page
    assert Workspace.objects.get().plan == Plan.PRIME


def test_max_says_that_it_is_meant(as_max, workspace, card_to_sales):
    answer = as_max.post(PAGE, settings_of(workspace, plan="select", without_teams="on"))

    assert answer.status_code == 302
    assert Workspace.objects.get().plan == Plan.SELECT


def test_without_such_a_card_nothing_is_asked(as_max, workspace, talk_to_sales):
    as_max.post(PAGE, settings_of(workspace, plan="select"))

    assert Workspace.objects.get().plan == Plan.SELECT


def test_only_what_visitors_can_meet_counts(as_max, workspace, card_to_sales, publish, talk_to_sales):
    publish(talk_to_sales.read(), name="Enterprise")

    as_max.post(PAGE, settings_of(workspace, plan="select"))

    assert Workspace.objects.get().plan == Plan.SELECT


def test_a_manager_who_is_no_superuser_sees_the_plan_and_cannot_change_it(
    client, alice, workspace, card_to_sales
):
    alice.user.user_permissions.add(Permission.objects.get(codename="manage_workspace"))
    client.force_login(alice.user)

    page = client.get(reverse("admin:routing_workspace_change", args=[1])).content.decode()
    client.post(PAGE, settings_of(workspace, plan="select", without_teams="on"))

    assert "Prime" in page
    assert "without_teams" not in page
    assert Workspace.objects.get().plan == Plan.PRIME
