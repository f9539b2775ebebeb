"""Max keeps the accounts: one by one, or as a list that first says what it would change."""

import csv
import io
from time import process_time

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from routing.models import Account, Workspace
from tests.racing import at_once

LIST = reverse("admin:routing_account_changelist")
ADD = reverse("admin:routing_account_add")
UPLOAD = reverse("admin:routing_account_upload")
EXPORT = reverse("admin:routing_account_export")
SWITCH = reverse("admin:routing_account_switch")
HEADER = "company name,domain,agent\n"


def text_of(answer):
    return " ".join(answer.content.decode().split())


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def accounts():
    return {
        account.domain: (account.company, account.agent.name)
        for account in Account.objects.select_related("agent")
    }


class Upload:
    """A list on its way: what it would do is shown at `path`."""

    def __init__(self, client, data, *, mode="update"):
        self.client = client
        data = data if isinstance(data, bytes) else data.encode()
        file = SimpleUploadedFile("accounts.csv", data, content_type="text/csv")
        self.answer = client.post(UPLOAD, {"file": file, "mode": mode}, follow=True)
        self.path = self.answer.request["PATH_INFO"]

    @property
    def counts(self):
        counts = self.answer.context["counts"]
        return tuple(counts[name] for name in ("new", "changed", "unchanged", "removed", "bad_lines"))

    @property
    def shown(self):
        return self.answer.context["accounts"].fingerprint

    def confirm(self, shown=None):
        self.answer = self.client.post(self.path, {"shown": shown or self.shown}, follow=True)
        return self

    def report(self):
        return rows_of(self.client.get(f"{self.path}report.csv"))


@pytest.fixture
def as_max(client, max):
    client.force_login(max)
    return client


@pytest.fixture
def sign_in(db):
    def sign_in(role):
        user = User.objects.create_user(role)
        user.groups.add(Group.objects.get(name=role))
        browser = Client()
        browser.force_login(user)
        return browser

    return sign_in


@pytest.fixture
def kern(alice):
    return Account.objects.create(company="Kern", domain="kern.example", agent=alice)


# One by one


def test_max_enters_an_account(as_max, alice):
    as_max.post(ADD, {"company": "Kern", "domain": "https://www.Kern.example/nl", "agent": alice.pk})

    assert accounts() == {"kern.example": ("Kern", "Alice")}


def test_what_is_no_domain_is_refused_next_to_the_field(as_max, alice):
    answer = as_max.post(ADD, {"company": "Kern", "domain": "1.2.3.4", "agent": alice.pk})

    assert answer.context["adminform"].form.errors == {
        "domain": ["“1.2.3.4” is no domain: write it as kern.example."]
    }


def test_pressing_save_twice_makes_one_account(as_max, alice):
    form = {"company": "Kern", "domain": "kern.example", "agent": alice.pk}
    as_max.post(ADD, form)

    answer = as_max.post(ADD, form)

    assert "Account with this Domain already exists." in text_of(answer)
    assert Account.objects.count() == 1


def test_who_is_deactivated_is_not_offered(as_max, alice, bob):
    bob.deactivate()

    page = text_of(as_max.get(ADD))
    answer = as_max.post(ADD, {"company": "Kern", "domain": "kern.example", "agent": bob.pk})

    assert "Bob" not in page
    assert "agent" in answer.context["adminform"].form.errors


def test_an_owner_who_is_deactivated_is_seen_and_can_stay(as_max, kern, alice):
    alice.deactivate()
    path = reverse("admin:routing_account_change", args=[kern.pk])

    page = text_of(as_max.get(path))
    as_max.post(path, {"company": "Kern BV", "domain": "kern.example", "agent": alice.pk})

    assert "Alice (deactivated)" in page
    assert accounts() == {"kern.example": ("Kern BV", "Alice")}


def test_an_owner_who_cannot_take_live_chats_is_marked(as_max, alice):
    alice.user.user_permissions.clear()

    assert "Alice (without the permission Live Chat)" in text_of(as_max.get(ADD))


# The list


def test_the_list_flags_owners_who_are_deactivated_and_finds_them(as_max, kern, alice, bob):
    Account.objects.create(company="Noord", domain="noord.example", agent=bob)
    alice.deactivate()

    answer = as_max.get(LIST, {"owner": "deactivated"})

    assert list(answer.context["cl"].result_list) == [kern]
    assert "Alice (deactivated)" in text_of(answer)


