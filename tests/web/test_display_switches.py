"""Language, size and contrast change on the page where the reader is, after a refused form too."""

import re

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.routing import Match
from starlette.testclient import TestClient

from tests.clients import client, hidden
from web.app import build
from web.rendering import page_above

__all__ = ["client"]

PAGELESS = {"/sign-out"}
"""Buttons without a page of their own: they lead to the start page."""


def sent(app: FastAPI, path: str, referer: str = "") -> Request:
    """A form that was sent to a path."""
    headers = [(b"referer", referer.encode())] if referer else []
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "query_string": b"", "app": app}
    return Request(scope | {"server": ("x", 80), "scheme": "http", "root_path": ""})


def route_of(app: FastAPI, path: str) -> str:
    """The declared path of the page at an address; empty where there is none."""
    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "app": app, "root_path": ""}
    return next(
        (getattr(route, "path", "") for route in app.router.routes if route.matches(scope)[0] is Match.FULL), ""
    )


def test_every_form_stands_on_a_page_that_opens() -> None:
    app = build()
    forms = [
        getattr(route, "path", "")
        for route in app.router.routes
        if "POST" in (getattr(route, "methods", None) or ()) and not getattr(route, "path", "").startswith("/api/")
    ]
    assert len(forms) > 300
    for form in set(forms) - PAGELESS:
        above = page_above(sent(app, re.sub(r"\{[^}]*\}", "1", form)))
        assert above != "/", form
        last = route_of(app, above).rsplit("/", 1)[-1]
        assert not last.endswith("_id}") or above.endswith("/1"), f"{form}: {above} is no number"


def test_the_page_that_sent_a_form_is_preferred() -> None:
    app = build()
    path = "/organiser/booths/5"
    assert page_above(sent(app, path)) == "/organiser"
    assert page_above(sent(app, path, "http://x/organiser/fairs/3?page=2")) == "/organiser/fairs/3?page=2"
    assert page_above(sent(app, path, "http://elsewhere/organiser/fairs/3")) == "/organiser"
    assert page_above(sent(app, path, "http://x/organiser/booths/5")) == "/organiser"


@pytest.mark.usefixtures("database")
def test_the_language_can_be_changed_at_a_refused_form(client: TestClient) -> None:
    shown = client.get("/sign-in").text
    refused = client.post("/sign-in/phone/code", data={"_csrf": hidden(shown, "_csrf"), "_key": "k" * 20, "phone": ""})
    assert refused.status_code == 422
    (link,) = re.findall(r'href="(/display\?lang=en[^"]*)"', refused.text)
    assert client.get(link.replace("&amp;", "&"), follow_redirects=True).status_code == 200


@pytest.mark.usefixtures("database")
def test_the_address_of_a_form_leads_to_its_page(client: TestClient) -> None:
    answer = client.get("/sign-in/phone/code", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert client.put("/sign-in/phone/code").status_code == 405
