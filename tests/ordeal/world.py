"""A small world with two mirrored sides: whatever one side reads of the other is a leak."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any

from sqlalchemy import select

from centre import clock, privacy
from centre.accounts.models import Account, ApiToken, SignIn, SignInCard
from centre.database import open_session
from centre.exports.models import Export
from centre.exports.rules import ExportState
from centre.funds.models import Fund, FundMovement
from centre.ledger import ServiceCategory, ServiceEvent
from centre.network import Centre, CentreLevel
from centre.outbox import Message
from centre.people import Consent, Person, PersonCategory, Recognition, Sex
from centre.permissions import Actor, Permission, Role
from centre.policy import load_examples
from centre.privacy import token_digest
from centre.records.models import Reveal
from centre.tables import Base
from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from employers.fairs.booth_rules import BoothState
from employers.fairs.models import Booth, Fair, FairSeries, Venue
from employers.fairs.rules import FairState
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from matching.learning.models import ModelCard
from matching.learning.rules import CardState, WeightsVerdict
from matching.profiles.models import HeldCertificate, JobWish, Registration, SkillProfile, WorkedOccupation
from matching.profiles.rules import RegistrationState
from matching.search.models import SavedSearch, Synonym
from matching.search.rules import SynonymState
from tests.databases import import_models
from tests.ordeal.canaries import Canaries, Secret
from tests.ordeal.world_accounts import ask_to_close
from tests.ordeal.world_desk import add_desk
from tests.ordeal.world_export import add_brands, add_journeys
from tests.ordeal.world_fairs import add_fair_days
from tests.ordeal.world_plans import add_night, add_places
from tests.ordeal.world_rows import add_lists
from tests.ordeal.world_story import add_introductions
from training.attendance.models import Attendance, Lesson, SeatOffer
from training.certificates.models import Assessment, TrainingCertificate
from training.certificates.rules import certificate_code
from training.claims.models import Claim, ClaimLine
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.enrolments.models import Enrolment
from training.enrolments.rules import EnrolmentState
from training.integrity.models import Flag, IntegrityCheck, PhoneCall, PhoneSample
from training.providers.models import Major, PartnerAgreement, TrainingProvider

SEWING = "6-05-01-03"
CITY_ROLES = (Role.CITY_MANAGER, Role.ORGANISER, Role.AUDITOR, Role.ADMINISTRATOR)
STEPS = ((EnrolmentState.APPLIED, 0), (EnrolmentState.ATTENDING, 2), (EnrolmentState.CERTIFIED, 3))
SIDE_ROLES = (Role.CLERK, Role.COUNTY_MANAGER)
OFFICERS = (Role.PLACEMENT_OFFICER, Role.TRAINING_OFFICER, Role.EXPORT_OFFICER)
"""Roles on one side only; the other side's counterpart is its manager."""


@dataclass(frozen=True, slots=True)
class Someone:
    """An actor of the matrix: its name in reports, the actor, and its session."""

    name: str
    actor: Actor
    token: str = ""
    csrf: str = ""

    def is_role(self, *roles: Role) -> bool:
        """Whether it holds one of some roles."""
        return bool(self.actor.roles & frozenset(roles))


@dataclass
class Side:
    """The rows of one side that others refer to."""

    centre: Any
    people: list[Any] = field(default_factory=list)
    school: Any = None
    employer: Any = None
    classes: dict[ClassState, Any] = field(default_factory=dict)
    openings: dict[OpeningState, Any] = field(default_factory=dict)
    fairs: dict[FairState, Any] = field(default_factory=dict)
    enrolments: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class World:
    """The actors, their rows, and the canaries in them."""

    people: dict[str, Someone]
    secrets: dict[str, Secret]
    rows: dict[type[Base], list[tuple[Any, frozenset[tuple[str, int]], bool]]]
    canaries: Canaries


