"""The unit of work: permissions, refusals and their messages."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from sqlalchemy import select
from starlette.testclient import TestClient

from api.app import build
from api.registry import UndeclaredRoute, check_routes
from centre.accounts import Account, SignIn
from centre.database import open_session
from centre.permissions import Actor
from tests.clients import SignedIn
from tests.ordeal.crowd import gather
from tests.ordeal.servers import csrf_of
from tests.statements import statements

ROOT = Path(__file__).parents[2]


def test_a_route_without_an_access_rule_prevents_the_start() -> None:
    app = build()
    app.add_api_route("/planted", lambda: None)
    with pytest.raises(UndeclaredRoute, match="/planted"):
        check_routes(app)


def test_an_undeclared_route_inside_a_router_prevents_the_start_too() -> None:
    app, outer, inner = build(), APIRouter(prefix="/outer"), APIRouter()
    inner.add_api_route("/planted", lambda: None)
    outer.include_router(inner)
    app.include_router(outer)
    with pytest.raises(UndeclaredRoute, match="/outer/planted"):
        check_routes(app)


def test_every_route_is_complete_at_the_start() -> None:
    from web.app import app

    ready = [route for route in app.routes if isinstance(route, APIRoute)]
    assert len(ready) > 300
    assert all(route.dependant.call is route.endpoint for route in ready)


def test_the_start_imports_nothing_that_only_some_requests_need() -> None:
    code = "import sys, web.app; print(*{'numpy', 'scipy', 'icalendar', 'openpyxl', 'structlog'} & sys.modules.keys())"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []


def test_the_description_states_the_credentials_of_each_operation() -> None:
    described = build().openapi()
    assert set(described["components"]["securitySchemes"]) == {"session", "token"}
    paths = described["paths"]
    assert paths["/api/v1/openings"]["get"]["security"] == []
    assert paths["/api/v1/openings"]["post"]["security"] == [{"session": ["opening:post"]}, {"token": ["opening:post"]}]
    assert paths["/api/v1/enrolments"]["get"]["security"] == [{"session": []}, {"token": []}]
    operations = [operation for methods in paths.values() for operation in methods.values()]
    assert len(operations) > 90
    assert all(
        ("security" in operation) and (operation["security"] == []) == (operation["x-allow"] == "public")
        for operation in operations
    )


def test_an_unknown_path_gives_machines_a_problem_and_people_a_page(client: TestClient) -> None:
    machine = client.get("/api/v1/nothing", headers={"accept-language": "en"})
    person = client.get("/nothing", headers={"accept-language": "zh-CN"})
    assert (machine.status_code, machine.headers["content-type"]) == (404, "application/problem+json")
    assert machine.json()["type"] == "/problems/not-found"
    assert machine.json()["detail"].startswith("We could not find what")
    assert person.status_code == 404
    assert "没有找到" in person.text
    assert 'lang="zh-Hans"' in person.text


def test_every_response_has_the_security_headers(client: TestClient) -> None:
    for address in ("/sign-in", "/nothing", "/health/ready", "/api/v1/openapi.json"):
        headers = client.get(address).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
        assert headers["x-content-type-options"] == "nosniff"
    assert "unsafe" not in headers["content-security-policy"]


def test_a_wrong_password_and_an_unknown_name_get_the_same_response(client: TestClient) -> None:
    gather(people=0, seats=1)
    known = client.post("/sign-in", data={"login": "officer", "password": "wrong-password"})
    unknown = client.post("/sign-in", data={"login": "nobody", "password": "wrong-password"})
    assert known.status_code == unknown.status_code == 422

    def without_names(text: str) -> str:
        return re.sub(r'(?<=name="_key" value=")[^"]+|officer|nobody', "", text)

    assert without_names(known.text) == without_names(unknown.text)


def test_a_session_is_stored_as_a_digest_and_ends_at_once(signed_in: SignedIn) -> None:
    gather(people=0, seats=1)
    client = signed_in("officer")
    token = client.cookies["sid"]
    with open_session(Actor.system().scope) as session:
        kept = session.scalars(select(SignIn)).one()
    assert token not in (kept.token_digest, kept.csrf_token)
    account = client.get("/account")
    assert account.status_code == 200
    assert account.headers["cache-control"] == "no-store"
    left = client.post("/sign-out", data={"_csrf": csrf_of(account.text)})
    assert left.status_code == 303
    client.cookies.set("sid", token)
    assert client.get("/account").status_code == 303


def test_a_form_from_another_site_is_refused(signed_in: SignedIn) -> None:
    gather(people=0, seats=1)
    client = signed_in("officer")
    token = csrf_of(client.get("/account").text)
    for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert client.post("/sign-out", data={"_csrf": token}, headers=headers).status_code == 403
    assert client.post("/sign-out", data={"_csrf": "forged"}).status_code == 403
    assert client.get("/account").status_code == 200


def test_a_visitor_is_redirected_to_sign_in_and_back(client: TestClient) -> None:
    gather(people=0, seats=1)
    away = client.get("/account")
    assert (away.status_code, away.headers["location"]) == (303, "/sign-in?back=/account")
    back = client.post("/sign-in", data={"login": "officer", "password": "gangqiao-demo", "back": "/account"})
    assert back.headers["location"] == "/account"
    client.cookies.clear()
    lured = client.post("/sign-in", data={"login": "officer", "password": "gangqiao-demo", "back": "//evil.example"})
    assert lured.headers["location"] == "/"


def test_a_closed_account_is_signed_out_at_its_next_request(signed_in: SignedIn) -> None:
    gather(people=0, seats=1)
    client = signed_in("officer")
    with open_session(Actor.system().scope, write=True) as session:
        session.scalars(select(Account).where(Account.login == "officer")).one().disabled = True
    assert client.get("/account").status_code == 303


def test_a_body_over_the_limit_is_refused(client: TestClient) -> None:
    answer = client.post("/sign-in", data={"login": "x", "password": "y" * 2_000_000})
    assert answer.status_code == 413


def test_an_installation_without_its_schema_is_not_ready(tmp_path: object) -> None:
    from tests.databases import settings_from

    with settings_from(data_dir=str(tmp_path), database_url=""), TestClient(build()) as client:
        answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


def test_the_eleventh_attempt_for_a_name_has_to_wait(client: TestClient) -> None:
    tries = [client.post("/sign-in", data={"login": "nobody", "password": "wrong"}).status_code for _ in range(11)]
    assert tries == [422] * 10 + [429]
    assert client.post("/sign-in", data={"login": "somebody", "password": "wrong"}).status_code == 422


def test_the_page_of_a_refusal_asks_nobody_again_who_reads_it(database: str, signed_in: SignedIn) -> None:
    gather(people=1, seats=1)
    officer = signed_in("officer")
    with statements() as ran:
        nowhere = officer.get("/nowhere-at-all")
        refused = officer.get("/organiser/fairs/new")
    assert database
    assert (nowhere.status_code, refused.status_code) == (404, 403)
    assert 'action="/sign-out"' in refused.text
    assert sum("sign_in.token_digest =" in statement for statement in ran) == 2
