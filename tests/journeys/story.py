"""A story in browsers on a server whose clock moves: its day and hour, who looks at it, and what was looked at."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from centre import clock
from tests.journeys.moved import AHEAD
from tests.journeys.screens import sign_in, too_wide
from tests.ordeal.servers import serving
from tests.web.desks import opened
from web.demo.town import PASSWORD

SHOTS = os.environ.get("JOURNEY_SHOTS", "")
"""A folder for screenshots, to be looked at."""


@dataclass
class Story:
    """The server, its moving clock, and the people in their browsers."""

    browser: Browser
    url: str
    ahead: Path
    shots: int = 0

    def day(self, days: float) -> None:
        """Move the clock of the server to so many days after the start."""
        self.ahead.write_text(str(days), "utf-8")

    def at(self, instant: datetime) -> None:
        """Move the clock of the server to an instant; it goes on from there."""
        self.day((instant - clock.now()) / timedelta(days=1))

    @contextmanager
    def moment(self) -> Iterator[datetime]:
        """Act in this process at the time of the server."""
        with clock.frozen(clock.now() + timedelta(days=float(self.ahead.read_text("utf-8")))):
            yield clock.now()

    def screen(self, width: int, *, token: str = "") -> BrowserContext:
        """A browser of its own, signed in by a token where one is given."""
        context = self.browser.new_context(
            base_url=self.url, viewport={"width": width, "height": 800}, locale="zh-CN", has_touch=width < 500
        )
        context.set_default_timeout(60_000)
        if token:
            context.add_cookies([{"name": "sid", "value": token, "url": self.url}])
        return context

    def enter(self, path: str, login: str = "", password: str = PASSWORD, *, width: int = 1280) -> Page:
        """A page as somebody sees it on a screen of that width."""
        page = self.screen(width).new_page()
        if login:
            sign_in(page, login, password)
        page.goto(path)
        return page

    def look(self, page: Page, name: str, *, cut_off: bool = False) -> None:
        """No page is wider than its screen; where a folder is given, both languages are kept as pictures.

        A page whose network is cut off is kept in its own language only.
        """
        assert too_wide(page) == [], f"{name} is wider than the screen"
        assert not page.locator(".error-code").count(), f"{name} is an error page"
        if not SHOTS:
            return
        self.shots += 1
        page.screenshot(path=f"{SHOTS}/{self.shots:02}-{name}-zh.png", full_page=True)
        if cut_off:
            return
        other = page.context.new_page()  # what is typed on the first page stays
        other.goto("/display?lang=en&back=/")
        other.goto(page.url)
        other.screenshot(path=f"{SHOTS}/{self.shots:02}-{name}-en.png", full_page=True)
        other.goto("/display?lang=zh-Hans&back=/")
        other.close()

    def keep(self, content: bytes, name: str) -> None:
        """Keep a file of the story beside the pictures."""
        if SHOTS:
            Path(SHOTS, name).write_bytes(content)


@pytest.fixture
def story(database: str, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    """The demo town on a server whose day can be moved."""
    ahead = tmp_path / "ahead"
    ahead.write_text("0", "utf-8")
    monkeypatch.setenv(AHEAD, str(ahead))
    with opened(), serving("tests.journeys.moved:app", demo="1") as server:
        yield Story(browser, server.url, ahead)
