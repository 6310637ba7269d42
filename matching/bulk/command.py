"""`gangqiao match`: two spreadsheets in, ranked pairs with points and reasons out; no database (批量匹配).

Openings are indexed once, written to a folder and memory-mapped by every process; workers stream through in blocks that
the processes read, match and write themselves, so memory does not grow with their number. An interrupted run can be
resumed.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from threading import get_ident
from typing import Any, BinaryIO

import numpy as np

from centre import clock
from centre.errors import Refusal
from centre.settings import settings
from centre.translation import N_
from matching.bulk.blocks import Block, blocks, open_sheet, size_of
from matching.bulk.encoding import DAY, KEPT, WIDTH
from matching.bulk.output import kind_of, style, to_workbook
from matching.bulk.parallel import Spread, spread
from matching.bulk.tasks import (
    BulkPlan,
    MatchedBlock,
    Stock,
    answer,
    answer_openings,
    encode_openings,
    note_ids,
    opened,
    read_workers,
)
from matching.bulk.verdicts import Verdicts, repeated_ids
from matching.engine.fit.profiles import Ground
from matching.engine.pairs import columns as c
from matching.engine.pairs import snapshot
from matching.engine.pairs.columns import I4, I8, Crowd, Lists, Workers
from matching.engine.pairs.encode import Register, taken
from matching.engine.pairs.index import assemble, people, register_neighbours
from matching.live.kernels import kernels, warm

Progress = Callable[[float, int, int], None]
SMALL = 20_000_000
"""With fewer pairs than this nothing is compiled."""
SLICE = 5_000
"""The number of openings per block when the best workers of openings are wanted."""


class NothingToMatch(Refusal, ValueError):
    """No line of a table is good."""

    code = "nothing-to-match"
    status = 422
    message = N_("{file} 里没有一行可以用来匹配，结果没有改动")


def match(
    openings: Path,
    workers: Path,
    *,
    top: int = 20,
    both: bool = False,
    out: Path | None = None,
    language: str = "zh-Hans",
    jobs: int | None = None,
    backend: str | None = None,
    progress: Progress | None = None,
    verdicts: tuple[Verdicts, Verdicts] | None = None,
) -> int:
    """Rank openings for every worker, with `both` also workers for every opening; returns the number of written pairs.

    `out` is a CSV, JSON Lines or XLSX file by its ending; the screen when it is None. `jobs` processes run through
    joblib on `backend` (see `spread`); the settings say how many and where, if nothing else does. `progress` hears
    after each block how far the workers' file is read, and how many workers and pairs are done. A run that is
    interrupted leaves what it wrote beside `out`, with a journal, and the next run of the same command goes on there;
    `out` itself is replaced when all is written. `verdicts` are filled with what became of the lines of both tables.
    Raises UnreadableSheet, or NothingToMatch where no line of a table is good.
    """
    chosen = settings()
    with (
        # After an interruption the processes may still write a block while the folder is removed.
        tempfile.TemporaryDirectory(prefix="gangqiao-match-", ignore_cleanup_errors=True) as name,
        spread(backend or chosen.joblib, jobs or chosen.match_processes) as run,
    ):
        sheets = open_sheet(openings), open_sheet(workers)
        of_openings, of_workers = verdicts or (Verdicts(openings.name), Verdicts(workers.name))
        of_openings.remarks, of_workers.remarks = (sheet.remarks for sheet in sheets)
        ground = Ground(today=clock.today())
        repeats = repeated_ids(sheets[0]), repeated_ids(sheets[1])
        plan = BulkPlan(Path(name), *sheets, ground, top, kind_of(out), language, None, repeats)
        count = index_openings(plan, run, of_openings)
        if not of_openings.read:
            raise NothingToMatch(file=openings.name)
        plan = _prepared(plan, count)
        if out is None:
            return _on_screen(plan, run, count, of_workers, both=both)
        if out.suffix.lower() != ".xlsx":
            return _to_file(plan, run, count, out, progress, of_workers, both=both)
        table = out.with_name(out.name + ".csv")
        written = _to_file(plan, run, count, table, progress, of_workers, both=both)
        part = beside(out)
        to_workbook(table, part)
        part.replace(out)
        table.unlink()
        return written


def beside(out: Path) -> Path:
    """Where the output is written until it is whole."""
    return out.with_name(out.name + ".part")


def _to_file(
    plan: BulkPlan,
    run: Spread[Any],
    count: int,
    out: Path,
    progress: Progress | None,
    verdicts: Verdicts,
    *,
    both: bool,
) -> int:
    journal = Journal(out, (plan.openings.path, plan.workers.path), (plan.top, both, plan.kind, plan.language))
    part = beside(out)
    with part.open("ab") as file:
        mark = journal.resume()
        file.truncate(mark.position)
        file.seek(mark.position)
        written = _write(file, plan, _answers(plan, run, mark), mark, verdicts, journal, progress)
        if both:
            written += _write(file, plan, _backward(plan, run, count), mark, Verdicts(""))
    journal.close()
    if not (verdicts.read or mark.workers):
        part.unlink()
        raise NothingToMatch(file=plan.workers.path.name)
    part.replace(out)
    return written


def _on_screen(plan: BulkPlan, run: Spread[Any], count: int, verdicts: Verdicts, *, both: bool) -> int:
    sys.stdout.write(style(plan.kind).head)
    written = 0
    for piece in _answers(plan, run, Mark()):
        verdicts.add(piece.askers, piece.faults)
        written += _show(piece)
    if not verdicts.read:
        raise NothingToMatch(file=plan.workers.path.name)
    return written + sum(map(_show, _backward(plan, run, count) if both else ()))


def _show(piece: MatchedBlock) -> int:
    sys.stdout.write(piece.path.read_text(encoding="utf-8"))
    piece.path.unlink()
    return piece.pairs


def _prepared(plan: BulkPlan, count: int) -> BulkPlan:
    """The plan with compiled kernels, if there is enough work for them."""
    first = list(islice(blocks(plan.workers), 2))
    few = len(first) < 2 and sum(block.lines for block in first) * count < SMALL
    if few or not warm(kernels()):
        return plan
    return replace(plan, kernels=kernels())


class Mark:
    """The progress of a run: the position in the workers' file, and the length of the output at that point."""

    def __init__(self, start: int = 0, line: int = 0, position: int = 0, workers: int = 0) -> None:
        self.start, self.line, self.position, self.workers = start, line, position, workers


