"""A school uploads a roster of 45 rows with 4 faulty ones, downloads its annotated file, and confirms."""

import io
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from centre.numbers import identity_check
from tests.journeys.conftest import OpenPage

HEADER = ["序号", "姓名", "性别", "身份证号", "文化程度", "人员类别", "联系电话", "培训工种", "培训等级", "备注"]


def number(serial: int, born: str = "19800315") -> str:
    """An identity number of the unassigned county that passes every check."""
    digits = f"610499{born}{serial:03d}"
    return digits + identity_check(digits)


def row(serial: int, identity: object, name: str = "") -> list[object]:
    sex = "男" if serial % 2 else "女"
    return [
        serial,
        name or "学员" + "甲乙丙丁戊己庚辛壬癸"[serial // 10 % 10] + "子丑寅卯辰巳午未申酉"[serial % 10],
        sex,
        identity,
        "初中",
        "下岗职工",
        f"1380913{serial:04d}",
        "服装缝纫",
        "五级",
        "",
    ]


def roster_rows() -> list[list[object]]:
    """IM-01: title, a line of remarks, the header on row 3, 41 valid rows, 4 faulty ones, and a footer."""
    rows: list[list[object]] = [["服装缝纫培训班学员花名册"], ["学校：咸阳扶贫技校    专业：服装缝纫"], list(HEADER)]
    rows += [row(serial, number(serial)) for serial in range(100, 141)]
    wrong = number(141)
    rows.append(row(141, wrong[:17] + ("1" if wrong[17] != "1" else "2")))
    rows.append(row(142, 6.10499198003151e17))
    rows.append(row(143, number(143, "20150101")))
    rows.append(row(100, number(100)))
    rows.append(["填表人：李老师", None, None, "审核人：", None, "2026-11-20"])
    return rows


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in roster_rows():
        sheet.append(line)
    sheet.merge_cells("A1:J1")
    book.save(path)
    return path


def gb18030(path: Path) -> Path:
    lines = [",".join("" if cell is None else str(cell) for cell in line) for line in roster_rows()]
    path.write_bytes("\r\n".join(lines).encode("gb18030"))
    return path


def own_class(page: Page, course: str = "服装缝纫") -> str:
    """The address of the school's class in a course, which recruits."""
    addresses = [str(link.get_attribute("href")) for link in page.locator("main a", has_text=course).all()]
    return next(address for address in addresses if re.fullmatch("/school/classes/[0-9]+", address))


def counts(page: Page) -> dict[str, int]:
    """The page's counts by verdict."""
    figures = {}
    for figure in page.locator(".figure").all():
        text = figure.inner_text()
        match = re.search(r"([0-9,]+)\s*(\S+)", text)
        assert match, text
        figures[match[2]] = int(match[1].replace(",", ""))
    return figures


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_forty_five_rows_with_four_bad_ones(open_page: OpenPage, tmp_path: Path, scripts: bool) -> None:
    """The second run uploads the same people again: nobody is added (IM-06)."""
    page = open_page("/school", width=360, scripts=scripts, login="school")
    page.get_by_role("link", name=re.compile("服装缝纫")).first.click()
    page.get_by_role("link", name=re.compile("花名册")).first.click()
    again = not scripts
    file = gb18030(tmp_path / "花名册.csv") if again else workbook(tmp_path / "花名册.xlsx")
    page.set_input_files("input[type=file]", str(file))
    page.get_by_role("button", name="上传并检查").click()
    page.wait_for_url("**/school/rosters/**")
    figures = list(counts(page).values())
    assert figures[:4] == ([0, 0, 41, 4] if again else [41, 0, 0, 4]), figures
    rows = ["".join(filter(str.isdigit, head)) for head in page.locator("tbody th").all_inner_texts()]
    assert rows[:4] == ["45", "46", "47", "48"], "rows with errors come first, numbered as the school's program does"
    with page.expect_download() as download:
        page.get_by_role("link", name="下载标红的文件").click()
    marked = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    cells = [str(cell.value) for line in marked.worksheets[0].iter_rows() for cell in line if cell.value]
    assert "错误说明" in cells
    page.get_by_role("button", name=re.compile("确认")).click()
    expect(page.locator("main")).to_contain_text("41" if not again else "没有")


def test_a_file_that_is_no_spreadsheet_is_refused_in_the_readers_language(open_page: OpenPage, tmp_path: Path) -> None:
    fake = tmp_path / "花名册.xlsx"
    fake.write_bytes(b"this is not a spreadsheet at all")
    for locale, words in (("zh-CN", "这个文件不能用"), ("en-US", "This file cannot be used")):
        page = open_page("/school", login="school", locale=locale)
        page.goto(own_class(page))
        page.locator("main a[href$='/roster']").first.click()
        page.set_input_files("input[type=file]", str(fake))
        page.locator("form[enctype] button").first.click()
        expect(page.get_by_role("alert")).to_contain_text(words)


def test_another_schools_class_and_roster_are_404(open_page: OpenPage) -> None:
    page = open_page("/school", login="school2")
    stranger = open_page("/school", login="school")
    answer = stranger.goto(own_class(page, "电子装接"))
    assert answer is not None
    assert answer.status == 404
