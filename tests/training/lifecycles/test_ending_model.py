"""R27: classes and schools end at random moments; what hangs on them ends with them, and everybody is notified once."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from centre import clock
from centre.accounts import Account
from centre.database import open_session
from centre.outbox import Message
from centre.states import Transition
from tests.planted import planted
from tests.training.course import begin, do
from tests.training.test_ledger_model import CLASSES, SHORT, Money
from tests.training.world import SYSTEM
from training.attendance import subscribers as attendance
from training.attendance.models import SeatOffer
from training.claims.models import Claim
from training.claims.rules import UNPAID
from training.classes import subscribers as classes
from training.classes.actions import move_class
from training.classes.models import TrainingClass
from training.classes.rules import BEFORE_SESSION, RUNNING, ClassState
from training.enrolments.models import Enrolment
from training.enrolments.rules import RELEASABLE
from training.providers.actions import move_provider
from training.providers.models import TrainingProvider
from training.providers.rules import ProviderState


class Endings(Money):
    """The books' own model, in which classes are cancelled and broken off and schools suspended and given up."""

    def _running(self, where: int) -> bool:
        with open_session(SYSTEM.scope) as session:
            training = session.get_one(TrainingClass, self.classes[where])
            school = session.get_one(TrainingProvider, training.provider_id)
            return school.state is ProviderState.ACTIVE

    @rule(where=st.integers(0, CLASSES - 1), absent=st.booleans())
    def run_class(self, where: int, absent: bool) -> None:
        if self._running(where):
            super().run_class(where, absent)

    @rule(where=st.integers(0, CLASSES - 1))
    def begin_class(self, where: int) -> None:
        if self._running(where):
            self._try(lambda: begin(self.city, self.classes[where]))

    @rule(where=st.integers(0, CLASSES - 1), event=st.sampled_from(["cancel", "break-off", "suspend", "resume"]))
    def end_class(self, where: int, event: str) -> None:
        step: dict[str, Any] = {"class_id": self.classes[where], "event": event, "reason": "办不成"}
        with clock.frozen(clock.now() + timedelta(days=7)):
            self._try(lambda: do(self.city, "officer", move_class, **step))

    @precondition(lambda self: self.steps > 4)
    @rule(code=st.sampled_from(["P1", "P2"]), event=st.sampled_from(["suspend", "resume", "resume", "end"]))
    def move_school(self, code: str, event: str) -> None:
        step: dict[str, Any] = {"provider_id": self.city.schools[code], "event": event, "reason": "检查"}
        self._try(lambda: do(self.city, "officer", move_provider, **step))

    @invariant()
    def nothing_outlives_its_class(self) -> None:
        with open_session(SYSTEM.scope) as session:
            for training in session.scalars(select(TrainingClass).order_by(TrainingClass.id)):
                states = set(session.scalars(select(Enrolment.state).where(Enrolment.class_id == training.id)))
                waiting = select(func.count()).where(SeatOffer.class_id == training.id, SeatOffer.outcome.is_(None))
                if training.state is ClassState.CANCELLED:
                    assert not states & RELEASABLE
                    assert training.taken == 0
                elif training.state not in (*BEFORE_SESSION, *RUNNING):
                    assert not states & RELEASABLE
                else:
                    continue
                assert session.scalars(waiting).one() == 0

    @invariant()
    def nothing_outlives_its_school(self) -> None:
        with open_session(SYSTEM.scope) as session:
            ended = select(TrainingProvider.id).where(TrainingProvider.state == ProviderState.ENDED)
            going_on = select(TrainingClass.id).where(
                TrainingClass.provider_id.in_(ended), TrainingClass.state.in_((*BEFORE_SESSION, *RUNNING))
            )
            unpaid = select(Claim.id).where(Claim.provider_id.in_(ended), Claim.state.in_(UNPAID))
            usable = select(Account.id).where(Account.provider_id.in_(ended), Account.disabled.is_(False))
            for left_over in (going_on, unpaid, usable):
                assert session.scalars(left_over).all() == []

    @invariant()
    def everybody_who_was_released_is_told_once(self) -> None:
        with open_session(SYSTEM.scope) as session:
            released = select(func.count()).where(Transition.machine == "enrolment", Transition.event == "release")
            notified = select(func.count()).where(Message.kind == "class-ended")
            assert session.scalars(released).one() == session.scalars(notified).one()


def machine(template: Path, folder: Path) -> type[Endings]:
    return type("Machine", (Endings,), {"template": template, "folder": folder, "count": 0})


@pytest.mark.rule("class-ends", "action")
def test_whatever_ends_when_nothing_outlives_its_parent(sqlite_template: Path, tmp_path: Path) -> None:
    model = machine(sqlite_template, tmp_path)
    run_state_machine_as_test(model, settings=SHORT)
    assert model.count >= 5


@pytest.mark.parametrize(("place", "forgotten"), [(attendance, "cancel_places"), (classes, "step_class")])
def test_a_class_or_a_school_that_forgets_its_own_is_caught(
    place: Any, forgotten: str, sqlite_template: Path, tmp_path: Path
) -> None:
    wrong: dict[str, Any] = {forgotten: lambda *_arguments, **_named: None}
    with planted(place, **wrong), pytest.raises(AssertionError):
        run_state_machine_as_test(
            machine(sqlite_template, tmp_path), settings=settings(SHORT, max_examples=150, phases=[Phase.generate])
        )
