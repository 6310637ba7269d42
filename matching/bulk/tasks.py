"""The tasks of one process in a bulk match: encode openings, answer workers, answer openings (批量匹配任务).

Each call reads its own block of the file and writes its text to a file of its own; the first call in a thread opens the
index and starts the caches of known cells, which later calls find filled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from threading import get_ident, local
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.bulk.blocks import Block, SheetHead, columns
from matching.bulk.encoding import WIDTH, Encoder, WorkerSheet
from matching.bulk.output import style
from matching.bulk.verdicts import Repeats, UnmatchedLine, faults_of
from matching.engine.fit.profiles import Ground
from matching.engine.pairs import breakdown_plain, engine, forward_plain, snapshot
from matching.engine.pairs.columns import I4, I8, Crowd, Index, Lists, Workers
from matching.engine.pairs.encode import Register, taken
from matching.engine.pairs.engine import current, find
from matching.engine.pairs.index import Built
from matching.engine.pairs.texts import Texts, texts
from matching.live.kernels import warm


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """All that a task needs besides its block; `kernels` is the folder of compiled kernels, None means plain numpy."""

    folder: Path
    openings: SheetHead
    workers: SheetHead
    ground: Ground
    top: int
    kind: str
    language: str
    kernels: Path | None
    repeats: tuple[Repeats, Repeats] = ({}, {})


@dataclass(frozen=True, slots=True)
class Stock:
    """A block of openings as numbers; the words behind the numbers are in the block's own register."""

    rows: I4
    lists: dict[str, Lists]
    ids: list[str]
    words: tuple[list[str], ...]
    faults: Sequence[UnmatchedLine] = ()


@dataclass(frozen=True, slots=True)
class MatchedBlock:
    """The file with the text for a block, and the numbers of askers and pairs in it."""

    block: Block
    askers: int
    pairs: int
    path: Path
    faults: Sequence[UnmatchedLine] = ()


@lru_cache(maxsize=8)
def _stocker(_folder: Path, header: tuple[str, ...], today: date, _thread: int) -> tuple[Register, Encoder]:
    register = Register()
    return register, Encoder(header, register, Ground(today=today), opening=True)


def encode_openings(plan: BulkPlan, block: Block) -> Stock:
    """Encode a block of openings."""
    register, encoder = _stocker(plan.folder, plan.openings.names, plan.ground.today, get_ident())
    cells = columns(plan.openings, block)
    ids = encoder.ids(cells)
    rows, lists = encoder.encode(cells) if ids else (np.zeros((0, WIDTH), np.int32), {})
    faults = faults_of(plan.openings, block, ids, encoder.refused, plan.repeats[0]) if ids else {}
    if faults:
        good = _good(ids, faults)
        rows, ids = rows[good], [ids[at] for at in good.tolist()]
        lists = {name: taken(part, good) for name, part in lists.items()}
    words = (register.occupations, register.regions, register.terms, register.papers)
    return Stock(rows, lists, ids, tuple(list(kept) for kept in words), list(faults.values()))


def _good(ids: Sequence[str], faults: Mapping[int, UnmatchedLine]) -> I8:
    return np.array([at for at in range(len(ids)) if at not in faults], np.int64)


@lru_cache(maxsize=4)
def opened(folder: Path, _thread: int) -> tuple[Built, Texts]:
    """The index in a folder with the ids of its rows, opened once per thread, because registers grow."""
    return snapshot.load(folder), snapshot.read(folder / "ids")


@lru_cache(maxsize=4)
def _reader(folder: Path, header: tuple[str, ...], thread: int) -> WorkerSheet:
    built, _ = opened(folder, thread)
    return WorkerSheet(header, built.register, built.ground)


def read_workers(plan: BulkPlan, block: Block) -> tuple[list[str], Workers, I4, Sequence[UnmatchedLine]]:
    """Ids, columns and days of registration of the good lines of a block of workers, and the refused ones."""
    reader = _reader(plan.folder, plan.workers.names, get_ident())
    cells = columns(plan.workers, block)
    ids = reader.ids(cells)
    if not ids:
        return [], *reader.workers([[""] for _ in cells]), []
    workers, days = reader.workers(cells)
    faults = faults_of(plan.workers, block, ids, reader.refused, plan.repeats[1])
    if faults:
        good = _good(ids, faults)
        ids, workers, days = [ids[at] for at in good.tolist()], chosen(workers, good), days[good]
    return ids, workers, days, list(faults.values())


def answer(plan: BulkPlan, block: Block) -> MatchedBlock:
    """Match one block of workers."""
    _prepare(plan)
    built, keys = opened(plan.folder, get_ident())
    ids, workers, _, faults = read_workers(plan, block)
    path = plan.folder / f"workers-{block.start}"
    if not ids:
        path.write_bytes(b"")
        return MatchedBlock(block, 0, 0, path, faults)
    index = current(built.index, built.register)
    rows, points = find(index, workers, plan.top)
    breakdown = parts_of(index, workers, rows, points)
    who, rank = np.nonzero(rows >= 0)
    pairs = np.column_stack((who, rows[who, rank], rank + 1)).astype(np.int32)
    names = _names(plan, ids)
    _write(path, plan, "worker", pairs, breakdown[who, rank], names, keys)
    return MatchedBlock(block, len(ids), len(pairs), path, faults)


