"""Actions on the entrances of a hall: where visitors and exhibitors enter."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.audit import note
from centre.errors import Invalid, NotFound, Problem
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from centre.translation import N_
from employers.fairs.hall_rules import (
    MOST_ENTRANCES,
    EntranceDraft,
    EntranceOutside,
    HallNamed,
    TooManyEntrances,
)
from employers.fairs.halls import coming_in_hall, entrances, own_venue
from employers.fairs.models import VenueEntrance
from employers.fairs.plans.queries import hall_grid, known_ways
from employers.fairs.released import WAYS, keep_released


def add_entrance(session: Session, actor: Actor, *, venue_id: int, draft: EntranceDraft) -> VenueEntrance:
    """Write down a way into a hall.

    Raises HallNamed, EntranceOutside, TooManyEntrances, Invalid, NotFound or OtherCentre.
    """
    require(actor, Permission.MANAGE_FAIRS)
    hall = own_venue(session, actor, venue_id)
    if len(entrances(session, hall.id)) >= MOST_ENTRANCES:
        raise TooManyEntrances(most=MOST_ENTRANCES)
    _check(session, hall.id, draft)
    known = known_ways(session, hall.id)
    way = VenueEntrance(venue_id=hall.id, **draft.model_dump())
    session.add(way)
    session.flush()
    _keep_known(session, hall.id, known)
    note(session, actor, action="venue.entrance", subject=f"venue:{hall.id}")
    return way


def change_entrance(session: Session, actor: Actor, *, entrance_id: int, draft: EntranceDraft) -> VenueEntrance:
    """Change a way into a hall. Raises HallNamed, EntranceOutside, Invalid, NotFound or OtherCentre."""
    require(actor, Permission.MANAGE_FAIRS)
    way = own_entrance(session, actor, entrance_id)
    _check(session, way.venue_id, draft, but=way.id)
    known = known_ways(session, way.venue_id)
    for name, value in draft.model_dump().items():
        setattr(way, name, value)
    session.flush()
    _keep_known(session, way.venue_id, known)
    note(session, actor, action="venue.entrance", subject=f"venue:{way.venue_id}")
    return way


def remove_entrance(session: Session, actor: Actor, *, entrance_id: int) -> None:
    """Take a way into a hall off its plans and posters. Raises NotFound or OtherCentre."""
    require(actor, Permission.MANAGE_FAIRS)
    way = own_entrance(session, actor, entrance_id)
    known = known_ways(session, way.venue_id)
    session.delete(way)
    session.flush()
    _keep_known(session, way.venue_id, known)
    note(session, actor, action="venue.entrance", subject=f"venue:{way.venue_id}", detail={"removed": way.name})


def own_entrance(session: Session, actor: Actor, entrance_id: int) -> VenueEntrance:
    """An entrance of a hall that the actor's centre keeps. Raises NotFound or OtherCentre."""
    require(actor, Permission.MANAGE_FAIRS)
    way = session.scalar(select(VenueEntrance).where(VenueEntrance.id == entrance_id))
    if way is None:
        raise NotFound
    own_venue(session, actor, way.venue_id)
    return way


def _keep_known(session: Session, venue_id: int, known: dict[str, str]) -> None:
    if known == known_ways(session, venue_id):
        return
    with seeing_everything(session):  # fairs of other centres in this hall
        for fair in coming_in_hall(session, venue_id):
            keep_released(fair, WAYS, known)
        session.flush()


def _check(session: Session, venue_id: int, draft: EntranceDraft, *, but: int = 0) -> None:
    if (draft.x is None) != (draft.y is None):
        empty = "x" if draft.x is None else "y"
        raise Invalid([Problem(empty, "missing", N_("列和行要一起填，或者都不填"))])
    same = select(VenueEntrance.id).where(
        VenueEntrance.venue_id == venue_id, VenueEntrance.name == draft.name, VenueEntrance.id != but
    )
    if session.scalar(same) is not None:
        raise HallNamed(field="name", name=draft.name)
    drawn = hall_grid(session, venue_id)
    if drawn is not None and draft.x is not None and draft.y is not None and not drawn.grid.holds((draft.x, draft.y)):
        raise EntranceOutside(field="x", name=draft.name, column=draft.x, row=draft.y)
