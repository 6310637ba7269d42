"""Employers, for the centre's staff: list, registration, verification and sanctions."""

from datetime import date
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import Field
from sqlalchemy import func, select

from api.dependencies import Routes, Unit
from api.paging import Cursor, Offset, page_of
from api.versions import expect_version, tell_version
from api.wire import Wire
from centre.drafts import BIGGEST_ID, Draft, Line
from centre.permissions import Permission
from employers.companies import actions
from employers.companies.models import Employer
from employers.companies.queries import employers as employers_in_sight
from employers.companies.queries import own_employer
from employers.companies.rules import EMPLOYER, EmployerDraft, EmployerNature, EmployerState, Risk

routes = Routes(prefix="/employers", tags=["employers"])

EmployerId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class EmployerOut(Wire):
    """An employer as the centre's staff see it; `events` are the steps open to the caller."""

    id: int
    name: str
    uscc: str | None
    nature: EmployerNature
    industry_code: str
    region_code: str
    address: str
    size_band: str
    contact_name: str
    contact_phone: str
    licence_expires_on: date | None
    service_licence: str
    state: EmployerState
    risk: Risk
    risk_reasons: list[str]
    fair_no_shows: int
    is_demo: bool
    events: list[str] = Field(default=[])


class EmployersOut(Wire):
    """A page of employers, with the total number."""

    items: list[EmployerOut]
    total: int
    limit: int
    offset: int
    next_cursor: str


class EmployerJudgement(Draft):
    """A decision on an employer, with the reason."""

    event: Literal["verify", "reject", "warn", "clear", "suspend", "remedy", "blacklist", "licence_expired"]
    reason: Line = ""


@routes.get("", allow=Permission.VERIFY_EMPLOYER)
def employers(
    unit: Unit,
    q: Annotated[Line, Query(max_length=100, description="part of the name")] = "",
    state: EmployerState | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Offset = 0,
    cursor: Cursor = "",
) -> EmployersOut:
    """List the employers of the network by name."""
    wanted = employers_in_sight(state=state, words=q)
    total = unit.session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0
    part = page_of(unit, wanted, limit=limit, cursor=cursor, offset=offset)
    items = [_out(unit, employer) for employer in part.records]
    return EmployersOut(items=items, total=total, limit=limit, offset=offset, next_cursor=part.next_cursor)


@routes.get("/{employer_id}", allow=Permission.REGISTER_EMPLOYER)
def employer(unit: Unit, employer_id: EmployerId) -> EmployerOut:
    """Get one employer; an employer's account sees only its own."""
    record = own_employer(unit.session, unit.actor, employer_id)
    tell_version(unit, record)
    return _out(unit, record)


@routes.post("", allow=Permission.REGISTER_EMPLOYER, status_code=201)
def register(unit: Unit, draft: EmployerDraft) -> EmployerOut:
    """Register an employer."""
    return _out(unit, actions.register_employer(unit.session, unit.actor, draft))


@routes.put("/{employer_id}", allow=Permission.REGISTER_EMPLOYER)
def update(unit: Unit, employer_id: EmployerId, draft: EmployerDraft) -> EmployerOut:
    """Edit an employer; with If-Match only the version that the caller saw."""
    expect_version(unit, own_employer(unit.session, unit.actor, employer_id))
    updated = actions.update_employer(unit.session, unit.actor, employer_id=employer_id, draft=draft)
    tell_version(unit, updated)
    return _out(unit, updated)


@routes.post("/{employer_id}/submit", allow=Permission.REGISTER_EMPLOYER)
def submit(unit: Unit, employer_id: EmployerId) -> EmployerOut:
    """Submit an employer for verification."""
    return _out(unit, actions.submit_employer(unit.session, unit.actor, employer_id=employer_id))


@routes.post("/{employer_id}/judge", allow=Permission.VERIFY_EMPLOYER)
def judge(unit: Unit, employer_id: EmployerId, judgement: EmployerJudgement) -> EmployerOut:
    """Verify, watch, suspend or clear an employer."""
    event, reason = judgement.event, judgement.reason
    return _out(
        unit, actions.judge_employer(unit.session, unit.actor, employer_id=employer_id, event=event, reason=reason)
    )


def _out(unit: Unit, employer: Employer) -> EmployerOut:
    return EmployerOut.model_validate(employer).model_copy(
        update={"events": EMPLOYER.events(employer.state, unit.actor)}
    )
