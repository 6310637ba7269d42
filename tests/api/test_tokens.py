"""API tokens over HTTP: their rights, revocation and expiry."""

import re
from datetime import timedelta

from sqlalchemy import select, update
from starlette.testclient import TestClient

from centre import clock
from centre.accounts.models import Account, ApiToken
from centre.accounts.rules import TokenDraft
from centre.accounts.tokens import create_token, revoke_token
from centre.database import open_session
from centre.permissions import Permission, Role
from tests.clients import SYSTEM, SignedIn
from tests.ordeal.servers import csrf_of
from web.app import build


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


def test_a_request_with_a_token_ignores_cookies_and_needs_no_origin(signed_in: SignedIn, crowd: None) -> None:
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


def test_a_manager_makes_a_token_on_the_page_and_sees_it_once(signed_in: SignedIn, crowd: None) -> None:
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
