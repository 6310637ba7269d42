"""Erasures that are due, erasures after a restored backup, and what has been kept long enough."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.orm import Session

from centre import clock
from centre.batches import batches
from centre.isolation import apart
from centre.jobs import job
from centre.ledger import ServiceEvent
from centre.messages import send
from centre.messages.jobseekers import RETENTION
from centre.outbox import Delivery, Message
from centre.people import Person
from centre.permissions import Actor
from centre.policy import policy
from centre.records import queries
from centre.records.erasure import carry_out, erase_person
from centre.records.models import ErasureRequest, RevealDay
from centre.records.rules import ErasureState
from centre.settings import settings

SYSTEM = Actor.system()
LOT = 200


@job("erase-on-request", every=timedelta(hours=1))
def erase_on_request(session: Session) -> None:
    """Erase the people who asked for it and whose days to think better of it are over."""
    for request in session.scalars(queries.due_erasures(clock.today()).limit(LOT)).all():
        with apart(session):
            if request.origin == "retention" and _served_since(session, request):
                request.state = ErasureState.WITHDRAWN
            else:
                carry_out(session, SYSTEM, request=request)


def journal() -> Path:
    """The names of destroyed keys, kept beside the master key and so apart from every backup."""
    return settings().data_dir / "erased.keys"


@job("repeat-erasures", every=timedelta(minutes=10))
def repeat_erasures(session: Session) -> None:
    """Repeat the erasures undone by a restored backup, and list the keys destroyed since the last run."""
    path = journal()
    noted = set(path.read_text().split()) if path.exists() else set()
    erased = set(session.scalars(select(Person.key_name).where(Person.wrapped_key == b"")))
    fresh = sorted(erased - noted)
    if fresh:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.writelines(f"{name}\n" for name in fresh)
    for batch in batches(sorted(noted - erased)):
        back = select(Person.id).where(Person.key_name.in_(batch), Person.wrapped_key != b"").order_by(Person.id)
        for person_id in session.scalars(back).all():
            with apart(session):
                erase_person(session, SYSTEM, person_id=person_id)


@job("tell-inactive", every=timedelta(days=1))
def tell_inactive(session: Session) -> None:
    """Notify people who have not been served for a long time of their coming erasure, and schedule it."""
    today = clock.today()
    months = int(policy(session, "inactive-months", on=today))
    notice = int(policy(session, "inactive-notice-days", on=today))
    served = select(func.max(ServiceEvent.occurred_at)).where(ServiceEvent.person_id == Person.id).scalar_subquery()
    erasing = select(ErasureRequest.person_id).where(ErasureRequest.state == ErasureState.ASKED)
    before = datetime.combine(_months_before(today, months), time.min, clock.SHANGHAI)
    idle = (
        select(Person)
        .where(
            Person.wrapped_key != b"",
            Person.created_at < before,
            Person.updated_at < before,
            func.coalesce(served, Person.created_at) < before,
            Person.id.not_in(erasing),
        )
        .order_by(Person.id)
        .limit(LOT)
    )
    for person in session.scalars(idle).all():
        due = today + timedelta(days=notice)
        with apart(session):
            session.add(ErasureRequest(person_id=person.id, origin="retention", due_on=due))
            send(
                session,
                RETENTION.of(),
                to_person_id=person.id,
                dedupe_key=f"retention:{person.id}:{due.isoformat()}",
            )


@job("forget-old-messages", every=timedelta(days=1))
def forget_old_messages(session: Session) -> None:
    """Empty messages that were kept as long as the policy says, and drop counters of looking that are over.

    One that could not be sent in all that time is emptied too, and is no longer sent.
    """
    today = clock.today()
    before = clock.now() - timedelta(days=int(policy(session, "message-keep-days", on=today)))
    session.execute(
        update(Message)
        .where(Message.created_at < before, Message.due_at < before, Message.title != "")
        .values(
            title="",
            body="",
            link="",
            delivery=case((Message.delivery == Delivery.WAITING, Delivery.EXPIRED), else_=Message.delivery),
            version=Message.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(RevealDay).where(RevealDay.on_day < today - timedelta(days=31)))


def _served_since(session: Session, request: ErasureRequest) -> bool:
    later = select(ServiceEvent.id).where(
        ServiceEvent.person_id == request.person_id, ServiceEvent.occurred_at > request.asked_at
    )
    return session.scalar(later.limit(1)) is not None


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, 28))
