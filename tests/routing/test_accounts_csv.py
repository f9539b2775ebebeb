"""A list of accounts as people save it: in any encoding, with any separator, and with any mistake."""

import codecs
import csv
import io
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.accounts_csv import AccountFile, AccountRow, Problem
from routing.csv_file import defused, undefused, written

ALICE, BOB, OTHER_BOB = 1, 2, 3
AGENTS = [
    (ALICE, "Alice Åberg", "alice", "alice@parley.example"),
    (BOB, "Bob", "bob", "bob@parley.example"),
    (OTHER_BOB, "Bob", "bob2", ""),
]
HEADER = "company name,domain,agent\n"
quick = settings(max_examples=80, deadline=None, database=None)


def read_accounts(data, agents):
    file = AccountFile(data, agents)
    return file.accounts, file.problems


def read(text):
    return read_accounts(text.encode(), AGENTS)


def problem_of(row):
    """What is wrong with the one row of a file."""
    accounts, [problem] = read(HEADER + row)
    assert (accounts, problem.line) == ([], 2)
    return problem.text


def problem_of_file(data):
    accounts, [problem] = read_accounts(data, AGENTS)
    assert (accounts, problem.line) == ([], 0)
    return problem.text


def test_every_row_becomes_an_account():
    assert read(HEADER + "Kern,kern.example,alice\nNoord BV,noord.example,bob2\n") == (
        [AccountRow(2, "Kern", "kern.example", ALICE), AccountRow(3, "Noord BV", "noord.example", OTHER_BOB)],
        [],
    )


@pytest.mark.parametrize(
    "data",
    [
        "company name,domain,agent\nKørn,kern.example,alice\n".encode(),
        "\ufeffcompany name,domain,agent\nKørn,kern.example,alice\n".encode(),
        "company name,domain,agent\nKørn,kern.example,alice\n".encode("utf-16"),
        codecs.BOM_UTF16_BE + "company name,domain,agent\nKørn,kern.example,alice\n".encode("utf-16-be"),
        "company name,domain,agent\nKørn,kern.example,alice\n".encode("utf-16-le"),
        "company name,domain,agent\nKørn,kern.example,alice\n".encode("utf-16-be"),
        "company name,domain,agent\nKørn,kern.example,alice\n".encode("latin-1"),
        "company name;domain;agent\r\nKørn;kern.example;alice\r\n".encode("cp1252"),
        "company name\tdomain\tagent\rKørn\tkern.example\talice".encode(),
        b'"Company Name";"DOMAIN";" Agent "\r\n"K\xf8rn";"kern.example";"alice"',
        "Agent,Company_Name,Domain\nalice,Kørn,kern.example\n".encode(),
        "agent,country,company,domain,size\nalice,Norway,Kørn,kern.example,500\n".encode(),
        "company name,domain,agent,,\nKørn,kern.example,alice,,\n".encode(),
        "company name,domain,agent\nKørn,kern.example,alice,,,\n".encode(),
    ],
)
def test_a_file_is_read_however_it_was_saved(data):
    assert read_accounts(data, AGENTS) == ([AccountRow(2, "Kørn", "kern.example", ALICE)], [])


def test_an_apostrophe_that_windows_wrote_is_one():
    accounts, _ = read_accounts(HEADER.encode() + b"Kern\x92s,kern.example,alice", AGENTS)

    assert accounts[0].company == "Kern\N{RIGHT SINGLE QUOTATION MARK}s"


def test_a_byte_that_windows_does_not_know_spoils_its_own_row_only():
    accounts, problems = read_accounts(
        HEADER.encode() + b"K\x81rn,kern.example,alice\nN\xf8rd,noord.example,alice", AGENTS
    )

    assert accounts == [AccountRow(3, "Nørd", "noord.example", ALICE)]
    assert [problem.line for problem in problems] == [2]


@pytest.mark.parametrize(
    "agent", ["alice", "ALICE ", "alice@Parley.example", "alice \u00e5BERG", "Alice A\u030aberg"]
)
def test_an_agent_is_known_by_email_username_or_name(agent):
    [kern], _ = read(HEADER + f"Kern,kern.example,{agent}")

    assert kern.agent_pk == ALICE


