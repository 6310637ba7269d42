"""The rules of enrolments without a database: on whose recognition somebody learns, who is refused, what is frozen."""

from dataclasses import dataclass, replace
from datetime import date

import pytest

from centre.people import PersonCategory
from training.classes.rules import Daypart
from training.enrolments.rules import (
    ENDED,
    RELEASABLE,
    SEATLESS,
    Application,
    BeneficiaryMissing,
    ClassOverlap,
    EnrolmentState,
    Relation,
    TooYoung,
    category_at_enrol,
    needs_holder,
    refuse_by_rules,
    with_beneficiary,
)
from training.providers.prices import Entitlement

S = EnrolmentState
SELF, CHILD = Application(), Application(relation=Relation.CHILD)


@dataclass(frozen=True)
class Plan:
    """A timetable."""

    start_on: date = date(2026, 3, 2)
    end_on: date = date(2026, 3, 27)
    daypart: Daypart = Daypart.MORNING
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)


def test_whoever_left_or_waits_holds_no_seat() -> None:
    assert {S.REFUSED, S.WITHDRAWN, S.DROPPED} == ENDED
    assert {S.REFUSED, S.WITHDRAWN, S.DROPPED, S.WAITLISTED} == SEATLESS
    assert {S.APPLIED, S.ACCEPTED, S.WAITLISTED, S.OFFERED, S.ATTENDING} == RELEASABLE


def test_an_application_does_not_wait_unless_it_says_so_and_is_real() -> None:
    assert (SELF.may_wait, SELF.is_demo) == (False, False)


def test_whoever_learns_for_themselves_needs_nobody() -> None:
    assert not needs_holder(SELF, trusted=False)
    assert not needs_holder(replace(SELF, beneficiary_of_id=7, hardship_no="K1"), trusted=False)
    named = replace(SELF, beneficiary_of_id=7)
    assert with_beneficiary(named, 9, trusted=True) == SELF


def test_staff_name_the_worker_by_id_and_others_by_the_number_of_the_file() -> None:
    by_id, by_file = replace(CHILD, beneficiary_of_id=7), replace(CHILD, hardship_no="K1")
    assert not needs_holder(by_id, trusted=True)
    assert needs_holder(by_file, trusted=True)
    assert needs_holder(by_file, trusted=False)
    assert needs_holder(replace(by_id, hardship_no="K1"), trusted=False)
    assert with_beneficiary(by_id, None, trusted=True) == by_id


@pytest.mark.parametrize(
    ("application", "trusted"), [(CHILD, True), (CHILD, False), (replace(CHILD, beneficiary_of_id=7), False)]
)
def test_a_child_without_a_worker_is_refused(application: Application, trusted: bool) -> None:
    with pytest.raises(BeneficiaryMissing) as refused:
        with_beneficiary(application, None, trusted=trusted)
    assert refused.value.field == "hardship_no"


def test_what_others_say_of_their_worker_is_checked() -> None:
    asked = replace(CHILD, beneficiary_of_id=7, hardship_no="K1")
    assert with_beneficiary(asked, 9, trusted=False) == replace(asked, beneficiary_of_id=9, to_check="relation")
    assert with_beneficiary(replace(asked, to_check="name"), 9, trusted=False).to_check == "name"
    unknown = with_beneficiary(asked, None, trusted=False)
    assert unknown == replace(asked, relation=Relation.SELF, beneficiary_of_id=None, to_check="beneficiary")
    assert with_beneficiary(replace(asked, to_check="name"), None, trusted=False).to_check == "name"


def test_whoever_turns_16_on_the_first_day_may_learn_and_a_day_younger_may_not() -> None:
    """MA-08: born on 2009-09-01."""
    refuse_by_rules(Plan(start_on=date(2025, 9, 1)), birth_on=date(2009, 9, 1), age=16, others=[])
    with pytest.raises(TooYoung) as refused:
        refuse_by_rules(Plan(start_on=date(2025, 8, 31)), birth_on=date(2009, 9, 1), age=16, others=[])
    assert (refused.value.field, refused.value.params) == ("person_id", {"age": 16})
    refuse_by_rules(Plan(), birth_on=None, age=16, others=[])


def test_two_classes_of_one_morning_are_refused_and_an_evening_is_not() -> None:
    """TR-07."""
    refuse_by_rules(Plan(), birth_on=date(1975, 3, 8), age=16, others=[Plan(daypart=Daypart.EVENING)])
    with pytest.raises(ClassOverlap) as refused:
        refuse_by_rules(Plan(), birth_on=date(1975, 3, 8), age=16, others=[Plan()])
    assert refused.value.field == "class_id"


def test_the_category_is_that_of_the_entitlement_then_of_the_application_then_of_the_file() -> None:
    union, rural = PersonCategory.UNION_HARDSHIP, PersonCategory.RURAL_TRANSFER
    entitled = Entitlement(union.value)
    assert category_at_enrol(CHILD, [rural.value], entitled) is PersonCategory.HARDSHIP_CHILD
    assert category_at_enrol(SELF, [rural.value], entitled) is union
    assert category_at_enrol(Application(relation=Relation.SPOUSE), [rural.value], entitled) is rural
    assert category_at_enrol(replace(SELF, category=rural), [union.value], None) is rural
    assert category_at_enrol(replace(CHILD, category=rural), [], None) is rural
    assert category_at_enrol(SELF, [rural.value, union.value], None) is rural
    assert category_at_enrol(SELF, [], None) is PersonCategory.OTHER
