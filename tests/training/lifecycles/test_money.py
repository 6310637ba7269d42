"""Money asks its ground again in the step that pays, has a state on every line, and comes back as often as needed."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select

from centre import clock
from centre.database import open_session
from centre.errors import Invalid
from centre.funds.actions import grant_money, open_fund
from centre.funds.models import Fund
from centre.funds.rules import FundDraft, FundPurpose, GrantDraft
from centre.permissions import Role
from tests.planted import planted
from tests.training.agreement import everything_agrees
from tests.training.course import add_staff, assessed, call_sample, do, people
from tests.training.lifecycles.telling import last_message, told_since
from tests.training.world import SYSTEM, City
from training.attendance.models import Attendance
from training.certificates.actions import revoke_certificate
from training.certificates.models import TrainingCertificate
from training.claims import actions
from training.claims.actions import (
    claw_back,
    enter_claim,
    pay_claim,
    record_repayment,
    release_claim,
    return_claim,
    review_claim,
    show_claim,
)
from training.claims.models import Claim, ClaimLine
from training.claims.rules import (
    CertificateTerms,
    ClaimDraft,
    ClaimState,
    ClawbackDraft,
    LineState,
    NothingGranted,
    PaymentDraft,
    Programme,
)
from training.enrolments.models import Enrolment
from training.providers.actions import move_provider
from training.providers.rules import ProviderNotActive

APRIL, MAY, JUNE, JULY = (datetime(2026, month, 11, 2, tzinfo=UTC) for month in (4, 5, 6, 7))
L = LineState
YEAR = 100_000
"""What one certificate is subsidised with, in fen, by the example policy."""


class Desk:
    """A class that was assessed, its places, a fund of 100,000 yuan, and the way of its claim."""

    def __init__(self, city: City, count: int = 3) -> None:
        self.city = city
        add_staff(city, second=Role.TRAINING_OFFICER, manager=Role.CITY_MANAGER)
        self.class_id, self.places = assessed(city, people(city, count), class_no="B-1")
        draft = FundDraft(code="BT", name="补贴", purpose=FundPurpose.SUBSIDY)
        self.fund_id = do(city, "manager", open_fund, draft=draft).id
        do(city, "manager", grant_money, fund_id=self.fund_id, draft=GrantDraft(amount_fen=10_000_000))
        self.claim_id = 0

    def show(self, programme: Programme = Programme.PER_CERTIFICATE) -> None:
        """Enter the claim, review it and put it up for objections."""
        with clock.frozen(APRIL):
            draft = ClaimDraft(class_id=self.class_id, programme=programme)
            self.claim_id = do(self.city, "registrar", enter_claim, draft=draft).id
            call_sample(self.city, self.class_id)
            for step in (review_claim, show_claim):
                do(self.city, "officer", step, claim_id=self.claim_id)

    def release(self) -> None:
        """Allow the payment."""
        with clock.frozen(MAY):
            do(self.city, "officer", release_claim, claim_id=self.claim_id)

    def pay(self) -> None:
        """Pay what was released."""
        with clock.frozen(MAY):
            draft = PaymentDraft(fund_id=self.fund_id, voucher="V1")
            do(self.city, "manager", pay_claim, claim_id=self.claim_id, draft=draft)

    def demand(self, *numbers: int) -> None:
        """Demand the subsidies of the trainees at these places back."""
        draft = ClawbackDraft(enrolment_ids=[self.places[number] for number in numbers], reason="替考")
        do(self.city, "officer", claw_back, claim_id=self.claim_id, draft=draft)

    def repay(self) -> None:
        """Take in what is demanded."""
        do(self.city, "manager", record_repayment, claim_id=self.claim_id, voucher="R")

    def revoke(self, number: int) -> None:
        """Revoke the certificate of the trainee at a place."""
        with open_session(SYSTEM.scope) as session:
            held = select(TrainingCertificate.code).where(TrainingCertificate.enrolment_id == self.places[number])
            code = session.scalars(held).one()
        do(self.city, "officer", revoke_certificate, code=code, reason="替考")

    def states(self) -> list[LineState]:
        """The states of the lines, in the order of the places."""
        with open_session(SYSTEM.scope) as session:
            lines = select(ClaimLine.state).where(ClaimLine.claim_id == self.claim_id)
            return list(session.scalars(lines.order_by(ClaimLine.enrolment_id)))

    def balance(self) -> int:
        """What the fund has left, after everything was found to agree."""
        with open_session(SYSTEM.scope) as session:
            everything_agrees(session)
            return session.get_one(Fund, self.fund_id).balance_fen


@pytest.mark.rule("claim-clawback", "action")
def test_a_second_demand_is_possible_while_the_first_is_open_and_after_it_was_repaid(any_city: City) -> None:
    desk = Desk(any_city, 4)
    desk.show()
    desk.release()
    desk.pay()
    assert desk.states() == [L.PAID] * 4
    with clock.frozen(JUNE):
        before = last_message()
        desk.demand(1)
        desk.demand(2)
        assert len(told_since(before, "claim")) == 2
        assert desk.states() == [L.PAID, L.DEMANDED, L.DEMANDED, L.PAID]
        desk.repay()
    assert desk.states() == [L.PAID, L.REPAID, L.REPAID, L.PAID]
    with clock.frozen(JULY):
        with pytest.raises(Invalid):
            desk.demand(1)
        desk.demand(3)
        desk.repay()
    assert desk.states() == [L.PAID, L.REPAID, L.REPAID, L.REPAID]
    assert desk.balance() == 10_000_000 - YEAR
    with open_session(SYSTEM.scope) as session:
        claim = session.get_one(Claim, desk.claim_id)
        assert (claim.state, claim.repaid_fen) == (ClaimState.ARCHIVED, 3 * YEAR)
    with clock.frozen(JULY):
        desk.demand()
        desk.repay()
        with pytest.raises(Invalid):
            desk.demand()
    assert desk.balance() == 10_000_000


@pytest.mark.rule("claim-ground", "action")
def test_a_certificate_that_is_revoked_after_the_release_is_not_paid_for(city: City) -> None:
    desk = Desk(city)
    desk.show()
    desk.release()
    with clock.frozen(MAY):
        desk.revoke(1)
    desk.pay()
    assert desk.states() == [L.PAID, L.REFUSED, L.PAID]
    assert desk.balance() == 10_000_000 - 2 * YEAR


def test_paying_without_asking_again_would_be_noticed(city: City) -> None:
    """The planted fault: the step that pays trusts what was true in April."""
    desk = Desk(city)
    desk.show()
    desk.release()
    with clock.frozen(MAY):
        desk.revoke(1)
    with planted(actions, _calculate_again=lambda *_: None):
        desk.pay()
    assert desk.states() == [L.PAID] * 3


def test_a_claim_of_which_nothing_is_left_is_not_paid_and_can_go_back(city: City) -> None:
    desk = Desk(city, 1)
    desk.show()
    desk.release()
    with clock.frozen(MAY):
        desk.revoke(0)
    with pytest.raises(NothingGranted):
        desk.pay()
    assert desk.balance() == 10_000_000
    with clock.frozen(MAY):
        do(city, "officer", return_claim, claim_id=desk.claim_id, reason="证书已撤销")
    assert desk.states() == [L.RETURNED]


@pytest.mark.rule("claim-ground", "action")
def test_attendance_that_is_struck_after_the_release_is_not_paid_for(city: City) -> None:
    desk = Desk(city)
    desk.show(Programme.PER_DAY)
    desk.release()
    with open_session(SYSTEM.scope, write=True) as session:
        session.execute(delete(Attendance).where(Attendance.enrolment_id == desk.places[0]))
    desk.pay()
    assert desk.states() == [L.REFUSED, L.PAID, L.PAID]


@pytest.mark.rule("no-double-funding", "action")
def test_a_price_that_was_split_with_the_government_is_not_claimed_again_in_full(city: City) -> None:
    desk = Desk(city)
    with open_session(SYSTEM.scope, write=True) as session:
        for number, government_fen in ((0, 30_000), (1, 70_000)):
            place = session.get_one(Enrolment, desk.places[number])
            place.tuition_fen += government_fen
            place.government_fen = government_fen
    terms = CertificateTerms(pattern="per_certificate", fen=50_000)
    with planted(actions, read_terms=lambda _kept: terms):
        desk.show()
    with open_session(SYSTEM.scope) as session:
        lines = session.execute(select(ClaimLine.amount_fen, ClaimLine.reason).order_by(ClaimLine.enrolment_id)).all()
    assert [tuple(line) for line in lines] == [(20_000, ""), (0, "government-split"), (50_000, "")]


def test_a_school_that_is_suspended_is_paid_once_it_is_taken_back(city: City) -> None:
    desk = Desk(city)
    desk.show()
    desk.release()
    with clock.frozen(MAY):
        do(city, "officer", move_provider, provider_id=city.schools["P1"], event="suspend", reason="检查")
    with pytest.raises(ProviderNotActive):
        desk.pay()
    with clock.frozen(MAY):
        do(city, "officer", move_provider, provider_id=city.schools["P1"], event="resume")
    desk.pay()
    assert desk.states() == [L.PAID] * 3
