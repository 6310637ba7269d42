"""From the school's file to rows: headers found, paper lines dropped, 同上 filled in, duplicates told."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from centre.errors import Problem
from centre.sheets.cells import Cell, HeaderMissing, Row, Sheet, Workbook
from centre.sheets.header import Header, body, find_header
from centre.sheets.reading import text_of
from centre.words import N_
from training.rosters.cells import against_class, is_ditto, read_trainee
from training.rosters.columns import ALIASES, NEVER_DITTO, REQUIRED
from training.rosters.rules import NoHeader, Reading, TooManyRows, Verdict

MOST_ROWS = 5_000
SHARED_PHONE = 3


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """What reading a roster needs to know of the class that it is for."""

    major: str
    level: int | None
    start_on: date
    end_on: date
    least_age: int
    today: date


@dataclass(slots=True)
class Roster:
    """A file that was read: its rows, and where each sheet's columns are."""

    readings: list[Reading]
    headers: dict[str, Header]


def read_roster(book: Workbook, facts: ClassFacts) -> Roster:
    """Every row of every sheet that has a header. Raises NoHeader or TooManyRows."""
    roster = Roster([], {})
    for sheet in book.data_sheets:
        try:
            header = find_header(sheet.rows, ALIASES, required=REQUIRED)
        except HeaderMissing:
            continue
        roster.headers[sheet.name[:100]] = header
        roster.readings += _sheet_rows(sheet, header, facts)
        if len(roster.readings) > MOST_ROWS:
            raise TooManyRows(limit=MOST_ROWS)
    if not roster.headers:
        raise NoHeader(field="file")
    _tell_duplicates(roster.readings)
    _tell_shared_phones(roster.readings)
    return roster


def _sheet_rows(sheet: Sheet, header: Header, facts: ClassFacts) -> Iterator[Reading]:
    people = {row.number for row in body(sheet.rows, header)}
    above: dict[str, Cell] = {}
    for row in sheet.rows:
        if row.number <= header.last_row:
            continue
        cells = header.read(row)
        if row.number not in people or _is_paper(cells):
            shown = {"text": " ".join(text_of(cell) for cell in row.cells if cell is not None)[:200]}
            yield Reading(sheet.name[:100], row.number, shown, verdict=Verdict.IGNORED)
            continue
        above = _without_ditto(cells, above)
        yield _reading(sheet, row, above, facts)


def _is_paper(cells: dict[str, Cell]) -> bool:
    """Lines with neither a name nor a number are not about a person."""
    return cells.get("name") is None and cells.get("id_number") is None


def _without_ditto(cells: dict[str, Cell], above: dict[str, Cell]) -> dict[str, Cell]:
    return {
        name: above.get(name) if is_ditto(cell) and name not in NEVER_DITTO else cell for name, cell in cells.items()
    }


def _reading(sheet: Sheet, row: Row, cells: dict[str, Cell], facts: ClassFacts) -> Reading:
    trainee, problems, warnings = read_trainee(
        cells, today=facts.today, start_on=facts.start_on, least_age=facts.least_age
    )
    warnings += against_class(cells, major=facts.major, level=facts.level, start_on=facts.start_on, end_on=facts.end_on)
    shown = {name: text_of(cell)[:200] for name, cell in cells.items() if cell is not None}
    verdict = Verdict.ERROR if problems else Verdict.CREATE
    return Reading(sheet.name[:100], row.number, shown, trainee, verdict, problems, warnings)


def _tell_duplicates(readings: Sequence[Reading]) -> None:
    """The second line with one identity number is an error that names the first; nothing is merged by guessing."""
    first: dict[str, Reading] = {}
    for reading in readings:
        if reading.trainee is None:
            continue
        before = first.setdefault(reading.trainee.number, reading)
        if before is reading:
            continue
        reading.problems.append(
            Problem(
                "id_number",
                "duplicate-in-file",
                N_("与本文件“{sheet}”第 {row} 行是同一个身份证号"),
                {"sheet": before.sheet, "row": before.row_no},
            )
        )
        reading.trainee, reading.verdict = None, Verdict.ERROR


def _tell_shared_phones(readings: Sequence[Reading]) -> None:
    """One telephone for more than three trainees is lawful in a family, and worth a look in a class."""
    phones = Counter(reading.trainee.phone for reading in readings if reading.trainee and reading.trainee.phone)
    for reading in readings:
        if reading.trainee and phones[reading.trainee.phone] > SHARED_PHONE:
            message = N_("这个电话在本文件里有 {count} 人使用，请核对")
            reading.warnings.append(Problem("phone", "phone-shared", message, {"count": phones[reading.trainee.phone]}))
