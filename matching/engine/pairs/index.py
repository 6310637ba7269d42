"""The index of openings: sorted columns and lookup tables (索引)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from matching.engine.fit.profiles import Ground, OpeningProfile
from matching.engine.pairs import columns as c
from matching.engine.pairs.columns import I4, I8, Index, Layout, Lists, Openings, People, Workers
from matching.engine.pairs.encode import OpeningColumns, Register, arranged, marks, signatures, skill_bits, taken

ALL_BITS, HALF = np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Built:
    """An index, the register of its words, and for each row the position of its opening in the input."""

    index: Index
    register: Register
    source: I8
    ground: Ground


def build(openings: Iterable[OpeningProfile], ground: Ground, register: Register | None = None) -> Built:
    """Index all openings that can be filled today, in one pass and a sort."""
    register = register or Register()
    register_neighbours(register, ground)
    builder = OpeningColumns(register, ground)
    kept = [place for place, opening in enumerate(openings) if builder.add(opening)]
    regions, rank = register.region_rows()
    rows, order = builder.columns(rank)
    return _built(rows, regions, register, ground, np.array(kept, np.int64)[order])


def register_neighbours(register: Register, ground: Ground) -> None:
    """Number the occupations of the table of neighbours, always in the same way."""
    for code in sorted(ground.adjacency):
        for word in (code, *sorted(ground.adjacency[code])):
            register.number(register.occupations, word)


def assemble(rows: I4, terms: Lists, papers: Lists, register: Register, ground: Ground) -> Built:
    """Index rows that were encoded elsewhere, with TIE as their rank among ties; sorts and changes `rows`."""
    signatures(rows, terms, papers)
    regions, rank = register.region_rows()
    openings, order = arranged(rows, terms, papers, register, rank)
    return _built(openings, regions, register, ground, order)


def _built(openings: Openings, regions: I4, register: Register, ground: Ground, source: I8) -> Built:
    layout = _layout(openings, regions, register, ground)
    return Built(
        Index(openings, layout, marks(ground, int(openings.rows[:, c.LIFTED].any()))), register, source, ground
    )


def _layout(openings: Openings, regions: I4, register: Register, ground: Ground) -> Layout:
    rows, trades = openings.rows, register.trades()
    nameless = int(np.count_nonzero(rows[:, c.OCCUPATION] >= 0))
    spans, runs = _spans(rows[:nameless], len(trades))
    fields = grouped(np.where(spans[:, 3] > spans[:, 2], trades[:, 1], -1))
    postings, posted = _postings(openings.terms, rows[:, c.REGION], len(register.terms))
    owners = np.repeat(np.arange(len(rows)), np.diff(openings.terms.ptr))
    musts = np.bincount(owners, weights=openings.terms.of[:, 0] & 1, minlength=len(rows)).astype(np.int32)
    row_of = np.empty(len(rows), np.int32)
    row_of[rows[:, c.TIE]] = np.arange(len(rows), dtype=np.int32)
    neighbours = _neighbours(register.occupations, ground.adjacency)
    return Layout(regions, trades, spans, runs, fields, neighbours, postings, posted, musts, row_of, nameless)


def _spans(rows: I4, trades: int) -> tuple[I4, I4]:
    """Runs of one occupation and region, and for each occupation its runs and rows."""
    spans = np.zeros((trades, 4), np.int32)
    pairs = rows[:, [c.OCCUPATION, c.REGION]]
    starts = np.flatnonzero(np.any(np.diff(pairs, axis=0, prepend=-2), axis=1))
    runs = np.column_stack((pairs[starts, 1], starts)).astype(np.int32)
    owners = pairs[starts, 0]
    heads = np.flatnonzero(np.diff(owners, prepend=-1))
    codes = owners[heads]
    spans[codes, 0], spans[codes, 1] = heads, np.append(heads[1:], len(runs))
    spans[codes, 2], spans[codes, 3] = starts[heads], np.append(starts[heads[1:]], len(rows))
    return spans, np.concatenate((runs, [[-1, len(rows)]])).astype(np.int32)


def grouped(keys: I4) -> Lists:
    """The members of each key: member `i` belongs to `keys[i]`; -1 belongs to none."""
    order = np.argsort(keys, kind="stable").astype(np.int32)
    pointers = np.searchsorted(keys[order], np.arange(int(keys.max(initial=-1)) + 2))
    return Lists(pointers, order)


def _neighbours(occupations: Mapping[str, int], adjacency: Mapping[str, frozenset[str]]) -> Lists:
    pointers, members = [0], list[int]()
    for code in occupations:
        members += sorted(occupations[other] for other in adjacency.get(code, ()))
        pointers.append(len(members))
    return Lists(np.array(pointers, np.int64), np.array(members, np.int32))


def _postings(terms: Lists, regions: I4, most: int) -> tuple[Lists, I4]:
    """For each term the rows that require it, in the order of regions, and those regions."""
    rows = np.repeat(np.arange(len(terms.ptr) - 1, dtype=np.int32), np.diff(terms.ptr))
    numbers = terms.of[:, 0] >> 5
    order = np.lexsort((regions[rows], numbers))
    pointers = np.zeros(most + 1, np.int64)
    np.cumsum(np.bincount(numbers, minlength=most), out=pointers[1:])
    needs = terms.of[order, 0] & 31
    return Lists(pointers, rows[order]), np.column_stack((regions[rows[order]], needs)).astype(np.int32)


def people(workers: Workers, kin: I4, marks: I4) -> People:
    """Group workers by what may connect them to an opening, and lay out each group in reading order."""
    mine, flags = workers.trades.of[:, 0], workers.rows[:, c.FLAGS]
    everyone = np.arange(len(workers.rows), dtype=np.int32)
    owners, holders = (np.repeat(everyone, np.diff(lists.ptr)) for lists in (workers.trades, workers.terms))
    tradeless = np.flatnonzero(flags & c.TRADE_KNOWN == 0).astype(np.int32)
    unknown = np.where(flags & c.PRACTICE_KNOWN, 0, marks[c.EXPERIENCE_UNKNOWN])
    row_of = np.empty(len(workers.rows), np.int32)
    row_of[workers.rows[:, c.RANK]] = everyone
    where, nothing = bounds_of(workers, marks), np.zeros_like(everyone)
    by_trade, by_group, by_field = (
        settled(workers, key, owners, _gained(workers, kin, marks, near), where)
        for near, key in enumerate((mine, kin[mine, 0], kin[mine, 1]))
    )
    return People(
        by_trade,
        by_group,
        by_field,
        settled(workers, workers.terms.of[:, 0], holders, (marks[c.SKILL_ONLY] + unknown)[holders], where),
        settled(workers, nothing[tradeless], tradeless, (marks[c.TRADE_UNKNOWN] + unknown)[tradeless], where).of,
        settled(workers, nothing, everyone, marks[c.TRADE_UNKNOWN] + marks[c.EXPERIENCE_UNKNOWN] + nothing, where).of,
        row_of,
        signs_of(workers),
    )


def _gained(workers: Workers, kin: I4, marks: I4, near: int) -> I4:
    """For each occupation of each worker the maximum points of trade and experience for openings whose closest trade is
    this one at kinship `near`."""
    trades = workers.trades
    owners = np.repeat(np.arange(len(workers.rows)), np.diff(trades.ptr))
    spread = taken(trades, owners)
    nearest, held, points = np.repeat(trades.of[:, 0], np.diff(spread.ptr)), spread.of[:, 0], spread.of[:, 1]
    flags = np.repeat(workers.rows[owners, c.FLAGS], np.diff(spread.ptr))
    alike = [
        nearest == held,
        *((kin[nearest, depth] >= 0) & (kin[nearest, depth] == kin[held, depth]) for depth in (0, 1)),
    ]
    nearness = np.maximum(np.where(alike[0], 0, np.where(alike[1], 1, np.where(alike[2], 2, 3))), near)
    table = np.where((points < 0) | (flags & c.WISH_KNOWN == 0), c.WANTED, c.HELD)
    joined = nearness < 3
    trade = np.where(joined, marks[table + np.minimum(nearness, 2)], 0)
    practised = np.where(joined & (points >= 0), points * (3 - nearness) // 3, 0)
    practised = np.maximum(practised, np.where(flags & c.PRACTICE_KNOWN, 0, marks[c.EXPERIENCE_UNKNOWN]))
    if not len(trade):
        return np.zeros(0, np.int32)
    best = np.maximum.reduceat(trade, spread.ptr[:-1])
    best = np.where(best > 0, best, max(marks[c.NEIGHBOUR], marks[c.SKILL_ONLY]))
    return (best + np.maximum.reduceat(practised, spread.ptr[:-1])).astype(np.int32)


def bounds_of(workers: Workers, marks: I4) -> Lists:
    """For each worker their areas as (code, points of a place there); ANY_AREA stands for all others."""
    areas, rows, mode = workers.areas, workers.rows, workers.rows[:, c.MODE]
    away = np.where(rows[:, c.HOME] < 0, marks[c.PLACE_UNKNOWN], marks[c.DISTANCE : c.DISTANCE + 4].max())
    away = np.where(
        mode == c.NO_WISH, marks[c.PLACE_UNKNOWN], np.where(rows[:, c.LISTED] > 0, marks[c.DISTANCE + 3], away)
    )
    owners = np.repeat(np.arange(len(rows)), np.diff(areas.ptr))
    rank = np.arange(len(owners)) - areas.ptr[owners]
    wished = marks[np.minimum(c.PLACES + rank, len(marks) - 1)]
    listed = np.column_stack((areas.of[:, 1], np.where(rank < rows[owners, c.LISTED], wished, away[owners])))
    rest = np.flatnonzero((mode != c.LISTED_ONLY) | (np.diff(areas.ptr) == 0))
    others = np.column_stack((np.where(mode[rest] == c.LISTED_ONLY, c.NO_AREA, c.ANY_AREA), away[rest]))
    members = grouped(np.append(owners, rest).astype(np.int32))
    return Lists(members.ptr, np.concatenate((listed, others))[members.of].astype(np.int32))


def settled(workers: Workers, keys: I4, owners: I4, most: I4, where: Lists) -> Lists:
    """The members of each key as (area, worker, maximum points, minimum wage) by area and then points descending, one
    entry per area of a worker; -1 is no key."""
    known = np.flatnonzero(keys >= 0)
    spread = taken(where, owners[known])
    known, areas = np.repeat(known, np.diff(spread.ptr)), spread.of[:, 0]
    who = owners[known]
    points = most[known] + spread.of[:, 1] + workers.rows[who, c.HARDSHIP]
    order = np.lexsort((-points, areas, keys[known]))
    pointers = np.searchsorted(keys[known[order]], np.arange(int(keys.max(initial=-1)) + 2))
    members = np.column_stack((areas, who, points, workers.rows[who, c.FLOOR]))
    return Lists(pointers, members[order].astype(np.int32))


def signs_of(workers: Workers) -> I4:
    """The bits of each worker's skills in halves; all bits where the skills are unknown."""
    bits = skill_bits(workers.terms.of[:, 0].astype(np.int64), workers.terms.ptr)
    bits[workers.rows[:, c.FLAGS] & c.SKILLS_KNOWN == 0] = ALL_BITS
    halves = (bits & HALF, bits >> np.uint64(32))
    return np.ascontiguousarray(np.column_stack(halves).astype(np.uint32).view(np.int32))
