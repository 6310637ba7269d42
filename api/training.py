"""Providers, majors, classes and enrolments."""

from datetime import date
from typing import Annotated, Literal

from fastapi import Query

from api.dependencies import PUBLIC, SIGNED_IN, Routes, Unit
from api.paging import Cursor, Offset, page_of
from api.wire import Wire
from centre import clock
from centre.drafts import BIGGEST_ID, Draft, Line, RecordId, RegionCode
from centre.errors import NotFound
from centre.people import Person, PersonCategory
from centre.permissions import Permission
from centre.text import mask_id, mask_phone
from training.classes import actions as class_actions
from training.classes import queries as class_queries
from training.classes.models import TrainingClass
from training.classes.rules import ClassDraft, ClassState, Daypart
from training.enrolments import actions as enrolment_actions
from training.enrolments import queries as enrolment_queries
from training.enrolments.models import Enrolment
from training.enrolments.rules import Application, EnrolmentState, Origin, Relation
from training.providers import queries as provider_queries
from training.providers.models import Major, TrainingProvider
from training.providers.rules import MajorKind

routes = Routes(tags=["training"])

Id = Annotated[int, Query(ge=1, le=BIGGEST_ID)]
Limit = Annotated[int, Query(ge=1, le=100)]


class ProviderOut(Wire):
    """A training provider (培训机构)."""

    id: int
    code: str
    name: str
    region_code: str
    address: str
    phone: str

    @classmethod
    def of(cls, provider: TrainingProvider) -> "ProviderOut":
        """A provider as the public sees it."""
        return cls(
            id=provider.id, code=provider.code, name=provider.name, region_code=provider.region_code,
            address=provider.address, phone=provider.phone,
        )  # fmt: skip


class MajorOut(Wire):
    """A course and the division of its tuition, in fen (专业)."""

    id: int
    provider_id: int
    name: str
    occupation_code: str
    level: int | None
    kind: MajorKind
    hours: int
    tuition_fen: int
    school_waiver_fen: int
    centre_subsidy_fen: int
    government_fen: int
    learner_fen: int

    @classmethod
    def of(cls, major: Major) -> "MajorOut":
        """A major with the price for a learner without entitlements."""
        return cls(
            id=major.id, provider_id=major.provider_id, name=major.name, occupation_code=major.occupation_code,
            level=major.level, kind=major.kind, hours=major.hours, tuition_fen=major.tuition_fen,
            school_waiver_fen=major.school_waiver_fen, centre_subsidy_fen=major.centre_subsidy_fen,
            government_fen=major.government_fen, learner_fen=major.learner_fen,
        )  # fmt: skip


class ClassOut(Wire):
    """A class with its major, its school and the number of free seats (培训班)."""

    id: int
    class_no: str
    state: ClassState
    start_on: date
    end_on: date
    daypart: Daypart
    weekdays: list[int]
    room: str
    seats: int
    seats_left: int
    major: MajorOut
    provider: ProviderOut

    @classmethod
    def of(cls, training: TrainingClass, major: Major, provider: TrainingProvider) -> "ClassOut":
        """A class as everybody sees it."""
        return cls(
            id=training.id, class_no=training.class_no, state=training.state, start_on=training.start_on,
            end_on=training.end_on, daypart=training.daypart, weekdays=training.weekdays, room=training.room,
            seats=training.seats, seats_left=training.seats_left,
            major=MajorOut.of(major), provider=ProviderOut.of(provider),
        )  # fmt: skip


class TraineeOut(Wire):
    """A learner as the school and the centre see them; identity and telephone numbers are masked (学员)."""

    enrolment_id: int
    name: str
    identity_masked: str
    phone_masked: str
    state: EnrolmentState
    to_check: str
    learner_fen: int

    @classmethod
    def of(cls, place: Enrolment, person: Person) -> "TraineeOut":
        """One row of the class list."""
        return cls(
            enrolment_id=place.id, name=place.trainee_name, identity_masked=mask_id(person.identity_number),
            phone_masked=mask_phone(person.phone), state=place.state, to_check=place.to_check,
            learner_fen=place.learner_fen,
        )  # fmt: skip


class EnrolmentOut(Wire):
    """A place in a class with its frozen price, in fen (报名)."""

    id: int
    class_id: int
    state: EnrolmentState
    tuition_fen: int
    waiver_fen: int
    government_fen: int
    centre_fen: int
    learner_fen: int

    @classmethod
    def of(cls, place: Enrolment) -> "EnrolmentOut":
        """An enrolment as the learner sees it."""
        return cls(
            id=place.id, class_id=place.class_id, state=place.state, tuition_fen=place.tuition_fen,
            waiver_fen=place.waiver_fen, government_fen=place.government_fen, centre_fen=place.centre_fen,
            learner_fen=place.learner_fen,
        )  # fmt: skip


class EnrolmentDraft(Draft):
    """A request to enrol; without `person_id` it is for the caller."""

    person_id: RecordId | None = None
    relation: Relation = Relation.SELF
    beneficiary_of_id: RecordId | None = None
    hardship_no: Line = ""
    category: PersonCategory | None = None
    may_wait: bool = False


class ClassReview(Draft):
    """The centre's decision on an application for a class."""

    verdict: Literal["approve", "refuse"]
    reason: Line = ""


class ClassMove(Draft):
    """A step of a class: apply, lock the list, begin, finish, suspend, resume, cancel, break off."""

    event: Literal["apply", "lock", "begin", "finish", "suspend", "resume", "cancel", "break-off"]
    reason: Line = ""


class EnrolmentWithdrawal(Draft):
    """The reason for leaving."""

    reason: Line = ""


