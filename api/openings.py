"""Openings: search, details, and the steps from draft to publication."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import Field

from api.dependencies import PUBLIC, Routes, Unit
from api.opening_items import SearchOut, place_name, search_out
from api.paging import Cursor, link_next, place_of
from api.security import own_address
from api.versions import expect_version, tell_version
from api.wire import Wire
from centre.drafts import BIGGEST_ID, Draft, Line, RegionCode, Words
from centre.people import Education
from centre.permissions import Permission
from employers.companies.rules import Risk
from employers.openings import actions
from employers.openings.models import Opening
from employers.openings.queries import opening as opening_in_sight
from employers.openings.queries import own_opening
from employers.openings.rules import (
    CertificateRequirement,
    ContractParty,
    EmploymentType,
    OpeningDraft,
    OpeningState,
    SkillRequirement,
    WageUnit,
)
from employers.openings.screening import without_phones
from matching.live.poller import is_watched
from matching.search.find import search_openings
from matching.search.rules import SearchCriteria
from matching.search.word_counts import count_words
from matching.suggestions.fits import candidates_for

routes = Routes(prefix="/openings", tags=["openings"])

TEXTS = ("title", "client_name", "content", "conditions", "address", "overtime_rule", "shift")

OpeningId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class OpeningOut(Wire):
    """An opening with all its public details. An agency recruits for `client_name`, and both names are to be shown."""

    id: int
    url: str
    title: str
    state: OpeningState
    employer_id: int
    employer: str
    client_name: str
    employer_risk: Risk
    occupation_code: str
    region_code: str
    region: str
    address: str
    headcount: int
    remaining: int
    content: str
    conditions: str
    wage_min_fen: int | None
    wage_max_fen: int | None
    wage_unit: WageUnit
    base_pay_fen: int | None
    overtime_rule: str
    pay_day: int | None
    employment_type: EmploymentType
    contract_party: ContractParty | None
    shift: str
    night_shift: bool | None
    board: str
    lodging: str
    social_insurance: list[str]
    accepts_training: bool
    valid_from: date | None
    valid_until: date | None
    source_name: str
    posted_at: datetime | None
    updated_at: datetime
    hours_per_week: int | None
    min_education: Education | None
    skill_requirements: list[SkillRequirement]
    certificate_requirements: list[CertificateRequirement]


class CandidateOut(Wire):
    """A worker suggested for an opening, for the centre's staff; those of the night's plan come first."""

    person_id: int
    name: str
    points: int
    reasons: list[str]
    is_planned: bool


class OpeningRemark(Draft):
    """A remark on a step."""

    reason: Line = ""


class OpeningConfirmation(Draft):
    """A remark on a call or visit; `wording_lawful` answers all open questions about the wording."""

    reason: Line = ""
    wording_lawful: bool = False


class OpeningReturn(Draft):
    """The reason for returning an opening; with `wording_unlawful` the flagged wording is blocked from then on."""

    reason: Words
    wording_unlawful: bool = False


class OpeningRenewal(Draft):
    """The new expiry date of an opening."""

    valid_until: date


class HeadcountChange(Draft):
    """The new headcount."""

    headcount: Annotated[int, Field(ge=1, le=10_000)]


@routes.get("", allow=PUBLIC, is_quick=is_watched)
def openings(
    unit: Unit,
    q: Annotated[str, Query(max_length=200, description="words in any script, pinyin or with typing errors")] = "",
    region: Annotated[list[RegionCode], Query(max_length=10, description="region codes, any of them")] = [],  # noqa: B006
    occupation: Annotated[
        str, Query(pattern=r"^([0-9](-[0-9]{2}){0,3})?$", description="occupation code or group")
    ] = "",
    wage_min: Annotated[int | None, Query(ge=0, le=1_000_000, description="least pay in yuan a month")] = None,
    employment_type: Annotated[list[EmploymentType], Query(max_length=6)] = [],  # noqa: B006
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=10_000, deprecated=True)] = 0,
    cursor: Cursor = "",
) -> SearchOut:
    """Search open openings; without words, newest first."""
    # The parameters are validated already; the words keep characters that a draft would refuse.
    criteria = SearchCriteria.model_construct(
        q=q, region=tuple(region), occupation=occupation, wage_min=wage_min, employment=tuple(employment_type)
    )
    place, after = place_of(cursor) if cursor else (offset, ())
    results = search_openings(criteria, limit=limit, offset=place, after=after)
    if not place:
        count_words(results.asked, total=0 if results.relaxed else results.total)
    answer = search_out(results, unit.locale, own_address(unit.request))
    link_next(unit, answer.next_cursor)
    return answer


@routes.get("/{opening_id}", allow=PUBLIC)
def opening(unit: Unit, opening_id: OpeningId) -> OpeningOut:
    """Get one opening; telephone numbers in its texts are masked except for its employer and the centre."""
    record = opening_in_sight(unit.session, opening_id)
    tell_version(unit, record)
    inside = unit.actor.scope.staff or record.employer_id == unit.actor.employer_id
    base = own_address(unit.request)
    return opening_out(record, base) if inside else public_out(record, base)


@routes.get("/{opening_id}/candidates", allow=Permission.LIST_PEOPLE)
def candidates(
    unit: Unit, opening_id: OpeningId, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> list[CandidateOut]:
    """List the centre's best workers for an opening, with points and reasons."""
    suggested = candidates_for(unit.session, unit.actor, opening_id=opening_id, locale=unit.locale, top=limit)
    return [
        CandidateOut(
            person_id=candidate.person_id,
            name=candidate.name,
            points=candidate.fit.points,
            reasons=list(candidate.fit.reasons),
            is_planned=candidate.is_planned,
        )
        for candidate in suggested
    ]


