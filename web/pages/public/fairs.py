"""Public pages of fairs: a calendar with a list, and a page for each fair."""

import re
from calendar import monthrange
from datetime import date
from typing import Annotated, Any

from fastapi import Path
from starlette.responses import Response

from api.dependencies import PUBLIC, Pages, Unit
from api.security import own_address
from centre import clock, regions
from centre.calendar import add_months
from centre.drafts import BIGGEST_ID
from centre.network import region_code_of
from centre.permissions import Permission
from employers.fairs.halls import entrances
from employers.fairs.models import Fair
from employers.fairs.queries import coming_fairs, days_of, fairs, last_day, shown_openings
from employers.fairs.queries import fair as fair_in_sight
from employers.fairs.rules import FAIR_LABELS, MODE_LABELS, OVER, THEME_LABELS, FairState, FairTheme
from matching.fairs.visitors.queries import takes_visitors
from web import choices
from web.assets import asset
from web.formats import clock_time
from web.rendering import page
from web.structured_data import event

routes = Pages("/fairs")

FairId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]

MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
MOST = 200
TOLD = FAIR_LABELS | dict.fromkeys(OVER, FAIR_LABELS[FairState.ENDED])
"""State labels for the public; reported and archived fairs have simply ended."""


@routes.get("", allow=PUBLIC)
def calendar(unit: Unit) -> Response:
    """A month of fairs as calendar and list; without a month, the list starts today."""
    query = unit.request.query_params
    first = month_asked(query.get("month", ""))
    known = region_code_of(query.get("region", ""))
    theme = query.get("theme", "") if query.get("theme", "") in set(FairTheme) else ""
    today = clock.today()
    start = first or today.replace(day=1)
    last = start.replace(day=monthrange(start.year, start.month)[1])
    wanted, ahead = fairs(from_on=start, to_on=last, region=known), coming_fairs(clock.now(), known)
    if theme:
        wanted, ahead = (listed.where(Fair.theme == FairTheme(theme)) for listed in (wanted, ahead))
    month = unit.session.scalars(wanted.limit(MOST)).all()
    coming = month if first else unit.session.scalars(ahead.limit(10)).all()
    return page(
        unit,
        "public/fairs/calendar.html",
        start=start,
        today=today,
        chosen=bool(first),
        before=f"{add_months(start, -1):%Y-%m}",
        after=f"{add_months(start, 1):%Y-%m}",
        events=[entry for fair in month for entry in entries_of(fair) if entry["day"][:7] == f"{start:%Y-%m}"],
        coming=coming,
        hours=hours,
        themes=THEME_LABELS,
        states=TOLD,
        region=known,
        theme=theme,
        counties=choices.home_counties(),
        base=own_address(unit.request),
    )


@routes.get("/{fair_id}", allow=PUBLIC)
def fair(unit: Unit, fair_id: FairId) -> Response:
    """One fair: time, place, exhibitors with their openings, and that it is free."""
    fair, base = fair_in_sight(unit.session, fair_id), own_address(unit.request)
    stands: dict[int, dict[str, Any]] = {}
    for booth, opening in shown_openings(unit.session, fair.id):
        stand = stands.setdefault(booth.id, {"employer": booth.employer, "booth_no": booth.booth_no, "openings": []})
        stand["openings"].append(opening)
    return page(
        unit,
        "public/fairs/fair.html",
        fair=fair,
        hours=hours(fair),
        place=regions.full_name(fair.region_code),
        stands=list(stands.values()),
        entrances=entrances(unit.session, fair.venue_id),
        theme=THEME_LABELS[fair.theme],
        mode=MODE_LABELS[fair.mode],
        state=TOLD[fair.state],
        over=fair.state in OVER,
        may_apply=fair.state is FairState.BOOTH_OPEN and unit.actor.employer_id is not None,
        may_manage=unit.actor.may(Permission.MANAGE_FAIRS),
        may_visit=takes_visitors(fair),
        may_complain=clock.local(fair.starts_at).date() <= clock.today() and fair.state is not FairState.CANCELLED,
        described=event(fair, base=base, image=base + asset("share.png")),
        base=base,
        cancelled=unit.request.query_params.get("ticket") == "cancelled",
    )


def entries_of(fair: Fair) -> list[dict[str, str]]:
    """A fair as entries of the month calendar, one for each of its days."""
    return [{"day": day.isoformat(), "title": fair.name, "href": f"/fairs/{fair.id}"} for day in days_of(fair)]


def hours(fair: Fair) -> str:
    """The local opening hours of a fair; with the last date if it lasts several days."""
    first, last = clock.local(fair.starts_at), clock.local(fair.ends_at)
    one_day = last_day(fair) == first.date()
    end = "24:00" if one_day and first.date() != last.date() else clock_time(fair.ends_at)
    return f"{clock_time(fair.starts_at)}–{end if one_day else f'{last:%m-%d} {end}'}"


def month_asked(text: str) -> date | None:
    """The first day of a month written as 2026-03; None for anything else."""
    month = MONTH.fullmatch(text)
    if not month or not (2000 <= int(month[1]) <= 2100 and 1 <= int(month[2]) <= 12):
        return None
    return date(int(month[1]), int(month[2]), 1)
