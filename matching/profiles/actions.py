"""What is done with registrations, profiles and wishes."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.calendar import add_years
from centre.errors import Conflict, Invalid, NotFound, Problem
from centre.ledger import Channel
from centre.network import Centre, centre_of
from centre.numbers import BadNumber, parse_certificate, parse_identity
from centre.people import Person, person_by_identity
from centre.permissions import Actor, Permission, require
from centre.policy import policy
from centre.scopes import seeing_everything
from centre.skills.vocabulary import vocabulary
from centre.states import move
from centre.translation import N_
from employers.openings.rules import CertificateKind
from matching.profiles.claims import follow_phone, join_claims, own_claim
from matching.profiles.models import HeldCertificate, JobWish, Registration, SkillProfile, WorkedOccupation
from matching.profiles.queries import living_registration, person_in_sight
from matching.profiles.registration import (
    NameDiffers,
    Newcomer,
    add_person,
    give_consent,
    move_person,
    open_registration,
)
from matching.profiles.rules import (
    REGISTRATION,
    CertificateDraft,
    CounterRegistration,
    OccupationDraft,
    ProfileDraft,
    WishDraft,
)

_UNKNOWN_OCCUPATION = N_("职业分类里没有代码 {code}")
_BY_SELF = "self"


class KnownElsewhere(Conflict):
    """Another centre serves this person; they can be handed over with their consent."""

    code = "known-elsewhere"
    message = N_("这位群众已在{centre}登记；本人同意后可以转到您这里办理")


def register_person(
    session: Session, actor: Actor, *, draft: CounterRegistration, hand_over: bool = False
) -> tuple[Person, bool]:
    """Find or add the person at the counter and open the registration; returns the person and whether it is new.

    Raises BadNumber, NameDiffers, TooYoung, and KnownElsewhere unless `hand_over` says that the person agrees.
    """
    require(actor, Permission.REGISTER_PERSON)
    newcomer = Newcomer.read(
        name=draft.name, id_number=draft.id_number, phone=draft.phone, live_region=draft.live_region
    )
    with seeing_everything(session):
        person = person_by_identity(session, newcomer.identity.value) or own_claim(session, newcomer)
        is_new = person is None
        if person is None:
            centre_id = actor.centre_id or centre_of(session, newcomer.live_region).id
            person = add_person(session, newcomer, centre_id=centre_id)
        elif person.name != newcomer.name:
            raise NameDiffers(field="name")
        elif actor.centre_id not in (None, person.centre_id) and not actor.scope.all_centres:
            _take_over(session, actor, person, hand_over=hand_over)
        before = person.phone_index
        _update_person(person, draft, newcomer.phone)
        follow_phone(session, person, newcomer.phone, changed=before != person.phone_index)
        join_claims(session, actor, person, newcomer)
        give_consent(session, person)
        open_registration(session, actor, person, channel=Channel.COUNTER)
        session.flush()
    audit.note(session, actor, action="person.register", subject=f"person:{person.id}", detail={"new": is_new})
    return person, is_new


def centre_elsewhere(session: Session, actor: Actor, *, words: str) -> str:
    """The name of another centre that serves whoever has this identity number, for the offer of a transfer; or nothing.

    Only a whole number is looked up beyond the reader's own people, and every hit is logged with who asked.
    """
    require(actor, Permission.LIST_PEOPLE)
    try:
        number = parse_identity(words, clock.today()).value
    except BadNumber:
        return ""
    with seeing_everything(session):
        person = person_by_identity(session, number)
        if person is None or person.centre_id == actor.centre_id:
            return ""
        audit.note(session, actor, action="person.found-elsewhere", subject=f"person:{person.id}")
        return session.scalars(select(Centre.name).where(Centre.id == person.centre_id)).one()


def _take_over(session: Session, actor: Actor, person: Person, *, hand_over: bool) -> None:
    if not hand_over:
        centre = session.scalar(select(Centre.name).where(Centre.id == person.centre_id))
        raise KnownElsewhere(field="id_number", centre=centre)
    if actor.centre_id is not None:
        move_person(session, actor, person, centre_id=actor.centre_id)


def _update_person(person: Person, draft: CounterRegistration, phone: str) -> None:
    person.set_phone(phone, verified=True)
    if draft.live_region:
        person.live_region = draft.live_region
    person.home_region = draft.home_region or person.home_region
    person.education = draft.education or person.education
    person.categories = sorted({*person.categories, *(category.value for category in draft.categories)})
    person.literacy_aid = draft.literacy_aid or person.literacy_aid


def save_profile(session: Session, actor: Actor, *, person_id: int, draft: ProfileDraft) -> SkillProfile:
    """Write the parts of the profile that the draft holds; verified facts stay. Raises NotFound, Invalid."""
    require(actor, Permission.EDIT_PROFILE)
    person = person_in_sight(session, person_id)
    profile = session.scalar(select(SkillProfile).where(SkillProfile.person_id == person_id))
    if profile is None:
        profile = SkillProfile(person_id=person_id, centre_id=person.centre_id, limits=[])
        session.add(profile)
    if draft.occupations is not None:
        _check_codes([row.occupation for row in draft.occupations], "occupations")
        _save_occupations(session, person, draft.occupations)
        profile.occupations_known = True
    if draft.skills is not None:
        profile.skills = [{"term": row.term, "level": row.level, "source": _BY_SELF} for row in draft.skills]
    if draft.certificates is not None:
        _save_certificates(session, person, draft.certificates)
        profile.certificates_known = True
    if draft.limits is not None:
        profile.limits = [limit.value for limit in draft.limits]
    if draft.education is not None:
        person.education = draft.education
    if draft.literacy_aid is not None:
        person.literacy_aid = draft.literacy_aid
    profile.updated_at = clock.now()
    session.flush()
    return profile


def _check_codes(codes: list[str], field: str) -> None:
    known = vocabulary().nodes
    wrong = [
        Problem(f"{field}.{at}", "occupation-unknown", _UNKNOWN_OCCUPATION, {"code": code})
        for at, code in enumerate(codes)
        if code not in known
    ]
    if wrong:
        raise Invalid(wrong)


def _save_occupations(session: Session, person: Person, drafts: list[OccupationDraft]) -> None:
    held = {
        row.occupation: row
        for row in session.scalars(select(WorkedOccupation).where(WorkedOccupation.person_id == person.id))
    }
    wanted = {draft.occupation: draft for draft in drafts}
    for code, row in held.items():
        if code not in wanted and row.verified_level is None and not row.verified_by:
            session.delete(row)
    for code, draft in wanted.items():
        row = held.get(code) or WorkedOccupation(person_id=person.id, centre_id=person.centre_id, occupation=code)
        session.add(row)
        row.years = draft.years
        row.last_used_year = draft.last_used_year
        row.self_level = draft.level


def _save_certificates(session: Session, person: Person, drafts: list[CertificateDraft]) -> None:
    kept = session.scalars(select(HeldCertificate).where(HeldCertificate.person_id == person.id)).all()
    verified = {(row.kind, row.number) for row in kept if row.verified_by}
    # What is stated as it is stored stays as it is, with everything that a draft does not hold.
    staying = {_stated(draft) for draft in drafts} & {_stated(row) for row in kept if not row.verified_by}
    for row in kept:
        if not row.verified_by and _stated(row) not in staying:
            session.delete(row)
    problems: list[Problem] = []
    for at, draft in enumerate(drafts):
        if (draft.kind, draft.number) in verified or _stated(draft) in staying:
            continue
        problems += _day_faults(at, draft)
        try:
            session.add(_certificate(person, draft))
        except BadNumber as refusal:
            problems.append(Problem(f"certificates.{at}.number", refusal.code, refusal.message, refusal.params))
    if problems:
        raise Invalid(problems)


def _stated(certificate: CertificateDraft | HeldCertificate) -> tuple[object, ...]:
    names = ("kind", "number", "level", "issued_on", "expires_on")
    return tuple(getattr(certificate, name) for name in names)


def _day_faults(at: int, draft: CertificateDraft) -> list[Problem]:
    faults = []
    if draft.issued_on and draft.issued_on > clock.today():
        faults.append(Problem(f"certificates.{at}.issued_on", "issued-later", N_("发证日期不能晚于今天")))
    if draft.issued_on and draft.expires_on and draft.expires_on < draft.issued_on:
        faults.append(Problem(f"certificates.{at}.expires_on", "date-order", N_("有效期结束日不能早于开始日")))
    return faults


def _certificate(person: Person, draft: CertificateDraft) -> HeldCertificate:
    """A certificate as stated; known shapes of numbers are checked (VR20, VR21), a card's days follow (VR22)."""
    number = draft.number
    if number and draft.kind in (CertificateKind.SKILL_LEVEL, CertificateKind.QUALIFICATION):
        year = draft.issued_on.year if draft.issued_on else None
        number = parse_certificate(number, level=draft.level, year=year).value
    expires, review = draft.expires_on, None
    if draft.kind is CertificateKind.SPECIAL_OPERATION and draft.issued_on:
        expires = expires or add_years(draft.issued_on, 6) - timedelta(days=1)
        review = None if draft.reviewed else add_years(draft.issued_on, 3) - timedelta(days=1)
    return HeldCertificate(
        person_id=person.id,
        centre_id=person.centre_id,
        kind=draft.kind,
        number=number,
        occupation=draft.occupation or "",
        level=draft.level,
        issuer=draft.issuer,
        issued_on=draft.issued_on,
        expires_on=expires,
        review_due_on=review,
    )


