"""Actions on introductions and placements."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit, clock, events
from centre.errors import Invalid, NotFound, Problem
from centre.ledger import Channel
from centre.messages import send
from centre.messages.jobseekers import RECOMMENDATION, SET_ASIDE
from centre.people import Person
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_
from employers.openings.actions import give_place_back
from employers.openings.models import Opening
from employers.openings.queries import opening as opening_in_sight
from employers.openings.rules import OpeningFull, OpeningState
from employers.openings.terms import terms_of
from matching.introductions.admission import lawful_fit, refuse_closed
from matching.introductions.letters import frozen_reasons, write_letter
from matching.introductions.models import FollowUp, Introduction, Placement
from matching.introductions.placing import place_worker
from matching.introductions.queries import introduction_in_sight
from matching.introductions.rules import (
    DONE,
    EDITABLE,
    FOLLOW_UP_DAYS,
    INTRODUCTION,
    MOST_CALLS,
    PLACEMENT,
    REFUSED,
    AlreadyIntroduced,
    AnswerTooLate,
    FollowUpDraft,
    FollowUpEarly,
    FollowUpOutcome,
    IntroductionResultDraft,
    IntroductionState,
    LeaveReason,
    LetterWritten,
    NotRegistered,
    PlacementMoved,
    PlacementState,
    Recommendation,
    RefusedToday,
    Result,
    events_to,
)
from matching.profiles.actions import move_registration
from matching.profiles.queries import living_registration, person_in_sight
from matching.profiles.rules import SEEKING

_NEXT = {7: "day_7", 30: "day_30", 90: "day_90"}


def recommend_worker(session: Session, actor: Actor, *, draft: Recommendation) -> Introduction:
    """Propose an opening to a worker; with `agreed` the letter is written at once.

    Raises OpeningNotOpen, OpeningFull, NotRegistered, AlreadyIntroduced, NotLawful or NotFound.
    """
    require(actor, Permission.RECORD_RESULT)
    person = person_in_sight(session, draft.person_id)
    introduction = _introduce(session, person, draft.opening_id, draft.channel)
    if draft.agreed:
        return _agree(session, actor, introduction, person, share_phone=draft.share_phone)
    send(
        session,
        RECOMMENDATION.of(title=introduction.opening.title),
        to_person_id=person.id,
        link=f"/me/introductions/{introduction.id}",
        dedupe_key=f"recommendation:{introduction.id}",
    )
    return introduction


def ask_for_introduction(session: Session, actor: Actor, *, opening_id: int, share_phone: bool = False) -> Introduction:
    """A worker asks the centre for a letter; a clerk looks and writes it. Raises as `recommend_worker`."""
    require(actor, Permission.INTRODUCE)
    if actor.person_id is None:
        raise NotRegistered
    person = person_in_sight(session, actor.person_id)
    introduction = _introduce(session, person, opening_id, Channel.WEB)
    introduction.agreed_at = clock.now()
    if share_phone and person.phone:
        introduction.share_phone(person.phone)
    return introduction


def agree_to_introduction(
    session: Session, actor: Actor, *, introduction_id: int, share_phone: bool = False
) -> Introduction:
    """The worker accepts a proposal, or a clerk writes the letter that a worker asked for.

    A worker's own request waits for the centre: accepting it again changes nothing. Raises IllegalMove, NotFound.
    """
    require(actor, Permission.INTRODUCE)
    introduction = introduction_in_sight(session, introduction_id)
    person = person_in_sight(session, introduction.person_id)
    is_own = actor.person_id == introduction.person_id
    if is_own and introduction.agreed_at is not None and introduction.state is IntroductionState.RECOMMENDED:
        return introduction
    return _agree(session, actor, introduction, person, share_phone=share_phone)


def decline_introduction(session: Session, actor: Actor, *, introduction_id: int) -> Introduction:
    """The worker declines, before or after the letter. Raises IllegalMove, NotFound."""
    require(actor, Permission.INTRODUCE)
    introduction = introduction_in_sight(session, introduction_id)
    if introduction.state is IntroductionState.RECOMMENDED or actor.may(Permission.RECORD_RESULT):
        move(session, actor, introduction, INTRODUCTION, "decline")
    else:
        INTRODUCTION.find(introduction.state, "decline")
        # The right is the service's, because only staff move a letter; who said no is in the log all the same.
        move(session, replace(Actor.system(), account_id=actor.account_id), introduction, INTRODUCTION, "decline")
    introduction.result_at = clock.now()
    introduction.flag = ""
    return introduction


def set_introduction_aside(session: Session, actor: Actor, *, introduction_id: int, reason: str) -> Introduction:
    """The centre writes no letter; the worker is notified of the reason. Raises IllegalMove, NotFound."""
    require(actor, Permission.RECORD_RESULT)
    introduction = introduction_in_sight(session, introduction_id)
    move(session, actor, introduction, INTRODUCTION, "set_aside", reason=reason)
    introduction.note = reason[:200]
    send(
        session,
        SET_ASIDE.of(reason=reason[:500]),
        to_person_id=introduction.person_id,
        link="/me/introductions",
        dedupe_key=f"set-aside:{introduction.id}",
    )
    return introduction


def record_result(
    session: Session, actor: Actor, *, introduction_id: int, draft: IntroductionResultDraft
) -> Introduction:
    """Record the result of a letter; a hire takes a place of the opening and starts the follow-up.

    Raises IllegalMove, OpeningFull, AnswerTooLate or NotFound. Silence never counts as a result.
    """
    require(actor, Permission.RECORD_RESULT)
    introduction = introduction_in_sight(session, introduction_id)
    if (
        introduction.state is IntroductionState.UNKNOWN
        and introduction.issued_at
        and clock.now() - introduction.issued_at > EDITABLE
    ):
        raise AnswerTooLate(days=EDITABLE.days)
    for event in events_to(introduction.state, draft.result):
        move(session, actor, introduction, INTRODUCTION, event, reason=draft.note)
    introduction.result_at = clock.now()
    introduction.result_source = draft.source
    introduction.result_reason = draft.reason
    introduction.note = draft.note or introduction.note
    introduction.flag = ""
    if draft.result is Result.HIRED:
        session.flush()
        _hire(session, actor, introduction, draft)
    audit.note(
        session,
        actor,
        action="introduction.result",
        subject=f"introduction:{introduction.id}",
        detail={"result": draft.result.value, "source": draft.source.value},
    )
    return introduction


def begin_work(session: Session, actor: Actor, *, placement_id: int, on: date | None = None) -> Placement:
    """Record that the worker has started. Raises IllegalMove, NotFound."""
    require(actor, Permission.RECORD_RESULT)
    placement = _placement(session, placement_id)
    move(session, actor, placement, PLACEMENT, "start")
    if on is not None and on != placement.starts_on:
        placement.starts_on = on
        for call in session.scalars(select(FollowUp).where(FollowUp.placement_id == placement.id)):
            call.due_on = on + timedelta(days=call.day)
    return placement


def record_follow_up(session: Session, actor: Actor, *, follow_up_id: int, draft: FollowUpDraft) -> Placement:
    """Record a follow-up call. After three unanswered calls contact is lost.

    A departure may be recorded at any time, everything else on the day of the call or later. Raises
    FollowUpEarly, Invalid for an end ahead of today, IllegalMove or NotFound.
    """
    require(actor, Permission.RECORD_SERVICE)
    call = session.scalar(select(FollowUp).where(FollowUp.id == follow_up_id))
    if call is None:
        raise NotFound
    if draft.outcome is not FollowUpOutcome.LEFT and clock.today() < call.due_on:
        raise FollowUpEarly(due=call.due_on.isoformat())
    placement = _placement(session, call.placement_id)
    call.outcome, call.account_id, call.note = draft.outcome, actor.account_id, draft.note
    if draft.outcome is FollowUpOutcome.NO_ANSWER:
        placement.missed_calls += 1
        if placement.missed_calls >= MOST_CALLS and ("lose" in PLACEMENT.events(placement.state, actor)):
            move(session, actor, placement, PLACEMENT, "lose")
        return placement
    call.done_at, placement.missed_calls = clock.now(), 0
    if draft.outcome is FollowUpOutcome.LEFT:
        return end_placement(
            session,
            actor,
            placement_id=placement.id,
            reason=draft.leave_reason or LeaveReason.OTHER,
            on=draft.ended_on or clock.today(),
        )
    _advance(session, actor, placement, call.day)
    session.flush()
    events.publish(session, PlacementMoved(placement.id, placement.person_id, placement.state))
    return placement


def end_placement(session: Session, actor: Actor, *, placement_id: int, reason: LeaveReason, on: date) -> Placement:
    """Record the end of a job; before it was stable, its place becomes free and the worker is a jobseeker again.

    Raises Invalid for a day ahead of today, IllegalMove or NotFound.
    """
    require(actor, Permission.RECORD_RESULT)
    if on > clock.today():
        raise Invalid([Problem("ended_on", "future", N_("离职日期不能晚于今天"))])
    placement = _placement(session, placement_id)
    was_stable = placement.state is PlacementState.STABLE
    move(session, actor, placement, PLACEMENT, "leave", reason=reason.value)
    placement.ended_on, placement.leave_reason = max(on, placement.starts_on), reason
    session.flush()
    with seeing_everything(session):
        if not was_stable and placement.opening_id is not None:
            give_place_back(session, Actor.system(), opening_id=placement.opening_id)
        move_registration(session, Actor.system(), person_id=placement.person_id, event="lose_job")
    events.publish(session, PlacementMoved(placement.id, placement.person_id, placement.state))
    return placement


def _introduce(session: Session, person: Person, opening_id: int, channel: Channel) -> Introduction:
    registration = living_registration(session, person.id)
    if registration is None or registration.state not in SEEKING:
        raise NotRegistered
    opening = opening_in_sight(session, opening_id)
    if opening.state is OpeningState.FILLED or opening.remaining < 1:
        raise OpeningFull(opening_id=opening_id)
    refuse_closed(session, person, opening)
    living = select(Introduction.id).where(
        Introduction.person_id == person.id,
        Introduction.opening_id == opening_id,
        Introduction.state.not_in(sorted(DONE)),
    )
    if session.scalar(living) is not None:
        raise AlreadyIntroduced(field="opening_id")
    _refuse_refused_today(session, person, opening)
    fit = lawful_fit(session, person, opening)
    introduction = Introduction(
        centre_id=person.centre_id,
        person_id=person.id,
        opening_id=opening.id,
        employer_id=opening.employer_id,
        worker_name=person.name,
        channel=channel,
        state=IntroductionState.RECOMMENDED,
        points=fit.points,
        reasons=frozen_reasons(fit),
        promised=terms_of(opening).as_row(),
    )
    introduction.opening = opening
    session.add(introduction)
    session.flush()
    return introduction


def _refuse_refused_today(session: Session, person: Person, opening: Opening) -> None:
    midnight = datetime.combine(clock.today(), time(), clock.SHANGHAI)
    refused = select(Introduction.id).where(
        Introduction.person_id == person.id,
        Introduction.opening_id == opening.id,
        Introduction.state.in_(sorted(REFUSED)),
        Introduction.result_at >= midnight,
    )
    with seeing_everything(session):
        if session.scalar(refused.limit(1)) is not None:
            raise RefusedToday(field="opening_id")


def _agree(
    session: Session, actor: Actor, introduction: Introduction, person: Person, *, share_phone: bool
) -> Introduction:
    INTRODUCTION.find(introduction.state, "agree")
    opening = opening_in_sight(session, introduction.opening_id)
    if opening.state is OpeningState.FILLED or opening.remaining < 1:
        raise OpeningFull(opening_id=opening.id)
    refuse_closed(session, person, opening)
    lawful_fit(session, person, opening)
    introduction.agreed_at = introduction.agreed_at or clock.now()
    if share_phone and person.phone:
        introduction.share_phone(person.phone)
    with session.no_autoflush:
        write_letter(session, actor, introduction, opening)
        move(session, actor, introduction, INTRODUCTION, "agree")
    session.flush()
    events.publish(session, LetterWritten(introduction.id))
    return introduction


def _hire(session: Session, actor: Actor, introduction: Introduction, draft: IntroductionResultDraft) -> Placement:
    return place_worker(
        session,
        actor,
        person_id=introduction.person_id,
        centre_id=introduction.centre_id,
        opening_id=introduction.opening_id,
        starts_on=draft.starts_on or clock.today(),
        wage_fen=draft.wage_fen,
        introduction_id=introduction.id,
    )


def _advance(session: Session, actor: Actor, placement: Placement, day: int) -> None:
    """Move a placement to the day of a call that reached the worker at work; earlier steps are implied."""
    if placement.state is PlacementState.HIRED:
        move(session, actor, placement, PLACEMENT, "start")
    elif placement.state is PlacementState.LOST_CONTACT:
        move(session, actor, placement, PLACEMENT, "find")
    for step in FOLLOW_UP_DAYS:
        if step <= day and (placement.state, _NEXT[step]) in PLACEMENT.table:
            move(session, actor, placement, PLACEMENT, _NEXT[step])


def _placement(session: Session, placement_id: int) -> Placement:
    placement = session.scalar(select(Placement).where(Placement.id == placement_id))
    if placement is None:
        raise NotFound
    return placement
