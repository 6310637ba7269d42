"""Actions on fairs and series. Fairs are always free for workers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from centre import clock, regions
from centre.audit import note
from centre.calendar import is_public_holiday
from centre.errors import Invalid, NotFound, Problem
from centre.events import publish
from centre.messages import Wording
from centre.messages.jobseekers import FAIR_CANCELLED, FAIR_MOVED, FAIR_POSTPONED
from centre.network import Centre
from centre.permissions import Actor, Permission, require
from centre.policy import policy
from centre.states import move
from centre.translation import N_, Terms
from employers.companies.messages import tell_employer
from employers.fairs.booth_rules import WAITING_OR_HOLDING
from employers.fairs.booths import end_requests, promote_waiting, refuse_before_the_day, renew_offers
from employers.fairs.due_days import clocks, weekly
from employers.fairs.facts import FairMoved
from employers.fairs.fixed import refuse_fixed
from employers.fairs.hall_rules import HallBlocked, VenueTaken
from employers.fairs.halls import block_of_fair, hold, refusal_of
from employers.fairs.models import Fair, FairSeries, Venue
from employers.fairs.queries import booths, instant, own_fair, permit_limit, span, venue
from employers.fairs.rules import (
    ANNOUNCED,
    CLEARED_STATES,
    FAIR,
    HOLDING_STATES,
    PLANS,
    FairDraft,
    FairKind,
    FairMode,
    FairState,
    FewerBooths,
    LateFiling,
    NoticeMissing,
    PermitMissing,
    PlansMissing,
    SeriesDraft,
)

LONGEST = timedelta(days=31)
TOWARDS_THE_PUBLIC = ("file", "clear", "publish", "open_booths")
"""Steps that a fair does not take while its hall is closed on its day."""
EARLIEST, LATEST = 2000, 2100
"""The years in which a fair can be planned; the due days around them stay inside the calendar."""


def schedule_fair(session: Session, actor: Actor, draft: FairDraft, *, is_demo: bool = False) -> Fair:
    """Schedule a fair and reserve its hall. Raises VenueTaken (by which fair, and when), HallBlocked or Invalid."""
    require(actor, Permission.MANAGE_FAIRS)
    centre = _centre(session, draft.centre_id or actor.centre_id)
    fair = Fair(centre_id=centre.id, is_demo=is_demo, revised_at=clock.now())
    _fill_in(session, fair, draft, centre, holds=True)
    session.add(fair)
    session.flush()
    note(session, actor, action="fair.schedule", subject=f"fair:{fair.id}")
    return fair


def change_fair(
    session: Session, actor: Actor, *, fair_id: int, draft: FairDraft, notice: str = "", permit_no: str = ""
) -> Fair:
    """Change a fair. A new time or hall after the announcement needs a public notice, and its employers are notified.

    A postponed fair holds no hall until it is announced again with its new time; the notice of its postponement goes
    then. Raises FairFixed, VenueTaken, HallBlocked, NoticeMissing, FewerBooths, PermitMissing or
    Invalid.
    """
    require(actor, Permission.MANAGE_FAIRS)
    fair = own_fair(session, actor, fair_id)
    refuse_fixed(fair)
    if draft.booth_count and draft.booth_count < fair.booths_taken:
        raise FewerBooths(field="booth_count", taken=fair.booths_taken)
    wished = (instant(draft.starts_at), instant(draft.ends_at), draft.venue_id)
    moved, hall = wished != (fair.starts_at, fair.ends_at, fair.venue_id), fair.venue_id
    if fair.state in ANNOUNCED and moved and not notice:
        raise NoticeMissing(field="notice")
    announced_again = fair.state is FairState.POSTPONED and moved
    _fill_in(session, fair, draft, _centre(session, fair.centre_id), holds=moved or fair.state in HOLDING_STATES)
    fair.permit_no = permit_no or fair.permit_no
    if fair.state in CLEARED_STATES:
        _refuse_without_permit(session, fair)
    if announced_again:
        move(session, actor, fair, FAIR, "reschedule", reason=notice)
        renew_offers(session, fair)
    if fair.venue_id != hall:
        fair.released = {}  # everybody is notified of the new hall
    fair.notice = notice if announced_again else notice or fair.notice
    _revised(session, fair)
    if moved and fair.state in ANNOUNCED:
        _tell_all(session, fair, FAIR_MOVED)
    promote_waiting(session, actor, fair_id=fair.id)
    note(session, actor, action="fair.change", subject=f"fair:{fair.id}", detail={"moved": moved})
    return fair


def advance_fair(
    session: Session,
    actor: Actor,
    *,
    fair_id: int,
    event: str,
    permit_no: str = "",
    filing_no: str = "",
    late_reason: str = "",
    figures: dict[str, int] | None = None,
) -> Fair:
    """Move a fair one step forward.

    Events: prepare, file, clear, publish, open_booths, close_booths, start, finish, report, archive.
    Raises IllegalMove; BeforeTheDay for its start and end; PlansMissing before the three papers are there;
    LateFiling for a filing after its day without a reason; PermitMissing for large fairs; HallBlocked while the hall is
    closed on the fair's day; Invalid for a report without its figures (employers, positions, visitors, intentions,
    hired).
    """
    require(actor, Permission.MANAGE_FAIRS)
    fair = own_fair(session, actor, fair_id)
    FAIR.find(fair.state, event)
    if event in TOWARDS_THE_PUBLIC and (closed := block_of_fair(session, fair)) and fair.venue:
        raise refusal_of(fair.venue, closed)
    if event == "prepare":
        _refuse_without_plans(fair)
    elif event == "file":
        _file(fair, filing_no, late_reason)
    elif event == "clear":
        fair.permit_no = permit_no or fair.permit_no
        _refuse_without_permit(session, fair)
    elif event in ("start", "finish"):
        refuse_before_the_day(fair)
    elif event == "report":
        fair.figures = _figures(figures)
    move(session, actor, fair, FAIR, event)
    if event == "publish":
        fair.published_at = clock.now()
    _revised(session, fair)
    if event == "finish":
        end_requests(session, actor, fair_id=fair.id)
    return fair


def attach_plans(
    session: Session,
    actor: Actor,
    *,
    fair_id: int,
    organisation_plan: str = "",
    emergency_plan: str = "",
    security_plan: str = "",
) -> Fair:
    """Record where the fair's plans are kept (file number or address); empty values stay. Raises FairFixed."""
    require(actor, Permission.MANAGE_FAIRS)
    fair = own_fair(session, actor, fair_id)
    refuse_fixed(fair)
    given = {"organisation_plan": organisation_plan, "emergency_plan": emergency_plan, "security_plan": security_plan}
    for name, value in given.items():
        if value:
            setattr(fair, name, value[:200])
    session.flush()
    return fair


