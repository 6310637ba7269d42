"""The workers and openings of the domain dossier (10.3, 10.4), and strategies that generate others."""

from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from matching.engine.fit.profiles import (
    Certificate,
    CertificateNeed,
    EmploymentType,
    Ground,
    Leave,
    OpeningProfile,
    Practice,
    Risk,
    Skill,
    SkillNeed,
    WageUnit,
    WorkerProfile,
)

TODAY = date(2026, 3, 2)
ADJACENCY = {
    "6-04-02-01": frozenset({"6-05-01-03", "6-25-04-07", "4-10-04-02"}),
    "6-31-05-00": frozenset({"4-09-08-01"}),
}
GROUND = Ground(today=TODAY, adjacency=ADJACENCY)
CARD = "special-operation:6-18-02-04"

SPINNER = WorkerProfile(
    id=1,
    wanted=("6-04-02-01",),
    practised=(Practice("6-04-02-01", years=18),),
    skills=(Skill("细纱挡车"), Skill("络筒")),
    certificates=(),
    regions=("610404", "610402"),
    leave_home_ok=Leave.COUNTY,
    home="610404",
    wage_floor_fen=300_000,
    night_ok=False,
    birth_date=date(1975, 3, 8),
    hardship=True,
)
WELDER = WorkerProfile(
    id=3,
    wanted=("6-18-02-04",),
    practised=(Practice("6-18-02-04", years=4, level=5, verified=True),),
    certificates=(Certificate(CARD, expires_on=date(2025, 5, 31)),),
    regions=("610400",),
    home="610481",
    wage_floor_fen=450_000,
    birth_date=date(1999, 6, 30),
)
YOUTH = WorkerProfile(id=6, wanted=("6-31-05-00",), birth_date=date(2009, 9, 1), home="610404")

SPINNING = OpeningProfile(
    id=103,
    occupation="6-04-02-01",
    region="320600",
    remaining=60,
    wage_min_fen=550_000,
    wage_max_fen=750_000,
    skills=(SkillNeed("细纱挡车"), SkillNeed("接头")),
    shift=True,
    night=False,
    lodging=True,
    board=True,
)
SEWING = OpeningProfile(
    id=114,
    occupation="6-05-01-03",
    region="610404",
    remaining=40,
    wage_min_fen=320_000,
    wage_max_fen=500_000,
    night=False,
    shift=False,
    accepts_training=True,
)
WELDING = OpeningProfile(
    id=115,
    occupation="6-18-02-04",
    region="610481",
    remaining=15,
    wage_min_fen=500_000,
    wage_max_fen=750_000,
    certificates=(CertificateNeed(CARD),),
)
PACKING = OpeningProfile(
    id=116, occupation="6-31-05-00", region="610422", remaining=50, wage_min_fen=300_000, wage_max_fen=420_000
)
MASONRY = OpeningProfile(
    id=117,
    occupation="6-29-01-01",
    region="610482",
    remaining=20,
    wage_min_fen=28_000,
    wage_max_fen=35_000,
    wage_unit=WageUnit.DAY,
)

OCCUPATIONS = ("6-04-02-01", "6-04-02-02", "6-04-03-03", "6-05-01-03", "6-04-02", "4-10-04-02", "6-31-05-00", "普工")
REGIONS = ("610404", "610402", "610481", "610400", "320600", "320583", "320000", "610404002", "North")
TERMS = ("细纱", "络筒", "缝纫", "焊接", "看图")
PAPERS = ("health", "driving", CARD)
DAYS = st.integers(-400, 400).map(lambda n: TODAY + timedelta(days=n))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The value, or None."""
    return st.none() | strategy


def several(strategy: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[Any]:
    """A short tuple."""
    return st.lists(strategy, max_size=most).map(tuple)


LEVELS = maybe(st.integers(1, 5))
WAGES = st.integers(0, 60).map(lambda n: n * 12_345)

WORKERS = st.builds(
    WorkerProfile,
    id=st.integers(1, 10_000),
    wanted=maybe(several(st.sampled_from(OCCUPATIONS))),
    practised=maybe(
        several(st.builds(Practice, st.sampled_from(OCCUPATIONS), maybe(st.integers(0, 30)), LEVELS, st.booleans()))
    ),
    skills=maybe(several(st.builds(Skill, st.sampled_from(TERMS), LEVELS), 4)),
    certificates=maybe(several(st.builds(Certificate, st.sampled_from(PAPERS), LEVELS, maybe(DAYS), maybe(DAYS)))),
    regions=several(st.sampled_from(REGIONS)),
    leave_home_ok=maybe(st.sampled_from(Leave)),
    home=maybe(st.sampled_from(REGIONS)),
    wage_floor_fen=maybe(WAGES),
    wage_unit=st.sampled_from(WageUnit),
    employment_types=several(st.sampled_from(EmploymentType), 2),
    night_ok=maybe(st.booleans()),
    shift_ok=maybe(st.booleans()),
    needs_board=st.booleans(),
    needs_lodging=st.booleans(),
    education=maybe(st.integers(1, 4)),
    birth_date=maybe(st.dates(date(1960, 1, 1), date(2012, 12, 31))),
    available_from=maybe(DAYS),
    accepts_training=maybe(st.booleans()),
    registered_on=DAYS,
    hardship=st.booleans(),
)
OPENINGS = st.builds(
    OpeningProfile,
    id=st.integers(1, 10_000),
    occupation=maybe(st.sampled_from(OCCUPATIONS)),
    region=maybe(st.sampled_from(REGIONS)),
    remaining=maybe(st.integers(0, 3)),
    wage_min_fen=maybe(WAGES),
    wage_max_fen=maybe(WAGES),
    wage_unit=st.sampled_from(WageUnit),
    skills=several(st.builds(SkillNeed, st.sampled_from(TERMS), LEVELS, st.booleans()), 4),
    certificates=several(st.builds(CertificateNeed, st.sampled_from(PAPERS), LEVELS, st.booleans()), 2),
    employment_type=maybe(st.sampled_from(EmploymentType)),
    night=maybe(st.booleans()),
    shift=maybe(st.booleans()),
    hazardous=st.booleans(),
    board=maybe(st.booleans()),
    lodging=maybe(st.booleans()),
    min_education=maybe(st.integers(1, 4)),
    min_age=maybe(st.sampled_from((16, 18, 20))),
    accepts_training=maybe(st.booleans()),
    valid_from=maybe(DAYS),
    valid_until=maybe(DAYS),
    starts_on=maybe(DAYS),
    risk=st.sampled_from(Risk),
    registered_on=DAYS,
    underserved=st.booleans(),
    health=st.integers(0, 100),
)


class Dice:
    """Random draws for many workers and openings: missing values, subsets, days around today, levels."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def perhaps(self, value: Any, share: float = 0.3) -> Any:
        """The value, or None."""
        return value if self.random.random() < share else None

    def some(self, values: tuple[Any, ...], most: int = 3) -> tuple[Any, ...]:
        """None to `most` of the values."""
        return tuple(self.random.sample(values, self.random.randint(0, most)))

    def day(self, least: int = -300, most: int = 400) -> date:
        """A day around today."""
        return TODAY + timedelta(days=self.random.randint(least, most))

    def level(self) -> int | None:
        """A level, mostly unknown."""
        return self.random.randint(1, 5) if self.random.random() < 0.3 else None


