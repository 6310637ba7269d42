"""Curious partners in a real browser: foreign URLs, replayed forms, other people's files, sorting and counting."""

import re
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import OpenPage
from tests.journeys.test_school import own_class
from tests.ordeal.servers import Server

NOBODY = "987654321"
MOST_PAGES = 8
NUMBER = re.compile(r"(?<=/)[0-9]+(?=/|$|\?|\.)")
FRESH = re.compile(r'name="_key" value="[^"]*"|name="_csrf" value="[^"]*"')
LOOK = """() => ({
  links: [...document.querySelectorAll('main a[href^="/"]')].map(one => one.getAttribute('href').split(/[#?]/)[0]),
  forms: [...document.querySelectorAll('main form[method=post]')].map(one => [one.getAttribute('action'),
    [...new FormData(one).entries()].filter(([name, value]) => name[0] != '_' && typeof value == 'string')]),
  text: document.querySelector('main').innerText})"""
ASK = """async ([method, address, fields]) => {
  const sent = method == 'GET' ? {} : {method, body: new URLSearchParams(fields)};
  const answer = await fetch(address, {...sent, redirect: 'manual'});
  return [answer.type == 'opaqueredirect' ? 303 : answer.status, await answer.text(),
    answer.headers.get('content-type') || '', answer.headers.get('cache-control') || '']; }"""


@dataclass
class Seen:
    """What the pages of one desk link to: URLs with an id, forms, and the text of each page."""

    addresses: dict[str, str] = field(default_factory=dict)
    forms: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)


def ask(page: Page, method: str, address: str, fields: Any = None) -> tuple[int, str, str, str]:
    """The response to a request sent from the current page."""
    status, text, kind, cache = page.evaluate(ASK, [method, address, fields or []])
    return status, text, kind, cache


def look_round(page: Page, desk: str) -> Seen:
    """Visit every page of a desk as its owner."""
    seen, files = Seen(), list[str]()
    waiting = [urlsplit(page.url).path, desk]
    visited: set[str] = set()
    while waiting and len(visited) < MOST_PAGES:
        address = waiting.pop(0)
        if address in visited:
            continue
        visited.add(address)
        page.goto(address)
        look = page.evaluate(LOOK)
        if NUMBER.search(address):
            seen.addresses[address] = look["text"]
        seen.forms += [(action, fields) for action, fields in look["forms"] if action and NUMBER.search(action)]
        for link in look["links"]:
            if not NUMBER.search(link) or not link.startswith(desk):
                continue
            (files if ".xlsx" in link else waiting).append(link)
    for link in files:
        seen.addresses[link] = ""
    return seen


def refusal_text(text: str, address: str) -> str:
    """A page without the requested id and without fresh keys."""
    for number in NUMBER.findall(address):
        text = re.sub(rf"(?<=[/F]){number}\b", "#", text)
    return FRESH.sub("", text)


@pytest.fixture
def desks(open_page: OpenPage, demo: Server) -> dict[str, Seen]:
    """The desks of the second school, the second employer and a clerk."""
    school = open_page("/school", login="school2", width=1280)
    _send_roster(school)
    with sqlite3.connect(f"file:{_file(demo)}?mode=ro", uri=True) as connection:
        (name,) = connection.execute(
            "SELECT name FROM person WHERE centre_id = (SELECT centre_id FROM account WHERE login = 'clerk')"
        ).fetchone()
    return {
        "school2": look_round(school, "/school"),
        "employer2": look_round(open_page("/employer", login="employer2", width=1280), "/employer"),
        "clerk": look_round(_found(open_page("/counter", login="clerk", width=1280), name), "/counter"),
    }


def _send_roster(page: Page) -> None:
    page.goto(f"{own_class(page, '电子商务')}/roster")
    roster = "姓名,身份证号,联系电话\n郑好问,61049919800315123X,13800000001\n"
    page.set_input_files("input[type=file]", {"name": "花名册.csv", "mimeType": "text/csv", "buffer": roster.encode()})
    page.click("main form[enctype] button")
    page.wait_for_url("**/school/rosters/**")


def _found(page: Page, name: str) -> Page:
    page.fill("[name=words]", name)
    page.click("main form[action='/counter/find'] button")
    page.goto(page.get_attribute("main a[href^='/counter/people/']", "href") or "")
    return page


PAIRS = [
    ("school", "/school", "school2"), ("school", "/school", "employer2"), ("school", "/school", "clerk"),
    ("employer", "/employer", "employer2"), ("employer", "/employer", "school2"), ("employer", "/employer", "clerk"),
    ("escort", "/account", "school2"), ("escort", "/account", "employer2"), ("escort", "/account", "clerk"),
]  # fmt: skip


