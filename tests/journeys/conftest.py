"""The demo city on a real server, and a real browser, for the journeys."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.screens import sign_in
from tests.ordeal.servers import Server, serving
from web.demo.town import PASSWORD

OpenPage = Callable[..., Page]


def in_folder(folder: Path) -> dict[str, str]:
    """The settings of a demo whose files are in a folder."""
    return {"data_dir": str(folder), "database_url": "", "demo": "true"}


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the demo town, filled by its command once in a run."""
    folder = tmp_path_factory.mktemp("filled")
    environment = os.environ | {f"GANGQIAO_{name.upper()}": value for name, value in in_folder(folder).items()}
    subprocess.run([sys.executable, "-m", "web", "demo", "--fill-only"], env=environment, check=True, timeout=600)
    return folder


@pytest.fixture(scope="module")
def width() -> int:
    """The width of the screen where a module plays at one only; a module that plays at several gives its own."""
    return 0


@pytest.fixture(scope="module")
def folder(width: int, filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the demo town; each test module, and each width of it, gets a fresh copy."""
    folder = tmp_path_factory.mktemp(f"demo{width}")
    shutil.copytree(filled, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def demo(folder: Path) -> Iterator[Server]:
    """The demo town on its own server."""
    with serving(**in_folder(folder)) as server:
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
            sign_in(page, login, PASSWORD)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
