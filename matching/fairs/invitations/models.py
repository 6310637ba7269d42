"""Tables of invitations to fairs."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from centre import clock
from centre.tables import Instant, OfCentre, Record


class FairInvitation(OfCentre, Record):
    """A worker or an employer who was invited to a fair, once (招聘会邀请). A worker's names the opening that fits."""

    __table_args__ = (
        UniqueConstraint("fair_id", "person_id"),
        UniqueConstraint("fair_id", "employer_id"),
        CheckConstraint("(person_id IS NULL) <> (employer_id IS NULL)", name="guest"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id"), index=True)
    opening_id: Mapped[int | None] = mapped_column(ForeignKey("opening.id"))
    invited_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
