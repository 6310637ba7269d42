"""What every test may ask for. Most take `database` (SQLite) or `any_database` (SQLite, then PostgreSQL)."""

import inspect
import ipaddress
import os
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from playwright.sync_api import Browser, sync_playwright

from centre import schema
from matching.live.kernels import folder_for
from tests import days
from tests.databases import OWNER, SERVICE, Cluster, absent, cluster, make_tables, settings_from
from tests.planted import planted

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Programs that tests start keep compiled modules, whatever the environment says: that halves the time of every start.
os.environ["PYTHONDONTWRITEBYTECODE"] = ""
# Kernels are cached on disk only if their folder is known before the first import of one. Otherwise each worker of a
# test run compiles them anew (50 s of processor time).
if find_spec("numba") is not None:
    os.environ.setdefault("NUMBA_CACHE_DIR", str(folder_for(Path(__file__).parents[1] / "build" / "kernels")))

hypothesis.settings.register_profile("gangqiao", deadline=None, print_blob=True, database=None)
hypothesis.settings.load_profile("gangqiao")


SLOW_FIXTURES = {"database", "postgres", "durable_postgres", "sqlite_template", "browser", "wheel"}
"""Fixtures that a quick run leaves out, together with every fixture or test that requests one of them."""

SLOW_FOLDERS = ("tests/journeys/", "tests/ordeal/")
PROGRAMS = {"tests.ordeal.servers", "subprocess"}
"""Outside tests/house, a test module that imports from these starts programs."""


@pytest.fixture(scope="session", autouse=True)
def own_pace() -> Iterator[None]:
    """`gangqiao match` lowers the priority of its process, which here would be that of every later test as well."""
    with planted(os, nice=lambda _by: 0):
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--quick` keeps the unit and house tests, `--day` takes them to another day."""
    parser.addoption("--quick", action="store_true", help="only tests without a database, a server or a browser")
    parser.addoption("--day", default="", help="the time in Shanghai at which the tests begin, as 2028-02-29T10:00")


def pytest_configure(config: pytest.Config) -> None:
    """Set the clock before the first module of the tests reads it."""
    if day := config.getoption("day"):
        days.begin(day)


def requests_at_run_time(item: pytest.Function) -> bool:
    """Whether a test or one of its fixtures calls `getfixturevalue`, which the list of fixture names does not show."""
    definitions = item._fixtureinfo.name2fixturedefs.values()
    functions = [item.function, *(fixture.func for fixtures in definitions for fixture in fixtures)]
    return any("getfixturevalue" in inspect.unwrap(function).__code__.co_names for function in functions)


def is_quick(item: pytest.Item) -> bool:
    """Whether a test needs no database, server, browser or other program, and no long calculation."""
    if not isinstance(item, pytest.Function):
        return True
    if SLOW_FIXTURES & set(item.fixturenames) or requests_at_run_time(item) or item.nodeid.startswith(SLOW_FOLDERS):
        return False
    if item.get_closest_marker("lengthy"):
        return False
    names = vars(item.module).values()
    modules = {getattr(value, "__module__", None) or getattr(value, "__name__", None) for value in names}
    return item.nodeid.startswith("tests/house/") or not PROGRAMS & modules


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow tests out of a quick run."""
    if config.getoption("quick"):
        kept = [item for item in items if is_quick(item)]
        config.hook.pytest_deselected(items=[item for item in items if not is_quick(item)])
        items[:] = kept


class NetworkClosed(RuntimeError):
    """A test tried to reach another machine."""


def is_local(host: object) -> bool:
    """Whether a host name or address is this machine's own."""
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host)).is_loopback
    except ValueError:
        return False


def keep_sockets_closed(event: str, arguments: tuple[Any, ...]) -> None:
    """Let sockets reach this machine only; an audit hook sees every connection that Python makes."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not is_local(host):
        raise NetworkClosed(f"tests stay on this machine, this one asked for {host!r}")


sys.addaudithook(keep_sockets_closed)


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest) -> None:
    """Every fixture with a database rests on this one; a quick run that reaches it has kept a test by mistake."""
    assert not request.config.getoption("quick"), "a quick run uses no database"


@pytest.fixture(scope="session")
def sqlite_template(databases: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the newest schema, made once and copied by each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    make_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres(databases: None) -> Iterator[Cluster]:
    """A PostgreSQL cluster that forgets the disk: quick, for everything but reliability."""
    with cluster() as server:
        yield server


@pytest.fixture(scope="session")
def durable_postgres(databases: None) -> Iterator[Cluster]:
    """A PostgreSQL cluster with fsync, for the tests that kill it."""
    with cluster(durable=True) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Cluster) -> str:
    """The name of a database with the newest schema, made once and copied by each test."""
    postgres.execute(f"CREATE DATABASE gangqiao OWNER {OWNER}")
    make_tables(postgres.url("gangqiao", OWNER))
    with settings_from(database_url=postgres.url("gangqiao", OWNER)):
        schema.admit(SERVICE)
    return "gangqiao"


@pytest.fixture
def postgres_url(postgres: Cluster) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    with postgres.fresh() as url:
        yield url


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Iterator[str]:
    """A fresh SQLite file with the newest schema; the settings point to it. Returns its address."""
    path = tmp_path / "gangqiao.db"
    shutil.copyfile(sqlite_template, path)
    with settings_from(database_url=f"sqlite:///{path}", data_dir=str(tmp_path), require_second_factor="false"):
        yield f"sqlite:///{path}"


@pytest.fixture
def postgres_database(postgres: Cluster, postgres_template: str, tmp_path: Path) -> Iterator[str]:
    """A fresh PostgreSQL database with the newest schema; the settings point to it. Returns its address."""
    with (
        postgres.emptied(postgres_template, SERVICE) as url,
        settings_from(database_url=url, data_dir=str(tmp_path), require_second_factor="false"),
    ):
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest) -> str:
    """The test runs twice: on a fresh SQLite file and on a fresh PostgreSQL database. Returns the address."""
    name = "database" if request.param == "sqlite" else "postgres_database"
    address: str = request.getfixturevalue(name)
    return address


@pytest.fixture
def database_url(any_database: str) -> str:
    """Another name of `any_database`."""
    return any_database


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window; a module's own, since one thread can drive only one at a time."""
    if not CHROMIUM.exists():
        absent("Chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield started
        started.close()
