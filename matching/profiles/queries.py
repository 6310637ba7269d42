"""Queries for jobseekers, one person for a page or many for the engine."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session

from centre import clock
from centre.batches import batches
from centre.errors import NotFound
from centre.numbers import BadNumber, parse_identity, parse_mobile
from centre.people import Person, PersonCategory, Recognition, has_identity, has_phone, named
from matching.engine.fit.profiles import Certificate, EmploymentType, Practice, Skill, WorkerProfile
from matching.profiles.models import HeldCertificate, JobWish, Registration, SkillProfile, WorkedOccupation
from matching.profiles.rules import EDUCATION_SCALE, ENDED, SEEKING, Limit

HARD_TO_EMPLOY = frozenset(
    {
        PersonCategory.HARD_TO_EMPLOY,
        PersonCategory.ZERO_EMPLOYMENT_HOUSEHOLD,
        PersonCategory.UNION_HARDSHIP,
    }
)
"""Recognitions that win among equals (MA-18); they never add points."""


@dataclass(frozen=True, slots=True)
class Jobseeker:
    """One person with everything that the matching package stores (求职者)."""

    person: Person
    registration: Registration | None
    profile: SkillProfile | None
    occupations: tuple[WorkedOccupation, ...]
    certificates: tuple[HeldCertificate, ...]
    wish: JobWish | None


def person_in_sight(session: Session, person_id: int) -> Person:
    """A person visible to the session. Raises NotFound, also when the person exists but is not visible."""
    person = session.scalar(select(Person).where(Person.id == person_id))
    if person is None:
        raise NotFound
    return person


def jobseeker(session: Session, person_id: int) -> Jobseeker:
    """Everything about one person. Raises NotFound."""
    person = person_in_sight(session, person_id)
    return Jobseeker(
        person=person,
        registration=living_registration(session, person_id),
        profile=session.scalar(select(SkillProfile).where(SkillProfile.person_id == person_id)),
        occupations=tuple(
            session.scalars(
                select(WorkedOccupation).where(WorkedOccupation.person_id == person_id).order_by(WorkedOccupation.id)
            )
        ),
        certificates=tuple(
            session.scalars(
                select(HeldCertificate).where(HeldCertificate.person_id == person_id).order_by(HeldCertificate.id)
            )
        ),
        wish=session.scalar(select(JobWish).where(JobWish.person_id == person_id)),
    )


def has_trade(session: Session, person_id: int) -> bool:
    """Whether a person has said what they can do or want to do; before that nothing can be said to suit them."""
    practised = select(WorkedOccupation.id).where(WorkedOccupation.person_id == person_id).limit(1)
    if session.scalar(practised) is not None:
        return True
    return bool(session.scalar(select(JobWish.occupations).where(JobWish.person_id == person_id)))


def living_registration(session: Session, person_id: int) -> Registration | None:
    """The current registration of a person, if there is one."""
    return session.scalar(
        select(Registration).where(Registration.person_id == person_id, Registration.state.not_in(ENDED))
    )


def seekers() -> Select[Registration]:
    """Registrations of people who are offered work today, the oldest first."""
    return (
        select(Registration)
        .where(
            Registration.state.in_(SEEKING),
            or_(Registration.valid_until_on.is_(None), Registration.valid_until_on >= clock.today()),
        )
        .order_by(Registration.submitted_at, Registration.id)
    )


def people_found(session: Session, words: str, limit: int = 20) -> list[Person]:
    """People by identity number, telephone or the beginning of the name, newest first; none for an empty text."""
    words = words.strip()
    if not words:
        return []
    statement = select(Person)
    try:
        number = parse_identity(words, clock.today())
        statement = statement.where(has_identity(session, number.value, claimed=True))
    except BadNumber:
        try:
            statement = statement.where(has_phone(session, parse_mobile(words)))
        except BadNumber:
            statement = statement.where(named(words))
    return list(session.scalars(statement.order_by(Person.id.desc()).limit(limit)))


def worker_profiles(session: Session, person_ids: Collection[int]) -> list[WorkerProfile]:
    """The engine's profiles of these people, in the order of the ids; six selects whatever their number."""
    wanted = list(dict.fromkeys(person_ids))
    profiles: dict[int, WorkerProfile] = {}
    for batch in batches(wanted):
        profiles |= _profiles(session, batch)
    return [profiles[number] for number in wanted if number in profiles]


