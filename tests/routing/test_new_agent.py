"""Max, and managers who are no superusers, add agents in a single form."""

from io import BytesIO

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from notifications.models import PasswordLink, Purpose
from routing.models import Agent
from tests.racing import crowd

ADD = reverse("admin:routing_agent_add")
DANA = {"name": "Dana Ng", "email": "dana.ng@parley.example"}


def role(name):
    return Group.objects.get(name=name).pk


def errors_of(answer):
    return answer.context["adminform"].form.errors


@pytest.fixture
def as_max(client, max):
    client.force_login(max)
    return client


@pytest.fixture
def as_manager(client, db):
    """May manages, by her role."""
    may = User.objects.create_user("may")
    may.groups.add(Group.objects.get(name="Sales Admin"))
    client.force_login(may)
    return client


@pytest.fixture
def somebody(client, db):
    """Signs in somebody with just these permissions."""

    def somebody(*codenames):
        user = User.objects.create_user("mia")
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        return client

    return somebody


# What is made


def test_a_manager_makes_account_agent_and_invitation_at_once(as_manager, sales):
    fields = {
        "email": "dana.ng@Parley.example",
        "username": "dana",
        "roles": [role("Live Agent"), role("Calendar Agent")],
        "teams": [sales.pk],
        "chat_limit": 3,
        "time_zone": "Europe/Amsterdam",
    }

    as_manager.post(ADD, DANA | fields)

    dana = Agent.objects.get(name="Dana Ng")
    assert (dana.user.username, dana.user.email) == ("dana", "dana.ng@parley.example")
    assert (dana.chat_limit, dana.time_zone, list(dana.teams.all())) == (3, "Europe/Amsterdam", [sales])
    assert {group.name for group in dana.user.groups.all()} == {"Live Agent", "Calendar Agent"}
    assert dana.is_permitted
    assert not dana.user.has_usable_password()
    assert PasswordLink.objects.get(user=dana.user).purpose == Purpose.INVITATION


def test_name_and_email_are_enough(as_manager):
    as_manager.post(ADD, DANA)

    dana = Agent.objects.get(name="Dana Ng")
    assert dana.user.username == "dana.ng"
    assert [group.name for group in dana.user.groups.all()] == ["Live Agent"]


def test_live_agent_is_chosen_unless_something_else_is(as_manager):
    form = as_manager.get(ADD).context["adminform"].form

    assert form["roles"].value() == [role("Live Agent")]


def test_a_calendar_agent_is_asked_for_no_chats(as_manager):
    as_manager.post(ADD, DANA | {"roles": [role("Calendar Agent")]})

    assert not Agent.objects.get().is_permitted


def test_max_reads_where_the_invitation_went(as_max):
    page = as_max.post(ADD, DANA, follow=True)

    assert "a mail to dana.ng@parley.example says how to set a password" in page.content.decode()


