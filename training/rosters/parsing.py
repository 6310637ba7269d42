"""From the school's file to rows: headers found or chosen, signature lines dropped, 同上 filled in, duplicates
reported."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from itertools import pairwise

from centre.errors import Problem
from centre.sheets.cells import Cell, HeaderHidden, HeaderMissing, Row, Sheet, Workbook
from centre.sheets.entries import (
    Rules,
    SheetEntry,
    cell_problem,
    entries,
    header_of,
    remarks_of_book,
    remarks_of_header,
    without_header,
)
from centre.sheets.header import Header, find_header
from centre.sheets.reading import read_sheets, text_of
from centre.text import normalise
from centre.translation import N_
from training.rosters.columns import ALIASES, LABELS, NEVER_DITTO, REQUIRED
from training.rosters.rules import NoHeader, RosterReading, RosterVerdict, TooManyRows
from training.rosters.trainee import against_class, read_trainee

MOST_ROWS = 60_000
SHARED_PHONE = 3
SAMPLES = 2
"""How many lines of a file are shown beside its columns."""

RULES = Rules(
    ALIASES,
    REQUIRED,
    own=NEVER_DITTO,
    days={"birth", "days"},
    numbers_checked={"id_number", "bank", "phone", "card_no"},
)
_DEPTH = 20
_IDENTITY = re.compile(r"[0-9]{15}|[0-9]{17}[0-9Xx]")

Chosen = Mapping[str, Mapping[str, str]]
"""A school's column assignments: by fingerprint of the header, the field of each column number; "" is unused."""


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """What reading a roster needs to know of its class."""

    major: str
    level: int | None
    start_on: date
    end_on: date
    least_age: int
    today: date


@dataclass(frozen=True, slots=True)
class Layout:
    """The header of one sheet, its fingerprint, and the first lines under it (表头)."""

    header: Header
    fingerprint: str
    samples: Sequence[Sequence[str]]

    @property
    def is_complete(self) -> bool:
        """Whether the required columns are known."""
        return all(name in self.header.columns for name in REQUIRED)

    def as_dict(self) -> dict[str, object]:
        """For the record; the samples are personal and stored separately."""
        return {
            "columns": dict(self.header.columns),
            "titles": {str(column): title for column, title in self.header.titles.items()},
            "header_row": self.header.last_row,
            "fingerprint": self.fingerprint,
            "unknown": list(self.header.unknown.values()),
            "hidden": list(self.header.hidden.values()),
        }


@dataclass(slots=True)
class Roster:
    """A parsed file: its rows, and the columns of each sheet."""

    readings: list[RosterReading] = field(default_factory=list)
    layouts: dict[str, Layout] = field(default_factory=dict)
    remarks: list[Problem] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether at least one sheet can be read."""
        return any(layout.is_complete for layout in self.layouts.values())


def fingerprint(titles: Mapping[int, str]) -> str:
    """Equal for headers with the same titles in the same columns, regardless of script, width and spaces."""
    levelled = [[column, normalise(title).replace(" ", "")] for column, title in sorted(titles.items())]
    return sha256(json.dumps(levelled, ensure_ascii=False).encode()).hexdigest()


def open_roster(content: bytes, file_name: str) -> Workbook:
    """Parse a roster's file in a child process. Raises SheetRefused."""
    return read_sheets(content, file_name, aliases=ALIASES)


def remarks_of(book: Workbook, layouts: Mapping[str, Layout]) -> list[Problem]:
    """What of a file is not read: hidden sheets, sheets without a header, unknown and hidden columns."""
    remarks = remarks_of_book(book)
    for sheet in book.data_sheets:
        layout = layouts.get(sheet.name[:100])
        remarks += remarks_of_header(sheet, layout.header) if layout else [without_header(sheet)]
    return remarks


def layouts_of(book: Workbook, chosen: Chosen) -> dict[str, Layout]:
    """The header of every sheet that has one. Raises NoHeader when nothing in the file looks like a roster."""
    layouts = {}
    for sheet in book.data_sheets:
        header = _header(sheet)
        if header is None:
            continue
        print_ = fingerprint(header.titles)
        if print_ in chosen:
            assigned = {name: int(column) for column, name in chosen[print_].items() if name}
            header = replace(header, columns=assigned)
        lines = [row for row in sheet.rows if row.number > header.last_row][:SAMPLES]
        samples = [[text_of(row.cell(column))[:60] for column in header.titles] for row in lines]
        layouts[sheet.name[:100]] = Layout(header, print_, samples)
    if not layouts:
        raise NoHeader(field="file")
    return layouts


def read_roster(book: Workbook, facts: ClassFacts, chosen: Chosen | None = None) -> Roster:
    """Every row of every sheet whose columns are known. Raises NoHeader or TooManyRows."""
    roster = Roster(layouts=layouts_of(book, chosen or {}))
    for sheet in book.data_sheets:
        layout = roster.layouts.get(sheet.name[:100])
        if layout is None or not layout.is_complete:
            continue
        if len(roster.readings) + len(sheet.rows) > MOST_ROWS:
            raise TooManyRows(limit=MOST_ROWS)
        roster.readings += _sheet_rows(sheet, layout.header, facts)
    report_duplicates(roster.readings)
    _warn_of_shared_phones(roster.readings)
    return roster


