"""The application with a small city, and browsers that are signed in to its accounts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from centre import clock, privacy
from centre.accounts import Account, SignIn
from centre.database import open_session
from centre.permissions import Role
from centre.privacy import token_digest
from employers.companies.models import Employer
from tests.employers.world import SYSTEM, add_employer, found_city, officer_account
from web.app import build

CSRF = "form-token"
STAFF = {
    "officer": (900, Role.PLACEMENT_OFFICER),
    "organiser": (901, Role.ORGANISER),
    "manager": (902, Role.CITY_MANAGER),
}

Opener = Callable[..., "Browser"]


class Browser(TestClient):
    """A browser that adds the session's CSRF token to forms."""

    def send_form(self, path: str, **fields: Any) -> Response:
        """Submit a form."""
        return self.post(path, data={"_csrf": CSRF, **fields})


def opener() -> Opener:
    """Insert the city with two employers; returns a function that opens browsers of its accounts."""
    privacy.forget_keys()
    with open_session(SYSTEM.scope, write=True) as session:
        found_city(session)
        officer_account(session)
        session.get_one(Account, 900).centre_id = 1
        for name, (account_id, role) in list(STAFF.items())[1:]:
            session.add(Account(id=account_id, login=name, name=name, password_hash="-", roles=[role], centre_id=1))
        for number in (1, 2):
            add_employer(session, number)
            session.get_one(Employer, number).contact_phone = "13812345678"
    app = build()

    def open_browser(name: str = "", language: str = "zh") -> Browser:
        browser = Browser(
            app, headers={"origin": "http://testserver", "accept-language": language}, follow_redirects=False
        )
        if name:
            account_id = STAFF[name][0] if name in STAFF else int(name.removeprefix("employer"))
            with open_session(SYSTEM.scope, write=True) as session:
                session.add(
                    SignIn(
                        account_id=account_id,
                        token_digest=token_digest(name),
                        csrf_token=CSRF,
                        expires_at=clock.now() + timedelta(hours=1),
                        ends_at=clock.now() + timedelta(hours=1),
                    )
                )
            browser.cookies.set("sid", name)
        return browser

    return open_browser
