"""The desk: signatures stay apart, money never goes below zero, clocks run in working days, the ledger follows."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select

from centre import clock
from centre.database import open_session
from centre.desk.affairs import BUDGET, BudgetKept
from centre.desk.board import KINDS
from centre.desk.cards import CARD, CardUse, reduced, saved_fen
from centre.desk.cases import queries
from centre.desk.cases.actions import mark_line
from centre.desk.cases.imports import import_cases
from centre.desk.cases.kinds import Kind
from centre.desk.cases.models import unsealed_words
from centre.desk.cases.rules import NotPermitted, PersonNeeded, SamePerson
from centre.desk.donations import (
    DONATION,
    Donation,
    DonationSpent,
    GoodsAreHandedOut,
    MoneyGoesToAFund,
    settle_donations,
    spent_fen,
    unattributed_fen,
)
from centre.desk.gatherings import GATHERING, Guest
from centre.desk.hardship import HARDSHIP, FileOpen
from centre.desk.legal_aid import LEGAL_AID
from centre.desk.loans import LOAN
from centre.desk.petitions import PETITION
from centre.desk.relief import RELIEF
from centre.desk.unions import UNION, AlreadyMember
from centre.errors import Invalid, NotFound
from centre.funds.models import Fund
from centre.funds.movements import spend
from centre.funds.rules import FundPurpose, FundShort, MovementKind
from centre.ledger import ServiceEvent
from centre.network import Centre, CentreLevel
from centre.outbox import Message
from centre.people import PersonCategory, new_person, recognised_categories
from centre.sheets.cells import Row, Sheet, Workbook
from centre.states import IllegalMove
from tests.centre.desk.world import IDENTITY, SYSTEM, Counter, build

MONDAY = datetime(2026, 3, 2, 10, tzinfo=clock.SHANGHAI)


@pytest.fixture
def counter(any_database: object) -> Iterator[Counter]:
    """The counter on a Monday in March."""
    with clock.frozen(MONDAY):
        yield build()


def ledger(counter: Counter) -> list[tuple[str, int | None]]:
    """The lines of the ledger: category and money."""
    with open_session(SYSTEM.scope) as session:
        rows = session.scalars(select(ServiceEvent).order_by(ServiceEvent.id))
        return [(row.category.value, row.amount_fen) for row in rows]


def paid_relief(counter: Counter, fen: int = 30_000) -> int:
    case = counter.open(RELIEF, asked_fen=fen, words="丈夫住院")
    counter.step(RELIEF, case, "approve-fast", "colleague", fund_id=counter.fund_id)
    counter.step(RELIEF, case, "pay", voucher="P1")
    return case


@pytest.mark.rule("relief-two-people", "action")
def test_a_small_sum_is_paid_on_one_day_by_two_people(counter: Counter) -> None:
    case = counter.open(RELIEF, asked_fen=30_000, words="丈夫住院")
    with pytest.raises(SamePerson):
        counter.step(RELIEF, case, "approve-fast", fund_id=counter.fund_id)
    counter.step(RELIEF, case, "approve-fast", "colleague", fund_id=counter.fund_id)
    with pytest.raises(SamePerson):
        counter.step(RELIEF, case, "pay", "colleague", voucher="P1")
    counter.step(RELIEF, case, "pay", voucher="P1")
    assert counter.balance() == 70_000
    counter.step(RELIEF, case, "sign", receipt_no="R1")
    assert counter.step(RELIEF, case, "close") == "closed"
    assert ledger(counter) == [("relief", 30_000)]
    with open_session(SYSTEM.scope) as session:
        told_once = session.scalars(select(Message.title).where(Message.person_id == counter.person_id)).all()
        assert told_once == ["您的“生活救助”有了结果：已批准"]


@pytest.mark.rule("relief-two-people", "action")
def test_above_the_limit_or_a_second_time_the_long_path_is_named(counter: Counter) -> None:
    paid_relief(counter)
    for fen in (50_001, 100):
        case = counter.open(RELIEF, asked_fen=fen)
        assert counter.read(RELIEF, case).repeats == 1
        with pytest.raises(NotPermitted):
            counter.step(RELIEF, case, "approve-fast", "colleague", fund_id=counter.fund_id)
    with pytest.raises(SamePerson):
        counter.step(RELIEF, case, "review")
    counter.step(RELIEF, case, "review", "colleague")
    with pytest.raises(NotPermitted):
        counter.step(RELIEF, case, "approve", "manager", fund_id=counter.fund_id, granted_fen=500_001)
    counter.step(RELIEF, case, "approve", "manager", fund_id=counter.fund_id, granted_fen=100)


def test_a_second_application_that_waits_for_payment_is_not_approved_fast(counter: Counter) -> None:
    first, second = (counter.open(RELIEF, asked_fen=20_000) for _ in range(2))
    counter.step(RELIEF, first, "approve-fast", "colleague", fund_id=counter.fund_id)
    with pytest.raises(NotPermitted):
        counter.step(RELIEF, second, "approve-fast", "colleague", fund_id=counter.fund_id)


def test_the_city_s_fund_pays_for_a_county_and_another_county_s_does_not(counter: Counter) -> None:
    funds = {}
    with open_session(SYSTEM.scope, write=True) as session:
        for level, code, region in ((CentreLevel.CITY, "XY00", "610400"), (CentreLevel.COUNTY, "XY02", "610404")):
            centre = Centre(code=code, name=code, level=level, region_code=region)
            session.add(centre)
            session.flush()
            fund = Fund(code=f"F-{code}", name=code, purpose=FundPurpose.RELIEF, centre_id=centre.id, balance_fen=0)
            session.add(fund)
            session.flush()
            funds[code] = fund.id
    case = counter.open(RELIEF, asked_fen=20_000)
    with pytest.raises(NotFound):
        counter.step(RELIEF, case, "approve-fast", "colleague", fund_id=funds["XY02"])
    assert counter.step(RELIEF, case, "approve-fast", "colleague", fund_id=funds["XY00"]) == "approved"


def test_a_fund_is_never_overdrawn_and_a_mistake_gives_the_money_back(counter: Counter) -> None:
    wrong = paid_relief(counter)
    case = counter.open(RELIEF, asked_fen=300_000)
    counter.step(RELIEF, case, "review", "colleague")
    counter.step(RELIEF, case, "approve", "manager", fund_id=counter.fund_id, granted_fen=300_000)
    with pytest.raises(FundShort):
        counter.step(RELIEF, case, "pay", voucher="P1")
    assert counter.balance() == 70_000
    counter.step(RELIEF, wrong, "void", "manager", reason="记错了人")
    assert counter.balance() == 100_000
    assert [fen for _, fen in ledger(counter)] == [30_000, -30_000]
    with pytest.raises(IllegalMove):
        counter.step(RELIEF, wrong, "void", "manager", reason="再来一次")


def test_a_petition_runs_on_working_days_and_opens_again(counter: Counter) -> None:
    case = counter.open(PETITION, person=False, channel="hotline", topic="wages", wait_seconds=31, words="欠三个月")
    petition = counter.read(PETITION, case)
    assert (petition.due_on, petition.answered_in_time) == (date(2026, 3, 5), False)
    counter.step(PETITION, case, "assign", handler="李工")
    counter.step(PETITION, case, "contact")
    assert counter.read(PETITION, case).due_on == date(2026, 3, 23)
    counter.step(PETITION, case, "answer", answer="已转劳动监察")
    counter.step(PETITION, case, "close", satisfaction="dissatisfied")
    assert counter.step(PETITION, case, "reopen", reason="没有解决") == "assigned"
    assert counter.read(PETITION, case).reopened == 1
    assert ledger(counter) == [("petition", None)]
    with open_session(SYSTEM.scope) as session:
        assert unsealed_words(session, session.get_one(PETITION.model, case)) == "欠三个月"


def test_a_case_about_somebody_needs_a_name_and_another_centre_sees_nothing(counter: Counter) -> None:
    with pytest.raises(PersonNeeded):
        counter.open(RELIEF, person=False, asked_fen=100)
    case = counter.open(RELIEF, asked_fen=100)
    stranger = counter.actor("clerk").scope.__class__(staff=True, centre_id=counter.centre_id + 1)
    with open_session(stranger) as session:
        assert session.scalar(select(func.count()).select_from(RELIEF.model).where(RELIEF.model.id == case)) == 0
        assert queries.briefs(session, KINDS) == []
    with open_session(counter.actor("colleague").scope) as session:
        assert [brief.id for brief in queries.briefs(session, KINDS, person_id=counter.person_id)] == [case]


@pytest.mark.rule("card-reduction", "action")
def test_a_medical_card_takes_off_what_its_rule_says(counter: Counter) -> None:
    card = counter.open(CARD, type="medical", partner="县医院")
    with pytest.raises(SamePerson):
        counter.step(CARD, counter.open(CARD, "manager", type="medical"), "activate", "manager")
    counter.step(CARD, card, "activate", "manager")
    for item, gross in (("registration", 500), ("medicine", 30_000), ("hospital", 200_000)):
        counter.line(CARD, card, used_on="2026-03-02", item=item, place="县医院", gross_fen=gross)
    with open_session(SYSTEM.scope) as session:
        assert saved_fen(session, card) == 184_500
        net = session.scalar(select(func.sum(CardUse.net_fen)))
        assert net == 46_000
    with pytest.raises(NotPermitted):
        counter.line(CARD, card, used_on="2026-03-02", item="tuition", place="学校", gross_fen=100)


def test_reductions_round_in_the_person_s_favour() -> None:
    assert [reduced(gross, 80) for gross in (1, 2, 5, 30_000)] == [1, 2, 4, 24_000]


@pytest.mark.rule("hardship-steps", "action")
@pytest.mark.rule("hardship-one-file", "action")
def test_a_recognition_takes_its_steps_and_reaches_the_person(counter: Counter) -> None:
    with pytest.raises(NotPermitted):
        counter.open(HARDSHIP, system="employment", ground="deep")
    case = counter.open(HARDSHIP, system="union", ground="deep", income_fen=50_000)
    with pytest.raises(FileOpen):
        counter.open(HARDSHIP, system="union", ground="accident")
    counter.open(HARDSHIP, system="employment", ground="disabled")
    counter.step(HARDSHIP, case, "check", "colleague", evidence="入户核查表")
    counter.step(HARDSHIP, case, "notice")
    with pytest.raises(NotPermitted):
        counter.step(HARDSHIP, case, "review")
    with clock.frozen(datetime(2026, 3, 6, 10, tzinfo=clock.SHANGHAI)):
        counter.step(HARDSHIP, case, "review")
        counter.step(HARDSHIP, case, "recognise", "manager")
        with open_session(SYSTEM.scope) as session:
            known = recognised_categories(session, counter.person_id, clock.today())
            assert known == {PersonCategory.UNION_HARDSHIP}


def test_a_donation_goes_into_a_fund_of_its_purpose_and_back(counter: Counter) -> None:
    case = counter.open(DONATION, donor="某厂", amount_fen=5_000, wish="relief")
    counter.step(DONATION, case, "receive", voucher="V")
    with open_session(SYSTEM.scope) as session:
        assert unattributed_fen(session) == 5_000
    counter.step(DONATION, case, "receipt", receipt_no="S")
    counter.step(DONATION, case, "allocate", "manager", fund_id=counter.fund_id)
    assert counter.balance() == 105_000
    with pytest.raises(SamePerson):
        counter.step(DONATION, case, "return", "manager", reason="捐错了")
    counter.step(DONATION, case, "return", "deputy", reason="捐错了")
    assert counter.balance() == 100_000


def given(counter: Counter, fen: int) -> int:
    """A donation that lies in the fund."""
    case = counter.open(DONATION, donor="某厂", amount_fen=fen)
    for event, who, fields in (
        ("receive", "clerk", {"voucher": "V"}),
        ("receipt", "clerk", {"receipt_no": "S"}),
        ("allocate", "manager", {"fund_id": counter.fund_id}),
    ):
        counter.step(DONATION, case, event, who, **fields)
    return case


def pay_out(counter: Counter, fen: int) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        spend(
            session, fund_id=counter.fund_id, purpose=FundPurpose.RELIEF, kind=MovementKind.PAYMENT, amount_fen=fen,
            subject="relief:0", account_id=None,
        )  # fmt: skip


def state_after_settling(case: int) -> str:
    with open_session(SYSTEM.scope, write=True) as session:
        settle_donations(session)
        return str(session.get_one(Donation, case).state)


def test_a_donation_is_spent_in_its_turn_and_then_cannot_be_returned(counter: Counter) -> None:
    first, second = given(counter, 20_000), given(counter, 20_000)
    pay_out(counter, 115_000)
    with open_session(SYSTEM.scope) as session:
        rows = session.scalars(select(Donation).order_by(Donation.id)).all()
        assert spent_fen(session, rows) == {first: 15_000, second: 0}
    assert state_after_settling(first) == "allocated"
    with pytest.raises(DonationSpent):
        counter.step(DONATION, first, "return", "deputy", reason="捐错了")
    pay_out(counter, 10_000)
    assert (state_after_settling(first), state_after_settling(second)) == ("spent", "allocated")
    with pytest.raises(IllegalMove):
        counter.step(DONATION, first, "return", "deputy", reason="捐错了")


def test_goods_are_handed_out_and_money_goes_to_a_fund(counter: Counter) -> None:
    goods = counter.open(DONATION, donor="某超市", amount_fen=5_000, goods="棉被二十床")
    money = counter.open(DONATION, donor="某厂", amount_fen=7_000)
    for case in (goods, money):
        counter.step(DONATION, case, "receive", voucher="V")
        counter.step(DONATION, case, "receipt", receipt_no="S")
    with open_session(SYSTEM.scope) as session:
        assert unattributed_fen(session) == 7_000
    with pytest.raises(GoodsAreHandedOut):
        counter.step(DONATION, goods, "allocate", "manager", fund_id=counter.fund_id)
    with pytest.raises(MoneyGoesToAFund):
        counter.step(DONATION, money, "hand-out", "manager", used_for="敬老院")
    assert counter.step(DONATION, goods, "hand-out", "manager", used_for="敬老院") == "spent"
    assert counter.balance() == 100_000


def test_what_guests_signed_for_is_paid_once_from_the_fund(counter: Counter) -> None:
    case = counter.open(GATHERING, kind="relief", title="春节慰问", place="广场", held_on="2026-03-02")
    first = counter.line(GATHERING, case, trainee_name="甲", amount_fen=20_000)
    counter.line(GATHERING, case, trainee_name="乙", amount_fen=20_000)
    counter.step(GATHERING, case, "publish", "manager")
    for _ in range(2):
        with open_session(counter.actor("clerk").scope, write=True) as session:
            mark_line(session, counter.actor("clerk"), kind=GATHERING, case_id=case, line_id=first)
    counter.step(GATHERING, case, "hold", attendance=1)
    with pytest.raises(NotPermitted):
        counter.step(GATHERING, case, "close", "manager")
    counter.step(GATHERING, case, "close", "manager", fund_id=counter.fund_id)
    assert counter.balance() == 80_000
    assert ledger(counter) == [("relief", 20_000)]


def test_a_guest_stands_on_the_roster_by_the_record_or_by_a_name_alone(counter: Counter) -> None:
    case = counter.open(GATHERING, kind="relief", title="春节慰问", place="广场", held_on="2026-03-02")
    line = counter.line(GATHERING, case, person_id=counter.person_id)
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(Guest, line).trainee_name == "王秀兰"
    counter.line(GATHERING, case, trainee_name="没登记的人")
    with pytest.raises(Invalid):
        counter.line(GATHERING, case)
    with open_session(SYSTEM.scope, write=True) as session:
        elsewhere = Centre(code="XY02", name="邻县中心", level=CentreLevel.COUNTY, region_code="610403")
        session.add(elsewhere)
        session.flush()
        stranger = new_person(centre_id=elsewhere.id, name="邻县的人")
        session.add(stranger)
        session.flush()
        foreign = stranger.id
    for nobody in (foreign, 987_654_321):
        with pytest.raises(PersonNeeded):
            counter.line(GATHERING, case, person_id=nobody)


def test_a_second_budget_of_one_year_is_refused_with_the_reason(counter: Counter) -> None:
    counter.open(BUDGET, "manager", year=2026, budgeted_fen=100, posts=3, in_post=2)
    with pytest.raises(BudgetKept):
        counter.open(BUDGET, "manager", year=2026, budgeted_fen=200, posts=3, in_post=2)


def test_nothing_that_has_ended_is_overdue(counter: Counter) -> None:
    case = counter.open(PETITION, topic="wages")
    assert counter.read(PETITION, case).due_on is not None
    counter.step(PETITION, case, "void", "manager", reason="登记错了")
    assert counter.read(PETITION, case).due_on is None


def test_a_loan_keeps_the_cap_and_is_repaid_in_parts(counter: Counter) -> None:
    with pytest.raises(NotPermitted):
        counter.open(LOAN, purpose="开店", asked_fen=20_000_001)
    case = counter.open(LOAN, purpose="开店", asked_fen=1_000_000)
    counter.step(LOAN, case, "submit", "manager")
    counter.step(LOAN, case, "grant", granted_fen=800_000)
    counter.step(LOAN, case, "pay-out")
    counter.line(LOAN, case, paid_on="2026-03-02", amount_fen=500_000)
    with pytest.raises(NotPermitted):
        counter.step(LOAN, case, "settle")
    with pytest.raises(NotPermitted):
        counter.line(LOAN, case, paid_on="2026-03-02", amount_fen=300_001)
    counter.line(LOAN, case, paid_on="2026-03-02", amount_fen=300_000)
    assert counter.step(LOAN, case, "settle") == "repaid"


def test_legal_aid_is_referred_and_its_outcome_recorded(counter: Counter) -> None:
    case = counter.open(LEGAL_AID, matter="injury")
    counter.step(LEGAL_AID, case, "refer")
    counter.step(LEGAL_AID, case, "accept")
    counter.step(LEGAL_AID, case, "begin")
    assert counter.step(LEGAL_AID, case, "close", outcome="settled") == "closed"
    assert ledger(counter) == [("legal", None)]


def book(*rows: list[str]) -> Workbook:
    return Workbook("a.xlsx", "xlsx", [Sheet("Sheet1", False, [Row(at, row) for at, row in enumerate(rows, 1)])])


def test_a_list_from_a_site_enrols_all_or_none(counter: Counter) -> None:
    head = ["身份证号", "工会名称", "单位或工地", "怎么来的"]
    good = [IDENTITY, "建筑工会", "三号工地", "现场"]
    for rows, taken in (([good, ["610499199001010013", "建筑工会", "", ""]], 0), ([good], 1)):
        with open_session(counter.actor("clerk").scope, write=True) as session:
            labels = lambda member: {"site": "现场"}.get(member.value, member.value)  # noqa: E731
            done = import_cases(session, counter.actor("clerk"), kind=UNION, book=book(head, *rows), labels=labels)
            assert (done.taken, len(done.bad)) == (taken, 1 - taken)
    with pytest.raises(AlreadyMember):
        counter.open(UNION, branch="建筑工会")


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_every_kind_names_every_field_and_step(kind: Kind) -> None:
    drafts = [kind.draft, *(step.draft for step in kind.steps)] + ([kind.lines.draft] if kind.lines else [])
    unlabelled = {name for draft in drafts for name in draft.model_fields if not kind.label_of(name)}
    assert unlabelled == set()
    assert {step.event for step in kind.steps} == {move.event for move in kind.machine.moves if move.permission}
    assert all(kind.label_of(name) for name in kind.columns)


def test_a_draft_with_unknown_fields_or_no_money_is_refused(counter: Counter) -> None:
    with pytest.raises(ValidationError):
        counter.open(RELIEF, asked_fen=0)
    with pytest.raises(ValidationError):
        counter.open(RELIEF, asked_fen=100, approved_by=2)
