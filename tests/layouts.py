"""Forty messy layouts of tables, as offices and programs write them: encodings, delimiters, titles, totals."""

import io
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import xlsxwriter
import xlwt

from centre.text import traditional

Row = Sequence[str]
Headings = Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Layout:
    """How one file is written; `seed` decides headings, the order of columns and the forms of cells."""

    seed: int
    kind: str
    encoding: str = "utf-8"
    delimiter: str = ","
    title: bool = False
    total: bool = False
    unknown: bool = False
    old_script: bool = False
    blank_rows: bool = False
    units: bool = False

    @property
    def name(self) -> str:
        """The file's name."""
        return f"layout-{self.seed}.{self.kind}"


CSV_KINDS = [
    ("utf-8", ","), ("utf-8-sig", ","), ("gb18030", ","), ("utf-16", "\t"), ("utf-8", ";"), ("gb18030", "\t"),
    ("utf-8-sig", "\t"), ("utf-16-le", ","), ("gb18030", ";"), ("utf-8", "\t"),
]  # fmt: skip


def layouts(kinds: Sequence[str] = ("xlsx", "xls", "csv", "csv")) -> list[Layout]:
    """Forty of them, the same on every run."""
    dice, forty = random.Random(40), []
    for seed in range(40):
        kind = kinds[seed % len(kinds)]
        encoding, delimiter = CSV_KINDS[seed // 2 % len(CSV_KINDS)] if kind == "csv" else ("utf-8", ",")
        marks = [dice.random() < 0.4 for _ in range(6)]
        forty.append(Layout(seed, kind, encoding, delimiter, *marks))
    return forty


def written(layout: Layout, headings: Headings, rows: Sequence[Row], foot: Row = ()) -> bytes:
    """A table in a layout. Each column's heading is one of its words; `foot` is the line of totals."""
    dice = random.Random(layout.seed)
    words = [dice.choice(names) for names in headings]
    if layout.old_script:
        words = [traditional(word) for word in words]
    order = list(range(len(words)))
    dice.shuffle(order)
    lines: list[Row] = [[row[at] for at in order] for row in rows]
    head: list[str] = [words[at] for at in order]
    if layout.unknown:
        head = ["序号", *head]
        lines = [[str(number), *row] for number, row in enumerate(lines, 1)]
    if layout.kind == "jsonl":
        return "".join(
            json.dumps(dict(zip(head, row, strict=True)), ensure_ascii=False) + "\n" for row in lines
        ).encode()
    table: list[Row] = [["咸阳示例 2026 年 11 月汇总表"], head] if layout.title else [head]
    for number, row in enumerate(lines):
        table += [[""] * len(head), row] if layout.blank_rows and number % 5 == 4 else [row]
    if layout.total and foot:
        table.append(foot)
    return WRITERS[layout.kind](layout, table)


def _csv(layout: Layout, table: Sequence[Row]) -> bytes:
    def cell(text: str) -> str:
        needs = any(sign in text for sign in (layout.delimiter, '"', "\n"))
        return '"' + text.replace('"', '""') + '"' if needs else text

    text = "\r\n".join(layout.delimiter.join(map(cell, row)) for row in table) + "\r\n"
    mark = b"\xff\xfe" if layout.encoding == "utf-16-le" else b""
    return mark + text.encode(layout.encoding)


def _xlsx(layout: Layout, table: Sequence[Row]) -> bytes:
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        sheet = book.add_worksheet("汇总")
        for number, row in enumerate(table):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text)
        if layout.units:
            book.add_worksheet("说明").write_string(0, 0, "请勿修改表头")
    return packed.getvalue()


def _xls(_layout: Layout, table: Sequence[Row]) -> bytes:
    book, packed = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("汇总")
    for number, row in enumerate(table):
        for column, text in enumerate(row):
            sheet.write(number, column, text)
    book.save(packed)
    return packed.getvalue()


WRITERS: dict[str, Callable[[Layout, Sequence[Row]], bytes]] = {"csv": _csv, "xlsx": _xlsx, "xls": _xls}