def save_wish(session: Session, actor: Actor, *, person_id: int, draft: WishDraft) -> JobWish:
    """Write the parts of the wish that the draft holds. Raises NotFound, Invalid."""
    require(actor, Permission.EDIT_PROFILE)
    person = person_in_sight(session, person_id)
    if draft.occupations is not None:
        _check_codes(draft.occupations, "occupations")
    wish = session.scalar(select(JobWish).where(JobWish.person_id == person_id))
    if wish is None:
        wish = JobWish(person_id=person_id, centre_id=person.centre_id, occupations=[], regions=[], employment_types=[])
        session.add(wish)
    for name in draft.model_fields_set:
        value = getattr(draft, name)
        if name == "employment_types" and value is not None:
            value = [kind.value for kind in value]
        if value is not None or name in ("wage_floor_fen", "available_from_on", "leave_home_ok"):
            setattr(wish, name, value)
    wish.updated_at = clock.now()
    session.flush()
    return wish


def renew_registration(session: Session, actor: Actor, *, person_id: int) -> Registration:
    """Make the registration valid from today on, opening a new one after an end. Raises NotFound, TooYoung."""
    require(actor, Permission.EDIT_PROFILE)
    person = person_in_sight(session, person_id)
    channel = Channel.WEB if actor.person_id == person_id else Channel.COUNTER
    return open_registration(session, actor, person, channel=channel)


