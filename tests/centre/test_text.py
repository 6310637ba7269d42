import time
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin

from centre import text
from centre.text import pinyin

HAN = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=12)
ORDEALS = {
    "combining marks out of order": "a" + "\u0300" * 5_000 + "\u0327" * 5_000,
    "opened glosses": "业(" * 5_000,
    "unclosed toned glosses": "业(yè" * 2_500,
    "one long bracket": "业(" + "a" * 10_000,
    "glosses only": "业(yè)" * 2_500,
    "invisible characters": "\u200b" * 10_000,
    "spaces": " " * 10_000,
    "leftovers": "著" * 10_000,
}


@pytest.mark.parametrize(
    ("written", "levelled"),
    [
        ("熱門專業(yè)", "热门专业"),
        ("農(nóng)村學（xué）生", "农村学生"),
        ("(去年增至80萬元)", "(去年增至80万元)"),
        ("電話(其中熱線電話9400人次)", "电话(其中热线电话9400人次)"),
        ("救助(含助學救助)", "救助(含助学救助)"),
        ("數控(CNC)", "数控(cnc)"),
        ("\uf9e4髮師", "理发师"),
        ("著力 看著 著名 顯著", "着力 看着 著名 显著"),
        ("乾縣", "乾县"),
        ("乾县", "乾县"),
        ("擋車工", "挡车工"),
        ("Ａｂｃ　１２３", "abc 123"),
        ("  挡\u200b车工\n ", "挡车工"),
        ("行(xíng)(háng)", "行"),
        ("坏\ud800字", "坏?字"),
    ],
)
def test_text_is_normalised_for_search(written: str, levelled: str) -> None:
    assert text.normalise(written) == levelled


@given(st.text(max_size=300))
def test_normalising_never_fails_and_treats_long_text_like_short_text(written: str) -> None:
    levelled = text.normalise(written)
    assert levelled == " ".join(levelled.split())
    assert text.normalise(f"{'好' * 128} {written}").startswith("好" * 128)


@pytest.mark.parametrize("name", ORDEALS)
def test_hostile_text_takes_linear_time(name: str) -> None:
    hostile = ORDEALS[name]

    def cost(written: str) -> float:
        started = time.thread_time()
        text.bigrams(text.normalise(written))
        return time.thread_time() - started

    text.normalise("業")
    once, fourfold = (min(cost(hostile[: len(hostile) // part]) for _ in range(3)) for part in (4, 1))
    assert fourfold < 10 * once + 0.005


@pytest.mark.parametrize(
    "unsafe", ["a\0b", "\ud800", "a\x1bb", "a\x85b", "工\u202e资", "a\u2066b", "a\ufdd0", "a\U0010ffff", "a\nb", "a\tb"]
)
def test_unsafe_characters_are_refused_in_a_line(unsafe: str) -> None:
    with pytest.raises(text.UnsafeText) as caught:
        text.clean(unsafe, field="title")
    assert caught.value.problems[0].field == "title"
    assert caught.value.params["character"].startswith("U+")


def test_clean_keeps_rare_characters_and_paragraphs_and_drops_the_invisible() -> None:
    assert text.clean(" 王\u200b𠮷\ufeff ") == "王𠮷"
    assert text.clean("一\r\n二\t三", paragraphs=True) == "一\n二\t三"
    assert text.clean("𠮷\ufe00") == "𠮷\ufe00"


def test_bigrams_cover_two_character_words_and_keep_other_words_whole() -> None:
    assert text.bigrams("cnc数控3班 工") == ["cnc", "数控", "3", "班", "工"]
    assert text.bigrams("足疗师 月嫂") == ["足疗", "疗师", "月嫂"]
    assert text.bigrams("，。 ") == []


@given(HAN)
def test_every_neighbouring_pair_is_a_token(word: str) -> None:
    tokens = text.bigrams(word)
    assert "".join(token[0] for token in tokens) + (tokens[-1][1:] if tokens else "") == word


def test_pinyin_and_initials_are_what_people_type() -> None:
    assert text.pinyin("挡车工") == "dangchegong"
    assert text.initials("挡车工") == "dcg"
    assert text.initials("CNC数控") == "cncsk"
    assert text.pinyin("绿色女工") == "lvsenvgong"
    assert text.initials("𠮷好") == "𠮷h"


@pytest.mark.parametrize(
    ("name", "spelt"),
    [("单雄信", "shanxiongxin"), ("解小红", "xiexiaohong"), ("仇英", "qiuying"), ("尉迟恭", "yuchigong"),
     ("區小明", "ouxiaoming"), ("查良", "zhaliang"), ("王秀兰", "wangxiulan")],
)  # fmt: skip
def test_surnames_have_their_own_reading(name: str, spelt: str) -> None:
    assert text.name_readings(name)[0] == spelt


def test_masks_hide_what_they_must() -> None:
    assert text.mask_phone("13891012345") == "138****2345"
    assert text.mask_phone("029-33211234") == "029*****1234"
    assert text.mask_phone("110") == "*10"
    assert text.mask_id("610499197503080022") == "610499********0022"
    assert text.mask_id("6104991") == "*******"
    assert [text.mask_name(name) for name in ("", "王", "赵敏", "王秀兰")] == ["", "王", "赵*", "王*兰"]


def test_widths_are_folded() -> None:
    assert text.fold_digits("６１０Ａ") == "610Ａ"
    assert text.fold_width("６１０Ａ　ｘ") == "610A x"


PHRASES = ["重庆", "银行", "长乐", "单于", "会稽", "朝阳", "行长"]


@given(
    st.text(st.sampled_from("王单曾仇解长重庆行乐会朝阳秀兰éA "), min_size=1, max_size=4),
    st.sampled_from(["", *PHRASES]),
)
def test_a_name_is_read_as_the_library_reads_it_whole(name: str, phrase: str) -> None:
    """Short names are read character by character, unless a phrase among them is read otherwise."""
    text = (name[:2] + phrase)[:4]
    whole = lazy_pinyin("".join(text.split()).casefold(), style=Style.NORMAL, v_to_u=False, errors=cast(Any, list))
    assert pinyin(text) == "".join(whole).casefold()
