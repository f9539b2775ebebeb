"""Setting a password from a mail, asking for a new one, and changing it."""

import re
import uuid

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from notifications.jobs import send_password_link
from notifications.models import PasswordLink, Purpose
from routing.models import Agent
from tests.conftest import PASSWORD
from tests.inbox.conftest import words_of

NEW = "correct horse battery"
BOTH = {"new_password1": NEW, "new_password2": NEW}


@pytest.fixture
def alice(alice):
    """At an address for which no other test asks: the limits outlive a test."""
    alice.user.email = f"alice.{uuid.uuid4()}@parley.example"
    alice.user.save()
    return alice


@pytest.fixture
def dana(db):
    """Was added as a Live Agent, and has no password yet."""
    dana = User.objects.create_user("dana", f"dana.{uuid.uuid4()}@parley.example", first_name="Dana")
    dana.groups.add(Group.objects.get(name="Live Agent"))
    Agent.objects.create(user=dana, name="Dana")
    return dana


@pytest.fixture
def link_for(mail_server):
    """The link in the mail that somebody gets."""

    def link_for(user, purpose=Purpose.INVITATION):
        PasswordLink.write(user, purpose)
        send_password_link(PasswordLink.objects.first().pk)
        text = mail_server.to(user.email)[-1].get_payload(0).get_payload(decode=True).decode()
        return re.search(r"http://localhost:8000(/password/\S+)", text)[1]

    return link_for


@pytest.fixture
def asks(client, db):
    """Asks for a new password from an address of the network that no other test uses."""

    def asks(email, *, address=None):
        return client.post("/password/forgotten/", {"email": email}, REMOTE_ADDR=address or str(uuid.uuid4()))

    return asks


# From the invitation


def test_dana_sets_her_password_and_stands_in_the_inbox(client, dana, link_for):
    page = client.get(link_for(dana), follow=True)
    assert "You sign in as dana" in words_of(page)

    page = client.post(page.request["PATH_INFO"], BOTH, follow=True)

    assert page.redirect_chain == [("/inbox/", 302)]
    assert "Your password is set." in words_of(page)
    dana.refresh_from_db()
    assert dana.check_password(NEW)


def test_from_max_s_form_to_dana_s_inbox(client, max, mail_server):
    client.force_login(max)
    client.post("/admin/routing/agent/add/", {"name": "Dana", "email": "dana@parley.example"})
    dana, link = Client(), PasswordLink.objects.get()
    send_password_link(link.pk)
    text = mail_server.to("dana@parley.example")[0].get_payload(0).get_payload(decode=True).decode()

    path = dana.get(re.search(r"http://localhost:8000(/password/\S+)", text)[1]).url
    page = dana.post(path, BOTH, follow=True)

    assert page.redirect_chain == [("/inbox/", 302)]
    assert '<h1 class="for-ears">Agent Inbox</h1>' in page.content.decode()


def test_the_link_is_not_in_the_address_of_the_page(client, dana, link_for):
    link = link_for(dana)

    page = client.get(link, follow=True)

    assert page.request["PATH_INFO"] != link
    assert link.encode() not in page.content


def test_a_password_that_is_too_common_is_refused_in_words_and_the_link_still_works(client, dana, link_for):
    path = client.get(link_for(dana)).url

    refused = client.post(path, {"new_password1": "12345678", "new_password2": "12345678"})

    assert "too common" in words_of(refused)
    assert client.post(path, BOTH).url == "/inbox/"


def test_a_link_works_once(client, dana, link_for):
    link = link_for(dana)
    client.post(client.get(link).url, BOTH)

    page = Client().get(link)

    assert "This link does not work any more" in words_of(page)
    assert 'href="/password/forgotten/"' in page.content.decode()


def test_a_link_of_four_days_ago_does_not_work(client, dana, link_for, settings):
    link = link_for(dana)

    settings.PASSWORD_RESET_TIMEOUT = -1

    assert "This link does not work any more" in words_of(client.get(link))


def test_a_deactivated_person_sets_no_password(client, dana, link_for):
    link = link_for(dana)
    path = client.get(link).url
    dana.is_active = False
    dana.save()

    answers = [client.get(link), client.post(path, BOTH)]

    assert all("This link does not work any more" in words_of(answer) for answer in answers)
    dana.refresh_from_db()
    assert not dana.has_usable_password()


@pytest.mark.parametrize("link", ["/password/MQ/forged/", "/password/x/y/", "/password/%00/set-password/"])
def test_a_forged_link_sets_nothing(client, dana, link):
    assert "This link does not work any more" in words_of(client.post(link, BOTH))


def test_an_invitation_that_has_run_out_is_renewed_by_who_got_it(dana, asks, mail_server):
    asks(dana.email)

    send_password_link(PasswordLink.objects.get().pk)

    assert mail_server.addresses == [dana.email]


# Forgotten


def test_the_answer_is_the_same_whether_the_address_exists_or_not(alice, asks):
    answers = [asks(alice.user.email), asks(f"{uuid.uuid4()}@parley.example")]

    assert [(answer.status_code, answer.url) for answer in answers] == [(302, "/password/sent/")] * 2
    assert [link.user for link in PasswordLink.objects.all()] == [alice.user]


