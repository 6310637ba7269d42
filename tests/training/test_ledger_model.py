"""R8 for money: no sequence of steps leaves price parts, seats, funds and claims at odds; a planted bug is caught."""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from centre import clock, events, privacy
from centre.database import open_session
from centre.errors import Refusal
from centre.permissions import Role
from tests.databases import settings_from
from tests.training import world
from tests.training.course import add_staff, begin, call_sample, certify, do, enrol_all, finish, people, state_of, teach
from training.attendance.models import SeatOffer
from training.attendance.offers import decline_offer, take_offer
from training.certificates.actions import revoke_certificate
from training.certificates.models import TrainingCertificate
from training.claims import actions as claims
from training.claims.models import Claim, ClaimLine
from training.claims.rules import ClaimDraft, ClaimState, ClawbackDraft, PaymentDraft, Programme, Verdict
from training.classes.models import TrainingClass
from training.classes.rules import ClassState, Daypart
from training.enrolments.actions import withdraw_learner
from training.enrolments.models import Enrolment
from training.enrolments.rules import SEATLESS, EnrolmentState, Left
from training.funds import reactions
from training.funds.actions import fund_class, grant_money, open_fund
from training.funds.models import Fund, FundMovement
from training.funds.rules import FundDraft, FundPurpose, GrantDraft

PERSONS, CLASSES = 5, 3
PAID = (ClaimState.PAID, ClaimState.CLAWBACK, ClaimState.ARCHIVED)


