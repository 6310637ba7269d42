"""Security headers, URLs without personal data, and the log of refused access."""

import json
import re
import subprocess
import sys
from os import environ
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import select
from starlette.testclient import TestClient

from api import dependencies
from centre.accounts.passwords import hashed
from centre.audit import AuditEntry
from centre.database import open_session
from centre.permissions import Actor
from tests.clients import SignedIn
from tests.ordeal.crowd import gather
from tests.ordeal.servers import csrf_of
from tests.planted import planted
from web.app import build

SYSTEM = Actor.system()
ROOT = Path(__file__).parents[2]
DELICATE = re.compile(r"phone|mobile|id_number|identity|password|pin|card_no|bank|secret|token$|^code$|name$")
HARMLESS = {"file_name": "of a file that a program uploads", "code": "the printed number of a certificate"}
BEHIND_TLS = """
import json, sys
from starlette.testclient import TestClient
from web.app import build
with TestClient(build(), base_url="https://testserver", headers={"origin": "https://testserver"}) as client:
    answer = client.post("/sign-in", data={"login": "officer", "password": sys.argv[1]}, follow_redirects=False)
    language = client.get("/display?lang=en", follow_redirects=False)
    page = client.get("/account").text
    token = page.split('name="_csrf" value="')[1].split('"')[0]
    out = client.post("/sign-out", data={"_csrf": token}, follow_redirects=False)
    print(json.dumps([one.headers.multi_items() for one in (answer, language, out)]))
"""


def entries(action: str) -> list[AuditEntry]:
    with open_session(SYSTEM.scope) as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)))


def test_behind_https_the_session_cookie_is_secure_and_bound_to_the_host(database: str) -> None:
    from web.demo.town import PASSWORD

    gather(people=0, seats=1)
    done = subprocess.run(
        [sys.executable, "-c", BEHIND_TLS, PASSWORD], env=environ | {"GANGQIAO_SECURE_COOKIES": "true"},
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    signed_in, language, out = json.loads(done.stdout)
    session, device = sorted((value for name, value in signed_in if name == "set-cookie"), reverse=True)
    assert session.startswith("__Host-sid=")
    assert device.startswith("__Host-device=")
    for cookie in (session, device):
        assert {"httponly", "secure", "path=/", "samesite=lax"} <= {part.strip().lower() for part in cookie.split(";")}
    for headers in (signed_in, language, out):
        assert int(re.findall(r"max-age=([0-9]+)", dict(headers)["strict-transport-security"])[0]) >= 365 * 86_400
    cookies = [value.lower() for headers in (language, out) for name, value in headers if name == "set-cookie"]
    assert len(cookies) > 1
    assert all("; secure" in value for value in cookies)


def test_only_public_reads_of_the_api_are_open_to_other_sites(client: TestClient) -> None:
    elsewhere = {"origin": "https://elsewhere.example"}
    for address in ("/api/v1/openings", "/api/v1/fairs", "/fairs.ics", "/openings.atom", "/api/v1/openings/999999"):
        for method in ("GET", "HEAD"):
            answer = client.request(method, address, headers=elsewhere)
            assert answer.headers["access-control-allow-origin"] == "*", address
            # Without this header a browser gives no answer to a request that carries cookies.
            assert "access-control-allow-credentials" not in answer.headers
            assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    for address in ("/", "/openings", "/health/ready", "/api/v1/profile", "/api/v1/introductions/1/terms", "/me"):
        answer = client.get(address, headers=elsewhere)
        assert [name for name in answer.headers if name.startswith("access-control")] == [], address
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    posted = client.post("/api/v1/openings", json={}, headers=elsewhere)
    assert "access-control-allow-origin" not in posted.headers
    assert client.options("/api/v1/openings", headers=elsewhere).status_code == 405
    assert client.request("TRACE", "/").status_code == 405


def test_a_browser_that_asks_beforehand_may_poll_public_reads_with_their_etag_and_nothing_else(
    client: TestClient,
) -> None:
    asks = {"origin": "https://elsewhere.example", "access-control-request-headers": "if-none-match"}
    for address in ("/api/v1/opening-changes", "/api/v1/openings/1", "/openings.atom"):
        answer = client.options(address, headers=asks | {"access-control-request-method": "GET"})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "*"), address
        assert "if-none-match" in answer.headers["access-control-allow-headers"]
        assert answer.headers["access-control-allow-methods"] == "GET, HEAD"
        assert "access-control-allow-credentials" not in answer.headers
    for address, method in (
        ("/api/v1/openings", "POST"), ("/api/v1/profile", "GET"), ("/openings", "GET"), ("/api/v1/nothing", "GET"),
    ):  # fmt: skip
        answer = client.options(address, headers=asks | {"access-control-request-method": method})
        assert answer.status_code in (404, 405), address
        assert "access-control-allow-origin" not in answer.headers


def test_urls_contain_no_names_numbers_or_secrets() -> None:
    parameters = {
        (str(route.path), parameter.alias)
        for route in iter_route_contexts(build().routes)
        if (dependant := getattr(route, "dependant", None)) is not None
        for parameter in dependant.query_params
    }
    assert len(parameters) > 20
    assert (
        sorted(parameter for parameter in parameters if DELICATE.search(parameter[1]) and parameter[1] not in HARMLESS)
        == []
    )


def test_get_forms_have_no_sensitive_field() -> None:
    fields = set()
    pages = [path for path in (ROOT / "web/templates").rglob("*.html") if path.parent.name != "parts"]
    for page in pages:
        for form in re.findall(r"method=\"get\".*?(?:endcall|</form>)", page.read_text("utf-8"), re.DOTALL):
            fields |= set(re.findall(r"(?:name=\"|[a-z_]+\(\")([a-z_]+)\"", form))
    assert "q" in fields
    assert {name for name in fields if DELICATE.search(name)} - set(HARMLESS) == set()


def test_passwords_are_hashed_with_argon2id_at_the_recommended_cost() -> None:
    assert hashed("麦子熟了就回家乡").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(("login", "subject"), [("officer", "account:[0-9]+"), ("nobody", "account:unknown")])
def test_a_failed_sign_in_is_logged(client: TestClient, login: str, subject: str) -> None:
    gather(people=0, seats=1)
    client.post("/sign-in", data={"login": login, "password": "wrong-password"})
    (entry,) = entries("account.sign-in-failed")
    assert re.fullmatch(subject, entry.subject)
    assert entry.detail == {"door": "password"}


def test_a_refused_access_is_logged_once(signed_in: SignedIn) -> None:
    gather(people=0, seats=1)
    officer = signed_in("officer")
    # The process remembers whom it has noted; an account of another test may have had the same number.
    with planted(dependencies, _noted={}):
        for _ in range(3):
            assert officer.get("/audit").status_code == 403
        assert officer.post("/account/devices/revoke-others", data={"_csrf": "guessed"}).status_code == 403
    refusals = entries("access.refused")
    assert [(refusal.detail["path"], refusal.detail["code"]) for refusal in refusals] == [
        ("/audit", "forbidden"), ("/account/devices/revoke-others", "foreign-form"),
    ]  # fmt: skip
    assert csrf_of(officer.get("/account").text)
