"""Whoever attends a class is noted as in training, and looks for work again when it ends or is given up."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from matching.profiles.models import Registration
from matching.profiles.rules import RegistrationState
from tests.training import world
from tests.training.course import begin, do, enrol_all, finish, people, teach
from tests.training.world import SYSTEM, City, add_class
from training.classes.actions import move_class


@pytest.fixture
def city(database: str) -> Iterator[City]:
    """The small city of schools on SQLite, on Monday 9 March 2026."""
    with clock.frozen(world.MONDAY):
        yield world.build()


def registered(city: City, person_id: int) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        session.add(
            Registration(
                person_id=person_id, centre_id=city.centre_id, state=RegistrationState.ACTIVE,
                valid_until_on=date(2026, 12, 31),
            )
        )  # fmt: skip


def state_of(person_id: int) -> RegistrationState:
    with open_session(SYSTEM.scope) as session:
        return session.scalars(select(Registration.state).where(Registration.person_id == person_id)).one()


@pytest.mark.rule("registration-in-training", "action")
@pytest.mark.parametrize("how", ["finished", "broken off"])
def test_a_class_takes_its_trainees_into_training_and_gives_them_back(city: City, how: str) -> None:
    class_id, (person_id, outsider) = add_class(city), people(city, 2)
    registered(city, person_id)
    registered(city, outsider)
    places = enrol_all(city, class_id, [person_id])
    assert state_of(person_id) is RegistrationState.ACTIVE
    begin(city, class_id)
    assert (state_of(person_id), state_of(outsider)) == (RegistrationState.IN_TRAINING, RegistrationState.ACTIVE)
    if how == "finished":
        teach(city, class_id, places)
        finish(city, class_id)
    else:
        do(city, "officer", move_class, class_id=class_id, event="break-off", reason="教师离开")
    assert state_of(person_id) is RegistrationState.ACTIVE