def answer_openings(plan: BulkPlan, first: int, last: int) -> MatchedBlock:
    """The best workers of some openings, from the crowd stored in the folder."""
    _prepare(plan)
    built, keys = opened(plan.folder, get_ident())
    crowd, names = _crowd(plan.folder)
    workers, top = crowd.workers, plan.top
    index = built.index._replace(layout=built.index.layout._replace(trades=crowd.trades))
    if engine.is_warm():
        from matching.engine.pairs import backward

        work = backward.desk(workers, len(built.register.terms), top)
        best = np.zeros((last - first, top, 2), np.int32)
        backward.best_workers(index, workers, crowd.people, first, last, work, best)
    else:
        best = forward_plain.best_workers(index, workers, top)[first:last]
    opening, rank = np.nonzero(best[:, :, 0] >= 0)
    who, score = best[opening, rank].T
    rows = (opening + first).astype(np.int32)
    breakdown = parts_of(index, chosen(workers, who), rows.reshape(-1, 1), score.reshape(-1, 1).copy())
    path = plan.folder / f"openings-{first}"
    pairs = np.column_stack((who, rows, rank + 1)).astype(np.int32)
    _write(path, plan, "opening", pairs, breakdown[:, 0], names, keys)
    return MatchedBlock(Block(first, last, 0, last - first), last - first, len(pairs), path)


def _prepare(plan: BulkPlan) -> None:
    if plan.kernels is not None and not engine.is_warm():
        warm(plan.kernels)


@lru_cache(maxsize=1)
def _crowd(folder: Path) -> tuple[Crowd, Texts]:
    return snapshot.read(folder / "crowd"), snapshot.read(folder / "people")


def chosen(workers: Workers, who: I4 | I8) -> Workers:
    """The columns of some workers, each as often as it is named."""
    rows, *rest = workers
    return Workers(rows[who], *(taken(part, who) for part in rest))


def parts_of(index: Index, workers: Workers, rows: I4, points: I4) -> I4:
    """Points of the factors of every suggestion and their packed sentences, compiled where the kernels are warm."""
    out = np.zeros((*rows.shape, 7), np.int32)
    if engine.is_warm():
        from matching.engine.pairs import breakdown

        breakdown.parts(index, workers, rows, points, out)
    else:
        breakdown_plain.parts(index, workers, rows, points, out)
    return out


def _names(plan: BulkPlan, ids: Sequence[str]) -> Texts:
    written = style(plan.kind).cell
    return texts([written(word).encode() for word in ids])


@lru_cache(maxsize=8)
def _frames(kind: str, side: str, language: str) -> tuple[Texts, Texts]:
    kept = style(kind, side)
    return texts([piece.encode() for piece in kept.frame]), texts(kept.sentences(language))


def _write(path: Path, plan: BulkPlan, side: str, pairs: I4, breakdown: I4, workers: Texts, openings: Texts) -> None:
    """Write the lines of some pairs (worker, opening, rank) into a file."""
    frame, sentences = _frames(plan.kind, side, plan.language)
    if not engine.is_warm():
        path.write_bytes(_plainly(pairs, breakdown, workers, openings, frame, sentences))
        return
    from matching.engine.pairs.lines import write_lines

    sizes = np.diff(workers.ptr)[pairs[:, 0]] + np.diff(openings.ptr)[pairs[:, 1]]
    each = len(frame.of) + int(np.diff(sentences.ptr).max()) + 80
    out = _room(int(sizes.sum()) + each * len(pairs))
    length = write_lines(pairs, breakdown, workers, openings, frame, sentences, out)
    with path.open("wb") as file:
        out[:length].tofile(file)


_rooms = local()


def _room(size: int) -> NDArray[np.uint8]:
    """Memory that each thread reuses, because allocating it again costs more than the work itself."""
    if getattr(_rooms, "kept", None) is None or len(_rooms.kept) < size:
        _rooms.kept = np.empty(size + size // 4, np.uint8)
    kept: NDArray[np.uint8] = _rooms.kept
    return kept


def _plainly(pairs: I4, breakdown: I4, workers: Texts, openings: Texts, frame: Texts, sentences: Texts) -> bytes:
    """The plain twin of `write_lines`."""
    pieces = [frame.of[a:b].tobytes() for a, b in zip(frame.ptr[:-1], frame.ptr[1:], strict=True)]
    out: list[bytes] = []
    for (who, row, rank), (*points, code) in zip(pairs.tolist(), breakdown.tolist(), strict=True):
        number = code & 7
        for place, many in enumerate((3, 4, 3, 3, 2), start=1):
            number = number * many + (code >> 3 * place & 7)
        figures: tuple[Any, ...] = (rank, sum(points), *points)
        values = [_at(workers, who), _at(openings, row), *(b"%d" % figure for figure in figures)]
        values.append(_at(sentences, number))
        out += [part for pair in zip(pieces, values, strict=False) for part in pair]
        out.append(pieces[-1])
    return b"".join(out)


def _at(kept: Texts, number: int) -> bytes:
    return kept.of[kept.ptr[number] : kept.ptr[number + 1]].tobytes()


def note_ids(folder: Path, kind: str, ids: Sequence[str], name: str) -> None:
    """Store ids, as written, for all processes."""
    written = style(kind).cell
    snapshot.write(texts([written(word).encode() for word in ids]), folder / name)
