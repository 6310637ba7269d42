"""The consequences of absences: a warning after some class days in a row, the end of the training after more."""

from sqlalchemy.orm import Session

from centre import clock
from centre.messages import send
from centre.messages.training import ABSENCE_DROPPED, ABSENCE_WARNED
from centre.permissions import Actor
from centre.policy import policy
from centre.scopes import seeing_everything
from centre.translation import N_, SOURCE_LOCALE, translate
from training.attendance import queries
from training.attendance.rules import AttendanceStanding, absent_run, standing
from training.classes.queries import class_parts
from training.enrolments.actions import drop_learner
from training.enrolments.queries import enrolment

REASON = N_("连续缺勤 {run} 天")


def settle_absences(session: Session, class_id: int) -> dict[AttendanceStanding, int]:
    """Warn and drop after the reported days of a class; repeating it changes nothing. Returns the number of each."""
    counted = dict.fromkeys(AttendanceStanding, 0)
    with seeing_everything(session):
        training, major, provider = class_parts(session, class_id)
        today, region = clock.today(), provider.region_code
        warn = int(policy(session, "absence-warn-days", on=today, region=region))
        out = int(policy(session, "absence-drop-days", on=today, region=region))
        for enrolment_id, days in queries.days_of(session, class_id).items():
            run = absent_run(days)
            reached = standing(run, warn=warn, out=out)
            counted[reached] += 1
            if reached is AttendanceStanding.FINE:
                continue
            person_id = enrolment(session, enrolment_id).person_id
            if reached is AttendanceStanding.OUT:
                reason = translate(SOURCE_LOCALE, REASON, run=run)
                drop_learner(session, Actor.system(), enrolment_id=enrolment_id, reason=reason)
                message = ABSENCE_DROPPED.of(major=major.name)
            else:
                message = ABSENCE_WARNED.of(major=major.name, run=run, out=out)
            send(
                session,
                message,
                to_person_id=person_id,
                link=f"/training/classes/{training.id}",
                dedupe_key=f"absence:{enrolment_id}:{reached.value}:{len(days) - run}",
            )
        session.flush()
    return counted
