"""The attackers of SECURITY.md who want somebody's record: what they get of it, over HTTP."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from centre import clock
from centre.accounts import Account, AccountApproval
from centre.accounts.queries import kept_login
from centre.database import open_session
from centre.numbers import identity_check
from centre.people import Person, person_by_identity
from matching.profiles import actions, jobs, registration
from matching.profiles.models import PendingRegistration
from tests.journeys.strangers import (
    HERS,
    HIS,
    NOON,
    OWN_WORDS,
    SYSTEM,
    at_counter,
    code_for,
    enters,
    hidden,
    person_behind,
    prove,
    register,
    visitors,
)
from tests.planted import planted
from tests.web.desks import Hall, opened


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    with clock.frozen(NOON), opened() as town:
        yield town


# --- the knowing partner ----------------------------------------------------------------------------------------------


def gains_of_knowing_partner(hall: Hall) -> list[str]:
    """He has the roster: her name, her number, her telephone. She is known to the centre."""
    record, gains = at_counter(hall, HERS), []
    with visitors() as somebody:
        partner = somebody("10.0.0.66")
        page = register(partner, HIS, OWN_WORDS["his"])
        assert prove(partner, page, code_for(HIS)) == 303
        if person_behind(partner) == record:
            gains.append("her record by his own telephone")
        page = register(partner, HERS, OWN_WORDS["his"])
        wrong = "000000" if code_for(HERS) != "000000" else "111111"
        if {prove(partner, page, wrong) for _ in range(8)} != {422}:
            gains.append("her telephone by guessing")
        if prove(partner, page, code_for(HERS)) == 303:
            gains.append("more than five guesses")
        if enters(somebody("10.0.0.67"), HERS, OWN_WORDS["his"]):
            gains.append("her telephone by a password of his")
    return gains


def test_who_knows_name_number_and_telephone_gets_nothing_of_the_record(hall: Hall) -> None:
    assert gains_of_knowing_partner(hall) == []


def test_a_planted_join_by_knowledge_is_caught(hall: Hall) -> None:
    def by_knowledge(session: object, newcomer: registration.Newcomer) -> Person | None:
        return person_by_identity(session, newcomer.identity.value)  # type: ignore[arg-type]

    with planted(registration, _joined=by_knowledge):
        assert gains_of_knowing_partner(hall) == ["her record by his own telephone"]


def test_she_herself_joins_her_record_with_the_telephone_that_the_counter_wrote_down(hall: Hall) -> None:
    record = at_counter(hall, HERS)
    with visitors() as somebody:
        her = somebody("10.0.0.1")
        page = register(her, HERS, OWN_WORDS["her"])
        assert prove(her, page, code_for(HERS)) == 303
        assert person_behind(her) == record


def test_the_page_after_registering_is_the_same_for_known_and_for_new_people(hall: Hall) -> None:
    at_counter(hall, HERS)
    digits = "61049919810203104"
    with visitors() as somebody:
        pages = [
            re.sub(r'(?<=value=")[^"]+', "", page)
            for page in (
                register(somebody("10.0.0.1"), HERS, OWN_WORDS["her"]),
                register(somebody("10.0.0.2"), HIS, OWN_WORDS["his"], number=digits + identity_check(digits)),
            )
        ]
    assert pages[0] == pages[1]


# --- the squatter -----------------------------------------------------------------------------------------------------


def gains_of_squatter(hall: Hall) -> list[str]:
    """He registers her telephone and her number before she does."""
    gains = []
    with visitors() as somebody:
        squatter, her = somebody("10.0.0.66"), somebody("10.0.0.1")
        register(squatter, HERS, OWN_WORDS["his"])
        page = register(squatter, HIS, OWN_WORDS["his"])
        assert prove(squatter, page, code_for(HIS)) == 303
        page = register(her, HERS, OWN_WORDS["her"])
        if prove(her, page, code_for(HERS)) != 303:
            gains.append("she cannot register")
        if enters(somebody("10.0.0.67"), HERS, OWN_WORDS["his"]):
            gains.append("his password opens her telephone's account")
        if not enters(somebody("10.0.0.2"), HERS, OWN_WORDS["her"]):
            gains.append("her password does not")
        record = at_counter(hall, HERS)
        with open_session(SYSTEM) as session:
            squatted = session.scalars(select(Account).where(Account.login == kept_login(HIS))).one()
            own = session.scalars(select(Account).where(Account.login == kept_login(HERS))).first()
        if squatted.person_id == record:
            gains.append("he sees what the counter writes")
        if own is None or own.person_id != record:
            gains.append("she does not see what the counter writes")
    return gains


def test_who_registers_her_telephone_and_number_first_stands_in_nobodys_way(hall: Hall) -> None:
    assert gains_of_squatter(hall) == []


def test_a_planted_claim_that_counts_as_proof_is_caught(hall: Hall) -> None:
    def first_come(session: object, newcomer: registration.Newcomer) -> Person:
        known = person_by_identity(session, newcomer.identity.value)  # type: ignore[arg-type]
        if known is not None:
            return right(session, newcomer)  # type: ignore[arg-type]
        person = right(session, newcomer)  # type: ignore[arg-type]
        person.set_identity(newcomer.identity.value)
        return person

    right = registration.add_claim
    still = planted(actions, follow_phone=lambda *_, **__: None)
    with planted(registration, add_claim=first_come), still:
        assert "he sees what the counter writes" in gains_of_squatter(hall)


def test_a_registration_that_is_not_proved_is_forgotten_after_an_hour(hall: Hall) -> None:
    with visitors() as somebody:
        page = register(somebody("10.0.0.66"), HERS, OWN_WORDS["his"])
        code = code_for(HERS)
        with clock.frozen(NOON + timedelta(hours=1, minutes=1)):
            assert prove(somebody("10.0.0.66"), page, code) == 422
            with open_session(SYSTEM, write=True) as session:
                jobs.expire_registrations(session)
                assert session.scalar(select(func.count(PendingRegistration.id))) == 0


def test_two_persons_close_a_false_account_and_the_telephone_is_free_again(hall: Hall) -> None:
    with visitors() as somebody:
        squatter = somebody("10.0.0.66")
        page = register(squatter, HIS, OWN_WORDS["his"])
        assert prove(squatter, page, code_for(HIS)) == 303
        record = at_counter(hall, HERS)
        clerk, manager = hall.enter("clerk"), hall.enter("city")
        screen = clerk.get(f"/counter/people/{record}/identity")
        assert "139****0002" in screen
        claim = hidden(screen, "claim_id")
        clerk.send(f"/counter/people/{record}/identity/close", 422, claim_id=claim, reason="不")
        clerk.send(f"/counter/people/{record}/identity/close", claim_id=claim, reason="本人说没有登记过")
        assert clerk.send(f"/counter/people/{record}/identity/close", 409, claim_id=claim, reason="本人说没有登记过")
        assert squatter.get("/me").status_code == 200
        waiting = manager.get("/counter/false-accounts")
        number = re.findall(r"/counter/false-accounts/([0-9]+)/close", waiting)[0]
        clerk.send(f"/counter/false-accounts/{number}/close", 403)
        manager.send(f"/counter/false-accounts/{number}/close")
        assert squatter.get("/me").status_code == 303
        assert not enters(somebody("10.0.0.68"), HIS, OWN_WORDS["his"])
        assert "139****0002" not in clerk.get(f"/counter/people/{record}/identity")
        again = register(somebody("10.0.0.3"), HIS, OWN_WORDS["her"], number=other_number())
        assert prove(somebody("10.0.0.3"), again, code_for(HIS)) == 303


def test_nobody_agrees_to_what_they_asked_for_themselves(hall: Hall) -> None:
    with visitors() as somebody:
        squatter = somebody("10.0.0.66")
        assert prove(squatter, register(squatter, HIS, OWN_WORDS["his"]), code_for(HIS)) == 303
        record, manager = at_counter(hall, HERS), hall.enter("city")
        claim = hidden(manager.get(f"/counter/people/{record}/identity"), "claim_id")
        manager.send(f"/counter/people/{record}/identity/close", claim_id=claim, reason="本人说没有登记过")
        with open_session(SYSTEM) as session:
            number = session.scalars(select(AccountApproval.id)).one()
        assert "不能自己批自己" in manager.send(f"/counter/false-accounts/{number}/close", 409)
        assert squatter.get("/me").status_code == 200


def other_number() -> str:
    digits = "61049919830203104"
    return digits + identity_check(digits)
