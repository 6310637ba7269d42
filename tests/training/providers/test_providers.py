"""Schools, agreements and courses: which classes an agreement allows, and what a new price does to old places."""

from datetime import date

import pytest

from centre.errors import Invalid
from centre.permissions import Role
from centre.states import IllegalMove
from tests.training.classes.test_classes import applied, drafted
from tests.training.course import acting, add_staff, do, enrol_all, people
from tests.training.world import City, add_class
from training.classes.actions import NoAgreement, QuotaUsed
from training.classes.rules import ClassState
from training.enrolments.models import Enrolment
from training.providers.actions import (
    MajorKnown,
    ProviderKnown,
    move_provider,
    offer_major,
    price_major,
    register_provider,
    sign_agreement,
    withdraw_major,
)
from training.providers.prices import SplitExceedsTuition
from training.providers.queries import agreement_on, agreements, majors
from training.providers.rules import (
    AgreementDraft,
    MajorDraft,
    OtherCentre,
    PriceDraft,
    ProviderDraft,
    ProviderNotActive,
    ProviderState,
)


def agree(city: City, school: str, first: date, last: date, quota: int = 0) -> None:
    draft = AgreementDraft(provider_id=city.schools[school], from_on=first, to_on=last, quota=quota)
    do(city, "officer", sign_agreement, draft=draft)


def test_no_application_for_a_class_that_starts_outside_any_agreement(city: City) -> None:
    late = drafted(city, start_on=date(2027, 1, 4), end_on=date(2027, 1, 15))
    with pytest.raises(NoAgreement):
        applied(city, late)
    agree(city, "P1", date(2027, 1, 1), date(2027, 12, 31))
    assert applied(city, late) is ClassState.APPLIED


def test_the_seats_of_an_agreement_are_allotted_once(city: City) -> None:
    agree(city, "P1", date(2026, 3, 1), date(2026, 12, 31), quota=50)
    first = drafted(city)
    second = drafted(city, class_no="2", room="102", teacher="王老师", seats=21)
    third = drafted(city, class_no="3", room="103", teacher="李老师", seats=20)
    assert applied(city, first) is ClassState.APPLIED
    with pytest.raises(QuotaUsed) as refused:
        applied(city, second)
    assert refused.value.params == {"quota": 50, "used": 30, "seats": 21}
    assert applied(city, third) is ClassState.APPLIED


def test_a_suspended_school_opens_no_class_until_it_is_resumed(city: City) -> None:
    class_id, school = drafted(city), city.schools["P1"]
    with pytest.raises(Invalid):
        do(city, "officer", move_provider, provider_id=school, event="suspend")
    do(city, "officer", move_provider, provider_id=school, event="suspend", reason="检查不合格")
    with pytest.raises(ProviderNotActive):
        applied(city, class_id)
    do(city, "officer", move_provider, provider_id=school, event="resume")
    assert applied(city, class_id) is ClassState.APPLIED


def test_finished_work_is_not_resumed(city: City) -> None:
    school = city.schools["P1"]
    ended = do(city, "officer", move_provider, provider_id=school, event="end", reason="许可证到期")
    assert ended.state is ProviderState.ENDED
    with pytest.raises(IllegalMove):
        do(city, "officer", move_provider, provider_id=school, event="resume")


def test_a_new_price_applies_only_to_later_enrolments(city: City) -> None:
    """TR-02: the frozen split stays as it was."""
    class_id = add_class(city)
    before, after = people(city, 2)
    (old,) = enrol_all(city, class_id, [before])
    price = PriceDraft(tuition_fen=150_000, school_waiver_fen=40_000, centre_subsidy_fen=50_000)
    do(city, "officer", price_major, major_id=city.majors["服装缝纫"], draft=price)
    (new,) = enrol_all(city, class_id, [after])
    with acting(city, "officer") as (session, _):
        assert [session.get_one(Enrolment, enrolment_id).learner_fen for enrolment_id in (old, new)] == [30_000, 60_000]


def test_the_government_s_part_is_frozen_beside_the_others(city: City) -> None:
    class_id = add_class(city)
    price = PriceDraft(tuition_fen=150_000, school_waiver_fen=40_000, centre_subsidy_fen=50_000, government_fen=35_001)
    do(city, "officer", price_major, major_id=city.majors["服装缝纫"], draft=price)
    usual, free = enrol_all(city, class_id, [*people(city, 1), city.people["W1"]])
    with acting(city, "officer") as (session, _):
        parts = [
            (place.waiver_fen, place.government_fen, place.centre_fen, place.learner_fen)
            for place in (session.get_one(Enrolment, usual), session.get_one(Enrolment, free))
        ]
    assert parts == [(40_000, 35_001, 50_000, 24_999), (40_000, 35_001, 74_999, 0)]


@pytest.mark.rule("price-split", "action")
def test_others_never_pay_more_than_a_course_costs(city: City) -> None:
    """TR-01: 800 and 500 of 1,200."""
    price = PriceDraft(tuition_fen=120_000, school_waiver_fen=80_000, centre_subsidy_fen=50_000)
    with pytest.raises(SplitExceedsTuition) as refused:
        do(city, "officer", price_major, major_id=city.majors["服装缝纫"], draft=price)
    assert refused.value.params == {"excess": "100"}


def test_courses_and_schools_are_unique_and_a_withdrawn_course_is_no_longer_offered(city: City) -> None:
    school = city.schools["P1"]
    draft = MajorDraft(
        provider_id=school, name="服装缝纫", occupation_code="6-05-01-03", level=5, hours=160, tuition_fen=1
    )
    with pytest.raises(MajorKnown):
        do(city, "officer", offer_major, draft=draft)
    same = ProviderDraft(code="P1", name="另一所", region_code="610402", occupations=[])
    with pytest.raises(ProviderKnown):
        do(city, "officer", register_provider, draft=same, centre_id=city.centre_id)
    do(city, "officer", withdraw_major, major_id=city.majors["焊接"])
    with acting(city, "officer") as (session, _):
        assert [major.name for major in session.scalars(majors(school))] == ["服装缝纫"]


def test_another_centre_s_staff_do_not_decide_about_a_school(city: City) -> None:
    add_staff(city, stranger=Role.TRAINING_OFFICER)
    city.actors["stranger"] = type(city.actors["stranger"])(
        account_id=city.actors["stranger"].account_id, roles=city.actors["stranger"].roles, centre_id=city.county_id
    )
    draft = AgreementDraft(provider_id=city.schools["P1"], from_on=date(2028, 1, 1), to_on=date(2028, 12, 31))
    with pytest.raises(OtherCentre):
        do(city, "stranger", sign_agreement, draft=draft)


def test_the_agreement_of_a_day_is_the_latest_that_holds(city: City) -> None:
    agree(city, "P1", date(2026, 6, 1), date(2026, 8, 31), quota=7)
    with acting(city, "officer") as (session, _):
        agreed = [agreement_on(session, city.schools["P1"], day) for day in (date(2026, 7, 1), date(2026, 9, 1))]
        assert [agreement.quota if agreement else None for agreement in agreed] == [7, 0]
        assert agreement_on(session, city.schools["P1"], date(2027, 7, 1)) is None
        assert [agreement.quota for agreement in session.scalars(agreements(city.schools["P1"]))] == [7, 0]
