"""Visits and calls that are no introduction: an entry in the service ledger (窗口服务)."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from centre.drafts import Draft, Line
from centre.errors import Conflict, Forbidden, NotFound
from centre.ledger import Channel, ServiceCategory, ServiceEvent, record_service, reverse_service
from centre.permissions import Actor, Permission, require
from centre.translation import N_
from matching.profiles.queries import person_in_sight

TOPICS = (
    N_("找工作咨询"),
    N_("培训咨询"),
    N_("拖欠工资"),
    N_("生活困难"),
    N_("看病减免"),
    N_("子女上学"),
    N_("劳动争议"),
    N_("其他"),
)


class AlreadyTakenBack(Conflict):
    """The entry has been reversed before."""

    code = "visit-taken-back"
    message = N_("这一条已经作废过了")


class VisitDraft(Draft):
    """A visit or a call: its subject and the channel (来访登记)."""

    category: ServiceCategory = ServiceCategory.PETITION
    channel: Channel = Channel.COUNTER
    topic: Annotated[Line, Field(max_length=60)] = ""
    note: Line = ""


def record_visit(session: Session, actor: Actor, *, draft: VisitDraft, person_id: int | None = None) -> ServiceEvent:
    """Write one entry into the service ledger, for a person or an anonymous caller. Raises NotFound, Forbidden."""
    require(actor, Permission.RECORD_SERVICE)
    if actor.centre_id is None:
        raise Forbidden
    if person_id is not None:
        person_in_sight(session, person_id)
    return record_service(
        session,
        actor,
        centre_id=actor.centre_id,
        category=draft.category,
        channel=draft.channel,
        person_id=person_id,
        topic=draft.topic,
        note=draft.note,
    )


def reversible_visits(session: Session, entries: Sequence[ServiceEvent], *, centre_id: int | None) -> frozenset[int]:
    """Which of some entries are visits that the staff of a centre can still take back."""
    ids = [entry.id for entry in entries if entry.centre_id == centre_id]
    reversed_ids = select(ServiceEvent.reverses_id).where(ServiceEvent.reverses_id.in_(ids))
    open_visits = visits().where(ServiceEvent.id.in_(ids), ServiceEvent.id.not_in(reversed_ids))
    return frozenset(entry.id for entry in session.scalars(open_visits))


def visits() -> Select[ServiceEvent]:
    """The entries that `record_visit` wrote: those that belong to no detailed record and reverse nothing."""
    return select(ServiceEvent).where(ServiceEvent.subject == "", ServiceEvent.reverses_id.is_(None))


def take_back_visit(session: Session, actor: Actor, *, service_id: int) -> ServiceEvent:
    """Reverse a visit that was entered by mistake; both lines stay in the ledger (记错作废).

    Raises NotFound, also for other centres' entries and for those of a detailed record, or AlreadyTakenBack.
    """
    require(actor, Permission.RECORD_SERVICE)
    entry = session.scalar(visits().where(ServiceEvent.id == service_id))
    if entry is None or entry.centre_id != actor.centre_id:
        raise NotFound
    if session.scalar(select(ServiceEvent.id).where(ServiceEvent.reverses_id == service_id)) is not None:
        raise AlreadyTakenBack
    return reverse_service(session, actor, entry, note=N_("记错了，作废"))