class Money(RuleBasedStateMachine):
    """Two schools, three short classes of few seats, five people, two funds that do not suffice for all."""

    template: Path
    folder: Path
    count = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).count += 1
        path = self.folder / f"{type(self).count}.db"
        shutil.copyfile(self.template, path)
        self.stack = ExitStack()
        self.stack.enter_context(settings_from(database_url=f"sqlite:///{path}", data_dir=str(self.folder)))
        privacy.forget_keys()
        self.stack.enter_context(clock.frozen(world.MONDAY))
        self.city = world.build()
        add_staff(self.city, second=Role.TRAINING_OFFICER, manager=Role.CITY_MANAGER)
        self.people = people(self.city, PERSONS)
        for code, purpose, yuan in (("TX", FundPurpose.TUITION, 2_900), ("SX", FundPurpose.SUBSIDY, 1_000)):
            made = do(self.city, "manager", open_fund, draft=FundDraft(code=code, name=code, purpose=purpose))
            do(self.city, "manager", grant_money, fund_id=made.id, draft=GrantDraft(amount_fen=yuan * 100))
        self.classes = [self._open(major, part) for major, part in zip(
            ("服装缝纫", "焊接", "电子装接"), (Daypart.MORNING, Daypart.AFTERNOON, Daypart.EVENING), strict=True
        )]  # fmt: skip
        self.steps = 0

    def teardown(self) -> None:
        self.stack.close()

    def _open(self, major: str, part: Daypart) -> int:
        days: dict[str, Any] = {"start": date(2026, 3, 16), "end": date(2026, 3, 17)}
        class_id = world.add_class(self.city, major, seats=3, daypart=part, class_no=part.value, **days)
        with open_session(world.SYSTEM.scope, write=True) as session:
            found = session.get_one(TrainingClass, class_id)
            found.room, found.teacher = f"{class_id}", f"{class_id}"
        do(self.city, "officer", fund_class, class_id=class_id, fund_id=1)
        return class_id

    def _try(self, action: Callable[[], object]) -> None:
        self.steps += 1
        try:
            action()
        except Refusal:
            return

    def _ids(self, model: Any, *where: Any) -> list[int]:
        with open_session(world.SYSTEM.scope) as session:
            return list(session.scalars(select(model.id).where(*where).order_by(model.id)))

    @rule(who=st.integers(0, PERSONS - 1), where=st.integers(0, CLASSES - 1))
    def enrol(self, who: int, where: int) -> None:
        self._try(lambda: enrol_all(self.city, self.classes[where], [self.people[who]], may_wait=True))

    @precondition(lambda self: self._ids(Enrolment))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        place = data.draw(st.sampled_from(self._ids(Enrolment)))
        self._try(lambda: do(self.city, "officer", withdraw_learner, enrolment_id=place))

    @precondition(lambda self: self._ids(SeatOffer, SeatOffer.outcome.is_(None)))
    @rule(takes=st.booleans())
    def promote(self, takes: bool) -> None:
        offer = self._ids(SeatOffer, SeatOffer.outcome.is_(None))[0]
        self._try(lambda: do(self.city, "officer", take_offer if takes else decline_offer, offer_id=offer))

    @rule(where=st.integers(0, CLASSES - 1), absent=st.booleans())
    def run_class(self, where: int, absent: bool) -> None:
        class_id = self.classes[where]
        with open_session(world.SYSTEM.scope) as session:
            ready = session.get_one(TrainingClass, class_id).state is ClassState.RECRUITING
        if not (ready and self._ids(Enrolment, Enrolment.class_id == class_id, Enrolment.state == "accepted")):
            return
        self.steps += 1
        begin(self.city, class_id)
        places = self._ids(Enrolment, Enrolment.class_id == class_id, Enrolment.state == "attending")
        teach(self.city, class_id, places, missed={places[0]: (0, 1)} if absent else {})
        finish(self.city, class_id)
        certify(self.city, class_id, [one for one in places if state_of(one) is EnrolmentState.COMPLETED])

    @rule(where=st.integers(0, CLASSES - 1), programme=st.sampled_from([Programme.PER_DAY, Programme.PER_CERTIFICATE]))
    def claim(self, where: int, programme: Programme) -> None:
        draft = ClaimDraft(class_id=self.classes[where], programme=programme)
        self._try(lambda: do(self.city, "registrar" if where < 2 else "neighbour", claims.enter_claim, draft=draft))

    @precondition(lambda self: self._ids(Claim))
    @rule(data=st.data(), step=st.sampled_from(["pay", "pay", "return", "claw", "part"]))
    def settle(self, data: st.DataObject, step: str) -> None:
        claim_id = data.draw(st.sampled_from(self._ids(Claim)))
        places = self._ids(ClaimLine, ClaimLine.claim_id == claim_id, ClaimLine.verdict == Verdict.GRANTED)
        with clock.frozen(datetime(2026, 5, 1, 2, tzinfo=world.MONDAY.tzinfo)):
            if step == "return":
                again = {"claim_id": claim_id, "reason": "缺材料"}
                self._try(lambda: do(self.city, "second", claims.return_claim, **again))
            elif step == "pay":
                self._try(lambda: self._pay(claim_id))
            else:
                with open_session(world.SYSTEM.scope) as session:
                    one = session.get_one(ClaimLine, places[0]).enrolment_id
                wanted = ClawbackDraft(enrolment_ids=[one] if step == "part" else [], reason="替学")
                self._try(lambda: self._claw_back(claim_id, wanted))

    def _pay(self, claim_id: int) -> None:
        with open_session(world.SYSTEM.scope) as session:
            found = session.get_one(Claim, claim_id)
        if found.state is ClaimState.CHECKING:
            call_sample(self.city, found.class_id)
            for action in (claims.review_claim, claims.show_claim):
                do(self.city, "second", action, claim_id=claim_id)
        with clock.frozen(clock.now() + timedelta(days=20)):
            if found.state is not ClaimState.RELEASED:
                do(self.city, "second", claims.release_claim, claim_id=claim_id)
            payment = PaymentDraft(fund_id=2, voucher="V")
            do(self.city, "manager", claims.pay_claim, claim_id=claim_id, draft=payment)

    def _claw_back(self, claim_id: int, wanted: ClawbackDraft) -> None:
        do(self.city, "second", claims.claw_back, claim_id=claim_id, draft=wanted)
        do(self.city, "manager", claims.record_repayment, claim_id=claim_id, voucher="B")

    @precondition(lambda self: self._ids(TrainingCertificate))
    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self._ids(TrainingCertificate)))
        with open_session(world.SYSTEM.scope) as session:
            code = session.get_one(TrainingCertificate, number).code
        self._try(lambda: do(self.city, "officer", revoke_certificate, code=code, reason="替考"))

    @invariant()
    def everything_agrees(self) -> None:
        with open_session(world.SYSTEM.scope) as session:
            spent = {
                subject: int(fen)
                for subject, fen in session.execute(
                    select(FundMovement.subject, func.sum(FundMovement.amount_fen)).group_by(FundMovement.subject)
                )
            }
            for fund in session.scalars(select(Fund)):
                total = session.scalar(select(func.sum(FundMovement.amount_fen)).where(FundMovement.fund_id == fund.id))
                assert fund.balance_fen == total
                assert fund.balance_fen >= 0
            places = list(session.scalars(select(Enrolment)))
            for place in places:
                parts = place.waiver_fen + place.government_fen + place.centre_fen + place.learner_fen
                assert parts == place.tuition_fen
                owed = place.centre_fen if reactions.owes(place) else 0
                assert spent.get(f"enrolment:{place.id}", 0) == -owed
            for found in session.scalars(select(TrainingClass)):
                seated = [one for one in places if one.class_id == found.id and one.state not in SEATLESS]
                assert found.taken == len(seated) <= found.seats
            self._claims_agree(session, spent)

    def _claims_agree(self, session: Any, spent: dict[str, int]) -> None:
        held: set[tuple[int, str, int]] = set()
        for claim in session.scalars(select(Claim)):
            lines = list(session.scalars(select(ClaimLine).where(ClaimLine.claim_id == claim.id)))
            assert claim.amount_fen == sum(line.amount_fen for line in lines)
            assert claim.persons == sum(line.amount_fen > 0 for line in lines)
            paid = claim.amount_fen - claim.repaid_fen if claim.state in PAID else 0
            assert spent.get(f"claim:{claim.id}", 0) == -paid
            for line in lines:
                key = (line.person_id, line.occupation_code, line.level)
                assert not (line.counts and key in held)
                held |= {key} if line.counts else set()
                if claim.state is ClaimState.RETURNED:
                    assert not line.counts


def machine(template: Path, folder: Path) -> type[Money]:
    return type("Machine", (Money,), {"template": template, "folder": folder, "count": 0})


SHORT = settings(
    max_examples=5, stateful_step_count=40, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def test_no_sequence_of_steps_leaves_seats_funds_and_claims_at_odds(sqlite_template: Path, tmp_path: Path) -> None:
    made = machine(sqlite_template, tmp_path)
    run_state_machine_as_test(made, settings=SHORT)
    assert made.count >= 5


def test_a_fund_that_keeps_what_it_should_return_is_caught(sqlite_template: Path, tmp_path: Path) -> None:
    handlers = events._handlers[Left]
    handlers.remove(reactions.release_left)
    try:
        with pytest.raises(AssertionError):
            run_state_machine_as_test(
                machine(sqlite_template, tmp_path), settings=settings(SHORT, max_examples=20, phases=[Phase.generate])
            )
    finally:
        handlers.append(reactions.release_left)
