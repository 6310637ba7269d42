"""Queries on fairs."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from centre import clock
from centre.errors import NotFound, OtherCentre
from centre.permissions import Actor
from centre.policy import policy
from centre.scopes import holds, seeing_everything
from employers.companies.models import Employer
from employers.companies.rules import LISTED
from employers.fairs.booth_rules import WAITING_OR_HOLDING, BoothState
from employers.fairs.models import Booth, Fair, FairSeries, Venue
from employers.fairs.rules import ANNOUNCED, HOLDING_STATES, PROMOTING, FairState
from employers.openings.models import Opening
from employers.openings.queries import open_openings

_EARLIEST, _LATEST = date(1900, 1, 1), date(9000, 1, 1)


def midnight(day: date) -> datetime:
    """The instant at which a day begins in Shanghai.

    Days at the edge of the calendar are clamped, so that "until 9999-12-31" lists everything.
    """
    return datetime.combine(min(max(day, _EARLIEST), _LATEST), time(), clock.SHANGHAI)


def instant(value: datetime) -> datetime:
    """A time as typed; without a zone it is Shanghai time."""
    return value if value.tzinfo else value.replace(tzinfo=clock.SHANGHAI)


def span(fair: Fair) -> str:
    """The local date and time of a fair: 2026-03-07 09:00–11:30."""
    return between(fair.starts_at, fair.ends_at)


def between(starts_at: datetime, ends_at: datetime) -> str:
    """The local date and time of a span: 2026-03-07 09:00–11:30; one that ends at midnight ends at 24:00."""
    first, last = clock.local(starts_at), clock.local(ends_at)
    final = last_day_of(starts_at, ends_at)
    if final != last.date():
        end = "24:00" if final == first.date() else f"{final:%Y-%m-%d} 24:00"
    else:
        end = f"{last:%H:%M}" if final == first.date() else f"{last:%Y-%m-%d %H:%M}"
    return f"{first:%Y-%m-%d %H:%M}–{end}"


def fairs(*, from_on: date | None = None, to_on: date | None = None, region: str = "") -> Select[Fair]:
    """Fairs visible to the reader with their venues, by start; `region` may be a county, city or province."""
    statement = select(Fair).order_by(Fair.starts_at, Fair.id).options(joinedload(Fair.venue))
    if from_on is not None:
        statement = statement.where(Fair.ends_at > midnight(from_on))
    if to_on is not None:
        statement = statement.where(Fair.starts_at < midnight(min(to_on, _LATEST) + timedelta(days=1)))
    if region:
        statement = statement.where(Fair.region_code.startswith(_stem(region), autoescape=True))
    return statement


def fair(session: Session, fair_id: int) -> Fair:
    """One fair with its venue, if it is visible to the session. Raises NotFound."""
    record = session.scalar(select(Fair).where(Fair.id == fair_id).options(joinedload(Fair.venue)))
    if record is None:
        raise NotFound
    return record


def permit_limit(session: Session, day: date, region: str = "") -> int:
    """The number of expected visitors from which a fair needs the police's safety permit."""
    return int(policy(session, "fair-permit-visitors", on=day, region=region))


def venues() -> Select[Venue]:
    """All venues by place and name."""
    return select(Venue).order_by(Venue.region_code, Venue.name, Venue.hall)


def venue(session: Session, venue_id: int) -> Venue:
    """One venue. Raises NotFound."""
    record = session.scalar(select(Venue).where(Venue.id == venue_id))
    if record is None:
        raise NotFound(field="venue_id")
    return record


def series() -> Select[FairSeries]:
    """All series by name."""
    return select(FairSeries).order_by(FairSeries.name, FairSeries.id)


def neighbours(session: Session, region: str, starts_at: datetime, *, but: int = 0) -> list[Fair]:
    """Other fairs in the same county on the same day: allowed, but shown as a warning (FA-10)."""
    day = clock.local(starts_at).date()
    with seeing_everything(session):
        return list(
            session.scalars(
                fairs(from_on=day, to_on=day, region=region).where(
                    Fair.state.in_(sorted(HOLDING_STATES)), Fair.id != but
                )
            )
        )


def booths(fair_id: int) -> Select[Booth]:
    """Booth applications of a fair with their employers, in the order of application."""
    return (
        select(Booth)
        .where(Booth.fair_id == fair_id)
        .order_by(Booth.asked_at, Booth.id)
        .options(joinedload(Booth.employer, innerjoin=True))
    )


def employer_booths(employer_id: int) -> Select[Booth]:
    """An employer's booth applications with fair and venue, newest fair first."""
    return (
        select(Booth)
        .join(Fair, Fair.id == Booth.fair_id)
        .where(Booth.employer_id == employer_id)
        .order_by(Fair.starts_at.desc(), Booth.id.desc())
        .options(joinedload(Booth.fair, innerjoin=True).joinedload(Fair.venue))
    )


def own_fair(session: Session, actor: Actor, fair_id: int) -> Fair:
    """A fair of the actor's own centre. Raises NotFound or OtherCentre."""
    job_fair = fair(session, fair_id)
    if not holds(actor.scope, {"centre_id": job_fair.centre_id}):
        raise OtherCentre
    return job_fair


