"""The demo town: the network, six schools, 22 majors, 18 employers, eleven workers and a year of fairs."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.accounts import create_account
from centre.accounts.rules import LONGEST_PARTNER
from centre.installation import rename_installation
from centre.network import Centre, CentreLevel
from centre.numbers import parse_identity
from centre.people import Education, Person, PersonCategory, Recognition, Sex, new_person
from centre.permissions import PARTNERS, Actor, Role
from employers.companies.models import Employer
from employers.companies.rules import EmployerNature, EmployerState
from employers.openings.models import Opening
from employers.openings.rules import EmploymentType, OpeningKind, OpeningState, Provision, WageUnit
from matching.engine.fit.profiles import Leave
from matching.profiles.models import HeldCertificate, JobWish, Registration, SkillProfile, WorkedOccupation
from matching.profiles.rules import RegistrationState
from training.classes.models import TrainingClass
from training.classes.rules import ClassState, Daypart
from training.providers.models import Major, PartnerAgreement, TrainingProvider
from web.demo import brands, desk, duties, fairs, labour, schooling, work_cases
from web.demo.files import rows

PASSWORD = "gangqiao-demo"  # noqa: S105 - of invented accounts, told on the sign-in page of the demo
HOTLINE = "029-3300 0000"
SEATS = 30
CLASS_DAYS = 25
YUAN = 100


def fill(session: Session) -> None:
    """Insert the town."""
    rename_installation(session, Actor.system(), name="咸阳市困难职工援助中心(演示)", hotline=HOTLINE)
    centres = _centres(session)
    majors = _training(session, centres)
    employers = _openings(session, centres)
    people = _workers(session, centres)
    fairs.fill(session, centres["XY00"].id)
    providers = {row.code: row.id for row in session.scalars(select(TrainingProvider))}
    _accounts(session, centres, providers, employers, people)
    _classes(session, centres, majors)
    session.flush()
    schooling.fill(session, majors, people)
    labour.fill(session, people)
    brands.fill(session, centres["XY00"].id)
    session.flush()
    work_cases.fill(desk.fill(session, people))
    duties.fill(session, people)


def _list(text: str) -> list[str]:
    return [part for part in text.split("|") if part]


def _centres(session: Session) -> dict[str, Centre]:
    centres: dict[str, Centre] = {}
    for row in rows("centres"):
        centres[row["code"]] = centre = Centre(
            code=row["code"],
            name=row["name"],
            level=CentreLevel(row["level"]),
            region_code=row["region"],
            parent_id=centres["XY00"].id if centres else None,
            address="人民路 1 号(虚构)",
            phone=HOTLINE,
            hours="周一至周五 9:00-17:00",
            is_demo=True,
        )
        session.add(centre)
        session.flush()
    return centres


def _training(session: Session, centres: dict[str, Centre]) -> list[Major]:
    today = clock.today()
    providers: dict[str, TrainingProvider] = {}
    for row in rows("providers"):
        providers[row["key"]] = provider = TrainingProvider(
            code=row["key"],
            centre_id=centres["XY00"].id,
            name=row["name"],
            region_code=row["region"],
            address="学府路 2 号(虚构)",
            phone="029-3300 0100",
            capacity=200,
            is_own=row["own"] == "1",
            is_demo=True,
        )
        session.add(provider)
    session.flush()
    for provider in providers.values():
        days = {"from_on": date(today.year - 1, 1, 1), "to_on": date(today.year + 2, 12, 31)}
        session.add(PartnerAgreement(provider_id=provider.id, quota=2_000, is_demo=True, **days))
    majors = [
        Major(
            provider_id=providers[row["provider"]].id,
            name=row["name"],
            occupation_code=row["occupation"],
            level=int(row["level"]),
            hours=int(row["hours"]),
            days=-(-int(row["hours"]) // 8),
            tuition_fen=int(row["tuition"]) * YUAN,
            school_waiver_fen=int(row["waiver"]) * YUAN,
            centre_subsidy_fen=int(row["centre"]) * YUAN,
            is_demo=True,
        )
        for row in rows("majors")
    ]
    session.add_all(majors)
    session.flush()
    return majors


def _classes(session: Session, centres: dict[str, Centre], majors: list[Major]) -> None:
    """A recruiting class of each major that starts within the next weeks."""
    today, now = clock.today(), clock.now()
    for number, major in enumerate(majors):
        start = today + timedelta(days=14 + number % 4 * 7)
        start += timedelta(days=-start.weekday() % 7)
        session.add(
            TrainingClass(
                provider_id=major.provider_id,
                centre_id=centres["XY00"].id,
                major_id=major.id,
                class_no=f"{start.year}-{number + 1:02d}",
                start_on=start,
                end_on=start + timedelta(days=CLASS_DAYS),
                daypart=list(Daypart)[number % 4],
                room=f"{number % 6 + 1}01",
                teacher=f"{'王李张刘陈杨'[number % 6]}老师",
                seats=SEATS if number else 50,
                state=ClassState.RECRUITING,
                applied_at=now,
                approved_at=now,
                is_demo=True,
            )
        )


def _openings(session: Session, centres: dict[str, Centre]) -> dict[str, Employer]:
    employers: dict[str, Employer] = {}
    for number, row in enumerate(rows("openings")):
        employers[row["employer"]] = employer = Employer(
            name=row["employer"],
            uscc=row["uscc"] or None,
            nature=EmployerNature(row["nature"]),
            industry_code=row["industry"],
            region_code=row["region"],
            address="工业园 3 号(虚构)",
            contact_name="招聘部",
            contact_phone="13800000000",
            state=EmployerState.ACTIVE,
            centre_id=centres["XY00"].id,
            is_demo=True,
        )
        session.add(employer)
        session.flush()
        session.add(_opening(employer, row, clock.now() - timedelta(hours=number)))
    session.flush()
    return employers


def _opening(employer: Employer, row: dict[str, str], posted_at: datetime) -> Opening:
    return Opening(
        employer_id=employer.id,
        centre_id=employer.centre_id,
        title=row["title"],
        occupation_code=row["occupation"],
        kind=OpeningKind(row["kind"]),
        headcount=int(row["headcount"]),
        content=row["content"],
        conditions=row["conditions"],
        region_code=row["region"],
        address="工业园 3 号(虚构)",
        wage_min_fen=int(row["wage_min"]) * YUAN,
        wage_max_fen=int(row["wage_max"]) * YUAN,
        base_pay_fen=int(row["base"]) * YUAN,
        wage_unit=WageUnit(row["unit"]),
        employment_type=EmploymentType(row["type"]),
        shift=row["shift"],
        night_shift=row["night"] == "1",
        board=Provision(row["board"]),
        lodging=Provision(row["lodging"]),
        accepts_training=row["accepts_training"] == "1",
        certificate_requirements=_certificates(row["must"], must=True) + _certificates(row["should"], must=False),
        valid_from=clock.today(),
        valid_until=clock.today() + timedelta(days=90),
        posted_at=posted_at,
        public_since=posted_at,
        verified_at=posted_at,
        state=OpeningState.OPEN,
        is_demo=True,
    )


def _certificates(text: str, *, must: bool) -> list[dict[str, object]]:
    requirements: list[dict[str, object]] = []
    for part in _list(text):
        kind, _, level = part.partition(":")
        requirements.append({"kind": kind, "level": int(level) if level else None, "must": must})
    return requirements


def _workers(session: Session, centres: dict[str, Centre]) -> dict[str, Person]:
    people: dict[str, Person] = {}
    for row in rows("workers"):
        identity = parse_identity(row["identity"], clock.today())
        person = new_person(centre_id=centres[row["centre"]].id, name=row["name"])
        person.set_identity(identity.value)
        person.set_phone(row["phone"], verified=True)
        person.sex, person.birth_on = Sex(identity.sex), identity.birth_date
        person.education = Education(row["education"])
        person.categories = _list(row["categories"])
        person.live_region = person.home_region = row["region"]
        person.is_demo = True
        session.add(person)
        session.flush()
        people[row["key"]] = person
        _profile(session, person, row)
    return people


def _profile(session: Session, person: Person, row: dict[str, str]) -> None:
    today = clock.today()
    own = {"person_id": person.id, "centre_id": person.centre_id}
    until = today + timedelta(days=180)
    session.add(
        Registration(
            state=RegistrationState.ACTIVE, submitted_at=clock.now(), valid_until_on=until, is_demo=True, **own
        )
    )
    session.add(SkillProfile(occupations_known=True, certificates_known=True, **own))
    if row["occupation"]:
        session.add(
            WorkedOccupation(occupation=row["occupation"], years=int(row["years"]), self_level=int(row["level"]), **own)
        )
    for part in _list(row["certificates"]):
        kind, level, issued, expires = part.split(":")
        session.add(
            HeldCertificate(
                kind=kind,
                level=int(level) if level else None,
                occupation=row["occupation"],
                issued_on=date.fromisoformat(issued),
                expires_on=date.fromisoformat(expires) if expires else None,
                **own,
            )
        )
    session.add(
        JobWish(
            occupations=_list(row["wanted"]),
            regions=_list(row["regions"]),
            leave_home_ok=Leave(row["leave_home"]),
            wage_floor_fen=int(row["wage_min"]) * YUAN,
            night_ok=row["shift"] == "1",
            shift_ok=row["shift"] == "1",
            accepts_training=True,
            **own,
        )
    )
    for category in _list(row["recognised"]):
        since = date(today.year, 1, 1)
        session.add(Recognition(person_id=person.id, category=PersonCategory(category), from_on=since))


def _accounts(
    session: Session,
    centres: dict[str, Centre],
    providers: dict[str, int],
    employers: dict[str, Employer],
    people: dict[str, Person],
) -> None:
    for row in rows("accounts"):
        create_account(
            session,
            Actor.system(),
            login=row["login"],
            name=row["name"],
            password=PASSWORD,
            roles={Role(row["roles"])},
            centre_id=centres[row["centre"]].id if row["centre"] else None,
            provider_id=providers[row["provider"]] if row["provider"] else None,
            employer_id=employers[row["employer"]].id if row["employer"] else None,
            person_id=people[row["person"]].id if row["person"] else None,
            expires_on=clock.today() + LONGEST_PARTNER if Role(row["roles"]) in PARTNERS else None,
            is_demo=True,
        )
