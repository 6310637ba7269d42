"""Sending of invalid requests, and the records of the town that they refer to."""

import json
import re
from datetime import timedelta
from typing import Any

from httpx2 import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from centre import clock
from centre.database import open_session
from centre.permissions import Actor
from employers.companies.models import Employer
from employers.fairs.booth_rules import BoothDraft
from employers.fairs.booths import apply_for_booth
from tests.api.faults import Sent
from tests.employers.world import add_hall, at, booth_fair
from tests.web.desks import Hall

SYSTEM = Actor.system()
EMPLOYER = "渭城新棉制衣(虚构)"


def fill_fair() -> dict[str, str]:
    """A fair that accepts applications, with the demo employer's booth; returns their ids by name."""
    with open_session(SYSTEM.scope, write=True) as session:
        day = clock.today() + timedelta(days=300)
        fair = booth_fair(session, add_hall(session, "试验厅"), starts_at=at(9, 0, day), ends_at=at(11, 0, day))
        employer = session.scalars(select(Employer).where(Employer.name == EMPLOYER)).one()
        request = BoothDraft(contact_name="王", employer_id=employer.id)
        booth = apply_for_booth(session, SYSTEM, fair_id=fair.id, draft=request)
        return {"FAIR": str(fair.id), "BOOTH": str(booth.id)}


def send(client: TestClient, sent: Sent, language: str, ids: dict[str, str]) -> Response:
    """Send a request in a language; dicts go to pages as forms and to the API as JSON, other bodies unchanged."""
    path = sent.path
    for word, number in ids.items():
        path = path.replace(word, number)
    headers = {"accept-language": language, **sent.headers}
    body: Any = sent.body
    if body is None:
        return client.request(sent.method, path, headers=headers)
    if isinstance(body, dict) and ("_form" in body or "_file" in body or not path.startswith("/api")):
        fields = {name: value for name, value in body.items() if name not in ("_form", "_file")}
        files = {"file": ("名单.xlsx", body["_file"])} if "_file" in body else {"other": ("a.txt", b"a")}
        token = client.headers.get("x-token", "")
        form = {"_csrf": token, **fields}
        return client.request(
            sent.method, path, data=form, files=files if {"_form", "_file"} & set(body) else None, headers=headers
        )
    headers.setdefault("content-type", "application/json")
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.request(sent.method, path, content=content, headers=headers)


def enter(hall: Hall, login: str) -> TestClient:
    """A browser of an account that knows its CSRF token."""
    desk = hall.enter(login)
    token = re.search(r'name="_csrf" value="([^"]*)"', desk.client.get("/account").text)
    desk.client.headers["x-token"] = token[1] if token else ""
    return desk.client
