"""Halls of fairs: what they are, how one gets in, when they cannot be used."""

from datetime import datetime
from typing import Annotated

from fastapi import Path

from api.dependencies import Routes, Unit
from api.fairs import EntranceOut, VenueOut
from api.versions import expect_version, tell_version
from api.wire import Wire
from centre import clock
from centre.drafts import BIGGEST_ID
from centre.permissions import Permission
from employers.fairs import halls
from employers.fairs.hall_rules import BlockDraft, BlockKind, EntranceDraft, VenueDraft
from employers.fairs.models import Venue
from employers.fairs.plans import entrances
from employers.fairs.queries import venue as venue_in_sight

routes = Routes(prefix="/fairs", tags=["halls"])

VenueId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
EntranceId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
BlockId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class BlockOut(Wire):
    """A time in which a hall cannot be used."""

    id: int
    venue_id: int
    starts_at: datetime
    ends_at: datetime
    kind: BlockKind
    reason: str


class HallOut(VenueOut):
    """A hall with its entrances and the times from now on in which it cannot be used."""

    entrances: list[EntranceOut]
    blocks: list[BlockOut]


@routes.get("/venues/{venue_id}", allow=Permission.MANAGE_FAIRS)
def venue(unit: Unit, venue_id: VenueId) -> HallOut:
    """Get one hall with its entrances and closed times."""
    hall = venue_in_sight(unit.session, venue_id)
    tell_version(unit, hall)
    return _hall_out(unit, hall)


@routes.put("/venues/{venue_id}", allow=Permission.MANAGE_FAIRS)
def change_venue(unit: Unit, venue_id: VenueId, draft: VenueDraft) -> HallOut:
    """Change what is known of a hall; with If-Match only the version that the caller saw."""
    expect_version(unit, venue_in_sight(unit.session, venue_id))
    hall = halls.change_venue(unit.session, unit.actor, venue_id=venue_id, draft=draft)
    tell_version(unit, hall)
    return _hall_out(unit, hall)


@routes.post("/venues/{venue_id}/entrances", allow=Permission.MANAGE_FAIRS, status_code=201)
def add_entrance(unit: Unit, venue_id: VenueId, draft: EntranceDraft) -> EntranceOut:
    """Add a way into a hall."""
    return EntranceOut.model_validate(entrances.add_entrance(unit.session, unit.actor, venue_id=venue_id, draft=draft))


@routes.get("/entrances/{entrance_id}", allow=Permission.MANAGE_FAIRS)
def entrance(unit: Unit, entrance_id: EntranceId) -> EntranceOut:
    """Get one way into a hall of the own centre, with its version."""
    way = entrances.own_entrance(unit.session, unit.actor, entrance_id)
    tell_version(unit, way)
    return EntranceOut.model_validate(way)


@routes.put("/entrances/{entrance_id}", allow=Permission.MANAGE_FAIRS)
def change_entrance(unit: Unit, entrance_id: EntranceId, draft: EntranceDraft) -> EntranceOut:
    """Change a way into a hall; with If-Match only the version that the caller saw."""
    expect_version(unit, entrances.own_entrance(unit.session, unit.actor, entrance_id))
    changed = entrances.change_entrance(unit.session, unit.actor, entrance_id=entrance_id, draft=draft)
    tell_version(unit, changed)
    return EntranceOut.model_validate(changed)


@routes.delete("/entrances/{entrance_id}", allow=Permission.MANAGE_FAIRS, status_code=204)
def remove_entrance(unit: Unit, entrance_id: EntranceId) -> None:
    """Take a way into a hall off its plans and posters."""
    entrances.remove_entrance(unit.session, unit.actor, entrance_id=entrance_id)


@routes.post("/venues/{venue_id}/blocks", allow=Permission.MANAGE_FAIRS, status_code=201)
def block_venue(unit: Unit, venue_id: VenueId, draft: BlockDraft) -> BlockOut:
    """Close a hall for a time; 409 `block-meets-fairs` names the fairs that are planned in it."""
    return BlockOut.model_validate(halls.block_hall(unit.session, unit.actor, venue_id=venue_id, draft=draft))


@routes.post("/blocks/{block_id}/lift", allow=Permission.MANAGE_FAIRS)
def lift_block(unit: Unit, block_id: BlockId) -> BlockOut:
    """Open a hall again before the end of a closed time."""
    return BlockOut.model_validate(halls.lift_block(unit.session, unit.actor, block_id=block_id))


def _hall_out(unit: Unit, hall: Venue) -> HallOut:
    ways = [EntranceOut.model_validate(way) for way in halls.entrances(unit.session, hall.id)]
    closed = unit.session.scalars(halls.blocks(hall.id, since=clock.now()))
    blocks = [BlockOut.model_validate(row) for row in closed]
    return HallOut.model_validate(VenueOut.model_validate(hall).model_dump() | {"entrances": ways, "blocks": blocks})
