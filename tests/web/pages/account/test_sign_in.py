"""Signing in through the pages: one-time codes and the second factor."""

import re

from sqlalchemy import select
from starlette.testclient import TestClient

from api.security import SESSION_COOKIE
from centre import clock
from centre.accounts.rules import totp
from centre.database import open_session
from centre.idempotency import KeptAnswer
from tests.clients import PHONE, SYSTEM, hidden
from tests.databases import settings_from
from tests.ordeal.servers import csrf_of
from web.demo.town import PASSWORD

OFFICER = {"login": "officer", "password": PASSWORD}


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
    form = {name: hidden(sent.text, name) for name in ("phone", "asked", "back")} | {"code": code}
    wrong = visitor.post("/sign-in/phone/code", data=form | {"code": "no"})
    entered = visitor.post("/sign-in/phone/code", data=form)
    assert (wrong.status_code, entered.status_code, entered.headers["location"]) == (422, 303, "/account")
    assert "max-age=2592000" in entered.headers["set-cookie"].lower()
    assert "王秀兰" in visitor.get("/account").text


def test_known_and_unknown_telephones_get_the_same_page(visitor: TestClient) -> None:
    def page(phone: str) -> str:
        text = visitor.post("/sign-in/phone", data={"phone": phone}).text
        return re.sub(rf'(?<=name="_key" value=")[^"]+|(?<=name="asked" value=")[^"]+|{phone}', "", text)

    with clock.frozen(clock.now()):  # a new window of the limit may begin meanwhile
        assert page(PHONE) == page("13900000009")
        assert visitor.post("/sign-in/phone", data={"phone": PHONE}).status_code == 429
        assert visitor.post("/sign-in/phone", data={"phone": "13900000009"}).status_code == 429


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
        used = code_of(secret, -1)
        bound = visitor.post("/sign-in/enrol", data={"code": used, "back": "/account"})
        assert len(set(re.findall(r"<code>(\w{4}-\w{4}-\w{4})</code>", bound.text))) == 10
        assert visitor.cookies[SESSION_COOKIE] != half
        assert visitor.get("/account").status_code == 200
        second = visitor.post("/sign-in", data=OFFICER | {"_csrf": csrf_of(visitor.get("/sign-in").text)})
        assert second.headers["location"] == "/sign-in/second"
        assert visitor.get("/account").status_code == 303
        assert visitor.post("/sign-in/second", data={"code": used}).status_code == 422
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
