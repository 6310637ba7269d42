"""Due work: reminders of interviews on the day before."""

from datetime import timedelta

from sqlalchemy.orm import Session

from centre import clock
from centre.jobs import job
from centre.outbox import post
from centre.translation import N_, SOURCE_LOCALE, translate
from matching.interviews.queries import coming_interviews
from matching.interviews.rules import InterviewState, when

REMINDER_TITLE = N_("明天面试：{title}")
REMINDER_BODY = N_("{when}，{place}。带上身份证和推荐信。去不了，请点开告诉单位。")


@job("remind-interviews", every=timedelta(hours=1))
def remind_interviews(session: Session) -> None:
    """Remind workers of an interview that they accepted, within the day before it, once."""
    now = clock.now()
    for interview in coming_interviews(session, now, now + timedelta(days=1), limit=1_000):
        if interview.state is not InterviewState.ACCEPTED:
            continue
        local = clock.local(interview.starts_at)
        params = {
            "title": interview.introduction.opening.title,
            "when": when(local.date(), local.time()),
            "place": interview.place,
        }
        post(
            session,
            kind="interview-reminder",
            to_person_id=interview.person_id,
            title=translate(SOURCE_LOCALE, REMINDER_TITLE, **params)[:200],
            body=translate(SOURCE_LOCALE, REMINDER_BODY, **params)[:2000],
            link=f"/me/introductions/{interview.introduction_id}",
            dedupe_key=f"interview-reminder:{interview.id}",
            expires_at=interview.starts_at,
        )