def test_changed_urls_replayed_forms_and_foreign_files_reveal_nothing(
    open_page: OpenPage, desks: dict[str, Seen], demo: Server
) -> None:
    wrong, tried = [], 0
    before = _kept(demo)
    for login, desk, owner in PAIRS:
        page = open_page(desk, login=login, width=1280)
        token = page.get_attribute("[name=_csrf]", "value") or ""
        for address, text in desks[owner].addresses.items():
            status, answer, kind, _ = ask(page, "GET", address)
            status_of_nobody, of_nobody, _, _ = ask(page, "GET", NUMBER.sub(NOBODY, address))
            tried += 1
            same = (status, refusal_text(answer, address)) == (
                status_of_nobody,
                refusal_text(of_nobody, NUMBER.sub(NOBODY, address)),
            )
            if not (status in (403, 404) and same and kind.startswith("text/html")) or _shared(text, answer):
                wrong.append(f"{login} GET {address}: {status}, nobody's {status_of_nobody}")
        for action, fields in desks[owner].forms:
            status, _, _, _ = ask(page, "POST", action, [*fields, ["_csrf", token]])
            tried += 1
            if status not in (403, 404):
                wrong.append(f"{login} POST {action}: {status}")
    assert wrong == []
    assert _kept(demo) == before
    assert tried > 60
    assert {owner: (bool(seen.addresses), bool(seen.forms)) for owner, seen in desks.items()} == dict.fromkeys(
        desks, (True, True)
    )
    assert any(".xlsx" in address for address in desks["school2"].addresses)


def _shared(own: str, answer: str) -> list[str]:
    """Texts of the owner's page, longer than a label, that appear in the response."""
    return [line for line in own.splitlines() if len(line.strip()) > 12 and line.strip() in answer]


def _kept(demo: Server) -> dict[str, int]:
    """The number of writes to each table, except sign-ins and logs of attempts."""
    traces = {"audit_entry", "audit_head", "sign_in", "tally", "job_run", "kept_answer", "account"}
    with sqlite3.connect(f"file:{_file(demo)}?mode=ro", uri=True) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: hash(repr(connection.execute(f'SELECT * FROM "{name}"').fetchall()))  # noqa: S608
            for name in names
            if name not in traces and not name.startswith("sqlite")
        }


def _file(demo: Server) -> Path:
    environment = Path(f"/proc/{demo.process.pid}/environ").read_bytes().split(b"\0")
    (folder,) = (variable.split(b"=", 1)[1] for variable in environment if variable.startswith(b"GANGQIAO_DATA_DIR="))
    return Path(folder.decode()) / "gangqiao.db"


ODD = (
    "sort=phone", "sort=identity_number", "sort=-contact_phone", "order_by=legal_person", "phone=13800000001",
    "identity_number=610499197503080022", "state=draft", "person_id=1", "centre_id=1", "limit=1000", "fields=phone",
)  # fmt: skip
LISTS = (
    ("employer", "/api/v1/applicants"), ("employer", "/api/v1/openings"), ("employer", "/employer/applicants"),
    ("school", "/api/v1/enrolments"), ("school", "/api/v1/classes"), ("school", "/api/v1/transmissions"),
    ("school", "/school"), ("escort", "/api/v1/openings"), ("escort", "/openings"), ("escort", "/api/v1/fairs"),
)  # fmt: skip


@pytest.mark.parametrize(("login", "address"), LISTS)
def test_lists_are_neither_sorted_nor_counted_by_hidden_data(open_page: OpenPage, login: str, address: str) -> None:
    page = open_page("/account", login=login)
    status, plain, _, _ = ask(page, "GET", address)
    assert status == 200
    for odd in ODD:
        status, answer, _, _ = ask(page, "GET", f"{address}?{odd}")
        if status != 422:
            assert (status, _counted(answer, odd)) == (200, _counted(plain, odd)), odd


def _counted(text: str, odd: str) -> str:
    # The address itself comes back in the switches of language and size.
    return re.sub(r'href="[^"]*"|action="[^"]*"|name="back" value="[^"]*"', "", FRESH.sub("", text.replace(odd, "")))


@pytest.mark.rule("free-text", "search")
def test_a_search_does_not_find_an_opening_by_the_number_of_its_contact(open_page: OpenPage, demo: Server) -> None:
    with sqlite3.connect(f"file:{_file(demo)}?mode=ro", uri=True) as connection:
        numbers = [
            number for row in connection.execute("SELECT contact_phone, legal_person FROM employer LIMIT 6")
            for number in row if number
        ]  # fmt: skip
    page = open_page("/account", login="escort")
    assert numbers
    for number in (*numbers, "610499197503080022"):
        known, unknown = (ask(page, "GET", f"/api/v1/openings?q={digits}")[1] for digits in (number, number[::-1]))
        assert known.replace(number, "") == unknown.replace(number[::-1], "")


@pytest.mark.parametrize("login", ["escort", "school", "employer"])
def test_partner_pages_have_no_links_to_people(open_page: OpenPage, login: str) -> None:
    page = open_page("/account", login=login)
    for address in ("/counter", "/audit", "/me/records", "/training-desk/flags", "/organiser", "/tokens", "/partners"):
        assert ask(page, "GET", address)[0] == 403
    assert ask(page, "POST", "/counter/find", [["words", "王秀兰"]])[0] == 403
    page.goto("/account")
    links = page.evaluate("() => [...document.querySelectorAll('a[href]')].map(one => one.getAttribute('href'))")
    assert [link for link in links if link.startswith(("/counter", "/audit", "/me", "/tokens"))] == []


def test_pages_of_signed_in_people_are_never_cached(open_page: OpenPage) -> None:
    page = open_page("/school", login="school")
    for address in ("/school", "/account", "/openings", "/api/v1/openings", "/audit"):
        assert ask(page, "GET", address)[3] == "no-store"