@routes.get("/providers", allow=PUBLIC)
def providers(unit: Unit) -> list[ProviderOut]:
    """List training providers; a school's account sees only its own."""
    return [ProviderOut.of(provider) for provider in unit.session.scalars(provider_queries.providers())]


@routes.get("/majors", allow=PUBLIC)
def majors(unit: Unit, provider_id: Id | None = None) -> list[MajorOut]:
    """List the majors on offer with their prices."""
    return [MajorOut.of(major) for major in unit.session.scalars(provider_queries.majors(provider_id))]


@routes.get("/classes", allow=PUBLIC)
def classes(
    unit: Unit,
    q: Annotated[Line, Query(max_length=60)] = "",
    occupation: Annotated[str, Query(max_length=12, pattern=r"^[0-9-]*$")] = "",
    region: RegionCode | Literal[""] = "",
    provider_id: Id | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
    cursor: Cursor = "",
) -> list[ClassOut]:
    """List recruiting classes with their free seats, the next to begin first."""
    recruiting = class_queries.recruiting(
        clock.today(), occupation=occupation, region=region, provider_id=provider_id, words=q.strip()
    )
    part = page_of(unit, recruiting, limit=limit, cursor=cursor, offset=offset)
    return [ClassOut.of(*parts) for parts in part.rows]


@routes.get("/classes/{class_id}", allow=PUBLIC)
def training_class(unit: Unit, class_id: RecordId) -> ClassOut:
    """Get one class."""
    return ClassOut.of(*class_queries.class_parts(unit.session, class_id))


@routes.post("/classes", allow=Permission.APPLY_FOR_CLASS, status_code=201)
def draft_class(unit: Unit, draft: ClassDraft) -> ClassOut:
    """Draft a class in one of the school's majors; the move `apply` submits it."""
    training = class_actions.draft_class(unit.session, unit.actor, draft=draft)
    return ClassOut.of(*class_queries.class_parts(unit.session, training.id))


@routes.post("/classes/{class_id}/moves", allow=Permission.APPLY_FOR_CLASS)
def move_class(unit: Unit, class_id: RecordId, step: ClassMove) -> ClassOut:
    """Move a class one step forward."""
    if step.event == "apply":
        class_actions.apply_for_class(unit.session, unit.actor, class_id=class_id)
    else:
        class_actions.move_class(unit.session, unit.actor, class_id=class_id, event=step.event, reason=step.reason)
    return ClassOut.of(*class_queries.class_parts(unit.session, class_id))


@routes.post("/classes/{class_id}/review", allow=Permission.APPROVE_CLASS)
def review_class(unit: Unit, class_id: RecordId, review: ClassReview) -> ClassOut:
    """Approve an application or return it with a reason."""
    if review.verdict == "approve":
        class_actions.approve_class(unit.session, unit.actor, class_id=class_id)
    else:
        class_actions.refuse_class(unit.session, unit.actor, class_id=class_id, reason=review.reason)
    return ClassOut.of(*class_queries.class_parts(unit.session, class_id))


@routes.get("/classes/{class_id}/enrolments", allow=Permission.REPORT_TRAINING)
def trainees(unit: Unit, class_id: RecordId) -> list[TraineeOut]:
    """List the learners of a class of the caller's school or centre, with masked numbers."""
    class_queries.training_class(unit.session, class_id)
    return [TraineeOut.of(*row) for row in enrolment_queries.trainees(unit.session, class_id)]


@routes.post("/classes/{class_id}/enrolments", allow=Permission.ENROL, status_code=201)
def enrol(unit: Unit, class_id: RecordId, draft: EnrolmentDraft) -> EnrolmentOut:
    """Enrol in a class: 409 `class-full` when no seat is free and the request may not join the waiting list."""
    person_id = draft.person_id or unit.actor.person_id
    if person_id is None:
        raise NotFound(field="person_id")
    own = person_id == unit.actor.person_id
    application = Application(
        origin=Origin.WEB if own else Origin.COUNTER,
        relation=draft.relation,
        beneficiary_of_id=draft.beneficiary_of_id,
        hardship_no=draft.hardship_no,
        category=draft.category,
        may_wait=draft.may_wait,
    )
    enrolment = enrolment_actions.enrol_learner(
        unit.session, unit.actor, class_id=class_id, person_id=person_id, application=application
    )
    return EnrolmentOut.of(enrolment)


@routes.get("/enrolments", allow=SIGNED_IN)
def own_enrolments(unit: Unit) -> list[EnrolmentOut]:
    """List the caller's enrolments, newest first."""
    rows = unit.session.execute(enrolment_queries.enrolments_of(unit.actor.person_id or 0))
    return [EnrolmentOut.of(place) for place, *_ in rows]


@routes.post("/enrolments/{enrolment_id}/withdrawal", allow=Permission.ENROL)
def withdraw(unit: Unit, enrolment_id: RecordId, reason: EnrolmentWithdrawal) -> EnrolmentOut:
    """Leave a class before it begins; the seat goes to the first on the waiting list."""
    left = enrolment_actions.withdraw_learner(unit.session, unit.actor, enrolment_id=enrolment_id, reason=reason.reason)
    return EnrolmentOut.of(left)


@routes.post("/enrolments/{enrolment_id}/acceptance", allow=Permission.APPROVE_CLASS)
def accept(unit: Unit, enrolment_id: RecordId) -> EnrolmentOut:
    """Accept an enrolment that needed review by the centre."""
    return EnrolmentOut.of(enrolment_actions.accept_learner(unit.session, unit.actor, enrolment_id=enrolment_id))
