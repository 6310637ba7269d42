"""The fairs of the demo town: those of 2026, and the small one every Friday."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.calendar import is_public_holiday
from employers.fairs.booth_rules import BoothState
from employers.fairs.due_days import weekly
from employers.fairs.models import Booth, Fair, FairSeries, Venue
from employers.fairs.rules import FairKind, FairMode, FairState, FairTheme
from employers.openings.models import Opening
from web.demo import fair_days
from web.demo.files import rows

AHEAD = timedelta(days=180)
BOOTHS_OPEN = timedelta(days=30)
TAKEN, TAKEN_ON_FRIDAYS = 6, 3
Stand = tuple[int, list[Opening]]


def fill(session: Session, centre_id: int) -> None:
    """Insert halls, fairs and booths, bypassing approval; all rows are marked as demo data."""
    halls = _halls(session, centre_id)
    stands = _stands(session)
    fairs = []
    for row in rows("fairs"):
        hall = halls.get(row["venue"])
        fair = _fair(
            name=row["name"],
            centre_id=centre_id,
            region_code=hall.region_code if hall else row["region"],
            venue_id=hall.id if hall else None,
            times=_times(date.fromisoformat(row["date"]), *map(time.fromisoformat, (row["starts"], row["ends"]))),
            booth_count=int(row["booths"]),
            expected_visitors=int(row["visitors"]),
            theme=FairTheme(row["theme"]),
        )
        session.add(fair)
        session.flush()
        _give_booths(session, fair, stands[:TAKEN])
        fairs.append(fair)
    _fridays(session, centre_id, halls["C"], stands)
    _report(session, [fair for fair in fairs if fair.state is FairState.ENDED][:-1])
    fair_days.fill(session, fairs)


def _halls(session: Session, centre_id: int) -> dict[str, Venue]:
    halls = {
        row["key"]: Venue(
            name=row["name"],
            hall=row["hall"],
            region_code=row["region"],
            address=row["address"],
            booth_limit=int(row["booths"]),
            visitor_limit=int(row["visitors"]),
            centre_id=centre_id,
            is_demo=True,
        )
        for row in rows("venues")
    }
    session.add_all(halls.values())
    session.flush()
    return halls


def _stands(session: Session) -> list[Stand]:
    openings = session.scalars(select(Opening).where(Opening.is_demo).order_by(Opening.employer_id, Opening.id))
    return [(employer_id, list(own)) for employer_id, own in groupby(openings, lambda opening: opening.employer_id)]


def _times(day: date, starts: time, ends: time) -> tuple[datetime, datetime]:
    return datetime.combine(day, starts, clock.SHANGHAI), datetime.combine(day, ends, clock.SHANGHAI)


def _fair(*, times: tuple[datetime, datetime], expected_visitors: int, venue_id: int | None, **own: object) -> Fair:
    (starts, ends), now = times, clock.now()
    day = starts.date()
    return Fair(
        mode=FairMode.ON_SITE if venue_id else FairMode.ONLINE,
        venue_id=venue_id,
        starts_at=starts,
        ends_at=ends,
        expected_visitors=expected_visitors,
        organisation_plan="演示方案",
        emergency_plan="演示方案",
        security_plan="演示方案",
        filing_due_on=day - timedelta(days=15),
        filed_at=starts - timedelta(days=20),
        statistics_due_on=day + timedelta(days=7),
        permit_no="演示许可" if expected_visitors >= 1000 else "",
        published_at=min(now, starts - timedelta(days=20)),
        revised_at=now,
        state=FairState.ENDED if ends < now else FairState.BOOTH_OPEN,
        is_demo=True,
        **own,
    )


def _give_booths(session: Session, fair: Fair, stands: Sequence[Stand]) -> None:
    over = fair.state in (FairState.ENDED, FairState.REPORTED)
    for number, (employer_id, openings) in enumerate(stands[: fair.booth_count], 1):
        session.add(
            Booth(
                fair_id=fair.id,
                employer_id=employer_id,
                contact_name="招聘部",
                opening_ids=[opening.id for opening in openings],
                state=BoothState.SERVED if over else BoothState.ASSIGNED,
                booth_no=number,
                decided_at=min(clock.now(), fair.starts_at),
            )
        )
        fair.booths_taken += 1


def _fridays(session: Session, centre_id: int, hall: Venue, stands: Sequence[Stand]) -> None:
    today = clock.today()
    series = FairSeries(
        name="每周五小型招聘",
        centre_id=centre_id,
        venue_id=hall.id,
        weekday=4,
        from_on=date(2026, 1, 1),
        to_on=max(date(2026, 12, 31), today + AHEAD),
        starts=time(9, 0),
        ends=time(11, 30),
        booth_count=12,
        expected_visitors=150,
        is_demo=True,
    )
    session.add(series)
    session.flush()
    days = [day for day in weekly(series.from_on, series.to_on, series.weekday) if not is_public_holiday(day)]
    fairs = []
    for day in days:
        fair = _fair(
            name=series.name,
            kind=FairKind.PERIODIC,
            centre_id=centre_id,
            series_id=series.id,
            series_on=day,
            region_code=hall.region_code,
            venue_id=hall.id,
            times=_times(day, series.starts, series.ends),
            booth_count=series.booth_count,
            expected_visitors=series.expected_visitors,
        )
        if day > today + BOOTHS_OPEN:
            fair.state = FairState.PUBLISHED
        fairs.append(fair)
    session.add_all(fairs)
    session.flush()
    for number, fair in enumerate(fairs):
        if fair.state is not FairState.PUBLISHED:
            first = number * TAKEN_ON_FRIDAYS % len(stands)
            _give_booths(session, fair, (*stands, *stands)[first : first + TAKEN_ON_FRIDAYS])
    _report(session, [fair for fair in fairs if fair.state is FairState.ENDED])


def _report(session: Session, ended: Iterable[Fair]) -> None:
    """Add figures to past fairs, except the latest large one, which the organiser still has to report."""
    for fair in ended:
        visitors = fair.expected_visitors * 4 // 5
        fair.state = FairState.REPORTED
        fair.figures = {
            "employers": fair.booths_taken,
            "positions": fair.booths_taken * 40,
            "visitors": visitors,
            "intentions": visitors // 8,
            "hired": visitors // 20,
        }
    session.flush()
