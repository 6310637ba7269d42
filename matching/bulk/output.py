"""How pairs are written: the columns, the sentences and the three kinds of files (输出格式)."""

import csv
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path

from centre.translation import N_, translate

FIELDS = (
    "for",
    "worker",
    "opening",
    "rank",
    "points",
    "trade",
    "experience",
    "skills",
    "wage",
    "place",
    "terms",
    "reasons",
)
SHEET_LINES = 1_048_575
"""Rows of a worksheet besides its header."""
TOLD: Sequence[Sequence[str]] = (
    (
        N_("职业未知"),
        N_("同一职业"),
        N_("同一小类职业"),
        N_("同一行当"),
        N_("可转岗的职业"),
        N_("职业不同但技能用得上"),
    ),
    (N_("经历未登记"), N_("没有相关经历"), N_("有相关经历")),
    (N_("没有技能要求"), N_("技能未登记"), N_("还不会所要求的技能"), N_("会所要求的技能")),
    (N_("工资未知"), N_("工资达到期望"), N_("工资部分达到期望")),
    (N_("地点未知"), N_("在想去的地方"), N_("在可去的范围内")),
    (N_("食宿和用工没有冲突"), N_("食宿或用工合意")),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SPECIAL = re.compile(r'[,"\n\r]')


@dataclass(frozen=True, slots=True)
class Style:
    """`frame` stands before each value and after the last one, `cell` writes a text, `head` begins the file."""

    frame: tuple[str, ...]
    cell: Callable[[str], str]
    head: str

    def sentences(self, language: str) -> list[bytes]:
        """All combinations of reasons in the order of `lines.phrase`."""
        between = "；" if language.startswith("zh") else "; "
        words = [[translate(language, message) for message in factor] for factor in TOLD]
        return [self.cell(between.join(chosen)).encode() for chosen in product(*words)]


def cell(word: str) -> str:
    """A word as a CSV cell; one that a spreadsheet would treat as a formula gets a leading apostrophe."""
    if word.startswith(_FORMULA):
        word = "'" + word
    return '"' + word.replace('"', '""') + '"' if _SPECIAL.search(word) else word


def _text(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)


@lru_cache(maxsize=8)
def style(kind: str, side: str = "worker") -> Style:
    """The style of `csv` or `json` lines in the list of a worker or of an opening."""
    if kind == "csv":
        return Style((f"{side},", *[","] * 10, "\n"), cell, ",".join(FIELDS) + "\n")
    frame = [f'{{"for":"{side}","worker":', *(f',"{name}":' for name in FIELDS[2:])]
    return Style((*frame, "}\n"), _text, "")


def kind_of(path: Path | None) -> str:
    """The format for a file: `json` for JSON Lines, otherwise `csv`, from which workbooks are made."""
    return "json" if path is not None and path.suffix.lower() in (".jsonl", ".ndjson") else "csv"


def to_workbook(table: Path, out: Path) -> None:
    """A workbook from a table, with as many worksheets as its rows need."""
    import xlsxwriter

    with (
        table.open(encoding="utf-8-sig", newline="") as file,
        xlsxwriter.Workbook(str(out), {"constant_memory": True, "strings_to_numbers": False}) as book,
    ):
        reader = csv.reader(file)
        head, sheet = next(reader), None
        for place, line in enumerate(reader):
            if place % SHEET_LINES == 0:
                sheet = book.add_worksheet()
                sheet.write_row(0, 0, head)
            if sheet is not None:
                figures = [int(value) for value in line[3:11]]
                sheet.write_row(place % SHEET_LINES + 1, 0, [*line[:3], *figures, line[11]])
