"""R8 for money: no sequence of steps breaks price shares, seats, funds and claims; a planted bug is caught."""

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
from sqlalchemy import select

from centre import clock, events, privacy
from centre.database import open_session
from centre.errors import Refusal
from centre.funds.actions import grant_money, open_fund
from centre.funds.rules import FundDraft, FundPurpose, GrantDraft
from centre.permissions import Role
from centre.sheets.cells import Row, Sheet, Workbook
from tests.databases import settings_from
from tests.planted import planted
from tests.training import files, world
from tests.training.agreement import everything_agrees
from tests.training.course import add_staff, begin, call_sample, certify, do, enrol_all, finish, people, state_of, teach
from tests.training.rostering import confirm, send
from training.attendance.models import SeatOffer
from training.attendance.offers import decline_offer, take_offer
from training.certificates.actions import revoke_certificate
from training.certificates.models import TrainingCertificate
from training.claims import actions as claims
from training.claims.models import Claim, ClaimLine
from training.claims.rules import ClaimDraft, ClaimState, ClaimVerdict, ClawbackDraft, PaymentDraft, Programme
from training.classes.models import TrainingClass
from training.classes.rules import ClassState, Daypart
from training.enrolments.actions import withdraw_learner
from training.enrolments.models import Enrolment
from training.enrolments.rules import EnrolmentState
from training.funds import subscribers
from training.funds.actions import fund_class
from training.providers.models import Major
from training.rosters.actions import undo_roster
from training.rosters.models import RosterUpload
from training.rosters.rules import RosterState

PERSONS, CLASSES = 5, 3


class Money(RuleBasedStateMachine):
    """Two schools, three short classes with few seats, five people, two funds that do not suffice for all."""

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
            fund = do(self.city, "manager", open_fund, draft=FundDraft(code=code, name=code, purpose=purpose))
            do(self.city, "manager", grant_money, fund_id=fund.id, draft=GrantDraft(amount_fen=yuan * 100))
        self.classes = [self._open(major, part) for major, part in zip(
            ("服装缝纫", "焊接", "电子装接"), (Daypart.MORNING, Daypart.AFTERNOON, Daypart.EVENING), strict=True
        )]  # fmt: skip
        self.steps = 0
        with open_session(world.SYSTEM.scope, write=True) as session:
            session.get_one(Major, self.city.majors["服装缝纫"]).government_fen = 12_345

    def teardown(self) -> None:
        self.stack.close()

    def _open(self, major: str, part: Daypart) -> int:
        days: dict[str, Any] = {"start": date(2026, 3, 16), "end": date(2026, 3, 17)}
        class_id = world.add_class(self.city, major, seats=3, daypart=part, class_no=part.value, **days)
        with open_session(world.SYSTEM.scope, write=True) as session:
            training = session.get_one(TrainingClass, class_id)
            training.room, training.teacher = f"{class_id}", f"{class_id}"
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
        certify(self.city, class_id, [place for place in places if state_of(place) is EnrolmentState.COMPLETED])

    @rule(where=st.integers(0, CLASSES - 1), programme=st.sampled_from([Programme.PER_DAY, Programme.PER_CERTIFICATE]))
    def claim(self, where: int, programme: Programme) -> None:
        draft = ClaimDraft(class_id=self.classes[where], programme=programme)
        self._try(lambda: do(self.city, "registrar" if where < 2 else "neighbour", claims.enter_claim, draft=draft))

    @precondition(lambda self: self._ids(Claim))
    @rule(data=st.data(), step=st.sampled_from(["pay", "pay", "return", "claw", "part", "archive"]))
    def settle(self, data: st.DataObject, step: str) -> None:
        claim_id = data.draw(st.sampled_from(self._ids(Claim)))
        places = self._ids(ClaimLine, ClaimLine.claim_id == claim_id, ClaimLine.verdict == ClaimVerdict.GRANTED)
        with clock.frozen(datetime(2026, 5, 1, 2, tzinfo=world.MONDAY.tzinfo)):
            if step == "return":
                again = {"claim_id": claim_id, "reason": "缺材料"}
                self._try(lambda: do(self.city, "second", claims.return_claim, **again))
            elif step == "archive":
                self._try(lambda: do(self.city, "second", claims.archive_claim, claim_id=claim_id))
            elif step == "pay":
                self._try(lambda: self._pay(claim_id))
            else:
                with open_session(world.SYSTEM.scope) as session:
                    enrolment_id = session.get_one(ClaimLine, places[0]).enrolment_id
                wanted = ClawbackDraft(enrolment_ids=[enrolment_id] if step == "part" else [], reason="替学")
                self._try(lambda: self._claw_back(claim_id, wanted))

    def _pay(self, claim_id: int) -> None:
        with open_session(world.SYSTEM.scope) as session:
            claim = session.get_one(Claim, claim_id)
        if claim.state is ClaimState.CHECKING:
            call_sample(self.city, claim.class_id)
            for action in (claims.review_claim, claims.show_claim):
                do(self.city, "second", action, claim_id=claim_id)
        with clock.frozen(clock.now() + timedelta(days=20)):
            if claim.state is not ClaimState.RELEASED:
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

    @rule(where=st.integers(0, CLASSES - 1), serials=st.sets(st.integers(1, 4), min_size=1, max_size=3))
    def import_list(self, where: int, serials: set[int]) -> None:
        rows = [
            Row(1, files.HEADER),
            *(Row(number, files.line(serial)) for number, serial in enumerate(sorted(serials), 2)),
        ]
        book = Workbook("名单.xlsx", "xlsx", [Sheet("名单", False, rows)])
        school = "registrar" if where < 2 else "neighbour"
        content = f"{self.steps}".encode()

        def bring_in() -> None:
            upload = send(self.city, self.classes[where], content, actor=school, book=book)
            confirm(self.city, upload.id, school)

        self._try(bring_in)

    @precondition(lambda self: self._ids(RosterUpload, RosterUpload.state == RosterState.CONFIRMED))
    @rule(data=st.data())
    def take_list_back(self, data: st.DataObject) -> None:
        upload = data.draw(st.sampled_from(self._ids(RosterUpload, RosterUpload.state == RosterState.CONFIRMED)))
        self._try(lambda: do(self.city, "officer", undo_roster, upload_id=upload))

    @invariant()
    def all_books_agree(self) -> None:
        with open_session(world.SYSTEM.scope) as session:
            everything_agrees(session)


def machine(template: Path, folder: Path) -> type[Money]:
    return type("Machine", (Money,), {"template": template, "folder": folder, "count": 0})


SHORT = settings(
    max_examples=5, stateful_step_count=40, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def test_no_sequence_of_steps_leaves_seats_funds_and_claims_at_odds(sqlite_template: Path, tmp_path: Path) -> None:
    model = machine(sqlite_template, tmp_path)
    run_state_machine_as_test(model, settings=SHORT)
    assert model.count >= 5


@pytest.mark.parametrize(
    "forgotten",
    [subscribers.release_left, subscribers.charge_accepted],
)
def test_a_fund_that_misses_enrolments_or_withdrawals_is_caught(
    forgotten: Callable[..., None], sqlite_template: Path, tmp_path: Path
) -> None:
    acting = events.subscriptions()
    others = {kind: tuple(handler for handler in acting[kind] if handler is not forgotten) for kind in acting}
    with planted(events, subscriptions=lambda: others), pytest.raises(AssertionError):
        run_state_machine_as_test(
            machine(sqlite_template, tmp_path), settings=settings(SHORT, max_examples=150, phases=[Phase.generate])
        )
