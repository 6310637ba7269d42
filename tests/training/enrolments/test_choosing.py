"""The classes that somebody may join: the nearest first, at their own price, without those that they cannot attend."""

from datetime import date

import pytest

from centre import clock
from centre.database import open_session
from centre.people import Person
from tests.training.course import acting, do
from tests.training.world import SYSTEM, City, add_class
from training.classes.rules import Daypart
from training.enrolments.actions import enrol_learner
from training.enrolments.choosing import Choice, Near, choices, nearness
from training.providers.models import TrainingProvider


def seen(city: City, who: str = "W1", **filters: object) -> list[Choice]:
    with acting(city, who) as (session, _):
        person = session.get_one(Person, city.people[who])
        return choices(session, person, clock.today(), **filters)  # type: ignore[arg-type]


def settle(city: City, who: str, region: str) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Person, city.people[who]).live_region = region


@pytest.mark.parametrize(
    ("home", "place", "near"),
    [
        ("610402", "610402", Near.COUNTY),
        ("610402", "610481", Near.CITY),
        ("610402", "320583", Near.AWAY),
        ("", "610402", None),
    ],
)
def test_a_school_in_the_same_county_is_nearer_than_one_in_the_same_city(
    home: str, place: str, near: Near | None
) -> None:
    assert nearness(home, place) is near


def test_the_nearest_class_comes_first_and_costs_what_this_person_pays(city: City) -> None:
    far, here = add_class(city), add_class(city, "电子装接", daypart=Daypart.EVENING)
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(TrainingProvider, city.schools["P2"]).region_code = "610404"
    settle(city, "W1", "610404")
    listed = seen(city)
    assert [choice.training.id for choice in listed] == [here, far]
    assert [choice.price.learner_fen for choice in listed] == [0, 0]
    settle(city, "W6", "610402")
    assert [(choice.training.id, choice.price.learner_fen) for choice in seen(city, "W6")] == [
        (far, 30_000),
        (here, 20_000),
    ]


def test_a_class_that_clashes_with_mine_or_that_i_attend_is_marked_unavailable(city: City) -> None:
    mine, same_hours = add_class(city), add_class(city, "电子装接")
    evening = add_class(city, "焊接", class_no="2", daypart=Daypart.EVENING)
    do(city, "W1", enrol_learner, class_id=mine, person_id=city.people["W1"])
    assert [(choice.training.id, choice.may_join) for choice in seen(city)] == [
        (evening, True), (mine, False), (same_hours, False),
    ]  # fmt: skip


@pytest.mark.rule("working-age", "page")
def test_a_person_under_sixteen_on_the_first_day_cannot_enrol(city: City) -> None:
    early, late = (
        add_class(city),
        add_class(city, "焊接", class_no="2", start=date(2026, 3, 17), daypart=Daypart.EVENING),
    )
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Person, city.people["W6"]).birth_on = date(2010, 3, 17)
    assert {choice.training.id: choice.may_join for choice in seen(city, "W6")} == {early: False, late: True}


def test_words_are_looked_for_in_courses_and_schools_in_either_script(city: City) -> None:
    sewing, welding = add_class(city), add_class(city, "焊接", class_no="2", daypart=Daypart.EVENING)
    assert [choice.training.id for choice in seen(city, words="縫紉")] == [sewing]
    assert [choice.training.id for choice in seen(city, words="扶贫技校")] == [sewing, welding]
    assert seen(city, words="钢琴") == []


def test_a_visitor_sees_every_class_at_the_usual_price(city: City) -> None:
    add_class(city)
    with open_session(SYSTEM.scope) as session:
        (choice,) = choices(session, None, clock.today())
    assert (choice.price.learner_fen, choice.near, choice.may_join) == (30_000, None, True)
