"""What is done with a record: look, agree, take back, copy, ask for erasure, erase."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.errors import Forbidden, NotFound
from centre.messages import send
from centre.messages.office import REVEAL_ALERT
from centre.people import Consent
from centre.permissions import Actor, Permission, require
from centre.policy import policy
from centre.records import queries
from centre.records.models import ErasureRequest, Reveal, RevealDay
from centre.records.rules import (
    ERASURE,
    BudgetSpent,
    ErasureAsked,
    NeededConsent,
    NothingToReveal,
    ReasonMissing,
    RevealDraft,
    RevealReason,
    SealedColumn,
    UnknownPurpose,
)
from centre.states import move


def reveal(session: Session, actor: Actor, *, person_id: int, draft: RevealDraft, proved_at: datetime | None) -> str:
    """Reveal one encrypted value of a person, with a reason, to a user who has just re-authenticated (查看完整信息).

    Counts the person against the account's budget of the day; looking again at the same person costs nothing.
    Raises NotFresh, NotFound, ReasonMissing, NothingToReveal, BudgetSpent.
    """
    require(actor, Permission.REVEAL)
    queries.require_fresh(session, proved_at)
    if actor.account_id is None:
        raise Forbidden(permission=Permission.REVEAL.value)
    if draft.reason is RevealReason.OTHER and not draft.words:
        raise ReasonMissing(field="words")
    person = queries.person_in_sight(session, person_id)
    if not (person.identity_sealed if draft.column is SealedColumn.IDENTITY else person.phone_sealed):
        raise NothingToReveal(field="column")
    _spend(session, actor, actor.account_id, person_id)
    session.add(
        Reveal(
            person_id=person_id,
            account_id=actor.account_id,
            centre_id=actor.centre_id,
            column=draft.column,
            reason=draft.reason,
            words=draft.words,
        )
    )
    audit.note(
        session,
        actor,
        action="person.reveal",
        subject=f"person:{person_id}",
        detail={"column": draft.column.value, "reason": draft.reason.value},
    )
    return person.identity_number if draft.column is SealedColumn.IDENTITY else person.phone


def _spend(session: Session, actor: Actor, account_id: int, person_id: int) -> None:
    today = clock.today()
    known = select(Reveal.id).where(
        Reveal.account_id == account_id, Reveal.on_day == today, Reveal.person_id == person_id
    )
    if session.scalar(known.limit(1)) is not None:
        return
    limit = int(policy(session, "reveal-budget-per-day", on=today))
    mine = (RevealDay.account_id == account_id, RevealDay.on_day == today)
    one_more = (
        update(RevealDay)
        .where(*mine, RevealDay.people < limit)
        .values(people=RevealDay.people + 1)
        .execution_options(synchronize_session=False)
    )

    def counted() -> bool:
        return bool(getattr(session.execute(one_more), "rowcount", 0))

    # A line that cannot be opened was there already, or came a moment ago from another process.
    if not counted() and not _opened(session, account_id, limit) and not counted():
        raise BudgetSpent(limit=limit)
    people = session.scalars(select(RevealDay.people).where(*mine)).one()
    if people == int(policy(session, "reveal-alert-per-day", on=today)):
        _alert(session, actor, account_id, people)


def _opened(session: Session, account_id: int, limit: int) -> bool:
    if limit < 1:
        return False
    try:
        with session.begin_nested():
            session.add(RevealDay(account_id=account_id, on_day=clock.today(), people=1))
            session.flush()
    except IntegrityError:
        return False
    return True


def _alert(session: Session, actor: Actor, account_id: int, people: int) -> None:
    for manager in queries.managers_of(session, actor.centre_id):
        send(
            session,
            REVEAL_ALERT.of(name=actor.name or f"#{account_id}", people=people),
            to_account_id=manager,
            dedupe_key=f"reveal-alert:{account_id}:{clock.today().isoformat()}:{manager}",
        )


def give_consent(session: Session, actor: Actor, *, purpose: str) -> Consent:
    """Agree to a purpose in the words of its newest text; doing it twice changes nothing. Raises UnknownPurpose."""
    require(actor, Permission.KEEP_OWN_RECORDS)
    text = queries.consent_texts().get(purpose)
    if text is None:
        raise UnknownPurpose(field="purpose")
    person_id = _self(actor)
    for given in session.scalars(queries.consents_of(person_id).where(Consent.withdrawn_at.is_(None))):
        if (given.purpose, given.text_version) == (purpose, text.version):
            return given
    consent = Consent(person_id=person_id, purpose=purpose, text_version=text.version)
    session.add(consent)
    _noted(session, actor, "consent.give", person_id, {"purpose": purpose, "version": text.version})
    return consent


def withdraw_consent(session: Session, actor: Actor, *, purpose: str) -> None:
    """No longer agree to a purpose, from now on. Raises NeededConsent for the one that the service rests on."""
    require(actor, Permission.KEEP_OWN_RECORDS)
    text = queries.consent_texts().get(purpose)
    if text is None:
        raise UnknownPurpose(field="purpose")
    if text.needed:
        raise NeededConsent(field="purpose")
    person_id = _self(actor)
    living = session.scalars(
        queries.consents_of(person_id).where(Consent.withdrawn_at.is_(None), Consent.purpose == purpose)
    ).all()
    if not living and text.with_service:  # said no before anybody had asked
        session.add(Consent(person_id=person_id, purpose=purpose, text_version=text.version, withdrawn_at=clock.now()))
    for given in living:
        given.withdrawn_at = clock.now()
    _noted(session, actor, "consent.withdraw", person_id, {"purpose": purpose})


def copy_my_data(session: Session, actor: Actor, *, proved_at: datetime | None) -> dict[str, Any]:
    """Everything that is kept about the actor, numbers in clear. Raises NotFresh, NotFound. Leaves an audit entry."""
    require(actor, Permission.KEEP_OWN_RECORDS)
    queries.require_fresh(session, proved_at)
    person = queries.person_in_sight(session, _self(actor))
    copied = queries.copy_of(session, person)
    _noted(session, actor, "person.copy", person.id, {"tables": sorted(copied)})
    return copied


def request_erasure(session: Session, actor: Actor, *, proved_at: datetime | None) -> ErasureRequest:
    """Ask to be erased; there are some days to think better of it. Raises NotFresh, ErasureAsked."""
    require(actor, Permission.KEEP_OWN_RECORDS)
    queries.require_fresh(session, proved_at)
    person_id = _self(actor)
    if queries.erasure_of(session, person_id) is not None:
        raise ErasureAsked
    days = int(policy(session, "erasure-wait-days", on=clock.today()))
    request = ErasureRequest(person_id=person_id, due_on=clock.today() + timedelta(days=days))
    session.add(request)
    session.flush()
    _noted(session, actor, "erasure.ask", person_id, {"request": request.id})
    return request


def withdraw_erasure(session: Session, actor: Actor) -> None:
    """Withdraw the erasure request before its date. Raises NotFound, IllegalMove."""
    require(actor, Permission.KEEP_OWN_RECORDS)
    request = queries.erasure_of(session, _self(actor))
    if request is None:
        raise NotFound
    move(session, actor, request, ERASURE, "withdraw")
    _noted(session, actor, "erasure.withdraw", request.person_id, {"request": request.id})


def _self(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotFound
    return actor.person_id


def _noted(session: Session, actor: Actor, action: str, person_id: int, detail: dict[str, Any]) -> None:
    audit.note(session, actor, action=action, subject=f"person:{person_id}", detail=detail)
