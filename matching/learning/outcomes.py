"""What training leads to: certificates joined with later jobs, and which major to open next (培训成效)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import clock, network
from centre.scopes import seeing_everything
from employers.openings.models import Opening
from employers.openings.queries import open_openings
from matching.engine.text.terms import area
from matching.introductions.models import Placement
from training.classes.models import TrainingClass
from training.outcomes import queries
from training.outcomes.rules import (
    Backtest,
    Cohort,
    Completion,
    Forecast,
    OutcomeTally,
    TraineeJob,
    backtest,
    forecast,
    job_after,
    tally,
)
from training.outcomes.sums import By, OutcomeSum, sums

KNOWN_AFTER = timedelta(days=120)
"""Ninety days to find work and thirty to keep it: a class's outcome is unknown before that."""

GROUP = len("6-05-01")
"""Open places are counted by small group of occupations (小类): a sewing course also leads to pressing."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """One major with its record, its current learners and its forecast (开班预测)."""

    major_id: int
    major: str
    occupation_code: str
    school: str
    learning: int
    tally: OutcomeTally
    forecast: Forecast


def jobs(session: Session) -> list[TraineeJob]:
    """The dates of every placement."""
    rows = session.execute(
        select(Placement.person_id, Placement.starts_on, Placement.ended_on, Placement.region_code).order_by(
            Placement.id
        )
    )
    city = area(network.home())
    return [
        TraineeJob(person_id, starts, ended, bool(region) and not region.startswith(city))
        for person_id, starts, ended, region in rows
    ]


def outcome(session: Session, *, since: date | None = None) -> OutcomeTally:
    """How many of the certified people visible to the reader found work."""
    return tally(queries.completions(session, since=since), jobs(session), clock.today())


def cohorts(session: Session, today: date) -> list[Cohort]:
    """Classes with a known outcome: how many began, were certified, and found work within ninety days."""
    certified = queries.completions(session)
    of_class = queries.class_of(session, [completion.enrolment_id for completion in certified])
    held, placed = Counter[int](), Counter[int]()
    jobs_by_person = _jobs_by_person(session)
    for completion in certified:
        class_id = of_class[completion.enrolment_id]
        held[class_id] += 1
        job = job_after(completion, jobs_by_person.get(completion.person_id, []), within=90)
        placed[class_id] += job is not None and job.days(today) >= 30
    return [
        Cohort(past.major_id, past.ended_on, past.began, held[past.class_id], placed[past.class_id])
        for past in queries.past_classes(session, until=today - KNOWN_AFTER)
    ]


def _jobs_by_person(session: Session) -> dict[int, list[TraineeJob]]:
    by_person: dict[int, list[TraineeJob]] = {}
    for job in jobs(session):
        by_person.setdefault(job.person_id, []).append(job)
    return by_person


def open_places(session: Session, today: date) -> Counter[str]:
    """Places that are open now, by small group of occupations."""
    openings = open_openings(today).order_by(None).subquery()
    by_group = Counter[str]()
    rows = session.execute(
        select(Opening.occupation_code, func.sum(Opening.headcount - Opening.taken))
        .where(Opening.id.in_(select(openings.c.id)))
        .group_by(Opening.occupation_code)
    )
    for code, places in rows:
        by_group[code[:GROUP]] += int(places or 0)
    return by_group


def prospects(session: Session, *, seats: int = 30) -> tuple[list[Prospect], Backtest]:
    """Every major with the expected result of one more class, best first, and a backtest of such forecasts.

    Holds only aggregate figures over the whole network, regardless of the reader.
    """
    today = clock.today()
    with seeing_everything(session):
        known, places = cohorts(session, today), open_places(session, today)
        certified, all_jobs = queries.completions(session), jobs(session)
        learning = queries.learning_now(session)
        offered = queries.majors_offered(session)
    ranking = []
    for major, school in offered:
        own: list[Completion] = [completion for completion in certified if completion.major_id == major.id]
        ranking.append(
            Prospect(
                major.id,
                major.name,
                major.occupation_code,
                school.name,
                learning[major.id],
                tally(own, all_jobs, today),
                forecast(known, major.id, seats=seats, places=places[major.occupation_code[:GROUP]]),
            )
        )
    ranking.sort(key=lambda prospect: (-prospect.forecast.expected, -prospect.forecast.places, prospect.major_id))
    return ranking, backtest(known)


def report(
    session: Session,
    *,
    by: By,
    since: date | None = None,
    until: date | None = None,
    centre_ids: Sequence[int] | None = None,
) -> list[OutcomeSum]:
    """Seats, people and money line by line, with the certified who work outside the city (外出务工)."""
    classes = select(TrainingClass.id, TrainingClass.major_id, TrainingClass.provider_id)
    key = {By.SCHOOL: 2, By.MAJOR: 1, By.CLASS: 0}[by]
    line_of = {row[0]: row[key] for row in session.execute(classes)}
    certified = queries.completions(session)
    of_class = queries.class_of(session, [completion.enrolment_id for completion in certified])
    jobs_by_person = _jobs_by_person(session)
    away = Counter[int]()
    for completion in certified:
        job = job_after(completion, jobs_by_person.get(completion.person_id, []), within=90)
        away[line_of[of_class[completion.enrolment_id]]] += job is not None and job.away
    lines = sums(session, by=by, since=since, until=until, centre_ids=centre_ids)
    return [replace(line, away=away[line.id]) for line in lines]