def _profiles(session: Session, ids: Sequence[int]) -> dict[int, WorkerProfile]:
    # columns instead of objects: the engine reads thousands at once, and an object costs five times as much
    profiles = {row.person_id: row for row in session.execute(_SKILLS.where(SkillProfile.person_id.in_(ids)))}
    wishes = {row.person_id: row for row in session.execute(_WISHES.where(JobWish.person_id.in_(ids)))}
    worked = _grouped(session.execute(_WORKED.where(WorkedOccupation.person_id.in_(ids))))
    papers = _grouped(session.execute(_PAPERS.where(HeldCertificate.person_id.in_(ids))))
    hardship = hard_to_employ(session, ids, clock.today())
    return {
        person.id: worker_profile(
            person,
            profiles.get(person.id),
            wishes.get(person.id),
            worked.get(person.id, ()),
            papers.get(person.id, ()),
            hardship=person.id in hardship,
        )
        for person in session.execute(_PEOPLE.where(Person.id.in_(ids)))
    }


_PEOPLE: Any = select(
    Person.id,
    Person.live_region,
    Person.education,
    Person.birth_on,
    Person.created_at,
).order_by(Person.id)
_SKILLS = select(
    SkillProfile.person_id,
    SkillProfile.skills,
    SkillProfile.limits,
    SkillProfile.occupations_known,
    SkillProfile.certificates_known,
)
_WORKED = select(
    WorkedOccupation.person_id,
    WorkedOccupation.occupation,
    WorkedOccupation.years,
    WorkedOccupation.self_level,
    WorkedOccupation.verified_level,
).order_by(WorkedOccupation.id)
_PAPERS = select(
    HeldCertificate.person_id,
    HeldCertificate.kind,
    HeldCertificate.level,
    HeldCertificate.expires_on,
    HeldCertificate.review_due_on,
).order_by(HeldCertificate.id)
_WISHES: Any = select(
    JobWish.person_id,
    JobWish.occupations,
    JobWish.regions,
    JobWish.leave_home_ok,
    JobWish.wage_floor_fen,
    JobWish.wage_unit,
    JobWish.employment_types,
    JobWish.night_ok,
    JobWish.shift_ok,
    JobWish.needs_board,
    JobWish.needs_lodging,
    JobWish.available_from_on,
    JobWish.accepts_training,
)


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    by_person = defaultdict(list)
    for row in rows:
        by_person[row.person_id].append(row)
    return by_person


def hard_to_employ(session: Session, person_ids: Collection[int], on: date) -> set[int]:
    """Which of these people hold a recognition that wins among equals."""
    return set(
        session.scalars(
            select(Recognition.person_id).where(
                Recognition.person_id.in_(person_ids),
                Recognition.category.in_(HARD_TO_EMPLOY),
                Recognition.from_on <= on,
                or_(Recognition.to_on.is_(None), Recognition.to_on >= on),
            )
        )
    )


def worker_profile(
    person: Row[Any],
    profile: Row[Any] | None,
    wish: Row[Any] | None,
    occupations: Iterable[Row[Any]] = (),
    certificates: Iterable[Row[Any]] = (),
    *,
    hardship: bool = False,
) -> WorkerProfile:
    """A person as the engine sees them: no sex, no ethnicity, no household; unanswered questions stay unknown."""
    practised = tuple(
        Practice(row.occupation, row.years, row.verified_level or row.self_level, row.verified_level is not None)
        for row in occupations
    )
    papers = tuple(Certificate(row.kind.value, row.level, row.expires_on, row.review_due_on) for row in certificates)
    skills = profile.skills if profile else None
    night_ok = wish.night_ok if wish else None
    return WorkerProfile(
        id=person.id,
        wanted=tuple(wish.occupations) if wish and wish.occupations else None,
        practised=practised if practised or (profile and profile.occupations_known) else None,
        skills=None if skills is None else tuple(Skill(row["term"], row.get("level")) for row in skills),
        certificates=papers if papers or (profile and profile.certificates_known) else None,
        regions=tuple(wish.regions) if wish else (),
        leave_home_ok=wish.leave_home_ok if wish else None,
        home=person.live_region or None,
        wage_floor_fen=wish.wage_floor_fen if wish else None,
        **({"wage_unit": wish.wage_unit} if wish else {}),
        employment_types=tuple(EmploymentType(kind) for kind in wish.employment_types) if wish else (),
        night_ok=False if profile and Limit.NO_NIGHT in profile.limits else night_ok,
        shift_ok=wish.shift_ok if wish else None,
        needs_board=bool(wish and wish.needs_board),
        needs_lodging=bool(wish and wish.needs_lodging),
        education=EDUCATION_SCALE[person.education] if person.education else None,
        birth_date=person.birth_on,
        available_from=wish.available_from_on if wish else None,
        accepts_training=wish.accepts_training if wish else None,
        registered_on=clock.local(person.created_at).date(),
        hardship=hardship,
    )
