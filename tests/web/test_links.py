"""No page of the demo city shows its reader a link that fails: every account follows what its pages offer."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest

from tests.web.desks import Desk, Hall, opened
from web.demo.files import rows

LINK = re.compile(r'<a\b[^>]*?\shref="([^"#]*)')
OFTEN = 2
"""How many pages of one kind an account opens: the next person's page links to what the first one's did."""


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    with opened() as town:
        yield town


def kind_of(address: str) -> str:
    """An address without its figures and values, by which pages of one kind are recognised."""
    parts = urlsplit(address)
    names = sorted({field.split("=")[0] for field in parts.query.split("&") if field})
    return re.sub(r"(?<=/)(?=[^/]*[0-9])[^/.]+", "*", parts.path) + "?" + "&".join(names)


def dead_links(desk: Desk, start: str = "/") -> tuple[int, list[str]]:
    """Follow links breadth first; the number of pages opened, and the links that failed with the page that had them."""
    waiting, seen, kinds, dead = deque([(start, "")]), {start}, Counter[str](), []
    while waiting:
        address, origin = waiting.popleft()
        answer = desk.client.get(address)
        if answer.status_code >= 400:
            dead.append(f"{origin} -> {address}: {answer.status_code}")
        links = LINK.findall(answer.text) if "text/html" in answer.headers.get("content-type", "") else []
        for link in [*links, answer.headers.get("location", "")]:
            target = urljoin(address, unescape(link))
            kind = kind_of(target)
            if target.startswith("/") and target not in seen and kinds[kind] < OFTEN:
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
