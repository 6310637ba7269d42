"""Simulating the gates of a fair, and the formula that the simulation is checked against. Pure.

Visitors come at random within each hour, gates serve the first in line. The same dice are used for every number of
gates, so that "one more gate" is compared on the same morning.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapreplace
from math import factorial, sqrt
from random import Random
from statistics import mean, stdev
from typing import Annotated

from pydantic import Field

from centre.drafts import Draft

RUNS = 60
HOUR = 3600.0
NORMAL_95 = 1.96


class MorningDraft(Draft):
    """What the organiser expects of a morning (预演条件)."""

    visitors: Annotated[int, Field(ge=1, le=50_000)]
    gates: Annotated[int, Field(ge=1, le=50)] = 2
    seconds: Annotated[int, Field(ge=1, le=600)] = 12
    first_hour_share: Annotated[int, Field(ge=1, le=100)] = 50
    booths: Annotated[int, Field(ge=0, le=2_000)] = 0
    staff: Annotated[int, Field(ge=1, le=20)] = 1
    talks: Annotated[int, Field(ge=0, le=20)] = 3
    talk_minutes: Annotated[int, Field(ge=1, le=120)] = 6


@dataclass(frozen=True, slots=True)
class Waiting:
    """The waiting at the gates: the mean and its 95 % interval, and what one in twenty waits, all in minutes (等候)."""

    mean: float
    low: float
    high: float
    worst: float
    longest_queue: int


def arrivals_by_hour(visitors: int, hours: int, first_hour_share: int) -> list[float]:
    """Visitors by hour: a share in the first, the rest falling off by half from hour to hour."""
    if hours <= 1:
        return [float(visitors)]
    rest = visitors * (100 - first_hour_share) / 100
    weights = [0.5**hour for hour in range(hours - 1)]
    return [visitors * first_hour_share / 100, *(rest * weight / sum(weights) for weight in weights)]


def simulate(by_hour: Sequence[float], *, gates: int, seconds: float, seed: int = 1, runs: int = RUNS) -> Waiting:
    """Play a morning many times; arrivals and service times are exponential."""
    means, all_waits, longest = [], [], 0
    for number in range(runs):
        waits, queue = _morning(by_hour, gates, seconds, Random(seed * 1_000_003 + number))
        longest = max(longest, queue)
        if waits:
            means.append(mean(waits) / 60)
            all_waits += waits
    if not means:
        return Waiting(0, 0, 0, 0, 0)
    middle = mean(means)
    half = NORMAL_95 * (stdev(means) if len(means) > 1 else 0) / sqrt(len(means))
    all_waits.sort()
    return Waiting(middle, max(0, middle - half), middle + half, all_waits[int(len(all_waits) * 0.95)] / 60, longest)


def _morning(by_hour: Sequence[float], gates: int, seconds: float, dice: Random) -> tuple[list[float], int]:
    free = [0.0] * gates
    waits: list[float] = []
    served: list[float] = []
    longest = begun = 0
    for hour, expected in enumerate(by_hour):
        now = hour * HOUR
        while expected > 0:
            now += dice.expovariate(expected / HOUR)
            if now >= (hour + 1) * HOUR:
                break
            starts = max(now, free[0])
            heapreplace(free, starts + dice.expovariate(1 / seconds))
            waits.append(starts - now)
            served.append(starts)
            while begun < len(served) and served[begun] <= now:
                begun += 1
            longest = max(longest, len(served) - begun)
    return waits, longest


def erlang_wait(rate: float, service: float, servers: int) -> float:
    """The mean wait of M/M/c in the unit of the rates: `rate` arrivals and `service` per server in a unit of time.

    Infinite when the servers cannot keep up.
    """
    load = rate / service
    if load >= servers:
        return float("inf")
    below = sum(load**k / factorial(k) for k in range(servers))
    top = load**servers / factorial(servers) * servers / (servers - load)
    return top / (below + top) / (servers * service - rate)


@dataclass(frozen=True, slots=True)
class Advice:
    """The waiting with some numbers of gates, and what one more would save (预演结果)."""

    rows: tuple[tuple[int, Waiting], ...]
    saved: float
    """Minutes of mean waiting that one more gate saves."""


def advise(draft: MorningDraft, hours: int, *, seed: int = 1) -> Advice:
    """The morning with one gate fewer, as planned, and with up to two more."""
    by_hour = arrivals_by_hour(draft.visitors, hours, draft.first_hour_share)
    runs = max(8, min(RUNS, 200_000 // max(draft.visitors, 1)))
    numbers = [gates for gates in range(draft.gates - 1, draft.gates + 3) if gates >= 1]
    rows = {
        gates: simulate(by_hour, gates=gates, seconds=float(draft.seconds), seed=seed, runs=runs) for gates in numbers
    }
    return Advice(tuple(rows.items()), max(0.0, rows[draft.gates].mean - rows[draft.gates + 1].mean))


def advise_booths(draft: MorningDraft, hours: int, *, seed: int = 1) -> Advice | None:
    """The waiting at a booth with as many staff as planned and one or two more; None without booths or talks.

    Visitors spread evenly over the booths and come to them as they come to the fair.
    """
    if not draft.booths or not draft.talks:
        return None
    share = draft.talks / draft.booths
    by_hour = [expected * share for expected in arrivals_by_hour(draft.visitors, hours, draft.first_hour_share)]
    runs = max(8, min(RUNS, round(200_000 / max(sum(by_hour), 1))))
    rows = {
        staff: simulate(by_hour, gates=staff, seconds=draft.talk_minutes * 60.0, seed=seed, runs=runs)
        for staff in range(draft.staff, draft.staff + 3)
    }
    return Advice(tuple(rows.items()), max(0.0, rows[draft.staff].mean - rows[draft.staff + 1].mean))
