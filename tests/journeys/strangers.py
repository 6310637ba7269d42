"""Browsers of strangers and of her whom they wish to be, with what each of them fills in."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

from sqlalchemy import select
from starlette.testclient import TestClient

from centre.accounts import Account
from centre.database import open_session
from centre.numbers import identity_check
from centre.outbox import SIGN_IN_CODE, Message
from centre.permissions import Actor
from tests.web.desks import ORIGIN, Hall
from web.app import build

SYSTEM = Actor.system().scope
NOON = datetime(2026, 11, 23, 4, 0, 10, tzinfo=UTC)
HERS, HIS = "13811110001", "13922220002"
NUMBER = "61049919800203104" + identity_check("61049919800203104")
NAME = "石榴花"
OWN_WORDS = {"her": "麦子熟了就回家乡", "his": "我知道她的号码啊"}


@contextmanager
def visitors() -> Iterator[Callable[[str], TestClient]]:
    """Browsers of people who have not signed in: `somebody("10.0.0.1")` asks from that address."""
    app = build()
    with ExitStack() as stack:

        def somebody(host: str) -> TestClient:
            client = TestClient(app, headers={"origin": ORIGIN}, follow_redirects=False, client=(host, 50_000))
            return stack.enter_context(client)

        yield somebody


def hidden(page: str, name: str) -> str:
    field = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert field is not None, page[-500:]
    return field[1]


def code_for(phone: str) -> str:
    """The code that the telephone received last."""
    with open_session(SYSTEM) as session:
        sent = session.scalars(select(Message).where(Message.kind == SIGN_IN_CODE).order_by(Message.id.desc()))
        text = next(message.body for message in sent if message.address == phone)
    return str(re.findall(r"[0-9]{6}", text)[0])


def register(client: TestClient, phone: str, password: str, *, name: str = NAME, number: str = NUMBER) -> str:
    """Fill in the form at home; returns the page that asks for the code."""
    form = {"name": name, "phone": phone, "id_number": number, "live_region": "610402", "password": password}
    if "sid" in client.cookies:
        form["_csrf"] = hidden(client.get("/register").text, "_csrf")
    answer = client.post("/register", data=form | {"consent": "true"})
    assert answer.status_code == 200, answer.text[-800:]
    return answer.text


def prove(client: TestClient, page: str, code: str) -> int:
    form = {"asked": hidden(page, "asked"), "code": code}
    if "sid" in client.cookies:
        form["_csrf"] = hidden(page, "_csrf")
    return client.post("/register/code", data=form).status_code


def at_counter(hall: Hall, phone: str) -> int:
    """She comes to the counter with her identity card; returns the number of her record."""
    clerk = hall.enter("clerk")
    address = clerk.send(
        "/counter/register", name=NAME, phone=phone, id_number=NUMBER, live_region="610402", consent="true"
    )
    return int(address.rsplit("/", 1)[1])


def person_behind(client: TestClient) -> int | None:
    """Whose record a browser is signed in to."""
    answer = client.get("/api/v1/me/profile")
    with open_session(SYSTEM) as session:
        login = session.scalars(select(Account).order_by(Account.entered_at.desc().nulls_last(), Account.id.desc()))
        account = next(iter(login))
    return account.person_id if answer.status_code == 200 else None


def enters(client: TestClient, login: str, password: str) -> bool:
    return client.post("/sign-in", data={"login": login, "password": password}).status_code == 303
