"""Outcomes of training and their forecast: pure counting, so that every figure can be recomputed by hand.

Jobs come from the package above as plain dates: training knows nothing of placements.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, lgamma
from statistics import fmean

MILESTONES = (30, 90, 180)
"""Days in the job at which placements are counted."""

PRIOR = 20.0
"""The weight of all majors together, in trainees, in the estimate for one major."""

SHARE = 0.8
"""The probability that the prediction interval covers."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A valid certificate, with its holder and day."""

    person_id: int
    enrolment_id: int
    major_id: int
    certified_on: date


@dataclass(frozen=True, slots=True)
class TraineeJob:
    """The dates of a placement: `ended_on` is None while it lasts; `away` is work outside the city."""

    person_id: int
    starts_on: date
    ended_on: date | None = None
    away: bool = False

    def days(self, today: date) -> int:
        """Days in the job until its end, or until today."""
        return max(0, ((self.ended_on or today) - self.starts_on).days)


@dataclass(frozen=True, slots=True)
class OutcomeTally:
    """How many of the certified found work (就业率): within `within` days, for at least `least` days (TR-14)."""

    certified: int = 0
    placed: int = 0
    away: int = 0
    pending: int = 0
    held: tuple[int, ...] = (0,) * len(MILESTONES)

    @property
    def per_mille(self) -> int:
        """The rate in tenths of a percent, rounded half up: 750 is 75.0 %."""
        return (self.placed * 2000 + self.certified) // (2 * self.certified) if self.certified else 0


def tally(
    completions: Iterable[Completion], jobs: Iterable[TraineeJob], today: date, *, within: int = 90, least: int = 30
) -> OutcomeTally:
    """Count the certified, those placed, and how long they stayed; who may still find work in time is pending."""
    by_person = _by_person(jobs)
    certified = placed = away = pending = 0
    held = [0] * len(MILESTONES)
    for completion in completions:
        certified += 1
        job = job_after(completion, by_person.get(completion.person_id, ()), within=within)
        if job is None:
            pending += today <= completion.certified_on + timedelta(days=within)
            continue
        stayed = job.days(today)
        if stayed < least:
            pending += job.ended_on is None
            continue
        placed += 1
        away += job.away
        for place, days in enumerate(MILESTONES):
            held[place] += stayed >= days
    return OutcomeTally(certified, placed, away, pending, tuple(held))


def job_after(completion: Completion, jobs: Sequence[TraineeJob], *, within: int) -> TraineeJob | None:
    """The job that counts for a certificate: the longest of those begun within `within` days after it."""
    last = completion.certified_on + timedelta(days=within)
    fitting = [job for job in jobs if completion.certified_on <= job.starts_on <= last]
    return max(fitting, key=lambda job: (job.ended_on or date.max, -job.starts_on.toordinal()), default=None)


def _by_person(jobs: Iterable[TraineeJob]) -> Mapping[int, list[TraineeJob]]:
    by_person: dict[int, list[TraineeJob]] = defaultdict(list)
    for job in jobs:
        by_person[job.person_id].append(job)
    return by_person


