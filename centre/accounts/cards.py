"""Cards with a QR code and a PIN, issued at the counter to people who have no telephone."""

import secrets
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.accounts.models import Account, SignInCard
from centre.accounts.passwords import hashed
from centre.accounts.queries import living_card
from centre.accounts.rules import PIN_DIGITS, bare, is_jobseeker, new_code, new_words
from centre.accounts.sessions import end_all
from centre.errors import NotFound
from centre.people import Person
from centre.permissions import Actor, Permission, Role, require
from centre.privacy import token_digest
from centre.scopes import seeing_everything

GROUPS = 4
"""Sixteen letters and digits of thirty: eighty bits cannot be guessed, and people can still type them."""


@dataclass(frozen=True, slots=True)
class PrintedCard:
    """What is printed once and then known to the holder alone."""

    person: Person
    number: str
    pin: str


def issue_card(session: Session, actor: Actor, *, person_id: int) -> PrintedCard:
    """Issue a card to a person whom the actor serves; older ones and their sessions end. Raises NotFound."""
    require(actor, Permission.ISSUE_CARDS)
    number, pin = new_words(GROUPS), new_code(PIN_DIGITS)
    pin_hash = hashed(pin)  # slow on purpose, so before anybody waits for the writer's lock
    person = session.scalar(select(Person).where(Person.id == person_id))
    if person is None:
        raise NotFound
    with seeing_everything(session):
        account = _account(session, person)
        if _void(session, person.id):
            end_all(session, account.id)  # a lost card leaves nobody signed in
        card = SignInCard(
            account_id=account.id,
            person_id=person.id,
            token_digest=token_digest(bare(number)),
            pin_hash=pin_hash,
            issued_by=actor.account_id,
        )
        session.add(card)
        session.flush()
    audit.note(session, actor, action="card.issue", subject=f"person:{person.id}", detail={"card": card.id})
    return PrintedCard(person, number, pin)


def revoke_card(session: Session, actor: Actor, *, person_id: int) -> None:
    """Make a lost card void and end the sessions of its holder. Raises NotFound."""
    require(actor, Permission.ISSUE_CARDS)
    card = living_card(session, person_id)
    if card is None:
        raise NotFound
    with seeing_everything(session):
        _void(session, person_id)
        end_all(session, card.account_id)
    audit.note(session, actor, action="card.revoke", subject=f"person:{person_id}", detail={"card": card.id})


def _void(session: Session, person_id: int) -> bool:
    voided = session.execute(
        update(SignInCard)
        .where(SignInCard.person_id == person_id, SignInCard.revoked_at.is_(None))
        .values(revoked_at=clock.now(), version=SignInCard.version + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(getattr(voided, "rowcount", 0))


def _account(session: Session, person: Person) -> Account:
    known = session.scalars(select(Account).where(Account.person_id == person.id).order_by(Account.id))
    account = next((candidate for candidate in known if is_jobseeker(candidate.roles)), None)
    if account is None:
        account = Account(
            login=f"card-{secrets.token_hex(8)}",
            name=person.name,
            password_hash="",
            roles=[Role.JOBSEEKER],
            person_id=person.id,
        )
        session.add(account)
        session.flush()
    return account
