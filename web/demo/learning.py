"""Training in the demo town: a pool of people, two years of classes, certificates and jobs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from centre import clock
from centre.bulk_writes import new_ids
from centre.network import Centre
from centre.numbers import identity_check
from centre.people import Person, PersonCategory
from centre.permissions import Actor
from employers.companies.models import Employer
from matching.introductions.models import Placement
from matching.introductions.rules import LeaveReason, PlacementState
from training.attendance.models import Attendance, Lesson
from training.attendance.queries import lesson_times
from training.attendance.rules import Method, lessons_of
from training.certificates.models import Assessment, TrainingCertificate
from training.certificates.rules import ALPHABET, certificate_code
from training.classes.models import TrainingClass
from training.classes.rules import WORKDAYS, ClassState, Daypart, meeting_days
from training.enrolments.effects import Parts, place_values, record_places
from training.enrolments.models import Enrolment
from training.enrolments.rules import SEATLESS, Application, EnrolmentState, Relation
from training.providers.models import Major, TrainingProvider
from training.providers.prices import Entitlement
from web.demo.city import person_row

Row = dict[str, Any]
SYSTEM = Actor.system()
SEED, LEARNERS = 20261127, 520
MOST = 16
"""The maximum number of trainees in a past class."""

ENDED_AGO = (610, 460, 270, 165)
"""Days since the past classes of every major ended; the outcome of the last is known (after 120 days).