def build() -> World:
    """Insert the world into the settings' database."""
    import_models()
    privacy.forget_keys()
    with open_session(Actor.system().scope, write=True) as session:
        load_examples(session)
        canaries = Canaries(session)
        city = canaries.make(Centre, code="XY00", level=CentreLevel.CITY, region_code="610400", public=True)
        people = {"visitor": Someone("visitor", Actor.public())}
        for role in CITY_ROLES:
            _account(canaries, people, role.value, role, centre_id=city.id)
        add_night(canaries)
        for number, letter in enumerate("ab", 1):
            _side(canaries, people, letter, number, city)
        ask_to_close(canaries, {name: someone.actor for name, someone in people.items()})
        _words_and_weights(canaries)
        session.flush()
    return World(people, canaries.secrets, canaries.rows, canaries)


def _words_and_weights(canaries: Canaries) -> None:
    judged = {"loss": 0.6, "order": 0.7, "gap": 0.02, "bands": []}
    counts = {"trained": 1, "held_back": 1, "hired": 1}
    figures = counts | {"prior": judged, "learned": judged, "shifts": [], "proxies": []}
    canaries.make(
        ModelCard, public=True, state=CardState.RETIRED, verdict=WeightsVerdict.BETTER, figures=figures, results=1,
        weights={"trade": 34, "experience": 15, "skills": 18, "wage": 12, "place": 16, "terms": 5},
    )  # fmt: skip
    canaries.make(Synonym, public=True, state=SynonymState.PROPOSED, occupation="", candidates=[], asked=1)


def sign_in_again(world: World) -> None:
    """Restore sessions that ended meanwhile by sign-out or a change of password."""
    with open_session(Actor.system().scope, write=True) as session:
        there = set(session.scalars(select(SignIn.token_digest)))
        for someone in world.people.values():
            if someone.token and token_digest(someone.token) not in there:
                session.add(_session(someone.actor.account_id or 0, someone.token, someone.csrf))


def _session(account_id: int, token: str, csrf: str) -> SignIn:
    ends, digest = clock.now() + timedelta(days=9), token_digest(token)
    return SignIn(account_id=account_id, token_digest=digest, csrf_token=csrf, expires_at=ends, ends_at=ends)


def _account(canaries: Canaries, people: dict[str, Someone], name: str, role: Role, **of: Any) -> Account:
    account: Account = canaries.make(Account, login=f"login-{name}", roles=[role.value], **of)
    token = f"token-of-{name}"
    ends = clock.now() + timedelta(days=9)
    canaries.make(
        SignIn, account_id=account.id, token_digest=token_digest(token), csrf_token=f"csrf-{name}",
        expires_at=ends, ends_at=ends,
    )  # fmt: skip
    people[name] = Someone(name, account.actor, token, f"csrf-{name}")
    canaries.make(Message, account_id=account.id, dedupe_key=f"to-{name}", link="/account")
    return account


