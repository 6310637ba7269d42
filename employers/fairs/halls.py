"""Halls: which are there, when they are free, and what is done with them. A hall holds one fair at a time."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, select, update
from sqlalchemy.orm import Session, joinedload

from centre import clock, regions
from centre.audit import note
from centre.errors import Invalid, NotFound, OtherCentre, Problem
from centre.messages.office import HALL_CLOSED
from centre.permissions import Actor, Permission, require
from centre.scopes import holds, seeing_everything
from centre.translation import N_, Terms
from employers.fairs.hall_rules import (
    BLOCK_LABELS,
    BlockDraft,
    BlockMeetsFairs,
    HallBlocked,
    HallNamed,
    HallTooSmall,
    RegionFixed,
    VenueDraft,
    VenueTaken,
)
from employers.fairs.models import Fair, Venue, VenueBlock, VenueEntrance
from employers.fairs.organisers import tell_organisers
from employers.fairs.queries import between, instant, span, venue, venues
from employers.fairs.released import ADDRESS, keep_released
from employers.fairs.rules import BEFORE_LIVE, HOLDING_STATES, FairState

LONGEST_BLOCK = timedelta(days=3 * 366)
EARLIEST, LATEST = 2000, 2100
UPCOMING = (*BEFORE_LIVE, FairState.LIVE)


def own_venue(session: Session, actor: Actor, venue_id: int) -> Venue:
    """A hall of the actor's own centre, or one that no centre keeps. Raises NotFound or OtherCentre."""
    require(actor, Permission.MANAGE_FAIRS)
    hall = venue(session, venue_id)
    if hall.centre_id is not None and not holds(actor.scope, {"centre_id": hall.centre_id}):
        raise OtherCentre
    return hall


def entrances(session: Session, venue_id: int | None) -> Sequence[VenueEntrance]:
    """The ways into a hall, in the order in which they were written down."""
    if venue_id is None:
        return []
    return session.scalars(
        select(VenueEntrance).where(VenueEntrance.venue_id == venue_id).order_by(VenueEntrance.id)
    ).all()


def blocks(venue_id: int, *, since: datetime | None = None) -> Select[VenueBlock]:
    """The times in which a hall cannot be used, from an instant on."""
    wanted = select(VenueBlock).where(VenueBlock.venue_id == venue_id, VenueBlock.lifted_at.is_(None))
    if since is not None:
        wanted = wanted.where(VenueBlock.ends_at > since)
    return wanted.order_by(VenueBlock.starts_at, VenueBlock.id)


def block_of_fair(session: Session, fair: Fair) -> VenueBlock | None:
    """The first time during a fair in which its hall cannot be used; a fair that is postponed has no time."""
    if fair.venue_id is None or fair.state not in UPCOMING or fair.state is FairState.POSTPONED:
        return None
    return _blocked(session, fair.venue_id, fair.starts_at, fair.ends_at)


def fairs_without_hall(now: datetime) -> Select[Fair]:
    """Coming fairs whose hall was closed after they had been planned in it; they wait for another hall or day."""
    closed = exists().where(
        VenueBlock.venue_id == Fair.venue_id,
        VenueBlock.lifted_at.is_(None),
        VenueBlock.starts_at < Fair.ends_at,
        VenueBlock.ends_at > Fair.starts_at,
    )
    waiting = select(Fair).where(Fair.ends_at > now, Fair.state.in_(sorted(_HELD)), closed)
    return waiting.order_by(Fair.starts_at, Fair.id).options(joinedload(Fair.venue))


_HELD = frozenset(UPCOMING) & HOLDING_STATES


def clashes(session: Session, venue_id: int, starts_at: datetime, ends_at: datetime, *, but: int = 0) -> list[Fair]:
    """Fairs that occupy a hall at some time between two instants, regardless of the reader's scope.

    Times are half-open: a fair may begin in the minute in which another ends.
    """
    with seeing_everything(session):
        return list(
            session.scalars(
                select(Fair)
                .where(
                    Fair.venue_id == venue_id,
                    Fair.starts_at < ends_at,
                    Fair.ends_at > starts_at,
                    Fair.state.in_(sorted(HOLDING_STATES)),
                    Fair.id != but,
                )
                .order_by(Fair.starts_at, Fair.id)
            )
        )


