"""Searching openings by words: scripts, pinyin, typing errors, places, filters, counts and small changes."""

from collections.abc import Collection
from dataclasses import replace
from threading import Thread

import pytest

from matching.engine.text.compile import Filters
from matching.engine.text.index import LiveIndex, TextIndex
from matching.engine.text.places import Places
from matching.engine.text.spelling import Lexicon
from matching.engine.text.terms import Document

PINYIN = {"xianyang": "咸阳", "kunshan": "昆山", "weicheng": "渭城", "baoan": "宝安", "diangong": "电工"}


def place_of(text: str, spelt: Collection[str]) -> tuple[tuple[str, ...], str]:
    for letters, name in PINYIN.items():
        if letters in spelt:
            text = text.replace(letters, name)
    for name, code in (("咸阳", "610400"), ("昆山", "320583"), ("渭城", "610404")):
        if name in text:
            return (code,), text.replace(name, " ")
    return (), text


OPENINGS = (
    Document(1, "纺纱工(细纱值车)", ("6-04-02-01",), "南通海门织彩", "三班倒，有夫妻房", "320600", 550_000, 750_000, 1),
    Document(2, "细纱挡车工", ("6-04-02-01",), "渭城棉纺", "长白班", "610404", 350_000, 500_000, 2),
    Document(3, "缝纫工", ("6-05-01-03",), "渭城新棉制衣", "计件，包吃住", "610404", 320_000, 500_000, 3),
    Document(4, "焊工", ("6-18-02-04",), "兴平装备", "需持特种作业操作证", "610481", 500_000, 750_000, 4),
    Document(5, "电工", ("6-31-01-03",), "秦都物业", "高低压电工证", "610402", None, None, 5),
    Document(6, "电子厂普工", ("6-25-04-07",), "昆山晨屹电子", "包吃住，两班倒", "320583", 550_000, 700_000, 6),
    Document(7, "CNC操作员", ("6-18-01-07",), "苏州澄湖精密", "会看图纸", "320500", 650_000, 900_000, 7),
    Document(8, "纺织业统计员", (), "咸阳纺织业协会", "熟悉表格", "610402", 300_000, 400_000, 8),
    Document(9, "足疗技师", ("4-10-04-02",), "秦都康足足疗馆", "底薪加提成", "", 350_000, 600_000, 9),
    Document(10, "操作工", ("6-14-02-00",), "慈溪小家电", "夜班补贴；宿舍有电工值守", "330282", 550_000, 700_000, 10),
)


@pytest.fixture(scope="module")
def index() -> TextIndex:
    return TextIndex.build(OPENINGS, Places(place_of, PINYIN.__contains__))


@pytest.mark.parametrize(
    "words", ["挡车工", "挡車工", "擋車工", "dangchegong", "dang che gong", "dcg", "挡车公", "dangchegon", "纺纱工"]
)
def test_the_spinning_jobs_are_found_however_they_are_typed(index: TextIndex, words: str) -> None:
    hits = index.search(words)
    assert set(hits.ids[:2]) == {1, 2}
    assert not set(hits.ids) & {4, 5, 9}


@pytest.mark.parametrize("words", ["挡车公", "dangchegon", "dangchegong"])
def test_a_corrected_spelling_is_reported(index: TextIndex, words: str) -> None:
    assert index.search(words).corrected == "挡车工"


def test_a_misspelling_lists_the_nearest_words_with_same_length_and_commonest_first() -> None:
    lexicon = Lexicon({"空管": 9, "空管员": 2, "空管站": 1, "空调工": 8, "高空管道工": 50})
    assert lexicon.near("空管公") == ("空管员", "空管站", "空管")
    assert Lexicon({"配电工": 1, "配电柜": 50}).near("配电公") == ("配电工", "配电柜")
    assert lexicon.near("瓦斯检查") == ()


def test_a_right_spelling_is_not_corrected(index: TextIndex) -> None:
    assert index.search("挡车工").corrected is None
    assert index.search("电工").corrected is None


def test_both_scripts_and_glosses_give_the_same_answer() -> None:
    index = TextIndex.build(OPENINGS)
    answers = [index.search(words) for words in ("紡織業(yè)", "纺织业", "紡織業")]
    assert answers[0].ids
    assert answers[0].ids == answers[1].ids == answers[2].ids
    assert answers[0].facets == answers[1].facets == answers[2].facets
    assert {answer.terms for answer in answers} == {answers[1].terms}


def test_a_two_character_word_finds_every_opening_that_holds_it(index: TextIndex) -> None:
    for word in ("电工", "足疗", "图纸", "纺织", "焊工", "夜班", "渭城棉纺"):
        ids = set(TextIndex.build(OPENINGS).search(word, limit=50).ids)
        holds = {row.id for row in OPENINGS if word in row.title + "|" + row.employer + "|" + row.description}
        assert holds <= ids, word


def test_the_title_weighs_more_than_the_description(index: TextIndex) -> None:
    assert index.search("电工").ids[0] == 5
    assert index.search("电工").ids[-1] == 10


def test_a_place_in_the_query_is_a_place(index: TextIndex) -> None:
    hits = index.search("咸阳 挡车工")
    assert hits.ids == (2,)
    assert hits.elsewhere == 1
    assert hits.query.regions == ("610400",)
    assert 6 in index.search("昆山普工").ids
    assert all(number == 6 for number in index.search("昆山普工").ids)


