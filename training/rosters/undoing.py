"""Undo an import: exactly its enrolments, provided that nothing else has happened to them (撤回)."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import clock
from centre.batches import batches
from centre.permissions import Actor
from centre.policy import policy
from centre.scopes import seeing_everything
from centre.states import Transition
from centre.translation import N_
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.enrolments.bulk import withdraw_together
from training.enrolments.models import Enrolment
from training.enrolments.rules import ENROLMENTS, EnrolmentState
from training.rosters.models import RosterRow, RosterUpload
from training.rosters.rules import RosterVerdict, UndoTooLate

UNTOUCHED = {EnrolmentState.ACCEPTED: 1, EnrolmentState.APPLIED: 0}
"""The state in which an import leaves an enrolment, and the number of logged moves until then."""

BEFORE_BEGIN = frozenset({ClassState.RECRUITING, ClassState.LOCKED})


def undo_days(session: Session, upload: RosterUpload) -> int:
    """For how many days an import can be undone, by the policy on the day of the import."""
    settled = upload.settled_at or clock.now()
    return int(policy(session, "roster-undo-days", on=clock.local(settled).date()))


def may_undo(session: Session, upload: RosterUpload, training: TrainingClass) -> bool:
    """Whether the period is not over and the class has not begun."""
    settled = upload.settled_at or clock.now()
    return training.state in BEFORE_BEGIN and clock.now() <= settled + timedelta(days=undo_days(session, upload))


def require_recent(session: Session, upload: RosterUpload, training: TrainingClass) -> None:
    """Raises UndoTooLate."""
    if not may_undo(session, upload, training):
        raise UndoTooLate(days=undo_days(session, upload))


def withdraw_rows(session: Session, *, actor: Actor, upload: RosterUpload, most: int) -> bool:
    """Withdraw the next `most` enrolments of an import to which nothing else has happened; False at the end.

    An enrolment that has changed state stays, since another decision has been made on it.
    """
    with seeing_everything(session):
        imported = session.execute(
            select(RosterRow.id, RosterRow.enrolment_id)
            .where(
                RosterRow.upload_id == upload.id,
                RosterRow.verdict == RosterVerdict.CREATE,
                RosterRow.enrolment_id.is_not(None),
                RosterRow.id > upload.cursor,
            )
            .order_by(RosterRow.id)
            .limit(most)
        ).all()
        if not imported:
            return False
        untouched: dict[EnrolmentState, list[Enrolment]] = {state: [] for state in UNTOUCHED}
        for batch in batches([enrolment_id or 0 for _, enrolment_id in imported]):
            moves = dict(
                session.execute(
                    select(Transition.record_id, func.count())
                    .where(Transition.machine == ENROLMENTS.name, Transition.record_id.in_(batch))
                    .group_by(Transition.record_id)
                ).all()
            )
            for place in session.scalars(select(Enrolment).where(Enrolment.id.in_(batch)).order_by(Enrolment.id)):
                if UNTOUCHED.get(place.state) == moves.get(place.id, 0):
                    untouched[place.state].append(place)
        for places in untouched.values():
            withdraw_together(session, actor, class_id=upload.class_id, places=places, reason=N_("撤回花名册"))
            upload.withdrawn += len(places)
    upload.cursor = imported[-1][0]
    upload.done += len(imported)
    return True
