"""A list of accounts in a CSV file: every line is taken, or named with what is wrong with it."""

import io
from collections import defaultdict
from typing import NamedTuple

from routing.accounts import as_domain
from routing.comparing import HIDDEN, comparable, shown
from routing.csv_file import read_text, rows

MOST_ROWS = 50_000
LONGEST_FIRST_ROW = 10_000
LONGEST_COMPANY = 200
COLUMNS = ("company name", "domain", "agent")
SEPARATORS = ",;\t"
IN_WORDS = "the columns “company name”, “domain” and “agent”"


class AccountRow(NamedTuple):
    line: int
    company: str
    domain: str
    agent_pk: int


class Problem(NamedTuple):
    """What is wrong with a line. Line 0 is the whole file, of which nothing was taken then."""

    line: int
    text: str


class AccountFile:
    """What is in the file. `agents` has pk, name, username and email of who can own an account.

    `domains` are those on any line, also where the rest of it cannot be taken.
    """

    def __init__(self, data, agents):
        self.accounts, self.problems, self._line_of = [], [], {}
        self._pks = pks_by_name(agents)
        try:
            for line, row in _rows(read_text(data)):
                self._take(line, row)
        except ValueError as refused:
            self.accounts, self.problems, self._line_of = [], [Problem(0, str(refused))], {}

    @property
    def domains(self):
        return self._line_of.keys()

    def _take(self, line, row):
        if isinstance(row, str):
            self.problems.append(Problem(line, row))
            return
        found = []
        for read, cell in zip((self._company, self._domain, self._agent), row, strict=True):
            try:
                found.append(read(_visible(cell), line))
            except ValueError as refused:
                self.problems.append(Problem(line, str(refused)))
        if len(found) == len(row):
            self.accounts.append(AccountRow(line, *found))

    def _company(self, cell, line):
        if not cell:
            raise ValueError("The company name is missing.")
        if len(cell) > LONGEST_COMPANY:
            raise ValueError(f"The company name has more than {LONGEST_COMPANY} characters.")
        return cell

    def _domain(self, cell, line):
        if not cell:
            raise ValueError("The domain is missing.")
        domain = as_domain(cell)
        if self._line_of.setdefault(domain, line) != line:
            raise ValueError(f"{domain} is already on line {self._line_of[domain]}.")
        return domain

    def _agent(self, cell, line):
        if not cell:
            raise ValueError("The agent is missing.")
        match sorted(self._pks.get(comparable(cell), ())):
            case [pk]:
                return pk
            case []:
                raise ValueError(f"There is no agent “{shown(cell)}”.")
            case _:
                raise ValueError(f"More than one agent is called “{shown(cell)}”: write the email address.")


def pks_by_name(agents):
    """Whom each name, username and email can mean, in the form in which they are compared."""
    pks = defaultdict(set)
    for pk, *names in agents:
        for name in filter(None, map(comparable, names)):
            pks[name].add(pk)
    return pks


def _rows(text):
    """Each row's first line, and its cells in the order of COLUMNS or what is wrong with all of it."""
    lines = rows(text, separator=_separator(text))
    _, header = next(lines, (0, []))
    if isinstance(header, str):
        raise ValueError(f"The first row cannot be read. {header}")
    places = _places(header)
    count = 0
    for count, (line, cells) in enumerate(lines, start=1):
        if count > MOST_ROWS:
            raise ValueError(f"The file has more than {MOST_ROWS:,} rows.")
        if isinstance(cells, str):
            yield line, cells
        elif any(cells[len(header) :]):
            yield line, f"There are {len(cells)} columns here, and {len(header)} in the first row."
        else:
            yield line, [cells[place] if place < len(cells) else "" for place in places]
    if not count:
        raise ValueError("There are no accounts in the file.")


def _separator(text):
    """The one by which the first row says the most of what it must."""
    first = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
    if len(first) > LONGEST_FIRST_ROW:
        raise ValueError(f"The first row must name {IN_WORDS}, and is too long for that.")

    def named(separator):
        return sum(_column(cell) in COLUMNS for cell in first.split(separator))

    return max(SEPARATORS, key=named)


def _places(header):
    """Where in a row the cells of COLUMNS are."""
    columns = [_column(cell) for cell in header]
    for column in COLUMNS:
        if columns.count(column) != 1:
            wrong = "is missing" if column not in columns else "is there twice"
            raise ValueError(f"The first row must name {IN_WORDS}: “{column}” {wrong}.")
    return [columns.index(column) for column in COLUMNS]


def _column(cell):
    name = " ".join(comparable(cell.strip().strip('"')).replace("_", " ").split())
    return "company name" if name == "company" else name


def _visible(cell):
    """The cell on one line. Raises ValueError if people would see something else than what is there."""
    cell = " ".join(cell.split())
    if HIDDEN.search(cell):
        raise ValueError(f"“{shown(cell)}” has characters in it that cannot be seen.")
    return cell