@pytest.mark.parametrize("words", ["kern", "Kern.Exam", "alice", "alice@parley"])
def test_an_account_is_found_by_company_domain_or_owner(as_max, kern, bob, words):
    Account.objects.create(company="Noord", domain="noord.example", agent=bob)

    assert list(as_max.get(LIST, {"q": words}).context["cl"].result_list) == [kern]


def test_a_longer_list_asks_no_more_questions(as_max, kern, alice, hire):
    with CaptureQueriesContext(connection) as one:
        as_max.get(LIST)
    for n in range(3):
        Account.objects.create(company="Noord", domain=f"n{n}.example", agent=hire(f"Agent{n}"))

    with CaptureQueriesContext(connection) as four:
        as_max.get(LIST)

    assert len(four) == len(one)


def test_the_list_says_that_account_routing_is_off_and_turns_it_on(as_max):
    before = text_of(as_max.get(LIST))
    after = text_of(as_max.post(SWITCH, follow=True))

    assert "Account routing is off: these accounts are not used." in before
    assert Workspace.objects.get().account_routing
    assert "Account routing is off" not in after


def test_who_may_only_read_is_told_whom_to_ask(sign_in):
    browser = sign_in("Marketing User")

    page = text_of(browser.get(LIST))

    assert "Ask a manager to turn it on." in page
    assert "Turn it on<" not in page
    assert browser.post(SWITCH).status_code == 403
    assert not Workspace.objects.get().account_routing


# A list


def test_a_list_first_says_what_it_would_do(as_max, kern, bob):
    upload = Upload(as_max, HEADER + "Kern,kern.example,bob\nNoord,noord.example,bob\nZuid,zuid,bob\n")

    assert upload.counts == (1, 1, 0, 0, 1)
    assert "“zuid” is no domain: write it as kern.example." in text_of(upload.answer)
    assert accounts() == {"kern.example": ("Kern", "Alice")}


def test_what_is_confirmed_is_done_and_good_lines_are_taken_beside_bad_ones(as_max, kern, bob):
    upload = Upload(as_max, HEADER + "Kern,kern.example,bob\nNoord,noord.example,bob\nZuid,zuid,bob\n")

    upload.confirm()

    assert accounts() == {"kern.example": ("Kern", "Bob"), "noord.example": ("Noord", "Bob")}
    assert "The list is taken" in text_of(upload.answer)
    assert upload.counts == (1, 1, 0, 0, 1)


def test_an_account_that_is_not_in_the_list_stays_unless_all_are_replaced(as_max, kern, alice):
    rows = HEADER + "Noord,noord.example,alice\n"

    assert Upload(as_max, rows).confirm().counts == (1, 0, 0, 0, 0)
    assert Upload(as_max, rows, mode="replace").confirm().counts == (0, 0, 1, 1, 0)
    assert accounts() == {"noord.example": ("Noord", "Alice")}


def test_a_typing_mistake_removes_no_account(as_max, kern, alice):
    upload = Upload(
        as_max, HEADER + "Kern,kern.example,alcie\nNoord,noord.example,alice\n", mode="replace"
    ).confirm()

    assert upload.counts == (1, 0, 0, 0, 1)
    assert accounts() == {"kern.example": ("Kern", "Alice"), "noord.example": ("Noord", "Alice")}


def test_a_file_that_cannot_be_read_removes_nothing(as_max, kern):
    upload = Upload(as_max, b"PK\x03\x04 and so on", mode="replace")

    assert "This is a spreadsheet: save it as CSV first." in text_of(upload.answer)
    assert 'value="Replace all"' not in text_of(upload.answer)
    upload.confirm()
    assert accounts() == {"kern.example": ("Kern", "Alice")}


def test_an_account_keeps_its_row_when_it_changes(as_max, kern, bob):
    Upload(as_max, HEADER + "Kern BV,kern.example,bob\n", mode="replace").confirm()

    kern.refresh_from_db()
    assert (kern.company, kern.agent) == ("Kern BV", bob)


def test_who_is_deactivated_gets_no_account_and_keeps_theirs(as_max, kern, alice):
    alice.deactivate()

    upload = Upload(as_max, HEADER + "Kern,kern.example,alice\nNoord,noord.example,alice\n", mode="replace")

    assert upload.counts == (0, 0, 1, 0, 1)
    assert "Alice is deactivated." in text_of(upload.answer)


