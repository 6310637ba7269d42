"""What is done with classes: a school applies, the centre approves, the class runs."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit, clock, events
from centre.calendar import working_days_between
from centre.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from centre.messages import Filled, send
from centre.messages.training import (
    CLASS_APPROVED,
    CLASS_REFUSED,
    SCHOOL_CLASS_BROKEN_OFF,
    SCHOOL_CLASS_CANCELLED,
    SCHOOL_CLASS_RESUMED,
    SCHOOL_CLASS_SUSPENDED,
)
from centre.permissions import Actor, Permission, Role, require
from centre.policy import policy
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_
from training.classes import queries
from training.classes.models import TrainingClass
from training.classes.rules import (
    BY_HAND,
    CLASSES,
    ENDINGS,
    ONWARD,
    ClassDraft,
    ClassMoved,
    ClassState,
    overlap,
)
from training.providers.models import TrainingProvider
from training.providers.queries import agreement_on
from training.providers.queries import major as find_major
from training.providers.queries import provider as find_provider
from training.providers.rules import require_active, require_responsible


class NoticeTooShort(Conflict):
    """The application comes too late before the first day."""

    code = "notice-too-short"
    message = N_("开班申请要提前 {needed} 个工作日，现在只提前 {given} 个工作日")


class NoAgreement(Conflict):
    """No agreement between centre and school is in force on the first day."""

    code = "no-agreement"
    message = N_("开班那天没有有效的联合办学协议，请先和中心签协议")


class QuotaUsed(Conflict):
    """The agreement gives the school no more seats."""

    code = "quota-used"
    message = N_("协议名额 {quota} 个，已申请 {used} 个，不够再开 {seats} 人的班")


class OwnClass(Forbidden):
    """The applicant for a class cannot approve it, whatever roles the account holds."""

    code = "own-class"
    message = N_("不能审批自己学校或自己提交的开班申请")


class RoomTaken(Conflict):
    """Another class of the school meets in the room at the same time."""

    code = "room-taken"
    message = N_("教室“{room}”同一时间已排了 {class_no} 班")


class TeacherTaken(Conflict):
    """The teacher stands before another class at the same time."""

    code = "teacher-taken"
    message = N_("教师“{teacher}”同一时间已排了 {class_no} 班")


class ClassNumberTaken(Conflict):
    """The school has a class with this number."""

    code = "class-number-taken"
    message = N_("本校已有编号为 {class_no} 的班")


class ClassAhead(Conflict):
    """A class begins on its first day and not before."""

    code = "class-ahead"
    message = N_("开班日期是 {start}，还没到，不能开始上课")


TOLD = {
    "cancel": SCHOOL_CLASS_CANCELLED,
    "break-off": SCHOOL_CLASS_BROKEN_OFF,
    "suspend": SCHOOL_CLASS_SUSPENDED,
    "resume": SCHOOL_CLASS_RESUMED,
}
"""The notice to a school of a step taken by another user."""


def draft_class(session: Session, actor: Actor, *, draft: ClassDraft, is_demo: bool = False) -> TrainingClass:
    """Enter a class of one of the school's majors. Raises Invalid, NotFound, RoomTaken or TeacherTaken."""
    require(actor, Permission.APPLY_FOR_CLASS)
    if draft.end_on < draft.start_on:
        raise Invalid([Problem("end_on", "days-order", N_("结束日期不能早于开始日期"))])
    if (draft.end_on - draft.start_on).days > 800:
        raise Invalid([Problem("end_on", "days-long", N_("一个班最长 800 天，请核对日期"))])
    major = find_major(session, draft.major_id)
    provider = find_provider(session, major.provider_id)
    require_responsible(actor, provider_id=provider.id, centre_id=provider.centre_id)
    require_active(provider.state)
    _lock_provider(session, provider.id)
    training = TrainingClass(
        provider_id=provider.id,
        centre_id=provider.centre_id,
        is_demo=is_demo,
        taken=0,
        state=ClassState.DRAFT,
        **draft.model_dump(),
    )
    _refuse_double_booking(session, training)
    session.add(training)
    session.flush()
    audit.note(session, actor, action="class.draft", subject=f"class:{training.id}")
    return training


def apply_for_class(session: Session, actor: Actor, *, class_id: int) -> TrainingClass:
    """Hand a drafted class in for approval (开班申请).

    Raises NoticeTooShort, ProviderNotActive, NoAgreement, QuotaUsed or IllegalMove.
    """
    require(actor, Permission.APPLY_FOR_CLASS)
    training, _, provider = queries.class_parts(session, class_id)
    require_responsible(actor, provider_id=training.provider_id, centre_id=training.centre_id)
    require_active(provider.state)
    needed = int(policy(session, "class-notice-working-days", on=clock.today(), region=provider.region_code))
    given = working_days_between(clock.today(), training.start_on)
    if given < needed:
        raise NoticeTooShort(field="start_on", needed=needed, given=max(given, 0))
    _refuse_without_agreement(session, training, provider)
    move(session, actor, training, CLASSES, "apply")
    training.applied_at, training.applied_by = clock.now(), actor.account_id
    audit.note(session, actor, action="class.apply", subject=f"class:{training.id}")
    return training


