"""From profiles to columns: a growing register of words, and two builders (编码)."""

from array import array
from collections.abc import Iterable
from datetime import date
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine.fit.conditions import allowed_areas, monthly_range
from matching.engine.fit.order import standing
from matching.engine.fit.profiles import EmploymentType, Ground, Leave, OpeningProfile, Risk, WorkerProfile, area
from matching.engine.fit.trades import CODE, practice_points
from matching.engine.pairs import columns as c
from matching.engine.pairs.columns import ANY_LEVEL, FIRST_TYPE, I4, I8, NAME, NEVER, Lists, Openings, Workers

_TYPE_BITS = {kind: 1 << (FIRST_TYPE + place) for place, kind in enumerate(EmploymentType)}
TieKey = tuple[bool, int, tuple[date, int, int, str]]


def ymd(day: date | None, unknown: int = 0) -> int:
    """A date as yyyymmdd."""
    return unknown if day is None else day.year * 10000 + day.month * 100 + day.day


class Register:
    """Numbers for words, assigned once and never changed: occupations, regions, skill terms, kinds of certificate."""

    def __init__(self) -> None:
        self.occupations: dict[str, int] = {}
        self.regions: dict[str, int] = {}
        self.terms: dict[str, int] = {}
        self.papers: dict[str, int] = {}
        self._areas: dict[str, tuple[int, int, int]] = {}
        self._names: dict[str, int] = {}
        self._groups: dict[str, int] = {}
        self._trades = np.empty((0, 2), np.int32)

    @staticmethod
    def number(words: dict[str, int], word: str) -> int:
        """The number of a word; a new word gets the next one."""
        known = words.get(word)
        if known is None:
            known = words[word] = len(words)
        return known

    def area(self, name: str) -> tuple[int, int, int]:
        """Level (2, 4, 6), code, and padded code of an area; a name that is no code counts as a county of its own."""
        known = self._areas.get(name)
        if known is None:
            if name.startswith("~"):
                code = NAME + self.number(self._names, name)
                known = (6, code, code)
            else:
                known = (len(name), int(name), int(name.ljust(6, "0")))
            self._areas[name] = known
        return known

    def trades(self) -> I4:
        """Group and field of every registered occupation, -1 where it has none."""
        known = len(self._trades)
        if known < len(self.occupations):
            fresh = [self._kinship(code) for code in islice(self.occupations, known, None)]
            self._trades = np.concatenate((self._trades, np.array(fresh, np.int32)))
        return self._trades

    def _kinship(self, code: str) -> tuple[int, int]:
        if not CODE.fullmatch(code):
            return -1, -1
        return self.number(self._groups, code[:7]) if len(code) >= 7 else -1, self.number(self._groups, code[:4])

    def region_rows(self) -> tuple[I4, NDArray[np.int64]]:
        """The regions in the order of their padded codes, and the position of each region number in that order."""
        rows = [(level, *_ancestry(level, code), full) for level, code, full in map(self.area, self.regions)]
        table = np.array(rows, np.int32).reshape(len(rows), 5)
        order = np.argsort(table[:, 4], kind="stable")
        rank = np.empty(len(rows) + 1, np.int64)
        rank[order] = np.arange(len(rows))
        rank[-1] = -1
        return table[order], rank


