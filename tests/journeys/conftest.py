"""The demo city on a real server, and a real browser, for the journeys."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.ordeal.servers import Server, serving
from web.demo.town import PASSWORD

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo town on its own server; each test module gets a fresh one."""
    folder = tmp_path_factory.mktemp("demo")
    own = {"data_dir": str(folder), "database_url": "", "demo": "true"}
    environment = os.environ | {f"GANGQIAO_{name.upper()}": value for name, value in own.items()}
    subprocess.run([sys.executable, "-m", "web", "demo", "--fill-only"], env=environment, check=True, timeout=120)
    with serving(**own) as server:
        yield server


@pytest.fixture
def open_page(demo: Server, browser: Browser) -> Iterator[OpenPage]:
    """Opens a page of the demo as a reader would: `open_page("/openings", width=360, scripts=False, login="wang")`."""
    contexts: list[BrowserContext] = []

    def opened(
        path: str = "/", *, width: int = 360, scripts: bool = True, login: str = "", locale: str = "zh-CN"
    ) -> Page:
        context = browser.new_context(
            base_url=demo.url,
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
            locale=locale,
            accept_downloads=True,
        )
        contexts.append(context)
        context.set_default_timeout(60_000)
        page = context.new_page()
        if login:
            page.goto("/sign-in")
            page.fill("[name=login]", login)
            page.fill("[name=password]", PASSWORD)
            page.click("main form button")
            page.wait_for_url(lambda url: "/sign-in" not in url)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
