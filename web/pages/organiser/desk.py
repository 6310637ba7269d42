"""The organiser's desk: fairs in planning, a new fair, series."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import Field
from sqlalchemy import or_
from sqlalchemy.orm import joinedload
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre import clock, regions
from centre.drafts import BIGGEST_ID, Draft, Line, Paragraph, RecordId, WallTime, Words
from centre.errors import Refusal
from centre.permissions import Permission
from centre.scopes import holds
from employers.fairs import actions
from employers.fairs.fixed import refusal_of
from employers.fairs.hall_rules import HallBlocked, VenueTaken
from employers.fairs.halls import fairs_without_hall, free_days, free_venues
from employers.fairs.models import Fair, Venue
from employers.fairs.phases import PHASE_LABELS, FairPhase, phase_of
from employers.fairs.queries import due_statistics, fairs, last_day, midnight, permit_limit, venues
from employers.fairs.queries import fair as fair_in_sight
from employers.fairs.rules import (
    BEFORE_LIVE,
    FAIR_LABELS,
    MODE_LABELS,
    PLANS,
    THEME_LABELS,
    FairDraft,
    FairMode,
    FairState,
    FairTheme,
    SeriesDraft,
)
from matching.fairs.days.queries import due_of
from web.forms import Bound, bind, bind_edit, blank, editing
from web.pages.public.fairs import hours
from web.rendering import page

routes = Pages("/organiser")

ALLOW = Permission.MANAGE_FAIRS
FairId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
MOST = 1_000
"""Fairs on the desk: twenty weekly ones for a year; a series is one row."""
MOST_PARTNERS, LONGEST_NAME = 10, 200
ELSEWHERE = {"day", "last_day", "starts", "ends", "permit_no", "notice", "instead_venue", "instead_day", "venue_id",
             "audience", "co_organisers"}  # fmt: skip
"""Fields of the form that are not fields of a fair's draft under the same name."""


class FairForm(Draft):
    """The form of a fair: one or several days with opening hours (招聘会方案)."""

    name: Words
    theme: FairTheme = FairTheme.GENERAL
    mode: FairMode = FairMode.ON_SITE
    venue_id: RecordId | None = None
    day: date
    last_day: date | None = None
    starts: WallTime
    ends: WallTime
    booth_count: Annotated[int, Field(ge=0, le=2000)] = 0
    expected_visitors: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    online_url: Line = ""
    audience: Literal["public", "invited"] = "public"
    co_organisers: Paragraph = ""
    summary: Paragraph = ""
    organisation_plan: Line = ""
    emergency_plan: Line = ""
    security_plan: Line = ""
    permit_no: Annotated[str, Field(max_length=60)] = ""
    notice: Paragraph = ""
    instead_venue: RecordId | None = None
    instead_day: date | None = None

    def plan(self) -> FairDraft:
        """The fair draft; a selected alternative takes precedence over the original choice."""
        day = self.instead_day or self.day
        last = day + ((self.last_day or self.day) - self.day)
        if self.ends == time() and self.starts > self.ends:  # until midnight, which is the beginning of the next day
            last += timedelta(days=1)
        own = self.model_dump(exclude=ELSEWHERE)
        partners = [line.strip()[:LONGEST_NAME] for line in self.co_organisers.splitlines() if line.strip()]
        return FairDraft(
            **own,
            open_to_public=self.audience == "public",
            co_organisers=tuple(partners[:MOST_PARTNERS]),
            venue_id=self.instead_venue or self.venue_id,
            starts_at=datetime.combine(day, self.starts, clock.SHANGHAI),
            ends_at=datetime.combine(last, self.ends, clock.SHANGHAI),
        )


class SeriesForm(Draft):
    """The form of a weekly fair (定期招聘会)."""

    name: Words
    theme: FairTheme = FairTheme.GENERAL
    venue_id: RecordId
    weekday: Annotated[int, Field(ge=0, le=6)]
    from_on: date
    to_on: date
    starts: WallTime
    ends: WallTime
    booth_count: Annotated[int, Field(ge=1, le=2000)]
    expected_visitors: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    summary: Paragraph = ""