class Journal:
    """The progress of a run, stored beside its output, so that the same command can resume it."""

    def __init__(self, out: Path, inputs: Sequence[Path], options: tuple[object, ...]) -> None:
        self.path = out.with_name(out.name + ".progress")
        self.key = [[str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns] for path in inputs]
        self.options = [str(option) for option in options]

    def resume(self) -> Mark:
        """Where to resume; the beginning if the last run was a different one or is complete."""
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return Mark()
        same = kept.get("key") == self.key and kept.get("options") == self.options
        return Mark(*map(int, kept["mark"])) if same else Mark()

    def note(self, mark: Mark) -> None:
        """Record how far the output reaches."""
        places = [mark.start, mark.line, mark.position, mark.workers]
        text = json.dumps({"key": self.key, "options": self.options, "mark": places})
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.path)

    def close(self) -> None:
        """The run is complete."""
        self.path.unlink(missing_ok=True)


def _each(plan: BulkPlan, run: Spread[Any], work: Any, pending: Iterator[Block]) -> Iterator[Any]:
    """Work on blocks, spread over processes unless there is only one block."""
    head = list(islice(pending, 2))
    if len(head) < 2:
        return (work(plan, block) for block in head)
    return run(work, ((plan, block) for block in chain(head, pending)))


def _answers(plan: BulkPlan, run: Spread[Any], mark: Mark) -> Iterator[MatchedBlock]:
    return _each(plan, run, answer, blocks(plan.workers, mark.start, mark.line))


def _write(
    file: BinaryIO,
    plan: BulkPlan,
    answers: Iterable[MatchedBlock],
    mark: Mark,
    verdicts: Verdicts,
    journal: Journal | None = None,
    progress: Progress | None = None,
) -> int:
    """Append the texts as they arrive; returns the number of pairs."""
    total = 0
    if file.tell() == 0:
        file.write(style(plan.kind).head.encode("utf-8-sig" if plan.kind == "csv" else "utf-8"))
    whole = size_of(plan.workers)
    for piece in answers:
        with piece.path.open("rb") as part:
            shutil.copyfileobj(part, file, 1 << 20)
        piece.path.unlink()
        total += piece.pairs
        verdicts.add(piece.askers, piece.faults)
        mark = Mark(piece.block.end, piece.block.line + piece.block.lines, file.tell(), mark.workers + piece.askers)
        if journal is not None:
            file.flush()
            journal.note(mark)
        if progress is not None:
            progress(mark.start / whole, mark.workers, total)
    return total


