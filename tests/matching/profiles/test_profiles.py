"""Registering people once, and keeping what they can do and wish for."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from centre import clock
from centre.accounts import Account, Caller, sign_in
from centre.accounts.queries import kept_login
from centre.database import open_session
from centre.errors import Forbidden, Invalid, NotFound
from centre.numbers import IdentityCheckDigit
from centre.people import Consent, Person
from centre.permissions import Actor
from centre.states import IllegalMove, move
from employers.openings.rules import CertificateKind
from matching.engine.fit.profiles import Leave
from matching.profiles import actions, jobs
from matching.profiles.queries import jobseeker, living_registration, people_found, worker_profiles
from matching.profiles.registration import NameDiffers, TooYoung, ask_registration, confirm_registration
from matching.profiles.rules import (
    REGISTRATION,
    CertificateDraft,
    CounterRegistration,
    OccupationDraft,
    ProfileDraft,
    RegistrationState,
    SelfRegistration,
    WishDraft,
)
from matching.suggestions.fits import suggestions_for
from tests.matching import world
from tests.matching.world import Town

SYSTEM = Actor.system().scope
AT_HOME = {
    "name": "王 秀兰", "phone": "138 0000 0001", "id_number": "６10499197503080022", "live_region": "610404",
    "password": "yinhua2026", "consent": True,
}  # fmt: skip


def register_at_home(**changes: object) -> None:
    draft = SelfRegistration.model_validate(AT_HOME | changes)
    sent = ask_registration(draft, Caller(f"host of {draft.phone}"))
    confirm_registration(sent.asked, sent.code, Caller("host"))


def at_counter(town: Town, *, centre: str = "wc", hand_over: bool = False, **changes: object) -> tuple[Person, bool]:
    given = {key: AT_HOME[key] for key in ("name", "phone", "id_number", "live_region", "consent")} | changes
    clerk = town.clerk(centre)
    with open_session(clerk.scope, write=True) as session:
        draft = CounterRegistration.model_validate(given)
        return actions.register_person(session, clerk, draft=draft, hand_over=hand_over)


def people() -> int:
    with open_session(SYSTEM) as session:
        return session.scalar(select(func.count(Person.id))) or 0


def test_somebody_registers_at_home_and_signs_in_by_telephone(any_town: Town) -> None:
    register_at_home()
    with open_session(SYSTEM, write=True) as session:
        _, account = sign_in(session, Actor.public(), login="13800000001", password="yinhua2026")
        person = session.scalars(select(Person)).one()
        assert (account.person_id, person.name) == (person.id, "王秀兰")
        assert person.centre_id == any_town.centres["wc"]
        assert person.birth_on == date(1975, 3, 8)
        registration = living_registration(session, person.id)
        assert registration is not None
        assert registration.state is RegistrationState.ACTIVE
        assert registration.valid_until_on == world.TODAY + timedelta(days=180)
        assert session.scalars(select(Consent.purpose)).all() == ["job-service"]


@pytest.mark.rule("identity-once", "action")
def test_a_person_is_entered_once_through_every_channel(any_town: Town) -> None:
    register_at_home()
    person, is_new = at_counter(any_town)
    again, is_new_again = at_counter(any_town, phone="13900000002")
    assert (is_new, is_new_again, person.id) == (False, False, again.id)
    assert people() == 1


def test_registering_from_home_with_a_known_number_and_another_telephone_joins_nothing(town: Town) -> None:
    person, _ = at_counter(town)
    register_at_home(phone="13700000007")
    with open_session(SYSTEM) as session:
        account = session.scalars(select(Account)).one()
        own = session.get_one(Person, account.person_id)
    assert (account.login, own.id != person.id) == (kept_login("13700000007"), True)
    assert (own.identity_index, own.claimed_index) == (None, person.identity_index)
    assert people() == 2


def test_what_she_registered_at_home_is_joined_at_the_counter(town: Town) -> None:
    first, _ = at_counter(town, phone="13900000002")
    register_at_home()
    person, is_new = at_counter(town)
    assert (person.id, is_new) == (first.id, False)
    with open_session(SYSTEM) as session:
        assert session.scalars(select(Account.person_id)).all() == [person.id]
        claim = session.scalars(select(Person).where(Person.id != person.id)).one()
        assert (claim.claimed_index, living_registration(session, claim.id)) == (None, None)


@pytest.mark.rule("registration-begins", "action")
def test_a_wrong_check_digit_is_refused_and_nothing_is_kept(town: Town) -> None:
    with pytest.raises(IdentityCheckDigit):
        register_at_home(id_number="610499197503080023")
    assert people() == 0


@pytest.mark.rule("working-age", "action")
def test_nobody_under_sixteen_is_registered_for_work(town: Town) -> None:
    young: dict[str, Any] = {"name": "陈小宇", "id_number": "610499200909010053"}
    with (
        clock.frozen(world.MONDAY.replace(year=2025, month=8, day=31, hour=2)),
        pytest.raises(TooYoung),
    ):
        at_counter(town, **young)
    with clock.frozen(world.MONDAY.replace(year=2025, month=9, day=1, hour=2)):
        at_counter(town, **young)
    assert people() == 1


def test_another_name_on_a_known_number_is_not_overwritten(town: Town) -> None:
    at_counter(town)
    with pytest.raises(NameDiffers):
        at_counter(town, name="李桂芳")


@pytest.mark.rule("other-county", "action")
def test_a_person_moves_to_another_centre_only_with_their_consent(any_town: Town) -> None:
    person, _ = at_counter(any_town)
    with pytest.raises(actions.KnownElsewhere):
        at_counter(any_town, centre="qd")
    moved, _ = at_counter(any_town, centre="qd", hand_over=True)
    assert (moved.id, moved.centre_id) == (person.id, any_town.centres["qd"])
    with open_session(any_town.clerk("qd").scope) as session:
        assert living_registration(session, person.id) is not None
    with open_session(any_town.clerk("wc").scope) as session, pytest.raises(NotFound):
        jobseeker(session, person.id)


def test_a_clerk_finds_people_by_number_telephone_and_name(town: Town) -> None:
    person, _ = at_counter(town)
    with open_session(town.clerk().scope) as session:
        for words in ("610499197503080022", "138-0000-0001", "王秀", "王秀兰"):
            assert [match.id for match in people_found(session, words)] == [person.id]
        assert people_found(session, "") == []
        assert people_found(session, "%") == []
    with open_session(town.clerk("qd").scope) as session:
        assert people_found(session, "610499197503080022") == []


def test_one_strong_skill_is_enough_for_suggestions(town: Town) -> None:
    person, _ = at_counter(town)
    clerk = town.clerk()
    with open_session(clerk.scope, write=True) as session:
        draft = ProfileDraft(occupations=[OccupationDraft(occupation=world.SPINNING, years=18)])
        actions.save_profile(session, clerk, person_id=person.id, draft=draft)
    with open_session(clerk.scope) as session:
        suggestions = suggestions_for(session, person.id, locale="zh-Hans")
        assert [match.listed.id for match in suggestions.matches] == [town.openings["spin"]]
        assert worker_profiles(session, [person.id])[0].skills is None


def test_parts_that_a_draft_leaves_out_stay_as_they_are(town: Town) -> None:
    person, _ = at_counter(town)
    clerk = town.clerk()
    with open_session(clerk.scope, write=True) as session:
        first = WishDraft(regions=["610404"], leave_home_ok=Leave.COUNTY, wage_floor_fen=300_000)
        actions.save_wish(session, clerk, person_id=person.id, draft=first)
        wish = actions.save_wish(session, clerk, person_id=person.id, draft=WishDraft(night_ok=False))
        assert (wish.regions, wish.wage_floor_fen, wish.night_ok) == (["610404"], 300_000, False)


def test_an_unknown_occupation_is_reported_by_its_position_in_the_list(town: Town) -> None:
    person, _ = at_counter(town)
    clerk = town.clerk()
    rows = [OccupationDraft(occupation=world.SPINNING), OccupationDraft(occupation="9-99-99-99")]
    draft = ProfileDraft(occupations=rows)
    with open_session(clerk.scope, write=True) as session, pytest.raises(Invalid) as refusal:
        actions.save_profile(session, clerk, person_id=person.id, draft=draft)
    assert [problem.field for problem in refusal.value.problems] == ["occupations.1"]


@pytest.mark.rule("card-expiry", "action")
def test_a_special_operation_card_expires_after_six_years_and_needs_review_after_three(town: Town) -> None:
    person, _ = at_counter(town)
    clerk = town.clerk()
    with open_session(clerk.scope, write=True) as session:
        card = CertificateDraft(kind=CertificateKind.SPECIAL_OPERATION, issued_on=date(2024, 5, 1))
        actions.save_profile(session, clerk, person_id=person.id, draft=ProfileDraft(certificates=[card]))
        (kept,) = jobseeker(session, person.id).certificates
        assert (kept.expires_on, kept.review_due_on) == (date(2030, 4, 30), date(2027, 4, 30))


def test_occupations_verified_by_a_school_survive_the_workers_edits(town: Town) -> None:
    person, _ = at_counter(town)
    clerk = town.clerk()
    with open_session(clerk.scope, write=True) as session:
        actions.verify_occupation(
            session,
            clerk,
            person_id=person.id,
            occupation=world.SEWING,
            level=5,
            verified_by="P1",
            evidence="enrolment:1",
        )
        actions.save_profile(session, clerk, person_id=person.id, draft=ProfileDraft(occupations=[]))
        (kept,) = jobseeker(session, person.id).occupations
        assert (kept.occupation, kept.verified_level) == (world.SEWING, 5)
        actions.revoke_occupation(session, clerk, person_id=person.id, evidence="enrolment:1")
        session.flush()
        assert jobseeker(session, person.id).occupations == ()


def test_a_worker_edits_nobodys_profile_but_their_own(town: Town) -> None:
    at_counter(town)
    other, _ = at_counter(town, name="高强", id_number="610499199511110075", phone="13900000003")
    with open_session(SYSTEM) as session:
        town.people["王秀兰"] = session.scalars(select(Person.id).where(Person.name == "王秀兰")).one()
    worker = town.worker("王秀兰")
    with open_session(worker.scope, write=True) as session, pytest.raises(NotFound):
        actions.save_wish(session, worker, person_id=other.id, draft=WishDraft(night_ok=True))


def test_visitors_and_employers_write_no_profiles(town: Town) -> None:
    person, _ = at_counter(town)
    boss = town.boss("渭城新棉制衣(虚构)")
    with open_session(boss.scope, write=True) as session, pytest.raises(Forbidden):
        actions.save_wish(session, boss, person_id=person.id, draft=WishDraft(night_ok=True))


@pytest.mark.rule("registration-ends", "action", "job")
def test_a_registration_lapses_is_renewed_and_ends_for_good(town: Town) -> None:
    person, _ = at_counter(town)
    clerk = town.clerk()
    with clock.frozen(world.MONDAY + timedelta(days=181)), open_session(SYSTEM, write=True) as session:
        jobs.lapse_registrations(session)
        registration = living_registration(session, person.id)
        assert registration is not None
        assert registration.state is RegistrationState.LAPSED
    with clock.frozen(world.MONDAY + timedelta(days=182)), open_session(clerk.scope, write=True) as session:
        assert actions.renew_registration(session, clerk, person_id=person.id).state is RegistrationState.ACTIVE
        ended = actions.withdraw_registration(session, clerk, person_id=person.id, reason="不找了")
        with pytest.raises(IllegalMove):
            move(session, clerk, ended, REGISTRATION, "renew")
        assert actions.renew_registration(session, clerk, person_id=person.id).id != ended.id
