"""A month's end of a county's and the city's manager, played at a telephone's and at a desk's width, and counted."""

import re
import sys
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from centre.clock import SHANGHAI
from centre.database import open_session
from centre.ledger import ServiceCategory, record_service
from centre.people import people
from centre.permissions import Actor
from matching.reports.rules import REPORT_LABELS, ReportKey
from tests.databases import settings_from
from tests.journeys.conftest import OpenPage, in_folder
from tests.journeys.counter import Counter, Visit, table_of

LI = "李桂芳"
CENTRES, COUNTY, CITY = 14, "秦都区援助中心(演示)", "全市各中心"
BOX = re.compile(rb"/MediaBox\s*\[\s*0 0 ([0-9.]+) ([0-9.]+)")
OWN_TABLE = ".table-frame:not(.chart *)"
"""A table of the report itself, not that of a chart."""
A4 = (842, 595)
"""Points of a landscape page."""


@pytest.fixture(scope="module", params=[360, 1280])
def width(request: pytest.FixtureRequest) -> int:
    """The width of the screen; each has a town of its own, whose months are open."""
    return int(request.param)


def visit_in(folder: Path, month: str) -> None:
    """Somebody of the county came in that month, which the clerk will take back after the month is closed."""
    year, number = map(int, month.split("-"))
    at = datetime(year, number, 10, 10, tzinfo=SHANGHAI)
    with settings_from(**in_folder(folder)), open_session(Actor.system().scope, write=True) as session:
        person = next(person for person in session.scalars(people()) if person.name == LI)
        record_service(
            session, Actor.system(), centre_id=person.centre_id, category=ServiceCategory.LEGAL, person_id=person.id,
            occurred_at=at,
        )  # fmt: skip


def last_month(desk: Counter) -> str:
    """The month before this one as the service calculates, whose clock is its own."""
    desk.page.goto("/reports")
    return desk.page.locator("#months tbody th").first.inner_text().strip()


def figures_on(page: Page) -> list[str]:
    """The figures of all tables of a report, in the order of reading; nothing where there is a dash."""
    cells = page.locator(f"main {OWN_TABLE} td.number").all_inner_texts()
    return [cell.strip().removeprefix("—").removesuffix(".00") for cell in cells]


def figures_in(file: Path) -> list[str]:
    """The figures of the workbook's tables, written as on the screen."""
    figures = []
    for sheet in openpyxl.load_workbook(file).worksheets:
        head = next(row[0].row for row in sheet.iter_rows() if len([cell for cell in row if cell.value]) > 1)
        for row in sheet.iter_rows(min_row=(head or 0) + 1):
            if row[0].value is None or "________" in str(row[0].value) or len(sheet[head]) < 2:
                continue
            if all(cell.value is None for cell in row[1:]) and not any(cell.has_style for cell in row[1:]):
                continue
            figures += [_written(cell.value, cell.number_format) for cell in row[1:]]
    return figures


def _written(value: object, form: str) -> str:
    if value is None or value == "":
        return ""
    assert isinstance(value, int | float), value
    return (f"{value:,.2f}" if form.endswith(".00") else f"{value:,.0f}").removesuffix(".00")


def lands(desk: Counter, *, centres: int, exception: str) -> None:
    desk.begins("start page: today's exceptions and the centres", "/manager")
    expect(desk.page.locator("#alerts li").first).to_be_visible()
    expect(desk.page.locator("#alerts")).to_contain_text(exception)
    expect(desk.page.locator("#centres tbody tr")).to_have_count(centres)


def deals_with_the_overdue(desk: Counter) -> None:
    desk.begins("an exception opened where it is dealt with", "/manager")
    desk.tap("#alerts a[href='/desk/petitions']")
    expect(desk.page.locator("main")).to_contain_text("超期")


def drills_down(desk: Counter) -> None:
    desk.begins("one centre's hires, from the start page", "/manager")
    row = desk.page.locator("#centres tbody tr", has_text=COUNTY)
    desk.tap(row.locator("a").nth(2))
    expect(desk.page.locator("h1")).to_contain_text("职业介绍")
    expect(desk.page.locator("main")).to_contain_text(COUNTY)


def reads_all_ten(desk: Counter, name: str) -> None:
    desk.begins(f"R1 to R10 of last month, {name}", "/manager")
    desk.tap("main a[href='/reports']")
    for key in ReportKey:
        desk.tap(f"main a[href^='/reports/{key.value}']:not([aria-current])")
        expect(desk.page.locator("h1")).to_contain_text(REPORT_LABELS[key])
        expect(desk.page.locator("main table")).not_to_have_count(0)
        assert desk.too_wide() == [], key


def prints(desk: Counter, key: ReportKey, *, signs: str) -> None:
    desk.begins(f"{key.value.upper()} printed on one page of A4", f"/reports/{key.value}")
    desk.press("打印一页")
    sheet(desk.page, signs)


