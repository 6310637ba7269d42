"""The attackers of SECURITY.md who try, block or flood the ways in, over HTTP."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from centre import clock
from centre.accounts import Account, authentication, cards, codes
from centre.accounts.models import OneTimeCode
from centre.accounts.queries import prepared_secret
from centre.accounts.rules import totp
from centre.database import open_session
from centre.people import phone_index
from matching.profiles import registration
from tests.databases import settings_from
from tests.journeys.strangers import (
    HERS,
    HIS,
    NAME,
    NOON,
    NUMBER,
    OWN_WORDS,
    SYSTEM,
    at_counter,
    code_for,
    enters,
    hidden,
    prove,
    register,
    visitors,
)
from tests.planted import planted
from tests.web.desks import Desk, Hall, opened
from web.demo.town import PASSWORD


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    with clock.frozen(NOON), opened() as town:
        yield town


# --- the guesser of spellings -----------------------------------------------------------------------------------------

SPELLINGS = (
    HERS, "138 1111 0001", "138-1111-0001", "+8613811110001", "8613811110001", "１３８１１１１０００１",
    "13-811110001", "1381111-0001",
)  # fmt: skip


def guesses(hall: Hall) -> int:
    """How many wrong passwords an address may try on one account within five minutes."""
    del hall
    with visitors() as somebody:
        her = somebody("10.0.0.1")
        assert prove(her, register(her, HERS, OWN_WORDS["her"]), code_for(HERS)) == 303
        guesser = somebody("10.0.0.66")
        answers = [
            guesser.post("/sign-in", data={"login": spelling, "password": "wrong"}).status_code
            for spelling in SPELLINGS
            for _ in range(3)
        ]
    assert set(answers) <= {422, 429}
    return answers.count(422)


def test_every_spelling_of_a_telephone_is_one_account_with_ten_tries(hall: Hall) -> None:
    assert guesses(hall) == 10


def test_a_planted_count_of_spellings_is_caught(hall: Hall) -> None:
    with planted(authentication, kept_login=lambda typed: typed):
        assert guesses(hall) > 10


# --- who locks others out ---------------------------------------------------------------------------------------------


def doors_shut(hall: Hall) -> list[str]:
    """A stranger spends every budget that he can on her name and her telephone."""
    del hall
    shut = []
    with visitors() as somebody:
        her = somebody("10.0.0.1")
        assert prove(her, register(her, HERS, OWN_WORDS["her"]), code_for(HERS)) == 303
        for host in range(14):
            stranger = somebody(f"10.0.1.{host}")
            for _ in range(10):
                stranger.post("/sign-in", data={"login": HERS, "password": "wrong"})
        her.cookies.delete("sid")
        if not enters(her, HERS, OWN_WORDS["her"]):
            shut.append("password on her own device")
        her.cookies.delete("sid")
        asked = her.post("/sign-in/phone", data={"phone": HERS})
        code = code_for(HERS)
        for host in range(8):
            stranger = somebody(f"10.0.2.{host}")
            for minute in range(6):
                with clock.frozen(NOON + timedelta(minutes=minute + 10)):
                    page = stranger.post("/sign-in/phone", data={"phone": HERS}).text
            stranger.post("/sign-in/phone/code", data={"phone": HERS, "asked": "guessed", "code": "000000"})
            assert "name=" in page
        form = {"phone": HERS, "asked": hidden(asked.text, "asked") if asked.status_code == 200 else "-", "code": code}
        if her.post("/sign-in/phone/code", data=form).status_code != 303:
            shut.append("the code that she was sent")
        her.cookies.delete("sid")
        with clock.frozen(NOON + timedelta(minutes=20)):
            if her.post("/sign-in/phone", data={"phone": HERS}).status_code != 200:
                shut.append("a new code on her own device")
    return shut


def test_a_stranger_shuts_nobody_out_of_her_own_telephone(hall: Hall) -> None:
    assert doors_shut(hall) == []


def test_planted_budgets_that_strangers_share_with_her_are_caught(hall: Hall) -> None:
    with planted(authentication, known_device=lambda *_: ""), planted(codes, known_device=lambda *_: ""):
        assert "password on her own device" in doors_shut(hall)


# --- the thief of a password ------------------------------------------------------------------------------------------


def left_to_thief(hall: Hall) -> list[str]:
    """He has her password and is signed in; she has the telephone, the counter has her card."""
    left = []
    with visitors() as somebody:
        her, thief = somebody("10.0.0.1"), somebody("10.0.0.66")
        assert prove(her, register(her, HERS, OWN_WORDS["her"]), code_for(HERS)) == 303
        record = at_counter(hall, HERS)
        assert enters(thief, HERS, OWN_WORDS["her"])
        clerk = hall.enter("clerk")
        lost = issue(clerk, record)
        finder = somebody("10.0.0.67")
        assert finder.post("/kiosk/card", data=lost).status_code == 303
        issue(clerk, record)
        if finder.get("/account").status_code == 200:
            left.append("the session of a card that was replaced")
        thief = somebody("10.0.0.66")
        assert enters(thief, HERS, OWN_WORDS["her"])
        form = {"password": "石榴开花红似火了", "repeated": "石榴开花红似火了"}
        refused = thief.post("/account/password", data=form | {"old": "guess", "_csrf": token_of(thief)})
        assert refused.status_code == 422
        own = somebody("10.0.0.1")
        with clock.frozen(NOON + timedelta(minutes=2)):
            asked = own.post("/sign-in/phone", data={"phone": HERS}).text
            entered = own.post(
                "/sign-in/phone/code",
                data={"phone": HERS, "asked": hidden(asked, "asked"), "code": code_for(HERS)},
            )
            assert entered.status_code == 303
            assert own.post("/account/password", data=form | {"_csrf": token_of(own)}).status_code == 200
            if thief.get("/account").status_code == 200:
                left.append("his session")
            if enters(somebody("10.0.0.68"), HERS, OWN_WORDS["her"]):
                left.append("the old password")
    return left


def issue(clerk: Desk, record: int) -> dict[str, str]:
    number, pin = re.findall(r"<code>([\w-]+)</code>", clerk.send(f"/cards/{record}", 200))
    return {"card": number, "pin": pin}


def token_of(client: TestClient) -> str:
    return hidden(client.get("/account").text, "_csrf")


def test_a_new_password_and_a_new_card_end_what_the_old_ones_opened(hall: Hall) -> None:
    assert left_to_thief(hall) == []


def test_planted_sessions_that_outlive_their_card_are_caught(hall: Hall) -> None:
    with planted(cards, end_all=lambda *_, **__: None):
        assert left_to_thief(hall) == ["the session of a card that was replaced"]


def test_a_password_alone_opens_nothing_of_staff(hall: Hall) -> None:
    del hall
    with settings_from(require_second_factor="true"), visitors() as somebody:
        thief = somebody("10.0.0.66")
        answer = thief.post("/sign-in", data={"login": "city", "password": PASSWORD})
        assert answer.headers["location"].startswith("/sign-in/enrol")
        assert thief.get("/account").status_code == 303


def locked_out_by_codes(hall: Hall) -> bool:
    """He has an officer's password and spends the tries of the second step; the officer comes to her own browser."""
    del hall
    with settings_from(require_second_factor="true"), visitors() as somebody:
        her, thief = somebody("10.0.0.1"), somebody("10.0.0.66")
        form = {"login": "officer", "password": PASSWORD}
        assert her.post("/sign-in", data=form).headers["location"].startswith("/sign-in/enrol")
        with open_session(SYSTEM) as session:
            secret = prepared_secret(session, session.scalars(select(Account.id).filter_by(login="officer")).one())
        assert her.post("/sign-in/enrol", data={"code": code_at(secret)}).status_code == 200
        del her.cookies["sid"]
        with clock.frozen(NOON + timedelta(minutes=10)):
            assert thief.post("/sign-in", data=form).headers["location"].startswith("/sign-in/second")
            tries = [thief.post("/sign-in/second", data={"code": "000000"}).status_code for _ in range(6)]
            assert tries == [422] * 5 + [429]
            assert her.post("/sign-in", data=form).status_code == 303
            return her.post("/sign-in/second", data={"code": code_at(secret)}).status_code != 303