def withdraw_registration(session: Session, actor: Actor, *, person_id: int, reason: str = "") -> Registration:
    """End the registration at the person's wish. Raises NotFound where there is none."""
    require(actor, Permission.EDIT_PROFILE)
    person_in_sight(session, person_id)
    registration = living_registration(session, person_id)
    if registration is None:
        raise NotFound
    move(session, actor, registration, REGISTRATION, "withdraw", reason=reason)
    return registration


def move_registration(session: Session, actor: Actor, *, person_id: int, event: str) -> None:
    """Let a registration follow a training, a hire or the end of a job; nothing happens where it does not fit."""
    require(actor, Permission.EDIT_PROFILE)
    registration = living_registration(session, person_id)
    if registration is not None and (registration.state, event) in REGISTRATION.table:
        move(session, actor, registration, REGISTRATION, event)
        if event == "lose_job":
            days = int(policy(session, "registration-valid-days", on=clock.today()))
            registration.valid_until_on = clock.today() + timedelta(days=days)


def verify_occupation(
    session: Session, actor: Actor, *, person_id: int, occupation: str, level: int, verified_by: str, evidence: str
) -> WorkedOccupation:
    """Write into the profile what a school or a test vouches for; `evidence` names the record, e.g. `enrolment:12`."""
    require(actor, Permission.EDIT_PROFILE)
    person = person_in_sight(session, person_id)
    _check_codes([occupation], "occupation")
    record = session.scalar(
        select(WorkedOccupation).where(
            WorkedOccupation.person_id == person_id, WorkedOccupation.occupation == occupation
        )
    ) or WorkedOccupation(person_id=person_id, centre_id=person.centre_id, occupation=occupation)
    record.verified_level, record.verified_by, record.evidence = level, verified_by[:100], evidence
    session.add(record)
    session.flush()
    return record


def revoke_occupation(session: Session, actor: Actor, *, person_id: int, evidence: str) -> None:
    """Take back what `verify_occupation` wrote on this evidence; what the person said stays."""
    require(actor, Permission.EDIT_PROFILE)
    rows = session.scalars(
        select(WorkedOccupation).where(WorkedOccupation.person_id == person_id, WorkedOccupation.evidence == evidence)
    )
    for row in rows.all():
        row.verified_level, row.verified_by, row.evidence = None, "", ""
        if row.years is None and row.self_level is None:
            session.delete(row)
