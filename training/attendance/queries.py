"""What is known of lessons and of who came to them."""

from collections import defaultdict
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from centre import clock
from centre.errors import NotFound
from centre.policy import policy
from centre.scopes import seeing_everything
from centre.states import Transition
from training.attendance.models import Attendance, Lesson, SeatOffer
from training.attendance.rules import Hours, LessonPlan, Times, lessons_of
from training.classes.models import TrainingClass
from training.classes.rules import CLASSES, ClassState
from training.enrolments.models import Enrolment
from training.enrolments.rules import ENDED, ENROLMENTS, EnrolmentState
from training.providers.models import Major, TrainingProvider


def lessons(class_id: int) -> Select[Lesson]:
    """The lessons of a class in the order of time."""
    return select(Lesson).where(Lesson.class_id == class_id).order_by(Lesson.starts_at, Lesson.id)


def lesson(session: Session, lesson_id: int) -> Lesson:
    """One lesson. Raises NotFound, also for another school's."""
    row = session.scalar(select(Lesson).where(Lesson.id == lesson_id))
    if row is None:
        raise NotFound
    return row


def attendance_at(session: Session, lesson_id: int) -> dict[int, Attendance]:
    """Who was at a lesson, by enrolment."""
    rows = session.scalars(select(Attendance).where(Attendance.lesson_id == lesson_id).order_by(Attendance.id))
    return {row.enrolment_id: row for row in rows}


def lesson_times(session: Session, training: TrainingClass) -> Times:
    """When the parts of the day begin and end, by the policy of the class's first day."""
    times: Times = policy(session, "lesson-times", on=training.start_on)
    return times


def planned(session: Session, training: TrainingClass) -> list[Lesson] | list[LessonPlan]:
    """The lessons of a class: those that were written down, or before that those of the timetable."""
    written = list(session.scalars(lessons(training.id)))
    return written or list(lessons_of(training, lesson_times(session, training)))


def gone_share(session: Session, training: TrainingClass, now: datetime) -> float:
    """The share of a class's hours that is over."""
    all_of_them = planned(session, training)
    total = sum(meeting.hours for meeting in all_of_them)
    return sum(meeting.hours for meeting in all_of_them if meeting.ends_at <= now) / total if total else 1.0


def takes_in(session: Session, training: TrainingClass) -> bool:
    """Whether so little of a class is over that a free seat is still offered (TR-18)."""
    region = select(TrainingProvider.region_code).where(TrainingProvider.id == training.provider_id)
    latest = float(policy(session, "waitlist-offer-share", on=clock.today(), region=session.scalars(region).one()))
    return gone_share(session, training, clock.now()) < latest


def lessons_elsewhere(person_ids: list[int], class_id: int) -> Select[Lesson]:
    """Lessons of other classes, at every school, that some people are expected at."""
    return (
        select(Lesson)
        .join(Enrolment, Enrolment.class_id == Lesson.class_id)
        .join(TrainingClass, TrainingClass.id == Lesson.class_id)
        .where(
            Enrolment.person_id.in_(person_ids),
            Enrolment.state.not_in(ENDED),
            Lesson.class_id != class_id,
            TrainingClass.state != ClassState.CANCELLED,
        )
        .order_by(Lesson.starts_at, Lesson.id)
    )


def trainees_now(class_id: int) -> Select[Enrolment]:
    """Who is in a class at present, in the order in which they came."""
    return (
        select(Enrolment)
        .where(Enrolment.class_id == class_id, Enrolment.state == EnrolmentState.ATTENDING)
        .order_by(Enrolment.enrolled_at, Enrolment.id)
    )


def joined_late(session: Session, class_id: int) -> dict[int, datetime]:
    """When those came who were let in after the beginning; lessons before that are not held against them.

    They took an offered seat, or an application that needed a check was accepted.
    """
    with seeing_everything(session):
        begun = (
            select(func.min(Transition.at))
            .where(Transition.machine == CLASSES.name, Transition.record_id == class_id, Transition.event == "begin")
            .scalar_subquery()
        )
        entered = (
            select(Transition.record_id, func.max(Transition.at))
            .join(Enrolment, Enrolment.id == Transition.record_id)
            .where(
                Enrolment.class_id == class_id,
                Transition.machine == ENROLMENTS.name,
                Transition.event.in_(("accept", "take")),
                Transition.at > begun,
            )
            .group_by(Transition.record_id)
        )
        rows = session.execute(entered).all()
    return dict(rows)


