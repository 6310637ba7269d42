"""Due work: unanswered letters, reminders to employers, placements that have proved stable."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from centre import clock
from centre.isolation import apart
from centre.jobs import job
from centre.messages.employers import CHASE
from centre.permissions import Actor
from centre.policy import policy
from centre.states import move
from employers.companies.messages import tell_employer
from matching.introductions.links import answer_path
from matching.introductions.models import Introduction, Placement
from matching.introductions.rules import (
    CHASE_DAYS,
    INTRODUCTION,
    STABLE_AFTER,
    IntroductionState,
    PlacementState,
)
from matching.introductions.silence import watch_silent
from matching.profiles.actions import move_registration
from matching.profiles.models import Registration
from matching.profiles.rules import RegistrationState

UNANSWERED = (IntroductionState.LETTER_ISSUED, IntroductionState.UNKNOWN)
CHASED = (*UNANSWERED, IntroductionState.INTERVIEWED, IntroductionState.OFFERED)


@job("silence-letters", every=timedelta(hours=1))
def silence_letters(session: Session) -> None:
    """Unanswered letters become unknown after their period; silence never becomes a hire."""
    days = int(policy(session, "letter-valid-days", on=clock.today()))
    late = (
        select(Introduction)
        .where(
            Introduction.state == IntroductionState.LETTER_ISSUED,
            Introduction.issued_at <= clock.now() - timedelta(days=days),
        )
        .order_by(Introduction.id)
    )
    for introduction in session.scalars(late).all():
        with apart(session):
            move(session, Actor.system(), introduction, INTRODUCTION, "silence")
            session.flush()
            watch_silent(session, introduction.employer_id)


@job("chase-employers", every=timedelta(hours=12))
def chase_employers(session: Session) -> None:
    """Ask employers on day 3 and day 7 for the result of a letter, once each; on day 7 also after an interview."""
    now = clock.now()
    waiting = (
        select(Introduction)
        .options(joinedload(Introduction.opening))
        .where(
            Introduction.state.in_(CHASED),
            Introduction.flag == "",
            Introduction.issued_at <= now - timedelta(days=min(CHASE_DAYS)),
            Introduction.issued_at > now - timedelta(days=max(CHASE_DAYS) + 3),
        )
        .order_by(Introduction.id)
    )
    for introduction in session.scalars(waiting).all():
        if introduction.issued_at is None:
            continue
        age = (now - introduction.issued_at).days
        day = max(step for step in CHASE_DAYS if step <= age)
        if introduction.state not in UNANSWERED and day < max(CHASE_DAYS):
            continue  # it has answered that it saw the worker, and gets the week to decide
        with apart(session):
            tell_employer(
                session,
                introduction.employer_id,
                CHASE.of(title=introduction.opening.title, letter=introduction.letter_no or "", days=day),
                link=answer_path(introduction),
                dedupe_key=f"chase:{introduction.id}:{day}",
            )


@job("settle-placements", every=timedelta(days=1))
def settle_placements(session: Session) -> None:
    """After half a year in the same job a registration is closed as stable employment."""
    last = clock.today() - STABLE_AFTER
    stable = (
        select(Placement.person_id)
        .join(Registration, Registration.person_id == Placement.person_id)
        .where(
            Placement.state == PlacementState.STABLE,
            Placement.starts_on <= last,
            Placement.ended_on.is_(None),
            Registration.state == RegistrationState.PLACED,
        )
        .order_by(Placement.person_id)
        .distinct()
    )
    for person_id in session.scalars(stable).all():
        with apart(session):
            move_registration(session, Actor.system(), person_id=person_id, event="settle")
