"""What follows for labour export from facts of other slices: calls that reached people, employers in trouble."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.events import subscribe
from centre.permissions import Actor
from centre.scopes import seeing_everything
from employers.companies.rules import BARRED, EmployerMoved, EmployerState
from matching.export.actions import pause_projects
from matching.export.members import move_member
from matching.export.models import ExportMember
from matching.export.rules import SIGNED_ON, MemberState
from matching.export.stay.returning import bring_back
from matching.export.stay.subsidies import demand_back
from matching.introductions.models import Placement
from matching.introductions.rules import PlacementMoved, PlacementState

_REACHED = (PlacementState.DAY_30, PlacementState.STABLE)


@subscribe(PlacementMoved)
def follow_stay(session: Session, fact: PlacementMoved) -> None:
    """A call on day 30 or 90 moves the member on; a job that ended brings them back with new suggestions."""
    with seeing_everything(session):
        row = session.scalar(select(ExportMember).where(ExportMember.placement_id == fact.placement_id))
        if row is None or row.state not in SIGNED_ON:
            return
        system = Actor.system()
        if fact.state in _REACHED and row.state is MemberState.SIGNED:
            move_member(session, row, "day_30", by=system)
            row.day_30_on = clock.today()
        if fact.state is PlacementState.STABLE and row.state is MemberState.DAY_30:
            move_member(session, row, "day_90", by=system)
            row.day_90_on = clock.today()
        if fact.state is PlacementState.ENDED:
            placement = session.get_one(Placement, fact.placement_id)
            bring_back(session, row, by=system, reason=placement.leave_reason.value if placement.leave_reason else "")
            demand_back(session, system, member_id=row.id)
        session.flush()


@subscribe(EmployerMoved)
def stop_sending(session: Session, fact: EmployerMoved) -> None:
    """Nobody is sent to an employer that is watched or barred until an officer resumes its project (EM-07)."""
    if (fact.state is EmployerState.WATCH and fact.event == "warn") or fact.state in BARRED:
        system = replace(Actor.system(), account_id=fact.actor.account_id)
        pause_projects(session, system, employer_id=fact.employer_id, reason=fact.reason)
