"""Queries on scans."""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from centre.scans.models import ScanDevice, ScanEvent
from centre.scans.rules import GateTruth, Scan, truth
from centre.scopes import seeing_everything


def scans(register: str) -> Select[ScanEvent]:
    """All scans of a register, in the order of arrival."""
    return select(ScanEvent).where(ScanEvent.register == register).order_by(ScanEvent.id)


def scans_of(session: Session, register: str) -> list[Scan]:
    """All scans of a register, regardless of the reader: the caller has checked the right to the register."""
    fields = ("device", "counter", "subject", "act", "at", "gate", "heads", "forced", "reason", "digest")
    columns = select(*(getattr(ScanEvent, name) for name in fields))
    with seeing_everything(session):
        rows = session.execute(columns.where(ScanEvent.register == register).order_by(ScanEvent.id)).all()
    return [Scan(*row) for row in rows]


def truth_of(session: Session, register: str) -> GateTruth:
    """What the scans of a register add up to."""
    return truth(scans_of(session, register))


def devices(register: str) -> Select[ScanDevice]:
    """The devices that have sent scans for a register, the last heard first."""
    return select(ScanDevice).where(ScanDevice.register == register).order_by(ScanDevice.last_at.desc(), ScanDevice.id)


def last_scan_id(session: Session, register: str) -> int:
    """The id of the newest scan of a register, 0 before the first: the truth is unchanged while it is."""
    with seeing_everything(session):
        return session.scalar(select(func.max(ScanEvent.id)).where(ScanEvent.register == register)) or 0