@pytest.mark.parametrize(
    "domain", ["KERN.example", "@kern.example", "www.kern.example", "https://kern.example/nl"]
)
def test_a_domain_is_read_from_what_people_paste(domain):
    assert read(HEADER + f"Kern,{domain},alice")[0] == [AccountRow(2, "Kern", "kern.example", ALICE)]


def test_a_domain_in_any_script_is_kept_in_ascii():
    [account], _ = read(HEADER + "Bücher,bücher.example,alice")

    assert account.domain == "xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (",kern.example,alice", "The company name is missing."),
        ("Kern,,alice", "The domain is missing."),
        ("Kern,kern.example,", "The agent is missing."),
        ("Kern,kern.example", "The agent is missing."),
        ("K" * 201 + ",kern.example,alice", "The company name has more than 200 characters."),
        ("Kern,kern.example,dan", "There is no agent “dan”."),
        ("Kern,kern.example,bob", "More than one agent is called “bob”: write the email address."),
        ("Kern,kern.example,alice,500", "There are 4 columns here, and 3 in the first row."),
        ('Kern,"kern.example" x,alice', "The quotation marks do not match."),
        ('Kern,"kern.example,alice', "The quotation marks do not match."),
        (
            "Kern,kern.example,ali\x00ce",
            "“ali\N{REPLACEMENT CHARACTER}ce” has characters in it that cannot be seen.",
        ),
        (
            "K\N{RIGHT-TO-LEFT OVERRIDE}ern,kern.example,alice",
            "“K\N{REPLACEMENT CHARACTER}ern” has characters in it that cannot be seen.",
        ),
    ],
)
def test_a_row_that_cannot_be_taken_is_named_with_the_reason(row, text):
    assert problem_of(row) == text


@pytest.mark.parametrize(
    "domain", ["kern", "kern example", "-kern.example", "kern..example", "a" * 64 + ".example"]
)
def test_what_is_no_domain_is_named(domain):
    assert "is no domain" in problem_of(f"Kern,{domain},alice")


@pytest.mark.parametrize("domain", ["gmail.com", "Outlook.com", "@yahoo.com", "icloud.com", "proton.me"])
def test_nobody_owns_where_everybody_has_a_mailbox(domain):
    assert "no company owns it" in problem_of(f"Kern,{domain},alice")


def test_a_domain_that_comes_twice_is_named_with_the_line_it_was_on():
    accounts, problems = read(
        HEADER + "Kern,kern.example,alice\nKern BV,www.KERN.example,bob2\nNoord,noord.example,alice\n"
    )

    assert [account.line for account in accounts] == [2, 4]
    assert problems == [Problem(3, "kern.example is already on line 2.")]


def test_everything_that_is_wrong_with_a_row_is_said_at_once():
    _, problems = read(HEADER + ",,dan")

    assert problems == [
        Problem(2, "The company name is missing."),
        Problem(2, "The domain is missing."),
        Problem(2, "There is no agent “dan”."),
    ]


def test_lines_are_counted_as_an_editor_does():
    text = "\n" + HEADER + '\n"Kern\nof Ghent",kern.example,alice\n , ,\nNoord,,alice\n'

    accounts, problems = read(text)

    assert accounts == [AccountRow(4, "Kern of Ghent", "kern.example", ALICE)]
    assert problems == [Problem(7, "The domain is missing.")]


def test_a_bad_quotation_mark_spoils_its_own_row_only():
    accounts, problems = read(HEADER + 'Kern,"kern" x,alice\nNoord,noord.example,alice\n')

    assert [account.line for account in accounts] == [3]
    assert [problem.line for problem in problems] == [2]


def test_a_quotation_mark_that_is_never_closed_says_how_far_it_reaches():
    _, problems = read(HEADER + 'Kern,"kern.example,alice\nNoord,noord.example,alice\n')

    assert problems == [Problem(2, "The quotation marks do not match from here to line 3.")]


def test_a_formula_is_just_text():
    [account], _ = read(HEADER + '"=HYPERLINK(""http://x.example"")",kern.example,alice')

    assert account.company == '=HYPERLINK("http://x.example")'


@pytest.mark.parametrize("cell", ["=1+1", "+31 20", "-", "@kern", "'=1+1", "''@kern", "\t=1"])
def test_a_formula_is_defused_when_written_and_itself_again_when_read(cell):
    assert defused(cell) == f"'{cell}"
    assert undefused(defused(cell)) == cell


