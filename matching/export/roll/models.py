"""The entries of roll calls, append-only."""

from datetime import datetime

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, String, UniqueConstraint, false, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from centre import clock
from centre.permissions import Scope
from centre.tables import Base, Instant, coded
from matching.export.models import EscortDuty, ExportMember
from matching.export.roll.rules import RollMark, RollSource, RollWord


class RollScan(Base):
    """What one device says of one member (点名记录).

    Written for others: escorts, group leaders and staff of the sending centre write into the organising centre's roll.
    """

    written_for_others = True

    __table_args__ = (
        UniqueConstraint("batch_id", "device", "counter", "member_id", "word"),
        Index("ix_roll_scan_batch", "batch_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("export_batch.id"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("export_member.id"))
    device: Mapped[str] = mapped_column(String(60))
    counter: Mapped[int]
    word: Mapped[RollWord] = mapped_column(coded(RollWord))
    source: Mapped[RollSource] = mapped_column(coded(RollSource))
    said_at: Mapped[datetime | None] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    settles: Mapped[list[list[str | int]]] = mapped_column(JSON, default=list)
    reason: Mapped[str] = mapped_column(String(200), default="")
    account_id: Mapped[int | None]

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """The organising centre, the escorts of the batch, and a leader for the own group."""
        if scope.all_centres:
            return cls.id > 0
        rules = [cls.centre_id == scope.centre_id] if scope.staff and scope.centre_id else []
        if scope.account_id:
            led = select(EscortDuty.batch_id).where(
                EscortDuty.account_id == scope.account_id, EscortDuty.ended_at.is_(None)
            )
            rules.append(cls.batch_id.in_(led))
        if scope.person_id:
            own = select(ExportMember.id).where(ExportMember.visible_to(Scope(person_id=scope.person_id)))
            rules.append(cls.member_id.in_(own))
        return or_(false(), *rules)

    @property
    def scan(self) -> RollMark:
        """The scan, for the rules."""
        return RollMark(
            self.device, self.counter, self.member_id, self.word, self.source, self.said_at,
            frozenset((str(device), int(counter)) for device, counter in self.settles),
        )  # fmt: skip
