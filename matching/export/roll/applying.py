"""Bringing the members of a batch to what its roll says; called by actions that have asked already."""

from dataclasses import replace

from sqlalchemy.orm import Session

from centre.permissions import Actor
from matching.export import queries
from matching.export.members import move_member
from matching.export.models import ExportBatch
from matching.export.roll.queries import roll
from matching.export.roll.rules import Roll, RollWord
from matching.export.rules import BatchState, MemberState

_STEPS: dict[RollWord, dict[MemberState, tuple[str, ...]]] = {
    RollWord.BOARDED: {MemberState.CONFIRMED: ("board",), MemberState.NO_SHOW: ("board",)},
    RollWord.ABSENT: {MemberState.CONFIRMED: ("miss",), MemberState.BOARDED: ("miss",)},
    RollWord.ARRIVED: {
        MemberState.CONFIRMED: ("board", "arrive"),
        MemberState.NO_SHOW: ("board", "arrive"),
        MemberState.BOARDED: ("arrive",),
    },
    RollWord.LEFT: {
        MemberState.CONFIRMED: ("board", "leave"),
        MemberState.NO_SHOW: ("board", "leave"),
        MemberState.BOARDED: ("leave",),
    },
}
"""How a member moves to what the roll says."""


def apply_roll(session: Session, batch: ExportBatch, *, by: Actor) -> Roll:
    """Bring the members' states to what the roll says; conflicts leave a member where they are seen."""
    reconciled = roll(session, batch.id)
    rows = {row.id: row for row in session.scalars(queries.members(batch.id))}
    for member_id, truth in reconciled.members.items():
        row = rows.get(member_id)
        if row is None or truth.word is None:
            continue
        for event in _STEPS[truth.word].get(row.state, ()):
            move_member(session, row, event, by=on_behalf(by))
        if batch.state is BatchState.ARRIVED and row.state is MemberState.BOARDED:
            move_member(session, row, "arrive", by=on_behalf(by))  # a scan that came in after the arrival of all
    return reconciled


def on_behalf(actor: Actor) -> Actor:
    """The service acts on what the actor's device said; the log keeps who it was."""
    return replace(Actor.system(), account_id=actor.account_id)
