"""Columns of cells become columns of numbers: every distinct value is encoded once, by the one encoder (表格编码).

A group of related cells (the two wages, the regions with the home) is looked up as a whole; only new values go through
the profile and the encoder of the rest of the service, so both give the same result.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np

from centre.grammars.reading import Unreadable
from matching.bulk import parsing
from matching.engine.fit.profiles import Ground
from matching.engine.pairs import columns as c
from matching.engine.pairs.columns import I4, I8, Lists, Workers
from matching.engine.pairs.encode import Growing, OpeningColumns, Register, WorkerColumns, taken, ymd

Cells = Mapping[str, Sequence[str]]
DAY, KEPT = 16, 17
"""Two columns beside those of the engine: the day of registration, and whether the opening can be filled."""
WIDTH = 18
MOST = 200_000
"""The number of distinct values of a group after which its cache is emptied."""
_OTHERS = ("；", "、", "|")


@dataclass(frozen=True, slots=True)
class Group:
    """Cells that are encoded together, and the columns of a row that they determine."""

    names: tuple[str, ...]
    columns: tuple[int, ...] = ()
    lists: tuple[str, ...] = ()


WORKER = (
    Group(("wage_floor", "wage_min"), (c.FLOOR,)),
    Group(("employment_type", "night_ok", "shift_ok", "board", "lodging"), (c.FORBID, c.TYPES, c.NEEDS)),
    Group(("regions", "leave_home_ok", "region"), (c.MODE, c.LISTED, c.HOME), ("areas",)),
    Group(("wanted",), (), ("trades",)),
    Group(("occupation", "years"), (), ("trades",)),
    Group(("certificates",), (), ("papers",)),
    Group(("education", "hardship", "registered_on", "available_from"), (c.SCHOOLING, c.HARDSHIP, c.FREE, DAY)),
    Group(("birth_date",), (c.BORN,)),
)
OPENING = (
    Group(("occupation", "title"), (c.OCCUPATION,)),
    Group(("region",), (c.REGION,)),
    Group(("wage", "wage_min", "wage_max", "wage_unit"), (c.LOW, c.HIGH)),
    Group(("night", "shift", "hazardous", "board", "lodging", "employment_type", "accepts_training"), (c.ATTRS,)),
    Group(("education", "min_age"), (c.EDUCATION, c.MIN_AGE)),
    Group(("valid_until", "starts_on", "headcount", "risk", "registered_on"), (c.STARTS, c.LAST, DAY, KEPT)),
    Group(("certificates",), (), ("papers",)),
)


class ValueTable(dict[Any, int]):
    """Numbers for distinct values of a group, with the row and lists of each."""

    def __init__(self, names: tuple[str, ...], coder: "Coder") -> None:
        super().__init__()
        self.names, self.coder = names, coder
        self.rows = array("i")
        self.refused: dict[int, Unreadable] = {}
        self.lists = {name: Growing(width) for name, width in coder.widths.items()}

    def __missing__(self, key: Sequence[str]) -> int:
        try:
            row, lists = self.coder.encode(dict(zip(self.names, key, strict=True)))
        except Unreadable as refusal:
            self.refused[len(self)] = refusal
            row, lists = self.coder.encode({})
        self.rows.extend(row)
        for name, kept in self.lists.items():
            kept.of.extend(lists[name].of)
            kept.close()
        number = self[key] = len(self)
        return number

    def numbers(self, keys: Iterator[Any], count: int) -> I8:
        """The number of every key."""
        if len(self) > MOST:
            self.__init__(self.names, self.coder)  # type: ignore[misc]
        return np.fromiter(map(self.__getitem__, keys), np.int64, count)

    def table(self) -> I4:
        """The rows by number."""
        return np.frombuffer(self.rows, np.int32).reshape(-1, WIDTH)


class Coder:
    """Encodes a few cells of one side as if the others were empty."""

    def __init__(self, register: Register, ground: Ground, *, opening: bool) -> None:
        self.register, self.ground, self.opening = register, ground, opening
        self.widths = {"terms": 1, "papers": 3} if opening else {"trades": 2, "terms": 2, "papers": 3, "areas": 3}

    def encode(self, cells: Mapping[str, str]) -> tuple[list[int], Mapping[str, Growing]]:
        """A row of WIDTH numbers, and the lists."""
        builder: OpeningColumns | WorkerColumns
        if self.opening:
            builder = OpeningColumns(self.register, self.ground)
            profile = parsing.opening_of(cells)
            kept = builder.add(profile)
            row = list(builder.rows) if kept else [0] * c.OPENING_WIDTH
            return [*row, ymd(profile.registered_on), kept], {"terms": builder.terms, "papers": builder.papers}
        builder = WorkerColumns(self.register, self.ground, grow=False)
        worker = parsing.worker_of(cells)
        builder.add(worker)
        lists = {name: getattr(builder, name) for name in self.widths}
        return [*builder.rows, ymd(worker.registered_on), 1], lists


class Encoder:
    """Turns blocks of one side into numbers and keeps its caches for the next block. For one thread."""

    def __init__(self, header: Sequence[str], register: Register, ground: Ground, *, opening: bool) -> None:
        self.places = parsing.named(header)
        self.register = register
        self.coder = Coder(register, ground, opening=opening)
        self.groups = [
            (group, ValueTable(tuple(name for name in group.names if name in self.places), self.coder))
            for group in (OPENING if opening else WORKER)
            if any(name in self.places for name in group.names)
        ]
        self.words = ValueTable(("skills",), self.coder) if "skills" in self.places else None
        self.blank, _ = self.coder.encode({})
        self.refused: dict[int, Unreadable] = {}

    def ids(self, cells: Sequence[Sequence[str]]) -> list[str]:
        """The ids as written."""
        return [cell.strip() for cell in cells[self.places["id"]]]

    def encode(self, cells: Sequence[Sequence[str]]) -> tuple[I4, dict[str, Lists]]:
        """Rows of WIDTH numbers, and the lists, of a block; `refused` has the first refusal of each unreadable row."""
        self.refused = {}
        count = len(cells[0])
        rows = np.empty((count, WIDTH), np.int32)
        rows[:] = self.blank
        parts: dict[str, list[Lists]] = {name: [] for name in self.coder.widths}
        for group, table in self.groups:
            numbers = table.numbers(zip(*self._cells(table, cells), strict=True), count)
            known = table.table()
            if table.refused:
                for row in np.flatnonzero(np.isin(numbers, list(table.refused))).tolist():
                    self.refused.setdefault(row, table.refused[int(numbers[row])])
            for column in group.columns:
                rows[:, column] = known[numbers, column]
            if not self.coder.opening:
                rows[:, c.FLAGS] |= known[numbers, c.FLAGS]
            elif "papers" in group.lists:
                rows[:, c.ASKED] += known[numbers, c.ASKED]
            for name in group.lists:
                parts[name].append(taken(table.lists[name].lists(), numbers))
        if self.words is not None:
            parts["terms"].append(self._skills(self.words, cells[self.places["skills"]], rows))
        return rows, {name: joined(pieces, self.coder.widths[name], count) for name, pieces in parts.items()}

    def _cells(self, table: ValueTable, cells: Sequence[Sequence[str]]) -> list[Sequence[str]]:
        chosen = [cells[self.places[name]] for name in table.names]
        if table.names == ("occupation", "title"):
            # The title counts only where no occupation is given, and there are many different titles.
            chosen[1] = ["" if code else title for code, title in zip(*chosen, strict=True)]
        return chosen

    def _skills(self, words: ValueTable, cells: Sequence[str], rows: I4) -> Lists:
        """The skills of all rows: split together, looked up word by word."""
        text = "\n".join(cells)
        if text.count("\n") >= len(cells):
            cells = [cell.replace("\n", " ") for cell in cells]
            text = "\n".join(cells)
        for mark in _OTHERS:
            if mark in text:
                text = text.replace(mark, ";")
        cells = text.split("\n")
        sizes = np.fromiter(map(str.count, cells, repeat(";")), np.int64, len(cells)) + 1
        keys = text.replace("\n", ";").split(";")
        numbers = words.numbers(zip(keys, strict=True), len(keys))
        known, firsts = words.table(), np.cumsum(sizes) - sizes
        entries = words.lists["terms"].lists()
        counts = np.diff(entries.ptr)[numbers]
        ptr = np.zeros(len(cells) + 1, np.int64)
        np.cumsum(np.add.reduceat(counts, firsts), out=ptr[1:])
        if self.coder.opening:
            rows[:, c.ASKED] += np.add.reduceat(known[numbers, c.ASKED], firsts)
        else:
            rows[:, c.FLAGS] |= np.bitwise_or.reduceat(known[numbers, c.FLAGS], firsts)
        return Lists(ptr, taken(entries, numbers).of)


class WorkerSheet(Encoder):
    """Blocks of workers."""

    def __init__(self, header: Sequence[str], register: Register, ground: Ground) -> None:
        super().__init__(header, register, ground, opening=False)

    def workers(self, cells: Sequence[Sequence[str]]) -> tuple[Workers, I4]:
        """The columns of a block, and the days of registration."""
        rows, lists = self.encode(cells)
        days = rows[:, DAY].copy()
        rows = np.ascontiguousarray(rows[:, : c.WORKER_WIDTH])
        return Workers(rows, lists["trades"], lists["terms"], lists["papers"], lists["areas"]), days


def joined(parts: Sequence[Lists], width: int, count: int) -> Lists:
    """The concatenated lists of the same rows."""
    if len(parts) == 1:
        return parts[0]
    ptr = np.zeros(count + 1, np.int64)
    for part in parts:
        ptr += part.ptr
    of = np.empty((ptr[-1], width), np.int32)
    before = np.zeros(count, np.int64)
    for part in parts:
        sizes = np.diff(part.ptr)
        of[np.repeat(ptr[:-1] + before - part.ptr[:-1], sizes) + np.arange(len(part.of))] = part.of
        before += sizes
    return Lists(ptr, of)
