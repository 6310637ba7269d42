"""Current work of schools and training officers: classes in every state, claims, funds, rosters."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from centre import clock, events
from centre.accounts import Account
from centre.funds.actions import grant_money, open_fund
from centre.funds.models import Fund, FundMovement
from centre.funds.rules import FundDraft, FundPurpose, GrantDraft, MovementKind
from centre.network import Centre
from centre.numbers import identity_check
from centre.people import Person
from centre.permissions import Actor
from centre.sheets.cells import Row as Line
from centre.sheets.cells import Sheet, Workbook
from employers.companies.models import Employer
from training.attendance.models import Attendance, Lesson, SeatOffer
from training.certificates.models import TrainingCertificate
from training.certificates.rules import Certified
from training.claims import actions as claims
from training.claims.models import Claim
from training.claims.rules import ClaimDraft, ClawbackDraft, PaymentDraft, Programme
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.enrolments.models import Enrolment
from training.enrolments.rules import EnrolmentState
from training.funds.models import ClassFunding
from training.funds.movements import owes
from training.integrity import actions as desk
from training.integrity.queries import flags
from training.integrity.rules import CallDraft, CallOutcome
from training.providers.models import Major, TrainingProvider
from training.rosters.actions import upload_roster
from training.rosters.models import RosterUpload
from training.rosters.rules import RosterState, Source
from web.demo.learning import Campus, award, enrol, fill_past, fill_pool, hold_lessons, open_class, place_graduates

S = EnrolmentState
SILENT = "P4"
"""The school that has sent no roster for ten days."""

ROSTER = (
    ("姓名", "身份证号", "性别", "文化程度", "人员类别", "联系电话"),
    ("周玉珍", "61049919860412062", "女", "初中", "登记失业人员", "13800001001"),
    ("何春生", "61049919900115065", "男", "高中", "农村转移劳动力", "13800001002"),
    ("林小宇", "61049919950610063", "男", "初中", "农村转移劳动力", "1380000100"),
    ("郭佳欣", "610499199202020645", "女", "大专", "高校毕业生", "13800001004"),
    ("罗志明", "61049919881111065", "男", "初中", "同上", "13800001005"),
    ("高英", "6.10499E+17", "女", "初中", "登记失业人员", "13800001006"),
)
"""A roster with identity numbers without check digit: some rows are valid, some have typical mistakes."""


def fill(session: Session, majors: Sequence[Major], people: dict[str, Person]) -> None:
    """Insert classes, claims, funds and rosters."""
    campus = Campus(
        session,
        {provider.id: provider for provider in session.scalars(select(TrainingProvider).order_by(TrainingProvider.id))},
        list(session.scalars(select(Centre).order_by(Centre.id))),
        list(session.scalars(select(Employer).order_by(Employer.id))),
    )
    fill_pool(campus)
    actors = {account.login: account.actor for account in session.scalars(select(Account).order_by(Account.id))}
    by_name = {major.name: major for major in majors}
    held = fill_past(campus, majors)
    held += _running(campus, by_name)
    _recruit(campus, majors, people, actors)
    claimed = _claims(campus, by_name)
    held += claimed.values()
    _settle_claims(session, actors, claimed, _funds(session, actors, held))
    _certify(session, campus, by_name["足部按摩"], people["W10"])
    _send_lists(campus, by_name["服装缝纫"], actors)


def _weeks_ago(weeks: int) -> date:
    """The Monday a number of weeks ago."""
    today = clock.today()
    return today - timedelta(days=today.weekday() + 7 * weeks)


Held = tuple[TrainingClass, list[Enrolment]]


def _running(campus: Campus, majors: dict[str, Major]) -> list[Held]:
    """Two running classes, one with an absent trainee, and one that awaits its results."""
    held = []
    for place, (name, weeks) in enumerate((("焊接", 2), ("电子装接", 1))):
        major = majors[name]
        training = open_class(campus, major, start_on=_weeks_ago(weeks), state=ClassState.IN_SESSION)
        places = enrol(campus, training, major, campus.people(360 + 20 * place, 18), [S.ATTENDING] * 18)
        hold_lessons(campus, training, places, scanned=bool(place))
        held.append((training, places))
    _stay_away(campus.session, *held[0])
    major = majors["中式面点"]
    training = open_class(campus, major, start_on=_weeks_ago(7), state=ClassState.FINISHED)
    states = [S.COMPLETED] * 11 + [S.RESIT] * 2 + [S.FAILED]
    places = enrol(campus, training, major, campus.people(400, 14), states)
    hold_lessons(campus, training, places, absent=0.04)
    award(campus, training, major, [place for place in places if place.state is S.RESIT])
    return [*held, (training, places)]


def _stay_away(session: Session, training: TrainingClass, places: Sequence[Enrolment]) -> None:
    """The first trainee has missed the last three days."""
    since = clock.now() - timedelta(days=4)
    missed = select(Lesson.id).where(Lesson.class_id == training.id, Lesson.starts_at > since)
    gone = select(Attendance).where(Attendance.enrolment_id == places[0].id, Attendance.lesson_id.in_(missed))
    for attendance in session.scalars(gone.order_by(Attendance.id)):
        session.delete(attendance)
    session.flush()


def _recruit(campus: Campus, majors: Sequence[Major], people: dict[str, Person], actors: dict[str, Actor]) -> None:
    """Enrolments in recruiting classes, some of which are full with a waiting list, and a class awaiting approval."""
    session = campus.session
    for number, training in enumerate(
        session.scalars(
            select(TrainingClass).where(TrainingClass.state == ClassState.RECRUITING).order_by(TrainingClass.id)
        )
    ):
        major = session.get_one(Major, training.major_id)
        if major.name == "养老护理":
            count, more = training.seats, 4
        else:
            count, more = (number * 7 + 5) % 19, 0
        group = campus.people(number * 16, count + more)
        if more:
            group[-1] = people["W10"]
        places = enrol(campus, training, major, group, [S.ACCEPTED] * count + [S.WAITLISTED] * more)
        if more:
            _offer(session, training, places[0], places[-1])
        elif number == 0:
            places[0].state, places[0].to_check = S.APPLIED, "name"
    major = next(major for major in majors if major.name == "仓储与叉车")
    applied = open_class(campus, major, start_on=_weeks_ago(-4), state=ClassState.APPLIED, class_no="2027-01")
    applied.approved_at, applied.applied_at, applied.applied_by = None, clock.now(), actors["school2"].account_id
    session.flush()


def _offer(session: Session, training: TrainingClass, leaving: Enrolment, waiting: Enrolment) -> None:
    """A trainee left, and the seat is offered to the first on the waiting list."""
    leaving.state, waiting.state = S.WITHDRAWN, S.OFFERED
    now = clock.now()
    session.add(
        SeatOffer(
            class_id=training.id, enrolment_id=waiting.id, person_id=waiting.person_id,
            provider_id=training.provider_id, centre_id=training.centre_id, offered_at=now,
            until_at=now + timedelta(hours=44),
        )
    )  # fmt: skip
    session.flush()


CLAIMED = ("家政服务", "养老护理", "中式烹调", "足部按摩", "客房服务", "直播销售")
"""Majors of the assessed classes, by state of the claim: none, flagged, on notice, released, paid, clawed back."""


def _claims(campus: Campus, majors: dict[str, Major]) -> dict[str, Held]:
    claimed: dict[str, Held] = {}
    for number, name in enumerate(CLAIMED):
        major = majors[name]
        training = open_class(campus, major, start_on=_weeks_ago(18), state=ClassState.ASSESSED)
        people = campus.people(420 + 14 * number, 13)
        if name == "养老护理":
            for person in people[1:5]:
                person.set_phone(people[0].phone)
        states = [S.EMPLOYED] * 6 + [S.CERTIFIED] * 5 + [S.FAILED] * 2
        places = enrol(campus, training, major, people, states)
        hold_lessons(campus, training, places, absent=0.03, scanned=name == "足部按摩", truants=1)
        award(campus, training, major, places)
        place_graduates(campus, training, places)
        claimed[name] = (training, places)
    return claimed


def _funds(session: Session, actors: dict[str, Actor], held: Sequence[Held]) -> Fund:
    """Three funds, with a movement for the centre's part of each place. Returns the fund for subsidies."""
    city = actors["city"]
    funds = []
    for code, name, purpose, yuan in (
        ("TX-2026", "联合办学学费补助(演示)", FundPurpose.TUITION, 1_500_000),
        ("SX-2026", "就业补助资金培训补贴(演示)", FundPurpose.SUBSIDY, 200_000),
        ("JZ-2026", "困难职工生活救助(演示)", FundPurpose.RELIEF, 60_000),
    ):
        draft = FundDraft(code=code, name=name, purpose=purpose)
        fund = open_fund(session, city, draft=draft, centre_id=city.centre_id, is_demo=True)
        for part in (1, 2):
            grant = GrantDraft(amount_fen=yuan * 50, voucher=f"{code}-{part}")
            grant_money(session, city, fund_id=fund.id, draft=grant)
        funds.append(fund)
    tuition = funds[0]
    recruiting = session.scalars(
        select(TrainingClass).where(TrainingClass.state == ClassState.RECRUITING).order_by(TrainingClass.id)
    )
    for training in recruiting:
        coming = session.scalars(select(Enrolment).where(Enrolment.class_id == training.id).order_by(Enrolment.id))
        held = [*held, (training, list(coming))]
    for training, places in held:
        _charge(session, tuition, training, places)
    session.flush()
    return funds[1]


