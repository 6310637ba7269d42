"""Job fairs: the public list, scheduling for organisers, booths for employers."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import Field
from sqlalchemy import func

from api.dependencies import PUBLIC, Routes, Unit
from api.paging import Cursor, Offset, page_of
from api.versions import expect_version, tell_version
from api.wire import Wire
from centre import regions
from centre.drafts import BIGGEST_ID, Draft, Line, Paragraph, RegionCode
from centre.permissions import Permission
from employers.fairs import actions, halls, offers, showing
from employers.fairs import booths as stands
from employers.fairs.booth_rules import BoothDraft, BoothState, ShownLicence
from employers.fairs.hall_rules import EntranceUse, VenueDraft
from employers.fairs.models import Booth, Fair
from employers.fairs.queries import booths as booths_in_sight
from employers.fairs.queries import fair as fair_in_sight
from employers.fairs.queries import fairs as fairs_in_sight
from employers.fairs.queries import own_booth, place_in_queue
from employers.fairs.queries import venues as venues_in_sight
from employers.fairs.rules import FairDraft, FairKind, FairMode, FairState, FairTheme, SeriesDraft

routes = Routes(prefix="/fairs", tags=["fairs"])

FairId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
BoothId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class VenueOut(Wire):
    """A hall for one fair at a time."""

    id: int
    name: str
    hall: str
    region_code: str
    address: str
    directions: str
    booth_limit: int | None
    visitor_limit: int | None


class EntranceOut(Wire):
    """A way into a hall; `x` and `y` are its square on the floor plan."""

    id: int
    name: str
    use: EntranceUse
    step_free: bool
    directions: str
    x: int | None
    y: int | None


class FairOut(Wire):
    """A fair as the public sees it. Fairs are always free for workers."""

    id: int
    name: str
    theme: FairTheme
    kind: FairKind
    mode: FairMode
    state: FairState
    starts_at: datetime
    ends_at: datetime
    region_code: str
    region: str = ""
    venue: VenueOut | None
    online_url: str
    co_organisers: list[str]
    booth_count: int
    booths_left: int
    open_to_public: bool
    summary: str
    notice: str
    revision: int
    revised_at: datetime
    is_demo: bool


class FairPageOut(FairOut):
    """A fair with the ways into its hall."""

    entrances: list[EntranceOut]


class FairsOut(Wire):
    """A page of fairs by start, with the total number."""

    items: list[FairOut]
    total: int
    limit: int
    offset: int
    next_cursor: str


class BoothOut(Wire):
    """A booth application; `queue` is its place on the waiting list, 0 when it is not waiting.

    `offer_until` is the time by which an employer that moved up has to confirm.
    """

    id: int
    version: int
    fair_id: int
    employer_id: int
    state: BoothState
    booth_no: int | None
    contact_name: str
    opening_ids: list[int]
    queue: int = 0
    offer_until: datetime | None = None


class SeriesOut(Wire):
    """The result of scheduling a series."""

    series_id: int
    fair_ids: list[int]
    holidays: list[date]
    taken: list[date]
    blocked: list[date]


class FairChange(FairDraft):
    """The new values of a fair; a new time or hall after the announcement needs a public notice.

    `permit_no` is required when more visitors are expected than the fair was cleared for.
    """

    notice: Paragraph = ""
    permit_no: Annotated[str, Field(max_length=60)] = ""


class FairNotice(Draft):
    """A public notice."""

    notice: Paragraph = ""


class BoothRefusal(Draft):
    """The reason for refusing a booth application."""

    reason: Line = ""


class FairPlans(Draft):
    """Where the fair's three plans are kept; empty values change nothing."""

    organisation_plan: Line = ""
    emergency_plan: Line = ""
    security_plan: Line = ""


class FairStep(Draft):
    """One step of a fair; `clear` may include the permit, `report` needs the figures.

    `file` may include the filing number; after the day by which it was due it needs `late_reason`.
    """

    event: Literal["prepare", "file", "clear", "publish", "open_booths", "close_booths", "start", "finish", "report",
                   "archive"]  # fmt: skip
    permit_no: Annotated[str, Field(max_length=60)] = ""
    filing_no: Annotated[str, Field(max_length=60)] = ""
    late_reason: Line = ""
    figures: dict[Literal["employers", "positions", "visitors", "intentions", "hired"], int] | None = None


class BoothNumber(Draft):
    """The number of a booth, by default the lowest free one."""

    booth_no: Annotated[int, Field(ge=1, le=2000)] | None = None