The last two are tested against the forecast on any day: a class of the claims whose outcome has just become known
(it ended 120 days ago) moves the six months that are tested, and 270 days, with the rounding to weeks, stay inside.
"""

AWAY = ("330782", "320583", "441900", "310117")
S = EnrolmentState
ENDS = {S.CERTIFIED, S.EMPLOYED}


@dataclass
class Campus:
    """The shared state of the class generators: schools, employers, the pool of people, the random generator."""

    session: Session
    providers: dict[int, TrainingProvider]
    centres: list[Centre]
    employers: list[Employer]
    pool: list[Person] = field(default_factory=list)
    chance: Random = field(default_factory=lambda: Random(SEED))
    classes_opened: int = 0

    def people(self, first: int, count: int) -> list[Person]:
        """A slice of the pool that wraps around its end."""
        return [self.pool[(first + place) % len(self.pool)] for place in range(count)]


def fill_pool(campus: Campus) -> None:
    """Insert the learners; the serials of their identity numbers are below 100, which the city does not use."""
    chance, taken, rows = campus.chance, set[str](), []
    for number in new_ids(campus.session, Person, LEARNERS):
        centre = campus.centres[number % len(campus.centres)]
        digits = ""
        while not digits or digits in taken:
            born = date(1981, 1, 1) + timedelta(days=chance.randrange(365 * 24))
            digits = f"610499{born:%Y%m%d}0{chance.randrange(60, 100)}"
        taken.add(digits)
        identity = digits + identity_check(digits)
        row = person_row(chance, number, centre.id, centre.region_code, identity, born, source="demo-town")
        row["categories"] = [chance.choice((PersonCategory.RURAL_TRANSFER, PersonCategory.REGISTERED_UNEMPLOYED)).value]
        rows.append(row)
    campus.session.execute(insert(Person), rows)
    first = rows[0]["id"]
    pool = select(Person).where(Person.id >= first, Person.id < first + LEARNERS)
    campus.pool = list(campus.session.scalars(pool.order_by(Person.id)))


def open_class(
    campus: Campus, major: Major, *, start_on: date, state: ClassState, seats: int = 30, class_no: str = ""
) -> TrainingClass:
    """A full-day class that lasts as long as its hours require, with its own room and teacher."""
    number = campus.classes_opened = campus.classes_opened + 1
    days = -(-major.hours // 8)
    training = TrainingClass(
        provider_id=major.provider_id, centre_id=campus.providers[major.provider_id].centre_id, major_id=major.id,
        class_no=class_no or f"{start_on:%Y%m}-{number}", start_on=start_on, weekdays=list(WORKDAYS),
        # Long enough for any holidays; the last day follows from the days on which the class meets.
        end_on=start_on + timedelta(days=2 * days + 30),
        daypart=Daypart.FULL_DAY, room=f"实训室{number}", seats=seats, state=state,
        teacher=f"{'王李张刘陈杨'[number % 6]}老师{number}",
        approved_at=_nine(start_on - timedelta(days=20)), is_demo=True,
    )  # fmt: skip
    *_, training.end_on = islice(meeting_days(training), days)
    campus.session.add(training)
    campus.session.flush()
    return training


def enrol(
    campus: Campus, training: TrainingClass, major: Major, people: Sequence[Person], states: Iterable[EnrolmentState]
) -> list[Enrolment]:
    """Enrol people, with the price split of the day, ledger entries and the seat counter."""
    parts: Parts = (training, major, campus.providers[major.provider_id])
    on = min(training.start_on - timedelta(days=6), clock.today())
    with clock.frozen(_nine(on)):
        drafts = [
            place_values(parts, person, *_plea(campus, person))
            | {"class_id": training.id, "person_id": person.id, "state": state}
            for person, state in zip(people, states, strict=True)
        ]
        ids = new_ids(campus.session, Enrolment, len(drafts))
        rows = [{"id": number, **draft} for number, draft in zip(ids, drafts, strict=True)]
        seated = [row for row in rows if row["state"] not in (S.WAITLISTED, S.APPLIED)]
        written = record_places(campus.session, SYSTEM, parts, seated)
    if not rows:
        return []
    entries = [{"service_event_id": written.get(row["id"]), **row} for row in rows]
    campus.session.execute(insert(Enrolment), entries)
    training.taken += sum(row["state"] not in SEATLESS for row in rows)
    places = select(Enrolment).where(Enrolment.class_id == training.id, Enrolment.id.in_(ids))
    return list(campus.session.scalars(places.order_by(Enrolment.id)))


def _plea(campus: Campus, person: Person) -> tuple[Application, Entitlement | None]:
    """Every sixth learner is free of charge, every twentieth as the child or spouse of a recognised worker."""
    drawn = campus.chance.random()
    if drawn < 0.05:
        holder = campus.pool[(person.id * 7) % len(campus.pool)]
        relation = Relation.CHILD if drawn < 0.03 else Relation.SPOUSE
        if holder.id != person.id:
            return Application(relation=relation, beneficiary_of_id=holder.id, is_demo=True), _RIGHT
    return Application(is_demo=True), _RIGHT if drawn < 0.17 else None


_RIGHT = Entitlement(PersonCategory.UNION_HARDSHIP.value)


def hold_lessons(
    campus: Campus,
    training: TrainingClass,
    places: Sequence[Enrolment],
    *,
    absent: float = 0.05,
    scanned: bool = False,
    truants: int = 0,
) -> None:
    """Add the lessons of a class; past ones get an attendance register, or check-ins by code with `scanned`.

    The last `truants` of the trainees stay away too often.
    """
    now, session = clock.now(), campus.session
    plans = list(lessons_of(training, lesson_times(session, training)))
    ids = new_ids(session, Lesson, len(plans))
    own = {"class_id": training.id, "provider_id": training.provider_id, "centre_id": training.centre_id}
    lessons: list[Row] = [
        {
            "id": number, "starts_at": plan.starts_at, "ends_at": plan.ends_at, "hours": plan.hours,
            "room": training.room, "teacher": training.teacher,
            "reported_at": plan.ends_at if plan.ends_at < now else None, **own,
        }
        for number, plan in zip(ids, plans, strict=True)
    ]  # fmt: skip
    session.execute(insert(Lesson), lessons)
    came: list[Row] = []
    for lesson in lessons:
        if lesson["reported_at"] is None:
            continue
        for number, place in enumerate(places):
            if campus.chance.random() < (0.35 if number >= len(places) - truants else absent):
                continue
            at = lesson["starts_at"] - timedelta(seconds=campus.chance.randrange(1_200)) if scanned else None
            came.append(
                {
                    "lesson_id": lesson["id"], "enrolment_id": place.id, "person_id": place.person_id,
                    "method": Method.CODE if scanned else Method.REGISTER, "in_at": at, "hours": lesson["hours"],
                    "out_at": lesson["ends_at"] if scanned else None, **own,
                }
            )  # fmt: skip
    if came:
        session.execute(insert(Attendance), came)


def award(campus: Campus, training: TrainingClass, major: Major, places: Sequence[Enrolment]) -> None:
    """Add results for everybody who stayed, and certificates for those who passed, a week after the end."""
    chance, on = campus.chance, training.end_on + timedelta(days=7)
    results: list[Row] = []
    papers: list[Row] = []
    for place in places:
        if place.state not in ENDS | {S.FAILED, S.RESIT}:
            continue
        passed = place.state in ENDS
        own = {
            "enrolment_id": place.id, "class_id": training.id, "person_id": place.person_id,
            "provider_id": training.provider_id, "centre_id": training.centre_id,
        }  # fmt: skip
        marks = {
            "theory": chance.randrange(62, 96),
            "practice": chance.randrange(65, 98) if passed else chance.randrange(38, 58),
        }
        results.append(own | marks | {"attempt": 1, "passed": passed, "assessed_on": on, "body": "第三方考核站(演示)"})
        if passed:
            drawn = "".join(chance.choice(ALPHABET) for _ in range(9))
            papers.append(
                own
                | {
                    "code": certificate_code(on.year, drawn), "course": major.name, "level": major.level,
                    "issued_on": on, "occupation_code": major.occupation_code, "hours": major.hours, "is_demo": True,
                }
            )  # fmt: skip
    for model, rows in ((Assessment, results), (TrainingCertificate, papers)):
        if rows:
            campus.session.execute(insert(model), rows)


def _nine(day: date) -> datetime:
    """Nine in the morning in Shanghai."""
    return datetime.combine(day, time(9), clock.SHANGHAI)


def fill_past(campus: Campus, majors: Sequence[Major]) -> list[tuple[TrainingClass, list[Enrolment]]]:
    """Four classes of each major in two years; nobody is in two at once or learns a trade twice."""
    finished = []
    for slot, ago in enumerate(ENDED_AGO):
        for number, major in enumerate(majors):
            days = -(-major.hours // 8) * 7 // 5
            start = clock.today() - timedelta(days=ago + days + number % 5 * 3)
            start -= timedelta(days=start.weekday())
            training = open_class(campus, major, start_on=start, state=ClassState.ARCHIVED)
            group = (number - 5 * slot) % len(majors)
            people = campus.people(group * MOST, campus.chance.randrange(11, MOST + 1))
            luck = min(0.95, max(0.2, 0.32 + (number * 7 % 22) / 35 + campus.chance.gauss(0, 0.07)))
            states = [_fate(campus.chance, luck) for _ in people]
            places = enrol(campus, training, major, people, states)
            award(campus, training, major, places)
            place_graduates(campus, training, places)
            finished.append((training, places))
    return finished


def _fate(chance: Random, luck: float) -> EnrolmentState:
    drawn = chance.random()
    if drawn < 0.06:
        return S.DROPPED
    if drawn < 0.13:
        return S.FAILED
    return S.EMPLOYED if chance.random() < luck else S.CERTIFIED


def place_graduates(campus: Campus, training: TrainingClass, places: Sequence[Enrolment]) -> None:
    """Add jobs found within ninety days of the certificate; one in eight was given up again."""
    chance, rows = campus.chance, list[Row]()
    certified = training.end_on + timedelta(days=7)
    for place in places:
        if place.state is not S.EMPLOYED:
            continue
        starts = certified + timedelta(days=chance.randrange(4, 85))
        ended = starts + timedelta(days=chance.randrange(5, 120)) if chance.random() < 0.12 else None
        rows.append(
            {
                "centre_id": place.centre_id, "person_id": place.person_id, "enrolment_id": place.id,
                "employer_id": chance.choice(campus.employers).id, "starts_on": starts, "ended_on": ended,
                "state": PlacementState.ENDED if ended else PlacementState.STABLE,
                "leave_reason": LeaveReason.FAMILY_CARE if ended else None,
                "wage_fen": chance.randrange(26, 62) * 10_000, "is_demo": True,
                "region_code": chance.choice(AWAY) if chance.random() < 0.4 else "610402",
            }
        )  # fmt: skip
    if rows:
        campus.session.execute(insert(Placement), rows)