def free_venues(session: Session, starts_at: datetime, ends_at: datetime, *, region: str = "") -> list[Venue]:
    """Halls that are free between two instants, those of the same county first."""
    with seeing_everything(session):
        busy = (
            select(Fair.venue_id)
            .where(
                Fair.venue_id.is_not(None),
                Fair.starts_at < ends_at,
                Fair.ends_at > starts_at,
                Fair.state.in_(sorted(HOLDING_STATES)),
            )
            .scalar_subquery()
        )
        closed = select(VenueBlock.venue_id).where(_during(starts_at, ends_at)).scalar_subquery()
        free = session.scalars(venues().where(Venue.id.not_in(busy), Venue.id.not_in(closed))).all()
    return sorted(free, key=lambda venue: (venue.region_code != region, venue.region_code, venue.name, venue.hall))


def free_days(session: Session, venue_id: int, starts_at: datetime, ends_at: datetime, *, count: int = 3) -> list[date]:
    """The next days within four weeks on which the hall is free at the same hours."""
    until = ends_at + timedelta(days=29)
    with seeing_everything(session):
        fairs = select(Fair.starts_at, Fair.ends_at).where(
            Fair.venue_id == venue_id,
            Fair.starts_at < until,
            Fair.ends_at > starts_at,
            Fair.state.in_(sorted(HOLDING_STATES)),
        )
        closed = select(VenueBlock.starts_at, VenueBlock.ends_at).where(
            VenueBlock.venue_id == venue_id, _during(starts_at, until)
        )
        held = [*session.execute(fairs), *session.execute(closed)]
    free = []
    for days in range(1, 29):
        shift = timedelta(days=days)
        if not any(first < ends_at + shift and last > starts_at + shift for first, last in held):
            free.append(clock.local(starts_at + shift).date())
    return free[:count]


def hold(session: Session, hall: Venue, starts_at: datetime, ends_at: datetime, *, but: int, blocks: bool) -> None:
    """Hold a hall for a fair, if no other fair has it and, with `blocks`, it is not closed.

    The caller has asked for the permission. Raises VenueTaken or HallBlocked.
    """
    _serialise(session, hall.id)
    if taken := clashes(session, hall.id, starts_at, ends_at, but=but):
        raise VenueTaken(field="venue_id", venue=hall.label, when=span(taken[0]), fair=taken[0].name)
    if blocks and (closed := _blocked(session, hall.id, starts_at, ends_at)):
        raise refusal_of(hall, closed)


def refusal_of(hall: Venue, block: VenueBlock) -> HallBlocked:
    """The refusal that names a closed time."""
    why = Terms((BLOCK_LABELS[block.kind], *([block.reason] if block.reason else [])))
    return HallBlocked(field="venue_id", venue=hall.label, when=between(block.starts_at, block.ends_at), why=why)


def add_venue(session: Session, actor: Actor, draft: VenueDraft, *, is_demo: bool = False) -> Venue:
    """Add a hall; a building with two halls is two venues. Raises Invalid or HallNamed."""
    require(actor, Permission.MANAGE_FAIRS)
    _check(session, draft)
    hall = Venue(**draft.model_dump(), centre_id=actor.centre_id, is_demo=is_demo)
    session.add(hall)
    session.flush()
    note(session, actor, action="venue.add", subject=f"venue:{hall.id}")
    return hall


def change_venue(session: Session, actor: Actor, *, venue_id: int, draft: VenueDraft) -> Venue:
    """Change what is known of a hall; announced fairs in it get a new revision for the calendars that hold its address.

    Raises HallTooSmall or RegionFixed while a planned fair needs what is there, HallNamed, Invalid or OtherCentre.
    """
    require(actor, Permission.MANAGE_FAIRS)
    hall = own_venue(session, actor, venue_id)
    _check(session, draft, but=hall.id)
    planned = coming_in_hall(session, hall.id)
    if planned and draft.region_code != hall.region_code:
        raise RegionFixed(field="region_code", fair=planned[0].name)
    for limit, wanted in (("booth_limit", "booth_count"), ("visitor_limit", "expected_visitors")):
        most = getattr(draft, limit)
        if most and (larger := next((fair for fair in planned if getattr(fair, wanted) > most), None)):
            raise HallTooSmall(field=limit, fair=larger.name, number=getattr(larger, wanted))
    shown, known = (hall.name, hall.hall, hall.address), hall_text(hall)
    for name, value in draft.model_dump().items():
        setattr(hall, name, value)
    if known != hall_text(hall):
        for fair in planned:
            keep_released(fair, ADDRESS, known)
    if shown != (hall.name, hall.hall, hall.address):
        for fair in planned:
            fair.revision += fair.published_at is not None
            fair.revised_at = clock.now()
    with seeing_everything(session):  # fairs of other centres in this hall
        session.flush()
    note(session, actor, action="venue.change", subject=f"venue:{hall.id}")
    return hall