def cancel_fair(session: Session, actor: Actor, *, fair_id: int, notice: str) -> Fair:
    """Cancel a fair: its hall is released, booth holders are notified, calendars show it as cancelled (FA-11)."""
    require(actor, Permission.MANAGE_FAIRS)
    return _call_off(session, actor, fair_id, "cancel", notice, FAIR_CANCELLED)


def postpone_fair(session: Session, actor: Actor, *, fair_id: int, notice: str) -> Fair:
    """Postpone an announced fair until `change_fair` sets a new date; booth holders are notified."""
    require(actor, Permission.MANAGE_FAIRS)
    return _call_off(session, actor, fair_id, "postpone", notice, FAIR_POSTPONED)


@dataclass(frozen=True, slots=True)
class Planned:
    """The result of scheduling a series: its fairs, and the days skipped for holidays, clashes or a closed hall."""

    series: FairSeries
    fairs: list[Fair]
    holidays: list[date]
    taken: list[date]
    blocked: list[date]


def schedule_series(session: Session, actor: Actor, draft: SeriesDraft, *, is_demo: bool = False) -> Planned:
    """Schedule a weekly fair, skipping public holidays and days on which the hall is taken or closed. Raises Invalid.

    Each date is a fair of its own: moving or cancelling one leaves the others alone.
    """
    require(actor, Permission.MANAGE_FAIRS)
    centre = _centre(session, draft.centre_id or actor.centre_id)
    if wrong := _year_problem("from_on", draft.from_on.year) or _year_problem("to_on", draft.to_on.year):
        raise Invalid([wrong])
    if draft.to_on < draft.from_on or draft.to_on - draft.from_on > timedelta(days=370) or draft.starts >= draft.ends:
        raise Invalid([Problem("to_on", "date-order", N_("开始要早于结束，一次最多安排一年"))])
    series = FairSeries(**draft.model_dump(exclude={"centre_id", "summary"}), centre_id=centre.id, is_demo=is_demo)
    session.add(series)
    session.flush()
    planned = Planned(series, [], [], [], [])
    for day in weekly(draft.from_on, draft.to_on, draft.weekday):
        if is_public_holiday(day):
            planned.holidays.append(day)
        else:
            _plan_date(session, actor, draft, planned, day, centre.id, is_demo=is_demo)
    return planned


