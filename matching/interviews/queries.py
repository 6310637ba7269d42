"""Queries for interviews."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from centre.errors import NotFound
from employers.openings.models import Opening
from matching.interviews.models import Interview
from matching.interviews.rules import LIVING
from matching.introductions.models import Introduction
from matching.introductions.rules import IntroductionState

ARRANGEABLE = (IntroductionState.LETTER_ISSUED, IntroductionState.UNKNOWN, IntroductionState.INTERVIEWED)
"""States of an introduction in which an interview can be arranged; in any other its appointments no longer count."""


def interviews() -> Select[Interview]:
    """All interviews with their introduction, the latest first."""
    return (
        select(Interview)
        .options(joinedload(Interview.introduction).joinedload(Introduction.opening).joinedload(Opening.employer))
        .order_by(Interview.starts_at.desc(), Interview.id.desc())
    )


def interview_in_sight(session: Session, interview_id: int) -> Interview:
    """One interview. Raises NotFound, also when it exists but is not visible."""
    interview = session.scalar(interviews().where(Interview.id == interview_id))
    if interview is None:
        raise NotFound
    return interview


def own_interview(session: Session, person_id: int, interview_id: int) -> Interview:
    """An interview of one person. Raises NotFound for anybody else's."""
    interview = interview_in_sight(session, interview_id)
    if interview.person_id != person_id:
        raise NotFound
    return interview


def living_interview(session: Session, introduction_id: int) -> Interview | None:
    """The appointment of an introduction that stands or waits for an answer."""
    return session.scalar(
        interviews().where(Interview.introduction_id == introduction_id, Interview.state.in_(sorted(LIVING)))
    )


def interviews_of(session: Session, introduction_id: int) -> Sequence[Interview]:
    """All appointments of an introduction, the latest first."""
    return session.scalars(interviews().where(Interview.introduction_id == introduction_id)).all()


def coming_interviews(session: Session, since: datetime, until: datetime, limit: int = 100) -> Sequence[Interview]:
    """Appointments that still count within a span, the earliest first."""
    return session.scalars(
        interviews()
        .join(Introduction, Introduction.id == Interview.introduction_id)
        .where(
            Interview.state.in_(sorted(LIVING)),
            Introduction.state.in_(sorted(ARRANGEABLE)),
            Interview.starts_at >= since,
            Interview.starts_at < until,
        )
        .order_by(None)
        .order_by(Interview.starts_at, Interview.id)
        .limit(limit)
    ).all()
