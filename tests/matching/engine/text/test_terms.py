"""Trade words: every alias leads to an occupation, and the words of the field guide resolve."""

import csv
from pathlib import Path

import pytest

from centre.skills import english, vocabulary
from centre.text import normalise
from matching.engine.relevance.occupations import code_space
from matching.engine.relevance.ranker import blends
from matching.engine.relevance.tokens import core, head, is_han, opening, stem, terms
from matching.engine.relevance.translate import translations
from matching.engine.text.terms import title_codes

WORDS = vocabulary.vocabulary()
FOLDER = Path(vocabulary.__file__).parent / "data" / "aliases"


def test_every_alias_file_names_only_occupations_of_the_classification() -> None:
    occupations = {occupation.code for occupation in WORDS.occupations}
    texts = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*.csv")]
    rows = [row for text in texts for row in csv.DictReader(text.splitlines())]
    assert {row["code"] for row in rows} <= occupations
    assert all(row["words"].split() for row in rows)


def test_there_are_words_for_nearly_every_trade_of_industry_and_services() -> None:
    trades = [node.code for node in WORDS.occupations if node.code[0] in "456"]
    assert len(WORDS.aliases) > 10_000
    assert sum(code in WORDS.aliases_of for code in trades) > 0.97 * len(trades)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("挡车工 细纱挡车 络筒 落纱", "6-04-02-01"),
        ("织布挡车 布机", "6-04-03-03"),
        ("梳棉", "6-04-01-03"),
        ("清花", "6-04-01-01"),
        ("平车 针车 车位 车缝 缝盘", "6-05-01-03"),
        ("车工", "6-18-01-01"),
        ("烫工 大烫", "6-05-01-04"),
        ("足疗师 足浴师 足疗技师 捏脚 洗脚工", "4-10-04-02"),
        ("月嫂 保姆 阿姨 钟点工", "4-10-01-06"),
        ("育婴师", "4-10-01-01"),
        ("护工", "4-14-01-02"),
        ("厨师 炒菜 墩子", "4-03-02-01"),
        ("面点 白案", "4-03-02-02"),
        ("电焊工 二保焊 氩弧焊", "6-18-02-04"),
        ("水电工", "6-31-01-03"),
        ("叉车工", "6-30-05-01"),
        ("挖机", "6-30-05-05"),
        ("瓦工 泥瓦匠", "6-29-01-01"),
        ("CNC 数控", "6-18-01-07"),
        ("外卖 骑手", "4-10-08-01"),
        ("快递小哥", "4-02-07-08"),
        ("主播 直播", "4-01-06-02"),
        ("网店客服", "4-01-06-01"),
    ],
)
def test_the_words_of_the_field_guide_lead_to_their_occupation(words: str, code: str) -> None:
    assert {WORDS.codes_for(word)[0] for word in words.split()} == {code}


def test_words_with_two_meanings_keep_both() -> None:
    assert set(WORDS.codes_for("水电工")) == {"6-31-01-03", "6-29-03-04"}
    assert set(WORDS.codes_for("护工")) == {"4-14-01-02", "4-10-01-05"}
    assert set(WORDS.codes_for("普工")) >= {"6-25-04-07", "6-31-05-00", "6-31-03-05"}


def test_the_last_word_of_a_title_tells_the_trade() -> None:
    assert list(title_codes("纺织业统计员", WORDS)) == ["2-06-02-00"]
    assert set(title_codes("焊工/电工", WORDS)) == {"6-18-02-04", "6-31-01-03"}
    assert (head("director of taxation"), head("纺织厂统计员")) == ("director", "统计员")


def test_vacancy_titles_lose_rank_and_terms_but_never_everything() -> None:
    assert core("senior pastry chef (full time, 3 years)") == "pastry chef"
    assert opening("driver - night shift, depot 3") == "driver"
    assert core("senior executive") == "senior executive"


def test_forms_of_an_english_word_share_a_stem() -> None:
    assert stem("managers") == stem("managing") == stem("management")
    assert stem("engineers") == stem("engineering")
    assert stem("business") == "business"
    assert "$" + stem("engineer") in terms("engineers, mechanical")


def test_the_english_lexicon_is_wide_and_holds_chinese_only() -> None:
    lexicon = english.english_words()
    assert len(lexicon) > 1_500
    assert all(key == normalise(key) and chinese for key, chinese in lexicon.items())
    odd = [word for chinese in lexicon.values() for word in chinese if not is_han(word) and not word.isascii()]
    assert len(odd) < 5


def test_english_titles_are_read_in_the_order_of_chinese() -> None:
    assert "税务总监" in translations("Director of Taxation")
    assert "网络安全分析师" in translations("network security analysts")
    assert translations("xyzzy") == ()


def test_an_unlisted_word_still_leads_to_its_trade() -> None:
    space = code_space()
    row = space.likely(["踩缝纫机的师傅"])[0]
    assert space.codes[int(row.argmax())] == "6-05-01-03"


def test_more_evidence_never_lowers_a_document() -> None:
    assert all(weight >= 0 for weights in blends().values() for weight in weights.values())