def _plan_date(
    session: Session, actor: Actor, draft: SeriesDraft, planned: Planned, day: date, centre_id: int, *, is_demo: bool
) -> None:
    fair_draft = FairDraft(
        name=draft.name,
        theme=draft.theme,
        kind=FairKind.PERIODIC,
        centre_id=centre_id,
        venue_id=draft.venue_id,
        starts_at=datetime.combine(day, draft.starts, clock.SHANGHAI),
        ends_at=datetime.combine(day, draft.ends, clock.SHANGHAI),
        booth_count=draft.booth_count,
        expected_visitors=draft.expected_visitors,
        summary=draft.summary,
    )
    try:
        fair = schedule_fair(session, actor, fair_draft, is_demo=is_demo)
    except VenueTaken:
        planned.taken.append(day)
        return
    except HallBlocked:
        planned.blocked.append(day)
        return
    fair.series_id, fair.series_on = planned.series.id, day
    planned.fairs.append(fair)


def _fill_in(session: Session, fair: Fair, draft: FairDraft, centre: Centre, *, holds: bool) -> None:
    starts_at, ends_at = instant(draft.starts_at), instant(draft.ends_at)
    hall = venue(session, draft.venue_id) if draft.venue_id else None
    if problems := _problems(draft, hall, starts_at, ends_at):
        raise Invalid(problems)
    if hall is not None and holds:
        moved = (starts_at, ends_at, hall.id) != (fair.starts_at, fair.ends_at, fair.venue_id)
        # A fair whose hall was closed under it may still be corrected where it stands; it may not move into the time.
        hold(session, hall, starts_at, ends_at, but=fair.id or 0, blocks=moved)
    for name, value in draft.model_dump(exclude={"centre_id", "co_organisers"}).items():
        setattr(fair, name, value)
    fair.co_organisers = list(draft.co_organisers)
    fair.starts_at, fair.ends_at, fair.venue = starts_at, ends_at, hall
    fair.region_code = hall.region_code if hall else draft.region_code or centre.region_code
    due = _clocks(session, draft.kind, clock.local(starts_at).date(), fair.region_code)
    fair.filing_due_on, fair.statistics_due_on = due.filing_due_on, due.statistics_due_on


def _problems(draft: FairDraft, hall: Venue | None, starts_at: datetime, ends_at: datetime) -> list[Problem]:
    problems = []
    if wrong := _year_problem("starts_at", starts_at.year):
        problems.append(wrong)
    elif ends_at <= starts_at or ends_at - starts_at > LONGEST:
        problems.append(Problem("ends_at", "time-order", N_("结束时间要晚于开始时间，一场最长一个月")))
    if draft.mode is not FairMode.ONLINE and hall is None:
        problems.append(Problem("venue_id", "missing", N_("现场招聘会要选场地")))
    if draft.mode is not FairMode.ONLINE and draft.booth_count < 1:
        problems.append(Problem("booth_count", "missing", N_("请填写展位数，至少 1 个")))
    if draft.region_code and not regions.exists(draft.region_code):
        problems.append(Problem("region_code", "region-unknown", N_("没有这个地区代码，请从列表里选")))
    if hall and hall.booth_limit and draft.booth_count > hall.booth_limit:
        params = {"limit": hall.booth_limit}
        problems.append(Problem("booth_count", "over-limit", N_("这个场地最多 {limit} 个展位"), params))
    if hall and hall.visitor_limit and draft.expected_visitors > hall.visitor_limit:
        params = {"limit": hall.visitor_limit}
        problems.append(Problem("expected_visitors", "over-limit", N_("这个场地最多容纳 {limit} 人"), params))
    return problems


