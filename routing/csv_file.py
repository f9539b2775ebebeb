"""CSV as spreadsheets write and open it, whatever program they are and wherever they run."""

import csv
import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE

MOST_BYTES = 5_000_000
# What a spreadsheet would take for a formula, and what already has the sign before it that says it is none.
FORMULA = re.compile(r"'*[=+\-@\t\r]")
# How files of Excel and of LibreOffice begin.
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read_text(data):
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


def rows(text, *, separator):
    """Each row that is not blank: its first line, and its cells or, where it cannot be taken apart, why."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = [undefused(cell.strip()) for cell in next(reader)]
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
