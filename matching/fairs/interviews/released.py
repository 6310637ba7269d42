"""The released timetable, as visitors, employers and the wall see it, whatever is being planned again meanwhile."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from centre.batches import batches
from centre.scopes import seeing_everything
from employers.fairs.models import Booth
from matching.fairs.interviews.models import InterviewDay
from matching.fairs.interviews.queries import PANELS_APART
from matching.fairs.interviews.rules import Interview, Plan
from matching.fairs.visitors.models import Visitor


@dataclass(frozen=True, slots=True)
class Appointment:
    """An interview that both sides know of (已公布的面谈); `ended` is the revision that ended it, 0 until then."""

    visitor: Visitor
    booth: Booth
    panel: int
    slot: int
    ended: int = 0


def released_plan(day: InterviewDay) -> Plan:
    """The plan of the last release."""
    return frozenset(Interview(*cell) for cell in day.released)


def keep_released(day: InterviewDay, plan: Iterable[Interview]) -> None:
    """Make a plan the released one, a revision later.

    A pair of ticket and booth that is no longer in it stays among the ended, so that calendars can cancel its entry
    (RFC 5546, 3.2.5) instead of keeping it for ever; a pair that is planned again leaves them.
    """
    before, kept = released_plan(day), sorted(plan)
    day.revision += 1
    pairs = {_pair(cell) for cell in kept}
    gone = [[*_pair(cell), cell.slot, day.revision] for cell in sorted(before) if _pair(cell) not in pairs]
    day.ended = [entry for entry in day.ended if (entry[0], entry[1]) not in pairs] + gone
    day.released = [[cell.seeker, cell.panel, cell.slot] for cell in kept]


def appointments(
    session: Session, day: InterviewDay | None, *, visitor_id: int = 0, booth_id: int = 0, ended: bool = False
) -> list[Appointment]:
    """The released interviews by time, of all or of one ticket or booth, on request with those that ended since.

    The caller has checked the right to see them.
    """
    if day is None or day.released_at is None:
        return []
    cells = [(cell.seeker, *divmod(cell.panel, PANELS_APART), cell.slot, 0) for cell in released_plan(day)]
    if ended:
        cells += [(seeker, booth, 0, slot, revision) for seeker, booth, slot, revision in day.ended]
    wanted = [cell for cell in cells if visitor_id in (0, cell[0]) and booth_id in (0, cell[1])]
    by_booth = select(Booth).where(Booth.fair_id == day.fair_id).options(joinedload(Booth.employer, innerjoin=True))
    with seeing_everything(session):
        booths = {booth.id: booth for booth in session.scalars(by_booth)} if wanted else {}
        visitors = {
            visitor.id: visitor
            for part in batches(sorted({cell[0] for cell in wanted}))
            for visitor in session.scalars(select(Visitor).where(Visitor.id.in_(part)))
        }
    # An erased ticket has no row any more, and no one to notify.
    return [
        Appointment(visitors[seeker], booths[booth], panel, slot, revision)
        for seeker, booth, panel, slot, revision in sorted(wanted, key=lambda cell: (cell[3], cell[1], cell[2]))
        if seeker in visitors and booth in booths
    ]


def _pair(cell: Interview) -> tuple[int, int]:
    return cell.seeker, cell.panel // PANELS_APART