def test_a_place_alone_lists_everything_there(index: TextIndex) -> None:
    assert index.search("渭城").ids == (3, 2)


def test_nonsense_finds_nothing(index: TextIndex) -> None:
    for words in ("阿斯顿法师打发", "xqzwvv", "🙂🙂", "龘靐齉爩", "\x00", "((((", "火箭发射场"):
        hits = index.search(words)
        assert (hits.total, hits.ids) == (0, ()), words


def test_no_words_list_everything_newest_first(index: TextIndex) -> None:
    hits = index.search("  ", limit=4)
    assert hits.ids == (10, 9, 8, 7)
    assert hits.total == 10


def test_pages_follow_each_other(index: TextIndex) -> None:
    whole = index.search("", limit=10).ids
    assert index.search("", limit=3, offset=0).ids + index.search("", limit=7, offset=3).ids == whole


def test_counts_ignore_the_filter_of_their_own_facet(index: TextIndex) -> None:
    hits = index.search("", Filters(facets={"major": ("4",)}))
    assert hits.total == 1
    assert hits.facets["major"] == {"6": 8, "4": 1}
    assert hits.facets["group"] == {"4-10": 1}


def test_a_wage_floor_keeps_openings_with_no_stated_wage(index: TextIndex) -> None:
    ids = set(index.search("", Filters(wage_min_fen=600_000)).ids)
    assert 5 in ids
    assert 3 not in ids


def test_a_region_filter_includes_subregions_and_excludes_unknown_places(index: TextIndex) -> None:
    ids = set(index.search("", Filters(regions=("610000",))).ids)
    assert ids == {2, 3, 4, 5, 8}


def test_benefit_words_raise_the_rank_but_do_not_match_alone(index: TextIndex) -> None:
    hits = index.search("挡车工 包吃住")
    assert set(hits.ids) == {1, 2}
    assert set(index.search("包吃住").ids) == {3, 6}


def test_added_replaced_and_removed_openings_take_effect_at_once(index: TextIndex) -> None:
    new = Document(11, "细纱挡车工", ("6-04-02-01",), "三原纺织", "", "610422", order=11)
    moved = replace(OPENINGS[1], title="粗纱工", occupations=("6-04-01-05",))
    later = index.changed(put=(new, moved), remove=(1,))
    assert later.search("细纱挡车").ids == (11,)
    assert later.search("粗纱工").ids[0] == 2
    assert later.size == later.search("").total == 10
    assert set(index.search("挡车工").ids[:2]) == {1, 2}, "the earlier snapshot must not change"


def test_a_changed_index_answers_like_a_rebuilt_one(index: TextIndex) -> None:
    new = Document(11, "激光切割工", ("6-18-02-05",), "三原钢构", "", "610422", order=11)
    later = index.changed(put=(new,), remove=(5,)).changed(remove=(99,))
    fresh = later.rebuilt()
    for words in ("激光切割", "电工", "焊工", "挡车工", ""):
        changed, rebuilt = later.search(words), fresh.search(words)
        assert (set(changed.ids), changed.total, changed.facets) == (set(rebuilt.ids), rebuilt.total, rebuilt.facets), (
            words
        )


def test_readers_never_see_half_a_change(index: TextIndex) -> None:
    live = LiveIndex(index)
    totals: set[int] = set()

    def read() -> None:
        totals.update(live.current.search("测试岗位甲", limit=1).total for _ in range(60))

    reader = Thread(target=read)
    reader.start()
    for turn in range(20):
        numbers = range(100 + 10 * turn, 105 + 10 * turn)
        live.change(put=[Document(number, "测试岗位甲", order=number) for number in numbers])
        live.change(remove=numbers)
    reader.join()
    assert totals <= {0, 5}


def test_neighbouring_trades_are_offered_with_their_real_counts(index: TextIndex) -> None:
    hits = index.search("络筒工", Filters(regions=("330000",)))
    assert hits.total == 0
    offered = {row.code: row.count for row in index.suggestions(hits.query)}
    assert offered["6-05-01-03"] == 1
    assert all(count > 0 for count in offered.values())
    local = index.suggestions(hits.query, Filters(regions=("320000",)))
    assert "6-05-01-03" not in {row.code for row in local}


def test_the_empty_index_answers_everything_with_nothing() -> None:
    assert TextIndex.build(()).search("电工").total == 0
    assert TextIndex.build(()).search("").total == 0


@pytest.mark.parametrize(
    "words",
    ["fengrengong weicheng", "weicheng fengrengong", "weichengfengrengong", "fengrengongweicheng",
     "feng ren gong wei cheng",
     "wei cheng 缝纫工", "缝纫工 weicheng"],
)  # fmt: skip
def test_a_place_in_pinyin_is_a_filter_and_not_a_word(index: TextIndex, words: str) -> None:
    hits = index.search(words)
    assert hits.query.regions == ("610404",)
    assert hits.ids == (3,)


@pytest.mark.parametrize(("words", "best"), [("diangong", 5), ("dian gong", 5)])
def test_a_trade_that_is_spelt_like_a_place_stays_a_trade(index: TextIndex, words: str, best: int) -> None:
    hits = index.search(words)
    assert hits.query.regions == ()
    assert hits.ids[0] == best


@pytest.mark.parametrize("words", ["3班倒", "三班倒", "3班制", "３班倒"])
def test_shifts_mean_the_same_in_figures_and_in_words(index: TextIndex, words: str) -> None:
    assert index.search(words).ids == (1,)
