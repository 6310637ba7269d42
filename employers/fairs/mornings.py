"""Actions on the morning of a fair: unclaimed booths go to those who wait, and employers who just come get a booth."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.audit import note
from centre.permissions import Actor, Permission, require
from centre.policy import policy
from employers.companies.queries import employer
from employers.companies.rules import EmployerNotActive, EmployerState, check_stranger
from employers.fairs.booth_rules import (
    AlreadyApplied,
    BoothDraft,
    BoothState,
    NoBoothFree,
    NotBoothTime,
    TooManyNoShows,
)
from employers.fairs.booths import assign_booth, check_in_booth, miss_booth, take_booth
from employers.fairs.models import Booth
from employers.fairs.queries import booths, own_fair
from employers.fairs.rules import BeforeTheDay, FairState

UNCLAIMED = (BoothState.APPROVED, BoothState.ASSIGNED)


def release_unclaimed(session: Session, actor: Actor, *, fair_id: int) -> int:
    """Take back every booth whose employer has not come by the start, and offer it to the next; returns how many.

    Each counts as a no-show of its employer, who is notified as after any other no-show. Raises BeforeTheDay.
    """
    require(actor, Permission.ASSIGN_BOOTH)
    fair = own_fair(session, actor, fair_id)
    if clock.now() < fair.starts_at:
        raise BeforeTheDay(day=clock.local(fair.starts_at).date().isoformat())
    unclaimed = session.scalars(booths(fair.id).where(Booth.state.in_(UNCLAIMED))).all()
    for booth in unclaimed:
        miss_booth(session, actor, booth_id=booth.id)
    note(session, actor, action="fair.release", subject=f"fair:{fair.id}", detail={"booths": len(unclaimed)})
    return len(unclaimed)


def admit_walk_in(session: Session, actor: Actor, *, fair_id: int, draft: BoothDraft, licence: str = "") -> Booth:
    """Give a free booth to a verified employer that came without an application, and check it in.

    Only while the fair is on. Raises NotBoothTime, EmployerNotActive, TooManyNoShows, AlreadyApplied, NoBoothFree or
    ProxyBooth.
    """
    require(actor, Permission.ASSIGN_BOOTH)
    fair = own_fair(session, actor, fair_id)
    if fair.state is not FairState.LIVE:
        raise NotBoothTime
    guest = employer(session, draft.employer_id or 0)
    check_stranger(actor, guest.id)
    if guest.state is not EmployerState.ACTIVE:
        raise EmployerNotActive(name=guest.name)
    day = clock.local(fair.starts_at).date()
    missed = guest.no_shows_in(day.year)
    if missed >= policy(session, "fair-noshow-limit", on=day, region=fair.region_code):
        raise TooManyNoShows(count=missed)
    if session.scalar(select(Booth.id).where(Booth.fair_id == fair.id, Booth.employer_id == guest.id)) is not None:
        raise AlreadyApplied
    if not take_booth(session, fair.id):
        raise NoBoothFree
    booth = Booth(
        fair_id=fair.id,
        state=BoothState.APPROVED,
        contact_name=draft.contact_name,
        contact_phone=draft.contact_phone,
        note=draft.note,
        opening_ids=[],
        decided_at=clock.now(),
    )
    booth.fair, booth.employer = fair, guest
    session.add(booth)
    session.flush()
    assign_booth(session, actor, booth_id=booth.id)
    note(session, actor, action="fair.walk-in", subject=f"fair:{fair.id}", detail={"employer": guest.id})
    return check_in_booth(session, actor, booth_id=booth.id, licence=licence)