@pytest.mark.parametrize("cell", ["Kern", "'s Gravenhage", "1+1", "", "'"])
def test_what_is_no_formula_is_written_as_it_is(cell):
    assert (defused(cell), undefused(cell)) == (cell, cell)


@quick
@given(
    st.lists(
        st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20),
        min_size=1,
        max_size=5,
    )
)
def test_what_is_written_can_be_read_again(companies):
    rows = [(company, f"kern{n}.example", "alice") for n, company in enumerate(companies)]

    accounts, problems = read_accounts(written([("Company name", "Domain", "Agent"), *rows]), AGENTS)

    assert ([account.company for account in accounts], problems) == (companies, [])


def test_a_domain_is_noticed_on_a_line_that_cannot_be_taken():
    file = AccountFile((HEADER + "Kern,kern.example,alice\nNoord,noord.example,dan\n").encode(), AGENTS)

    assert set(file.domains) == {"kern.example", "noord.example"}
    assert [account.domain for account in file.accounts] == ["kern.example"]


@pytest.mark.parametrize("sign", [",", '"', "a", ";", "\t", "\n", ",\n", '"\n'])
def test_five_megabytes_of_one_sign_are_refused_at_once(sign):
    bomb = (sign * 5_000_000)[:5_000_000].encode()
    started = process_time()

    for data in (bomb, HEADER.encode() + bomb[: -len(HEADER)]):
        accounts, problems = read_accounts(data, AGENTS)
        assert (len(accounts), len(problems) > 0) == (0, True)

    assert process_time() - started < 10


@pytest.mark.parametrize(
    ("header", "wrong"),
    [
        ("", "“company name” is missing"),
        ("Kern,kern.example,alice", "“company name” is missing"),
        ("company name,agent", "“domain” is missing"),
        ("company,domain,agent,domain", "“domain” is there twice"),
    ],
)
def test_the_first_row_must_name_the_columns(header, wrong):
    assert (
        problem_of_file(f"{header}\nKern,kern.example,alice".encode())
        == f"The first row must name the columns “company name”, “domain” and “agent”: {wrong}."
    )


def test_a_file_that_is_no_list_is_refused():
    assert problem_of_file(b"PK\x03\x04 and so on") == "This is a spreadsheet: save it as CSV first."
    assert problem_of_file(codecs.BOM_UTF16_LE + b"abc") == "The file cannot be read as text."
    assert (
        problem_of_file(b'"company name,domain,agent')
        == "The first row cannot be read. The quotation marks do not match."
    )
    assert problem_of_file(HEADER.encode()) == "There are no accounts in the file."


def test_fifty_thousand_rows_are_read_and_one_more_is_refused():
    text = HEADER + "".join(f"Kern {n},kern{n}.example,alice\n" for n in range(50_000))

    accounts, problems = read(text)

    assert (len(accounts), problems) == (50_000, [])
    assert problem_of_file(f"{text}Kern,kern.example,alice".encode()) == "The file has more than 50,000 rows."


def test_five_megabytes_are_read_and_one_byte_more_is_refused():
    text = (HEADER + "Kern,kern.example,alice\n").ljust(5_000_000, "\n").encode()

    assert len(read_accounts(text, AGENTS)[0]) == 1
    assert problem_of_file(text + b"\n") == "The file is larger than 5 MB."


@quick
@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda rows: HEADER.encode() + rows))
def test_whatever_is_uploaded_gives_accounts_or_problems(data):
    accounts, problems = read_accounts(data, AGENTS)

    assert accounts or problems


@quick
@given(
    st.lists(st.text(st.characters(categories=["L", "N", "P", "Sm"]), min_size=1), min_size=1, max_size=5),
    st.sampled_from(",;\t"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_spreadsheet_writes_is_what_is_read(companies, separator, encoding):
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=separator)
    writer.writerow(["Company name", "Domain", "Agent"])
    writer.writerows([company, f"kern{n}.example", "alice"] for n, company in enumerate(companies))

    accounts, problems = read_accounts(file.getvalue().encode(encoding), AGENTS)

    assert ([account.company for account in accounts], problems) == (companies, [])
