"""Closing a month: the figures of all reports are kept as they are, and the ledger takes nothing more for it (月结)."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.closing import ClosedMonth, last_day
from centre.network import centres
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from matching.reports.models import ClosedReport, closed_name
from matching.reports.queries import DEFINITIONS, content_of, own_centre, report
from matching.reports.rules import AlreadyClosed, MonthDraft, MonthRunning


def close_month(session: Session, actor: Actor, *, draft: MonthDraft) -> list[ClosedMonth]:
    """Close a month of one centre, or of all that are still open, and keep its ten reports.

    With the last centre the network's reports are kept, too. Raises MonthRunning, AlreadyClosed or NotFound.
    """
    require(actor, Permission.CLOSE_MONTH)
    month = draft.month.replace(day=1)
    if last_day(month) >= clock.today():
        raise MonthRunning(field="month", month=f"{month:%Y-%m}")
    number = own_centre(actor, draft.centre_id)
    with seeing_everything(session):
        everywhere = [centre.id for centre in session.scalars(centres())]
        closed = set(session.scalars(select(ClosedMonth.centre_id).where(ClosedMonth.month == month)))
        due = [centre_id for centre_id in everywhere if centre_id not in closed and number in (None, centre_id)]
        if not due:
            raise AlreadyClosed(field="month", month=f"{month:%Y-%m}")
        months = [ClosedMonth(centre_id=centre_id, month=month, account_id=actor.account_id) for centre_id in due]
        session.add_all(months)
        session.flush()
        _keep(session, actor, month, due)
        if closed | set(due) >= set(everywhere):
            _keep(session, actor, month, [None])
    for centre_id in due:
        audit.note(
            session, actor, action="month.close", subject=f"centre:{centre_id}", detail={"month": f"{month:%Y-%m}"}
        )
    return months


def _keep(session: Session, actor: Actor, month: date, centre_ids: Sequence[int | None]) -> None:
    kept = [
        ClosedReport(
            name=closed_name(month, centre_id, key), month=month, centre_id=centre_id, key=key,
            content=content_of(
                report(session, Actor.system(), key, since=month, until=last_day(month), centre_id=centre_id)
            ),
            account_id=actor.account_id,
        )
        for centre_id in centre_ids
        for key in DEFINITIONS
    ]  # fmt: skip
    # Together at the end: every query of a report would write the report before it first, 150 times for 14 centres.
    session.add_all(kept)
    session.flush()
