"""How close two occupations are, by their codes in the national classification (职业相近程度)."""

import re
from enum import IntEnum
from functools import lru_cache

from matching.engine.fit.profiles import Ground, Practice, WorkerProfile

CODE = re.compile(r"[0-9]-[0-9]{2}(-[0-9]{2}){0,2}")


class Kin(IntEnum):
    """How close an opening's occupation is to one of the worker's; lower is closer."""

    SAME = 0
    NEAR = 1
    FIELD = 2
    NONE = 3


@lru_cache(maxsize=65536)
def kin(first: str, second: str) -> Kin:
    """How close two codes are: 6-04-02-01 is near all of 6-04-02 and in the field 6-04; other words are equal or
    unrelated.

    >>> kin("6-04-02-01", "6-04-02").name, kin("6-04-02-01", "6-04-03-03").name, kin("6-04-02-01", "6-05-01-03").name
    ('NEAR', 'FIELD', 'NONE')
    """
    if first == second:
        return Kin.SAME
    if not (CODE.fullmatch(first) and CODE.fullmatch(second)):
        return Kin.NONE
    for length, nearness in ((7, Kin.NEAR), (4, Kin.FIELD)):
        if len(first) >= length and len(second) >= length and first[:length] == second[:length]:
            return nearness
    return Kin.NONE


def nearest(worker: WorkerProfile, occupation: str) -> tuple[Kin, str | None]:
    """The closest of all occupations that the worker wants or has practised, with its kinship."""
    codes = (*(worker.wanted or ()), *(practice.code for practice in worker.practised or ()))
    return min(((kin(code, occupation), code) for code in codes), default=(Kin.NONE, None))


def trade_known(worker: WorkerProfile) -> bool:
    """Whether the worker names any occupation; if not, the trade is unknown."""
    return bool(worker.wanted or worker.practised)


def neighbour_of(worker: WorkerProfile, occupation: str, ground: Ground) -> str | None:
    """The worker's occupation from which people move to `occupation`, if the table of neighbours has one."""
    codes = (*(practice.code for practice in worker.practised or ()), *(worker.wanted or ()))
    return next((code for code in codes if occupation in ground.adjacency.get(code, ())), None)


def trade_points(worker: WorkerProfile, occupation: str | None, ground: Ground) -> tuple[int, Kin, str | None, bool]:
    """Points of the trade, the kinship, the worker's occupation that counts, and whether it is a wanted one.

    A practised occupation counts as wanted where no preference is recorded.
    """
    weights = ground.weights
    if occupation is None or not trade_known(worker):
        return weights.trade_unknown, Kin.NONE, None, False
    best: tuple[int, Kin, str | None, bool] = (0, Kin.NONE, None, False)
    for code in worker.wanted or ():
        near = kin(code, occupation)
        if near is not Kin.NONE and weights.wanted[near] > best[0]:
            best = (weights.wanted[near], near, code, True)
    table = weights.held if worker.wanted else weights.wanted
    for practice in worker.practised or ():
        near = kin(practice.code, occupation)
        if near is not Kin.NONE and table[near] > best[0]:
            best = (table[near], near, practice.code, False)
    return best


def practice_points(practice: Practice, ground: Ground) -> int:
    """Points of one practised occupation for an opening in the same occupation: years and national level."""
    weights = ground.weights
    years = weights.years_unknown if practice.years is None else weights.year * min(practice.years, weights.years_full)
    if practice.level is None:
        return years + weights.level_unknown
    level = 6 - min(max(practice.level, 1), 5)
    return years + (level if practice.verified else (level + 1) // 2)


def experience_points(
    worker: WorkerProfile, occupation: str | None, ground: Ground
) -> tuple[int, Kin, Practice | None]:
    """Points of experience, the kinship, and the practised occupation that counts.

    A near occupation counts two thirds, one in the same field one third, rounded down. Missing records are neutral.
    """
    if occupation is None or worker.practised is None:
        return ground.weights.experience_unknown, Kin.NONE, None
    best: tuple[int, Kin, Practice | None] = (0, Kin.NONE, None)
    for practice in worker.practised:
        near = kin(practice.code, occupation)
        if near is Kin.NONE:
            continue
        points = practice_points(practice, ground) * (3 - near) // 3
        if best[2] is None or points > best[0]:
            best = (points, near, practice)
    return best
