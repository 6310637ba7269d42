"""Calendar feeds: all announced fairs as iCalendar (RFC 5545), including cancelled ones."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import Path, Query
from starlette.responses import Response

from api.dependencies import PUBLIC, Routes, Unit
from api.security import own_address
from centre import clock
from centre.drafts import BIGGEST_ID, RegionCode
from centre.network import network_mark
from centre.scopes import seeing_everything
from centre.translation import N_, translate
from employers.fairs.models import Fair
from employers.fairs.queries import fair, fairs
from employers.fairs.rules import FairState, FairTheme
from matching.fairs.interviews.models import InterviewDay
from matching.fairs.interviews.queries import interview_day, slot_at
from matching.fairs.interviews.released import Appointment, appointments
from matching.fairs.visitors.queries import ticket_by_code

if TYPE_CHECKING:
    from icalendar import Event, Timezone  # late: it loads eighty modules, for calendars only

routes = Routes(tags=["feeds"], versioned=False)

CALENDAR = N_("岗桥招聘会日历")
FREE_ENTRY = N_("求职者免费入场")
INVITED = N_("仅限受邀单位参加")
KEPT = timedelta(days=90)
MOST = 1_000

STATUS = {FairState.CANCELLED: "CANCELLED", FairState.POSTPONED: "TENTATIVE"}


@routes.get("/fairs.ics", allow=PUBLIC, response_class=Response)
def fairs_feed(
    unit: Unit,
    region: Annotated[RegionCode | None, Query(description="county, city or province")] = None,
    theme: Annotated[FairTheme | None, Query(description="only fairs of one theme")] = None,
) -> Response:
    """The announced fairs since three months ago, as an iCalendar feed."""
    wanted = fairs(from_on=clock.today() - KEPT, region=region or "")
    with seeing_everything(unit.session):
        public = wanted.where(Fair.published_at.is_not(None), Fair.open_to_public.is_(True))
        if theme is not None:
            public = public.where(Fair.theme == theme)
        published = unit.session.scalars(public.limit(MOST)).all()
    return _answer(unit, list(published))


@routes.get("/fairs/{fair_id}.ics", allow=PUBLIC, response_class=Response)
def fair_feed(unit: Unit, fair_id: Annotated[int, Path(ge=1, le=BIGGEST_ID)]) -> Response:
    """One fair for a personal calendar."""
    return _answer(unit, [fair(unit.session, fair_id)])


@routes.get("/tickets/{code}/interviews.ics", allow=PUBLIC, response_class=Response)
def interviews_feed(unit: Unit, code: Annotated[str, Path(max_length=40)]) -> Response:
    """The interviews of one ticket, for a personal calendar, cancelled ones too; names of people are not in it."""
    visitor = ticket_by_code(unit.session, code)
    day = interview_day(unit.session, visitor.fair_id)
    meetings = appointments(unit.session, day, visitor_id=visitor.id, ended=True)
    base, mark = own_address(unit.request), network_mark(unit.session)
    return _calendar(unit, [_interview(visitor.fair, day, meeting, base, mark) for meeting in meetings if day])


def _interview(fair: Fair, day: InterviewDay, meeting: Appointment, base: str, mark: str) -> "Event":
    from icalendar import Event

    begins = slot_at(fair, day, meeting.slot)
    entry = Event()
    # One entry for each pair of ticket and booth: a moved interview is the same entry with a higher sequence.
    entry.add("uid", f"interview-{meeting.visitor.id}-{meeting.booth.id}@{mark}.gangqiao")
    # A fair that moves takes its interviews along, without another release.
    entry.add("sequence", (meeting.ended or day.revision) + fair.revision)
    entry.add("dtstamp", max(day.released_at or fair.revised_at, fair.revised_at))
    entry.add("dtstart", clock.local(begins))
    entry.add("dtend", clock.local(begins + timedelta(minutes=day.slot_minutes)))
    entry.add("summary", f"{meeting.booth.employer.name} · {fair.name}")
    entry.add("status", "CANCELLED" if meeting.ended else STATUS.get(fair.state, "CONFIRMED"))
    booth = f"{meeting.booth.booth_no}" if meeting.booth.booth_no else ""
    if fair.venue is not None:
        entry.add("location", f"{fair.venue.label} {booth}".strip())
    entry.add("url", f"{base}/fairs/{fair.id}")
    return entry


def _answer(unit: Unit, fairs: list[Fair]) -> Response:
    base, mark = own_address(unit.request), network_mark(unit.session)
    return _calendar(unit, [_event(job_fair, unit.locale, base, mark) for job_fair in fairs])


def _calendar(unit: Unit, entries: list["Event"]) -> Response:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Gangqiao//fairs//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", translate(unit.locale, CALENDAR))
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    calendar.add("refresh-interval", timedelta(hours=6), parameters={"VALUE": "DURATION"})
    calendar.add_component(_shanghai())
    for entry in entries:
        calendar.add_component(entry)
    return Response(calendar.to_ical(), media_type="text/calendar; charset=utf-8")


def _shanghai() -> "Timezone":
    from icalendar import Timezone, TimezoneStandard

    # Hard-coded: it has not changed since 1991, and computing it took ten times as long as the whole feed.
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", "Asia/Shanghai")
    standard.add("dtstart", datetime(1991, 9, 15, 2))  # noqa: DTZ001 - local time by definition (RFC 5545, 3.6.5)
    standard.add("tzoffsetfrom", timedelta(hours=9))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone


def _event(fair: Fair, locale: str, base: str, mark: str) -> "Event":
    from icalendar import Event

    entry = Event()
    entry.add("uid", f"fair-{fair.id}@{mark}.gangqiao")
    entry.add("sequence", fair.revision)
    entry.add("dtstamp", fair.revised_at)
    entry.add("last-modified", fair.revised_at)
    entry.add("dtstart", clock.local(fair.starts_at))
    entry.add("dtend", clock.local(fair.ends_at))
    entry.add("summary", fair.name)
    entry.add("status", STATUS.get(fair.state, "CONFIRMED"))
    if fair.venue is not None:
        entry.add("location", f"{fair.venue.label} {fair.venue.address}".strip())
    elif fair.online_url:
        entry.add("location", fair.online_url)
    paragraphs = [fair.notice, fair.summary, translate(locale, FREE_ENTRY if fair.open_to_public else INVITED)]
    entry.add("description", "\n".join(text for text in paragraphs if text))
    entry.add("url", f"{base}/fairs/{fair.id}")
    return entry
