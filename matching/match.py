"""`gangqiao match`: two spreadsheets in, ranked pairs with points and reasons out; no database (批量匹配).

Openings are indexed once, written to a folder and mapped by every process; workers stream through in blocks, so
memory does not grow with their number. A run that was cut off goes on where it stopped.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import TextIO, TypeVar

import numpy as np
from numpy.typing import NDArray

from centre import clock
from centre.words import N_, translate
from matching import intake
from matching.engine import plain, retrieve, snapshot
from matching.engine.columns import I4, Index, Lists, Workers
from matching.engine.encode import WorkerColumns
from matching.engine.features import Ground, OpeningProfile, WorkerProfile
from matching.engine.index import Built, build
from matching.engine.retrieve import current, find

HEADER = "for,worker,opening,rank,points,trade,experience,skills,wage,place,terms,reasons\n"
P = TypeVar("P", OpeningProfile, WorkerProfile)
BLOCK = 10_000
SMALL = 20_000_000
"""Fewer pairs than this are answered without compiling anything."""

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


def match(
    openings: Path,
    workers: Path,
    *,
    top: int = 20,
    both: bool = False,
    out: Path | None = None,
    jobs: int | None = None,
) -> int:
    """Rank openings for every worker, with `both` also workers for every opening; returns the number of pairs written.

    `out` is a CSV file; the screen when it is None. Runs `jobs` processes through
    joblib (all cores by default), with whatever backend a surrounding `joblib.parallel_config` chooses.
    """
    ground = Ground(today=clock.today())
    with tempfile.TemporaryDirectory(prefix="gangqiao-match-") as name:
        folder = Path(name)
        keys = _index(openings, folder, ground)
        _tell(translate("zh-Hans", N_("已读入 {n} 个岗位"), n=len(keys)))
        if out is None:
            return _write(sys.stdout, None, _blocks(workers, folder, top, jobs, 0, len(keys)))
        journal = Journal(out, (openings, workers), (top, both))
        with out.open("a", encoding="utf-8", newline="") as file:
            done, position = journal.resume()
            file.truncate(position)
            written = _write(file, journal, _blocks(workers, folder, top, jobs, done, len(keys)), done)
            if both:
                written += _write(file, None, _backward(workers, folder, top))
        journal.close()
        return written


class Journal:
    """How far a run has come, beside its output, so that the next run of the same command goes on there."""

    def __init__(self, out: Path, inputs: Sequence[Path], options: tuple[object, ...]) -> None:
        self.path = out.with_name(out.name + ".progress")
        self.key = [[str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns] for path in inputs]
        self.options = [str(option) for option in options]

    def resume(self) -> tuple[int, int]:
        """Workers done and the length of the output then; nothing where the last run was another or was finished."""
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return 0, 0
        same = kept.get("key") == self.key and kept.get("options") == self.options
        return (int(kept["workers"]), int(kept["position"])) if same else (0, 0)

    def note(self, workers: int, position: int) -> None:
        """Record that so many workers are in the first `position` bytes of the output."""
        text = json.dumps({"key": self.key, "options": self.options, "workers": workers, "position": position})
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.path)

    def close(self) -> None:
        """The run is complete."""
        self.path.unlink(missing_ok=True)


def _index(path: Path, folder: Path, ground: Ground) -> list[str]:
    """Index the openings into a folder; returns their ids in the order of the file."""
    header, lines = intake.rows(path)
    pick, keys = intake.picker(header), list[str]()

    def profiles() -> Iterator[OpeningProfile]:
        for place, line in enumerate(lines, start=2):
            opening = _read(intake.opening_of, pick(line), path, place)
            keys.append(str(opening.id))
            yield opening

    built = build(profiles(), ground)
    snapshot.save(built, folder)
    rows = [keys[place] for place in built.source.tolist()]
    (folder / "keys.json").write_text(json.dumps(rows), encoding="utf-8")
    return keys


def _read(make: Callable[[intake.Cells], P], cells: intake.Cells, path: Path, place: int) -> P:
    try:
        return make(cells)
    except ValueError as problem:
        raise intake.UnreadableSheet(f"{path.name}, line {place}: {problem}") from problem


def _blocks(
    path: Path, folder: Path, top: int, jobs: int | None, done: int, openings: int
) -> Iterator[tuple[int, str, int]]:
    """The output of each block of workers, in order, with the number of workers and pairs in it."""
    header, lines = intake.rows(path)
    rest = islice(lines, done, None)
    first = list(islice(rest, BLOCK))
    if len(first) * openings < SMALL and len(first) < BLOCK:
        yield answer(folder, header, first, path.name, done, top, compiled=False)
        return
    from joblib import Parallel, delayed

    retrieve.warm(kernels())
    blocks = chain([first], iter(lambda: list(islice(rest, BLOCK)), []))
    tasks = (
        delayed(answer)(folder, header, block, path.name, done + number * BLOCK, top)
        for number, block in enumerate(blocks)
    )
    yield from Parallel(n_jobs=jobs or os.cpu_count(), return_as="generator", pre_dispatch="2*n_jobs")(tasks)


def kernels() -> Path:
    """Where the compiled kernels are kept for the next run."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gangqiao"


