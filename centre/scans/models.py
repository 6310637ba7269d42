"""Tables of scans."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from centre import clock
from centre.scans.rules import Act, Scan
from centre.tables import Base, Instant, OfCentre, coded


class ScanEvent(OfCentre, Base):
    """One scan by one device, never changed afterwards (扫码记录).

    `register` names what the scan belongs to, for example `fair:12`; the slice above resolves it.
    """

    __table_args__ = (
        UniqueConstraint("register", "device", "counter", "digest"),
        Index("ix_scan_event_subject", "register", "subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    register: Mapped[str] = mapped_column(String(40))
    device: Mapped[str] = mapped_column(String(40))
    counter: Mapped[int]
    digest: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(64), default="")
    act: Mapped[Act] = mapped_column(coded(Act))
    at: Mapped[datetime] = mapped_column(Instant)
    gate: Mapped[str] = mapped_column(String(40), default="")
    heads: Mapped[int] = mapped_column(default=1)
    forced: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(200), default="")
    received_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    by_account_id: Mapped[int | None]

    @property
    def scan(self) -> Scan:
        """The scan as the rules see it."""
        return Scan(
            self.device,
            self.counter,
            self.subject,
            self.act,
            self.at,
            self.gate,
            self.heads,
            self.forced,
            self.reason,
            self.digest,
        )


class ScanDevice(OfCentre, Base):
    """A device that has sent scans for a register; its row makes concurrent uploads wait for each other (扫码设备)."""

    __table_args__ = (UniqueConstraint("register", "device"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    register: Mapped[str] = mapped_column(String(40))
    device: Mapped[str] = mapped_column(String(40))
    uploads: Mapped[int] = mapped_column(default=0)
    gate: Mapped[str] = mapped_column(String(40), default="")
    by_account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    last_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing was heard from the device for ten minutes."""
        return (clock.now() - self.last_at).total_seconds() > 600