def _side(canaries: Canaries, people: dict[str, Someone], letter: str, number: int, city: Any) -> None:
    region = f"61040{number + 1}"
    centre = canaries.make(
        Centre, code=f"XY0{number}", level=CentreLevel.COUNTY, region_code=region, parent_id=city.id, public=True
    )
    side = Side(centre)
    for place in range(2):
        side.people.append(_person(canaries, side, region, place))
    _training(canaries, side, letter, region)
    _work(canaries, side, region)
    add_desk(canaries, side.centre, side.people[0])
    for person in side.people:
        canaries.share(person, "name", provider_id=side.school.id)
    for column in ("name", "phone"):
        canaries.share(side.people[1], column, employer_id=side.employer.id)
    for role in (*SIDE_ROLES, *(OFFICERS if letter == "a" else ())):
        _account(canaries, people, f"{role.value}-{letter}", role, centre_id=centre.id)
    seeker = _account(canaries, people, f"jobseeker-{letter}", Role.JOBSEEKER, person_id=side.people[0].id)
    _account(canaries, people, f"neighbour-{letter}", Role.JOBSEEKER, person_id=side.people[1].id)
    canaries.make(
        SignInCard, account_id=seeker.id, person_id=side.people[0].id, token_digest=f"card-{letter}", wrong_pins=0
    )
    ends = clock.today() + timedelta(days=90)
    near = {"centre_id": centre.id}  # whose staff see what the school takes out, and who asked for it
    school = _account(
        canaries, people, f"school-{letter}", Role.REGISTRAR, provider_id=side.school.id, expires_on=ends, owners=near
    )
    _account(canaries, people, f"colleague-{letter}", Role.REGISTRAR, provider_id=side.school.id, expires_on=ends)
    _account(canaries, people, f"employer-{letter}", Role.EMPLOYER, employer_id=side.employer.id, expires_on=ends)
    escort = _account(canaries, people, f"escort-{letter}", Role.ESCORT, centre_id=centre.id, expires_on=ends)
    add_journeys(canaries, centre.id, side.openings[OpeningState.OPEN], side.people, region=region, escort=escort.id)
    add_places(canaries, centre.id, side.openings[OpeningState.OPEN], side.people)
    of = {"provider_id": side.school.id, "expires_on": ends}
    add_brands(canaries, centre.id, region=region)
    program = canaries.make(Account, login=f"token-{letter}", roles=["registrar"], **of)
    canaries.make(
        ApiToken, account_id=program.id, prefix=f"gq{letter}", digest=f"token-{letter}", expires_on=ends,
        permissions=[Permission.IMPORT_ROSTER.value], issued_by=school.id,
    )  # fmt: skip
    looked = people[f"clerk-{letter}"].actor
    canaries.make(Reveal, person_id=side.people[0].id, account_id=looked.account_id, centre_id=centre.id)
    for step, who, of in (
        (ExportState.WAITING, looked.account_id, {}), (ExportState.READY, looked.account_id, {}),
        (ExportState.READY, school.id, {"provider_id": side.school.id}),
    ):  # fmt: skip
        canaries.make(
            Export, account_id=who, centre_id=centre.id, kind="trainees" if of else "people", people=2, state=step,
            ends_at=clock.now() + timedelta(days=2), fetched=0, **of,
        )  # fmt: skip


def _person(canaries: Canaries, side: Side, region: str, place: int) -> Person:
    key_name, wrapped = privacy.new_key()
    name = canaries.mark()
    person: Person = canaries.make(
        Person, centre_id=side.centre.id, name=name, name_norm=name, key_name=key_name, wrapped_key=wrapped,
        sex=Sex.FEMALE, live_region=region, home_region=region, source="counter", categories=["union_hardship"],
    )  # fmt: skip
    canaries.note(person, {"name": name}, owners={})
    canaries.seal(person)
    own = {"person_id": person.id, "centre_id": side.centre.id}
    today = clock.today()
    canaries.make(
        Registration, state=RegistrationState.ACTIVE, submitted_at=clock.now(),
        valid_until_on=today + timedelta(days=90), **own,
    )  # fmt: skip
    canaries.make(SavedSearch, person_id=person.id, address="/openings?q=zq")
    canaries.make(SkillProfile, occupations_known=True, certificates_known=True, **own)
    canaries.make(WorkedOccupation, occupation=SEWING, years=5, self_level=3, **own)
    canaries.make(HeldCertificate, **own)
    canaries.make(JobWish, occupations=[SEWING], regions=[region], accepts_training=True, **own)
    of = {"centre_id": side.centre.id}
    canaries.make(Recognition, person_id=person.id, category=PersonCategory.UNION_HARDSHIP, owners=of)
    canaries.make(Consent, person_id=person.id, purpose="service", text_version="1", owners=of)
    canaries.make(Message, person_id=person.id, dedupe_key=f"person-{person.id}", link="/me")
    canaries.make(
        ServiceEvent, category=ServiceCategory.OTHER, topic="test", programme="", subject=f"person:{place}", **own
    )
    return person


