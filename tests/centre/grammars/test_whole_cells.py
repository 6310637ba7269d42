"""R26 for places, ages, hours, answers and names: rendered text is read back; mixed text is queried."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from centre import person_names, regions
from centre.errors import Refusal
from centre.grammars import ages, answers, hours, places
from centre.grammars.ages import Ages
from centre.grammars.hours import Hours
from centre.grammars.reading import Unreadable
from centre.text import traditional
from tests.ordeal.lengths import LONG
from tests.planted import planted

CASES = settings(max_examples=1_000_000 if LONG else 400, deadline=None, database=None)
COUNTIES = [area.code for city in ("610400", "320500", "330600", "500000") for area in regions.counties(city)]
DIGITS = st.text(st.sampled_from("0123456789-岁周岁以上下每天小时休做双单及、 "), min_size=1, max_size=12)


def written_place(code: str, form: int) -> str:
    """A county in one of six ways that name it without doubt."""
    city = regions.full_name(regions.ancestors(code)[0])
    name = regions.name(code)
    return (code, f"{city}{name}", f"{city}（{name}）", f"{city}-{name}", traditional(f"{city}{name}"), code + "000")[
        form
    ]


@CASES
@given(st.sampled_from(COUNTIES), st.integers(0, 5))
def test_rendered_places_are_read_back_the_same(code: str, form: int) -> None:
    assert places.read_place(written_place(code, form)).code == code


@CASES
@given(st.sampled_from(COUNTIES), st.sampled_from(["、", "或", "/", "和", "；"]), st.sampled_from(COUNTIES))
def test_two_places_are_queried(first: str, between: str, second: str) -> None:
    text = f"{regions.full_name(first)}{between}{regions.full_name(second)}"
    try:
        place = places.read_place(text)
    except Unreadable:
        return
    assert place.code == first == second, text


@CASES
@given(
    st.integers(14, 60), st.integers(0, 39), st.sampled_from(["{}-{}岁", "{}至{}周岁", "年龄{}-{}", "{}岁—{}岁之间"])
)
def test_rendered_ages_are_read_back_the_same(youngest: int, more: int, form: str) -> None:
    assert ages.read_ages(form.format(youngest, youngest + more)) == Ages(youngest, youngest + more)
    assert ages.read_ages(f"{youngest}岁以上") == Ages(youngest, None)
    assert ages.read_ages(f"{youngest}周岁以下") == Ages(None, youngest)


@CASES
@given(st.integers(1, 16), st.integers(1, 7), st.sampled_from(["每天{}小时，每周{}天", "每天{}小时 做{}休{rest}"]))
def test_rendered_hours_are_read_back_the_same(a_day: int, days: int, form: str) -> None:
    if "休" in form and days == 7:
        days = 6
    text = form.format(a_day, days, rest=7 - days)
    assert hours.read_hours(text) == Hours(a_day, days, a_day * days)


@CASES
@given(DIGITS)
def test_no_figure_of_an_age_or_of_hours_is_dropped(text: str) -> None:
    figures = sorted(int(figure) for figure in re.findall("[0-9]+", text))
    for read in (ages.read_ages, hours.read_hours):
        try:
            value = read(text)
        except Unreadable:
            continue
        bounds = [value.youngest, value.oldest] if isinstance(value, Ages) else [value.a_day, value.days, value.a_week]
        kept = {bound for bound in bounds if bound is not None}
        rested = {7 - value.days} if isinstance(value, Hours) and value.days else set()
        assert set(figures) <= kept | rested, (text, value)


@CASES
@given(st.sampled_from(sorted(answers.YES | answers.NO)), st.sampled_from(sorted(answers.YES | answers.NO)))
def test_an_answer_is_one_word(first: str, second: str) -> None:
    for text in (f"{first}，{second}", f"{first}或{second}", f"有时{first}"):
        with pytest.raises(Unreadable):
            answers.read_answer(text)


NAMES = st.text(st.sampled_from("王李欧阳古丽阿依𠮷𠣴龙国华"), min_size=2, max_size=4)


@CASES
@given(NAMES, st.sampled_from(["", " ", "\u200b"]), st.sampled_from(["、", "，", "/", "1", "(女)", "?", "★", "\u202d"]))
def test_a_name_is_read_whole_or_queried(name: str, gap: str, sign: str) -> None:
    assert person_names.parse_name(f"{gap}{name}{gap}") == name
    with pytest.raises(Refusal):
        person_names.parse_name(f"{name}{sign}{name}")


def first_place(text: str, *, home: str = "") -> places.Place:
    """The planted fault: the first place that fits wins."""
    place = regions.parse_place(text, home)
    if not place.codes:
        raise Unreadable(text)
    return places.Place(place.codes[0])


def first_age(text: str) -> Ages:
    """The planted fault: the first figure wins."""
    figure = re.search("[0-9]+", text)
    if figure is None:
        raise Unreadable(text)
    return Ages(int(figure[0]))


def first_hours(text: str) -> Hours:
    """The planted fault: the first figure wins."""
    return Hours(a_week=first_age(text).youngest)


def first_word(text: str) -> bool:
    """The planted fault: the first word wins."""
    return not text.startswith(("不", "无", "否", "没"))


def first_name(raw: object) -> str:
    """The planted fault: the first name wins."""
    return re.split("[^\u4e00-\u9fff\U00020000-\U0003ffff]", str(raw).strip())[0]


@pytest.mark.parametrize(
    ("place", "planting", "check"),
    [
        (places, {"read_place": first_place}, test_two_places_are_queried),
        (ages, {"read_ages": first_age}, test_no_figure_of_an_age_or_of_hours_is_dropped),
        (hours, {"read_hours": first_hours}, test_no_figure_of_an_age_or_of_hours_is_dropped),
        (answers, {"read_answer": first_word}, test_an_answer_is_one_word),
        (person_names, {"parse_name": first_name}, test_a_name_is_read_whole_or_queried),
    ],
)  # fmt: skip
def test_a_reader_that_takes_what_comes_first_is_caught(
    place: object, planting: dict[str, object], check: Callable[[], None]
) -> None:
    with planted(place, **planting), pytest.raises((AssertionError, pytest.fail.Exception, BaseExceptionGroup)):
        check()