def test_case_does_not_matter_and_the_mail_goes_to_the_address_on_record(alice, asks, mail_server):
    asks(alice.user.email.upper())

    send_password_link(PasswordLink.objects.get().pk)

    assert mail_server.addresses == [alice.user.email]


def test_a_deactivated_person_gets_no_mail_and_the_same_answer(alice, asks):
    alice.user.is_active = False
    alice.user.save()

    assert asks(alice.user.email).url == "/password/sent/"
    assert not PasswordLink.objects.exists()


def test_alice_asks_five_times_an_hour_and_hears_when_to_try_again(alice, asks, clock):
    email = f"{uuid.uuid4()}@parley.example"
    for _ in range(5):
        assert asks(email).status_code == 302

    refused = asks(email.upper())

    assert refused.status_code == 429
    assert "Too many requests, try again in 60 minutes" in words_of(refused)
    clock.move(minutes=61)
    assert asks(email).status_code == 302


def test_the_limit_says_nothing_about_who_exists(alice, asks):
    address = str(uuid.uuid4())
    known = [asks(alice.user.email, address=address).status_code for _ in range(6)]
    unknown = [asks(f"{address}@parley.example").status_code for _ in range(6)]

    assert known == unknown == [302] * 5 + [429]


def test_one_machine_asks_thirty_times_an_hour_for_anybody(asks, db):
    address = str(uuid.uuid4())
    for _ in range(30):
        assert asks(f"{uuid.uuid4()}@parley.example", address=address).status_code == 302

    assert asks(f"{uuid.uuid4()}@parley.example", address=address).status_code == 429
    assert asks(f"{uuid.uuid4()}@parley.example").status_code == 302


def test_what_is_no_address_is_said_in_words(asks, db):
    assert "Enter a valid email address" in words_of(asks("alice"))


def test_the_page_to_sign_in_leads_there(client, db):
    page = client.get("/login/")

    assert 'href="/password/forgotten/"' in page.content.decode()
    assert words_of(page).lower().count("password") == 1


# Changing it


def change(client, **fields):
    return client.post("/password/", {"old_password": PASSWORD} | BOTH | fields)


def test_alice_changes_hers_and_stays_while_her_other_browser_is_signed_out(alice):
    here, there = Client(), Client()
    for browser in (here, there):
        browser.force_login(alice.user)

    assert change(here).url == "/inbox/"

    assert "Every other browser is signed out" in words_of(here.get("/inbox/"))
    assert there.get("/inbox/").url == "/login/?next=/inbox/"


def test_a_wrong_current_password_changes_nothing(client, alice):
    client.force_login(alice.user)

    refused = change(client, old_password="guess")

    assert "entered incorrectly" in words_of(refused)
    alice.user.refresh_from_db()
    assert alice.user.check_password(PASSWORD)


def test_the_profile_leads_there(client, alice):
    client.force_login(alice.user)

    assert 'href="/password/"' in client.get("/profile/").content.decode()


# Signing in


@pytest.mark.parametrize(
    ("role", "page"),
    [
        ("Live Agent", "/inbox/"),
        ("Sales Admin", "/inbox/"),
        ("Marketing User", "/admin/"),
        ("Marketing Admin", "/admin/"),
        ("Calendar Agent", "/profile/"),
    ],
)
def test_who_signs_in_stands_where_their_work_is(client, alice, role, page):
    alice.user.user_permissions.clear()
    alice.user.groups.add(Group.objects.get(name=role))

    answer = client.post("/login/", {"username": "alice", "password": PASSWORD}, follow=True)

    assert answer.redirect_chain == [(page, 302)]
    assert answer.status_code == 200


def test_who_opens_the_admin_signs_in_on_the_one_page_for_it(client, alice):
    alice.user.groups.add(Group.objects.get(name="Marketing User"))
    page = client.get("/admin/dialogues/dialogue/", follow=True)
    assert page.redirect_chain[-1][0] == "/login/?next=/admin/dialogues/dialogue/"

    form = {"username": "alice", "password": PASSWORD, "next": "/admin/dialogues/dialogue/"}

    assert client.post("/login/", form).url == "/admin/dialogues/dialogue/"


def test_alice_reads_that_the_admin_is_not_for_her_and_finds_back(client, alice):
    client.force_login(alice.user)

    page = client.get("/admin/", follow=True)

    assert page.status_code == 403
    assert "may not see anything in the admin" in words_of(page)
    assert 'href="/inbox/"' in page.content.decode()


def test_a_calendar_agent_has_a_profile_and_no_inbox(client, alice):
    alice.user.user_permissions.clear()
    client.force_login(alice.user)

    page = client.get("/profile/").content.decode()

    assert 'href="/inbox/"' not in page.replace('class="brand" href="/inbox/"', "")
    assert "live-socket" not in re.sub(r"<script.*?</script>", "", page)
    assert 'role="switch"' not in page