def _training(canaries: Canaries, side: Side, letter: str, region: str) -> None:
    today = clock.today()
    side.school = school = canaries.make(
        TrainingProvider,
        centre_id=side.centre.id,
        code=f"P{letter.upper()}",
        region_code=region,
        capacity=500,
        public=True,
    )
    of = {"provider_id": school.id, "centre_id": side.centre.id}
    canaries.make(
        PartnerAgreement, provider_id=school.id, from_on=today - timedelta(days=99), to_on=today + timedelta(days=300),
        quota=500,
    )  # fmt: skip
    major = canaries.make(
        Major, provider_id=school.id, occupation_code=SEWING, level=5, hours=160, tuition_fen=100_000, active=True,
        public=True,
    )  # fmt: skip
    for state in (
        ClassState.RECRUITING,
        ClassState.DRAFT,
        ClassState.IN_SESSION,
        ClassState.FINISHED,
        ClassState.ARCHIVED,
    ):
        shift = {ClassState.RECRUITING: 20, ClassState.DRAFT: 30}.get(
            state, -20 if state is ClassState.IN_SESSION else -90
        )
        side.classes[state] = canaries.make(
            TrainingClass, major_id=major.id, start_on=today + timedelta(days=shift), seats=30,
            end_on=today + timedelta(days=shift + 25), state=state, public=state is not ClassState.DRAFT, **of,
        )  # fmt: skip
    for place, person in enumerate(side.people):
        for stands, where in STEPS:
            course = list(side.classes.values())[where]
            enrolment = canaries.make(
                Enrolment, class_id=course.id, person_id=person.id, state=stands, trainee_name=person.name,
                tuition_fen=100_000, learner_fen=100_000, waiver_fen=0, government_fen=0, centre_fen=0, **of,
            )  # fmt: skip
            canaries.make(Message, person_id=person.id, dedupe_key=f"enrolment-{enrolment.id}", link="/me")
            side.enrolments.append(enrolment)
        _taught(canaries, side, place)
    _doubts(canaries, side)


def _taught(canaries: Canaries, side: Side, place: int) -> None:
    now, today = clock.now(), clock.today()
    applied, attending, certified = side.enrolments[-3:]
    of = {"provider_id": side.school.id, "centre_id": side.centre.id}
    own = of | {"person_id": side.people[place].id}
    lesson = canaries.make(
        Lesson, class_id=attending.class_id, starts_at=now - timedelta(hours=2 + place),
        ends_at=now + timedelta(hours=2), hours=4, **of,
    )  # fmt: skip
    canaries.make(
        Attendance,
        lesson_id=lesson.id,
        enrolment_id=attending.id,
        class_id=attending.class_id,
        in_at=now,
        hours=0,
        **own,
    )
    canaries.make(
        SeatOffer, class_id=applied.class_id, enrolment_id=applied.id, offered_at=now, until_at=now + timedelta(days=1),
        **own,
    )  # fmt: skip
    done = {"enrolment_id": certified.id, "class_id": certified.class_id}
    canaries.make(Assessment, attempt=1, theory=80, practice=80, passed=True, assessed_on=today, **done, **own)
    drawn = f"{certified.id:09d}"
    canaries.make(
        TrainingCertificate, code=certificate_code(2026, drawn), occupation_code=SEWING, level=5, hours=160,
        issued_on=today, public=True, **done, **own,
    )  # fmt: skip


