"""Sign-in: each attempt counts once whatever its outcome, and known and unknown names get the same response."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from centre import clock, privacy
from centre.accounts import (
    Caller,
    Stage,
    authentication,
    by_card,
    by_code,
    by_enrolment,
    by_factor,
    by_password,
    factors,
    request_code,
    visitor,
)
from centre.accounts.actions import create_account, renew_account
from centre.accounts.cards import PrintedCard, issue_card, revoke_card
from centre.accounts.jobs import forget_sign_ins, warn_partner_accounts
from centre.accounts.models import Account, OneTimeCode, RecoveryCode, SecondFactor, SignIn
from centre.accounts.queries import prepared_secret, secret_of
from centre.accounts.rules import (
    CardLocked,
    PhoneIdle,
    SignInOver,
    WrongCard,
    WrongCode,
    WrongPassword,
    matching_step,
    totp,
)
from centre.accounts.sessions import keep_alive
from centre.audit import first_fault
from centre.database import open_session
from centre.errors import Forbidden, NotFound, TooMany
from centre.network import Centre, CentreLevel
from centre.outbox import Message
from centre.people import new_person
from centre.permissions import Actor, Role
from tests.databases import settings_from
from tests.planted import planted

SYSTEM = Actor.system()
NOON = datetime(2026, 11, 23, 4, 0, 10, tzinfo=UTC)
PASSWORD = "麦子熟了就回家乡"
KNOWN, UNKNOWN = "13800000001", "13900000009"
CLERK = Actor(account_id=None, roles=frozenset({Role.CLERK}), centre_id=1)


@pytest.fixture(autouse=True)
def _city(any_database: str) -> Iterator[None]:
    """One centre, an officer, a school's registrar, a jobseeker with a telephone and one without."""
    privacy.forget_keys()
    with clock.frozen(NOON), open_session(SYSTEM.scope, write=True) as session:
        session.add_all(
            Centre(id=number, code=f"XY0{number}", name="中心", level=CentreLevel.COUNTY, region_code=f"61040{number}")
            for number in (1, 2)
        )
        session.flush()
        for number in (1, 2):
            person = new_person(centre_id=1, name=f"求职者{number}")
            person.id = number
            session.add(person)
        session.flush()
        account(session, KNOWN, Role.JOBSEEKER, person_id=1)
        account(session, "officer", Role.PLACEMENT_OFFICER, centre_id=1)
        account(session, "school", Role.REGISTRAR, provider_id=1, expires_on=date(2027, 6, 1))
        account(session, "city", Role.CITY_MANAGER, centre_id=1)
    with clock.frozen(NOON):
        yield


def account(session: object, login: str, role: Role, **more: object) -> Account:
    return create_account(session, SYSTEM, login=login, name=login, password=PASSWORD, roles={role}, **more)  # type: ignore[arg-type]


@contextmanager
def later(**passed: float) -> Iterator[None]:
    with clock.frozen(clock.now() + timedelta(**passed)):
        yield


def who(token: str) -> str:
    """The name behind a token; empty for nobody."""
    with open_session(SYSTEM.scope) as session:
        guest = visitor(session, token)
    return guest.actor.name if guest else ""


def count(model: type) -> int:
    with open_session(SYSTEM.scope) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def addressees() -> list[int | None]:
    """The recipient of each message; None for a message without recipient."""
    with open_session(SYSTEM.scope) as session:
        return list(session.scalars(select(Message.account_id).order_by(Message.id)))


def verdict(attempt: object, *arguments: object) -> str:
    """The outcome of an attempt: the name of the refusal, or an empty text."""
    try:
        attempt(*arguments)  # type: ignore[operator]
    except (WrongCode, WrongCard, WrongPassword, CardLocked, PhoneIdle, SignInOver, TooMany) as refused:
        return type(refused).__name__
    return ""


# --- one-time codes ---------------------------------------------------------------------------------------------------


