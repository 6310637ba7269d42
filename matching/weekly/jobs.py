"""Due work: reminders of interviews on the day before, and of what a jobseeker planned for the day."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from centre import clock
from centre.isolation import apart
from centre.jobs import job
from centre.messages import send
from centre.messages.jobseekers import DAY_PLAN, INTERVIEW_REMINDER
from centre.translation import N_, SOURCE_LOCALE, translate
from employers.fairs.queries import midnight
from matching.interviews.models import Interview
from matching.interviews.queries import coming_interviews
from matching.interviews.rules import InterviewState, when
from matching.weekly.queries import last_plan, lines_for, plans_to_remind

PLANNED = N_("您打算：{steps}")
UNPLANNED = N_("那天怎么安排，可以先在“我的”里的“这一周做什么”写下来。")
DAYTIME = range(7, 20)
"""Hours in which the plan of a day is sent: early enough to go by it, and not at night."""


@job("remind-interviews", every=timedelta(hours=1))
def remind_interviews(session: Session) -> None:
    """Remind workers once, the day before, of an interview that they accepted, and of their plan for that day."""
    now = clock.now()
    for interview in coming_interviews(session, now, now + timedelta(days=1), limit=1_000):
        if interview.state is not InterviewState.ACCEPTED:
            continue
        local = clock.local(interview.starts_at)
        with apart(session):
            send(
                session,
                INTERVIEW_REMINDER.of(
                    title=interview.introduction.opening.title,
                    when=when(local.date(), local.time()),
                    place=interview.place,
                    plan=_plan_for(session, interview, local.date()),
                ),
                to_person_id=interview.person_id,
                link=f"/me/introductions/{interview.introduction_id}",
                dedupe_key=f"interview-reminder:{interview.id}",
                expires_at=interview.starts_at,
            )


@job("remind-plans", every=timedelta(hours=1))
def remind_plans(session: Session) -> None:
    """Remind jobseekers in the morning of what they planned for the day on an earlier one and can still do."""
    today = clock.today()
    if clock.local(clock.now()).hour not in DAYTIME:
        return
    begins = midnight(today)
    for plan in plans_to_remind(session, begins):
        if plan.person_id is None:
            continue
        with apart(session):
            if lines := lines_for(session, plan.person_id, plan.body, today):
                send(
                    session,
                    DAY_PLAN.of(steps="\n".join(lines)),
                    to_person_id=plan.person_id,
                    link="/me/week",
                    dedupe_key=f"day-plan:{plan.id}:{today}",
                    expires_at=begins + timedelta(hours=DAYTIME.stop),
                )


def _plan_for(session: Session, interview: Interview, day: date) -> str:
    """What the worker planned for the day of an interview, or where a plan is made."""
    plan = last_plan(session, interview.person_id)
    lines = lines_for(session, interview.person_id, plan.text, day) if plan else []
    if not lines:
        return UNPLANNED
    return translate(SOURCE_LOCALE, PLANNED, steps="；".join(lines))
