"""The kiosk and service cards."""

import re

from sqlalchemy import select
from starlette.testclient import TestClient

from centre.database import open_session
from centre.idempotency import KeptAnswer
from tests.clients import PHONE, SYSTEM, SignedIn, age
from tests.ordeal.servers import csrf_of


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