def crowd(seed: int, workers: int, openings: int) -> tuple[list[WorkerProfile], list[OpeningProfile]]:
    """Many workers and openings, drawn so that every condition is often the only one that fails."""
    dice = Dice(seed)
    people = [drawn_worker(dice, number) for number in range(workers)]
    return people, [drawn_opening(dice, number) for number in range(openings)]


def drawn_worker(dice: Dice, number: int) -> WorkerProfile:
    """One random worker."""
    d, perhaps, some = dice.random, dice.perhaps, dice.some
    practised = tuple(
        Practice(code, perhaps(d.randint(0, 9), 0.8), dice.level(), d.random() < 0.5) for code in some(OCCUPATIONS)
    )
    papers = tuple(Certificate(paper, dice.level(), perhaps(dice.day()), perhaps(dice.day())) for paper in some(PAPERS))
    return WorkerProfile(
        id=number,
        wanted=perhaps(some(OCCUPATIONS), 0.8),
        practised=perhaps(practised, 0.8),
        skills=perhaps(tuple(Skill(term, dice.level()) for term in some(TERMS, 4)), 0.8),
        certificates=perhaps(papers),
        regions=some(REGIONS),
        leave_home_ok=perhaps(d.choice(list(Leave)), 0.6),
        home=perhaps(d.choice(REGIONS), 0.8),
        wage_floor_fen=perhaps(d.randrange(200_000, 700_000, 5_000), 0.7),
        employment_types=some(tuple(EmploymentType), 4) if d.random() < 0.3 else (),
        night_ok=perhaps(d.random() < 0.3),
        shift_ok=perhaps(d.random() < 0.3),
        needs_board=d.random() < 0.2,
        needs_lodging=d.random() < 0.2,
        education=perhaps(d.randint(1, 4), 0.5),
        birth_date=perhaps(date(d.randint(1980, 2011), d.randint(1, 12), d.randint(1, 28)), 0.8),
        available_from=perhaps(dice.day(0)),
        accepts_training=perhaps(d.random() < 0.7),
        registered_on=dice.day(),
        hardship=d.random() < 0.3,
    )


def drawn_opening(dice: Dice, number: int) -> OpeningProfile:
    """One random opening."""
    d, perhaps, some = dice.random, dice.perhaps, dice.some
    return OpeningProfile(
        id=number,
        occupation=perhaps(d.choice(OCCUPATIONS), 0.9),
        region=perhaps(d.choice(REGIONS), 0.9),
        remaining=perhaps(d.randint(0, 9)),
        wage_min_fen=perhaps(d.randrange(200_000, 500_000, 5_000), 0.9),
        wage_max_fen=perhaps(d.randrange(400_000, 800_000, 5_000), 0.9),
        skills=tuple(SkillNeed(term, dice.level(), d.random() < 0.2) for term in some(TERMS, 4)),
        certificates=tuple(CertificateNeed(paper, dice.level(), d.random() < 0.5) for paper in some(PAPERS, 1)),
        employment_type=perhaps(d.choice(list(EmploymentType)), 0.8),
        night=perhaps(d.random() < 0.4, 0.8),
        shift=perhaps(d.random() < 0.4, 0.8),
        hazardous=d.random() < 0.2,
        board=perhaps(d.random() < 0.6, 0.8),
        lodging=perhaps(d.random() < 0.6, 0.8),
        min_education=perhaps(d.randint(1, 3)),
        min_age=perhaps(d.choice((16, 18, 20))),
        accepts_training=perhaps(d.random() < 0.7),
        valid_from=perhaps(dice.day()),
        valid_until=perhaps(dice.day(-30), 0.5),
        starts_on=perhaps(dice.day(-30), 0.4),
        risk=d.choice([Risk.NORMAL] * 8 + list(Risk)),
        registered_on=dice.day(),
        underserved=d.random() < 0.2,
        health=d.choice((30, 50, 90)),
    )
