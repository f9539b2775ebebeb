"""Max is told what a file of accounts is not, and gets files back: the report and the export."""

from time import process_time

import pytest

from routing.models import Account
from tests.routing.account_pages import EXPORT, HEADER, UPLOAD, Upload, rows_of, text_of

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


# The report


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


def test_who_sees_no_accounts_exports_none(sign_in, kern):
    assert sign_in("Sales Admin").get(EXPORT).status_code == 200
    assert sign_in("Live Agent").get(EXPORT).status_code in (302, 403)