@routes.get("", allow=PUBLIC)
def fairs(
    unit: Unit,
    since: Annotated[date | None, Query(alias="from", description="first day, at the counters")] = None,
    until: Annotated[date | None, Query(alias="to", description="last day, at the counters")] = None,
    region: Annotated[RegionCode | None, Query(description="county, city or province")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Offset = 0,
    cursor: Cursor = "",
) -> FairsOut:
    """List fairs by start. The public sees announced fairs, including cancelled ones."""
    wanted = fairs_in_sight(from_on=since, to_on=until, region=region or "")
    total = unit.session.scalar(wanted.with_only_columns(func.count(Fair.id)).order_by(None)) or 0
    part = page_of(unit, wanted, limit=limit, cursor=cursor, offset=offset)
    items = [fair_out(fair) for fair in part.records]
    return FairsOut(items=items, total=total, limit=limit, offset=offset, next_cursor=part.next_cursor)


@routes.get("/venues", allow=Permission.MANAGE_FAIRS)
def venues(unit: Unit) -> list[VenueOut]:
    """List all halls."""
    return [VenueOut.model_validate(venue) for venue in unit.session.scalars(venues_in_sight())]


@routes.post("/venues", allow=Permission.MANAGE_FAIRS, status_code=201)
def add_venue(unit: Unit, draft: VenueDraft) -> VenueOut:
    """Add a hall."""
    return VenueOut.model_validate(halls.add_venue(unit.session, unit.actor, draft))


@routes.post("/series", allow=Permission.MANAGE_FAIRS, status_code=201)
def schedule_series(unit: Unit, draft: SeriesDraft) -> SeriesOut:
    """Schedule a weekly fair, skipping public holidays."""
    planned = actions.schedule_series(unit.session, unit.actor, draft)
    return SeriesOut(
        series_id=planned.series.id,
        fair_ids=[fair.id for fair in planned.fairs],
        holidays=planned.holidays,
        taken=planned.taken,
        blocked=planned.blocked,
    )


@routes.post("", allow=Permission.MANAGE_FAIRS, status_code=201)
def schedule(unit: Unit, draft: FairDraft) -> FairOut:
    """Schedule a fair; 409 `venue-taken` names the fair that occupies the hall, `hall-blocked` why it is closed."""
    return fair_out(actions.schedule_fair(unit.session, unit.actor, draft))


@routes.get("/{fair_id}", allow=PUBLIC)
def fair(unit: Unit, fair_id: FairId) -> FairPageOut:
    """Get one fair with the ways into its hall."""
    shown = fair_in_sight(unit.session, fair_id)
    tell_version(unit, shown)
    ways = [EntranceOut.model_validate(way) for way in halls.entrances(unit.session, shown.venue_id)]
    return FairPageOut.model_validate(fair_out(shown).model_dump() | {"entrances": ways})


@routes.put("/{fair_id}", allow=Permission.MANAGE_FAIRS)
def change(unit: Unit, fair_id: FairId, draft: FairChange) -> FairOut:
    """Change a fair; with If-Match only the version that the caller saw."""
    expect_version(unit, fair_in_sight(unit.session, fair_id))
    wished = FairDraft.model_validate(draft.model_dump(exclude={"notice", "permit_no"}))
    changed = actions.change_fair(
        unit.session, unit.actor, fair_id=fair_id, draft=wished, notice=draft.notice, permit_no=draft.permit_no
    )
    tell_version(unit, changed)
    return fair_out(changed)


@routes.post("/{fair_id}/plans", allow=Permission.MANAGE_FAIRS)
def attach_plans(unit: Unit, fair_id: FairId, plans: FairPlans) -> FairOut:
    """Record where the three plans are kept."""
    return fair_out(actions.attach_plans(unit.session, unit.actor, fair_id=fair_id, **plans.model_dump()))


@routes.post("/{fair_id}/advance", allow=Permission.MANAGE_FAIRS)
def advance(unit: Unit, fair_id: FairId, step: FairStep) -> FairOut:
    """Move a fair one step forward."""
    figures = None if step.figures is None else {str(name): value for name, value in step.figures.items()}
    return fair_out(
        actions.advance_fair(
            unit.session, unit.actor, fair_id=fair_id, figures=figures, **step.model_dump(exclude={"figures"})
        )
    )


@routes.post("/{fair_id}/cancel", allow=Permission.MANAGE_FAIRS)
def cancel(unit: Unit, fair_id: FairId, notice: FairNotice) -> FairOut:
    """Cancel a fair; an announced one needs a notice."""
    return fair_out(actions.cancel_fair(unit.session, unit.actor, fair_id=fair_id, notice=notice.notice))


@routes.post("/{fair_id}/postpone", allow=Permission.MANAGE_FAIRS)
def postpone(unit: Unit, fair_id: FairId, notice: FairNotice) -> FairOut:
    """Postpone an announced fair."""
    return fair_out(actions.postpone_fair(unit.session, unit.actor, fair_id=fair_id, notice=notice.notice))


@routes.get("/{fair_id}/booths", allow=Permission.APPLY_FOR_BOOTH)
def booths(unit: Unit, fair_id: FairId) -> list[BoothOut]:
    """List booth applications in the order of application; an employer sees its own."""
    fair = fair_in_sight(unit.session, fair_id)
    return [_booth_out(unit, booth) for booth in unit.session.scalars(booths_in_sight(fair.id))]


@routes.post("/{fair_id}/booths", allow=Permission.APPLY_FOR_BOOTH, status_code=201)
def apply(unit: Unit, fair_id: FairId, draft: BoothDraft) -> BoothOut:
    """Apply for a booth: `applied` holds one, `waitlisted` is on the waiting list."""
    return _booth_out(unit, stands.apply_for_booth(unit.session, unit.actor, fair_id=fair_id, draft=draft))


@routes.post("/booths/{booth_id}/approve", allow=Permission.ASSIGN_BOOTH)
def approve(unit: Unit, booth_id: BoothId) -> BoothOut:
    """Approve a booth application."""
    return _booth_out(unit, stands.approve_booth(unit.session, unit.actor, booth_id=booth_id))


@routes.post("/booths/{booth_id}/refuse", allow=Permission.ASSIGN_BOOTH)
def refuse(unit: Unit, booth_id: BoothId, why: BoothRefusal) -> BoothOut:
    """Refuse a booth application."""
    return _booth_out(unit, stands.refuse_booth(unit.session, unit.actor, booth_id=booth_id, reason=why.reason))


@routes.post("/booths/{booth_id}/assign", allow=Permission.ASSIGN_BOOTH)
def assign(unit: Unit, booth_id: BoothId, number: BoothNumber) -> BoothOut:
    """Number an approved booth."""
    return _booth_out(unit, stands.assign_booth(unit.session, unit.actor, booth_id=booth_id, booth_no=number.booth_no))


@routes.post("/booths/{booth_id}/check-in", allow=Permission.CHECK_IN)
def check_in(unit: Unit, booth_id: BoothId, shown: ShownLicence | None = None) -> BoothOut:
    """Check an employer in at its booth, on request with the code on the licence that it shows."""
    licence = shown.licence if shown else ""
    return _booth_out(unit, stands.check_in_booth(unit.session, unit.actor, booth_id=booth_id, licence=licence))


@routes.post("/booths/{booth_id}/leave", allow=Permission.CHECK_IN)
def leave(unit: Unit, booth_id: BoothId) -> BoothOut:
    """Record that the employer stayed until the end."""
    return _booth_out(unit, stands.leave_booth(unit.session, unit.actor, booth_id=booth_id))


@routes.post("/booths/{booth_id}/miss", allow=Permission.ASSIGN_BOOTH)
def miss(unit: Unit, booth_id: BoothId) -> BoothOut:
    """Record a no-show."""
    return _booth_out(unit, stands.miss_booth(unit.session, unit.actor, booth_id=booth_id))


@routes.post("/booths/{booth_id}/confirm", allow=Permission.APPLY_FOR_BOOTH)
def confirm(unit: Unit, booth_id: BoothId) -> BoothOut:
    """Confirm a booth that was offered from the waiting list, before `offer_until`."""
    return _booth_out(unit, offers.confirm_offer(unit.session, unit.actor, booth_id=booth_id))


@routes.get("/booths/{booth_id}", allow=Permission.APPLY_FOR_BOOTH)
def booth(unit: Unit, booth_id: BoothId) -> BoothOut:
    """Get one booth application with its version; an employer only its own."""
    stand = own_booth(unit.session, unit.actor, booth_id)
    tell_version(unit, stand)
    return _booth_out(unit, stand)


@routes.put("/booths/{booth_id}/openings", allow=Permission.APPLY_FOR_BOOTH)
def show_openings(unit: Unit, booth_id: BoothId, draft: showing.ShownDraft) -> BoothOut:
    """Set the openings that a booth shows; with If-Match only the version that the caller saw."""
    expect_version(unit, own_booth(unit.session, unit.actor, booth_id))
    stand = showing.show_openings(unit.session, unit.actor, booth_id=booth_id, draft=draft)
    tell_version(unit, stand)
    return _booth_out(unit, stand)


@routes.post("/booths/{booth_id}/withdraw", allow=Permission.APPLY_FOR_BOOTH)
def withdraw(unit: Unit, booth_id: BoothId) -> BoothOut:
    """Withdraw a booth application."""
    return _booth_out(unit, stands.withdraw_booth(unit.session, unit.actor, booth_id=booth_id))


def fair_out(fair: Fair) -> FairOut:
    """The wire format of a fair; its venue must be loaded."""
    return FairOut.model_validate(fair).model_copy(update={"region": regions.full_name(fair.region_code)})


def _booth_out(unit: Unit, booth: Booth) -> BoothOut:
    return BoothOut.model_validate(booth).model_copy(update={"queue": place_in_queue(unit.session, booth)})