def hours_of(session: Session, class_id: int) -> dict[int, Hours]:
    """Attended and due hours of everybody in a class, by enrolment."""
    sums = (
        select(Attendance.enrolment_id, func.sum(Attendance.hours))
        .where(Attendance.class_id == class_id)
        .group_by(Attendance.enrolment_id)
    )
    attended = {enrolment_id: int(hours or 0) for enrolment_id, hours in session.execute(sums)}
    held = list(session.scalars(lessons(class_id)))
    late = joined_late(session, class_id)
    by_enrolment: dict[int, Hours] = {}
    for enrolment_id in session.scalars(select(Enrolment.id).where(Enrolment.class_id == class_id)):
        since = late.get(enrolment_id)
        due = sum(meeting.hours for meeting in held if since is None or meeting.starts_at >= since)
        by_enrolment[enrolment_id] = Hours(attended.get(enrolment_id, 0), due)
    return by_enrolment


def held_days(session: Session, training: TrainingClass) -> int:
    """On how many days a class has met; lessons that were never reported did not take place and are not paid for."""
    starts = session.scalars(lessons(training.id).where(Lesson.reported_at.is_not(None)))
    return len({clock.local(start.starts_at).date() for start in starts})


def days_of(session: Session, class_id: int) -> dict[int, list[bool]]:
    """For everybody now in a class, day by day, whether they came; only days that the school has reported count."""
    reported = [meeting for meeting in session.scalars(lessons(class_id)) if meeting.reported_at is not None]
    came = {
        (row.enrolment_id, row.lesson_id)
        for row in session.scalars(select(Attendance).where(Attendance.class_id == class_id))
    }
    late = joined_late(session, class_id)
    by_enrolment: dict[int, list[bool]] = {}
    for place in session.scalars(trainees_now(class_id)):
        since = late.get(place.id)
        days: dict[date, bool] = defaultdict(bool)
        for meeting in reported:
            if since is None or meeting.starts_at >= since:
                days[clock.local(meeting.starts_at).date()] |= (place.id, meeting.id) in came
        by_enrolment[place.id] = list(days.values())
    return by_enrolment


def lessons_ahead(person_id: int, now: datetime) -> Select[Lesson, TrainingClass, Major]:
    """A person's coming lessons, the next first."""
    return (
        select(Lesson, TrainingClass, Major)
        .join(TrainingClass, TrainingClass.id == Lesson.class_id)
        .join(Major, Major.id == TrainingClass.major_id)
        .join(Enrolment, Enrolment.class_id == TrainingClass.id)
        .where(
            Enrolment.person_id == person_id,
            Enrolment.state.in_((EnrolmentState.ACCEPTED, EnrolmentState.ATTENDING)),
            Lesson.ends_at > now,
        )
        .order_by(Lesson.starts_at, Lesson.id)
    )


def open_offers(person_id: int, now: datetime) -> Select[SeatOffer]:
    """Seat offers that await an answer."""
    return (
        select(SeatOffer)
        .where(SeatOffer.person_id == person_id, SeatOffer.outcome.is_(None), SeatOffer.until_at > now)
        .order_by(SeatOffer.id)
    )


def living_offer(session: Session, enrolment_id: int) -> SeatOffer | None:
    """The unanswered offer to a person on the waiting list."""
    with seeing_everything(session):
        return session.scalar(
            select(SeatOffer).where(SeatOffer.enrolment_id == enrolment_id, SeatOffer.outcome.is_(None))
        )


def offer(session: Session, offer_id: int) -> SeatOffer:
    """One offer. Raises NotFound, also for another person's."""
    row = session.scalar(select(SeatOffer).where(SeatOffer.id == offer_id))
    if row is None:
        raise NotFound
    return row
