"""Erasure of a person: the key and personal data are destroyed; statistics and legally required records stay."""

from typing import Any

from sqlalchemy import delete, inspect, or_, select, update
from sqlalchemy.orm import Session

from centre import audit, clock, events
from centre.accounts.models import Account, SignIn, SignInCard
from centre.idempotency import KeptAnswer
from centre.ledger import ServiceEvent
from centre.outbox import Message
from centre.people import Consent, Person
from centre.permissions import Actor, Permission, require
from centre.records import queries
from centre.records.models import ErasureRequest, Reveal
from centre.records.rules import BLANKED_NAMES, BLANKED_WORDS, ERASED_NAME, ERASURE, PersonErased
from centre.states import forget_reasons, move
from centre.tables import Base


def erase_person(session: Session, actor: Actor, *, person_id: int) -> None:
    """Anonymise a person irreversibly, in a session of the system; rows and statistics stay without a name (注销).

    The person's data key is destroyed, so that every value encrypted under it is unreadable. Upper packages receive
    PersonErased in the same transaction. Raises NotFound.
    """
    require(actor, Permission.ERASE_PEOPLE)
    person = queries.person_in_sight(session, person_id)
    name = person.name
    numbers = tuple(filter(None, (person.phone, person.identity_number))) if person.wrapped_key else ()
    for model, column in queries.models_about_people():
        if model is not Person and model is not Message and model is not ServiceEvent:
            for row in session.scalars(select(model).where(getattr(model, column) == person_id)):
                _blank(row)
        forget_reasons(session, model, getattr(model, column) == person_id)
    _forget_messages(session, person_id, name)
    _close_accounts(session, person_id)
    _forget_answers(session, [name, *numbers])
    person.wrapped_key = b""
    person.identity_sealed = person.identity_index = person.claimed_index = None
    person.phone_sealed = person.phone_index = person.phone_verified_at = None
    person.name = person.name_norm = ERASED_NAME
    person.name_spelt = ""
    if person.birth_on is not None:
        person.birth_on = person.birth_on.replace(month=1, day=1)  # the year is enough for statistics
    person.literacy_aid = False
    events.publish(session, PersonErased(person_id, name, numbers))
    audit.note(session, actor, action="person.erase", subject=f"person:{person_id}")
    session.flush()


def carry_out(session: Session, actor: Actor, *, request: ErasureRequest) -> None:
    """Erase the person of a request and write the certificate."""
    require(actor, Permission.ERASE_PEOPLE)
    erase_person(session, actor, person_id=request.person_id)
    request.done_at = clock.now()
    request.certificate_no = f"ZX-{clock.today():%Y}-{request.id:06}"
    with session.no_autoflush:
        move(session, actor, request, ERASURE, "erase")
    session.flush()


def _blank(row: Base) -> None:
    if isinstance(row, (Consent, Reveal, ErasureRequest, Account, SignInCard)):
        if isinstance(row, Reveal):
            row.words = ""
        return
    columns = inspect(type(row)).columns
    for name in columns.keys():  # noqa: SIM118 # not a dict
        if columns[name].unique:
            continue  # a number of the register, such as a letter's, stays and names nobody
        if name in BLANKED_NAMES:
            setattr(row, name, ERASED_NAME)
        elif name in BLANKED_WORDS:
            setattr(row, name, "")
        elif name.endswith(("_sealed", "_key")) and columns[name].nullable:
            setattr(row, name, None)


def _forget_messages(session: Session, person_id: int, name: str) -> None:
    accounts = select(Account.id).where(Account.person_id == person_id)
    own = or_(Message.person_id == person_id, Message.account_id.in_(accounts))
    session.execute(
        update(Message)
        .where(own)
        .values(title="", body="", link="", last_error="", version=Message.version + 1)
        .execution_options(synchronize_session=False)
    )
    named = or_(Message.title.contains(name, autoescape=True), Message.body.contains(name, autoescape=True))
    for message in session.scalars(select(Message).where(named).order_by(Message.id)):
        message.title, message.body = (part.replace(name, ERASED_NAME) for part in (message.title, message.body))


def _close_accounts(session: Session, person_id: int) -> None:
    for account in session.scalars(select(Account).where(Account.person_id == person_id).order_by(Account.id)):
        account.login, account.name = f"erased-{account.id}", ERASED_NAME
        account.password_hash, account.disabled = "-", True
        account.email_sealed, account.email_proved_at, account.by_email = None, None, False
        session.execute(delete(SignIn).where(SignIn.account_id == account.id))
    for card in session.scalars(select(SignInCard).where(SignInCard.person_id == person_id)):
        card.revoked_at = card.revoked_at or clock.now()


def _forget_answers(session: Session, words: list[str]) -> None:
    # Answers are kept for a day, so the few there are can be read through.
    wanted: list[Any] = [word.encode() for word in words]
    for kept_id, body in session.execute(select(KeptAnswer.id, KeptAnswer.body)).all():
        if any(word in body for word in wanted):
            session.execute(delete(KeptAnswer).where(KeptAnswer.id == kept_id))
