"""The roll as a spreadsheet, filled in on a laptop or a telephone without a network, and read back."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from centre.errors import Invalid, Problem
from centre.sheets.cells import Cell, Workbook
from centre.sheets.header import body, find_header
from centre.sheets.reading import text_of
from centre.sheets.writing import Column, export
from centre.translation import N_
from matching.export.queries import Seated
from matching.export.roll.rules import RollWord

ALIASES = {"copy": ("表号",), "member": ("编号",), "name": ("姓名",), "word": ("上车",)}
YES, NO = (
    frozenset({"是", "上车", "到", "√", "✓", "1", "y", "yes", "v"}),
    frozenset({"否", "没来", "未到", "×", "0", "n", "no", "x"}),
)


@dataclass(frozen=True, slots=True)
class ReadRoll:
    """What a sheet says: which copy it is, and the word for each member."""

    device: str
    words: Mapping[int, RollWord]


def write_roll(batch_no: str, lines: list[Seated]) -> bytes:
    """An .xlsx of the roll; its copy number makes later uploads of the same copy corrections of its own words."""
    copy = f"sheet-{secrets.token_hex(6)}"
    columns = [
        Column(ALIASES["copy"][0], width=20),
        Column(ALIASES["member"][0], kind="number", width=10),
        Column("车"), Column("座位"), Column(ALIASES["name"][0]), Column(ALIASES["word"][0], width=10),
    ]  # fmt: skip
    rows = [[copy, line.member_id, line.vehicle or None, line.seat or None, line.name, None] for line in lines]
    return export(batch_no, columns, rows)


def read_roll(book: Workbook) -> ReadRoll:
    """Read a roll back; empty cells are ignored. Raises Invalid with every cell that is neither yes nor no."""
    words: dict[int, RollWord] = {}
    copies: set[str] = set()
    problems: list[Problem] = []
    for sheet in book.data_sheets:
        header = find_header(sheet.rows, ALIASES, required=("copy", "member", "word"))
        for row in body(sheet.rows, header):
            cells = header.read(row)
            said = text_of(cells.get("word")).strip().casefold()
            if not said:
                continue
            member_id = _number(cells.get("member"))
            if member_id is None or said not in YES | NO:
                problems.append(Problem("sheet", "roll-cell", UNREADABLE, {"row": row.number, "cell": said[:20]}))
                continue
            copies.add(text_of(cells.get("copy")).strip())
            words[member_id] = RollWord.BOARDED if said in YES else RollWord.ABSENT
    if problems:
        raise Invalid(problems)
    if len(copies) != 1 or not next(iter(copies)).startswith("sheet-"):
        raise Invalid([Problem("sheet", "roll-copy", NO_COPY)])
    return ReadRoll(copies.pop()[:60], words)


UNREADABLE = N_("第 {row} 行写的是“{cell}”，请在“上车”一栏写“是”或“否”")
NO_COPY = N_("请用本页下载的点名表，“表号”一栏不要改，也要至少填一个人")


def _number(cell: Cell) -> int | None:
    text = text_of(cell).strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 15 else None
