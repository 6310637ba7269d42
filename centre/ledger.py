"""The service ledger (服务台账): append-only events, the source of all headline statistics."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    false,
    select,
    true,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock, privacy
from centre.bulk_writes import insert_rows, new_ids
from centre.closing import require_open
from centre.people import Person
from centre.permissions import Actor, Scope
from centre.scopes import seeing_everything
from centre.tables import Base, Instant, coded
from centre.translation import N_

_PLACE = "told"


class ServiceCategory(StrEnum):
    """The five categories of the reception ledger, and the rest (服务类别)."""

    TRAINING = "training"
    INTERMEDIATION = "intermediation"
    PETITION = "petition"
    LEGAL = "legal"
    RELIEF = "relief"
    OTHER = "other"


class Channel(StrEnum):
    """The channel of a service (渠道)."""

    COUNTER = "counter"
    HOTLINE = "hotline"
    LETTER = "letter"
    WEB = "web"
    SITE = "site"
    MOBILE = "mobile"


CATEGORY_LABELS = {
    ServiceCategory.TRAINING: N_("技能培训"),
    ServiceCategory.INTERMEDIATION: N_("职业介绍"),
    ServiceCategory.PETITION: N_("信访接待"),
    ServiceCategory.LEGAL: N_("法律服务"),
    ServiceCategory.RELIEF: N_("生活救助"),
    ServiceCategory.OTHER: N_("其他服务"),
}

CHANNEL_LABELS = {
    Channel.COUNTER: N_("窗口"),
    Channel.HOTLINE: N_("热线"),
    Channel.LETTER: N_("来信"),
    Channel.WEB: N_("网上"),
    Channel.SITE: N_("现场"),
    Channel.MOBILE: N_("手机"),
}


class ServiceEvent(Base):
    """One service to one person, a person-time (服务台账记录, 人次).

    Written for others: a school that enrols or an employer that hires writes the ledger of the centre.
    """

    written_for_others = True

    __table_args__ = (
        CheckConstraint("amount_fen IS NULL OR amount_fen >= 0 OR reverses_id IS NOT NULL", name="amount"),
        Index("ix_service_event_when", "occurred_at", "centre_id", "category"),
        Index("ix_service_event_recorded", "recorded_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    occurred_at: Mapped[datetime] = mapped_column(Instant)
    recorded_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    category: Mapped[ServiceCategory] = mapped_column(coded(ServiceCategory))
    topic: Mapped[str] = mapped_column(String(60), default="")
    channel: Mapped[Channel] = mapped_column(coded(Channel))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    programme: Mapped[str] = mapped_column(String(60), default="")
    amount_fen: Mapped[int | None]
    joint_with: Mapped[list[str]] = mapped_column(JSON, default=list)
    subject: Mapped[str] = mapped_column(String(60), default="")
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("service_event.id"), unique=True)
    note: Mapped[str] = mapped_column(String(500), default="")
    told_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    account_id: Mapped[int | None]

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """City and audit read all centres, other staff their own."""
        if scope.all_centres:
            return true()
        if scope.staff and scope.centre_id:
            return cls.centre_id == scope.centre_id
        return cls.person_id == scope.person_id if scope.person_id else false()


def record_service(
    session: Session,
    actor: Actor,
    *,
    centre_id: int,
    category: ServiceCategory,
    channel: Channel = Channel.COUNTER,
    person_id: int | None = None,
    topic: str = "",
    programme: str = "",
    amount_fen: int | None = None,
    subject: str = "",
    note: str = "",
    occurred_at: datetime | None = None,
) -> ServiceEvent:
    """Record one service in the ledger. `subject` names the detailed record, for example `enrolment:12`.

    Raises MonthClosed for a day in a month that the centre has closed. `note` is the person's statement; it is
    encrypted under the person's key, and so is erased with the person.
    """
    if occurred_at is not None:
        require_open(session, [(centre_id, occurred_at)])
    event = ServiceEvent(
        occurred_at=occurred_at or clock.now(),
        centre_id=centre_id,
        category=category,
        channel=channel,
        person_id=person_id,
        topic=topic,
        programme=programme,
        amount_fen=amount_fen,
        subject=subject,
        told_sealed=_sealed(session, person_id, note) if note else None,
        account_id=actor.account_id,
    )
    session.add(event)
    return event


def record_services(session: Session, actor: Actor, services: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    """Record many services by bulk insert; each has the keywords of `record_service`, all of them the same ones.

    Raises MonthClosed, as `record_service` does.
    """
    require_open(
        session, ((service["centre_id"], service["occurred_at"]) for service in services if "occurred_at" in service)
    )
    ids, now = new_ids(session, ServiceEvent, len(services)), clock.now()
    rows = [
        {"id": number, "occurred_at": now, "recorded_at": now, "account_id": actor.account_id, **service}
        for number, service in zip(ids, services, strict=True)
    ]
    insert_rows(session, ServiceEvent, rows)
    return ids


def _sealed(session: Session, person_id: int | None, words: str) -> bytes:
    if person_id is None:
        return privacy.seal_own(_PLACE, words)
    with seeing_everything(session):
        return session.get_one(Person, person_id).seal(_PLACE, words)


def unsealed_statement(session: Session, event: ServiceEvent) -> str:
    """A person's statement, decrypted; empty when there is none or the person was erased."""
    if event.told_sealed is None:
        return ""
    if event.person_id is None:
        return privacy.unseal_own(_PLACE, event.told_sealed)
    with seeing_everything(session):
        person = session.get_one(Person, event.person_id)
    return person.unseal(_PLACE, event.told_sealed) if person.wrapped_key else ""


def reverse_services(session: Session, actor: Actor, ids: Sequence[int], *, note: str) -> None:
    """Reverse many events, as `reverse_service` does for one."""
    kept = ("centre_id", "category", "channel", "person_id", "topic", "programme", "subject")
    with seeing_everything(session):
        events = session.scalars(select(ServiceEvent).where(ServiceEvent.id.in_(ids)).order_by(ServiceEvent.id)).all()
    reversals = [
        {name: getattr(event, name) for name in kept}
        | {"amount_fen": -event.amount_fen if event.amount_fen else None, "note": note, "reverses_id": event.id}
        for event in events
    ]
    record_services(session, actor, reversals)


def reverse_service(session: Session, actor: Actor, event: ServiceEvent, *, note: str) -> ServiceEvent:
    """Reverse an event as of now; the event itself is never edited (台账冲正)."""
    reversal = record_service(
        session,
        actor,
        centre_id=event.centre_id,
        category=event.category,
        channel=event.channel,
        person_id=event.person_id,
        topic=event.topic,
        programme=event.programme,
        amount_fen=-event.amount_fen if event.amount_fen else None,
        subject=event.subject,
    )
    reversal.reverses_id, reversal.note = event.id, note
    return reversal
