"""A list of accounts in a CSV file: every line is taken, or named with what is wrong with it."""

import csv
import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import defaultdict
from typing import NamedTuple

from routing.accounts import as_domain
from routing.comparing import HIDDEN, comparable, shown

MOST_ROWS = 50_000
MOST_BYTES = 5_000_000
LONGEST_COMPANY = 200
COLUMNS = ("company name", "domain", "agent")
IN_WORDS = "the columns “company name”, “domain” and “agent”"
SEPARATORS = ",;\t"
LONGEST_FIRST_ROW = 10_000
# What a spreadsheet would take for a formula, and what already has the sign before it that says it is none.
FORMULA = re.compile(r"'*[=+\-@\t\r]")
# How files of Excel and of LibreOffice begin.
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


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
            for line, row in _rows(_text(data)):
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
                found.append(read(_visible(undefused(cell)), line))
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


def written(rows):
    """The rows as a file that spreadsheets open and that can be read here again. Nothing in it is a formula."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows([defused(str(cell)) for cell in row] for row in rows)
    # With a mark at the start, by which Excel knows the encoding.
    return file.getvalue().encode("utf-8-sig")


def defused(cell):
    return f"'{cell}" if FORMULA.match(cell) else cell


def undefused(cell):
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def _text(data):
    """The file as text, whatever program wrote it."""
    if len(data) > MOST_BYTES:
        raise ValueError(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    if data.startswith(SPREADSHEETS):
        raise ValueError("This is a spreadsheet: save it as CSV first.")
    for encoding in _encodings(data):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("The file cannot be read as text.")


def _encodings(data):
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return ["utf-16"]
    # Without a mark at the start: of the two bytes of a Latin letter in UTF-16, one is zero.
    if data[1:2] == b"\0":
        return ["utf-16-le"]
    if data[:1] == b"\0":
        return ["utf-16-be"]
    # What Excel writes on Windows is nearly Latin-1, in which every byte is a character.
    return ["utf-8-sig", "cp1252", "latin-1"]


def _rows(text):
    """Each row's first line, and its cells in the order of COLUMNS or what is wrong with all of it."""
    lines = _lines(text)
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


def _lines(text):
    """Each row that is not blank: its first line, and its cells or, where it cannot be taken apart, why."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            cells = _torn(line, reader.line_num)
        if any(cells):
            yield line, cells


def _torn(line, end):
    """A quotation mark that is never closed, or too late, takes the lines below with it."""
    where = f" from here to line {end}" if end > line else ""
    return f"The quotation marks do not match{where}."


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
