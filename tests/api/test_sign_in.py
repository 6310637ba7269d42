"""Coming in through the pages and by token: what a browser gets, keeps, and loses."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from api.security import SESSION_COOKIE
from centre import clock
from centre.accounts.actions import create_account
from centre.accounts.models import Account, ApiToken, SignIn
from centre.accounts.rules import TokenDraft, totp
from centre.accounts.tokens import create_token, revoke_token
from centre.database import open_session
from centre.idempotency import KeptAnswer
from centre.permissions import Actor, Permission, Role
from tests.api.conftest import ORIGIN, SignedIn
from tests.databases import settings_from
from tests.ordeal.crowd import gather
from tests.ordeal.servers import csrf_of
from web.app import build
from web.demo.town import PASSWORD

SYSTEM = Actor.system()
PHONE = "13800000001"
OFFICER = {"login": "officer", "password": PASSWORD}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, database: str) -> str:
    """Every test of this file runs on both databases."""
    address: str = database if request.param == "sqlite" else request.getfixturevalue("postgres_database")
    return address


@pytest.fixture
def city(database: str) -> None:
    """The crowd's officer, a jobseeker with a telephone, and a city manager."""
    gather(people=1, seats=1)
    with open_session(SYSTEM.scope, write=True) as session:
        create_account(session, SYSTEM, login=PHONE, name="王秀兰", password=PASSWORD, roles={Role.JOBSEEKER})
        create_account(
            session, SYSTEM, login="city", name="主任", password=PASSWORD, roles={Role.CITY_MANAGER}, centre_id=1
        )


@pytest.fixture
def visitor(city: None) -> Iterator[TestClient]:
    with TestClient(build(), headers={"origin": ORIGIN}, follow_redirects=False) as browser:
        yield browser


def age(**passed: float) -> None:
    """Let every session be older than it is."""
    with open_session(SYSTEM.scope, write=True) as session:
        for sign_in in session.scalars(select(SignIn)):
            for name in ("seen_at", "proved_at", "expires_at", "ends_at"):
                setattr(sign_in, name, getattr(sign_in, name) - timedelta(**passed))


def hidden(page: str, name: str) -> str:
    field = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert field is not None
    return field[1]


# --- one-time codes ---------------------------------------------------------------------------------------------------


def test_the_page_shows_the_code_in_the_demo_and_only_there(visitor: TestClient) -> None:
    silent = visitor.post("/sign-in/phone", data={"phone": "138 0000 0001"})
    assert silent.status_code == 200
    assert not re.search(r"\b[0-9]{6}\b", re.sub(r"<svg.*?</svg>|\?v=\w+|#[0-9a-f]{6}", "", silent.text))
    with settings_from(demo="true"):
        shown = visitor.post("/sign-in/phone", data={"phone": "13900000009"})
    assert re.search(r"演示：验证码是 [0-9]{6}", shown.text)


def test_a_code_lets_a_jobseeker_in_and_brings_them_back(visitor: TestClient) -> None:
    with settings_from(demo="true"):
        sent = visitor.post("/sign-in/phone", data={"phone": PHONE, "back": "/account"})
    code = re.findall(r"验证码是 ([0-9]{6})", sent.text)[0]
    form = {"phone": hidden(sent.text, "phone"), "back": hidden(sent.text, "back"), "code": code}
    wrong = visitor.post("/sign-in/phone/code", data=form | {"code": "no"})
    entered = visitor.post("/sign-in/phone/code", data=form)
    assert (wrong.status_code, entered.status_code, entered.headers["location"]) == (422, 303, "/account")
    assert "max-age=2592000" in entered.headers["set-cookie"].lower()
    assert "王秀兰" in visitor.get("/account").text


def test_known_and_unknown_telephones_get_the_same_page(visitor: TestClient) -> None:
    def page(phone: str) -> str:
        return re.sub(
            rf'(?<=name="_key" value=")[^"]+|{phone}', "", visitor.post("/sign-in/phone", data={"phone": phone}).text
        )

    assert page(PHONE) == page("13900000009")
    assert visitor.post("/sign-in/phone", data={"phone": PHONE}).status_code == 429
    assert visitor.post("/sign-in/phone", data={"phone": "13900000009"}).status_code == 429


