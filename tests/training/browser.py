"""Clients of the whole application, signed in as one of the city's actors."""

from datetime import timedelta
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from centre import clock
from centre.accounts import SignIn
from centre.database import open_session
from centre.privacy import token_digest
from tests.training.world import SYSTEM, City

CSRF = "form-token"


class Browser(TestClient):
    """A reader's browser; forms carry the session's token automatically."""

    def send_form(self, path: str, files: dict[str, Any] | None = None, **fields: Any) -> Response:
        """Submit a form."""
        return self.post(path, data={"_csrf": CSRF, **fields}, files=files)


def let_in(account_id: int | None, token: str) -> None:
    """Sign an account in with a token chosen by the test."""
    with open_session(SYSTEM.scope, write=True) as session:
        later = clock.now() + timedelta(hours=1)
        digest = token_digest(token)
        session.add(
            SignIn(account_id=account_id, token_digest=digest, csrf_token=CSRF, expires_at=later, ends_at=later)
        )


def open_browser(app: Any, city: City, key: str = "") -> Browser:
    """A browser of the actor with this key, or of a visitor."""
    browser = Browser(app, headers={"origin": "http://testserver", "accept-language": "zh"}, follow_redirects=False)
    if key:
        let_in(city.actors[key].account_id, key)
        browser.cookies.set("sid", key)
    return browser
