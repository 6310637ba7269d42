"""Wages owed: proof puts the employer on watch, recovery counts once, nobody verifies their own complaint (EM-07)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from centre import clock
from centre.database import open_session
from centre.desk.cases.rules import NotPermitted, SamePerson
from centre.permissions import Role
from employers.cases.arrears import ARREARS, recovered_fen
from employers.cases.association import DOCUMENT, MEMBER, in_good_standing
from employers.cases.pairings import PAIRING, is_paired
from employers.companies.actions import judge_employer
from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from tests.centre.desk.world import SYSTEM, Counter, build

OWED = 28_600_000


@pytest.fixture
def counter(any_database: object) -> Iterator[Counter]:
    """The counter on a Monday in March, and a verified employer."""
    with clock.frozen(datetime(2026, 3, 2, 10, tzinfo=clock.SHANGHAI)):
        yield build()


def employer(counter: Counter) -> int:
    """A verified employer of the centre."""
    with open_session(SYSTEM.scope, write=True) as session:
        firm = Employer(
            name="某建筑队", region_code="610402", contact_name="张", contact_phone="13800000000",
            state=EmployerState.ACTIVE, centre_id=counter.centre_id,
        )  # fmt: skip
        session.add(firm)
        session.flush()
        return firm.id


def judge(firm: int, event: str, reason: str = "") -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        judge_employer(session, SYSTEM, employer_id=firm, event=event, reason=reason)


def state_of(firm: int) -> EmployerState:
    with open_session(SYSTEM.scope) as session:
        return session.get_one(Employer, firm).state


def verified(counter: Counter, firm: int) -> int:
    """A complaint of 18 workers, verified in full."""
    case = counter.open(
        ARREARS, accused_id=firm, employer_name="某建筑队", people=18, claimed_fen=OWED, evidence="考勤本"
    )
    counter.step(ARREARS, case, "register")
    counter.step(ARREARS, case, "accept")
    counter.step(ARREARS, case, "verify", "manager", accused_id=firm, verified_fen=OWED, partner="劳动监察")
    return case


@pytest.mark.rule("employer-watch", "action")
@pytest.mark.rule("arrears-effect", "action")
def test_a_proved_claim_puts_the_employer_on_watch_and_recovery_counts_once(counter: Counter) -> None:
    firm = employer(counter)
    case = verified(counter, firm)
    assert state_of(firm) is EmployerState.WATCH
    counter.step(ARREARS, case, "recover", recovered_now_fen=20_000_000)
    with pytest.raises(NotPermitted):
        counter.step(ARREARS, case, "recover", recovered_now_fen=8_600_001)
    assert counter.step(ARREARS, case, "recover-all") == "recovered"
    with open_session(SYSTEM.scope) as session:
        assert recovered_fen(session) == OWED
    assert counter.step(ARREARS, case, "close", reason="全部付清") == "closed"


@pytest.mark.rule("arrears-effect", "action")
def test_a_refusal_to_pay_suspends_the_employer(counter: Counter) -> None:
    firm = employer(counter)
    case = verified(counter, firm)
    counter.step(ARREARS, case, "escalate", "manager", reason="拒不支付")
    assert state_of(firm) is EmployerState.SUSPENDED


@pytest.mark.rule("arrears-effect", "action")
def test_a_refusal_to_pay_suspends_also_who_was_cleared_meanwhile(counter: Counter) -> None:
    firm = employer(counter)
    case = verified(counter, firm)
    judge(firm, "clear")
    counter.step(ARREARS, case, "escalate", "manager", reason="拒不支付")
    assert state_of(firm) is EmployerState.SUSPENDED


@pytest.mark.rule("arrears-effect", "action")
def test_somebody_who_was_accused_stays_accused_when_the_form_of_the_proof_names_nobody(counter: Counter) -> None:
    firm = employer(counter)
    case = counter.open(ARREARS, accused_id=firm, employer_name="某建筑队", claimed_fen=OWED)
    counter.step(ARREARS, case, "register")
    counter.step(ARREARS, case, "accept")
    counter.step(ARREARS, case, "verify", "manager", verified_fen=OWED)
    assert state_of(firm) is EmployerState.WATCH


@pytest.mark.rule("arrears-effect", "action")
def test_the_written_name_of_a_registered_employer_accuses_it(counter: Counter) -> None:
    firm = employer(counter)
    case = counter.open(ARREARS, employer_name="某建筑队", claimed_fen=OWED)
    assert counter.read(ARREARS, case).accused_id == firm


@pytest.mark.rule("arrears-effect", "action")
def test_proof_that_came_while_the_papers_were_checked_counts_afterwards(counter: Counter) -> None:
    firm = employer(counter)
    judge(firm, "licence_expired")
    verified(counter, firm)
    assert state_of(firm) is EmployerState.CHECKING
    judge(firm, "verify")
    assert state_of(firm) is EmployerState.WATCH


def test_a_complaint_may_concern_an_employer_whose_service_is_suspended(counter: Counter) -> None:
    firm = employer(counter)
    judge(firm, "warn", reason="投诉")
    judge(firm, "suspend", reason="投诉")
    with open_session(SYSTEM.scope) as session:
        assert (firm, "某建筑队") in ARREARS.options["accused_id"](session)


@pytest.mark.rule("arrears-effect", "action")
def test_nobody_verifies_their_own_complaint(counter: Counter) -> None:
    case = counter.open(ARREARS, "manager", employer_name="某餐馆", claimed_fen=100)
    counter.step(ARREARS, case, "register")
    counter.step(ARREARS, case, "accept")
    with pytest.raises(SamePerson):
        counter.step(ARREARS, case, "verify", "manager", verified_fen=100)
    assert Role.COUNTY_MANAGER in counter.actor("manager").roles


def test_a_shop_needs_a_hygiene_permit_to_be_admitted(counter: Counter) -> None:
    firm = employer(counter)
    case = counter.open(MEMBER, association="足疗协会", shop_id=firm, shop="一心", staff=3)
    with pytest.raises(NotPermitted):
        counter.step(MEMBER, case, "admit", "manager")
    counter.line(MEMBER, case, type="hygiene", number="1", expires_on="2027-01-01")
    counter.step(MEMBER, case, "admit", "manager")
    with open_session(SYSTEM.scope) as session:
        assert in_good_standing(session, firm)
        assert not in_good_standing(session, firm + 1)
    with clock.frozen(datetime(2027, 1, 2, 10, tzinfo=clock.SHANGHAI)), open_session(SYSTEM.scope) as session:
        assert not in_good_standing(session, firm), "its permit has ended"


def test_one_edition_of_a_rule_is_in_force_at_a_time(counter: Counter) -> None:
    rule: dict[str, Any] = {"title": "管理办法", "issuer": "市政府", "from_on": "2026-01-01"}
    first = counter.open(DOCUMENT, **rule)
    with pytest.raises(NotPermitted):
        counter.open(DOCUMENT, **rule)
    counter.step(DOCUMENT, first, "issue", "manager")
    second = counter.open(DOCUMENT, **(rule | {"edition": "2"}))
    with pytest.raises(NotPermitted):
        counter.step(DOCUMENT, second, "issue", "manager")
    counter.step(DOCUMENT, first, "replace", "manager", reason="新版")
    counter.step(DOCUMENT, second, "issue", "manager")


def test_a_job_is_promised_by_a_registered_employer_and_opens_what_it_keeps(counter: Counter) -> None:
    loose = counter.open(PAIRING, campaign="owners", helper="李老板")
    with pytest.raises(NotPermitted):
        counter.step(PAIRING, loose, "commit", promise="job", due_on="2026-04-01")
    firm = employer(counter)
    pair = counter.open(PAIRING, campaign="owners", helper_id=firm, helper="某建筑队")
    counter.step(PAIRING, pair, "commit", promise="job", due_on="2026-04-01")
    counter.step(PAIRING, pair, "keep")
    with open_session(SYSTEM.scope) as session:
        assert is_paired(session, counter.person_id, firm)
    counter.step(PAIRING, pair, "end")
    with open_session(SYSTEM.scope) as session:
        assert not is_paired(session, counter.person_id, firm)
