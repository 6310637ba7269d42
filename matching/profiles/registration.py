"""How a person comes in once: found by identity number or added, by a clerk at the counter or from home."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.accounts import LoginTaken, create_account
from centre.errors import Conflict
from centre.ledger import Channel
from centre.network import centre_of, home
from centre.numbers import IdentityNumber, parse_identity, parse_mobile
from centre.outbox import post
from centre.people import Consent, Person, Sex, new_person, person_by_identity, phone_index
from centre.permissions import Actor, Permission, Role, require
from centre.policy import policy
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_
from matching.profiles.models import HeldCertificate, JobWish, Registration, SkillProfile, WorkedOccupation
from matching.profiles.queries import living_registration
from matching.profiles.rules import (
    CONSENT_PURPOSE,
    CONSENT_VERSION,
    REGISTRATION,
    RegistrationState,
    SelfRegistration,
)


class TooYoung(Conflict):
    """Nobody under the working age is registered for work (VR12)."""

    code = "too-young-to-work"
    message = N_("未满 {age} 周岁，{on} 之后才能登记求职；可以先参加培训")


class NameDiffers(Conflict):
    """The identity number is known under another name."""

    code = "name-differs"
    message = N_("这个身份证号登记的姓名不一样，请核对证件原件")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who comes in, with numbers already read (来访者)."""

    name: str
    identity: IdentityNumber
    phone: str
    live_region: str

    @classmethod
    def read(cls, *, name: str, id_number: str, phone: str, live_region: str | None) -> "Newcomer":
        """Read the numbers as people write them. Raises a BadNumber that names the fault."""
        return cls(name, parse_identity(id_number, clock.today()), parse_mobile(phone), live_region or home())


def register_jobseeker(session: Session, *, draft: SelfRegistration) -> None:
    """Register somebody who sits at home; the same silence for known and for new people.

    A new identity number makes a person with an account. A known one gets its account only when name and telephone
    are those on file; otherwise an account without a person is made, which the counter joins after seeing the card.
    Raises BadNumber. A telephone that has an account already changes nothing and tells its owner.
    """
    actor = Actor.system()
    newcomer = Newcomer.read(
        name=draft.name, id_number=draft.id_number, phone=draft.phone, live_region=draft.live_region
    )
    with seeing_everything(session):
        try:
            with session.begin_nested():  # with a telephone that is taken, the person is not added either
                person = _claimed(session, newcomer)
                create_account(
                    session,
                    actor,
                    login=newcomer.phone,
                    name=newcomer.name,
                    password=draft.password,
                    roles={Role.JOBSEEKER},
                    person_id=person.id if person else None,
                )
        except LoginTaken:
            _tell_owner(session, newcomer.phone)
            return
        if person is not None:
            give_consent(session, person)
            open_registration(session, actor, person, channel=Channel.WEB)


def _claimed(session: Session, newcomer: Newcomer) -> Person | None:
    """The person that the newcomer is: a new one, or the one on file whose name and telephone are the same."""
    found = person_by_identity(session, newcomer.identity.value)
    if found is None:
        return add_person(session, newcomer, centre_id=centre_of(session, newcomer.live_region).id)
    same = found.name == newcomer.name and found.phone_index == phone_index(newcomer.phone)
    return found if same else None


def _tell_owner(session: Session, phone: str) -> None:
    owner = session.scalar(select(Person).where(Person.phone_index == phone_index(phone)).order_by(Person.id).limit(1))
    if owner is not None:
        post(
            session,
            kind="register-again",
            to_person_id=owner.id,
            title=N_("有人用您的手机号登记求职"),
            body=N_("您已经有账号，请直接登录；不是您本人操作，请告诉我们。"),
            dedupe_key=f"register-again:{owner.id}:{clock.today().isoformat()}",
        )


def add_person(session: Session, newcomer: Newcomer, *, centre_id: int) -> Person:
    """A person with sealed numbers; one added at the same moment by somebody else is taken instead."""
    person = new_person(centre_id=centre_id, name=newcomer.name)
    person.set_identity(newcomer.identity.value)
    person.set_phone(newcomer.phone)
    person.sex = Sex(newcomer.identity.sex)
    person.birth_on = newcomer.identity.birth_date
    person.legacy_number = newcomer.identity.legacy_15
    person.live_region = newcomer.live_region
    try:
        with session.begin_nested():
            session.add(person)
            session.flush()
    except IntegrityError:
        found = person_by_identity(session, newcomer.identity.value)
        if found is None:
            raise
        return found
    return person


def give_consent(session: Session, person: Person) -> None:
    """Note that the person agreed to the text shown, once per version."""
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


def open_registration(
    session: Session, actor: Actor, person: Person, *, channel: Channel, is_demo: bool = False
) -> Registration:
    """The person's living registration, made and submitted where there is none. Raises TooYoung."""
    require(actor, Permission.EDIT_PROFILE)
    today = clock.today()
    if person.birth_on is not None:
        age = int(policy(session, "working-age", on=today))
        of_age = person.birth_on.replace(day=min(person.birth_on.day, 28), year=person.birth_on.year + age)
        if of_age > today:
            raise TooYoung(age=age, on=of_age.isoformat())
    found = living_registration(session, person.id)
    if found is None:
        found = Registration(
            person_id=person.id,
            centre_id=person.centre_id,
            state=RegistrationState.DRAFT,
            channel=channel,
            is_demo=is_demo,
        )
        session.add(found)
        session.flush()
    if found.state is RegistrationState.DRAFT:
        move(session, actor, found, REGISTRATION, "submit")
        found.submitted_at = clock.now()
    elif found.state is RegistrationState.LAPSED:
        move(session, actor, found, REGISTRATION, "renew")
    found.valid_until_on = today + timedelta(days=int(policy(session, "registration-valid-days", on=today)))
    return found


def move_person(session: Session, actor: Actor, person: Person, *, centre_id: int) -> None:
    """Hand a person over to another centre with everything that the matching part keeps of them."""
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