def test_what_changed_meanwhile_is_shown_before_anything_is_done(as_max, kern, alice, bob):
    upload = Upload(as_max, HEADER + "Kern,kern.example,bob\n", mode="replace")
    Account.objects.create(company="Noord", domain="noord.example", agent=alice)

    upload.confirm()

    assert upload.answer.status_code == 409
    assert "Something has changed meanwhile" in text_of(upload.answer)
    assert upload.counts == (0, 1, 0, 1, 0)
    assert Account.objects.count() == 2
    upload.confirm()
    assert accounts() == {"kern.example": ("Kern", "Bob")}


def test_pressing_twice_does_it_once_and_shows_the_same_twice(as_max, alice):
    upload = Upload(as_max, HEADER + "Kern,kern.example,alice\n")
    shown = upload.shown
    upload.confirm(shown)
    Account.objects.all().delete()

    upload.confirm(shown)

    assert upload.counts == (1, 0, 0, 0, 0)
    assert not accounts()


@pytest.mark.django_db(transaction=True)
def test_two_browsers_that_confirm_at_one_moment_do_it_once(as_max, max, alice):
    upload = Upload(as_max, HEADER + "".join(f"Kern {n},kern{n}.example,alice\n" for n in range(300)))
    path, shown, browsers = upload.path, upload.shown, [Client(), Client()]
    for browser in browsers:
        browser.force_login(max)

    answers = at_once(*[lambda by=browser: by.post(path, {"shown": shown}) for browser in browsers])

    assert sorted(answer.status_code for answer in answers)[0] in (200, 302)
    assert {answer.status_code for answer in answers} <= {200, 302, 409}
    assert Account.objects.count() == 300
    assert text_of(as_max.get(path)).count("The list is taken") == 1


@pytest.mark.django_db(transaction=True)
def test_an_account_that_is_entered_at_the_same_moment_is_neither_lost_nor_overwritten(
    as_max, max, alice, bob
):
    upload = Upload(as_max, HEADER + "Kern,kern.example,alice\n", mode="replace")
    path, shown, other = upload.path, upload.shown, Client()
    other.force_login(max)
    entered = {"company": "Kern of Max", "domain": "kern.example", "agent": bob.pk}

    listed, single = at_once(lambda: as_max.post(path, {"shown": shown}), lambda: other.post(ADD, entered))

    if single.status_code == 302:
        assert listed.status_code == 409
        assert accounts() == {"kern.example": ("Kern of Max", "Bob")}
    else:
        assert accounts() == {"kern.example": ("Kern", "Alice")}


def test_the_list_of_somebody_else_is_not_shown(as_max, alice, sign_in):
    upload = Upload(as_max, HEADER + "Kern,kern.example,alice\n")
    other = sign_in("Marketing Admin")

    answers = [
        other.get(upload.path),
        other.post(upload.path, {"shown": upload.shown}),
        other.get(f"{upload.path}report.csv"),
    ]

    assert [answer.headers["Location"] for answer in answers] == [UPLOAD] * 3
    assert not accounts()


def test_a_list_that_is_no_longer_kept_asks_for_it_again(as_max):
    answer = as_max.get(reverse("admin:routing_account_uploaded", args=["gone"]), follow=True)

    assert "That list is no longer kept: upload it again." in text_of(answer)


def test_the_report_names_what_becomes_of_each_line(as_max, kern, alice):
    Account.objects.create(company="Oud", domain="oud.example", agent=alice)
    rows = "=1+1,kern.example,alice\nNoord,noord.example,alice\nZuid,zuid,dan\n"
    upload = Upload(as_max, HEADER + rows, mode="replace")
    expected = [
        ["Line", "Company name", "Domain", "Agent", "Result", "Reason"],
        ["2", "'=1+1", "kern.example", "Alice", "changed", ""],
        ["3", "Noord", "noord.example", "Alice", "new", ""],
        ["4", "", "", "", "not taken", "“zuid” is no domain: write it as kern.example."],
        ["4", "", "", "", "not taken", "There is no agent “dan”."],
        ["", "Oud", "oud.example", "Alice", "removed", ""],
    ]

    assert upload.report() == expected
    assert upload.confirm().report() == expected