def test_without_a_mail_server_max_reads_where_the_invitation_is(as_max, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path

    page = as_max.post(ADD, DANA, follow=True)

    assert f"is kept in {tmp_path}: EMAIL_URL is not set" in page.content.decode()


@pytest.mark.parametrize(
    ("email", "username"),
    [
        ("Dana@parley.example", "dana"),
        ("dana+chat@parley.example", "dana+chat"),
        ("o'hara@parley.example", "ohara"),
        ("!@parley.example", "agent"),
    ],
)
def test_the_username_is_made_from_the_email(as_max, email, username):
    as_max.post(ADD, DANA | {"email": email})

    assert Agent.objects.get().user.username == username


def test_a_picture_becomes_a_square_without_what_the_camera_noted(as_max, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    photo = BytesIO()
    Image.new("RGB", (900, 600), "red").save(photo, "JPEG", exif=Image.Exif())

    as_max.post(ADD, DANA | {"picture": SimpleUploadedFile("my photo.jpg", photo.getvalue())})

    with Agent.objects.get().picture.open() as file, Image.open(file) as kept:
        assert (kept.format, kept.size) == ("WEBP", (400, 400))


# Somebody who has an account


def test_an_existing_user_becomes_an_agent_and_keeps_the_password(as_manager, max):
    page = as_manager.post(ADD, {"name": "Max", "user": max.pk}, follow=True)

    assert Agent.objects.get().user == max
    assert not PasswordLink.objects.exists()
    assert "with the password they have" in page.content.decode()


def test_an_existing_user_without_a_password_is_invited(as_manager):
    zoe = User.objects.create_user("zoe", "zoe@parley.example")

    as_manager.post(ADD, {"name": "Zoe", "user": zoe.pk})

    assert PasswordLink.objects.get().user == zoe


def test_an_account_and_an_email_are_one_too_many(as_manager, max):
    answer = as_manager.post(ADD, DANA | {"user": max.pk})

    assert errors_of(answer) == {"user": ["Choose an account, or fill in an email address: not both."]}


# What is refused, whole


def nothing_is_made():
    return not Agent.objects.exists() and User.objects.count() == 1 and not PasswordLink.objects.exists()


@pytest.mark.parametrize("email", ["max@parley.example", "MAX@Parley.Example"])
def test_an_address_that_somebody_has_is_refused(as_max, email):
    answer = as_max.post(ADD, DANA | {"email": email})

    assert "Somebody has an account with this address" in errors_of(answer)["email"][0]
    assert nothing_is_made()


@pytest.mark.parametrize("fields", [{"username": "MAX"}, {"email": "max@elsewhere.example"}])
def test_a_username_that_somebody_has_is_refused(as_max, fields):
    answer = as_max.post(ADD, DANA | fields)

    assert "is taken: enter another one." in errors_of(answer)["username"][0]
    assert nothing_is_made()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "dana"}, "email"),
        ({"username": "dana ng"}, "username"),
        ({"username": "d" * 151}, "username"),
        ({"name": ""}, "name"),
        ({"name": "D" * 81}, "name"),
        ({"chat_limit": 11}, "chat_limit"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"user": "none"}, "user"),
        ({"picture": SimpleUploadedFile("not.png", b"no image")}, "picture"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_is_made(as_max, fields, field):
    answer = as_max.post(ADD, DANA | fields)

    assert errors_of(answer).keys() == {field}
    assert nothing_is_made()


def test_what_fails_later_leaves_no_account_behind(as_max, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("The last step fails")

    monkeypatch.setattr(PasswordLink, "write", fail)

    with pytest.raises(RuntimeError):
        as_max.post(ADD, DANA)

    assert nothing_is_made()


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_add_the_same_person_at_once_make_one(max):
    def add(username):
        client = Client()
        client.force_login(max)
        return lambda: client.post(ADD, DANA | {"username": username}).status_code

    with crowd() as at_once:
        outcomes = at_once(add("dana"), add("dana.ng"))

    assert sorted(outcomes) == [200, 302]
    assert User.objects.filter(email=DANA["email"]).count() == Agent.objects.count() == 1


# Nobody hands out more than they have


def roles_offered(client):
    form = client.get(ADD).context["adminform"].form
    return {group.name for group in form.fields["roles"].queryset}


def test_max_hands_out_every_role(as_max):
    assert roles_offered(as_max) == set(Group.objects.values_list("name", flat=True))


def test_a_sales_admin_hands_out_what_a_sales_admin_has(as_manager):
    assert roles_offered(as_manager) == {"Live Agent", "Calendar Agent", "Sales Admin"}


def test_a_role_above_one_s_own_is_refused_even_if_the_form_is_forged(as_manager):
    answer = as_manager.post(ADD, DANA | {"roles": [role("Marketing Admin")]})

    assert "roles" in errors_of(answer)
    assert nothing_is_made()


def test_what_max_has_added_to_a_role_counts(as_manager):
    Group.objects.get(name="Calendar Agent").permissions.add(Permission.objects.get(codename="delete_user"))

    assert "Calendar Agent" not in roles_offered(as_manager)


def test_who_manages_decides_who_takes_live_chats(somebody):
    assert roles_offered(somebody("manage_workspace")) == {"Live Agent", "Calendar Agent"}


def test_who_may_only_add_agents_adds_none_who_takes_live_chats(somebody):
    client = somebody("add_agent", "view_agent")

    answer = client.post(ADD, DANA)

    assert roles_offered(client) == {"Calendar Agent"}
    assert errors_of(answer) == {"roles": ["Choose a role: you cannot hand out “Live Agent”."]}


def test_an_agent_adds_nobody(client, alice):
    client.force_login(alice.user)

    assert client.post(ADD, DANA).status_code == 302
    assert not User.objects.filter(email=DANA["email"]).exists()


# Inviting again


@pytest.fixture
def dana(as_max):
    as_max.post(ADD, DANA)
    dana = Agent.objects.get(name="Dana Ng")
    PasswordLink.objects.all().delete()
    return dana


def page_of(client, agent):
    return client.get(reverse("admin:routing_agent_change", args=[agent.pk])).content.decode()


def invite_again(client, agent):
    path = reverse("admin:routing_agent_invite", args=[agent.pk])
    return client.post(path, follow=True).content.decode()


def test_max_invites_dana_again(as_max, dana):
    assert "Invite again" in page_of(as_max, dana)

    page = invite_again(as_max, dana)

    assert "Dana Ng is invited" in page
    assert PasswordLink.objects.get().user == dana.user


def test_who_has_a_password_is_not_invited_again(as_max, alice):
    assert "Invite again" not in page_of(as_max, alice)

    assert "with the password they have" in invite_again(as_max, alice)
    assert not PasswordLink.objects.exists()


def test_who_is_deactivated_or_has_no_address_is_not_invited(as_max, dana):
    dana.user.email = ""
    dana.user.save()
    assert "has no email address to send an invitation to" in invite_again(as_max, dana)

    dana.user.is_active = False
    dana.user.save()
    assert "is deactivated" in invite_again(as_max, dana)
    assert "Invite again" not in page_of(as_max, dana)
    assert not PasswordLink.objects.exists()


def test_a_link_invites_nobody(as_max, dana):
    assert as_max.get(reverse("admin:routing_agent_invite", args=[dana.pk])).status_code == 405
