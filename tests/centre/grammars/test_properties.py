"""R26: rendered values are read back unchanged; junk and truncated text are queried, never misread."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from centre.grammars import dates, headcount, pay, schooling
from centre.grammars.pay import Pay, PayUnit
from centre.grammars.reading import Unreadable
from centre.grammars.schooling import Grade
from tests.ordeal.lengths import LONG
from tests.planted import planted

TODAY = date(2026, 11, 28)
CASES = settings(max_examples=1_000_000 if LONG else 500, deadline=None, database=None)
UNITS = {
    PayUnit.MONTH: ("元/月", "元每月", "/月"),
    PayUnit.DAY: ("元/天", "/天"),
    PayUnit.HOUR: ("元/小时", "/小时"),
    PayUnit.PIECE: ("元/件", "/件"),
}
BESIDE = ("", "+提成", "（双休日）", "，包吃住", "（每天8小时）", "·13薪", "+五险一金")
REMARKS = ("", "（18-45岁）", "（限2026届）", "（急）")
FORMS = ("%Y-%m-%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y/%m/%d")
GRADES = {
    Grade.COLLEGE: ("大专", "大学专科"), Grade.UNIVERSITY: ("本科", "大学本科"), Grade.SENIOR: ("高中",),
    Grade.JUNIOR: ("初中",), Grade.PRIMARY: ("小学",),
}  # fmt: skip


def plain(fen: int) -> str:
    """Yuan as people write them, without noughts at the end."""
    return f"{fen / 100:.2f}".rstrip("0").rstrip(".")


def thousands(fen: int) -> str:
    return f"{fen / 10_000_00:g}万" if fen % 100_000 == 0 and fen >= 10_000_00 else plain(fen)


@st.composite
def written_pay(draw: st.DrawFn) -> tuple[str, Pay]:
    unit = draw(st.sampled_from(list(PayUnit)))
    least = draw(st.integers(500, 30_000)) * (100 if unit is PayUnit.MONTH else 1)
    most = draw(st.one_of(st.none(), st.integers(least + 1, least * 3)))
    if unit is PayUnit.MONTH and most is not None:
        most = most // 100 * 100 + 100
    write = draw(st.sampled_from([plain, thousands]))
    dash = draw(st.sampled_from(["-", "～", "至", "—", " - "]))
    figures = write(least) + (f"{dash}{write(most)}" if most is not None else "")
    return figures + draw(st.sampled_from(UNITS[unit])) + draw(st.sampled_from(BESIDE)), Pay(unit, least, most)


@CASES
@given(written_pay())
def test_rendered_pay_is_read_back_the_same(case: tuple[str, Pay]) -> None:
    text, meant = case
    reading = pay.read_pay(text)
    assert (reading.unit, reading.least_fen, reading.most_fen) == (meant.unit, meant.least_fen, meant.most_fen), text


BOUNDED = ["{}以上{}以下", "{}元以上，{}元以内", "不低于{}不超过{}", "至少{}最多{}", "最低{}、最高{}", "{}起{}封顶"]


@CASES
@given(st.integers(1_000, 30_000), st.integers(0, 20_000), st.sampled_from(BOUNDED))
def test_pay_bounded_from_both_sides_is_one_range(least: int, more: int, form: str) -> None:
    assert pay.read_pay(form.format(least, least + more)) == Pay(PayUnit.MONTH, least * 100, (least + more) * 100)
    with pytest.raises(Unreadable):
        pay.read_pay(form.format(least + more + 1, least))


@pytest.mark.parametrize("text", ["-5000", "3000-", "3000～", "5000/", "5000元/", "3000-5000-", "底薪3000-"])
def test_a_cell_that_was_cut_off_or_has_a_minus_is_queried(text: str) -> None:
    with pytest.raises(Unreadable):
        pay.read_pay(text)


@pytest.mark.parametrize("text", ["4000以上5000以上", "4000最高5000", "4000以上4500以上5000以下", "4000以下5000以下"])
def test_two_bounds_of_one_side_are_queried(text: str) -> None:
    with pytest.raises(Unreadable):
        pay.read_pay(text)


@CASES
@given(st.integers(1, 9_999), st.sampled_from(["", "人", "名"]), st.sampled_from(REMARKS))
def test_rendered_headcounts_are_read_back_the_same(people: int, unit: str, remark: str) -> None:
    assert headcount.read_headcount(f"{people}{unit}{remark}").people == people


@CASES
@given(st.integers(-900, 900), st.integers(0, 400), st.sampled_from(FORMS))
def test_rendered_spans_are_read_back_the_same(start: int, length: int, form: str) -> None:
    first = TODAY + timedelta(days=start)
    last = first + timedelta(days=length)
    span = dates.read_span(f"{first.strftime(form)}至{last.strftime(form)}", today=TODAY)
    assert (span.first, span.last) == (first, last)
    assert dates.read_date(last.strftime(form), today=TODAY) == last


@CASES
@given(st.sampled_from(list(GRADES)), st.integers(0, 1), st.sampled_from(["", "及以上", "以上学历", "以上文化程度"]))
def test_rendered_schooling_is_read_back_the_same(grade: Grade, form: int, tail: str) -> None:
    assert schooling.read_schooling(GRADES[grade][form % len(GRADES[grade])] + tail).least is grade


JUNK = st.text(st.sampled_from("0123456789.-/万千kK元月天件人名年（）,，+至abc年薪岁届"), min_size=1, max_size=14)


def figures(text: str) -> list[str]:
    return re.findall(r"[0-9]+", text)


@CASES
@given(JUNK)
def test_no_figure_of_junk_is_dropped(text: str) -> None:
    """A reading accounts for every figure of the text: two figures that are not a range are queried."""
    try:
        people = headcount.read_headcount(text)
    except Unreadable:
        return
    assert len(figures(re.sub(r"[(（].*", "", text))) <= 1 or people.men is not None, text


@CASES
@given(written_pay(), st.sampled_from(["x", "转正4000", "，试用期3000", "2", "（二班300）"]))
def test_pay_with_a_second_story_is_queried(case: tuple[str, Pay], tail: str) -> None:
    text = f"{case[0]}｜{tail}"
    with pytest.raises(Unreadable):
        pay.read_pay(text)


def first_figure(text: str) -> Any:
    """The planted fault: the first figure wins."""
    match = re.search(r"[0-9]+(?:\.[0-9]+)?", text)
    if match is None:
        raise Unreadable(text)
    return Pay(PayUnit.MONTH, round(float(match[0]) * 100))


@pytest.mark.parametrize("check", [test_rendered_pay_is_read_back_the_same, test_pay_with_a_second_story_is_queried])
def test_a_reader_that_takes_the_first_figure_is_caught(check: Callable[[], None]) -> None:
    with planted(pay, read_pay=first_figure), pytest.raises((AssertionError, pytest.fail.Exception)):
        check()


def test_a_headcount_reader_that_takes_the_first_figure_is_caught() -> None:
    def first(text: str) -> headcount.Headcount:
        return headcount.Headcount(int((figures(text) or ["1"])[0]))

    with planted(headcount, read_headcount=first), pytest.raises(AssertionError):
        test_no_figure_of_junk_is_dropped()
