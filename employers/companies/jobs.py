"""Scheduled jobs for employers."""

from datetime import timedelta

from sqlalchemy.orm import Session

from centre import clock
from centre.jobs import job
from centre.permissions import Actor
from centre.translation import N_
from employers.companies.actions import judge_employer
from employers.companies.messages import tell_employer
from employers.companies.queries import ended_licences, ending_licences
from employers.companies.rules import LICENCE_NOTICES

LICENCE_ENDS = N_("贵单位的营业执照将在 {day} 到期（还有 {days} 天），请及时上传新的执照，以免岗位被冻结")
LICENCE_ENDED = N_("贵单位的营业执照已于 {day} 到期，岗位已暂时冻结，上传新执照并核验后恢复")


@job("employer-licences", every=timedelta(days=1), catch_up=True)
def watch_licences(session: Session) -> None:
    """Warn employers whose licence is about to expire, and send those with an expired one back to verification."""
    today, system = clock.today(), Actor.system()
    for days in LICENCE_NOTICES:
        for employer in session.scalars(ending_licences(today + timedelta(days=days))):
            tell_employer(
                session,
                employer.id,
                kind="licence",
                title=LICENCE_ENDS,
                dedupe_key=f"licence:{employer.id}:{employer.licence_expires_on}:{days}",
                link="/employer",
                params={"day": employer.licence_expires_on, "days": days},
            )
    for employer in session.scalars(ended_licences(today)).all():
        judge_employer(session, system, employer_id=employer.id, event="licence_expired")
        tell_employer(
            session,
            employer.id,
            kind="licence",
            title=LICENCE_ENDED,
            dedupe_key=f"licence:{employer.id}:{employer.licence_expires_on}:ended",
            link="/employer",
            params={"day": employer.licence_expires_on},
        )