@routes.get("", allow=ALLOW)
def desk(unit: Unit) -> Response:
    """Planned fairs and their deadlines."""
    today, past = clock.today(), unit.request.query_params.get("past") == "1"
    wanted = fairs(to_on=today - timedelta(days=1) if past else None)
    if not past:  # also what waits for a new day, or was never announced, after its day
        wanted = wanted.where(or_(Fair.ends_at > midnight(today), Fair.state.in_(BEFORE_LIVE)))
    else:
        wanted = wanted.order_by(None).order_by(Fair.starts_at.desc(), Fair.id.desc())
    listed = unit.session.scalars(wanted.limit(MOST)).all()
    ended = unit.session.scalars(due_statistics(date.max).options(joinedload(Fair.venue)).limit(MOST)).all()
    phased = [(phase_of(fair.state, is_today=clock.local(fair.starts_at).date() == today), fair) for fair in listed]
    phased += [(FairPhase.REPORT, fair) for fair in ended if fair not in listed]
    asked = unit.request.query_params.get("phase", "")
    own = [fair for _, fair in phased if holds(unit.actor.scope, {"centre_id": fair.centre_id})]
    chosen = [fair for phase, fair in phased if phase == asked] if asked in set(FairPhase) else listed
    due = [fair for fair in own if fair.state in (FairState.DRAFT, FairState.READY)]
    return page(
        unit,
        "organiser/desk.html",
        rows=by_series(chosen),
        phases=[(phase.value, PHASE_LABELS[phase], _count(phased, phase)) for phase in FairPhase],
        phase=asked,
        past=past,
        late=[fair for fair in due if fair.filing_due_on < today],
        soon=[fair for fair in due if today <= fair.filing_due_on <= today + timedelta(days=7)],
        homeless=unit.session.scalars(fairs_without_hall(clock.now())).all(),
        due=due_of(unit.session, own),
        unreported=[fair for fair in ended if fair in own and fair.statistics_due_on <= today + timedelta(days=7)],
        today=today,
        hours=hours,
        states=FAIR_LABELS,
    )


def by_series(listed: Sequence[Fair]) -> list[tuple[Fair, list[Fair]]]:
    """Fairs as rows: a series is one row, its first fair with the others behind it."""
    rows: dict[tuple[str, int], tuple[Fair, list[Fair]]] = {}
    for fair in listed:
        key = ("series", fair.series_id) if fair.series_id else ("fair", fair.id)
        if key in rows:
            rows[key][1].append(fair)
        else:
            rows[key] = (fair, [])
    return list(rows.values())


def _count(phased: list[tuple[FairPhase | None, Fair]], phase: FairPhase) -> int:
    return sum(own is phase for own, _ in phased)


@routes.get("/fairs/new", allow=ALLOW)
def ask_fair(unit: Unit) -> Response:
    """The form for a new fair."""
    query = unit.request.query_params
    given = {name: query[name] for name in ("day", "venue_id", "starts", "ends") if name in query}
    return _fair_form(unit, blank(unit, FairForm, **{"starts": "09:00", "ends": "11:30", "booth_count": 20} | given))


@routes.post("/fairs/new", allow=ALLOW)
def schedule(unit: Unit) -> Response:
    """Schedule a fair; if the hall is taken, show by whom and what is free instead."""
    bound = bind(unit, FairForm)
    if bound.draft is None:
        return _fair_form(unit, bound, 422)
    try:
        fair = actions.schedule_fair(unit.session, unit.actor, bound.draft.plan())
    except Refusal as refusal:
        return _fair_form(unit, bound.refuse(refusal), refusal.status, refusal=refusal, wish=bound.draft)
    return RedirectResponse(f"/organiser/fairs/{fair.id}?scheduled=1", 303)


@routes.get("/fairs/{fair_id}/edit", allow=ALLOW)
def ask_change(unit: Unit, fair_id: FairId) -> Response:
    """The form for changing a fair; that of another centre is shown with the reason why it cannot be changed."""
    fair = fair_in_sight(unit.session, fair_id)
    if not holds(unit.actor.scope, {"centre_id": fair.centre_id}):
        return RedirectResponse(f"/organiser/fairs/{fair_id}", 303)
    if fair.state not in BEFORE_LIVE:
        return RedirectResponse(f"/organiser/fairs/{fair_id}?fixed=1", 303)
    return _fair_form(unit, editing(unit, FairForm, _stored(fair)), fair=fair)