@lru_cache(maxsize=1)
def opened(folder: Path) -> tuple[Built, list[str]]:
    """The index in a folder, opened once in each process."""
    return snapshot.load(folder), json.loads((folder / "keys.json").read_text(encoding="utf-8"))


def answer(
    folder: Path,
    header: Sequence[str],
    lines: Sequence[Sequence[object]],
    name: str,
    first: int,
    top: int,
    *,
    compiled: bool = True,
) -> tuple[int, str, int]:
    """Match one block of workers; the task of one process."""
    if compiled and not retrieve.is_warm():
        retrieve.warm(kernels())
    built, keys = opened(folder)
    pick, builder = intake.picker(header), WorkerColumns(built.register, built.ground, grow=False)
    ids = []
    for place, line in enumerate(lines, start=first + 2):
        worker = _read(intake.worker_of, pick(line), Path(name), place)
        ids.append(str(worker.id))
        builder.add(worker)
    columns, index = builder.columns(), current(built.index, built.register)
    rows, points = find(index, columns, top)
    text, pairs = written(columns, ids, keys, index, rows, points)
    return len(ids), text, pairs


def written(
    workers: Workers, ids: Sequence[str], keys: Sequence[str], index: Index, rows: I4, points: I4
) -> tuple[str, int]:
    """The lines of a block and how many they are."""
    packed = pack(parts_of(index, workers, rows, points))
    out: list[str] = []
    for own, found, told in zip(map(cell, ids), rows.tolist(), packed.tolist(), strict=True):
        head = f"worker,{own},"
        out += [
            f"{head}{cell(keys[row])},{rank},{tail(code)}"
            for rank, (row, code) in enumerate(zip(found, told, strict=True), start=1)
            if row >= 0
        ]
    return "".join(out), len(out)


_WIDTHS = (7, 7, 7, 7, 7, 7, 18)


def pack(parts: NDArray[np.int32]) -> NDArray[np.int64]:
    """The seven figures of each pair in one number, so that lines that end alike are put together once."""
    packed = np.zeros(parts.shape[:-1], np.int64)
    for place, width in enumerate(_WIDTHS):
        packed = packed << width | parts[..., place]
    return packed


@lru_cache(maxsize=1 << 18)
def tail(packed: int) -> str:
    """The end of a line: the score, the points that add up to it, and the sentences."""
    code, rest, points = packed & (1 << 18) - 1, packed >> 18, list[int]()
    for _ in range(6):
        points.insert(0, rest & 127)
        rest >>= 7
    return f"{sum(points)},{','.join(map(str, points))},{sentence(code)}\n"


