"""Employers that answer no letter are watched; the first answer, or an officer who clears them, ends the count."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import clock
from centre.permissions import Actor
from centre.policy import PolicyMissing, policy
from centre.scopes import seeing_everything
from centre.states import Transition
from centre.translation import N_, SOURCE_LOCALE, translate
from employers.companies.actions import judge_employer
from employers.companies.models import Employer
from employers.companies.rules import EMPLOYER, EmployerState
from matching.introductions.models import Introduction
from matching.introductions.rules import IntroductionState, ResultSource

REASON = N_("{days} 天里 {times} 封推荐信，一封都没有答复")


def watch_silent(session: Session, employer_id: int) -> None:
    """Put an employer on the watch list that let several letters pass and answered none (DOMAIN 6.3).

    Without the two rules no employer is put on the watch list for silence; the letter ends all the same.
    """
    today = clock.today()
    try:
        days = int(policy(session, "silence-watch-days", on=today))
        enough = int(policy(session, "silence-watch-times", on=today))
    except PolicyMissing:
        return
    with seeing_everything(session):  # letters of every centre
        company = session.get_one(Employer, employer_id)
        if company.state is not EmployerState.ACTIVE:
            return
        since = max(_trusted_since(session, employer_id), clock.now() - timedelta(days=days))
        letters = (Introduction.employer_id == employer_id, Introduction.issued_at > since)
        answered = select(Introduction.id).where(
            Introduction.employer_id == employer_id,
            Introduction.result_source == ResultSource.EMPLOYER,
            Introduction.result_at > since,
        )
        silent = select(func.count()).where(*letters, Introduction.state == IntroductionState.UNKNOWN)
        times = session.scalar(silent) or 0
        if times < enough or session.scalar(answered.limit(1)):
            return
        reason = translate(SOURCE_LOCALE, REASON, days=days, times=times)
        judge_employer(session, Actor.system(), employer_id=employer_id, event="warn", reason=reason)


def _trusted_since(session: Session, employer_id: int) -> datetime:
    """When an officer last verified or cleared the employer; the silence before that was weighed then."""
    of = (Transition.machine == EMPLOYER.name, Transition.record_id == employer_id)
    trusted = select(func.max(Transition.at)).where(*of, Transition.target == EmployerState.ACTIVE.value)
    return session.scalar(trusted) or datetime.min.replace(tzinfo=UTC)
