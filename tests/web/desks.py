"""Browsers of the demo town inside the test's own process."""

import atexit
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import select
from starlette.testclient import TestClient

from centre import clock, privacy
from centre.database import engine, open_session
from centre.permissions import Actor
from centre.policy import load_examples
from centre.settings import settings
from web.app import build
from web.demo.town import PASSWORD, fill

ORIGIN = "http://testserver"


class Desk:
    """A browser of one account, which adds the CSRF token and a fresh idempotency key to forms."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self._sent = 0

    def get(self, path: str, expect: int = 200) -> str:
        """The text of a page."""
        answer = self.client.get(path)
        assert answer.status_code == expect, (path, answer.status_code, words(answer.text)[:300])
        return answer.text

    def send(self, path: str, expect: int = 303, /, **fields: Any) -> str:
        """Submit a form; returns the redirect's location, or the page that is shown again."""
        token = re.search(r'name="_csrf" value="([^"]*)"', self.client.get("/account").text)
        self._sent += 1
        data = {"_csrf": token[1] if token else "", "_key": f"key-{id(self)}-{self._sent}", **fields}
        answer = self.client.post(path, data=data)
        assert answer.status_code == expect, (path, answer.status_code, words(answer.text)[:300])
        return answer.headers["location"] if expect == 303 else answer.text


class Hall:
    """The demo town, and browsers for its accounts."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def enter(self, login: str = "") -> Desk:
        """A browser, signed in when a login is given."""
        client = TestClient(build(), headers={"origin": ORIGIN}, follow_redirects=False)
        desk = Desk(self._stack.enter_context(client))
        if login:
            answer = client.post("/sign-in", data={"login": login, "password": PASSWORD})
            assert answer.status_code == 303, words(answer.text)[:300]
        return desk


_filled: dict[date, Path] = {}


@contextmanager
def opened() -> Iterator[Hall]:
    """Copy the demo town, filled once for each day of the clock, into the settings' empty SQLite file."""
    privacy.forget_keys()
    folder, today = settings().data_dir, clock.today()
    if today not in _filled:
        with open_session(Actor.system().scope, write=True) as session:
            load_examples(session)
            fill(session)
        engine().dispose()  # folds the write-ahead log into the file
        kept = Path(mkdtemp())
        for name in ("gangqiao.db", "master.key"):
            shutil.copyfile(folder / name, kept / name)
        _filled[today] = kept
        atexit.register(shutil.rmtree, kept, ignore_errors=True)
    else:
        engine().dispose()
        for name in ("gangqiao.db", "master.key"):
            shutil.copyfile(_filled[today] / name, folder / name)
    with ExitStack() as stack:
        yield Hall(stack)


def words(page: str) -> str:
    """The text of a page without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def number(model: type, **wanted: object) -> int:
    """The id of the only row of a table with these values."""
    with open_session(Actor.system().scope) as session:
        return int(session.scalars(select(model).filter_by(**wanted)).one().id)