def _year_problem(field: str, year: int) -> Problem | None:
    if EARLIEST <= year <= LATEST:
        return None
    return Problem(field, "year", N_("年份要在 {first} 到 {last} 之间"), {"first": EARLIEST, "last": LATEST})


def _clocks(session: Session, kind: FairKind, day: date, region: str) -> Any:
    def figure(key: str) -> Any:
        return policy(session, key, on=day, region=region)

    return clocks(
        kind,
        day,
        filing_days=figure("fair-filing-days"),
        report_days=figure("fair-report-days"),
        list_due=figure("fair-list-due"),
        figures_day=figure("fair-figures-day"),
    )


def _file(fair: Fair, filing_no: str, late_reason: str) -> None:
    if clock.today() > fair.filing_due_on and not late_reason.strip():
        raise LateFiling(field="late_reason", day=fair.filing_due_on.isoformat())
    fair.filed_at, fair.filing_no = clock.now(), filing_no.strip()[:60]
    fair.late_reason = late_reason.strip()[:200] if clock.today() > fair.filing_due_on else ""


def _refuse_without_plans(fair: Fair) -> None:
    if missing := tuple(label for name, label in PLANS.items() if not getattr(fair, name)):
        raise PlansMissing(missing=Terms(missing))


def _refuse_without_permit(session: Session, fair: Fair) -> None:
    day = clock.local(fair.starts_at).date()
    limit = permit_limit(session, day, fair.region_code)
    if fair.mode is not FairMode.ONLINE and fair.expected_visitors >= limit and not fair.permit_no:
        raise PermitMissing(field="permit_no", expected=fair.expected_visitors, limit=limit)


def _figures(figures: dict[str, int] | None) -> dict[str, int]:
    wanted = ("employers", "positions", "visitors", "intentions", "hired")
    given = figures or {}
    if problems := [
        Problem(name, "missing", N_("请填写这一项")) for name in wanted if not 0 <= given.get(name, -1) < 10_000_000
    ]:
        raise Invalid(problems)
    return {name: given[name] for name in wanted}


def _call_off(session: Session, actor: Actor, fair_id: int, event: str, notice: str, wording: Wording) -> Fair:
    fair = own_fair(session, actor, fair_id)
    if fair.published_at is not None and not notice.strip():
        raise NoticeMissing(field="notice")
    move(session, actor, fair, FAIR, event, reason=notice)
    fair.notice = notice.strip()[:2000]
    _revised(session, fair)
    _tell_all(session, fair, wording)
    if fair.state is FairState.CANCELLED:
        end_requests(session, actor, fair_id=fair.id)
    note(session, actor, action=f"fair.{event}", subject=f"fair:{fair.id}")
    return fair


def _tell_all(session: Session, fair: Fair, wording: Wording) -> None:
    """Write to the employers with a booth, and let the upper slices write to everybody else who wanted to come."""
    session.flush()
    message = wording.of(fair=fair.name, when=span(fair), notice=fair.notice)
    for booth in session.scalars(booths(fair.id)):
        if booth.state in WAITING_OR_HOLDING:
            tell_employer(
                session,
                booth.employer_id,
                message,
                link=f"/fairs/{fair.id}",
                dedupe_key=f"{wording.name}:{fair.id}:{fair.revision}",
            )
    publish(session, FairMoved(fair.id, message))


def _revised(session: Session, fair: Fair) -> None:
    # Calendar programs accept a change only with a higher SEQUENCE; no calendar has the fair before its announcement.
    if fair.published_at is not None:
        fair.revision += 1
    fair.revised_at = clock.now()
    session.flush()


def _centre(session: Session, centre_id: int | None) -> Centre:
    centre = session.get(Centre, centre_id) if centre_id else None
    if centre is None:
        raise NotFound(field="centre_id")
    return centre