def read_again(
    sheet: str, row_no: int, cells: Mapping[str, str], columns: Sequence[str], facts: ClassFacts
) -> RosterReading:
    """A row with corrected cells; `columns` are the fields that its sheet has a column for."""
    values = {name: cells.get(name) or None for name in columns}
    problems = [problem for name, cell in values.items() if (problem := cell_problem(name, cell))]
    return _reading(sheet, SheetEntry(Row(row_no, list(values.values())), values, problems), facts)


def _header(sheet: Sheet) -> Header | None:
    try:
        return header_of(sheet, RULES)
    except HeaderHidden:
        raise
    except HeaderMissing:
        return _likely_header(sheet.rows)


def _likely_header(rows: Sequence[Row]) -> Header | None:
    """The line above the first identity number, whatever its titles; the school is asked what they mean."""
    for above, row in pairwise(rows[: _DEPTH + 1]):
        if any(_is_identity(cell) for cell in above.cells):
            return None
        if not any(_is_identity(cell) for cell in row.cells):
            continue
        titles = {column: cell[:60] for column, cell in enumerate(above.cells) if isinstance(cell, str)}
        if len(titles) < len(REQUIRED):
            return None
        try:
            known = find_header([above], ALIASES).columns
        except HeaderMissing:
            known = {}
        return Header(known, titles, above.number, above.number)
    return None


def _is_identity(cell: Cell) -> bool:
    if isinstance(cell, float):
        return cell >= 1e14
    return isinstance(cell, str) and _IDENTITY.fullmatch("".join(cell.split()).strip("'’")) is not None


def _sheet_rows(sheet: Sheet, header: Header, facts: ClassFacts) -> Iterator[RosterReading]:
    name = sheet.name[:100]
    for entry in entries(sheet, header, RULES):
        if entry.is_left_out or _is_paper(entry.cells):
            shown = {"text": entry.text}
            yield RosterReading(name, entry.row.number, shown, verdict=RosterVerdict.IGNORED)
        else:
            yield _reading(name, entry, facts)


def _is_paper(cells: Mapping[str, Cell]) -> bool:
    """Whether a line has neither a name nor a number, so that it is not about a person."""
    return cells.get("name") is None and cells.get("id_number") is None


def _reading(sheet: str, entry: SheetEntry, facts: ClassFacts) -> RosterReading:
    cells = entry.cells
    trainee, problems, warnings = read_trainee(
        cells, today=facts.today, start_on=facts.start_on, least_age=facts.least_age
    )
    unread = [problem for problem in entry.problems if problem.field in ("", *LABELS)]
    doubtful = {problem.field for problem in unread}
    problems = [*unread, *(problem for problem in problems if problem.field not in doubtful)]
    if problems:
        trainee = None
    warnings += against_class(cells, major=facts.major, level=facts.level, start_on=facts.start_on, end_on=facts.end_on)
    shown = {name: text_of(cell)[:200] for name, cell in cells.items() if cell is not None}
    verdict = RosterVerdict.ERROR if problems else RosterVerdict.CREATE
    number = trainee.number if trainee else ""
    return RosterReading(sheet, entry.row.number, shown, trainee, verdict, problems, warnings, number=number)


def report_duplicates(readings: Sequence[RosterReading]) -> None:
    """Report the second line with one identity number as an error that names the first; nothing is merged by guessing.

    The same person under an old number of 15 digits and a new one of 18 gets a message of its own.
    """
    first: dict[str, RosterReading] = {}
    for reading in readings:
        if reading.trainee is None:
            continue
        before = first.setdefault(reading.trainee.number, reading)
        if before is reading or before.trainee is None:
            continue
        where = {"sheet": before.sheet, "row": before.row_no}
        if before.trainee.legacy_number is reading.trainee.legacy_number:
            problem = Problem(
                "id_number", "duplicate-in-file", N_("与本文件“{sheet}”第 {row} 行是同一个身份证号"), where
            )
        else:
            message = N_("与本文件“{sheet}”第 {row} 行是同一个人：一行是 15 位旧号码，一行是 18 位号码")
            problem = Problem("id_number", "duplicate-old-number", message, where)
        reading.problems.append(problem)
        reading.trainee, reading.verdict = None, RosterVerdict.ERROR


def _warn_of_shared_phones(readings: Sequence[RosterReading]) -> None:
    """Warn about a telephone shared by more than three trainees, which is lawful in a family but unusual in a class."""
    phones = Counter(reading.trainee.phone for reading in readings if reading.trainee and reading.trainee.phone)
    for reading in readings:
        if reading.trainee and phones[reading.trainee.phone] > SHARED_PHONE:
            message = N_("这个电话在本文件里有 {count} 人使用，请核对")
            reading.warnings.append(Problem("phone", "phone-shared", message, {"count": phones[reading.trainee.phone]}))
