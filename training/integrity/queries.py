"""Queries for checks, and the facts that the checks of a class use."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from centre.calendar import retirement_rules
from centre.errors import NotFound
from centre.people import Person, Sex
from centre.privacy import blind_index
from centre.scopes import seeing_everything
from training.attendance.models import Attendance, Lesson
from training.attendance.queries import lessons, lessons_elsewhere
from training.attendance.rules import first_clash
from training.certificates.models import Assessment
from training.classes.models import TrainingClass
from training.classes.queries import class_parts
from training.classes.rules import BEFORE_SESSION, ClassState
from training.enrolments.models import Enrolment
from training.enrolments.rules import SEATLESS
from training.integrity.models import Flag, IntegrityCheck, PhoneCall, PhoneSample
from training.integrity.rules import CheckedTrainee, Facts, FlagState, Stamp
from training.providers.models import Major, TrainingProvider

RECENT, USUAL = timedelta(days=60), timedelta(days=360)
UNSETTLED = (FlagState.OPEN, FlagState.HALF_CLEARED, FlagState.CONFIRMED)


def checks(class_id: int) -> Select[IntegrityCheck]:
    """The results of the checks of a class, flags first."""
    return (
        select(IntegrityCheck)
        .where(IntegrityCheck.class_id == class_id)
        .order_by(IntegrityCheck.outcome, IntegrityCheck.rule)
    )


def flags(class_id: int | None = None, *, unsettled: bool = False) -> Select[Flag, TrainingClass, TrainingProvider]:
    """Flags with their class and school, the oldest first."""
    doubts = (
        select(Flag, TrainingClass, TrainingProvider)
        .join(TrainingClass, TrainingClass.id == Flag.class_id)
        .join(TrainingProvider, TrainingProvider.id == TrainingClass.provider_id)
        .order_by(Flag.id)
    )
    if class_id is not None:
        doubts = doubts.where(Flag.class_id == class_id)
    return doubts.where(Flag.state.in_(UNSETTLED)) if unsettled else doubts


def flag(session: Session, flag_id: int) -> Flag:
    """One flag. Raises NotFound."""
    doubt = session.scalar(select(Flag).where(Flag.id == flag_id))
    if doubt is None:
        raise NotFound
    return doubt


def unsettled_flags(session: Session, class_id: int) -> int:
    """How many flags of a class are unsettled, regardless of the reader."""
    with seeing_everything(session):
        standing = select(func.count()).where(Flag.class_id == class_id, Flag.state.in_(UNSETTLED))
        return session.scalar(standing) or 0


def sample_of(session: Session, class_id: int) -> PhoneSample | None:
    """The telephone sample of a class, once it is drawn."""
    return session.scalar(select(PhoneSample).where(PhoneSample.class_id == class_id))


def calls_of(session: Session, sample: PhoneSample) -> dict[int, PhoneCall]:
    """The calls of a sample by enrolment."""
    calls = session.scalars(select(PhoneCall).where(PhoneCall.sample_id == sample.id).order_by(PhoneCall.id))
    return {call.enrolment_id: call for call in calls}


def calls_missing(session: Session, class_id: int) -> int | None:
    """How many of the sample have not been called; None when no sample was drawn."""
    with seeing_everything(session):
        sample = sample_of(session, class_id)
        return None if sample is None else len(set(sample.enrolment_ids) - set(calls_of(session, sample)))


def trainees_checked(session: Session, class_id: int) -> list[tuple[Enrolment, Person]]:
    """Everybody who attends, or attended to the end, a class, at whatever centre they are registered."""
    with seeing_everything(session):
        rows = session.execute(
            select(Enrolment, Person)
            .join(Person, Person.id == Enrolment.person_id)
            .where(Enrolment.class_id == class_id, Enrolment.state.not_in(SEATLESS))
            .order_by(Enrolment.id)
        )
        return [(row[0], row[1]) for row in rows]


def trainee_of(place: Enrolment, person: Person) -> CheckedTrainee:
    """A trainee with digests instead of numbers; the bank account is compared by a keyed digest that is not stored."""
    bank = blind_index("bank", person.unseal("bank", place.bank_sealed)) if place.bank_sealed else None
    group = "" if person.sex is Sex.UNKNOWN else person.sex.value
    return CheckedTrainee(place.id, person.phone_index, bank, person.birth_on, group)


def facts_of(session: Session, class_id: int) -> Facts:
    """Everything that the checks of a class may use, read with the service's own permissions."""
    with seeing_everything(session):
        training, major, provider = class_parts(session, class_id)
        people = trainees_checked(session, class_id)
        held = list(session.scalars(lessons(class_id)))
        assessed, passed = _results(session, TrainingClass.id == class_id)
        peers_assessed, peers_passed = _results(
            session, Major.occupation_code == major.occupation_code, TrainingClass.provider_id != provider.id
        )
        recent, usual = _pace(session, training)
        return Facts(
            start_on=training.start_on,
            end_on=training.end_on,
            trainees=[trainee_of(place, person) for place, person in people],
            stamps=_stamps(session, class_id),
            elsewhere=_elsewhere(session, class_id, people, held),
            room=training.room,
            teacher=training.teacher,
            lessons=len(held),
            hours=sum(lesson.hours for lesson in held),
            occupation=major.occupation_code,
            scope=frozenset(provider.occupations),
            capacity=provider.capacity,
            teacher_elsewhere=_teacher_elsewhere(session, training, held),
            recent_classes=recent,
            usual_classes=usual,
            assessed=assessed,
            passed=passed,
            peers_assessed=peers_assessed,
            peers_passed=peers_passed,
            retirement=retirement_rules(),
        )