def block_hall(session: Session, actor: Actor, *, venue_id: int, draft: BlockDraft) -> VenueBlock:
    """Close a hall for a time. Fairs planned in it stop that, unless it is done `anyway`; their organisers hear of it.

    Raises BlockMeetsFairs, Invalid, NotFound or OtherCentre.
    """
    require(actor, Permission.MANAGE_FAIRS)
    hall = own_venue(session, actor, venue_id)
    starts_at, ends_at = instant(draft.starts_at), instant(draft.ends_at)
    near = all(EARLIEST <= moment.year <= LATEST for moment in (starts_at, ends_at))
    if not near or ends_at <= starts_at or ends_at - starts_at > LONGEST_BLOCK:
        raise Invalid([Problem("ends_at", "time-order", N_("结束时间要晚于开始时间，一次最长三年"))])
    _serialise(session, hall.id)
    now = clock.now()
    homeless = [fair for fair in clashes(session, hall.id, starts_at, ends_at) if fair.state in _HELD]
    homeless = [fair for fair in homeless if fair.ends_at > now]
    if homeless and not draft.anyway:
        named = Terms(tuple(f"{fair.name} {span(fair)}" for fair in homeless))
        raise BlockMeetsFairs(field="starts_at", fairs=named)
    closed = VenueBlock(
        venue_id=hall.id, starts_at=starts_at, ends_at=ends_at, kind=draft.kind, reason=draft.reason
    )  # fmt: skip
    session.add(closed)
    session.flush()
    for fair in homeless:
        message = HALL_CLOSED.of(fair=fair.name, venue=hall.label, when=between(starts_at, ends_at))
        tell_organisers(session, fair, message, key=f"hall-closed:{closed.id}:{fair.id}")
    note(session, actor, action="venue.block", subject=f"venue:{hall.id}", detail={"fairs": len(homeless)})
    return closed


def lift_block(session: Session, actor: Actor, *, block_id: int) -> VenueBlock:
    """Open a hall again before the end of a closed time. Raises NotFound or OtherCentre."""
    require(actor, Permission.MANAGE_FAIRS)
    closed = session.scalar(select(VenueBlock).where(VenueBlock.id == block_id))
    if closed is None:
        raise NotFound
    own_venue(session, actor, closed.venue_id)
    closed.lifted_at = closed.lifted_at or clock.now()
    session.flush()
    note(session, actor, action="venue.open", subject=f"venue:{closed.venue_id}")
    return closed


def _check(session: Session, draft: VenueDraft, *, but: int = 0) -> None:
    if not regions.exists(draft.region_code):
        raise Invalid([Problem("region_code", "region-unknown", N_("没有这个地区代码，请从列表里选"))])
    same = select(Venue.id).where(Venue.name == draft.name, Venue.hall == draft.hall, Venue.id != but)
    if session.scalar(same) is not None:
        raise HallNamed(field="name", name=f"{draft.name} {draft.hall}".strip())


def hall_text(hall: Venue) -> str:
    """Where a hall is, in one line."""
    return " ".join(part for part in (hall.label, hall.address, hall.directions) if part)


def coming_in_hall(session: Session, venue_id: int) -> Sequence[Fair]:
    """The fairs of all centres that are planned or on in a hall."""
    with seeing_everything(session):
        coming = select(Fair).where(Fair.venue_id == venue_id, Fair.state.in_(sorted(UPCOMING)))
        return session.scalars(coming.order_by(Fair.starts_at, Fair.id)).all()


def _serialise(session: Session, venue_id: int) -> None:
    # Updating the hall row serialises concurrent schedulers, so that neither misses the other's fair or closed time.
    session.execute(
        update(Venue)
        .where(Venue.id == venue_id)
        .values(bookings=Venue.bookings + 1, version=Venue.version + 1)
        .execution_options(synchronize_session="fetch")
    )


def _during(starts_at: datetime, ends_at: datetime) -> ColumnElement[bool]:
    return and_(VenueBlock.lifted_at.is_(None), VenueBlock.starts_at < ends_at, VenueBlock.ends_at > starts_at)


def _blocked(session: Session, venue_id: int, starts_at: datetime, ends_at: datetime) -> VenueBlock | None:
    with seeing_everything(session):
        return session.scalars(blocks(venue_id).where(_during(starts_at, ends_at)).limit(1)).first()
