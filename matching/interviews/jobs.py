"""Due work: reminders of interviews on the day before."""

from datetime import timedelta

from sqlalchemy.orm import Session

from centre import clock
from centre.isolation import apart
from centre.jobs import job
from centre.messages import send
from centre.messages.jobseekers import INTERVIEW_REMINDER
from matching.interviews.queries import coming_interviews
from matching.interviews.rules import InterviewState, when


@job("remind-interviews", every=timedelta(hours=1))
def remind_interviews(session: Session) -> None:
    """Remind workers of an interview that they accepted, within the day before it, once."""
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
                ),
                to_person_id=interview.person_id,
                link=f"/me/introductions/{interview.introduction_id}",
                dedupe_key=f"interview-reminder:{interview.id}",
                expires_at=interview.starts_at,
            )