def parts_of(index: Index, workers: Workers, rows: I4, points: I4) -> I4:
    """Points of the factors of every suggestion and their packed sentences, compiled where that is warm."""
    out = np.zeros((*rows.shape, 7), np.int32)
    if retrieve.is_warm():
        from matching.engine import parts

        parts.parts(index, workers, rows, points, out)
    else:
        plain.parts(index, workers, rows, points, out)
    return out


@lru_cache(maxsize=65536)
def cell(word: str) -> str:
    """A word as a CSV cell; one that a spreadsheet would take for a formula gets a leading apostrophe."""
    if word[:1] in ("=", "+", "-", "@", "\t", "\r"):
        word = "'" + word
    return '"' + word.replace('"', '""') + '"' if any(mark in word for mark in ',"\n\r') else word


@lru_cache(maxsize=65536)
def sentence(code: int) -> str:
    """The reasons of a pair, from the packed places of its sentences."""
    return "；".join(told[code >> 3 * place & 7] for place, told in enumerate(TOLD))


def _write(file: TextIO, journal: Journal | None, blocks: Iterable[tuple[int, str, int]], done: int = 0) -> int:
    """Write the blocks as they come; returns the number of pairs."""
    total = 0
    if done == 0:
        file.write(HEADER)
    for workers, text, pairs in blocks:
        file.write(text)
        done, total = done + workers, total + pairs
        if journal is not None:
            file.flush()
            journal.note(done, file.tell())
        _tell(translate("zh-Hans", N_("已匹配 {n} 人，写出 {pairs} 对"), n=done, pairs=total))
    return total


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _backward(path: Path, folder: Path, top: int) -> Iterator[tuple[int, str, int]]:
    """The best workers of every opening, block by block; the workers are held in memory as columns."""
    from matching.engine import backward, parts

    retrieve.warm(kernels())
    built, keys = opened(folder)
    header, lines = intake.rows(path)
    pick, builder, ids = intake.picker(header), WorkerColumns(built.register, built.ground), list[str]()
    for place, line in enumerate(lines, start=2):
        worker = _read(intake.worker_of, pick(line), path, place)
        ids.append(str(worker.id))
        builder.add(worker)
    columns, index = builder.columns(), current(built.index, built.register)
    group = backward.people(columns, index.layout.trades)
    work = backward.desk(columns, len(built.register.terms), top)
    for first in range(0, len(keys), BLOCK):
        found = np.zeros((min(BLOCK, len(keys) - first), top, 2), np.int32)
        backward.best_workers(index, columns, group, first, first + len(found), work, found)
        opening, rank = np.nonzero(found[:, :, 0] >= 0)
        who, score = found[opening, rank].T
        told = np.zeros((len(who), 1, 7), np.int32)
        pairs = (opening + first).astype(np.int32).reshape(-1, 1)
        parts.parts(index, taken(columns, who), pairs, score.reshape(-1, 1).copy(), told)
        packed = pack(told)[:, 0].tolist()
        out = [
            f"opening,{cell(ids[w])},{cell(keys[row])},{place + 1},{tail(code)}"
            for w, (row,), place, code in zip(who.tolist(), pairs.tolist(), rank.tolist(), packed, strict=True)
        ]
        yield 0, "".join(out), len(out)


def taken(workers: Workers, who: I4) -> Workers:
    """The columns of some workers, each as often as it is named."""

    def lists(kept: Lists) -> Lists:
        starts, sizes = kept.ptr[who], kept.ptr[who + 1] - kept.ptr[who]
        ptr = np.zeros(len(who) + 1, np.int64)
        np.cumsum(sizes, out=ptr[1:])
        return Lists(ptr, kept.of[np.repeat(starts - ptr[:-1], sizes) + np.arange(ptr[-1])])

    rows, *rest = workers
    return Workers(rows[who], *(lists(part) for part in rest))
