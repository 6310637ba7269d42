"""Registering a person once: by a clerk at the counter, or from home with a code sent to the telephone."""

import json
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.accounts import Account, AskedCode, Caller, Entered, LoginTaken
from centre.accounts.authentication import is_idle, prove_phone
from centre.accounts.codes import HOUR, send_code, spend_asking, spend_code, use_up
from centre.accounts.passwords import hashed
from centre.accounts.queries import goes_by, kept_login
from centre.accounts.rules import PHONE_LOGIN, CodePurpose, Door, check_new_password, is_jobseeker
from centre.accounts.sessions import end_all, let_in
from centre.database import open_session
from centre.errors import Conflict
from centre.ledger import Channel
from centre.limits import Limit, spend_all
from centre.network import centre_of, home
from centre.numbers import IdentityNumber, parse_identity, parse_mobile
from centre.people import Consent, Person, Sex, new_person, person_by_identity
from centre.permissions import Actor, Permission, Role, require
from centre.policy import policy
from centre.privacy import Box, blind_indexes, token_digest
from centre.states import move
from centre.translation import N_
from matching.profiles.models import (
    HeldCertificate,
    JobWish,
    PendingRegistration,
    Registration,
    SkillProfile,
    WorkedOccupation,
)
from matching.profiles.queries import living_registration
from matching.profiles.rules import (
    CONSENT_PURPOSE,
    CONSENT_VERSION,
    REGISTRATION,
    RegistrationState,
    SelfRegistration,
)

PENDING_LASTS = timedelta(hours=1)
MOST_AN_HOUR = 60
"""Registrations from one network address; a whole hall may share one."""

FORMER_LOGIN = "former-"
"""Prefix of the login of an account whose telephone number now belongs to another person."""


class RegistrationOver(Conflict):
    """The registration was not confirmed in time, or is complete already."""

    code = "registration-over"
    message = N_("这次登记已经过期或已经办完，请从头再登记一次")


class TooYoung(Conflict):
    """A person under the working age cannot be registered for work (VR12)."""

    code = "too-young-to-work"
    message = N_("未满 {age} 周岁，{on} 之后才能登记求职；可以先参加培训")