def handled_booth(session: Session, actor: Actor, booth_id: int) -> Booth:
    """A booth that the actor may act on: their employer's, or one at a fair of their centre.

    Raises NotFound or OtherCentre.
    """
    booth = own_booth(session, actor, booth_id)
    if booth.employer_id != actor.employer_id and not holds(actor.scope, {"centre_id": booth.fair.centre_id}):
        raise OtherCentre
    return booth


def own_booth(session: Session, actor: Actor, booth_id: int) -> Booth:
    """A booth that is visible to the actor, with employer and fair. Raises NotFound."""
    booth = session.scalar(
        select(Booth)
        .where(Booth.id == booth_id)
        .options(joinedload(Booth.employer, innerjoin=True), joinedload(Booth.fair, innerjoin=True))
    )
    if booth is None or not (actor.is_system or actor.scope.staff or booth.employer_id == actor.employer_id):
        raise NotFound
    return booth


def next_waiting(session: Session, fair_id: int) -> Booth | None:
    """The first booth on a fair's waiting list, in any scope; employers under restrictions are passed over."""
    with seeing_everything(session):
        return session.scalar(
            select(Booth)
            .join(Employer, Employer.id == Booth.employer_id)
            .where(
                Booth.fair_id == fair_id,
                Booth.state == BoothState.WAITLISTED,
                Employer.state.in_(sorted(LISTED)),
            )
            .order_by(Booth.asked_at, Booth.id)
            .limit(1)
        )


def place_in_queue(session: Session, booth: Booth) -> int:
    """The place of a booth on the waiting list, from 1; 0 when it is not waiting."""
    if booth.state is not BoothState.WAITLISTED:
        return 0
    with seeing_everything(session):
        waiting = select(func.count()).select_from(Booth)
        waiting = waiting.where(Booth.fair_id == booth.fair_id, Booth.state == BoothState.WAITLISTED)
        earlier = or_(Booth.asked_at < booth.asked_at, and_(Booth.asked_at == booth.asked_at, Booth.id <= booth.id))
        return session.scalar(waiting.where(earlier)) or 0


def shown_openings(session: Session, fair_id: int) -> list[tuple[Booth, Opening]]:
    """The public openings at a fair: open ones of employers with an approved booth."""
    approved = (BoothState.APPROVED, BoothState.ASSIGNED, BoothState.PRESENT, BoothState.SERVED)
    with seeing_everything(session):
        exhibiting = session.scalars(booths(fair_id).where(Booth.state.in_(approved))).all()
        wanted = {opening_id for booth in exhibiting for opening_id in booth.opening_ids}
        shown = {
            opening.id: opening
            for opening in session.scalars(
                open_openings(clock.today()).where(Opening.id.in_(wanted)).order_by(None).order_by(Opening.id)
            )
        }
    return [(booth, shown[key]) for booth in exhibiting for key in booth.opening_ids if key in shown]


def last_day(fair: Fair) -> date:
    """The last day of a fair; one that ends at midnight does not reach into the next day."""
    return last_day_of(fair.starts_at, fair.ends_at)


def last_day_of(starts_at: datetime, ends_at: datetime) -> date:
    """The last day of a span of time; one that ends at midnight does not reach into the next day."""
    return max(clock.local(ends_at - timedelta(microseconds=1)).date(), clock.local(starts_at).date())


def days_of(fair: Fair) -> list[date]:
    """Every day on which a fair is held."""
    first = clock.local(fair.starts_at).date()
    return [first + timedelta(days=number) for number in range((last_day(fair) - first).days + 1)]


def employer_requests(session: Session, employer_id: int) -> list[Booth]:
    """An employer's booths at upcoming and live fairs, with their fairs, regardless of the reader's scope."""
    with seeing_everything(session):
        return list(
            session.scalars(
                select(Booth)
                .join(Fair, Fair.id == Booth.fair_id)
                .where(
                    Booth.employer_id == employer_id,
                    Booth.state.in_(sorted(WAITING_OR_HOLDING)),
                    Fair.state.in_(sorted(PROMOTING)),
                )
                .order_by(Booth.id)
                .options(joinedload(Booth.employer, innerjoin=True), joinedload(Booth.fair, innerjoin=True))
            )
        )


def coming_fairs(now: datetime, region: str = "") -> Select[Fair]:
    """Fairs that are not over, the next one first."""
    return fairs(region=region).where(Fair.ends_at > now)


def due_filings(on: date) -> Select[Fair]:
    """Fairs still in preparation whose filing is due by a day."""
    unfiled = (FairState.DRAFT, FairState.READY)
    return select(Fair).where(Fair.state.in_(unfiled), Fair.filing_due_on <= on).order_by(Fair.filing_due_on, Fair.id)


def due_statistics(on: date) -> Select[Fair]:
    """Fairs that ended and whose figures are due by a day."""
    ended = select(Fair).where(Fair.state == FairState.ENDED, Fair.statistics_due_on <= on)
    return ended.order_by(Fair.statistics_due_on, Fair.id)


def starting_fairs(now: datetime) -> Select[Fair]:
    """Announced fairs that are due to start."""
    return select(Fair).where(Fair.state.in_(ANNOUNCED), Fair.starts_at <= now).order_by(Fair.id)


def ending_fairs(now: datetime) -> Select[Fair]:
    """Live fairs that are due to end."""
    return select(Fair).where(Fair.state == FairState.LIVE, Fair.ends_at <= now).order_by(Fair.id)


def _stem(region: str) -> str:
    return region[:2] if region.endswith("0000") else region[:4] if region.endswith("00") else region
