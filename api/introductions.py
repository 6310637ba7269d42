"""Introductions: request, agree, issue the letter, record the result; the employer's view."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Path, Query

from api.dependencies import Routes, Unit
from api.wire import Wire
from centre.drafts import BIGGEST_ID, Draft, RecordId, Words
from centre.permissions import Permission
from employers.companies.models import Employer
from employers.openings.screening import without_phones
from matching.introductions import actions
from matching.introductions.models import Introduction
from matching.introductions.queries import (
    applicants,
    introduction_in_sight,
    introduction_rates,
    introductions,
)
from matching.introductions.rules import (
    FollowUpDraft,
    IntroductionResultDraft,
    IntroductionState,
    PlacementState,
    Recommendation,
)

routes = Routes(tags=["introductions"])

IntroductionId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class IntroductionOut(Wire):
    """An introduction as the centre and the worker see it; points and reasons date from its creation."""

    id: int
    person_id: int
    worker: str
    opening_id: int
    title: str
    employer: str
    client_name: str
    state: IntroductionState
    letter_no: str | None
    issued_at: datetime | None
    expires_on: date | None
    points: int | None
    reasons: list[str]
    flag: str


class ApplicantOut(Wire):
    """An introduced worker as the employer sees them."""

    id: int
    letter_no: str
    name: str
    phone: str
    opening_id: int
    title: str
    state: IntroductionState
    issued_at: datetime | None
    expires_on: date | None


class ResultRecorded(Wire):
    """The state of an introduction after its result was recorded."""

    id: int
    state: IntroductionState


class PlacementOut(Wire):
    """The state of a placement."""

    id: int
    state: PlacementState
    starts_on: date
    ended_on: date | None


class RatesOut(Wire):
    """Hire rates of the letters; letters without an answer are counted separately."""

    letters: int
    hired: int
    known: int
    unknown: int
    of_known: float
    of_all: float


class IntroductionRequest(Draft):
    """A worker's request to be introduced to an opening."""

    opening_id: RecordId
    share_phone: bool = False


class IntroductionAgreement(Draft):
    """A worker's consent, and whether the employer may see the telephone number."""

    share_phone: bool = False


class IntroductionSetAside(Draft):
    """The reason for issuing no letter."""

    reason: Words


@routes.get("/introductions", allow=Permission.INTRODUCE)
def listing(
    unit: Unit,
    state: IntroductionState | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    before: Annotated[int | None, Query(ge=1, le=BIGGEST_ID, description="ids below this one")] = None,
) -> list[IntroductionOut]:
    """List the caller's introductions or those of the centre, newest first."""
    statement = introductions().limit(limit)
    if state is not None:
        statement = statement.where(Introduction.state == state)
    if before is not None:
        statement = statement.where(Introduction.id < before)
    return [introduction_out(row) for row in unit.session.scalars(statement)]


@routes.get("/introductions/rates", allow=Permission.LIST_PEOPLE)
def rates(unit: Unit) -> RatesOut:
    """Get the share of letters that led to a hire, of those with a known result and of all."""
    return RatesOut.model_validate(introduction_rates(unit.session))


@routes.get("/introductions/{introduction_id}", allow=Permission.INTRODUCE)
def introduction(unit: Unit, introduction_id: IntroductionId) -> IntroductionOut:
    """Get one introduction."""
    return introduction_out(introduction_in_sight(unit.session, introduction_id))


@routes.post("/introductions", allow=Permission.LIST_PEOPLE, status_code=201)
def recommend(unit: Unit, draft: Recommendation) -> IntroductionOut:
    """Propose an opening to a worker; with `agreed` the letter is issued at once."""
    return introduction_out(actions.recommend_worker(unit.session, unit.actor, draft=draft))


@routes.post("/me/introductions", allow=Permission.INTRODUCE, status_code=201)
def ask(unit: Unit, wanted: IntroductionRequest) -> IntroductionOut:
    """Request a letter of introduction to an opening."""
    return introduction_out(
        actions.ask_for_introduction(
            unit.session, unit.actor, opening_id=wanted.opening_id, share_phone=wanted.share_phone
        )
    )


@routes.post("/introductions/{introduction_id}/agree", allow=Permission.INTRODUCE)
def agree(unit: Unit, introduction_id: IntroductionId, agreement: IntroductionAgreement) -> IntroductionOut:
    """Accept a proposal as the worker, or issue the requested letter as the centre."""
    return introduction_out(
        actions.agree_to_introduction(
            unit.session, unit.actor, introduction_id=introduction_id, share_phone=agreement.share_phone
        )
    )


@routes.post("/introductions/{introduction_id}/decline", allow=Permission.INTRODUCE)
def decline(unit: Unit, introduction_id: IntroductionId) -> IntroductionOut:
    """Decline a proposal as the worker."""
    return introduction_out(actions.decline_introduction(unit.session, unit.actor, introduction_id=introduction_id))


@routes.post("/introductions/{introduction_id}/set-aside", allow=Permission.LIST_PEOPLE)
def set_aside(unit: Unit, introduction_id: IntroductionId, why: IntroductionSetAside) -> IntroductionOut:
    """Refuse a letter as the centre, with a reason."""
    return introduction_out(
        actions.set_introduction_aside(unit.session, unit.actor, introduction_id=introduction_id, reason=why.reason)
    )


@routes.post("/introductions/{introduction_id}/result", allow=Permission.RECORD_RESULT)
def result(unit: Unit, introduction_id: IntroductionId, draft: IntroductionResultDraft) -> ResultRecorded:
    """Record the result of a letter; a hire takes a place of the opening."""
    introduction = actions.record_result(unit.session, unit.actor, introduction_id=introduction_id, draft=draft)
    return ResultRecorded(id=introduction.id, state=introduction.state)


@routes.get("/applicants", allow=Permission.RECORD_RESULT)
def my_applicants(
    unit: Unit,
    opening_id: Annotated[int | None, Query(ge=1, le=BIGGEST_ID)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> list[ApplicantOut]:
    """List the workers introduced to the employer; telephone numbers only where they share them."""
    return [ApplicantOut.model_validate(row) for row in applicants(unit.session, opening_id=opening_id, limit=limit)]


@routes.post("/follow-ups/{follow_up_id}", allow=Permission.RECORD_SERVICE)
def follow_up(
    unit: Unit, follow_up_id: Annotated[int, Path(ge=1, le=BIGGEST_ID)], draft: FollowUpDraft
) -> PlacementOut:
    """Record a follow-up call."""
    return PlacementOut.model_validate(
        actions.record_follow_up(unit.session, unit.actor, follow_up_id=follow_up_id, draft=draft)
    )


def introduction_out(row: Introduction) -> IntroductionOut:
    """The wire format of an introduction."""
    return IntroductionOut(
        id=row.id,
        person_id=row.person_id,
        worker=row.worker_name,
        opening_id=row.opening_id,
        title=row.opening.title,
        employer=employer_name(row),
        client_name=without_phones(row.opening.client_name),
        state=row.state,
        letter_no=row.letter_no,
        issued_at=row.issued_at,
        expires_on=row.expires_on,
        points=row.points,
        reasons=[str(reason["told"]) for reason in row.reasons],
        flag=row.flag,
    )


def employer_name(row: Introduction) -> str:
    """The name of the employer, empty when it is no longer visible to the reader."""
    employer: Employer | None = row.opening.employer
    return employer.name if employer else ""
