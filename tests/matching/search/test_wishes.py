"""Wishes in the words of a search: read whole and shown back, or searched for as they stand."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from centre.database import open_session
from centre.drafts import RegionCode, problems_of
from centre.grammars.pay import read_pay
from centre.network import region_code_of
from centre.permissions import Actor
from employers.openings.feeds import offer_of
from matching.search import wishes
from matching.search.find import search_openings
from matching.search.rules import SearchCriteria
from matching.search.wishes import Understood, understand
from tests.matching import world
from tests.matching.world import Town
from tests.ordeal.lengths import LONG
from tests.planted import planted

CASES = settings(max_examples=100_000 if LONG else 300, deadline=None, database=None)


def meanings(text: str) -> list[str]:
    return [wish.message.format(**wish.params) for wish in understand(text).wishes]


@pytest.mark.parametrize(
    ("text", "words", "meaning"),
    [
        ("不要夜班", "", "不上夜班、不倒班"), ("不上夜班的保洁", "保洁", "不上夜班、不倒班"),
        ("不要三班倒", "", "不上夜班、不倒班"),
        ("不要3班倒", "", "不上夜班、不倒班"), ("不熬夜", "", "不上夜班、不倒班"),
        ("月薪4000以上", "", "一个月 4,000 元以上"), ("月薪四千以上", "", "一个月 4,000 元以上"),
        ("５千以上", "", "一个月 5,000 元以上"), ("缝纫工 4000元以上", "缝纫工", "一个月 4,000 元以上"),
        ("工资不低于5000", "", "一个月 5,000 元以上"), ("月薪3500到5000", "", "一个月 3,500 元以上"),
        ("月薪4000以上5000以下", "", "一个月 4,000 元以上"), ("缝纫 至少4000最多5000", "缝纫", "一个月 4,000 元以上"),
        ("昆山 不低于4000，不超过5000", "昆山", "一个月 4,000 元以上"), ("一天200以上300以下", "", "一天 200 元以上"),
        ("月薪8k起", "", "一个月 8,000 元以上"), ("一天200以上", "", "一天 200 元以上"),
        ("时薪20.5以上", "", "一小时 20.50 元以上"), ("年薪9.6万以上", "", "一个月 8,000 元以上"),
        ("昆山5000以上", "昆山", "一个月 5,000 元以上"), ("保安4000以上", "保安", "一个月 4,000 元以上"),
        ("一天300的保洁", "保洁", "一天 300 元以上"), ("我妈妈今年50岁，想找个保洁", "保洁", "50 岁能做"),
        ("白天的活", "", "不上夜班、不倒班"), ("想在咸阳找个包住的活", "在咸阳", "包住"),
        ("包住", "", "包住"), ("包吃包住的工厂", "工厂", "包吃包住"), ("要交社保", "", "交社保"),
        ("無經驗", "", "不会可以学"),
        ("50岁", "", "50 岁能做"), ("五十岁 保洁", "保洁", "50 岁能做"), ("50多岁能做的活", "", "50 多岁能做"),
    ],
)  # fmt: skip
def test_a_wish_is_understood_and_leaves_the_other_words(text: str, words: str, meaning: str) -> None:
    assert meanings(text) == [meaning]
    assert understand(text).words == words


@pytest.mark.parametrize(
    "text",
    ["三班倒", "夜班保安", "不包住", "18-45岁", "保安50岁以下", "月薪4000以下", "工资5000左右", "200以上",
     "缝纫工4000-6000", "10年经验",
     "2000年的人", "酒店住宿部", "13岁", "挡车工", "工资待遇好", "2026年一月4000", "４０００", "月薪4000-3000",
     "身高170以上", "身高1700以上", "一天8小时", "每天8小时以上", "底薪3000以上", "基本工资3000以上", "奖金1000以上",
     "照顾80岁老人", "5000以下4000以上", "5000以上4000以下",
     "40岁以上50岁以下", "40到50岁", "保洁 30岁50岁", "工资4000一6000", "100万以上", "每天8"],
)  # fmt: skip
def test_what_is_no_wish_or_cannot_be_read_whole_stays_as_it_was_written(text: str) -> None:
    assert understand(text) == Understood(text)


def test_every_wish_can_be_taken_away_by_itself() -> None:
    asked = understand("昆山 不要夜班 包住 月薪4000以上")
    assert asked.words == "昆山"
    assert [wish.without for wish in asked.wishes] == [
        "昆山 包住 月薪4000以上", "昆山 不要夜班 月薪4000以上", "昆山 不要夜班 包住",
    ]  # fmt: skip
    assert meanings(asked.wishes[0].without) == ["包住", "一个月 4,000 元以上"]


@CASES
@given(
    st.integers(1_000, 30_000),
    st.sampled_from(["月薪{}以上", "{}元以上", "每月{}元起", "工资不低于{}", "一个月{}以上"]),
    st.sampled_from(["", "挡车工", "昆山 缝纫工"]),
)
def test_a_rendered_least_pay_is_read_back_the_same(yuan: int, form: str, words: str) -> None:
    asked = understand(f"{words} {form.format(yuan)}")
    assert [wish.wage_fen for wish in asked.wishes] == [yuan * 100]
    assert asked.words == words


@CASES
@given(st.text(st.sampled_from("0123456789.-至千万元岁以上下不要包住吃夜班月薪天年"), max_size=12))
def test_no_figure_of_junk_is_dropped(text: str) -> None:
    """A figure is shown in what was understood, or is still among the words."""
    asked = understand(text)
    shown = " ".join([*(wish.written for wish in asked.wishes), asked.words])
    assert sorted(re.findall("[0-9]+", shown)) == sorted(re.findall("[0-9]+", text))
    for wish in asked.wishes:
        assert len(re.findall("[0-9]+", wish.written)) <= 2


def test_a_reader_that_takes_the_first_figure_is_caught() -> None:
    def first(text: str) -> object:
        return read_pay(re.sub("(?<=[1-9])[0-9]+", "000", text))

    with planted(wishes, read_pay=first), pytest.raises(AssertionError):
        test_a_rendered_least_pay_is_read_back_the_same()


def titles(words: str) -> list[str]:
    results = search_openings(SearchCriteria(q=words))
    return [listed.title for listed in results.items]


@pytest.fixture
def workshop(town: Town) -> Town:
    """Five jobs at one works that differ in what people ask for."""
    with open_session(Actor.system().scope, write=True) as session:
        for key, title, given_values in (
            ("a", "包装工甲", {"lodging": "free", "board": "free", "night_shift": False, "wage_min_fen": 400_000}),
            ("b", "包装工乙", {"lodging": "free", "night_shift": True, "wage_min_fen": 450_000}),
            ("c", "包装工丙", {"board": "free", "shift": "3班倒", "wage_min_fen": 300_000}),
            ("d", "包装工丁", {"age_min": 18, "age_max": 45, "age_reason": "登高作业", "wage_min_fen": 500_000}),
            ("e", "包装工戊", {"age_max": 40, "age_reason": "", "wage_min_fen": 350_000}),
        ):
            world.add_opening(
                session, town, key, "昆山晨屹电子(虚构)", title=title, occupation_code="6-31-05-00",
                region_code="320583", **given_values,
            )  # fmt: skip
    return town


@pytest.mark.parametrize(
    ("words", "letters"),
    [
        ("包装工", "甲乙丙丁戊"), ("包装工 包住", "甲乙"), ("包装工 包吃住", "甲"), ("包装工 不要夜班", "甲"),
        ("包装工 50岁", "甲乙丙戊"),
        ("包装工 20岁", "甲乙丙丁戊"), ("包装工 4000以上", "甲乙丁"), ("包装工 4000以上 包住 不上夜班", "甲"),
        ("baozhuanggong kunshan 包吃", "甲丙"), ("包装工 kun shan", "甲乙丙丁戊"), ("包装工 xianyang", ""),
    ],
)  # fmt: skip
def test_wishes_narrow_the_search_together(workshop: Town, words: str, letters: str) -> None:
    assert {title[-1] for title in titles(words) if title.startswith("包装工")} == set(letters)


def test_what_was_understood_is_given_back_with_the_search_without_it(workshop: Town) -> None:
    results = search_openings(SearchCriteria(q="kunshan 包装工 包住"))
    assert results.places == ("320583",)
    assert results.without_places == ("包装工 包住",)
    assert [(wish.message, wish.without) for wish in results.wishes] == [("包住", "kunshan 包装工")]
    assert "ages" not in results.facets


def test_a_search_that_forgets_what_it_understood_is_caught(workshop: Town) -> None:
    from matching.search import find

    with planted(find, _with_wishes=lambda filters, *_: filters), pytest.raises(AssertionError):
        test_wishes_narrow_the_search_together(workshop, "包装工 包住", "甲乙")


def test_a_shift_in_figures_is_the_shift_in_words(workshop: Town) -> None:
    assert titles("3班倒")[:2] == titles("三班倒")[:2]
    assert {"包装工丙", "纺纱工(细纱值车)"} == set(titles("三班倒")[:2])


@pytest.mark.parametrize("written", ["610402", "秦都区", "咸阳市秦都区", "咸阳（秦都区）", "咸陽市秦都區", "610402000"])
def test_a_place_of_an_address_means_the_same_however_it_is_written(written: str) -> None:
    assert SearchCriteria.of([("region", written)]).region == ("610402",)
    assert SearchCriteria.model_validate({"region": (written,)}).region == ("610402",)


def places_at_every_door(text: str) -> list[str]:
    """What a place is read as by a form or the API, by the import of a list, by a filter of a page, and by a search."""
    offer = offer_of({"id": "1", "area": text}, today=date(2026, 11, 2))
    by_import = "asked" if offer.problems else offer.fields["region_code"]
    try:
        by_form = TypeAdapter(RegionCode).validate_python(text)
    except ValidationError:
        by_form = "asked"
    by_search = search_openings(SearchCriteria(q=text)).places
    return [by_form, by_import, region_code_of(text) or "asked", *by_search]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("新城区", ["610102"] * 4),  # of 呼和浩特 and 西安 the one in the province of the city centre
        ("鼓楼区", ["asked"] * 3), ("昆山路", ["asked"] * 3), ("咸阳陈杨寨街道", ["610402"] * 3 + ["610400"]),
    ],
)  # fmt: skip
def test_a_name_of_several_places_means_the_same_at_every_door(town: Town, text: str, codes: list[str]) -> None:
    assert places_at_every_door(text)[: len(codes)] == codes


@pytest.mark.rule("town-in-two-counties", "search")
def test_a_place_that_can_be_several_joins_the_words_so_that_the_answer_shows_which(town: Town) -> None:
    criteria = SearchCriteria.of([("region", "鼓楼区"), ("q", "保安"), ("region", "火星"), ("region", "\u202e")])
    assert (criteria.q, criteria.region) == ("保安 鼓楼区 火星", ())
    places = search_openings(SearchCriteria(q="保安 鼓楼区")).places
    assert {"320106", "320302"} <= set(places)
    with pytest.raises(ValidationError) as refusal:
        SearchCriteria.model_validate({"region": ("鼓楼区",)})
    problem = problems_of(refusal.value)[0]
    assert problem.code == "place-ambiguous"
    assert "江苏省徐州市鼓楼区" in problem.params["candidates"]
