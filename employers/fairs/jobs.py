"""Scheduled jobs for fairs."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.accounts import Account
from centre.jobs import job
from centre.outbox import post
from centre.permissions import Actor, Role
from centre.states import move
from centre.translation import N_, SOURCE_LOCALE, translate
from employers.fairs.booths import end_requests
from employers.fairs.models import Fair
from employers.fairs.queries import due_filings, due_statistics, ending_fairs, starting_fairs
from employers.fairs.rules import FAIR

FILING_DUE = N_("招聘会“{fair}”要在 {day} 前备案")
STATISTICS_DUE = N_("招聘会“{fair}”的统计数字要在 {day} 前上报")
AHEAD = timedelta(days=3)


@job("run-fairs", every=timedelta(minutes=5))
def run_fairs(session: Session) -> None:
    """Start announced fairs and end live ones when they are due."""
    now = clock.now()
    for event, due in (("start", starting_fairs(now)), ("finish", ending_fairs(now))):
        for fair in session.scalars(due).all():
            move(session, Actor.system(), fair, FAIR, event)
            session.flush()
            if event == "finish":
                end_requests(session, Actor.system(), fair_id=fair.id)


@job("fair-clocks", every=timedelta(days=1))
def remind_organisers(session: Session) -> None:
    """Remind organisers of filings and figures that are overdue or due within three days."""
    day = clock.today() + AHEAD
    for fair in session.scalars(due_filings(day)):
        _remind(session, fair, FILING_DUE, fair.filing_due_on.isoformat(), "filing")
    for fair in session.scalars(due_statistics(day)):
        _remind(session, fair, STATISTICS_DUE, fair.statistics_due_on.isoformat(), "statistics")


def _remind(session: Session, fair: Fair, title: str, day: str, clock_name: str) -> None:
    accounts = select(Account).where(Account.centre_id == fair.centre_id, Account.disabled.is_(False))
    for account in session.scalars(accounts.order_by(Account.id)):
        if Role.ORGANISER in account.roles:
            post(
                session,
                kind="fair-clock",
                title=translate(SOURCE_LOCALE, title, fair=fair.name, day=day)[:200],
                link=f"/organiser/fairs/{fair.id}",
                to_account_id=account.id,
                dedupe_key=f"fair:{fair.id}:{clock_name}:{day}:{account.id}",
            )