def test_the_history_says_who_has_uploaded_a_list(as_max, alice):
    Upload(as_max, HEADER + "Kern,kern.example,alice\n").confirm()

    assert "Account list" in text_of(as_max.get(reverse("admin:index")))


# What is no list


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "The first row"),
        (b"a" * 1_000_000, "is too long for that."),
        (b"a" * 5_000_001, "The file is larger than 5 MB."),
        (HEADER.encode(), "There are no accounts in the file."),
    ],
)
def test_what_is_no_list_is_refused_in_a_sentence(as_max, data, said):
    assert said in text_of(Upload(as_max, data).answer)


def test_without_a_file_or_a_choice_nothing_is_kept(as_max):
    answer = as_max.post(UPLOAD, {"mode": "everything"})

    assert set(answer.context["form"].errors) == {"file", "mode"}


def test_markup_and_turned_text_stay_text(as_max, alice):
    rows = '<script>alert(1)</script>,kern.example,alice\n"שלום","a<b>c",alice\n'

    page = text_of(Upload(as_max, HEADER + rows).answer)

    assert "<script>alert(1)" not in page
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>" in page
    assert "“a&lt;b&gt;c” is no domain" in page


# Not in one long transaction, which the database would end for idling while a list is read.
@pytest.mark.django_db(transaction=True)
def test_fifty_thousand_rows_take_seconds(as_max, alice, bob):
    text = HEADER + "".join(f"Kern {n},kern{n}.example,alice\n" for n in range(50_000))
    started = process_time()

    upload = Upload(as_max, text).confirm()
    assert (upload.counts, Account.objects.count()) == ((50_000, 0, 0, 0, 0), 50_000)

    upload = Upload(as_max, text.replace(",alice", ",bob")).confirm()
    assert upload.counts == (0, 50_000, 0, 0, 0)
    assert len(rows_of(as_max.get(EXPORT))) == 50_001

    upload = Upload(as_max, HEADER + "Kern,kern.example,alice\n", mode="replace").confirm()
    assert (upload.counts, Account.objects.count()) == ((1, 0, 0, 50_000, 0), 1)
    assert process_time() - started < 30


# The export


def test_the_export_can_be_uploaded_again_and_changes_nothing(as_max, hire, alice):
    twins = [hire("Dana"), hire("dana2")]
    for n, owner in enumerate([*twins, alice]):
        owner.name = "Dana"
        owner.user.email = "" if n else "dana@parley.example"
        owner.user.save()
        owner.save()
        Account.objects.create(company=f"=Kern{n}", domain=f"kern{n}.example", agent=owner)
    alice.deactivate()

    exported = as_max.get(EXPORT)

    assert rows_of(exported) == [
        ["company name", "domain", "agent"],
        ["'=Kern0", "kern0.example", "dana@parley.example"],
        ["'=Kern1", "kern1.example", "dana2"],
        ["'=Kern2", "kern2.example", "alice"],
    ]
    assert Upload(as_max, exported.content, mode="replace").counts == (0, 0, 3, 0, 0)


# Who may


def test_a_marketing_admin_uploads_and_replaces(sign_in, alice):
    browser = sign_in("Marketing Admin")

    Upload(browser, HEADER + "Kern,kern.example,alice\n", mode="replace").confirm()

    assert accounts() == {"kern.example": ("Kern", "Alice")}


def test_who_may_only_read_uploads_nothing(sign_in, kern):
    browser = sign_in("Marketing User")

    assert "Upload account list" not in text_of(browser.get(LIST))
    assert [browser.get(UPLOAD).status_code, browser.post(UPLOAD).status_code] == [403, 403]
    assert rows_of(browser.get(EXPORT))[1] == ["Kern", "kern.example", "alice@parley.example"]


def test_who_may_not_delete_replaces_nothing(client, kern):
    user = User.objects.create_user("mia")
    names = ["view_account", "add_account", "change_account"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)

    assert Upload(client, HEADER + "Noord,noord.example,alice\n", mode="replace").answer.status_code == 403


def test_who_sees_no_accounts_exports_none(sign_in, kern):
    assert sign_in("Sales Admin").get(EXPORT).status_code == 200
    assert sign_in("Live Agent").get(EXPORT).status_code in (302, 403)
