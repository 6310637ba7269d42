"""How each way of writing a field is read; an ambiguous cell is queried, never guessed."""

from datetime import date
from typing import Any

import pytest

from centre.grammars import ages, answers, dates, headcount, pay, schooling
from centre.grammars.ages import Ages
from centre.grammars.pay import PayUnit
from centre.grammars.reading import Unreadable, numeral
from centre.grammars.schooling import Grade

TODAY = date(2026, 11, 28)
MONTH, DAY, HOUR, PIECE = PayUnit.MONTH, PayUnit.DAY, PayUnit.HOUR, PayUnit.PIECE


@pytest.mark.parametrize(
    ("text", "unit", "least", "most"),
    [
        ("8000-1.2万", MONTH, 8000, 12000), ("4500元/月(双休日)", MONTH, 4500, None), ("13薪 4-6K", MONTH, 4000, 6000),
        ("25-30元/小时", HOUR, 25, 30), ("0.35元/件", PIECE, 0.35, None), ("３５００－５０００元", MONTH, 3500, 5000),
        ("3,500-5,000", MONTH, 3500, 5000), ("4500元/月（每天8小时）", MONTH, 4500, None),
        ("1-1.2万", MONTH, 10000, 12000), ("三千到五千", MONTH, 3000, 5000), ("三四千", MONTH, 3000, 4000),
        ("两千八", MONTH, 2800, None), ("日薪150-200", DAY, 150, 200), ("18.5元/小时", HOUR, 18.5, None),
        ("4000以上", MONTH, 4000, None), ("最高6000", MONTH, None, 6000), ("4-6K·13薪", MONTH, 4000, 6000),
        ("3500-5000元/月+五险一金+包吃住", MONTH, 3500, 5000), ("年薪6-8万", MONTH, 5000, 6666.66),
        ("面议", MONTH, None, None), ("计件", PIECE, None, None), ("薪资面议(4000左右)", MONTH, 4000, None),
    ],
)  # fmt: skip
def test_pay_is_read_whole(text: str, unit: PayUnit, least: float | None, most: float | None) -> None:
    reading = pay.read_pay(text)
    assert (reading.unit, reading.least_fen, reading.most_fen) == (
        unit, None if least is None else round(least * 100), None if most is None else round(most * 100),
    )  # fmt: skip


def test_pay_keeps_its_fixed_part_piece_rates_and_wages_of_a_year_apart() -> None:
    assert pay.read_pay("底薪2300 综合5500-7200").base_fen == 230_000
    assert pay.read_pay("2200底薪+提成").base_fen == 220_000
    assert pay.read_pay("计件 4000-6000").by_piece
    assert pay.read_pay("8000-12000·14薪").months == 14


@pytest.mark.parametrize(
    "text",
    [
        "", "abc", "15-2万", "1.2万-8000", "5000-3500", "25-30", "3500 5000", "3500/4500", "试用期3000转正4000",
        "100元/8小时", "$500", "3500.555", "1500/周", "底薪3000元+绩效+全勤奖200元", "4000-5000-6000",
        "4000元/月20元/小时",
    ],
)  # fmt: skip
def test_pay_that_could_mean_two_things_is_queried(text: str) -> None:
    with pytest.raises(Unreadable):
        pay.read_pay(text)


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("5", 5), ("二十", 20), ("十五人", 15), ("男2女3", 5), ("共5人，男2女3", 5), ("5人（男2女3）", 5),
        ("20人（18-45岁）", 20), ("10名（限2026届）", 10), ("5人（急）", 5), ("若干", None),
    ],
)  # fmt: skip
def test_headcounts_are_read_whole(text: str, people: int | None) -> None:
    assert headcount.read_headcount(text).people == people


@pytest.mark.parametrize("text", ["", "0", "3-5人", "2人/班", "5+", "各2名", "男2", "5（2班）", "6人，男2女3", "人"])
def test_headcounts_that_could_mean_two_things_are_queried(text: str) -> None:
    with pytest.raises(Unreadable):
        headcount.read_headcount(text)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("26-12-31", None, (2026, 12, 31)), ("12/31/26", None, (2026, 12, 31)), ("31/12/2026", None, (2026, 12, 31)),
        ("2026.11.1-2026.12.31", (2026, 11, 1), (2026, 12, 31)), ("46387", None, (2026, 12, 31)),
        ("2026-12-01至2027-02-28", (2026, 12, 1), (2027, 2, 28)), ("2026-12-31 00:00:00", None, (2026, 12, 31)),
        ("2026.11.1-12.31", (2026, 11, 1), (2026, 12, 31)), ("即日起至2026-12-31", None, (2026, 12, 31)),
        ("2027-01-31T23:59:59+08:00", None, (2027, 1, 31)), ("26.11.1", None, (2026, 11, 1)),
    ],
)  # fmt: skip
def test_days_and_spans_are_read_whole(text: str, first: Any, last: Any) -> None:
    span = dates.read_span(text, today=TODAY)
    assert (span.first, span.last) == (first and date(*first), date(*last))


def test_a_validity_without_an_end_is_open() -> None:
    assert dates.read_span("长期有效", today=TODAY) == dates.Span(None, None, is_open=True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026年12月", "date-day-missing"), ("12月31日", "date-year-missing"), ("05/06/2026", "date"),
        ("11/12/26", "date"), ("2026-02-30", "date"), ("2027-02-28至2026-12-01", "date"), ("", "date"),
    ],
)  # fmt: skip
def test_days_that_could_mean_two_things_are_queried(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        dates.read_span(text, today=TODAY)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("大专以下", None, Grade.COLLEGE), ("大学专科", Grade.COLLEGE, None), ("大专及以上", Grade.COLLEGE, None),
        ("高中（中专、技校）及以上", Grade.SENIOR, None), ("不限，大专优先", None, None), ("不限", None, None),
        ("初中或高中", Grade.JUNIOR, None), ("本科及以上学历", Grade.UNIVERSITY, None),
        ("初中-高中", Grade.JUNIOR, Grade.SENIOR),
    ],
)  # fmt: skip
def test_schooling_is_read_whole(text: str, least: Grade | None, most: Grade | None) -> None:
    assert schooling.read_schooling(text) == schooling.Schooling(least, most)


@pytest.mark.parametrize("text", ["", "博士后", "大专以上，会计专业", "高", "看情况"])
def test_unknown_schooling_is_queried(text: str) -> None:
    with pytest.raises(Unreadable):
        schooling.read_schooling(text)


def test_yes_no_and_nothing_stated_are_three_answers() -> None:
    assert [answers.read_answer(text) for text in ("接受", "√", "不接受", "没有", "", "/", "不详")] == [
        True, True, False, False, None, None, None,
    ]  # fmt: skip
    for text in ("夜班", "看情况", "2"):
        with pytest.raises(Unreadable):
            answers.read_answer(text)


def test_ages_are_read_whole_and_a_bare_figure_is_queried() -> None:
    assert ages.read_ages("18-45岁") == Ages(18, 45)
    assert ages.read_ages("50岁以下") == Ages(None, 50)
    assert ages.read_ages("18周岁以上，45周岁以下") == Ages(18, 45)
    for text in ("50", "45-18", "18-45-60", "45岁以上18岁以下"):
        with pytest.raises(Unreadable):
            ages.read_ages(text)


def test_chinese_numerals_are_read_as_people_say_them() -> None:
    assert [numeral(word) for word in ("二十", "一万二", "两千八", "两千零八", "三百五十", "一二三", "百千")] == [
        20, 12_000, 2_800, 2_008, 350, 123, None,
    ]  # fmt: skip
