"""A made-up labour market of any size, the same for the same seed: the work on which bulk matching is measured.

400 occupations in 40 groups, 3,000 skills (Zipf; the commonest in about a third of the openings), 400 regions of which
the 14 home counties hold 35 %, a wage range, and one certificate in 40 % of the openings.
"""

from collections.abc import Iterator
from datetime import date

import numpy as np

from centre import regions
from matching.engine.fit.profiles import (
    Certificate,
    CertificateNeed,
    Ground,
    Leave,
    OpeningProfile,
    Practice,
    Skill,
    SkillNeed,
    WorkerProfile,
)

TODAY = date(2026, 3, 2)
GROUND = Ground(today=TODAY)
SKILLS = 3000
CODES = [f"{1 + g % 6}-{g + 1:02d}-{n // 4 + 1:02d}-{n % 4 + 1:02d}" for g in range(40) for n in range(10)]
HOME = [f"6104{n:02d}" for n in (2, 3, 4, 22, 23, 24, 25, 26, 28, 29, 30, 31, 81, 82)]
AWAY = [
    county.code
    for province in ("320000", "330000", "440000", "410000")
    for city in regions.children(province)
    for county in regions.children(city.code)
][:386]
TERMS = [f"skill{n:04d}" for n in range(SKILLS)]
PAPERS = [f"paper{n:02d}" for n in range(12)]


class Market:
    """Draws openings and workers in blocks, quickly and always alike."""

    def __init__(self, seed: int = 7) -> None:
        self.seed = seed
        dice = np.random.default_rng(seed)
        weights = 1.0 / np.arange(1, SKILLS + 1) ** 0.9
        self.common = np.cumsum(weights / weights.sum())
        self.own = dice.integers(0, SKILLS, (40, 60))

    def _skills(self, dice: np.random.Generator, group: np.ndarray, sizes: np.ndarray) -> list[list[int]]:
        total = int(sizes.sum())
        owner = np.repeat(group, sizes)
        general = np.searchsorted(self.common, dice.random(total))
        special = self.own[owner, (dice.random(total) ** 2 * 60).astype(int)]
        drawn = np.where(dice.random(total) < 0.4, general, special)
        ends = np.cumsum(sizes)[:-1]
        return [sorted(set(part.tolist())) for part in np.split(drawn, ends)]

    def openings(self, count: int) -> Iterator[OpeningProfile]:
        """`count` openings with ids from 1."""
        dice = np.random.default_rng((self.seed, 1))
        for start in range(0, count, 10_000):
            n = min(10_000, count - start)
            trade = (dice.random(n) ** 1.5 * 400).astype(int)
            home = dice.random(n) < 0.35
            where = np.where(home, dice.integers(0, 14, n), 14 + dice.integers(0, 386, n))
            low = dice.integers(25, 75, n) * 10_000
            high = low + dice.integers(3, 30, n) * 10_000
            paper = np.where(dice.random(n) < 0.4, dice.integers(0, 12, n), -1)
            skills = self._skills(dice, trade // 10, dice.integers(3, 13, n))
            places = HOME + AWAY
            for i in range(n):
                yield OpeningProfile(
                    id=start + i + 1,
                    occupation=CODES[trade[i]],
                    region=places[where[i]],
                    wage_min_fen=int(low[i]),
                    wage_max_fen=int(high[i]),
                    skills=tuple(SkillNeed(TERMS[s]) for s in skills[i]),
                    certificates=(CertificateNeed(PAPERS[paper[i]]),) if paper[i] >= 0 else (),
                )

    def workers(self, count: int, first: int = 0) -> Iterator[WorkerProfile]:
        """`count` workers with ids from `first` + 1."""
        for start in range(first, first + count, 10_000):
            dice = np.random.default_rng((self.seed, 2, start))
            n = min(10_000, first + count - start)
            trade = (dice.random((n, 2)) ** 1.5 * 400).astype(int)
            kind = dice.random(n)
            counties = dice.integers(0, 14, (n, 3))
            several = dice.integers(1, 4, n)
            floor = dice.integers(25, 70, n) * 10_000
            papers = dice.random((n, 12)) < 0.2
            skills = self._skills(dice, trade[:, 0] // 10, dice.integers(3, 9, n))
            for i in range(n):
                chosen = tuple(HOME[c] for c in dict.fromkeys(counties[i, : several[i]].tolist()))
                anywhere = kind[i] >= 0.95
                yield WorkerProfile(
                    id=start + i + 1,
                    wanted=(CODES[trade[i, 0]],),
                    practised=(Practice(CODES[trade[i, 1]], years=int(several[i])),),
                    skills=tuple(Skill(TERMS[s]) for s in skills[i]),
                    certificates=tuple(Certificate(PAPERS[p]) for p in np.flatnonzero(papers[i])),
                    regions=chosen
                    if kind[i] < 0.5
                    else ("610400",)
                    if kind[i] < 0.8
                    else ("610400", AWAY[i % 386][:4]),
                    leave_home_ok=Leave.ANY if anywhere else Leave.COUNTY,
                    home=chosen[0],
                    wage_floor_fen=int(floor[i]),
                )
