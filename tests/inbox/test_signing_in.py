import pytest
from django.contrib.auth.models import User
from django.test import Client

from routing.models import Agent
from tests.conftest import PASSWORD
from tests.inbox.conftest import words_of

PAGES_OF_AGENTS = [
    "/inbox/",
    "/inbox/?tab=all",
    "/inbox/list/",
    "/inbox/offers/",
    "/inbox/availability/",
    "/inbox/1/",
    "/inbox/1/pane/",
    "/inbox/1/transcript.txt",
    "/profile/",
]
DECISIONS = ["/inbox/availability/", "/inbox/offers/1/accept/", "/inbox/offers/1/decline/", "/inbox/1/end/"]


def test_alice_signs_in_and_stands_in_the_inbox(client, alice):
    page = client.get("/inbox/", follow=True)
    assert page.redirect_chain == [("/login/?next=/inbox/", 302)]
    assert "Username" in words_of(page)
    assert "Password" in words_of(page)

    form = {"username": "alice", "password": PASSWORD, "next": "/inbox/"}
    page = client.post("/login/", form, follow=True)

    assert page.redirect_chain == [("/inbox/", 302)]
    assert '<h1 class="for-ears">Agent Inbox</h1>' in page.content.decode()


def test_a_wrong_password_lets_nobody_in(client, alice):
    page = client.post("/login/", {"username": "alice", "password": "guess"})

    assert page.status_code == 200
    assert "Please enter a correct username and password" in words_of(page)
    assert client.get("/inbox/").status_code == 302


def test_the_address_of_the_house_leads_to_the_inbox(client):
    assert client.get("/").url == "/inbox/"


@pytest.mark.parametrize("page", PAGES_OF_AGENTS)
def test_who_is_not_signed_in_is_asked_to(client, db, page):
    assert client.get(page).url.startswith("/login/?next=/")


@pytest.mark.parametrize("page", PAGES_OF_AGENTS)
def test_who_may_not_receive_live_chats_reads_why(signed_in, db, page):
    answer = signed_in(User.objects.create(username="peter")).get(page)

    assert answer.status_code == 403
    assert "Ask a manager for the permission “Live Chat”" in words_of(answer)
    assert "Sign out" in words_of(answer)


@pytest.mark.parametrize("decision", DECISIONS)
def test_who_may_not_receive_live_chats_decides_nothing(signed_in, client, db, decision):
    assert signed_in(User.objects.create(username="peter")).post(decision).status_code == 403
    assert client.post(decision).url.startswith("/login/")


def test_a_user_without_the_permission_does_not_become_an_agent(signed_in, db):
    signed_in(User.objects.create(username="peter")).get("/inbox/")

    assert not Agent.objects.exists()


def test_max_becomes_an_agent_when_he_first_looks(signed_in, max):
    page = signed_in(max).get("/inbox/")

    assert page.status_code == 200
    assert Agent.objects.get(user=max).name == "max"
    assert 'href="/admin/"' in page.content.decode()


def test_alice_sees_no_way_into_the_admin(at_alice_s):
    assert 'href="/admin/"' not in at_alice_s.get("/inbox/").content.decode()


def test_a_deactivated_agent_is_out_at_once(at_alice_s, alice):
    alice.user.is_active = False
    alice.user.save()

    assert at_alice_s.get("/inbox/").url == "/login/?next=/inbox/"


def test_alice_signs_out_by_a_form(at_alice_s):
    assert at_alice_s.get("/logout/").status_code == 405

    assert at_alice_s.post("/logout/").url == "/login/"
    assert at_alice_s.get("/inbox/").status_code == 302


def test_a_pane_of_somebody_who_is_signed_out_loads_the_page_again(client, alice):
    """A pane that followed the redirect would show the form to sign in in the place of the list."""
    answer = client.get("/inbox/list/", headers={"HX-Request": "true"})

    assert answer.headers["HX-Refresh"] == "true"
    assert not answer.content


def test_no_browser_keeps_an_agent_s_page(at_alice_s):
    assert "no-store" in at_alice_s.get("/inbox/").headers["Cache-Control"]


def test_a_form_without_its_token_is_refused_in_words(signed_in, alice):
    answer = signed_in(alice, enforce_csrf_checks=True).post("/inbox/availability/", {"available": "no"})

    assert answer.status_code == 403
    assert "This page was too old to be sent, and nothing was changed." in words_of(answer)
    alice.refresh_from_db()
    assert alice.is_available


def test_what_is_not_there_is_said_in_words(client, db):
    answer = client.get("/nowhere/")

    assert answer.status_code == 404
    assert "There is nothing here, or it is not yours to see." in words_of(answer)


def test_what_broke_is_said_in_words(at_alice_s, monkeypatch):
    browser = Client(raise_request_exception=False)
    browser.cookies = at_alice_s.cookies
    monkeypatch.setattr("inbox.views.Listing", None)

    answer = browser.get("/inbox/")

    assert answer.status_code == 500
    assert "This is our fault, and it is in the log." in words_of(answer)
