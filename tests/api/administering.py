"""Calls of the API by somebody who is signed in, as a browser's script makes them."""

import re
from typing import Any

import httpx2 as httpx

from tests.web.desks import Desk


def answer(desk: Desk, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
    """The response to one call."""
    page = desk.client.get("/account").text
    token = re.findall(r'name="_csrf" value="([^"]*)"', page)
    sent = {"x-csrf-token": token[0] if token else ""} | headers
    given: httpx.Response = desk.client.request(method, f"/api/v1{path}", json=body, headers=sent)
    return given


def call(desk: Desk, method: str, path: str, expect: int, body: Any = None, **headers: str) -> Any:
    """What one call answers, which has to have the expected status."""
    given = answer(desk, method, path, body, **headers)
    assert given.status_code == expect, (path, given.status_code, given.text[:300])
    return given.json() if given.content else None
