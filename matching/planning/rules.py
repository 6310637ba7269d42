"""How likely a hire is, and how long it lasts, from what is known so far (录用把握). Pure."""

from collections.abc import Iterable, Mapping

BAND = 10
"""Results are counted by bands of ten points."""
PRIOR_RESULTS, PRIOR_STAYS = 20, 10
"""So many results of the prior stand beside what was seen, so that three letters decide nothing."""
STAYED_USUALLY = 700
"""Thousandths of hires that last ninety days, before anything is known."""


def hire_chances(results: Iterable[tuple[int, bool]], *, per_point: int) -> list[int]:
    """The chance of a hire in thousandths for 0 to 100 points, never falling with the points.

    `results` are known introductions: points and whether hired. The prior is `per_point` thousandths a point.

    >>> hire_chances([], per_point=6)[50]
    300
    >>> hire_chances([(55, True)] * 80, per_point=6)[55] > 800
    True
    """
    known: dict[int, list[int]] = {}
    for points, hired in results:
        band = known.setdefault(min(points, 99) // BAND, [0, 0])
        band[0] += hired
        band[1] += 1
    chances, highest = [], 1
    for points in range(101):
        hired_here, known_here = known.get(min(points, 99) // BAND, (0, 0))
        prior = points * per_point
        chance = (1000 * hired_here + PRIOR_RESULTS * prior) // (known_here + PRIOR_RESULTS)
        highest = max(highest, min(chance, 1000))
        chances.append(highest)
    return chances


def stay_shares(stays: Iterable[tuple[int, bool]]) -> tuple[Mapping[int, int], int]:
    """For each employer the thousandths of hires that lasted ninety days, and the share of all others.

    >>> shares, usual = stay_shares([(1, False)] * 30 + [(2, True)] * 30)
    >>> shares[1] < usual < shares[2]
    True
    """
    counted: dict[int, list[int]] = {}
    for employer_id, stayed in stays:
        line = counted.setdefault(employer_id, [0, 0])
        line[0] += stayed
        line[1] += 1
    kept, all_known = (sum(line[place] for line in counted.values()) for place in (0, 1))
    usual = (1000 * kept + PRIOR_STAYS * STAYED_USUALLY) // (all_known + PRIOR_STAYS)
    return {
        employer_id: (1000 * stayed + PRIOR_STAYS * usual) // (known + PRIOR_STAYS)
        for employer_id, (stayed, known) in sorted(counted.items())
    }, usual
