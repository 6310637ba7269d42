"""A corpus of faulty rosters: the same counts and rows on the screen, through the API and in the returned file."""

import io
import re
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest

from centre import clock, privacy
from tests.training import world
from tests.training.browser import Browser, open_browser
from tests.training.corpus import CORPUS, every, written
from tests.training.rostering import confirm, kept
from web.app import build

EXPLAINED = "错误说明"
Rows = set[tuple[str, int]]
COUNTS = ("creates", "updates", "unchanged", "errors", "ignored")


@pytest.fixture
def school(database: str) -> Iterator[tuple[world.City, Browser]]:
    privacy.forget_keys()
    with clock.frozen(world.MONDAY):
        city = world.build()
        yield city, open_browser(build(), city, "registrar")


def send(school: Browser, class_id: int, content: bytes, name: str) -> str:
    """Upload through the form; returns the address of the verdict."""
    sent = school.send_form(f"/school/classes/{class_id}/roster", files={"file": (name, content)})
    assert sent.status_code == 303, sent.text[-2000:]
    return str(sent.headers["location"])


def on_screen(school: Browser, address: str) -> tuple[list[int], Rows]:
    """The counts of the page, and the rows that it lists as wrong."""
    page = school.get(address).text
    links = re.findall(r'<strong>([0-9]+)</strong><a href="[^"]*verdict=([a-z]+)"', page)
    counts = {verdict: int(number) for number, verdict in links}
    wrong = school.get(f"{address}?verdict=error").text
    rows = re.findall(r"第 ([0-9]+) 行</span>(?:<br><small>([^<]*)</small>)?", wrong)
    return [counts[name] for name in ("create", "update", "unchanged", "error", "ignored")], {
        (sheet, int(row)) for row, sheet in rows
    }


def through_api(school: Browser, upload_id: str) -> tuple[list[int], Rows, int]:
    """The same from the API, and how many sheets the wrong rows are on."""
    upload: dict[str, Any] = school.get(f"/api/v1/rosters/{upload_id}").json()
    rows = school.get(f"/api/v1/rosters/{upload_id}/rows?verdict=error&limit=1000").json()
    return [upload[name] for name in COUNTS], {(row["sheet"], row["row"]) for row in rows}, upload["total"]


def explained(content: bytes) -> Rows:
    """The rows of a returned file that carry an explanation."""
    explained_rows: Rows = set()
    for page in openpyxl.load_workbook(io.BytesIO(content)):
        columns = [cell.column for row in page.iter_rows(max_row=10) for cell in row if cell.value == EXPLAINED]
        for number in range(1, page.max_row + 1) if columns else ():
            explanation = page.cell(number, columns[0]).value
            if explanation and explanation != EXPLAINED:
                explained_rows.add((page.title, number))
    return explained_rows


def agree(screen: Rows, api: Rows, returned: Rows) -> bool:
    """Whether all three name the same rows; the screen leaves the sheet out where there is only one."""
    plain = {row for _, row in screen} == {row for _, row in api}
    return plain and all(not sheet or (sheet, row) in api for sheet, row in screen) and _rows(api) == _rows(returned)


def _rows(rows: Rows) -> list[int]:
    return sorted(row for _, row in rows)


@pytest.mark.parametrize(("name", "kind"), list(every()))
def test_screen_api_and_returned_file_agree(school: tuple[world.City, Browser], name: str, kind: str) -> None:
    city, browser = school
    nasty = CORPUS[name]
    address = send(browser, world.add_class(city), *written(nasty, kind))
    counts, screen = on_screen(browser, address)
    api_counts, api, _ = through_api(browser, address.rsplit("/", 1)[1])
    assert counts == api_counts == [nasty.creates, 0, 0, nasty.errors, nasty.ignored]
    assert len(api) == nasty.errors
    assert agree(screen, api, explained(browser.get(f"{address}/marked.xlsx").content))
    assert kept() == (2, 0, 0)


def test_the_corpus_holds_every_kind_of_file_and_more_than_thirty_rosters() -> None:
    rosters = list(every())
    assert len({name for name, _ in rosters}) >= 36
    assert {kind for _, kind in rosters} == {"xlsx", "xls", "gb18030", "utf-8", "utf-8-sig"}
    assert (
        min(sum(kind == wanted for _, kind in rosters) for wanted in ("xlsx", "xls", "gb18030", "utf-8", "utf-8-sig"))
        >= 5
    )


@pytest.mark.parametrize("kind", ["xlsx", "xls", "gb18030", "utf-8"])
def test_a_trainee_from_another_file_differs_from_a_duplicate_in_this_one(
    school: tuple[world.City, Browser], kind: str
) -> None:
    city, browser = school
    class_id = world.add_class(city)
    first = send(browser, class_id, *written(CORPUS["nothing wrong"], "xlsx"))
    confirm(city, int(first.rsplit("/", 1)[1]))
    address = send(browser, class_id, *written(CORPUS["the same person twice"], kind))
    counts, screen = on_screen(browser, address)
    api_counts, api, _ = through_api(browser, address.rsplit("/", 1)[1])
    assert counts == api_counts == [0, 0, 5, 1, 0]
    assert agree(screen, api, explained(browser.get(f"{address}/marked.xlsx").content))


def test_a_returned_file_that_hides_a_fault_is_caught(school: tuple[world.City, Browser]) -> None:
    city, browser = school
    address = send(browser, world.add_class(city), *written(CORPUS["several sheets"], "xlsx"))
    _, screen = on_screen(browser, address)
    _, api, _ = through_api(browser, address.rsplit("/", 1)[1])
    content = browser.get(f"{address}/marked.xlsx").content
    assert agree(screen, api, explained(content))
    book = openpyxl.load_workbook(io.BytesIO(content))
    ((sheet, row),) = explained(content)
    book[sheet].cell(row, book[sheet].max_column).value = None
    packed = io.BytesIO()
    book.save(packed)
    assert not agree(screen, api, explained(packed.getvalue()))