def _charge(session: Session, fund: Fund, training: TrainingClass, places: Sequence[Enrolment]) -> None:
    session.add(ClassFunding(class_id=training.id, centre_id=training.centre_id, fund_id=fund.id))
    owed = [place for place in places if owes(place)]
    if owed:
        at = datetime.combine(min(training.start_on, clock.today()), time(9), clock.SHANGHAI)
        same = {"fund_id": fund.id, "centre_id": fund.centre_id, "kind": MovementKind.CHARGE, "at": at}
        rows = [same | {"subject": f"enrolment:{place.id}", "amount_fen": -place.centre_fen} for place in owed]
        session.execute(insert(FundMovement), rows)
        fund.balance_fen -= sum(place.centre_fen for place in owed)
    for place in owed:
        place.fund = fund.code


def _settle_claims(session: Session, actors: dict[str, Actor], claimed: dict[str, Held], subsidy: Fund) -> None:
    """Move each claim to its state by the same steps as at the desk, dated before today."""
    schools = {"P2": "school2"}
    for far, name in enumerate(CLAIMED):
        training, places = claimed[name]
        if not far:
            continue
        provider = session.get_one(TrainingProvider, training.provider_id)
        entering = actors.get(schools.get(provider.code, ""), actors["trainer2"])
        with clock.frozen(_days_ago(30)):
            draft = ClaimDraft(class_id=training.id, programme=Programme.PER_DAY)
            claim = claims.enter_claim(session, entering, draft=draft, is_demo=True)
        _telephone(session, actors["trainer"], training, finished=far > 1)
        if name == "养老护理":
            for flag, _, _ in session.execute(flags(training.id)).all()[:1]:
                desk.clear_flag(session, actors["trainer"], flag_id=flag.id, reason="五人同住一个院子，电话是房东的")
        else:
            _carry_on(session, actors, claim, places, far, subsidy)