def _ancestry(level: int, code: int) -> tuple[int, int, int]:
    """County, city and province of an area, -1 where it has none."""
    if code >= NAME:
        return code, -1, -1
    if level == 6:
        return code, code // 100, code // 10000
    return (-1, code, code // 100) if level == 4 else (-1, -1, code)


class Growing:
    """Lists of different lengths under construction; every entry has `width` numbers."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.ends = array("q", [0])
        self.of = array("i")

    def close(self) -> None:
        """Close the list of one row."""
        self.ends.append(len(self.of) // self.width)

    def lists(self) -> Lists:
        """The lists in the order of adding."""
        return Lists(np.array(self.ends, np.int64), np.array(self.of, np.int32).reshape(-1, self.width))


def taken(lists: Lists, who: NDArray[np.integer[Any]]) -> Lists:
    """The lists of some rows, repeated as often as a row is named."""
    starts = lists.ptr[who]
    sizes = lists.ptr[who + 1] - starts
    ptr = np.zeros(len(who) + 1, np.int64)
    np.cumsum(sizes, out=ptr[1:])
    return Lists(ptr, lists.of[np.repeat(starts - ptr[:-1], sizes) + np.arange(ptr[-1])])


def places(kept: list[TieKey]) -> I4:
    """The rank of each row among ties; 0 comes first."""
    order = sorted(range(len(kept)), key=kept.__getitem__)
    place = np.empty(len(kept), np.int32)
    place[order] = np.arange(len(kept), dtype=np.int32)
    return place


class OpeningColumns:
    """Collects openings that can be filled today; expired, full and suspended ones are left out."""

    def __init__(self, register: Register, ground: Ground) -> None:
        self.register, self.ground = register, ground
        self.kept: list[TieKey] = []
        self.rows = array("i")
        self.terms, self.papers = Growing(1), Growing(3)

    def add(self, opening: OpeningProfile) -> bool:
        """Add an opening; False if no introduction to it is possible today."""
        today = self.ground.today
        filled = opening.remaining is not None and opening.remaining < 1
        expired = opening.valid_until is not None and opening.valid_until < today
        if filled or expired or opening.risk in (Risk.SUSPENDED, Risk.BLACKLISTED):
            return False
        register = self.register
        where = area(opening.region)
        low, high = monthly_range(opening, self.ground)
        last = min(ymd(opening.valid_until, NEVER), ymd(opening.starts_on, NEVER))
        place = -1 if where is None else register.number(register.regions, where)
        trade = -1 if opening.occupation is None else register.number(register.occupations, opening.occupation)
        pay = (-1 if low is None else low, -1 if high is None else high)
        schooling = -1 if opening.min_education is None else opening.min_education
        asked = self._needs(opening)
        self.rows.extend((place, *pay, _attrs(opening), opening.underserved, 0, asked, schooling))
        self.rows.extend((opening.min_age or 0, ymd(opening.starts_on), ymd(opening.valid_from), last, trade))
        self.rows.extend(self._signature(opening))
        self.kept.append(standing(opening).tie_key())
        return True

    def _needs(self, opening: OpeningProfile) -> int:
        """Append the required skills and certificates, and return their total credit."""
        register, asked = self.register, 0
        for need in opening.skills:
            self.terms.of.append(register.number(register.terms, need.term) << 5 | (need.level or 0) << 1 | need.must)
            asked += 4 if need.must else 2
        self.terms.close()
        for paper in opening.certificates:
            self.papers.of.extend((register.number(register.papers, paper.kind), paper.level or 0, paper.must))
            asked += 0 if paper.must else 2
        self.papers.close()
        return asked

    def _signature(self, opening: OpeningProfile) -> tuple[int, int, int]:
        """SIGN, SIGN_MORE and SLACK of an opening that has just been registered."""
        bits = 0
        for need in opening.skills:
            bits |= 1 << sign(self.register.terms[need.term])
        lost = len(opening.skills) - bits.bit_count()
        unit = 4 if any(need.must for need in opening.skills) else 2
        papers = 2 * sum(not paper.must for paper in opening.certificates)
        low, high = bits & 0xFFFFFFFF, bits >> 32
        unit = unit if max(lost, papers) < 256 else 30_000
        slack = unit << c.SLACK_UNIT | min(lost, 255) << c.SLACK_LOST | min(papers, 255)
        return low - (low >> 31 << 32), high - (high >> 31 << 32), slack

    def columns(self, region_rank: NDArray[np.int64]) -> tuple[Openings, I8]:
        """The columns in index order, and where each row stood when it was added."""
        rows = np.array(self.rows, np.int32).reshape(-1, c.OPENING_WIDTH)
        rows[:, c.TIE] = places(self.kept)
        return arranged(rows, self.terms.lists(), self.papers.lists(), self.register, region_rank)


def arranged(
    rows: I4, terms: Lists, papers: Lists, register: Register, region_rank: NDArray[np.int64]
) -> tuple[Openings, I8]:
    """Openings in index order, and where each row stood; regions are numbered as in the register."""
    rows[:, c.REGION] = region_rank[rows[:, c.REGION]]
    codes = list(register.occupations)
    rank = np.empty(len(codes) + 1, np.int64)
    rank[sorted(range(len(codes)), key=codes.__getitem__)] = np.arange(len(codes))
    rank[-1] = len(codes)
    by_trade = rank[rows[:, c.OCCUPATION]]
    order = np.lexsort((-rows[:, c.HIGH], rows[:, c.REGION], by_trade))
    rows = rows[order]
    bounds = np.ascontiguousarray(rows[:, [c.SIGN, c.SIGN_MORE, c.SLACK, c.ASKED]].T)
    return Openings(rows, taken(terms, order), taken(papers, order), bounds), order


def skill_bits(numbers: I8, ptr: I8) -> NDArray[np.uint64]:
    """The signature bits of each list of terms."""
    bits = np.zeros(len(ptr) - 1, np.uint64)
    marked = np.uint64(1) << ((numbers * 0x9E3779B1 >> 20) & 63).astype(np.uint64)
    some = np.flatnonzero(np.diff(ptr))
    if len(some):
        bits[some] = np.bitwise_or.reduceat(marked, ptr[:-1][some])
    return bits


def signatures(rows: I4, terms: Lists, papers: Lists) -> None:
    """Fill SIGN, SIGN_MORE and SLACK of many openings, as `OpeningColumns` does for one."""
    count = len(rows)
    asked = np.diff(terms.ptr)
    owners = np.repeat(np.arange(count), asked)
    bits = skill_bits(terms.of[:, 0].astype(np.int64) >> 5, terms.ptr)
    lost = asked - np.bitwise_count(bits)
    musts = np.bincount(owners, weights=terms.of[:, 0] & 1, minlength=count)
    wishes = np.repeat(np.arange(count), np.diff(papers.ptr))
    credit = 2 * np.bincount(wishes, weights=papers.of[:, 2] == 0, minlength=count).astype(np.int64)
    unit = np.where(musts > 0, 4, 2)
    unit = np.where(np.maximum(lost, credit) < 256, unit, 30_000)
    rows[:, c.SIGN] = (bits & np.uint64(0xFFFFFFFF)).astype(np.uint32).view(np.int32)
    rows[:, c.SIGN_MORE] = (bits >> np.uint64(32)).astype(np.uint32).view(np.int32)
    rows[:, c.SLACK] = unit << c.SLACK_UNIT | np.minimum(lost, 255) << c.SLACK_LOST | np.minimum(credit, 255)


def sign(term: int) -> int:
    """The bit of a term in a signature, 0 to 63."""
    return (term * 0x9E3779B1 >> 20) & 63


def _attrs(opening: OpeningProfile) -> int:
    bits = (c.NIGHT if opening.night else 0) | (c.TEACHES if opening.accepts_training is not False else 0)
    bits |= c.SHIFT if opening.shift else 0
    bits |= c.HAZARD if opening.hazardous else 0
    if opening.lodging is not None:
        bits |= c.LODGING if opening.lodging else c.NO_LODGING
    if opening.board is not None:
        bits |= c.BOARD if opening.board else c.NO_BOARD
    return bits | (_TYPE_BITS[opening.employment_type] if opening.employment_type else 0)


class WorkerColumns:
    """Collects workers. `grow` registers words that no opening uses yet; otherwise they are dropped."""

    def __init__(self, register: Register, ground: Ground, *, grow: bool = True) -> None:
        self.register, self.ground, self.grow = register, ground, grow
        self.kept: list[TieKey] = []
        self.rows = array("i")
        self.trades, self.terms, self.papers, self.areas = Growing(2), Growing(2), Growing(3), Growing(3)

    def add(self, worker: WorkerProfile) -> None:
        """Add a worker."""
        floor = self.ground.wages.monthly(worker.wage_floor_fen, worker.wage_unit)
        lodging, board = worker.needs_lodging, worker.needs_board
        types = sum({_TYPE_BITS[kind] for kind in worker.employment_types})
        forbid = (c.NIGHT if worker.night_ok is False else 0) | (c.SHIFT if worker.shift_ok is False else 0)
        forbid |= (c.NO_LODGING if lodging else 0) | (c.NO_BOARD if board else 0)
        forbid |= c.ALL_TYPES & ~types if types else 0
        needs = (c.LODGING if lodging else 0) | (c.BOARD if board else 0)
        mode, listed = self._areas(worker)
        home = area(worker.home)
        self.rows.extend((-1 if floor is None else floor, forbid, types, needs, _flags(worker), mode, listed))
        self.rows.append(-1 if home is None else self.register.area(home)[1])
        schooling = c.NEVER if worker.education is None else worker.education
        self.rows.extend((schooling, ymd(worker.birth_date), ymd(worker.available_from), worker.hardship, 0, 0, 0, 0))
        self._lists(worker)
        self.kept.append(standing(worker).tie_key())

    def _number(self, words: dict[str, int], word: str) -> int:
        return self.register.number(words, word) if self.grow else words.get(word, -1)

    def _lists(self, worker: WorkerProfile) -> None:
        register = self.register
        # Occupations are registered even without `grow`: a code that no opening names still has its group and field.
        for code in worker.wanted or ():
            self.trades.of.extend((register.number(register.occupations, code), -1))
        for practice in worker.practised or ():
            number = register.number(register.occupations, practice.code)
            self.trades.of.extend((number, practice_points(practice, self.ground)))
        self.trades.close()
        for skill in worker.skills or ():
            number = self._number(register.terms, skill.term)
            if number >= 0:
                self.terms.of.extend((number, ANY_LEVEL if skill.level is None else skill.level))
        self.terms.close()
        for paper in worker.certificates or ():
            number = self._number(register.papers, paper.kind)
            if number >= 0:
                until = min(ymd(paper.expires_on, NEVER), ymd(paper.review_due_on, NEVER))
                self.papers.of.extend((number, paper.level or 0, until))
        self.papers.close()

    def _areas(self, worker: WorkerProfile) -> tuple[int, int]:
        """Append the areas of a worker, preferred ones first; returns how they are meant and how many are preferred."""
        listed = [region for region in map(area, worker.regions) if region]
        allowed = allowed_areas(worker)
        for region in listed if allowed is None else allowed:
            self.areas.of.extend(self.register.area(region))
        self.areas.close()
        if allowed is not None:
            return c.LISTED_ONLY, len(listed)
        return c.ANYWHERE if worker.leave_home_ok is Leave.ANY else c.NO_WISH, len(listed)

    def columns(self) -> Workers:
        """The columns in the order of adding."""
        rows = np.array(self.rows, np.int32).reshape(-1, c.WORKER_WIDTH)
        rows[:, c.RANK] = places(self.kept)
        return Workers(rows, self.trades.lists(), self.terms.lists(), self.papers.lists(), self.areas.lists())


def _flags(worker: WorkerProfile) -> int:
    flags = c.TRADE_KNOWN if worker.wanted or worker.practised else 0
    flags |= c.WISH_KNOWN if worker.wanted else 0
    flags |= c.PRACTICE_KNOWN if worker.practised is not None else 0
    flags |= c.SKILLS_KNOWN if worker.skills is not None else 0
    flags |= c.PAPERS_KNOWN if worker.certificates is not None else 0
    return flags | (c.TRAINS if worker.accepts_training is not False else 0)


def encode_workers(
    workers: Iterable[WorkerProfile], register: Register, ground: Ground, *, grow: bool = True
) -> Workers:
    """Columns of workers, one row each, in the given order."""
    builder = WorkerColumns(register, ground, grow=grow)
    for worker in workers:
        builder.add(worker)
    return builder.columns()


def marks(ground: Ground, lift: int) -> I4:
    """The weights as numbers; `lift` is 1 where any opening is lifted."""
    weights = ground.weights
    rest = weights.skills + weights.wage + weights.engagement[0] + weights.living[0]
    single = [ymd(ground.today), weights.neighbour, weights.skill_only, weights.trade_unknown]
    single += [weights.experience_unknown, weights.skills, weights.skills_unknown, weights.wage_met]
    single += [weights.wage_above, weights.wage_partly, weights.wage_unknown, weights.place_unknown]
    single += [*weights.engagement, *weights.living, rest + weights.best_place, rest, lift]
    return np.array((*single, *weights.wanted, *weights.held, *weights.distance, *weights.place), np.int32)