def _doubts(canaries: Canaries, side: Side) -> None:
    of = {"provider_id": side.school.id, "centre_id": side.centre.id}
    course = side.classes[ClassState.FINISHED]
    fund = canaries.make(Fund, centre_id=side.centre.id, code=f"F{side.centre.id}", balance_fen=9_000_000)
    canaries.make(FundMovement, fund_id=fund.id, centre_id=side.centre.id, amount_fen=9_000_000)
    for state in ("checking", "noticed"):
        claim = canaries.make(
            Claim, class_id=course.id, terms={}, state=state, completed_on=clock.today(), persons=2, refused=0,
            amount_fen=10_000, voucher="", repaid_fen=0, notice_until_on=clock.today(), **of,
        )  # fmt: skip
        for enrolment in side.enrolments[2::3]:
            canaries.make(
                ClaimLine, claim_id=claim.id, enrolment_id=enrolment.id, person_id=enrolment.person_id, level=5,
                days=20,
                hours=160, occupation_code=SEWING, amount_fen=5_000, completed_on=clock.today(), **of,
            )  # fmt: skip
        course = side.classes[ClassState.ARCHIVED]
    desk = {"class_id": course.id, "centre_id": side.centre.id}
    enrolment_ids = [side.enrolments[0].id]
    canaries.make(Flag, rule="shared-phone", digest="d", found=1, enrolment_ids=enrolment_ids, params={}, **desk)
    canaries.make(IntegrityCheck, rule="shared-phone", found=1, **desk)
    sample = canaries.make(PhoneSample, seed="s", share=0.1, enrolment_ids=enrolment_ids, drawn_from=[], **desk)
    canaries.make(PhoneCall, sample_id=sample.id, enrolment_id=enrolment_ids[0], **desk)


def _work(canaries: Canaries, side: Side, region: str) -> None:
    today, now = clock.today(), clock.now()
    side.employer = boss = canaries.make(
        Employer, region_code=region, industry_code="C18", state=EmployerState.ACTIVE, centre_id=side.centre.id,
        public=True, owners={"centre_id": side.centre.id},
    )  # fmt: skip
    canaries.make(Employer, region_code=region, state=EmployerState.CHECKING, centre_id=side.centre.id)
    of = {"employer_id": boss.id, "centre_id": side.centre.id}
    for state in (OpeningState.OPEN, OpeningState.DRAFT, OpeningState.TO_VERIFY, OpeningState.CLOSED):
        side.openings[state] = canaries.make(
            Opening, occupation_code=SEWING, headcount=5, region_code=region, wage_min_fen=300_000,
            wage_max_fen=400_000,
            valid_from=today, valid_until=today + timedelta(days=60), state=state, posted_at=now,
            verified_at=now, public=state is OpeningState.OPEN, certificate_requirements=[], **of,
        )  # fmt: skip
    venue = canaries.make(
        Venue, region_code=region, booth_limit=50, visitor_limit=900, centre_id=side.centre.id, public=True
    )
    canaries.make(
        FairSeries, centre_id=side.centre.id, venue_id=venue.id, weekday=4, from_on=today, booth_count=5,
        to_on=today + timedelta(days=60), starts=time(9), ends=time(12), public=True,
    )  # fmt: skip
    for days, step in enumerate((FairState.BOOTH_OPEN, FairState.DRAFT, FairState.ENDED)):
        starts = now + timedelta(days=30 + days if step is not FairState.ENDED else -30)
        side.fairs[step] = canaries.make(
            Fair, centre_id=side.centre.id, venue_id=venue.id, region_code=region, starts_at=starts, state=step,
            ends_at=starts + timedelta(hours=3), booth_count=20, expected_visitors=100, co_organisers=[],
            published_at=None if step is FairState.DRAFT else now, filing_due_on=today, statistics_due_on=today,
            figures={}, public=step is not FairState.DRAFT, online_url="", booths_taken=0, revision=1,
        )  # fmt: skip
        canaries.make(
            Booth, fair_id=side.fairs[step].id, employer_id=boss.id, state=BoothState.APPLIED, opening_ids=[],
            owners={"centre_id": side.centre.id},
        )  # fmt: skip
    add_introductions(canaries, side.openings[OpeningState.OPEN], side.centre.code, side.people)
    add_fair_days(canaries, side.centre.id, side.fairs, side.people)
    add_lists(canaries, side.centre.id, boss.id)
