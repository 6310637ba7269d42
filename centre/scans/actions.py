"""Actions on scans."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from centre import clock
from centre.bulk_writes import insert_rows
from centre.permissions import Actor, Permission, require
from centre.scans.models import ScanDevice, ScanEvent
from centre.scans.rules import ScanBatch, ScanDraft
from centre.scopes import seeing_everything


@dataclass(frozen=True, slots=True)
class Received:
    """What came of an upload: scans that were sent, and those of them that are new."""

    sent: int
    added: int


def receive_scans(
    session: Session, actor: Actor, *, register: str, centre_id: int, batch: ScanBatch, permission: Permission
) -> Received:
    """Record the queue of a device; what is there already is left alone, so that sending twice is harmless.

    The slice that owns the register names its permission and has checked that the actor may write to it.
    """
    require(actor, permission)
    with seeing_everything(session):
        _hold_device(session, actor, register, centre_id, batch)
        known = select(ScanEvent.counter, ScanEvent.digest).where(
            ScanEvent.register == register,
            ScanEvent.device == batch.device,
            ScanEvent.counter.in_([scan.counter for scan in batch.scans]),
        )
        there = {(counter, digest) for counter, digest in session.execute(known)}
        fresh = {
            key: scan for scan in batch.scans if (key := (scan.counter, scan.digest)) not in there
        }  # one queue may hold a scan twice
        same = {
            "register": register, "centre_id": centre_id, "device": batch.device, "received_at": clock.now(),
            "by_account_id": actor.account_id,
        }  # fmt: skip
        insert_rows(session, ScanEvent, [same | _columns(scan) for scan in fresh.values()])
    return Received(len(batch.scans), len(fresh))


def _columns(scan: ScanDraft) -> dict[str, object]:
    return {
        "counter": scan.counter, "digest": scan.digest, "subject": scan.subject, "act": scan.act, "at": scan.at,
        "gate": scan.gate, "heads": scan.heads, "forced": scan.forced, "reason": scan.reason,
    }  # fmt: skip


def _hold_device(session: Session, actor: Actor, register: str, centre_id: int, batch: ScanBatch) -> None:
    # The row of the device is written first: a second upload of the same queue waits and then finds everything there.
    gate = batch.scans[-1].gate if batch.scans else ""
    values = {"uploads": ScanDevice.uploads + 1, "last_at": clock.now(), **({"gate": gate} if gate else {})}
    held = (
        update(ScanDevice)
        .where(ScanDevice.register == register, ScanDevice.device == batch.device)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    if getattr(session.execute(held), "rowcount", 0):
        return
    try:
        with session.begin_nested():
            session.add(
                ScanDevice(
                    register=register,
                    device=batch.device,
                    centre_id=centre_id,
                    gate=gate,
                    uploads=1,
                    by_account_id=actor.account_id,
                )
            )
    except IntegrityError:  # another upload of this device was quicker
        session.execute(held)