class NameDiffers(Conflict):
    """The identity number is known under another name."""

    code = "name-differs"
    message = N_("这个身份证号登记的姓名不一样，请核对证件原件")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person to be registered, with parsed numbers (来访者)."""

    name: str
    identity: IdentityNumber
    phone: str
    live_region: str

    @classmethod
    def read(cls, *, name: str, id_number: str, phone: str, live_region: str | None) -> "Newcomer":
        """Parse the numbers as people write them. Raises a BadNumber that names the fault."""
        return cls(name, parse_identity(id_number, clock.today()), parse_mobile(phone), live_region or home())


def ask_registration(draft: SelfRegistration, caller: Caller) -> AskedCode:
    """Store a registration from home and send a code to the telephone; known and new people get the same answer.

    Nothing is joined and no record is touched before the code comes back (`confirm_registration`); an unconfirmed
    registration is deleted after an hour. Raises BadNumber, TooYoung, Invalid and TooMany.
    """
    newcomer = Newcomer.read(
        name=draft.name, id_number=draft.id_number, phone=draft.phone, live_region=draft.live_region
    )
    if draft.password:
        check_new_password(newcomer.phone, draft.password)
    system = Actor.system().scope
    with open_session(system) as session:
        check_age(session, newcomer.identity.birth_date)
    spend_all(Limit(("register", caller.host), MOST_AN_HOUR, HOUR))
    spend_asking(newcomer.phone, caller)
    # Slow on purpose, so before taking the write lock; equally slow for those who set no password.
    kept = hashed(draft.password or secrets.token_urlsafe(24))
    box, asked = Box.fresh(), secrets.token_urlsafe(24)
    typed = draft.model_copy(update={"password": ""}).model_dump_json()
    with open_session(system, write=True) as session:
        session.add(
            PendingRegistration(
                asked_digest=token_digest(asked),
                key_name=box.key_name,
                wrapped_key=box.wrapped_key,
                draft_sealed=box.seal("draft", typed),
                password_hash=kept if draft.password else "",
                expires_at=clock.now() + PENDING_LASTS,
            )
        )
        return send_code(session, CodePurpose.REGISTER, newcomer.phone, asked)


def resend_code(asked: str, caller: Caller) -> AskedCode:
    """Send the code of a registration again. Raises RegistrationOver and TooMany."""
    with open_session(Actor.system().scope) as session:
        phone = _newcomer(_pending(session, asked)).phone
    spend_asking(phone, caller)
    with open_session(Actor.system().scope, write=True) as session:
        return send_code(session, CodePurpose.REGISTER, phone, asked)


def confirm_registration(asked: str, code: str, caller: Caller) -> Entered:
    """Register the receiver of a code, and sign them in. Raises WrongCode, RegistrationOver, LoginTaken, TooMany.

    A telephone that has an account already lets its owner into that one. A record that a centre keeps is joined only
    when the centre itself verified this telephone for it; otherwise a new record is created, which the counter merges
    after seeing the identity card.
    """
    sent = spend_code(CodePurpose.REGISTER, asked, code, caller)
    with open_session(Actor.system().scope, write=True) as session:
        use_up(session, sent)
        pending = _pending(session, asked)
        newcomer, password_hash = _newcomer(pending), pending.password_hash
        session.delete(pending)
        account = _account_of(session, newcomer, password_hash)
        if account.person_id is None:
            account.person_id = add_claim(session, newcomer).id
        person = session.get_one(Person, account.person_id)
        give_consent(session, person)
        open_registration(session, Actor.system(), person, channel=Channel.WEB)
        session.flush()
        return let_in(session, account, caller, Door.CODE)


def _pending(session: Session, asked: str) -> PendingRegistration:
    pending = session.scalar(
        select(PendingRegistration).where(
            PendingRegistration.asked_digest == token_digest(asked), PendingRegistration.expires_at > clock.now()
        )
    )
    if pending is None:
        raise RegistrationOver
    return pending


def _newcomer(pending: PendingRegistration) -> Newcomer:
    typed = json.loads(Box(pending.key_name, pending.wrapped_key).unseal("draft", pending.draft_sealed))
    return Newcomer.read(**{name: typed[name] for name in ("name", "id_number", "phone", "live_region")})


def _account_of(session: Session, newcomer: Newcomer, password_hash: str) -> Account:
    """The account of a telephone just verified: its existing one, that of the joined record, or a new one."""
    login = kept_login(newcomer.phone)
    account = session.scalar(select(Account).where(goes_by(session, newcomer.phone)))
    if account is not None and not is_jobseeker(account.roles):
        raise LoginTaken(field="phone")
    if account is not None and account.usable and not is_idle(account):
        prove_phone(session, account, password_hash=password_hash)
        return account
    if account is not None:  # the number has changed hands: its earlier owner keeps the record, not the telephone
        account.login = f"{FORMER_LOGIN}{secrets.token_hex(8)}"
        end_all(session, account.id)
        session.flush()
    person = _joined(session, newcomer)
    account = _own_account(session, person) if person is not None else None
    if account is None:
        account = Account(login=login, name=newcomer.name, roles=[Role.JOBSEEKER], password_hash=password_hash)
        session.add(account)
    account.login, account.password_hash, account.phone_proved_at = login, password_hash, clock.now()
    account.person_id = person.id if person is not None else None
    session.flush()
    audit.note(session, account.actor, action="account.register", subject=f"account:{account.id}")
    return account


def _own_account(session: Session, person: Person) -> Account | None:
    """The account that a person has by a card from the counter, and by no other telephone."""
    known = session.scalars(select(Account).where(Account.person_id == person.id, Account.disabled.is_(False)))
    return next(
        (account for account in known if is_jobseeker(account.roles) and not account.login.startswith(PHONE_LOGIN)),
        None,
    )


def _joined(session: Session, newcomer: Newcomer) -> Person | None:
    """The record that the newcomer may come into: of this number and name, with this telephone verified by a centre."""
    person = person_by_identity(session, newcomer.identity.value)
    if person is None or person.name != newcomer.name or person.phone_verified_at is None:
        return None
    return person if person.phone_index in blind_indexes("phone", newcomer.phone) else None


def add_claim(session: Session, newcomer: Newcomer) -> Person:
    """A record made from home: the telephone is verified, the identity number only claimed."""
    person = new_person(centre_id=centre_of(session, newcomer.live_region).id, name=newcomer.name)
    person.claim_identity(newcomer.identity.value)
    person.set_phone(newcomer.phone, verified=True)
    person.source = "web"
    _describe(person, newcomer)
    session.add(person)
    session.flush()
    return person


def add_person(session: Session, newcomer: Newcomer, *, centre_id: int) -> Person:
    """A person with encrypted numbers; one added concurrently by another request is returned instead."""
    person = new_person(centre_id=centre_id, name=newcomer.name)
    person.set_identity(newcomer.identity.value)
    person.set_phone(newcomer.phone)
    _describe(person, newcomer)
    try:
        with session.begin_nested():
            session.add(person)
            session.flush()
    except IntegrityError:
        known = person_by_identity(session, newcomer.identity.value)
        if known is None:
            raise
        return known
    return person


def _describe(person: Person, newcomer: Newcomer) -> None:
    person.sex = Sex(newcomer.identity.sex)
    person.birth_on = newcomer.identity.birth_date
    person.legacy_number = newcomer.identity.legacy_15
    person.live_region = newcomer.live_region


def give_consent(session: Session, person: Person) -> None:
    """Record that the person agreed to the text shown, once per version."""
    known = session.scalar(
        select(Consent.id).where(
            Consent.person_id == person.id,
            Consent.purpose == CONSENT_PURPOSE,
            Consent.text_version == CONSENT_VERSION,
            Consent.withdrawn_at.is_(None),
        )
    )
    if known is None:
        session.add(Consent(person_id=person.id, purpose=CONSENT_PURPOSE, text_version=CONSENT_VERSION))


def check_age(session: Session, birth_on: date) -> None:
    """Refuse people under the working age. Raises TooYoung."""
    today = clock.today()
    age = int(policy(session, "working-age", on=today))
    of_age = birth_on.replace(day=min(birth_on.day, 28), year=birth_on.year + age)
    if of_age > today:
        raise TooYoung(age=age, on=of_age.isoformat())


def open_registration(
    session: Session, actor: Actor, person: Person, *, channel: Channel, is_demo: bool = False
) -> Registration:
    """The person's current registration, created and submitted where there is none. Raises TooYoung."""
    require(actor, Permission.EDIT_PROFILE)
    today = clock.today()
    if person.birth_on is not None:
        check_age(session, person.birth_on)
    registration = living_registration(session, person.id)
    if registration is None:
        registration = Registration(
            person_id=person.id,
            centre_id=person.centre_id,
            state=RegistrationState.DRAFT,
            channel=channel,
            is_demo=is_demo,
        )
        session.add(registration)
        session.flush()
    if registration.state is RegistrationState.DRAFT:
        move(session, actor, registration, REGISTRATION, "submit")
        registration.submitted_at = clock.now()
    elif registration.state is RegistrationState.LAPSED:
        move(session, actor, registration, REGISTRATION, "renew")
    registration.valid_until_on = today + timedelta(days=int(policy(session, "registration-valid-days", on=today)))
    return registration


def move_person(session: Session, actor: Actor, person: Person, *, centre_id: int) -> None:
    """Transfer a person to another centre with everything that the matching package stores about them."""
    require(actor, Permission.REGISTER_PERSON)
    audit.note(
        session,
        actor,
        action="person.transfer",
        subject=f"person:{person.id}",
        detail={"from": person.centre_id, "to": centre_id},
    )
    person.centre_id = centre_id
    for model in (Registration, SkillProfile, WorkedOccupation, HeldCertificate, JobWish):
        session.execute(
            update(model)
            .where(model.person_id == person.id)
            .values(centre_id=centre_id, version=model.version + 1)
            .execution_options(synchronize_session="fetch")
        )
