"""What follows for labour export from facts of other slices: calls that reached people, employers in trouble."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.events import subscribe
from centre.messages import send
from centre.messages.journeys import EXPORT_OPENING_CLOSED
from centre.permissions import Actor
from centre.scopes import seeing_everything
from centre.translation import N_
from employers.companies.rules import BARRED, EmployerMoved, EmployerState
from employers.openings.models import Opening
from employers.openings.rules import OpeningChanged, OpeningState
from matching.export.actions import pause_projects
from matching.export.members import move_member, release_member
from matching.export.models import ExportBatch, ExportMember
from matching.export.rules import BEFORE_DEPARTURE, NOT_LEFT, SIGNED_ON, MemberState
from matching.export.stay.returning import bring_back
from matching.export.stay.subsidies import demand_back
from matching.introductions.models import Placement
from matching.introductions.rules import PlacementMoved, PlacementState

OPENING_CLOSED = N_("岗位已关闭")
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
    """Departures to an employer that is watched or barred stop until an officer resumes its project (EM-07)."""
    if (fact.state is EmployerState.WATCH and fact.event == "warn") or fact.state in BARRED:
        system = replace(Actor.system(), account_id=fact.actor.account_id)
        pause_projects(session, system, employer_id=fact.employer_id, reason=fact.reason)


@subscribe(OpeningChanged)
def release_travellers(session: Session, fact: OpeningChanged) -> None:
    """Members for an opening that is closed leave the roster before the journey and are notified why."""
    with seeing_everything(session):
        opening = session.get(Opening, fact.opening_id)
        if opening is None or opening.state is not OpeningState.CLOSED:
            return
        waiting = select(ExportMember).where(ExportMember.opening_id == opening.id, ExportMember.state.in_(NOT_LEFT))
        for row in session.scalars(waiting.order_by(ExportMember.id)).all():
            batch = session.get_one(ExportBatch, row.batch_id)
            if batch.state not in BEFORE_DEPARTURE:
                continue
            move_member(session, row, "withdraw", by=Actor.system(), reason=OPENING_CLOSED)
            release_member(session, row)
            batch.edition += 1
            send(
                session,
                EXPORT_OPENING_CLOSED.of(batch=batch.batch_no, title=opening.title),
                to_person_id=row.person_id,
                link="/me/journeys",
                dedupe_key=f"export-opening-closed:{row.id}:{row.version}",
            )
            session.flush()
