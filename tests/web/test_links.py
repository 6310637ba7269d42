"""No page shows its reader a link that fails, in the demo city and in a new one without any record."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import ExitStack
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest

from centre import network
from centre.accounts.actions import create_account
from centre.database import open_session
from centre.first_run import FirstAccount, FirstManager, FirstRun, set_up, suggested_centres
from centre.permissions import STAFF, Actor, Role
from tests.web.desks import Desk, Hall, opened
from web.demo.files import rows
from web.demo.town import PASSWORD

LINK = re.compile(r'<a\b[^>]*?\shref="([^"#]*)')
CODE = re.compile(r'class="error-code">\S+ ([a-z-]+)')
OFTEN = 2
"""How many pages of one kind an account opens: the next person's page links to what the first one's did."""
NEWCOMERS = [
    (role, 1 if role is Role.CITY_MANAGER else 2) for role in sorted(STAFF - {Role.COUNTY_MANAGER, Role.ADMINISTRATOR})
]
"""The staff of a new city, by the centres where they work: the city's, or a county's."""


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    with opened() as town:
        yield town


@pytest.fixture(params=[True, False], ids=["example rules", "no rules yet"])
def new_city(database: str, request: pytest.FixtureRequest) -> Iterator[Hall]:
    """A city as the first run leaves it, and an account of each staff role at the city centre and in a county."""
    network.forget_home()
    centres = tuple(suggested_centres("330600"))
    managers = tuple(
        FirstManager(login=f"county_manager-{place}", name="李四", password=PASSWORD, centre=centre.code)
        for place, centre in enumerate(centres[1:3], 2)
    )
    chief = FirstAccount(login="administrator-1", name="张三", password=PASSWORD)
    with open_session(Actor.system().scope, write=True) as session:
        draft = FirstRun(
            name="岭南市就业援助中心",
            centres=centres,
            administrator=chief,
            managers=managers,
            example_rules=request.param,
        )
        set_up(session, Actor.system(), draft=draft)
        for role, centre_id in NEWCOMERS:
            create_account(
                session, Actor.system(), login=f"{role}-{centre_id}", name="王五", password=PASSWORD, roles={role},
                centre_id=centre_id,
            )  # fmt: skip
    with ExitStack() as stack:
        yield Hall(stack)


def kind_of(address: str) -> str:
    """An address without its figures and values, by which pages of one kind are recognised."""
    parts = urlsplit(address)
    names = sorted({field.split("=")[0] for field in parts.query.split("&") if field})
    return re.sub(r"(?<=/)(?=[^/]*[0-9])[^/.]+", "*", parts.path) + "?" + "&".join(names)


def dead_links(desk: Desk, start: str = "/", often: int = OFTEN) -> tuple[int, list[str]]:
    """Follow links breadth first; the number of pages opened, and the links that failed with the page that had them."""
    waiting, seen, kinds, dead = deque([(start, "")]), {start}, Counter[str](), []
    while waiting:
        address, origin = waiting.popleft()
        answer = desk.client.get(address)
        if answer.status_code >= 400:
            reason = CODE.search(answer.text)
            dead.append(f"{origin} -> {address}: {answer.status_code} {reason[1] if reason else ''}")
        links = LINK.findall(answer.text) if "text/html" in answer.headers.get("content-type", "") else []
        for link in [*links, answer.headers.get("location", "")]:
            target = urljoin(address, unescape(link))
            kind = kind_of(target)
            if target.startswith("/") and target not in seen and kinds[kind] < often:
                kinds[kind] += 1
                seen.add(target)
                waiting.append((target, address))
    return len(seen), dead


def test_every_link_of_every_account_opens(hall: Hall) -> None:
    dead: dict[str, list[str]] = {}
    pages = 0
    for login in ["", *(row["login"] for row in rows("accounts"))]:
        opened_pages, failing = dead_links(hall.enter(login))
        pages += opened_pages
        if failing:
            dead[login] = failing
    assert dead == {}
    assert pages > 1_000


def test_every_link_of_a_new_city_opens(new_city: Hall, request: pytest.FixtureRequest) -> None:
    logins = ["", "administrator-1", "county_manager-2", *(f"{role}-{centre_id}" for role, centre_id in NEWCOMERS)]
    walks = {login: dead_links(new_city.enter(login), often=1) for login in logins}  # without records all are alike
    dead = [line for _, failing in walks.values() for line in failing]
    has_rules = "example" in request.node.name
    assert [line for line in dead if has_rules or not line.endswith(" 409 policy-missing")] == []
    assert all(pages > 20 for pages, _ in walks.values())


@pytest.mark.parametrize("new_city", [False], indirect=True)
def test_who_may_decide_on_rules_is_led_from_a_missing_one_to_the_list(new_city: Hall) -> None:
    for login, is_led in (("organiser-2", False), ("city_manager-1", True)):
        text = new_city.enter(login).get("/organiser/fairs/new", 409)
        assert "还没有“多少人以上的招聘会要安全许可”这项规则" in text
        assert ('href="/administration/rules"><svg' in text) is is_led