# --- the second factor ------------------------------------------------------------------------------------------------


def key_on(page: str) -> bytes:
    from base64 import b32decode

    text = re.findall(r"<code>([A-Z2-7 ]+)</code>", page)[0].replace(" ", "")
    return b32decode(text + "=" * (-len(text) % 8))


def code_of(secret: bytes, steps: int = 0) -> str:
    return totp(secret, int(clock.now().timestamp()) // 30 + steps)


def test_staff_see_nothing_before_the_second_factor_and_get_a_new_token_after_it(visitor: TestClient) -> None:
    with settings_from(require_second_factor="true"):
        first = visitor.post("/sign-in", data=OFFICER | {"back": "/account"})
        assert first.headers["location"] == "/sign-in/enrol?back=%2Faccount"
        half = visitor.cookies[SESSION_COOKIE]
        assert visitor.get("/account").status_code == 303
        page = visitor.get("/sign-in/enrol?back=/account").text
        assert "<svg" in page
        assert "style=" not in page
        secret = key_on(page)
        assert visitor.post("/sign-in/enrol", data={"code": "000000"}).status_code == 422
        bound = visitor.post("/sign-in/enrol", data={"code": code_of(secret, -1), "back": "/account"})
        assert len(set(re.findall(r"<code>(\w{4}-\w{4}-\w{4})</code>", bound.text))) == 10
        assert visitor.cookies[SESSION_COOKIE] != half
        assert visitor.get("/account").status_code == 200
        second = visitor.post("/sign-in", data=OFFICER | {"_csrf": csrf_of(visitor.get("/sign-in").text)})
        assert second.headers["location"] == "/sign-in/second"
        assert visitor.get("/account").status_code == 303
        assert visitor.post("/sign-in/second", data={"code": code_of(secret, -1)}).status_code == 422
        assert visitor.post("/sign-in/second", data={"code": code_of(secret)}).status_code == 303
    assert visitor.get("/account").status_code == 200
    with open_session(SYSTEM.scope) as session:
        assert session.scalars(select(KeptAnswer)).all() == []


def test_an_incomplete_sign_in_cannot_skip_or_reorder_steps(visitor: TestClient) -> None:
    assert visitor.get("/sign-in/second").headers["location"] == "/sign-in"
    assert visitor.post("/sign-in/second", data={"code": "123456"}).headers["location"] == "/sign-in"
    with settings_from(require_second_factor="true"):
        visitor.post("/sign-in", data=OFFICER)
    assert visitor.get("/sign-in/second").headers["location"] == "/sign-in"
    assert visitor.post("/sign-in/second", data={"code": "123456"}).status_code == 422
    assert visitor.get("/api/v1/tokens").status_code == 401


def test_sensitive_actions_ask_for_the_password_again_after_five_minutes(signed_in: SignedIn, city: None) -> None:
    client = signed_in("officer")
    form = {"_csrf": csrf_of(client.get("/account").text)}
    assert client.post("/account/second-factor", data=form).headers["location"] == "/account/second-factor"
    age(minutes=6)
    stale = client.post("/account/second-factor", data=form, headers={"referer": f"{ORIGIN}/account"})
    assert (stale.status_code, stale.headers["location"]) == (303, "/sign-in/again?back=/account")
    assert client.get(stale.headers["location"]).status_code == 200
    assert client.post("/sign-in/again", data=form | {"code": "wrong"}).status_code == 422
    proved = client.post("/sign-in/again", data=form | {"code": PASSWORD, "back": "//evil.example"})
    assert (proved.status_code, proved.headers["location"]) == (303, "/")
    assert client.post("/account/second-factor", data=form).status_code == 303


# --- devices and passwords --------------------------------------------------------------------------------------------


def test_a_device_is_signed_out_from_another_one_at_its_next_request(signed_in: SignedIn, city: None) -> None:
    lost, here, stranger = signed_in("officer"), signed_in("officer"), signed_in("city")
    page = here.get("/account").text
    numbers = re.findall(r"/account/devices/([0-9]+)/revoke", page)
    assert len(numbers) == 1
    foreign = stranger.post(
        f"/account/devices/{numbers[0]}/revoke", data={"_csrf": csrf_of(stranger.get("/account").text)}
    )
    assert (foreign.status_code, lost.get("/account").status_code) == (404, 200)
    here.post(f"/account/devices/{numbers[0]}/revoke", data={"_csrf": csrf_of(page)})
    assert (lost.get("/account").status_code, here.get("/account").status_code) == (303, 200)


def test_all_other_devices_are_signed_out_by_one_button_and_by_a_new_password(signed_in: SignedIn, city: None) -> None:
    others, here, stranger = [signed_in("officer") for _ in range(2)], signed_in("officer"), signed_in("city")
    token = csrf_of(here.get("/account").text)
    here.post("/account/devices/revoke-others", data={"_csrf": token})
    assert [device.get("/account").status_code for device in others] == [303, 303]
    third = signed_in("officer")
    form = {"_csrf": token, "old": PASSWORD, "password": "麦子熟了回家乡吧", "repeated": "麦子熟了回家乡吧"}
    assert here.post("/account/password", data=form | {"old": "wrong"}).status_code == 422
    assert here.post("/account/password", data=form | {"repeated": "x"}).status_code == 422
    assert (
        here.post("/account/password", data=form | {"password": "12345678", "repeated": "12345678"}).status_code == 422
    )
    assert here.post("/account/password", data=form).status_code == 200
    assert [device.get("/account").status_code for device in (third, here, stranger)] == [303, 200, 200]


def test_a_forgotten_password_is_replaced_after_sign_in_by_code(signed_in: SignedIn, visitor: TestClient) -> None:
    knows = signed_in(PHONE)
    form = {"password": "麦子熟了回家乡吧", "repeated": "麦子熟了回家乡吧"}
    refused = knows.post("/account/password", data=form | {"_csrf": csrf_of(knows.get("/account").text)})
    assert refused.status_code == 422
    with settings_from(demo="true"):
        sent = visitor.post("/sign-in/phone", data={"phone": PHONE})
    code = re.findall(r"验证码是 ([0-9]{6})", sent.text)[0]
    visitor.post("/sign-in/phone/code", data={"phone": PHONE, "code": code})
    page = visitor.get("/account/password").text
    assert 'name="old"' not in page
    assert visitor.post("/account/password", data=form | {"_csrf": csrf_of(page)}).status_code == 200
    assert knows.get("/account").status_code == 303
    age(minutes=16)
    assert 'name="old"' in visitor.get("/account/password").text


# --- cards and kiosks -------------------------------------------------------------------------------------------------


def test_a_card_signs_in_at_a_kiosk_that_forgets_the_session(signed_in: SignedIn, visitor: TestClient) -> None:
    counter = signed_in("officer")
    shown = counter.get("/cards/1")
    paper = counter.post("/cards/1", data={"_csrf": csrf_of(shown.text), "_key": "once"}).text
    number, pin = re.findall(r"<code>([\w-]+)</code>", paper)
    with open_session(SYSTEM.scope) as session:
        assert session.scalars(select(KeptAnswer)).all() == []
    visitor.post("/kiosk/on")
    scanned = visitor.post("/kiosk/card", data={"card": number})
    assert (scanned.status_code, hidden_card(scanned.text)) == (200, number)
    entered = visitor.post("/kiosk/card", data={"card": number, "pin": pin})
    assert entered.status_code == 303
    assert "max-age" not in entered.headers["set-cookie"].lower()
    page = visitor.get("/account")
    assert page.headers["refresh"] == "605; url=/kiosk/end"
    assert page.headers["cache-control"] == "no-store"
    age(minutes=10)
    over = visitor.get("/kiosk/end")
    assert over.headers["clear-site-data"] == '"cache", "storage"'
    assert over.headers["location"] == "/kiosk?ended=1"
    assert visitor.get("/account").status_code == 303
    assert "refresh" not in visitor.get("/kiosk").headers


def hidden_card(page: str) -> str:
    field = re.search(r'name="card" type="text" value="([^"]*)"', page)
    assert field is not None
    return field[1]


def test_cards_are_managed_only_by_the_counter(signed_in: SignedIn, visitor: TestClient) -> None:
    assert visitor.get("/cards/1").headers["location"].startswith("/sign-in")
    client = signed_in(PHONE)
    assert client.get("/cards/1").status_code == 403
    assert client.post("/kiosk/off", data={"_csrf": csrf_of(client.get("/account").text)}).status_code == 403
    assert signed_in("officer").get("/cards/999").status_code == 404


# --- API tokens -------------------------------------------------------------------------------------------------------


def new_token(*permissions: Permission) -> tuple[str, int]:
    draft = TokenDraft(
        name="教务系统", role=Role.REGISTRAR, organisation_id=1, permissions=list(permissions),
        expires_on=clock.today() + timedelta(days=100),
    )  # fmt: skip
    with open_session(SYSTEM.scope, write=True) as session:
        secret, api_token = create_token(session, SYSTEM, draft=draft)
        return secret, api_token.id


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_a_token_acts_for_its_organisation_within_its_permissions_only(visitor: TestClient) -> None:
    token, _ = new_token(Permission.APPLY_FOR_CLASS)
    assert visitor.get("/api/v1/openings", headers=bearer(token)).status_code == 200
    assert visitor.get("/api/v1/tokens", headers=bearer(token)).status_code == 403
    assert visitor.get("/account", headers=bearer(token)).status_code == 303
    with open_session(SYSTEM.scope) as session:
        kept = session.scalars(select(ApiToken)).one()
    assert token not in kept.digest
    assert token.startswith(kept.prefix)
    assert kept.used_at is not None


def test_a_request_with_a_token_ignores_cookies_and_needs_no_origin(signed_in: SignedIn, city: None) -> None:
    client = signed_in("city")
    assert client.get("/api/v1/tokens").status_code == 200
    token, _ = new_token(Permission.APPLY_FOR_CLASS)
    assert client.get("/api/v1/tokens", headers=bearer(token)).status_code == 403
    assert client.get("/api/v1/tokens", headers=bearer("wrong")).status_code == 401
    assert client.get("/api/v1/tokens", headers=bearer("")).status_code == 401
    bare = TestClient(build())
    delete = bare.delete("/api/v1/tokens/1", headers=bearer(token))
    assert (delete.status_code, delete.json()["title"]) == (403, "forbidden")


def test_revoked_expired_and_closed_tokens_fail_at_the_next_request(visitor: TestClient) -> None:
    def status(token: str) -> int:
        return visitor.get("/api/v1/openings", headers=bearer(token)).status_code

    (revoked, number), (expired, other), (closed, third) = (new_token(Permission.APPLY_FOR_CLASS) for _ in range(3))
    assert {status(token) for token in (revoked, expired, closed)} == {200}
    with open_session(SYSTEM.scope, write=True) as session:
        revoke_token(session, SYSTEM, token_id=number)
        session.execute(
            update(ApiToken).where(ApiToken.id == other).values(expires_on=clock.today() - timedelta(days=1))
        )
        account_id = session.scalars(select(ApiToken.account_id).where(ApiToken.id == third)).one()
        session.execute(update(Account).where(Account.id == account_id).values(disabled=True))
    assert {status(token) for token in (revoked, expired, closed)} == {401}


def test_a_manager_makes_a_token_on_the_page_and_sees_it_once(signed_in: SignedIn, city: None) -> None:
    client = signed_in("city")
    page = client.get("/tokens/new/registrar").text
    form = {
        "_csrf": csrf_of(page), "name": "教务系统", "organisation": "P1", "permissions": "training:report",
        "expires_on": (clock.today() + timedelta(days=100)).isoformat(),
    }  # fmt: skip
    assert client.post("/tokens/new/registrar", data=form | {"organisation": "P9"}).status_code == 422
    assert client.post("/tokens/new/registrar", data=form | {"permissions": "person:list"}).status_code == 422
    answer = client.post("/tokens/new/registrar", data=form)
    (token,) = re.findall(r"gq_[0-9a-f]{8}_[\w-]{43}", answer.text)
    assert client.get("/api/v1/openings", headers=bearer(token)).status_code == 200
    listed = client.get("/tokens").text
    assert token not in listed
    assert token[:11] in listed
    number = re.findall(r"/tokens/([0-9]+)/revoke", listed)[0]
    assert client.post(f"/tokens/{number}/revoke", data={"_csrf": csrf_of(page)}).status_code == 303
    assert client.get("/api/v1/openings", headers=bearer(token)).status_code == 401
    assert signed_in("officer").get("/tokens").status_code == 403