@dataclass(frozen=True, slots=True)
class Cohort:
    """One past class: how many began, were certified, and found work."""

    major_id: int
    ended_on: date
    began: int
    certified: int
    placed: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a class would lead to: people in work, with the 80 % prediction interval."""

    seats: int
    completers: float
    rate: float
    places: int
    expected: float
    low: int
    high: int
    cohorts: int


def forecast(cohorts: Sequence[Cohort], major_id: int, *, seats: int, places: int) -> Forecast:
    """Forecast one more class of a major from all cohorts; never more people in work than open places.

    The share that finds work is the major's own, shrunk towards that of all majors while its record is short. The
    differences between classes, measured on all majors together, widen the interval.
    """
    own = [cohort for cohort in cohorts if cohort.major_id == major_id]
    completion = _share(
        [(cohort.certified, cohort.began) for cohort in own], [(cohort.certified, cohort.began) for cohort in cohorts]
    )
    rate = _share(
        [(cohort.placed, cohort.certified) for cohort in own], [(cohort.placed, cohort.certified) for cohort in cohorts]
    )
    overall = _share(
        [(cohort.placed, cohort.began) for cohort in own], [(cohort.placed, cohort.began) for cohort in cohorts]
    )
    weight = min(spread(cohorts), PRIOR + sum(cohort.began for cohort in own))
    chances = beta_binomial(seats, overall * weight, (1 - overall) * weight)
    expected = sum(min(count, places) * chance for count, chance in enumerate(chances))
    low, high = interval(chances)
    return Forecast(
        seats, seats * completion, rate, places, expected, min(low, places), min(high, places), len(own)
    )  # fmt: skip


def spread(cohorts: Sequence[Cohort]) -> float:
    """How similar classes of one major are, as the weight of a beta distribution; small means very different.

    Method of moments: the variance of the classes' shares beyond chance, over all majors.
    """
    excess, most = 0.0, 0.0
    for own in _by_major(cohorts).values():
        began = sum(cohort.began for cohort in own)
        mean = sum(cohort.placed for cohort in own) / began if began else 0.0
        if len(own) < 2 or not 0 < mean < 1:
            continue
        for cohort in own:
            error = (cohort.placed / cohort.began - mean) ** 2 * len(own) / (len(own) - 1)
            excess += error - mean * (1 - mean) / cohort.began
            most += mean * (1 - mean) * (1 - 1 / cohort.began)
    likeness = excess / most if most else 0.1
    return 1 / min(max(likeness, 0.005), 0.5) - 1


def _by_major(cohorts: Sequence[Cohort]) -> Mapping[int, list[Cohort]]:
    by_major: dict[int, list[Cohort]] = defaultdict(list)
    for cohort in cohorts:
        if cohort.began:
            by_major[cohort.major_id].append(cohort)
    return by_major


def _share(own: Sequence[tuple[int, int]], everybody: Sequence[tuple[int, int]]) -> float:
    """A share of a major's own record, shrunk towards the overall share by PRIOR people; one half without any data."""
    hits, tries = sum(hit for hit, _ in everybody), sum(of for _, of in everybody)
    overall = (hits + 1) / (tries + 2)
    return (sum(hit for hit, _ in own) + PRIOR * overall) / (sum(of for _, of in own) + PRIOR)


def beta_binomial(tries: int, alpha: float, beta: float) -> list[float]:
    """The probability of each number of hits from 0 to `tries` when the share itself is uncertain."""

    def log_beta(first: float, second: float) -> float:
        return lgamma(first) + lgamma(second) - lgamma(first + second)

    def choose(hits: int) -> float:
        return lgamma(tries + 1) - lgamma(hits + 1) - lgamma(tries - hits + 1)

    base = log_beta(alpha, beta)
    return [exp(choose(hits) + log_beta(hits + alpha, tries - hits + beta) - base) for hits in range(tries + 1)]


def interval(chances: Sequence[float], share: float = SHARE) -> tuple[int, int]:
    """The counts between which `share` of the distribution lies, with equal tails."""
    tail = (1 - share) / 2
    below, low, high = 0.0, 0, len(chances) - 1
    for count, chance in enumerate(chances):
        if below <= tail < below + chance:
            low = count
        if below < 1 - tail <= below + chance:
            high = count
        below += chance
    return low, high


@dataclass(frozen=True, slots=True)
class Backtest:
    """How the forecast would have done on later months (回测)."""

    cohorts: int
    covered: int
    error: float
    plain_error: float

    @property
    def percent(self) -> int:
        """How many of a hundred outcomes fell within the interval."""
        return round(100 * self.covered / self.cohorts) if self.cohorts else 0


def backtest(cohorts: Sequence[Cohort], *, months: int = 6, lag: int = 120) -> Backtest:
    """Forecast each class of the last months from those whose outcome was known by then, and compare.

    An outcome is known after `lag` days. `plain_error` is the error of the overall rate of all majors.
    """
    if not cohorts:
        return Backtest(0, 0, 0.0, 0.0)
    since = max(cohort.ended_on for cohort in cohorts) - timedelta(days=30 * months)
    covered, errors, plain = 0, [], []
    for cohort in cohorts:
        known = [earlier for earlier in cohorts if earlier.ended_on + timedelta(days=lag) <= cohort.ended_on]
        if cohort.ended_on <= since or not cohort.began or not known:
            continue
        prediction = forecast(known, cohort.major_id, seats=cohort.began, places=cohort.began)
        covered += prediction.low <= cohort.placed <= prediction.high
        errors.append(abs(prediction.expected - cohort.placed))
        rate = sum(earlier.placed for earlier in known) / max(1, sum(earlier.began for earlier in known))
        plain.append(abs(rate * cohort.began - cohort.placed))
    return Backtest(len(errors), covered, fmean(errors) if errors else 0.0, fmean(plain) if plain else 0.0)
