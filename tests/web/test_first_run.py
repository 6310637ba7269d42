"""A city made out of nothing: by `gangqiao init`, or on the first-run page with the key from the terminal."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2 as httpx
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from typer.testing import CliRunner

from centre import installation, network
from centre.accounts.models import Account
from centre.database import open_session
from centre.first_run import city_named, has_administrator, suggested_centres
from centre.network import Centre, centre_of
from centre.permissions import Actor
from centre.policy import PolicyRule
from centre.privacy import token_digest
from centre.regions import children, counties, is_city
from tests.databases import settings_from
from tests.house.source import ROOT
from tests.ordeal.servers import free_port
from tests.planted import planted
from web.app import build
from web.commands import app
from web.pages.public import first_run

SYSTEM = Actor.system()
KEY = "ABCD-EFGH-JKLM"
ANSWERS = """
name = "岭南市就业援助中心"
hotline = "0575-12345"
city = "绍兴"
counties = ["330602", "330603", "330604", "330624", "330681"]
example_rules = true
[administrator]
login = "Chief"
name = "张三"
[[managers]]
login = "shaoxing"
name = "李四"
centre = "330600"
[[managers]]
login = "yuecheng"
name = "王五"
centre = "330602"
"""


@pytest.fixture(autouse=True)
def empty(any_database: str) -> Iterator[None]:
    """An installation with tables and a key, and with nothing else."""
    del any_database
    network.forget_home()
    installation.sign.forget()
    with settings_from(first_run_key=token_digest(KEY.replace("-", ""))):
        yield


def initialise(*words: str, password: str = "") -> tuple[int, str]:
    done = CliRunner().invoke(app, ["init", *words], env={"GANGQIAO_NEW_PASSWORD": password})
    return done.exit_code, done.output


def client() -> TestClient:
    return TestClient(build(), headers={"origin": "http://testserver"}, follow_redirects=False)


def form(**changes: str) -> dict[str, str]:
    lines = [f"{entry.code},{entry.name},{entry.region}" for entry in suggested_centres("420100")[:4]]
    return {
        "key": KEY, "name": "江城市就业援助中心", "hotline": "027-12345", "centres": "\n".join(lines), "login": "chief",
        "person": "张三", "password": "麦子熟了八月天好", "managers": "head，李四，420100\ncounty,王五,420102",
    } | changes  # fmt: skip


def accounts() -> dict[str, tuple[list[str], int | None]]:
    with open_session(SYSTEM.scope) as session:
        rows = session.scalars(select(Account).order_by(Account.id))
        return {account.login: (account.roles, account.centre_id) for account in rows}


def test_an_answers_file_makes_the_whole_city(tmp_path: Path) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text(ANSWERS, encoding="utf-8")
    code, output = initialise("--answers", str(answers), password="麦子熟了八月天好")
    assert (code, output.count("First password of")) == (0, 2), output
    assert accounts() == {
        "chief": (["administrator"], None),
        "shaoxing": (["city_manager"], 1),
        "yuecheng": (["county_manager"], 2),
    }
    with open_session(SYSTEM.scope) as session:
        assert [centre.code for centre in session.scalars(select(Centre).order_by(Centre.id))][:3] == [
            "330600", "330602", "330603",
        ]  # fmt: skip
        assert centre_of(session, "330624").code == "330624"
        assert centre_of(session, "110101").code == "330600"
        assert session.scalar(select(PolicyRule.id).limit(1)) is not None
    assert network.home() == "330600"
    front = client().get("/").text
    assert "岭南市就业援助中心" in front
    assert "0575-12345" in front
    assert initialise("--answers", str(answers))[0] == 1
    assert client().get("/first-run").status_code == 404


def test_a_csv_file_of_centres_and_rules_left_out(tmp_path: Path) -> None:
    listed = tmp_path / "centres.csv"
    listed.write_bytes("编号,名称,地区\nA01,越城中心,越城区\nA02,柯桥中心,330603\n".encode("gb18030"))
    code, output = initialise("--city", "330600", "--counties", str(listed), "--yes")
    assert code == 0, output
    with open_session(SYSTEM.scope) as session:
        centres = session.scalars(select(Centre).order_by(Centre.id))
        assert [(centre.code, centre.region_code) for centre in centres] == [
            ("330600", "330600"), ("A01", "330602"), ("A02", "330603"),
        ]  # fmt: skip
        assert session.scalar(select(PolicyRule.id).limit(1)) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--city", "火星"), "No such city"),
        (("--city", "330602"), "No such city"),
        (("--city", "绍兴", "--counties", "330102"), "no county of this city"),
    ],
)
def test_an_impossible_city_is_refused_and_nothing_is_written(words: tuple[str, ...], expected: str) -> None:
    code, output = initialise(*words, "--yes")
    assert code != 0
    assert expected in output
    assert accounts() == {}


def test_the_page_asks_for_the_city_then_for_the_rest_and_closes_behind_the_administrator() -> None:
    browser = client()
    assert 'name="city"' in browser.get("/first-run").text
    filled = browser.get("/first-run?city=武汉").text
    assert "420102,江岸区就业援助中心,420102" in filled
    done = browser.post("/first-run", data=form())
    assert done.status_code == 200, done.text
    assert done.text.count("<code>") == 2
    assert sorted(accounts()) == ["chief", "county", "head"]
    assert browser.get("/first-run").status_code == 404
    assert browser.post("/first-run", data=form(login="second")).status_code == 404
    assert browser.get("/register").status_code == 200
    entered = browser.post("/sign-in", data={"login": "chief", "password": "麦子熟了八月天好"})
    assert entered.status_code == 303


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "ABCD-EFGH-JKLN"}, {"key": ""}, {"centres": "420102,区中心,420102"}, {"centres": "一行"},
        {"centres": "420100,市,420100\n330602,越城,330602"}, {"managers": "head,李四,999999"}, {"password": "12345678"},
        {"login": "13800000001"},
    ],
)  # fmt: skip
def test_a_wrong_key_or_a_wrong_line_writes_nothing(changes: dict[str, str]) -> None:
    answer = client().post("/first-run", data=form(**changes))
    assert answer.status_code == 422
    with open_session(SYSTEM.scope) as session:
        assert session.scalar(select(Centre.id).limit(1)) is None
        assert not has_administrator(session)


def test_keys_are_not_guessed_for_long() -> None:
    browser = client()
    answers = [browser.post("/first-run", data=form(key=f"ABCD-EFGH-{n:04}")).status_code for n in range(25)]
    assert answers.count(429) == 25 - first_run.MOST_TRIES


def test_a_planted_page_that_asks_for_no_key_is_caught() -> None:
    with planted(first_run, _require_key=lambda _typed: None):
        assert client().post("/first-run", data=form(key="x")).status_code == 200


def test_every_city_of_the_tree_can_be_set_up() -> None:
    cities = [place.code for province in children() for place in (province, *children(province.code))]
    cities = [code for code in cities if is_city(code)]
    assert len(cities) > 330
    for code in cities:
        assert city_named(code) == code
        assert len(suggested_centres(code)) == 1 + len(counties(code))
    assert len(counties("310000")) == 16


def test_the_server_prints_a_key_that_opens_the_page_once(any_database: str) -> None:
    port, printed = free_port(), None
    command = [sys.executable, "-u", "-m", "web", "serve", "--port", str(port), "--processes", "2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if printed := re.fullmatch(r"\s+([2-9A-Z]{4}(?:-[2-9A-Z]{4}){2})\n", line):
                break
        assert printed is not None, "no key was printed"
        address = f"http://127.0.0.1:{port}"
        wait_until_ready(f"{address}/health/ready")
        headers = {"origin": address}
        wrong = httpx.post(f"{address}/first-run", data=form(), headers=headers, timeout=60)
        right = httpx.post(f"{address}/first-run", data=form(key=printed[1].lower()), headers=headers, timeout=60)
        again = httpx.post(f"{address}/first-run", data=form(key=printed[1]), headers=headers, timeout=60)
        assert (wrong.status_code, right.status_code, again.status_code) == (422, 200, 404)
    finally:
        process.terminate()
        process.communicate(timeout=60)
    assert sorted(accounts()) == ["chief", "county", "head"]


def wait_until_ready(address: str) -> None:
    for _ in range(600):
        with suppress(httpx.HTTPError):
            if httpx.get(address, timeout=10).status_code == 200:
                return
        time.sleep(0.2)
    pytest.fail("the server is not ready")