def code_at(secret: bytes) -> str:
    return totp(secret, int(clock.now().timestamp()) // 30)


def test_who_stole_a_password_does_not_shut_its_owner_out_of_the_second_step(hall: Hall) -> None:
    assert not locked_out_by_codes(hall)


def test_a_planted_budget_that_the_thief_shares_with_her_is_caught(hall: Hall) -> None:
    with planted(authentication, known_device=lambda *_: ""):
        assert locked_out_by_codes(hall)


# --- the flooder ------------------------------------------------------------------------------------------------------


def flooded(hall: Hall) -> tuple[int, int]:
    """How many registrations of one address and how many codes to one telephone get through in an hour."""
    del hall
    with visitors() as somebody:
        flooder, statuses = somebody("10.0.0.66"), []
        for number in range(70):
            form = {"name": NAME, "phone": f"1370000{number:04}", "id_number": NUMBER, "password": OWN_WORDS["his"]}
            answer = flooder.post("/register", data=form | {"live_region": "610402", "consent": "true"})
            statuses.append(answer.status_code)
            if answer.status_code == 429:
                assert int(answer.headers["retry-after"]) > 0
        assert set(statuses) <= {200, 429}
        assert register(somebody("10.0.0.1"), HERS, OWN_WORDS["her"])
        for host in range(40):
            with clock.frozen(NOON + timedelta(minutes=host + 1)):
                somebody(f"10.0.3.{host}").post("/sign-in/phone", data={"phone": HIS})
    with open_session(SYSTEM) as session:
        codes_sent = session.scalar(
            select(func.count(OneTimeCode.id)).where(OneTimeCode.phone_index == phone_index(HIS))
        )
    return statuses.count(200), codes_sent or 0


def test_a_flood_of_registrations_and_codes_ends_at_its_limit_and_others_continue(hall: Hall) -> None:
    assert flooded(hall) == (60, 30)


def test_a_planted_door_without_a_limit_is_caught(hall: Hall) -> None:
    with planted(registration, spend_all=lambda *_: None), planted(codes, spend_all=lambda *_: None):
        assert flooded(hall) > (60, 30)
