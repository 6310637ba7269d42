"""Identity numbers claimed from home and joined at the counter, with the identity card on the table (待核对的登记)."""

import secrets
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from centre import audit
from centre.accounts import Account
from centre.accounts.approvals import ask_closing
from centre.accounts.queries import goes_by, kept_login
from centre.accounts.rules import PHONE_LOGIN
from centre.accounts.sessions import end_all
from centre.errors import NotFound
from centre.people import Person, claims_of
from centre.permissions import Actor, Permission, require
from centre.privacy import blind_indexes
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_
from matching.profiles.models import HeldCertificate, JobWish, SkillProfile, WorkedOccupation
from matching.profiles.queries import living_registration, person_in_sight
from matching.profiles.registration import FORMER_LOGIN, Newcomer
from matching.profiles.rules import REGISTRATION

KEPT = (SkillProfile, JobWish)
LISTED = (WorkedOccupation, HeldCertificate)


def own_claim(session: Session, newcomer: Newcomer) -> Person | None:
    """The claims of the person at the counter: registered at home with this number, name and telephone; now proved."""
    person = next(iter(_own(claims_of(session, newcomer.identity.value), newcomer)), None)
    if person is not None:
        person.set_identity(newcomer.identity.value)
        session.flush()
    return person


def _own(claims: Sequence[Person], newcomer: Newcomer) -> list[Person]:
    phone = blind_indexes("phone", newcomer.phone)
    return [claim for claim in claims if claim.name == newcomer.name and claim.phone_index in phone]


def foreign_claims(session: Session, person: Person) -> list[Person]:
    """Claims of a person's number that are not joined: the person's own earlier ones, or a stranger's."""
    number = person.identity_number
    if not number:
        return []
    with seeing_everything(session):
        return [claim for claim in claims_of(session, number) if claim.id != person.id]


def join_claims(session: Session, actor: Actor, person: Person, newcomer: Newcomer) -> None:
    """Join what the person at the counter registered at home with this name and telephone."""
    require(actor, Permission.REGISTER_PERSON)
    for claim in _own(claims_of(session, newcomer.identity.value), newcomer):
        if claim.id != person.id:
            _join(session, actor, person, claim)


def join_claim(session: Session, actor: Actor, *, person_id: int, claim_id: int) -> None:
    """Join a record from home that the person at the counter says is theirs. Raises NotFound."""
    require(actor, Permission.REGISTER_PERSON)
    person = person_in_sight(session, person_id)
    claim = next((candidate for candidate in foreign_claims(session, person) if candidate.id == claim_id), None)
    if claim is None:
        raise NotFound
    with seeing_everything(session):
        _join(session, actor, person, claim)


def ask_closing_false(session: Session, actor: Actor, *, person_id: int, claim_id: int, reason: str) -> None:
    """Ask a second person to close a stranger's account: that of a claim, or of the record itself.

    Raises NotFound and AlreadyAsked.
    """
    require(actor, Permission.REGISTER_PERSON)
    person = person_in_sight(session, person_id)
    known = {record.id: record for record in (person, *foreign_claims(session, person))}
    if claim_id not in known:
        raise NotFound
    ask_closing(session, actor, person=known[claim_id], centre_id=person.centre_id, reason=reason)


def _join(session: Session, actor: Actor, person: Person, claim: Person) -> None:
    """Give the person's record the account and whatever the record lacks; the rest of the claim ends."""
    accounts = session.scalars(select(Account).where(Account.person_id == claim.id)).all()
    for account in accounts:
        account.person_id = person.id
        end_all(session, account.id)  # the account now shows more than the sessions were opened for
    own = {"person_id": person.id, "centre_id": person.centre_id}
    for model in KEPT:
        if session.scalar(select(model.id).where(model.person_id == person.id)) is None:
            _hand_over(session, model, claim, own)
    for listed in LISTED:
        if session.scalar(select(listed.id).where(listed.person_id == person.id).limit(1)) is None:
            _hand_over(session, listed, claim, own)
    registration = living_registration(session, claim.id)
    if registration is not None:
        move(session, Actor.system(), registration, REGISTRATION, "withdraw", reason=N_("并入窗口登记"))
    claim.claimed_index = None
    claim.set_phone("")
    session.flush()
    detail = {"joined": claim.id}
    audit.note(session, actor, action="person.join", subject=f"person:{person.id}", detail=detail)


def _hand_over(session: Session, model: type, claim: Person, own: dict[str, int]) -> None:
    session.execute(
        update(model)
        .where(model.person_id == claim.id)  # type: ignore[attr-defined]
        .values(**own, version=model.version + 1)  # type: ignore[attr-defined]
        .execution_options(synchronize_session=False)
    )


def follow_phone(session: Session, person: Person, phone: str, *, changed: bool) -> None:
    """Move a person's account to a new telephone; the password and open sessions of the old one end."""
    if not changed:
        return
    login = kept_login(phone)
    taken = session.scalar(select(Account.id).where(goes_by(session, phone))) is not None
    for account in session.scalars(select(Account).where(Account.person_id == person.id)):
        if account.login.startswith(PHONE_LOGIN) and account.login != login:
            account.login = f"{FORMER_LOGIN}{secrets.token_hex(8)}" if taken else login
            account.password_hash, account.phone_proved_at, taken = "", None, True
            end_all(session, account.id)
    session.flush()
