"""Money, pay, days, masks and the geometry of charts."""

from datetime import UTC, date, datetime

import pytest

from web import charts, formats


@pytest.mark.parametrize(
    ("fen", "chinese", "english"),
    [
        (0, "0 元", "¥0"),
        (120_000, "1,200 元", "¥1,200"),
        (123_456, "1,234.56 元", "¥1,234.56"),
        (-505, "-5.05 元", "-¥5.05"),
    ],
)
def test_money_is_written_in_yuan(fen: int, chinese: str, english: str) -> None:
    assert formats.money("zh-Hans", fen) == chinese
    assert formats.money("en", fen) == english


def test_pay_is_a_large_number_and_a_unit() -> None:
    item = {"wage_min_fen": 550_000, "wage_max_fen": 750_000, "wage_unit": "month"}
    assert str(formats.wage("zh-Hans", item)) == "5,500–7,500 元/月"
    assert formats.wage("en", item) == formats.Wage("5,500–7,500", "yuan/month")


def test_pay_with_one_bound_shows_one_number() -> None:
    class Post:
        wage_min_fen, wage_max_fen, wage_unit = 13_000, 13_000, "day"

    assert str(formats.wage("zh-Hans", Post())) == "130 元/天"
    assert (
        str(formats.wage("zh-Hans", {"wage_min_fen": 13_000, "wage_max_fen": None, "wage_unit": "day"})) == "130 元/天"
    )
    assert formats.wage("en", {}).amount == "See details"


def test_dates_and_times_are_in_the_citys_time_zone() -> None:
    late = datetime(2026, 3, 6, 16, 30, tzinfo=UTC)
    assert formats.long_datetime("zh-Hans", late) == "2026年3月7日 周六 00:30"
    assert formats.long_datetime("en", "2026-03-06T16:30:00+00:00") == "Sat 7 Mar 2026 00:30"
    assert formats.long_date("en", "2026-02-27") == "Fri 27 Feb 2026"
    assert formats.long_date("zh-Hans", None) == formats.long_datetime("en", None) == "—"
    assert formats.month("zh-Hans", date(2026, 2, 1)) == "2月"


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("王秀兰", "name", "王**"),
        ("王", "name", "王*"),
        ("13800001234", "phone", "138****1234"),
        ("1234567", "phone", "*******"),
        ("610499197503080022", "identity", "610***********0022"),
        ("", "name", ""),
    ],
)
def test_personal_data_is_masked(value: str, kind: str, shown: str) -> None:
    assert formats.masked(value, kind) == shown


@pytest.mark.parametrize(("most", "top"), [(0, 1), (7, 8), (10, 10), (34, 40), (340, 400), (1_001, 2_000), (0.4, 1)])
def test_the_scale_of_a_chart_ends_at_a_round_number(most: float, top: int) -> None:
    assert charts.ceiling([most]) == top


def test_chart_points_run_left_to_right_with_high_values_up() -> None:
    assert charts.path(charts.points([0, 50, 100], 100)) == "M0 100 L50 50 L100 0"
    assert charts.path(charts.points([5], 10)) == "M0 50"
    assert charts.points([], 10) == []


def test_shares_are_clamped_to_0_and_100() -> None:
    assert [charts.percent(*pair) for pair in ((1, 3), (5, 3), (-1, 3), (1, 0))] == [33.33, 100, 0, 0]


def test_a_month_consists_of_weeks_from_monday() -> None:
    weeks = charts.sheet(2026, 3)
    assert [len(week) for week in weeks] == [7] * 6
    assert weeks[0] == [None] * 6 + [date(2026, 3, 1)]


@pytest.mark.parametrize(
    ("occupation", "icon"),
    [
        ("6-04-02-01", "spinning"),
        ("6-04-03-03", "weaving"),
        ("6-05-01-03", "sewing"),
        ("4-10-04-02", "foot"),
        ("", "work"),
        (None, "work"),
        ("9-9", "work"),
    ],
)
def test_an_occupation_has_the_pictogram_of_its_nearest_group(occupation: str | None, icon: str) -> None:
    assert charts.pictogram(occupation) == icon


def test_bands_are_as_wide_as_their_values_and_empty_without_people() -> None:
    wide, none, narrow = charts.bands([40, 0, 10])
    assert wide.startswith("M0 35.42C50 35.42 50 5 100 5V28.33")
    assert none == ""
    assert narrow.startswith("M0 58.75C50 58.75 50 80.42 100 80.42V86.25")
    assert charts.bands([]) == []
    assert charts.bands([0]) == [""]
