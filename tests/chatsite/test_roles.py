"""Every role, somebody without one and nobody, on every page there is."""

import re
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, get_resolver

from chatsite.roles import ROLES, make_roles
from dialogues.models import Attribute, Goal, Pdf
from notifications.models import FailedAction, PasswordLink, Purpose
from routing.models import Account, Agent, Because, CustomRule, FallbackMessage
from tests.chatsite import pages
from tests.chatsite.pages import ADMIN, EVERYBODY, FRONT, NOBODY, PAGES, QUEUES

pytestmark = pytest.mark.django_db


def routes(resolver=None, before=""):
    """Every route of the product, the admin's too."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + str(entry.pattern)
        yield from [route] if isinstance(entry, URLPattern) else routes(entry, route)


def in_the_table(route):
    # Its text names the admin's apps, whatever they are.
    return "?P<app_label>" in route or route.startswith(QUEUES) or route in PAGES


@pytest.fixture
def rows(talking, sales, settings, tmp_path):
    """One of everything, as the addresses of pages name it."""
    settings.MEDIA_ROOT = tmp_path
    default_storage.save("pictures/alice.webp", ContentFile(b"picture"))
    talking.live_chat.end(because=Because.AGENT)
    agent = talking.live_chat.agent
    rows = {
        "agent": agent,
        "team": sales,
        "account": Account.objects.create(company="Kern", domain="kern.example", agent=agent),
        "customrule": CustomRule.objects.create(name="Big shops"),
        "conversation": talking,
        "livechat": talking.live_chat,
        "offer": talking.live_chat.offers.get(),
        "dialogue": talking.stream.dialogue,
        "attribute": Attribute.objects.first(),
        "goal": Goal.objects.create(name="Asked for a price"),
        "pdf": Pdf.objects.create(name="Price list", address="https://shop.example/prices.pdf"),
        "failedaction": FailedAction.write(talking.live_chat),
        "passwordlink": PasswordLink.objects.create(user=agent.user, purpose=Purpose.FORGOTTEN),
        "fallbackmessage": FallbackMessage.objects.create(name="At night"),
        "user": agent.user,
        "group": Group.objects.get(name="Live Agent"),
    }
    return {name: row.pk for name, row in rows.items()} | {"workspace": 1, "appearance": 1}


@pytest.fixture
def browser_of(db, max):
    """A browser in which somebody of this role is signed in."""

    def browser_of(role):
        browser = Client()
        if role == NOBODY:
            return browser
        user = max if role == pages.SUPERUSER else User.objects.create(username=role)
        if role in ROLES:
            user.groups.add(Group.objects.get(name=role))
        if role in (pages.LIVE_AGENT, pages.CALENDAR_AGENT):
            Agent.objects.create(user=user, name=role)
        browser.force_login(user)
        return browser

    return browser_of


def outcome_of(answer):
    """A status, or a page to which it leads that lets in nobody by itself."""
    match urlsplit(answer.headers.get("Location", "")).path:
        case "/login/" | "/admin/login/":
            return "sign in"
        case "/admin/":
            return FRONT
        case _:
            return answer.status_code


def expected(role, page, route):
    if role in page.opens_to:
        return page.status
    if role == NOBODY:
        return page.nobody
    return page.outside if route.startswith("admin/") and role not in ADMIN else page.refusal


def test_every_page_says_who_may_open_it():
    missing = sorted(route for route in set(routes()) if not in_the_table(route))
    gone = sorted(PAGES.keys() - set(routes()))

    assert not missing, f"Say in tests/chatsite/pages.py who may open these pages: {missing}"
    assert not gone, f"These pages are gone, take them out of tests/chatsite/pages.py: {gone}"


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_each_role_opens_its_own_pages_and_no_others(role, rows, browser_of):
    browser, wrong = browser_of(role), {}

    for route, page in PAGES.items():
        address = "/" + (page.at or route).format(**rows)
        got, wanted = outcome_of(browser.get(address)), expected(role, page, route)
        if got != wanted:
            wrong[address] = f"{got} instead of {wanted}"

    assert not wrong


@pytest.mark.parametrize("role", sorted(EVERYBODY - {pages.SUPERUSER}))
def test_nobody_sends_a_form_that_is_not_theirs_to_send(role, rows, browser_of):
    browser, taken = browser_of(role), {}

    for route, page in PAGES.items():
        if role not in page.senders:
            address = "/" + (page.at or route).format(**rows)
            got = outcome_of(browser.post(address, {"post": "yes", "do": "save"}))
            if got not in ("sign in", 403, 404, 405):
                taken[address] = got

    assert not taken


@pytest.mark.parametrize("role", sorted(EVERYBODY - {pages.SUPERUSER}))
def test_the_queues_are_for_who_runs_the_machines(role, browser_of):
    # Numbers for machines have a token of their own; a row's address only leads to its page.
    queues = [route for route in routes() if route.startswith(QUEUES) and "stats.json" not in route]
    queues.remove(f"{QUEUES}dashboard/<path:object_id>/")
    browser, wrong = browser_of(role), {}

    for route in queues:
        address = "/" + re.sub(r"<int:\w+>", "0", re.sub(r"<(?:str|path):\w+>", "none", route))
        got = [outcome_of(browser.get(address)), outcome_of(browser.post(address))]
        if not set(got) <= {"sign in", FRONT, 403, 405}:
            wrong[address] = got

    assert not wrong


def test_the_table_names_every_role():
    assert ROLES.keys() < EVERYBODY


# The roles themselves


def permissions_of(role):
    group = Group.objects.get(name=role)
    return {
        f"{each.content_type.app_label}.{each.codename}"
        for each in group.permissions.select_related("content_type")
    }


@pytest.mark.parametrize("role", ROLES)
def test_migrating_has_made_each_role_with_its_permissions(role):
    assert permissions_of(role) == ROLES[role]


def test_migrating_again_changes_nothing():
    before = {role: permissions_of(role) for role in ROLES}

    call_command("migrate", verbosity=0, stdout=StringIO())

    assert {role: permissions_of(role) for role in ROLES} == before
    assert Group.objects.count() == len(ROLES)


def test_a_permission_that_max_has_added_stays_and_one_that_is_missing_comes_back():
    group = Group.objects.get(name="Marketing User")
    group.permissions.add(Permission.objects.get(codename="receive_live_chats"))
    group.permissions.remove(Permission.objects.get(codename="publish_stream"))

    make_roles(using="default")

    assert permissions_of("Marketing User") == ROLES["Marketing User"] | {"routing.receive_live_chats"}


def test_a_role_that_max_has_made_is_left_alone():
    group = Group.objects.create(name="Auditor")

    make_roles(using="default")

    assert not group.permissions.exists()
    assert Group.objects.get(name="Auditor") == group