def test_a_code_by_telephone_lets_its_jobseeker_in_once() -> None:
    sent = request_code(KNOWN, Caller("host"))
    entered = by_code(sent.asked, f" {sent.code[:3]} {sent.code[3:]} ", Caller("host", "Firefox"))
    assert who(entered.token) == KNOWN
    with open_session(SYSTEM.scope) as session:
        (message,) = session.scalars(select(Message))
        kept = session.scalars(select(OneTimeCode)).one()
    assert sent.code in message.body
    assert message.address == KNOWN
    assert sent.code not in kept.digest
    assert verdict(by_code, sent.asked, sent.code, Caller("host")) == "WrongCode"


def test_known_and_unknown_telephones_get_identical_responses() -> None:
    for phone in (KNOWN, UNKNOWN):
        sent = request_code(phone, Caller("host"))
        wrong = "000000" if sent.code != "000000" else "111111"
        assert verdict(by_code, sent.asked, wrong, Caller("host")) == "WrongCode"
        assert verdict(request_code, phone, Caller("host")) == "TooMany"
    assert verdict(by_code, sent.asked, sent.code, Caller("host")) == "WrongCode"
    known, unknown = addressees()
    assert known is not None
    assert unknown is None
    with open_session(SYSTEM.scope) as session:
        assert [message.address for message in session.scalars(select(Message).order_by(Message.id))] == [KNOWN, ""]


def test_a_code_is_good_for_five_minutes_and_five_tries() -> None:
    sent = request_code(KNOWN, Caller("host"))
    with later(minutes=5, seconds=1):
        assert verdict(by_code, sent.asked, sent.code, Caller("host")) == "WrongCode"
        fresh = request_code(KNOWN, Caller("host"))
        wrong = "000000" if fresh.code != "000000" else "111111"
        assert [verdict(by_code, fresh.asked, wrong, Caller("host")) for _ in range(5)] == ["WrongCode"] * 5
        assert verdict(by_code, fresh.asked, fresh.code, Caller("host")) == "WrongCode"


def test_a_telephone_gets_one_code_a_minute_and_five_a_day_from_one_address() -> None:
    given = []
    for minute in range(7):
        with later(minutes=minute):
            given.append(verdict(request_code, UNKNOWN, Caller("host")))
    assert given == [""] * 5 + ["TooMany"] * 2
    with later(minutes=8):
        assert verdict(request_code, UNKNOWN, Caller("elsewhere")) == ""


def test_codes_are_for_jobseekers_active_within_half_a_year() -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        account(session, "13700000007", Role.PLACEMENT_OFFICER, centre_id=1)
    request_code("13700000007", Caller("host"))
    assert addressees() == [None]
    with later(days=181):
        sent = request_code(KNOWN, Caller("host"))
        assert verdict(by_code, sent.asked, sent.code, Caller("host")) == "PhoneIdle"


def test_codes_and_their_messages_are_forgotten() -> None:
    request_code(KNOWN, Caller("host"))
    with later(days=1, minutes=6), open_session(SYSTEM.scope, write=True) as session:
        forget_sign_ins(session)
    assert (count(Message), count(OneTimeCode)) == (0, 0)


# --- the second factor ------------------------------------------------------------------------------------------------


def bind(login: str) -> tuple[bytes, list[str], str]:
    """Set up an authenticator at the first sign-in; returns its key, the recovery codes and the token."""
    with settings_from(require_second_factor="true"):
        half = by_password(login, PASSWORD, Caller("host"))
        assert half.stage is Stage.ENROLMENT_DUE
        with open_session(SYSTEM.scope) as session:
            secret = prepared_secret(session, half.account.id)
        entered, codes = by_enrolment(code_of(secret), Caller("host", token=half.token))
    assert who(half.token) == ""
    return secret, codes, entered.token


