"""Calendars to subscribe to: every announced fair as iCalendar (RFC 5545), cancelled ones kept as cancelled."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.dependencies import PUBLIC, Routes, Unit
from centre import clock
from centre.drafts import BIGGEST_ID, RegionCode
from centre.scopes import seeing_everything
from centre.settings import settings
from centre.translation import N_, translate
from employers.fairs.models import Fair
from employers.fairs.queries import fair, fairs
from employers.fairs.rules import FairState

if TYPE_CHECKING:
    from icalendar import Event, Timezone  # eighty modules: in earnest only when somebody fetches a calendar

routes = Routes(tags=["feeds"], versioned=False)

CALENDAR = N_("岗桥招聘会日历")
FREE_ENTRY = N_("求职者免费入场")
KEPT = timedelta(days=90)
MOST = 1_000

STATUS = {FairState.CANCELLED: "CANCELLED", FairState.POSTPONED: "TENTATIVE"}


@routes.get("/fairs.ics", allow=PUBLIC, response_class=Response)
def fairs_feed(
    unit: Unit, region: Annotated[RegionCode | None, Query(description="county, city or province")] = None
) -> Response:
    """All announced fairs from three months back, as an iCalendar feed."""
    wanted = fairs(from_on=clock.today() - KEPT, region=region or "")
    with seeing_everything(unit.session):
        found = unit.session.scalars(wanted.where(Fair.published_at.is_not(None)).limit(MOST)).all()
    return _answer(unit, list(found))


@routes.get("/fairs/{fair_id}.ics", allow=PUBLIC, response_class=Response)
def fair_feed(unit: Unit, fair_id: Annotated[int, Path(ge=1, le=BIGGEST_ID)]) -> Response:
    """One fair for a personal calendar."""
    return _answer(unit, [fair(unit.session, fair_id)])


def _answer(unit: Unit, found: list[Fair]) -> Response:
    from icalendar import Calendar

    made = Calendar()
    made.add("prodid", "-//Gangqiao//fairs//ZH")
    made.add("version", "2.0")
    made.add("x-wr-calname", translate(unit.locale, CALENDAR))
    made.add("x-wr-timezone", "Asia/Shanghai")
    made.add("refresh-interval", timedelta(hours=6), parameters={"VALUE": "DURATION"})
    made.add_component(_shanghai())
    for one in found:
        made.add_component(_event(one, unit.locale, address(unit.request)))
    return Response(made.to_ical(), media_type="text/calendar; charset=utf-8")


def _shanghai() -> "Timezone":
    from icalendar import Timezone, TimezoneStandard

    # Written out because it never changed since 1991; working it out took ten times as long as the whole feed.
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", "Asia/Shanghai")
    standard.add("dtstart", datetime(1991, 9, 15, 2))  # noqa: DTZ001 - local time by definition (RFC 5545, 3.6.5)
    standard.add("tzoffsetfrom", timedelta(hours=9))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone


def _event(found: Fair, locale: str, base: str) -> "Event":
    from icalendar import Event

    made = Event()
    made.add("uid", f"fair-{found.id}@gangqiao")
    made.add("sequence", found.revision)
    made.add("dtstamp", found.revised_at)
    made.add("last-modified", found.revised_at)
    made.add("dtstart", clock.local(found.starts_at))
    made.add("dtend", clock.local(found.ends_at))
    made.add("summary", found.name)
    made.add("status", STATUS.get(found.state, "CONFIRMED"))
    if found.venue is not None:
        made.add("location", f"{found.venue.label} {found.venue.address}".strip())
    elif found.online_url:
        made.add("location", found.online_url)
    told = [found.notice, found.summary, translate(locale, FREE_ENTRY)]
    made.add("description", "\n".join(text for text in told if text))
    made.add("url", f"{base}/fairs/{found.id}")
    return made


def address(request: Request) -> str:
    """Where this service is reached from outside."""
    return settings().public_url.rstrip("/") or str(request.base_url).rstrip("/")
