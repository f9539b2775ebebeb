from itertools import count

import pytest
from django.contrib.auth.models import Permission, User
from django.core import signing
from django.urls import reverse

from chatsite.accounts import DEMO_PASSWORD, FIRST_MANAGER_SALT, first_manager_path, has_manager
from chatsite.preparing import refuse_known_passwords, refuse_the_demo_in_public
from chatsite.trouble import Trouble

ACCOUNT = {"username": "zoe", "password1": "a long enough one", "password2": "a long enough one"}

pytestmark = pytest.mark.django_db


def test_whoever_opens_the_link_first_becomes_the_first_manager(client):
    answer = client.post(first_manager_path(), ACCOUNT)

    assert answer.url == reverse("admin:index")
    assert client.get(answer.url).status_code == 200
    assert User.objects.get(username="zoe").is_superuser


def test_the_link_works_once(client):
    link = first_manager_path()
    client.post(link, ACCOUNT)

    assert client.get(link).status_code == 404
    assert client.post(link, ACCOUNT | {"username": "mallory"}).status_code == 404
    assert not User.objects.filter(username="mallory").exists()


def test_a_weak_password_is_refused_with_a_reason_and_the_link_still_works(client):
    link = first_manager_path()

    refused = client.post(link, ACCOUNT | {"password1": "12345678", "password2": "12345678"})

    assert "too common" in refused.content.decode()
    assert client.post(link, ACCOUNT).status_code == 302


@pytest.mark.parametrize(
    "token",
    ["", "forged", signing.dumps("first manager", key="mallory's", salt=FIRST_MANAGER_SALT)],
    ids=count(),
)
def test_a_forged_link_lets_nobody_in(client, token):
    assert client.post(f"/setup/{token}/", ACCOUNT).status_code == 404
    assert not User.objects.exists()


def test_a_link_of_yesterday_lets_nobody_in(client, settings, monkeypatch):
    link = first_manager_path()

    monkeypatch.setattr("chatsite.accounts.FIRST_MANAGER_WITHIN_SECONDS", -1)

    assert client.post(link, ACCOUNT).status_code == 404


def test_a_person_who_may_manage_is_a_manager_and_an_agent_is_not():
    max_ = User.objects.create_user("max")
    User.objects.create_user("alice").user_permissions.add(
        Permission.objects.get(codename="receive_live_chats")
    )
    assert not has_manager()

    max_.user_permissions.add(Permission.objects.get(codename="manage_workspace"))

    assert has_manager()


@pytest.mark.parametrize(
    "public",
    [
        {"HOST": "0.0.0.0"},
        {"HOST": "192.0.2.1"},
        {"HOST": "::"},
        {"SITE_HOST": "chat.example"},
    ],
)
def test_nobody_else_comes_in_while_everyone_knows_a_password(settings, public):
    alice = User.objects.create_user("alice", password=DEMO_PASSWORD)
    for name, value in public.items():
        setattr(settings, name, value)
    settings.PARLEY_DEMO = True
    with pytest.raises(Trouble, match="PARLEY_DEMO=0"):
        refuse_the_demo_in_public()
    settings.PARLEY_DEMO = False
    refuse_the_demo_in_public()
    with pytest.raises(Trouble, match="alice"):
        refuse_known_passwords()

    alice.set_password("only Alice knows")
    alice.save()

    refuse_known_passwords()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.3.2.1", "::1"])
def test_the_demo_runs_where_only_this_machine_comes_in(settings, host):
    settings.HOST, settings.SITE_HOST, settings.PARLEY_DEMO = host, "localhost", True

    refuse_the_demo_in_public()