def approve_class(session: Session, actor: Actor, *, class_id: int) -> TrainingClass:
    """Let a class recruit. Raises OwnClass for the school itself and for the applicant."""
    require(actor, Permission.APPROVE_CLASS)
    training = _reviewed(session, actor, class_id)
    require_active(find_provider(session, training.provider_id).state)
    move(session, actor, training, CLASSES, "approve")
    training.approved_at, training.approved_by = clock.now(), actor.account_id
    audit.note(session, actor, action="class.approve", subject=f"class:{training.id}")
    _tell_school(session, training, CLASS_APPROVED.of(class_no=training.class_no))
    return training


def refuse_class(session: Session, actor: Actor, *, class_id: int, reason: str) -> TrainingClass:
    """Send an application back to the school with the reason. Raises Invalid without one, OwnClass."""
    require(actor, Permission.APPROVE_CLASS)
    if not reason.strip():
        raise Invalid([Problem("reason", "missing", N_("请写明退回原因"))])
    training = _reviewed(session, actor, class_id)
    move(session, actor, training, CLASSES, "refuse", reason=reason)
    audit.note(session, actor, action="class.refuse", subject=f"class:{training.id}")
    _tell_school(session, training, CLASS_REFUSED.of(class_no=training.class_no, reason=reason))
    return training


def move_class(session: Session, actor: Actor, *, class_id: int, event: str, reason: str = "") -> TrainingClass:
    """Move a class along its later states: lock, begin, finish, suspend, resume, cancel or break off.

    Trainees of a class that ends early are released and notified with the reason, in the same transaction; the reason
    is then required. Raises IllegalMove, ClassAhead before the first day, ProviderNotActive, Invalid or NotFound.
    """
    require(actor, Permission.APPLY_FOR_CLASS)
    if event not in BY_HAND:
        raise NotFound
    training = queries.training_class(session, class_id)
    require_responsible(actor, provider_id=training.provider_id, centre_id=training.centre_id)
    CLASSES.find(training.state, event)
    if event in ONWARD:
        require_active(find_provider(session, training.provider_id).state)
    if event == "begin" and clock.today() < training.start_on:
        raise ClassAhead(field="event", start=training.start_on.isoformat())
    if event in ENDINGS and training.taken and not reason.strip():
        raise Invalid([Problem("reason", "missing", N_("班里还有学员，请写明原因，系统会通知他们"))])
    return step_class(session, actor, training, event, reason=reason)


def step_class(
    session: Session, actor: Actor, training: TrainingClass, event: str, *, reason: str = ""
) -> TrainingClass:
    """Take a step whose conditions were checked, tell the school, and publish it. Raises IllegalMove or Forbidden."""
    require(actor, Permission.APPLY_FOR_CLASS)
    move(session, actor, training, CLASSES, event, reason=reason)
    audit.note(session, actor, action=f"class.{event}", subject=f"class:{training.id}")
    if event in TOLD and training.applied_by != actor.account_id:
        _tell_school(session, training, TOLD[event].of(class_no=training.class_no, reason=reason))
    session.flush()
    events.publish(session, ClassMoved(training.id, event, reason))
    return training


def _reviewed(session: Session, actor: Actor, class_id: int) -> TrainingClass:
    training = queries.training_class(session, class_id)
    own_school = Role.REGISTRAR in actor.roles and actor.provider_id == training.provider_id
    if own_school or (actor.account_id is not None and actor.account_id == training.applied_by):
        raise OwnClass
    require_responsible(actor, provider_id=training.provider_id, centre_id=training.centre_id)
    return training


def _lock_provider(session: Session, provider_id: int) -> None:
    # Two classes drafted at once would each miss the other's room; the school's row makes them queue.
    session.scalars(
        select(TrainingProvider).where(TrainingProvider.id == provider_id).with_for_update(key_share=True)
    ).one()


def _refuse_without_agreement(session: Session, training: TrainingClass, provider: TrainingProvider) -> None:
    """The centre's own school needs no agreement with it; a quota of nothing is no limit."""
    if provider.is_own:
        return
    _lock_provider(session, provider.id)
    with seeing_everything(session):
        agreed = agreement_on(session, provider.id, training.start_on)
        if agreed is None:
            raise NoAgreement(field="start_on")
        used = queries.seats_asked(session, provider.id, agreed.from_on, agreed.to_on)
    if agreed.quota and used + training.seats > agreed.quota:
        raise QuotaUsed(field="seats", quota=agreed.quota, used=used, seats=training.seats)


def _refuse_double_booking(session: Session, training: TrainingClass) -> None:
    others = session.scalars(
        select(TrainingClass)
        .where(TrainingClass.provider_id == training.provider_id, TrainingClass.state != ClassState.CANCELLED)
        .order_by(TrainingClass.id)
    )
    for other in others:
        if other.class_no == training.class_no:
            raise ClassNumberTaken(field="class_no", class_no=training.class_no)
        if not overlap(training, other):
            continue
        if training.room and training.room == other.room:
            raise RoomTaken(field="room", room=training.room, class_no=other.class_no)
        if training.teacher and training.teacher == other.teacher:
            raise TeacherTaken(field="teacher", teacher=training.teacher, class_no=other.class_no)


def _tell_school(session: Session, training: TrainingClass, message: Filled) -> None:
    if training.applied_by is None:
        return
    send(
        session,
        message,
        to_account_id=training.applied_by,
        link=f"/school/classes/{training.id}",
        dedupe_key=f"class-answer:{training.id}:{training.version}",
    )