def _stamps(session: Session, class_id: int) -> list[Stamp]:
    rows = session.execute(
        select(Attendance.enrolment_id, Lesson.id, Lesson.starts_at, Lesson.ends_at, Attendance.in_at)
        .join(Lesson, Lesson.id == Attendance.lesson_id)
        .where(Attendance.class_id == class_id, Attendance.in_at.is_not(None))
        .order_by(Attendance.id)
    )
    return [
        Stamp(enrolment, lesson, starts, ends, at) for enrolment, lesson, starts, ends, at in rows if at is not None
    ]


def _elsewhere(
    session: Session, class_id: int, people: Sequence[tuple[Enrolment, Person]], held: Sequence[Lesson]
) -> list[int]:
    by_person = {person.id: place.id for place, person in people}
    clashing = [
        other.class_id
        for other in session.scalars(lessons_elsewhere(list(by_person), class_id))
        if first_clash(held, [other])
    ]
    there = select(Enrolment.person_id).where(
        Enrolment.class_id.in_(set(clashing)), Enrolment.person_id.in_(by_person), Enrolment.state.not_in(SEATLESS)
    )
    return sorted({by_person[person_id] for person_id in session.scalars(there)}) if clashing else []


def _teacher_elsewhere(session: Session, training: TrainingClass, held: Sequence[Lesson]) -> int:
    if not training.teacher or not held:
        return 0
    others = (
        select(Lesson)
        .where(
            Lesson.teacher == training.teacher,
            Lesson.class_id != training.id,
            Lesson.starts_at < held[-1].ends_at,
            Lesson.ends_at > held[0].starts_at,
        )
        .order_by(Lesson.starts_at, Lesson.id)
    )
    return sum(first_clash(held, [other]) is not None for other in session.scalars(others))


def _results(session: Session, *where: ColumnElement[bool]) -> tuple[int, int]:
    first = (
        select(func.count(), func.sum(case((Assessment.passed, 1), else_=0)))
        .join(TrainingClass, TrainingClass.id == Assessment.class_id)
        .join(Major, Major.id == TrainingClass.major_id)
        .where(Assessment.attempt == 1, *where)
    )
    assessed, passed = session.execute(first).one()
    return int(assessed or 0), int(passed or 0)


def _pace(session: Session, training: TrainingClass) -> tuple[int, float]:
    """Classes of the school in the last two months, and its mean for two months over the year before."""
    begun = select(func.count()).where(
        TrainingClass.provider_id == training.provider_id,
        TrainingClass.state.not_in((*BEFORE_SESSION, ClassState.CANCELLED)),
    )
    recent = begun.where(
        TrainingClass.start_on > training.start_on - RECENT, TrainingClass.start_on <= training.start_on
    )
    before = begun.where(
        TrainingClass.start_on <= training.start_on - RECENT,
        TrainingClass.start_on > training.start_on - RECENT - USUAL,
    )
    return session.scalar(recent) or 0, (session.scalar(before) or 0) / (USUAL / RECENT)
