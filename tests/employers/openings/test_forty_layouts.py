"""500 openings in 40 messy layouts with known right values: no wrong value is published; unclear cells are queried."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.database import open_session
from centre.grammars.pay import Pay, PayUnit
from centre.people import Education
from centre.text import traditional
from employers.openings import feeds
from employers.openings.imports import ImportVerdict, import_openings
from employers.openings.lists import read_list
from employers.openings.models import Opening
from employers.openings.rules import OpeningState, WageUnit
from tests.employers.world import OFFICER, SYSTEM, found_city, officer_account
from tests.layouts import Layout, layouts, written
from tests.planted import planted

NOON = datetime(2026, 11, 28, 12, tzinfo=clock.SHANGHAI)
EACH = 500 // 40 + 1
ASK = object()
"""The right value of a cell that can mean two things: none, until somebody is asked."""
UNCLEAR = 0.03
"""The share of cells that nobody can read for certain."""

Cell = tuple[str, Any]
Forms = Sequence[Callable[[random.Random], Cell]]
MONTH, DAY, HOUR, PIECE = WageUnit.MONTH, WageUnit.DAY, WageUnit.HOUR, WageUnit.PIECE
FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")


def monthly(dice: random.Random) -> Cell:
    """Pay of a month, in one of ten ways."""
    least = dice.randrange(26, 60) * 100
    most = least + dice.randrange(5, 40) * 100
    k = f"{least / 1000:g}-{most / 1000:g}K"
    forms = [
        f"{least}-{most}", f"{least}-{most}元/月", f"{least}～{most}元", f"{least:,}-{most:,}", k,
        f"月薪{least}至{most}元",
        f"{least / 10_000:g}-{most / 10_000:g}万", f"{least}—{most}/月+五险一金", f"{least}-{most}元/月(双休日)",
        f"{least}-{most}".translate(FULL_WIDTH), f"{least}-{most}元，包吃住", f"{least}元-{most}元",
    ]  # fmt: skip
    return dice.choice(forms), (MONTH, least * 100, most * 100)


def hourly(dice: random.Random) -> Cell:
    """Pay of an hour, half yuan among it."""
    half_yuan = dice.randrange(44, 70)
    yuan = f"{half_yuan / 2:g}"
    return dice.choice([f"{yuan}元/小时", f"时薪{yuan}元", f"{yuan}/小时"]), (HOUR, half_yuan * 50, None)


def daily(dice: random.Random) -> Cell:
    """Pay of a day."""
    least = dice.randrange(15, 30) * 10
    text = dice.choice([f"{least}-{least + 50}元/天", f"日薪{least}-{least + 50}", f"{least}-{least + 50}/天"])
    return text, (DAY, least * 100, least * 100 + 5_000)


def piece(dice: random.Random) -> Cell:
    """Pay for a piece, in fen."""
    fen = dice.randrange(20, 95)
    return f"{fen / 100:g}元/件", (PIECE, fen, None)


def unclear(*texts: str) -> Callable[[random.Random], Cell]:
    """Words that can mean two things, or nothing."""
    return lambda dice: (dice.choice(texts), ASK)


def people(dice: random.Random) -> Cell:
    """A number of people."""
    men, women = dice.randrange(1, 20), dice.randrange(1, 20)
    both = men + women
    forms = [
        (f"{both}", both), (f"{both}人", both), (f"招{both}名", both), (f"男{men}女{women}", both), ("二十", 20),
        ("若干", 1),
        (f"{both}名（限2026届）", both), (f"{both}人（18-45岁）", both), (f"{both}".translate(FULL_WIDTH), both),
        (f"共{both}人，其中男{men}女{women}", both),
    ]  # fmt: skip
    return dice.choice(forms)


def place(dice: random.Random) -> Cell:
    """A county or a city without counties."""
    forms = [
        ("秦都区", "610402"), ("610402", "610402"), ("咸阳（秦都区）", "610402"),
        ("陕西省咸阳市秦都区", "610402"), ("咸陽市秦都區", "610402"),
        ("咸阳市", "610400"), ("兴平县", "610481"), ("昆山市", "320583"), ("江苏省-苏州市-昆山市", "320583"),
        ("广东省东莞市", "441900"),
        ("北京市朝阳区", "110105"), ("渭城", "610404"), ("陕西咸阳渭城区", "610404"),
    ]  # fmt: skip
    return dice.choice(forms)


def schooling(dice: random.Random) -> Cell:
    """The least schooling."""
    forms = [
        ("初中", Education.JUNIOR), ("初中及以上", Education.JUNIOR),
        ("高中（中专、技校）及以上", Education.SENIOR), ("大学专科", Education.COLLEGE),
        ("大专及以上学历", Education.COLLEGE), ("不限", None), ("大专及以下", None),
        ("初中或高中", Education.JUNIOR), ("本科", Education.UNIVERSITY),
        ("小学以上文化程度", Education.PRIMARY), ("不限，大专优先", None),
    ]  # fmt: skip
    return dice.choice(forms)


def last_day(dice: random.Random) -> Cell:
    """A closing day."""
    day = date(2026, 12, dice.randrange(13, 32))
    serial = (day - date(1899, 12, 30)).days
    forms = [
        f"{day}", f"{day:%Y.%m.%d}", f"{day:%Y年%m月%d日}", f"{day:%Y/%m/%d}", f"{day:%Y%m%d}", f"{serial}",
        f"2026-12-01至{day}", f"{day} 00:00:00", f"{day.month}/{day.day}/{day.year}",
    ]  # fmt: skip
    return dice.choice(forms), day


def night(dice: random.Random) -> Cell:
    """Whether there is work at night."""
    forms = [
        ("是", True),
        ("否", False),
        ("√", True),
        ("×", False),
        ("不上", False),
        ("有", True),
        ("无", False),
        ("", None),
    ]
    return dice.choice(forms)


FIELDS: dict[str, tuple[tuple[str, ...], Forms]] = {
    "id": (("编号", "岗位编号"), ()),
    "title": (("岗位名称", "工种", "招聘岗位", "职位名称"), ()),
    "employer": (("单位名称", "企业名称", "用人单位"), ()),
    "content": (("工作内容", "岗位职责"), ()),
    "headcount": (("人数", "招聘人数", "需求人数"), (people, unclear("3-5人", "5或6", "十几个", "2、3人"))),
    "wage": (
        ("薪资", "工资待遇", "薪酬"),
        (monthly, monthly, monthly, hourly, daily, piece,
         unclear("3500 5000", "试用期3000转正4000", "15-2万", "5000-3500", "1500/周", "一万多", "100元/8小时",
         "4000-5000-6000")),
    ),
    "area": (("工作地点", "地区", "工作地区"),
    (place, unclear("鼓楼区", "西咸新区", "火星市", "秦都区、渭城区", "朝阳区"))),
    "education": (("学历", "学历要求"), (schooling, unclear("看情况", "高一"))),
    "valid_until": (("有效期至", "截止日期"),
    (last_day, unclear("12月底", "26-12-29", "2026年12月", "3/4/2027", "下月"))),
    "night_shift": (("夜班", "是否夜班"), (night, unclear("有时", "看排班"))),
}  # fmt: skip


def cell_of(dice: random.Random, forms: Forms) -> Cell:
    """A cell in any of its clear forms, rarely in an unclear one."""
    return (forms[-1] if dice.random() < UNCLEAR else dice.choice(forms[:-1]))(dice)


def rows_of(layout: Layout) -> tuple[list[list[str]], dict[str, dict[str, Any]]]:
    """The rows of a list, and the right values by the openings' ids."""
    dice, rows, right = random.Random(layout.seed + 1_000), [], {}
    for number in range(EACH):
        name = f"L{layout.seed}-{number}"
        fixed = {"id": name, "title": f"包装工{number}", "employer": "岗桥示例物业公司", "content": "包装成品"}
        cells: dict[str, Cell] = {field: (text, None) for field, text in fixed.items()}
        cells |= {field: cell_of(dice, forms) for field, (_, forms) in FIELDS.items() if forms}
        texts = [cells[field][0] for field in FIELDS]
        rows.append([traditional(text) for text in texts] if layout.old_script else texts)
        right[name] = {field: cells[field][1] for field, (_, forms) in FIELDS.items() if forms}
    return rows, right


