"""People who want to leave together: starting a group, joining by its code, leaving, splitting."""

from api.dependencies import Routes, Unit
from api.profiles import own_person_id
from api.wire import Wire
from centre.errors import NotFound
from centre.permissions import Permission
from matching.companions import actions
from matching.companions.models import TravelGroup
from matching.companions.queries import group_of
from matching.companions.rules import TravelCode, TravelGroupDraft, TravelSplit, TravelTeam, TravelTie

routes = Routes(tags=["companions"])


class TravelGroupOut(Wire):
    """A group that is suggested together or not at all, unless it may be split."""

    id: int
    tie: TravelTie
    code: str
    may_split: bool
    names: list[str]


@routes.get("/me/companions", allow=Permission.EDIT_PROFILE)
def mine(unit: Unit) -> TravelGroupOut:
    """Get the caller's group."""
    group = group_of(unit.session, own_person_id(unit))
    if group is None:
        raise NotFound
    return _out(group)


@routes.post("/me/companions", allow=Permission.EDIT_PROFILE, status_code=201)
def start(unit: Unit, draft: TravelGroupDraft) -> TravelGroupOut:
    """Start a group; the others join with its code."""
    return _out(actions.start_group(unit.session, unit.actor, person_id=own_person_id(unit), draft=draft))


@routes.post("/me/companions/join", allow=Permission.EDIT_PROFILE)
def join(unit: Unit, draft: TravelCode) -> TravelGroupOut:
    """Join a group by its code."""
    return _out(actions.join_group(unit.session, unit.actor, person_id=own_person_id(unit), draft=draft))


@routes.post("/me/companions/split", allow=Permission.EDIT_PROFILE)
def split(unit: Unit, draft: TravelSplit) -> TravelGroupOut:
    """Say whether the caller's group may be suggested apart."""
    return _out(actions.change_split(unit.session, unit.actor, person_id=own_person_id(unit), draft=draft))


@routes.post("/me/companions/leave", allow=Permission.EDIT_PROFILE, status_code=204)
def leave(unit: Unit) -> None:
    """Leave the caller's group."""
    actions.leave_group(unit.session, unit.actor, person_id=own_person_id(unit))


@routes.post("/companions", allow=Permission.LIST_PEOPLE, status_code=201)
def together(unit: Unit, draft: TravelTeam) -> TravelGroupOut:
    """Put people of the centre together, each of whom has said so at the counter."""
    return _out(actions.put_together(unit.session, unit.actor, draft))


def _out(group: TravelGroup) -> TravelGroupOut:
    return TravelGroupOut(
        id=group.id,
        tie=group.tie,
        code=group.code,
        may_split=group.may_split,
        names=[fellow["name"] for fellow in group.names],
    )