def _stored(fair: Fair) -> dict[str, Any]:
    """What the form shows of a fair."""
    values = {name: getattr(fair, name) for name in FairForm.model_fields if hasattr(fair, name)}
    first, last = clock.local(fair.starts_at), clock.local(fair.ends_at)
    final = last_day(fair)
    values |= {"last_day": final.isoformat() if final != first.date() else ""}
    values |= {"day": first.date().isoformat(), "starts": f"{first:%H:%M}", "ends": f"{last:%H:%M}", "notice": ""}
    values |= {"audience": "public" if fair.open_to_public else "invited"}
    values |= {"co_organisers": "\n".join(fair.co_organisers)}
    return values


@routes.post("/fairs/{fair_id}/edit", allow=ALLOW)
def change(unit: Unit, fair_id: FairId) -> Response:
    """Change a fair; moving an announced one needs a notice."""
    fair = fair_in_sight(unit.session, fair_id)
    if holds(unit.actor.scope, {"centre_id": fair.centre_id}) and fair.state not in BEFORE_LIVE:
        raise refusal_of(fair)
    bound = bind_edit(unit, FairForm, _stored(fair))
    if bound.draft is None:
        return _fair_form(unit, bound, bound.status, fair=fair)
    kept = {"kind": fair.kind, "region_code": fair.region_code}
    plan = bound.draft.plan().model_copy(update=kept)
    try:
        actions.change_fair(
            unit.session,
            unit.actor,
            fair_id=fair_id,
            draft=plan,
            notice=bound.draft.notice,
            permit_no=bound.draft.permit_no,
        )
    except Refusal as refusal:
        return _fair_form(unit, bound.refuse(refusal), refusal.status, fair=fair, refusal=refusal, wish=bound.draft)
    return RedirectResponse(f"/organiser/fairs/{fair_id}", 303)


@routes.get("/series/new", allow=ALLOW)
def ask_series(unit: Unit) -> Response:
    """The form for a weekly fair."""
    return _series_form(unit, blank(unit, SeriesForm, weekday=4, starts="09:00", ends="11:30", booth_count=12))


@routes.post("/series/new", allow=ALLOW)
def schedule_series(unit: Unit) -> Response:
    """Schedule a weekly fair and show the skipped days."""
    bound = bind(unit, SeriesForm)
    if bound.draft is None:
        return _series_form(unit, bound, 422)
    try:
        draft = SeriesDraft.model_validate(bound.draft.model_dump())
        planned = actions.schedule_series(unit.session, unit.actor, draft)
    except Refusal as refusal:
        return _series_form(unit, bound.refuse(refusal), refusal.status)
    return page(unit, "organiser/series-made.html", planned=planned)


def _series_form(unit: Unit, bound: Bound[SeriesForm], status_code: int = 200) -> Response:
    return page(
        unit, "organiser/series.html", status_code, bound=bound, venues=_venue_options(unit), themes=THEME_LABELS
    )


def _fair_form(
    unit: Unit,
    bound: Bound[FairForm],
    status_code: int = 200,
    *,
    fair: Fair | None = None,
    refusal: Refusal | None = None,
    wish: FairForm | None = None,
) -> Response:
    alternatives: dict[str, Any] = {"clash": None, "halls": [], "days": []}
    if isinstance(refusal, VenueTaken | HallBlocked) and wish is not None:
        alternatives = _alternatives(unit, refusal, wish.plan())
    return page(
        unit,
        "organiser/fair-form.html",
        status_code,
        bound=bound,
        fair=fair,
        venues=_venue_options(unit),
        themes=THEME_LABELS,
        modes=MODE_LABELS,
        plans=PLANS,
        permit_limit=permit_limit(unit.session, clock.today()),
        **alternatives,
    )


def _alternatives(unit: Unit, refusal: VenueTaken | HallBlocked, plan: FairDraft) -> dict[str, Any]:
    hall = next((venue for venue in unit.session.scalars(venues()) if venue.id == plan.venue_id), None)
    return {
        "clash": refusal.problems[0],
        "halls": free_venues(unit.session, plan.starts_at, plan.ends_at, region=hall.region_code if hall else "")[:4],
        "days": free_days(unit.session, plan.venue_id or 0, plan.starts_at, plan.ends_at),
    }


def _venue_options(unit: Unit) -> list[tuple[int, str]]:
    return [(venue.id, _named(venue)) for venue in unit.session.scalars(venues())]


def _named(hall: Venue) -> str:
    return f"{regions.name(hall.region_code)} · {hall.label}"