def value_of(opening: Opening, field: str) -> Any:
    """What is shown for a column."""
    values = {
        "headcount": opening.headcount, "area": opening.region_code, "education": opening.min_education,
        "wage": (opening.wage_unit, opening.wage_min_fen, opening.wage_max_fen), "valid_until": opening.valid_until,
        "night_shift": opening.night_shift,
    }  # fmt: skip
    return values[field]


@pytest.fixture
def session(database: str, frozen: None) -> Iterator[Session]:
    """A write session in the city; what a text means does not depend on the database."""
    with open_session(SYSTEM.scope, write=True) as opened:
        found_city(opened)
        officer_account(opened)
        yield opened


def outcome(session: Session, lists: int = 40) -> tuple[list[tuple[str, str, Any, Any]], dict[str, int]]:
    """Import some or all of the lists: the wrong values that came in, and how many openings were queried."""
    wrong: list[tuple[str, str, Any, Any]] = []
    counts = {"openings": 0, "asked": 0, "unclear": 0, "asked though clear": 0, "on show": 0}
    headings = [names for names, _ in FIELDS.values()]
    for layout in layouts(("xlsx", "xls", "csv", "csv", "jsonl"))[:lists]:
        rows, right = rows_of(layout)
        data = written(layout, headings, rows, ["合计", "", "", "88"])
        openings = read_list(data, layout.name)
        assert len(openings.lines) == EACH, (layout, [remark.code for remark in openings.remarks])
        with clock.frozen(NOON):
            report = import_openings(
                session, OFFICER, openings.lines, source_name="各地", publish=True, remarks=openings.remarks
            )
        kept = {
            opening.external_id: opening
            for opening in session.scalars(select(Opening).where(Opening.external_id.in_(right)))
        }
        counts["openings"] += EACH
        counts["on show"] += report.counts[ImportVerdict.OPEN]
        for name, values in right.items():
            is_unclear = ASK in values.values()
            opening = kept.get(name)
            counts["unclear"] += is_unclear
            counts["asked"] += opening is None
            counts["asked though clear"] += opening is None and not is_unclear
            if opening is not None:
                wrong += [
                    (name, field, value_of(opening, field), value)
                    for field, value in values.items()
                    if value is ASK or value_of(opening, field) != value
                ]
    return wrong, counts


def test_no_value_of_500_messy_openings_is_wrong(session: Session) -> None:
    wrong, counts = outcome(session)
    assert wrong == []
    assert counts["openings"] >= 500
    assert counts["asked though clear"] == 0
    assert counts["asked"] == counts["unclear"] > 0
    assert 300 < counts["on show"] <= counts["openings"] - counts["asked"], "what the law forbids stays a draft"
    shown = select(Opening).where(Opening.state == OpeningState.OPEN)
    assert len(session.scalars(shown).all()) == counts["on show"]


def test_a_reader_that_takes_the_first_figure_publishes_wrong_values(session: Session) -> None:
    def first(text: str) -> Pay:
        figure = re.search("[0-9]+", text)
        return Pay(PayUnit.MONTH, int(figure[0]) * 100 if figure else None)

    with planted(feeds, read_pay=first):
        wrong, _ = outcome(session, lists=5)
    assert {field for _, field, _, _ in wrong} == {"wage"}