def _days_ago(days: int) -> datetime:
    return datetime.combine(clock.today() - timedelta(days=days), time(10), clock.SHANGHAI)


def _telephone(session: Session, actor: Actor, training: TrainingClass, *, finished: bool) -> None:
    sample = desk.draw_sample(session, actor, class_id=training.id)
    for place in sample.enrolment_ids[: None if finished else 1]:
        draft = CallDraft(enrolment_id=place, outcome=CallOutcome.CONFIRMED)
        desk.record_call(session, actor, class_id=training.id, draft=draft)


def _carry_on(
    session: Session, actors: dict[str, Actor], claim: Claim, places: Sequence[Enrolment], far: int, subsidy: Fund
) -> None:
    trainer, city = actors["trainer"], actors["city"]
    with clock.frozen(_days_ago(28 if far > 2 else 2)):
        claims.review_claim(session, trainer, claim_id=claim.id)
        claims.show_claim(session, trainer, claim_id=claim.id)
    if far > 2:
        with clock.frozen(_days_ago(14)):
            claims.release_claim(session, trainer, claim_id=claim.id)
    if far > 3:
        with clock.frozen(_days_ago(12)):
            payment = PaymentDraft(fund_id=subsidy.id, voucher=f"SX-{claim.id:04d}")
            claims.pay_claim(session, city, claim_id=claim.id, draft=payment)
    if far > 4:
        with clock.frozen(_days_ago(3)):
            back = ClawbackDraft(enrolment_ids=[places[0].id], reason="回访发现本人没有参加，由他人顶替")
            claims.claw_back(session, trainer, claim_id=claim.id, draft=back)


