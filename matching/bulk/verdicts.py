"""Which lines of a table are refused, and why: unreadable cells, ids that are missing, cut or come twice (读入结果)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from centre.errors import Problem
from centre.grammars.reading import Unreadable
from centre.translation import N_, translate
from matching.bulk.blocks import Block, SheetHead, blocks, columns, numbered, sheets_of
from matching.bulk.parsing import COLUMNS, check_id, named

MOST_KEPT = 10_000
"""Refused lines of one table that are listed; further ones are only counted."""


@dataclass(frozen=True, slots=True)
class UnmatchedLine:
    """A line that is not matched: where it stands, its id, and what to change."""

    sheet: str
    row: int
    id: str
    problem: Problem

    def words(self, language: str) -> str:
        """The line and the reason in a language."""
        place = translate(language, N_("第 {row} 行"), row=self.row)
        return " ".join(filter(None, (self.sheet, place, self.id))) + f": {self.reason(language)}"

    def reason(self, language: str) -> str:
        """The column and what is wrong, in a language."""
        names = COLUMNS.get(self.problem.field, ())
        message = translate(language, self.problem.message, **self.problem.params)
        return f"{names[0] if language == 'en' else names[1]}: {message}" if names else message


@dataclass(slots=True)
class Verdicts:
    """What became of the lines of one table."""

    file: str
    read: int = 0
    refused: int = 0
    faults: list[UnmatchedLine] = field(default_factory=list)
    remarks: Sequence[Problem] = ()

    def add(self, read: int, faults: Sequence[UnmatchedLine]) -> None:
        """Count a block."""
        self.read += read
        self.refused += len(faults)
        self.faults += faults[: max(MOST_KEPT - len(self.faults), 0)]

    def summary(self, language: str) -> str:
        """How many lines were read and refused, in a language."""
        message = N_("{file}：读入 {read} 行，{refused} 行没有读")
        return translate(language, message, file=self.file, read=self.read, refused=self.refused)


Repeats = Mapping[int, Mapping[int, tuple[str, int]]]
"""By the start of a block: the places of ids that came before, and the sheet and line where each came first."""


def repeated_ids(sheet: SheetHead) -> Repeats:
    """Every line whose id an earlier line has already; ids are compared whole."""
    place = named(sheet.names)["id"]
    hashes = [
        np.fromiter((hash(cell.strip()) for cell in columns(sheet, block)[place]), np.int64) for block in blocks(sheet)
    ]
    values, counts = np.unique(np.concatenate(hashes or [np.zeros(0, np.int64)]), return_counts=True)
    often = set(values[counts > 1].tolist()) - {hash("")}
    repeats: dict[int, dict[int, tuple[str, int]]] = {}
    first: dict[str, tuple[str, int]] = {}
    for block in blocks(sheet) if often else ():
        names = sheets_of(sheet, block)
        for at, (number, row) in enumerate(numbered(sheet, block)):
            id_ = row[place].strip() if place < len(row) else ""
            if hash(id_) in often:
                here = (names[at] if names else "", number)
                before = first.setdefault(id_, here)
                if before is not here:
                    repeats.setdefault(block.start, {})[at] = before
    return repeats


def faults_of(
    sheet: SheetHead, block: Block, ids: Sequence[str], refused: Mapping[int, Unreadable], repeats: Repeats
) -> dict[int, UnmatchedLine]:
    """The refused lines of a block by their place in it."""
    problems: dict[int, Problem] = {}
    if "" in ids or "e+" in "\n".join(ids).lower():
        for at, id_ in enumerate(ids):
            try:
                check_id(id_)
            except Unreadable as refusal:
                problems[at] = Problem("id", refusal.code, refusal.message, refusal.params)
    for at, (name, number) in repeats.get(block.start, {}).items():
        message = N_("与第 {row} 行是同一个编号，只用了第 {row} 行")
        problems.setdefault(at, Problem("id", "id-repeated", message, {"row": number, "sheet": name}))
    for at, row in enumerate(block.rows):
        if row.problem is not None:
            problems[at] = row.problem
    for at, why in refused.items():
        problems.setdefault(at, Problem(why.field, why.code, why.message, why.params))
    if not problems:
        return {}
    names = sheets_of(sheet, block)
    lines = [number for number, _ in numbered(sheet, block)]
    return {
        at: UnmatchedLine(names[at] if names else "", lines[at], ids[at], problem)
        for at, problem in sorted(problems.items())
    }