def index_openings(plan: BulkPlan, run: Spread[Any], verdicts: Verdicts) -> int:
    """Index the openings into the plan's folder, with verdicts of their lines; returns how many can be filled."""
    register = Register()
    register_neighbours(register, plan.ground)
    stocks = [_merged(stock, register) for stock in _each(plan, run, encode_openings, blocks(plan.openings))]
    for stock in stocks:
        verdicts.add(len(stock.ids), stock.faults)
    rows = np.concatenate([stock.rows for stock in stocks] or [np.zeros((0, WIDTH), np.int32)])
    ids = list(chain.from_iterable(stock.ids for stock in stocks))
    terms = stacked([stock.lists["terms"] for stock in stocks], 1)
    papers = stacked([stock.lists["papers"] for stock in stocks], 3)
    del stocks
    kept = np.flatnonzero(rows[:, KEPT])
    if len(kept) < len(rows):
        terms, papers = taken(terms, kept), taken(papers, kept)
    rows, days = np.ascontiguousarray(rows[kept, : c.OPENING_WIDTH]), rows[kept, DAY]
    rows[:, c.TIE] = among_equals([ids[place] for place in kept.tolist()], days)
    built = assemble(rows, terms, papers, register, plan.ground)
    snapshot.save(built, plan.folder)
    note_ids(plan.folder, plan.kind, [ids[place] for place in kept[built.source].tolist()], "ids")
    return len(built.source)


def _merged(stock: Stock, register: Register) -> Stock:
    """A block with the numbers of the common register."""
    if not stock.ids:
        lists = {"terms": stacked([], 1), "papers": stacked([], 3)}
        return Stock(stock.rows, lists, [], stock.words, stock.faults)
    kept = (register.occupations, register.regions, register.terms, register.papers)
    maps: list[I4] = []
    for known, words in zip(kept, stock.words, strict=True):
        maps.append(np.array([*(register.number(known, word) for word in words), -1], np.int32))
    rows, terms, papers = stock.rows, stock.lists["terms"], stock.lists["papers"]
    rows[:, c.OCCUPATION] = maps[0][rows[:, c.OCCUPATION]]
    rows[:, c.REGION] = maps[1][rows[:, c.REGION]]
    terms.of[:, 0] = maps[2][terms.of[:, 0] >> 5] << 5 | terms.of[:, 0] & 31
    papers.of[:, 0] = maps[3][papers.of[:, 0]]
    return Stock(rows, stock.lists, stock.ids, (), stock.faults)


def stacked(parts: Sequence[Lists], width: int) -> Lists:
    """The concatenated lists of several blocks."""
    ends = np.cumsum([0, *(len(part.of) for part in parts)])
    ptr: list[I8] = [np.zeros(1, np.int64), *(part.ptr[1:] + end for part, end in zip(parts, ends, strict=False))]
    return Lists(np.concatenate(ptr), np.concatenate([np.zeros((0, width), np.int32), *(part.of for part in parts)]))


def among_equals(ids: Sequence[str], days: I4, lifted: I4 | None = None) -> I4:
    """The rank of each among ties: lifted first, then the earlier registration, then the id."""
    order: I8 = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)
    order = order[np.argsort(days[order], kind="stable")]
    if lifted is not None:
        order = order[np.argsort(-lifted[order], kind="stable")]
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return place


def _backward(plan: BulkPlan, run: Spread[Any], count: int) -> Iterator[MatchedBlock]:
    """The best workers of every opening, block by block; the workers are stored in the folder as columns."""
    built, _ = opened(plan.folder, get_ident())
    encoded = [read_workers(plan, block) for block in blocks(plan.workers)]
    ids = list(chain.from_iterable(block[0] for block in encoded))
    rows = np.concatenate([block[1].rows for block in encoded])
    rows[:, c.RANK] = among_equals(ids, np.concatenate([block[2] for block in encoded]), rows[:, c.HARDSHIP])
    lists = zip(*(block[1][1:] for block in encoded), strict=True)
    workers = Workers(rows, *(stacked(parts, parts[0].of.shape[1]) for parts in lists))
    trades = built.register.trades()
    snapshot.write(Crowd(workers, people(workers, trades, built.index.marks), trades), plan.folder / "crowd")
    note_ids(plan.folder, plan.kind, ids, "people")
    slices = [(plan, first, min(first + SLICE, count)) for first in range(0, count, SLICE)]
    if len(slices) < 2:
        return (answer_openings(*part) for part in slices)
    return run(answer_openings, slices)