def _certify(session: Session, campus: Campus, major: Major, person: Person) -> None:
    """Ma Li's certificate in foot massage, which also appears in her profile."""
    training = open_class(campus, major, start_on=_weeks_ago(34), state=ClassState.ARCHIVED)
    places = enrol(campus, training, major, [person], [S.CERTIFIED])
    award(campus, training, major, places)
    certificate = session.scalars(select(TrainingCertificate).where(TrainingCertificate.person_id == person.id)).one()
    school = campus.providers[major.provider_id].name
    fact = Certified(
        certificate.id,
        certificate.enrolment_id,
        person.id,
        certificate.occupation_code,
        certificate.level,
        certificate.code,
        False,
        school,
        training.class_no,
        certificate.issued_on,
    )
    events.publish(session, fact)


def _send_lists(campus: Campus, major: Major, actors: dict[str, Actor]) -> None:
    """Two weeks of rosters from all schools except one, and one roster that awaits confirmation."""
    session, chance = campus.session, campus.chance
    recruiting = select(TrainingClass).where(TrainingClass.state == ClassState.RECRUITING).order_by(TrainingClass.id)
    for training in session.scalars(recruiting).all():
        code = campus.providers[training.provider_id].code
        for ago in (12, 8, 5, 2, 1):
            if chance.random() < 0.7 and not (code == SILENT and ago < 10):
                _sent(session, training, ago, chance.randrange(3, 24), chance.randrange(3), by_software=code == "P2")
    waiting = session.scalars(recruiting.where(TrainingClass.major_id == major.id)).first()
    if waiting is not None:
        lines = [[_checked(cell) for cell in cells] for cells in ROSTER]
        rows = [Line(number, cells) for number, cells in enumerate(lines, 1)]
        book = Workbook("缝纫班名单.csv", "csv", [Sheet("Sheet1", False, rows)])
        content = "\ufeff" + "".join(",".join(cells) + "\r\n" for cells in lines)
        upload_roster(
            session,
            actors["school"],
            class_id=waiting.id,
            content=content.encode(),
            file_name=book.filename,
            book=book,
        )


def _checked(cell: str) -> str:
    """An identity number completed with its check digit."""
    return cell + identity_check(cell) if len(cell) == 17 and cell.isdigit() else cell


def _sent(session: Session, training: TrainingClass, ago: int, rows: int, errors: int, *, by_software: bool) -> None:
    at = _days_ago(ago)
    session.add(
        RosterUpload(
            provider_id=training.provider_id, centre_id=training.centre_id, class_id=training.id,
            state=RosterState.CONFIRMED, source=Source.API if by_software else Source.FILE,
            file_name=f"{training.class_no}名单.xlsx", file_digest=f"demo-{training.id}-{ago}", file_size=20_000,
            key_name=f"demo-{training.id}-{ago}", creates=rows // 4, updates=rows // 6,
            unchanged=rows - rows // 4 - rows // 6, errors=errors, total=rows + errors,
            done=rows, created_at=at, settled_at=at,
        )
    )  # fmt: skip
