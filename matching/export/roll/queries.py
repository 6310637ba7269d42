"""Queries on the roll of a batch."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from centre.accounts import Account
from centre.scopes import seeing_everything
from matching.export.roll.models import RollScan
from matching.export.roll.rules import Roll, RollSource, reconcile


@dataclass(frozen=True, slots=True)
class Device:
    """What a device has sent so far (点名设备)."""

    name: str
    source: RollSource
    scans: int
    last_at: datetime


def scans(batch_id: int) -> Select[RollScan]:
    """Everything that was said at the roll call of a batch."""
    return select(RollScan).where(RollScan.batch_id == batch_id).order_by(RollScan.id)


def roll(session: Session, batch_id: int) -> Roll:
    """The reconciled roll of a batch, regardless of the reader."""
    with seeing_everything(session):
        return reconcile(row.scan for row in session.scalars(scans(batch_id)))


def devices(session: Session, batch_id: int) -> list[Device]:
    """The devices that have sent something, with the moment of the last one."""
    statement = (
        select(RollScan.device, RollScan.source, func.count(), func.max(RollScan.received_at))
        .where(RollScan.batch_id == batch_id, RollScan.source != RollSource.DESK)
        .group_by(RollScan.device, RollScan.source)
        .order_by(RollScan.device)
    )
    return [Device(row[0], row[1], row[2], row[3]) for row in session.execute(statement)]


def callers(session: Session, batch_id: int) -> dict[str, str]:
    """Who called the roll on each device, by name, regardless of the reader: an identifier of a device says nothing."""
    statement = (
        select(RollScan.device, Account.name)
        .join(Account, Account.id == RollScan.account_id)
        .where(RollScan.batch_id == batch_id)
        .distinct()
        .order_by(Account.name)
    )
    people: dict[str, str] = {}
    with seeing_everything(session):
        for device, name in session.execute(statement):
            people[device] = f"{people[device]}、{name}" if device in people else name
    return people
