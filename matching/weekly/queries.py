"""The steps that a jobseeker could take this week, the most urgent first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import clock
from centre.outbox import Message
from employers.fairs.models import Fair
from employers.fairs.queries import coming_fairs
from matching.interviews.queries import living_interview
from matching.interviews.rules import InterviewState
from matching.introductions.queries import introductions_of
from matching.introductions.rules import IntroductionState
from matching.profiles.queries import has_trade
from matching.weekly.rules import DAYS, Errand, WeekStep, lines_of_day

MOST = 5
PLAN_KIND, REMINDER_KIND = "week-plan", "day-plan"
"""Kinds of messages: the plan itself, and what reminds of it on its day."""


def steps_of_week(session: Session, person_id: int) -> list[WeekStep]:
    """At most five steps of a person: what waits for her, then what she can begin, each kind once."""
    steps: dict[Errand, WeekStep] = {}
    for step in (*_waiting(session, person_id), *_to_begin(session, person_id)):
        steps.setdefault(step.errand, step)
    return list(steps.values())[:MOST]


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A plan that was written down; each is a message of its own, whose number is the version."""

    version: int
    text: str
    written_at: datetime


def last_plan(session: Session, person_id: int) -> KeptPlan | None:
    """The plan that was written last, while its week lasts."""
    since = clock.now() - timedelta(days=DAYS)
    own = (Message.person_id == person_id, Message.kind == PLAN_KIND, Message.created_at > since)
    message = session.scalar(select(Message).where(*own).order_by(Message.id.desc()).limit(1))
    return KeptPlan(message.id, message.body, message.created_at) if message else None


def plans_to_remind(session: Session, begins: datetime) -> Sequence[Message]:
    """The last plan of each person, if it was written before the day began and its week lasts, in order of writing.

    People who were reminded since then are left out.
    """
    newest = (
        select(func.max(Message.id))
        .where(Message.kind == PLAN_KIND, Message.created_at > begins - timedelta(days=DAYS))
        .group_by(Message.person_id)
    )
    reminded = select(Message.person_id).where(
        Message.kind == REMINDER_KIND, Message.created_at >= begins, Message.person_id.is_not(None)
    )
    plans = select(Message).where(
        Message.id.in_(newest), Message.created_at < begins, Message.person_id.not_in(reminded)
    )
    return session.scalars(plans.order_by(Message.id)).all()


def lines_for(session: Session, person_id: int, plan: str, day: date) -> list[str]:
    """What a person planned for a day and can still do; interviews have a reminder of their own."""
    steps = chain(_waiting(session, person_id), _to_begin(session, person_id))
    return lines_of_day(plan, day, (step for step in steps if step.at is None))


def _waiting(session: Session, person_id: int) -> Iterator[WeekStep]:
    for introduction in introductions_of(session, person_id):
        link, words = f"/me/introductions/{introduction.id}", {"title": introduction.opening.title}
        appointment = living_interview(session, introduction.id)
        if appointment is not None and appointment.state is InterviewState.ACCEPTED:
            yield WeekStep(Errand.INTERVIEW, link, words, at=appointment.starts_at)
        elif introduction.state is IntroductionState.LETTER_ISSUED:
            yield WeekStep(Errand.LETTER, link, words)
        elif introduction.state is IntroductionState.RECOMMENDED and introduction.agreed_at is None:
            yield WeekStep(Errand.PROPOSAL, link, words)


def _to_begin(session: Session, person_id: int) -> Iterator[WeekStep]:
    if has_trade(session, person_id):
        yield WeekStep(Errand.MATCHES, "/me/matches")
    else:
        yield WeekStep(Errand.PROFILE, "/me/profile/trades")
    now = clock.now()
    public = (
        Fair.published_at.is_not(None),
        Fair.open_to_public.is_(True),
        Fair.starts_at < now + timedelta(days=DAYS),
    )
    fair = session.scalars(coming_fairs(now).where(*public).limit(1)).first()
    if fair is not None and fair.starts_at > now:
        day = clock.local(fair.starts_at)
        title = f"{fair.name}（{day.month}/{day.day} {day:%H:%M}）"
        yield WeekStep(Errand.FAIR, f"/fairs/{fair.id}", {"title": title})
    yield WeekStep(Errand.CENTRE, "/about")