def code_of(secret: bytes) -> str:
    return totp(secret, int(clock.now().timestamp()) // 30)


def test_staff_and_partners_must_set_up_an_authenticator_and_jobseekers_need_not() -> None:
    with settings_from(require_second_factor="true"):
        for login in ("officer", "school", "city"):
            half = by_password(login, PASSWORD, Caller("host"))
            assert (half.stage, who(half.token)) == (Stage.ENROLMENT_DUE, "")
        assert who(by_password(KNOWN, PASSWORD, Caller("host")).token) == KNOWN
    secret, codes, token = bind("officer")
    assert who(token) == "officer"
    assert len(set(codes)) == 10
    with open_session(SYSTEM.scope) as session:
        kept = session.scalars(select(SecondFactor).where(SecondFactor.confirmed_at.is_not(None))).one()
        digests = session.scalars(select(RecoveryCode.digest)).all()
    assert secret not in kept.secret_sealed
    assert secret.hex().encode() not in kept.secret_sealed
    assert not set(codes) & set(digests)


def faults_of_second_factor() -> list[str]:
    """What somebody with a stolen password could do."""
    faults = []
    with later(hours=1):
        secret, codes, _ = bind("officer")
        with later(minutes=1):
            half = by_password("officer", PASSWORD, Caller("thief"))
            if who(half.token):
                faults.append("half a sign-in is somebody")
            code = code_of(secret)
            entered = by_factor(code, Caller("host", token=half.token))
            if who(half.token) or who(entered.token) != "officer":
                faults.append("the token did not change")
            again = by_password("officer", PASSWORD, Caller("thief"))
            if not verdict(by_factor, code, Caller("thief", token=again.token)):
                faults.append("a code was taken twice")
            again = by_password("officer", PASSWORD, Caller("host"))
            by_factor(codes[0].lower().replace("-", " "), Caller("host", token=again.token))
            third = by_password("officer", PASSWORD, Caller("thief"))
            if not verdict(by_factor, codes[0], Caller("thief", token=third.token)):
                faults.append("a recovery code was taken twice")
    return faults


def test_authenticator_and_recovery_codes_work_once_and_change_the_token() -> None:
    assert faults_of_second_factor() == []


def test_a_planted_replay_of_codes_is_caught() -> None:
    def careless(session: object, factor: SecondFactor, code: str) -> bool:
        return matching_step(secret_of(factor), code, clock.now(), after=0) is not None

    with planted(factors, _spend_step=careless):
        assert faults_of_second_factor() == ["a code was taken twice"]


def test_the_sixth_second_factor_attempt_is_refused_and_incomplete_sign_ins_expire() -> None:
    bind("officer")
    with later(minutes=10):
        half = by_password("officer", PASSWORD, Caller("host"))
        tries = [verdict(by_factor, "000000", Caller("host", token=half.token)) for _ in range(6)]
        assert tries == ["WrongCode"] * 5 + ["TooMany"]
        with later(minutes=11):
            assert verdict(by_factor, "000000", Caller("host", token=half.token)) == "SignInOver"


def test_a_code_sent_twice_concurrently_works_once() -> None:
    secret, _, _ = bind("officer")
    moment = clock.now() + timedelta(minutes=2)
    with clock.frozen(moment):
        halves = [by_password("officer", PASSWORD, Caller("host")).token for _ in range(4)]

        def attempt(token: str) -> str:
            with clock.frozen(moment):
                return verdict(by_factor, code_of(secret), Caller("host", token=token))

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(attempt, halves)) == ["", "WrongCode", "WrongCode", "WrongCode"]


# --- cards ------------------------------------------------------------------------------------------------------------


def card(person_id: int = 2, actor: Actor = CLERK) -> PrintedCard:
    with open_session(actor.scope, write=True) as session:
        return issue_card(session, actor, person_id=person_id)


def test_a_card_and_pin_open_a_session_of_ten_minutes() -> None:
    new_card = card()
    entered = by_card(new_card.number.lower(), new_card.pin, Caller("hall", kiosk=True))
    assert who(entered.token) == "求职者2"
    with later(minutes=10, seconds=1):
        assert who(entered.token) == ""


def faults_of_cards() -> list[str]:
    """The attempts that a stolen card allows."""
    new_card = card()
    wrong = "000000" if new_card.pin != "000000" else "111111"
    tries = [verdict(by_card, new_card.number, wrong, Caller("hall")) for _ in range(6)]
    after = verdict(by_card, new_card.number, new_card.pin, Caller("hall"))
    return [] if (tries, after) == (["WrongCard"] * 5 + ["CardLocked"], "CardLocked") else [*tries, after]


def test_five_wrong_pins_lock_a_card_even_for_the_right_one() -> None:
    assert faults_of_cards() == []
    with open_session(SYSTEM.scope) as session:
        assert first_fault(session) is None