def sheet(page: Page, signs: str) -> None:
    """The page is one sheet of A4 with unit, total and signature line."""
    expect(page.locator(".report-paper")).to_contain_text(f"填报单位：{signs}")
    expect(page.locator(".report-signatures")).to_contain_text("审核人")
    page.emulate_media(media="print")
    paper = page.pdf(prefer_css_page_size=True)
    page.emulate_media(media="screen")
    sizes = [tuple(round(float(part)) for part in size) for size in BOX.findall(paper)]
    assert sizes == [A4], page.url


def downloads(desk: Counter, key: ReportKey, folder: Path) -> None:
    desk.begins(f"{key.value.upper()} as a workbook with the same figures", f"/reports/{key.value}")
    shown = figures_on(desk.page)
    with desk.page.expect_download() as download:
        desk.press("下载表格")
    file = folder / f"{key.value}.xlsx"
    download.value.save_as(file)
    assert figures_in(file) == shown, key


def closes(desk: Counter, month: str, *, left: str) -> None:
    desk.begins(f"month closed, {left or 'all centres'}", "/manager")
    desk.tap("main a[href='/reports']")
    desk.press(f"月结 {month}")
    row = desk.page.locator("#months tbody tr", has_text=month)
    expect(row).not_to_contain_text(COUNTY)
    expect(row.get_by_role("button", name=f"月结 {month}")).to_have_count(0)


def category(desk: Counter, path: str, row: str) -> str:
    """The person-times of one category on the ledger's report."""
    desk.page.goto(path)
    return desk.page.locator(f"#kinds {OWN_TABLE} tbody tr", has_text=row).locator("td").first.inner_text().strip()


def month_of(address: str) -> str:
    query = parse_qs(urlsplit(address).query)
    return query["since"][0][:7]


def corrects_a_closed_month(clerk: Counter, manager: Counter) -> None:
    """A visit of the closed month is taken back: the closed report stays, the reversal counts in this month."""
    manager.page.goto("/reports/r9")
    closed, running = (
        manager.page.locator(".chips a", has_text=name).get_attribute("href") or "" for name in ("上月", "本月")
    )
    assert month_of(closed) < month_of(running)
    before = [category(manager, path, "法律服务") for path in (closed, running)]
    clerk.begins("a visit of a closed month taken back")
    clerk.finds(LI)
    clerk.press("记错了，作废")
    clerk.page.wait_for_url("**#services")
    manager.goes_on(clerk.visit, closed)
    expect(manager.page.locator("main")).to_contain_text("已经月结")
    assert category(manager, closed, "法律服务") == before[0]
    assert int(category(manager, running, "法律服务")) == int(before[1]) - 1


def replays(desk: Counter) -> None:
    desk.begins("a rule replayed over the year", "/manager")
    desk.tap("main a[href='/replay']")
    desk.press("试算")
    expect(desk.page.locator("main")).to_contain_text("一个不差")
    expect(desk.page.locator("#effects tbody tr").first).to_be_visible()


def test_a_month_end_of_county_and_city(open_page: OpenPage, width: int, folder: Path) -> None:
    book: list[Visit] = []
    county = Counter(open_page("/manager", width=width, login="county"), book, width)
    city = Counter(open_page("/manager", width=width, login="city"), book, width)
    clerk = Counter(open_page("/counter", width=width, login="clerk"), book, width)
    month = last_month(city)
    visit_in(folder, month)
    lands(county, centres=1, exception="帮扶业务超期")
    lands(city, centres=CENTRES, exception="来访来信来电过了答复期限")
    for desk in (county, city):
        assert desk.too_wide() == []
    deals_with_the_overdue(city)
    drills_down(city)
    reads_all_ten(county, "the county's")
    reads_all_ten(city, "the city's")
    prints(county, ReportKey.LEDGER, signs=COUNTY)
    prints(city, ReportKey.LEDGER, signs=CITY)
    for key in ReportKey:
        city.page.goto(f"/reports/{key.value}/paper")
        sheet(city.page, CITY)
    for key in ReportKey:
        downloads(city, key, folder)
    closes(county, month, left="one county's")
    closes(city, month, left="the others'")
    corrects_a_closed_month(clerk, city)
    replays(city)
    assert city.too_wide() == []
    sys.stdout.write(f"\n{width} px\n{table_of(book)}\n")
    assert max(visit.taps for visit in book) <= 1 + len(ReportKey), "one tap for each report"


def test_a_second_page_and_another_figure_are_noticed(open_page: OpenPage, tmp_path: Path) -> None:
    desk = Counter(open_page("/manager", width=1280, login="city"), [], 1280)
    desk.page.goto("/reports/r9/paper")
    desk.page.evaluate("document.querySelector('.report-paper').style.paddingBottom = '25cm'")
    with pytest.raises(AssertionError):
        sheet(desk.page, CITY)
    desk.page.route("**/reports/r9", lambda route: route.fulfill(body=_changed(route.fetch().text())))
    with pytest.raises(AssertionError):
        downloads(desk, ReportKey.LEDGER, tmp_path)


def _changed(page: str) -> str:
    return re.sub(r'(<td role="cell"[^>]*class="number"><span>)', r"\g<1>1", page, count=1)