@routes.post("", allow=Permission.POST_OPENING, status_code=201)
def create(unit: Unit, draft: OpeningDraft) -> OpeningOut:
    """Create a draft of an opening."""
    return _out(unit, actions.create_opening(unit.session, unit.actor, draft))


@routes.put("/{opening_id}", allow=Permission.POST_OPENING)
def update(unit: Unit, opening_id: OpeningId, draft: OpeningDraft) -> OpeningOut:
    """Edit an opening that is not published; with If-Match only the version that the caller saw."""
    expect_version(unit, own_opening(unit.session, unit.actor, opening_id))
    updated = actions.update_opening(unit.session, unit.actor, opening_id=opening_id, draft=draft)
    tell_version(unit, updated)
    return _out(unit, updated)


@routes.post("/{opening_id}/submit", allow=Permission.POST_OPENING)
def submit(unit: Unit, opening_id: OpeningId) -> OpeningOut:
    """Screen a draft and submit it for verification."""
    return _out(unit, actions.submit_opening(unit.session, unit.actor, opening_id=opening_id))


@routes.post("/{opening_id}/verify", allow=Permission.VERIFY_OPENING)
def verify(unit: Unit, opening_id: OpeningId, remark: OpeningConfirmation) -> OpeningOut:
    """Verify an opening; questions about its wording have to be answered."""
    verified = actions.verify_opening(
        unit.session,
        unit.actor,
        opening_id=opening_id,
        remark=remark.reason,
        wording_lawful=remark.wording_lawful,
    )
    return _out(unit, verified)


@routes.post("/{opening_id}/return", allow=Permission.VERIFY_OPENING)
def give_back(unit: Unit, opening_id: OpeningId, remark: OpeningReturn) -> OpeningOut:
    """Return an opening to its employer with a reason."""
    returned = actions.return_opening(
        unit.session,
        unit.actor,
        opening_id=opening_id,
        reason=remark.reason,
        wording_unlawful=remark.wording_unlawful,
    )
    return _out(unit, returned)


@routes.post("/{opening_id}/publish", allow=Permission.PUBLISH_OPENING)
def publish(unit: Unit, opening_id: OpeningId) -> OpeningOut:
    """Publish a verified opening."""
    return _out(unit, actions.publish_opening(unit.session, unit.actor, opening_id=opening_id))


@routes.post("/{opening_id}/pause", allow=Permission.PUBLISH_OPENING)
def pause(unit: Unit, opening_id: OpeningId, remark: OpeningRemark) -> OpeningOut:
    """Pause an opening."""
    return _out(unit, actions.pause_opening(unit.session, unit.actor, opening_id=opening_id, reason=remark.reason))


@routes.post("/{opening_id}/resume", allow=Permission.PUBLISH_OPENING)
def resume(unit: Unit, opening_id: OpeningId) -> OpeningOut:
    """Resume a paused opening."""
    return _out(unit, actions.resume_opening(unit.session, unit.actor, opening_id=opening_id))


@routes.post("/{opening_id}/close", allow=Permission.PUBLISH_OPENING)
def close(unit: Unit, opening_id: OpeningId, remark: OpeningRemark) -> OpeningOut:
    """Close an opening permanently."""
    return _out(unit, actions.close_opening(unit.session, unit.actor, opening_id=opening_id, reason=remark.reason))


@routes.post("/{opening_id}/renew", allow=Permission.PUBLISH_OPENING)
def renew(unit: Unit, opening_id: OpeningId, renewal: OpeningRenewal) -> OpeningOut:
    """Renew an expired opening until a later date."""
    return _out(
        unit, actions.renew_opening(unit.session, unit.actor, opening_id=opening_id, valid_until=renewal.valid_until)
    )


@routes.post("/{opening_id}/headcount", allow=Permission.POST_OPENING)
def headcount(unit: Unit, opening_id: OpeningId, wanted: HeadcountChange) -> OpeningOut:
    """Change the headcount."""
    return _out(
        unit, actions.change_headcount(unit.session, unit.actor, opening_id=opening_id, headcount=wanted.headcount)
    )


def _out(unit: Unit, opening: Opening) -> OpeningOut:
    return opening_out(opening, own_address(unit.request))


def public_out(opening: Opening, base: str) -> OpeningOut:
    """The wire format of an opening for everybody: telephone numbers in its texts are masked."""
    out = opening_out(opening, base)
    return out.model_copy(update={name: without_phones(getattr(out, name)) for name in TEXTS})


def opening_out(opening: Opening, base: str) -> OpeningOut:
    """The wire format of an opening with its employer; `base` is the address of this installation."""
    own: dict[str, Any] = {
        name: getattr(opening, name)
        for name in OpeningOut.model_fields
        if name not in ("employer", "employer_risk", "region", "state", "url")
    }
    return OpeningOut(
        **own,
        url=f"{base}/openings/{opening.id}",
        state=opening.shown_state,
        employer=opening.employer.name,
        employer_risk=opening.employer.risk,
        region=place_name(opening.region_code),
    )