def test_a_planted_card_that_forgets_wrong_pins_is_caught() -> None:
    right = authentication._count_pin

    def forgetful(session: object, digest: str) -> object:
        counted_card = right(session, digest)  # type: ignore[arg-type]
        session.expunge_all()  # type: ignore[attr-defined]
        session.rollback()  # type: ignore[attr-defined]
        return counted_card

    with planted(authentication, _count_pin=forgetful):
        assert faults_of_cards() == ["WrongCard"] * 6 + [""]


def test_a_new_card_voids_the_old_one_and_a_lost_card_ends_the_sessions() -> None:
    old = card()
    new = card()
    assert verdict(by_card, old.number, old.pin, Caller("hall")) == "WrongCard"
    entered = by_card(new.number, new.pin, Caller("hall"))
    with open_session(CLERK.scope, write=True) as session:
        revoke_card(session, CLERK, person_id=2)
    assert who(entered.token) == ""
    assert verdict(by_card, new.number, new.pin, Caller("hall")) == "WrongCard"


def test_cards_are_issued_by_the_counter_of_the_persons_own_centre() -> None:
    with pytest.raises(NotFound):
        card(actor=Actor(account_id=None, roles=frozenset({Role.CLERK}), centre_id=2))
    for role in (Role.REGISTRAR, Role.EMPLOYER, Role.ADMINISTRATOR, Role.AUDITOR):
        with pytest.raises(Forbidden):
            card(actor=Actor(account_id=900, roles=frozenset({role})))


# --- how long it lasts ------------------------------------------------------------------------------------------------


def test_a_session_in_use_lasts_until_its_absolute_limit() -> None:
    token = by_password("officer", PASSWORD, Caller("host")).token
    for hour in range(24):
        with later(minutes=29 * (hour + 1)), open_session(SYSTEM.scope, write=True) as session:
            keep_alive(session, token)
    with later(hours=11, minutes=59):
        assert who(token) == "officer"
    with later(hours=12):
        assert who(token) == ""
    idle = by_password("city", PASSWORD, Caller("host")).token
    with later(minutes=31):
        assert who(idle) == ""


def test_signing_in_again_ends_the_previous_session_of_the_browser() -> None:
    first = by_password("officer", PASSWORD, Caller("host")).token
    second = by_password("city", PASSWORD, Caller("host", token=first)).token
    assert (who(first), who(second)) == ("", "city")


def test_a_partners_account_ends_on_its_day_and_is_renewed_by_a_manager() -> None:
    token = by_password("school", PASSWORD, Caller("host")).token
    with open_session(SYSTEM.scope) as session:
        school = session.scalars(select(Account).where(Account.login == "school")).one()
        manager = session.scalars(select(Account).where(Account.login == "city")).one().actor
        officer = session.scalars(select(Account).where(Account.login == "officer")).one().actor
    with clock.frozen(datetime(2027, 6, 2, tzinfo=UTC)):
        assert who(token) == ""
        assert verdict(by_password, "school", PASSWORD, Caller("host")) == "WrongPassword"
        with open_session(officer.scope, write=True) as session, pytest.raises(Forbidden):
            renew_account(session, officer, account_id=school.id, expires_on=date(2028, 6, 1))
        with open_session(manager.scope, write=True) as session:
            renew_account(session, manager, account_id=school.id, expires_on=date(2028, 6, 1))
        with open_session(manager.scope, write=True) as session, pytest.raises(NotFound):
            renew_account(session, manager, account_id=officer.account_id or 0, expires_on=date(2028, 6, 1))
        assert who(by_password("school", PASSWORD, Caller("host")).token) == "school"


def test_partners_and_their_managers_are_warned_once_thirty_days_before() -> None:
    messages = []
    for day in (date(2027, 5, 1), date(2027, 5, 2), date(2027, 5, 3)):
        at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        with clock.frozen(at), open_session(SYSTEM.scope, write=True) as session:
            warn_partner_accounts(session)
        messages.append(count(Message))
    assert messages == [0, 2, 2]


def test_expired_sessions_are_deleted() -> None:
    by_password("officer", PASSWORD, Caller("host"))
    with later(hours=1), open_session(SYSTEM.scope, write=True) as session:
        forget_sign_ins(session)
    assert count(SignIn) == 0
