"""Actions of the roll call: taking in what devices say, deciding conflicts, departure, arrival."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.audit import note
from centre.errors import Invalid, NotFound, Problem
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_
from matching.export import queries
from matching.export.members import move_member
from matching.export.models import ExportBatch, ExportMember
from matching.export.roll.applying import apply_roll, on_behalf
from matching.export.roll.models import RollScan
from matching.export.roll.queries import roll, scans
from matching.export.roll.rules import (
    GATE,
    DecisionDraft,
    NothingDisputed,
    Roll,
    RollMark,
    RollNotOpen,
    RollScanDraft,
    RollSource,
    RollUnsettled,
    RollWord,
    ScansDraft,
)
from matching.export.rules import EXPORT_BATCH, BatchState, MemberState

CALLING = (BatchState.LOCKED, BatchState.TRAVELLING, BatchState.ARRIVED)


def take_scans(
    session: Session, actor: Actor, *, batch_id: int, draft: ScansDraft, source: RollSource = RollSource.PHONE
) -> Roll:
    """Store the scans of a device; repeated scans count once. Returns the reconciled roll.

    Earlier entries are never overwritten. An escort reports on the whole batch, a group leader on their own group,
    staff of the centre on everybody. Raises RollNotOpen, NotFound, or Invalid for a member of another batch or group.
    """
    require(actor, Permission.CALL_ROLL)
    batch = queries.led_batch(session, actor, batch_id)
    if batch.state not in CALLING:
        raise RollNotOpen
    allowed = set(session.scalars(select(ExportMember.id).where(ExportMember.batch_id == batch.id)))
    wrong = [at for at, scan in enumerate(draft.scans) if scan.member_id not in allowed]
    if wrong:
        message = N_("这个人不在您负责的名单上")
        raise Invalid([Problem(f"scans.{at}.member_id", "not-on-list", message) for at in wrong])
    said = [
        RollMark(draft.device, scan.counter, scan.member_id, scan.word, source, scan.at) for scan in draft.scans
    ]  # fmt: skip
    with seeing_everything(session):
        # The batch's row is taken first, so that two uploads follow one another and neither misses the other.
        session.scalars(select(ExportBatch.id).where(ExportBatch.id == batch.id).with_for_update()).all()
        _store(session, actor, batch, said)
        return apply_roll(session, batch, by=actor)


def say_words(
    session: Session,
    actor: Actor,
    *,
    batch_id: int,
    device: str,
    words: Mapping[int, RollWord],
    source: RollSource = RollSource.PHONE,
) -> int:
    """Say words of members in the name of a device whose counter the service keeps: a page, a sheet, a list on paper.

    Entries that the device has sent already are skipped, so reading a sheet back twice adds nothing. Returns how many
    words are new. Raises as `take_scans`.
    """
    require(actor, Permission.CALL_ROLL)
    with seeing_everything(session):
        own = session.scalars(scans(batch_id).where(RollScan.device == device)).all()
    stages = {(row.member_id, row.word in GATE): row.word for row in sorted(own, key=lambda row: row.counter)}
    fresh = [(who, word) for who, word in words.items() if stages.get((who, word in GATE)) is not word]
    if not fresh:
        return 0
    first = max((row.counter for row in own), default=0) + 1
    said = [
        RollScanDraft(counter=number, member_id=who, word=word, at=clock.now())
        for number, (who, word) in enumerate(fresh, first)
    ]
    take_scans(session, actor, batch_id=batch_id, draft=ScansDraft(device=device, scans=said), source=source)
    return len(fresh)


def decide_roll(session: Session, actor: Actor, *, member_id: int, draft: DecisionDraft) -> Roll:
    """Decide between sources that differ about a member, with a reason. Raises NothingDisputed, Invalid, NotFound."""
    require(actor, Permission.RUN_EXPORT)
    if not draft.reason:
        raise Invalid([Problem("reason", "missing", N_("请写明依据，例如打过电话核实"))])
    row = queries.member(session, member_id)
    batch = queries.own_batch(session, actor, row.batch_id)
    if batch.state not in CALLING:
        raise RollNotOpen
    with seeing_everything(session):
        truth = roll(session, batch.id).members.get(row.id)
        if truth is None or not truth.is_conflict:
            raise NothingDisputed
        # The decision is made with all scans in view, so it settles every open conflict of the member.
        settled = [list(scan.key) for scan in truth.scans]
        device = f"desk:{actor.account_id or 0}"
        spoken = session.scalars(
            select(RollScan.counter).where(RollScan.batch_id == batch.id, RollScan.device == device)
        ).all()
        session.add(
            RollScan(
                batch_id=batch.id, centre_id=batch.centre_id, member_id=row.id, device=device, word=draft.word,
                counter=max(spoken, default=0) + 1, source=RollSource.DESK, said_at=clock.now(), settles=settled,
                reason=draft.reason, account_id=actor.account_id,
            )
        )  # fmt: skip
        session.flush()
        decided = apply_roll(session, batch, by=actor)
    note(session, actor, action="export.roll-decision", subject=f"export_member:{row.id}")
    return decided


def depart_batch(session: Session, actor: Actor, *, batch_id: int) -> ExportBatch:
    """The batch departs: members without a scan at the gate count as absent. Raises RollUnsettled or IllegalMove.

    A scan that arrives later still moves a member back to those on the way.
    """
    require(actor, Permission.CALL_ROLL)
    batch = _led_whole(session, actor, batch_id)
    EXPORT_BATCH.find(batch.state, "depart")
    with seeing_everything(session):
        _refuse_unsettled(session, batch)
        move(session, actor, batch, EXPORT_BATCH, "depart")
        batch.departed_at = clock.now()
        session.flush()
        waiting = queries.members(batch.id).where(ExportMember.state == MemberState.CONFIRMED)
        for row in session.scalars(waiting).all():
            move_member(session, row, "miss", by=on_behalf(actor))
    return batch


def arrive_batch(session: Session, actor: Actor, *, batch_id: int) -> ExportBatch:
    """The batch has arrived with everybody on board who did not leave on the way. Raises RollUnsettled, IllegalMove."""
    require(actor, Permission.CALL_ROLL)
    batch = _led_whole(session, actor, batch_id)
    EXPORT_BATCH.find(batch.state, "arrive")
    with seeing_everything(session):
        _refuse_unsettled(session, batch)
        move(session, actor, batch, EXPORT_BATCH, "arrive")
        batch.arrived_at = clock.now()
        session.flush()
        aboard = queries.members(batch.id).where(ExportMember.state == MemberState.BOARDED)
        for row in session.scalars(aboard).all():
            move_member(session, row, "arrive", by=on_behalf(actor))
    return batch


def _store(session: Session, actor: Actor, batch: ExportBatch, said: Sequence[RollMark]) -> None:
    known = {(row.device, row.counter, row.member_id, row.word) for row in session.scalars(scans(batch.id))}
    for scan in said:
        if (mark := (scan.device, scan.counter, scan.member_id, scan.word)) in known:
            continue
        known.add(mark)
        session.add(
            RollScan(
                batch_id=batch.id, centre_id=batch.centre_id, member_id=scan.member_id, device=scan.device,
                counter=scan.counter, word=scan.word, source=scan.source, said_at=scan.at,
                account_id=actor.account_id,
            )
        )  # fmt: skip
    session.flush()


def _refuse_unsettled(session: Session, batch: ExportBatch) -> None:
    if disputed := roll(session, batch.id).conflicts:
        ids = [truth.member_id for truth in disputed]
        named = session.scalars(
            select(ExportMember.worker_name).where(ExportMember.id.in_(ids)).order_by(ExportMember.id)
        )
        raise RollUnsettled(count=len(disputed), names="、".join(named))


def _led_whole(session: Session, actor: Actor, batch_id: int) -> ExportBatch:
    """A batch that the actor leads as a whole: staff and escorts, not the leader of a group. Raises NotFound."""
    batch = queries.led_batch(session, actor, batch_id)
    if actor.scope.staff or actor.is_system:
        return batch
    own = {duty.account_id for duty in session.scalars(queries.escorts(batch.id))}
    if actor.account_id not in own:
        raise NotFound
    return batch
