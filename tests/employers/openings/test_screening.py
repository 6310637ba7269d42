"""Screening of advertisements (EM-01, EM-11): each sentence has exactly one reaction."""

import time
from re import _constants as constants
from re import _parser as parser
from typing import Any

import pytest

from employers.openings.rules import CertificateKind
from employers.openings.screening import Reaction, certificates_in, restore, rulebook, screen, without_phones, worst


@pytest.mark.rule("opening-screened", "action")
@pytest.mark.parametrize(
    ("sentence", "reaction", "key"),
    [
        ("限男性", "block", "sex-limit"),
        ("女士优先", "block", "sex-limit"),
        ("已婚已育优先", "block", "marriage-birth"),
        ("无乙肝", "block", "hepatitis-b"),
        ("限本市户口", "block", "household-region"),
        ("交押金300元", "block", "fees"),
        ("包吃住,月入过万不是梦", "block", "bait"),
        ("年龄18-45", "warn", "age-limit"),
        ("身高165以上", "warn", "looks"),
        ("工资面议", "block", "wage-negotiable"),
        ("需持低压电工证", "ok", ""),
        ("欢迎下岗女工、退役军人报名", "ok", ""),
        ("招14岁以上", "block", "under-16"),
        ("只招女工", "block", "sex-limit"),
        ("男士优先", "block", "sex-limit"),
        ("招女工10名", "block", "sex-limit"),
        ("未婚", "block", "marriage-birth"),
        ("三年内不生育", "block", "marriage-birth"),
        ("限汉族", "block", "ethnicity-religion"),
        ("信教勿扰", "block", "ethnicity-religion"),
        ("乙肝五项", "block", "hepatitis-b"),
        ("残疾人勿扰", "block", "disability"),
        ("仅限本地户口", "block", "household-region"),
        ("河南人勿扰", "block", "household-region"),
        ("限本市", "block", "household-region"),
        ("入职需孕检", "block", "pregnancy-test"),
        ("服装费200", "block", "fees"),
        ("扣押身份证", "block", "fees"),
        ("先培训后上岗收费", "block", "fees"),
        ("包录用", "block", "bait"),
        ("形象好", "warn", "looks"),
        ("月薪3000-30000元", "warn", "wage-range"),
        ("限男性，女士优先", "block", "sex-limit"),
        ("限　男　性", "block", "sex-limit"),
        ("招女服務員", "block", "sex-limit"),
    ],
)
def test_each_sentence_gets_its_reaction(sentence: str, reaction: str, key: str) -> None:
    findings = screen(sentence)
    assert worst(findings) == reaction
    assert {finding.key for finding in findings} == ({key} if key else set())


@pytest.mark.parametrize(
    "sentence",
    [
        "男女不限",
        "性别不限，年龄不限",
        "不收押金，免培训费",
        "培训费由单位承担",
        "有限公司男装生产线",
        "婚育不限",
        "不查乙肝",
        "户籍不限",
        "照顾3岁以上宝宝",
        "年满18周岁",
        "提供夫妻房、单身宿舍",
        "中介勿扰",
        "缴五险，工资月结，长白班",
        "月薪3500-5000元",
        "身份证复印件一份",
    ],
)
def test_lawful_sentences_pass(sentence: str) -> None:
    assert screen(sentence) == []


def test_a_finding_states_words_law_and_rewording_in_both_languages() -> None:
    (finding,) = screen("本厂诚聘，限男性", field="conditions")
    assert (finding.words, finding.field) == ("限男", "conditions")
    for locale in ("zh-Hans", "en"):
        assert all(finding.text(part, locale) for part in ("message", "basis", "rewrite"))
    assert finding.text("message", "en").isascii()
    assert restore([finding.kept()]) == [finding]


def test_a_recorded_fact_softens_its_rule_to_a_warning() -> None:
    assert worst(screen("工资面议", known=["pay"])) is Reaction.WARN
    assert worst(screen("限男性", known=["sex_ground"])) is Reaction.WARN
    assert worst(screen("限男性", known=["pay"])) is Reaction.BLOCK


def test_a_certificate_in_the_text_becomes_a_requirement() -> None:
    (needed,) = certificates_in("需持低压电工证")
    assert (needed.kind, needed.must) == (CertificateKind.SPECIAL_OPERATION, True)
    (wished,) = certificates_in("有健康证者优先")
    assert (wished.kind, wished.must) == (CertificateKind.HEALTH, False)


@pytest.mark.rule("free-text", "action")
def test_telephone_numbers_are_masked_for_the_public() -> None:
    assert without_phones("联系人王姐13812345678，工资4500-6000") == "联系人王姐138****5678，工资4500-6000"


def test_every_pattern_is_bounded() -> None:
    for rule in rulebook().values():
        for pattern in (rule.pattern, rule.allow):
            if pattern is not None:
                assert longest_repeat(pattern.pattern) <= 12, rule.key


def test_screening_two_thousand_characters_is_quick() -> None:
    for text in ("限" * 2000, "招" * 2000, "年龄1" * 600, "女" * 2000, "无免不" * 660):
        started = time.process_time()  # of the processor, so that a busy machine does not fail the test
        screen(text)
        assert time.process_time() - started < 0.5


def test_every_rule_speaks_both_languages() -> None:
    parts = {f"{part}_{language}" for part in ("message", "basis", "rewrite") for language in ("zh", "en")}
    for rule in rulebook().values():
        assert set(rule.texts) == parts
        assert all(rule.texts.values())


def longest_repeat(pattern: str) -> int:
    """The most characters that one repetition of a pattern can take."""
    return _steps(parser.parse(pattern))


def _steps(tree: Any) -> int:
    most = 0
    for kind, argument in tree:
        if kind in (constants.MAX_REPEAT, constants.MIN_REPEAT):
            most = max(most, int(argument[1]) * max(1, _steps(argument[2])))
        elif kind is constants.BRANCH:
            most = max([most, *(_steps(branch) for branch in argument[1])])
        elif kind is constants.SUBPATTERN:
            most = max(most, _steps(argument[3]))
        elif kind in (constants.ASSERT, constants.ASSERT_NOT):
            most = max(most, _steps(argument[1]))
    return most


@pytest.mark.parametrize("text", ["18–45岁", "18—45岁", "18－45岁", "18～45岁", "18-45岁"])
def test_an_age_limit_is_found_whatever_dash_it_is_written_with(text: str) -> None:
    assert [finding.key for finding in screen(text)] == ["age-limit"]


@pytest.mark.parametrize(
    "written",
    ["13812345678", "+8613812345678", "138 1234 5678", "138-1234-5678", "１３８１２３４５６７８", "138 12 34 56 78"],
)
def test_a_telephone_is_masked_however_it_is_written(written: str) -> None:
    masked = without_phones(f"找王姐{written}，工资13000-15000")
    assert masked.endswith("，工资13000-15000")
    assert "****" in masked
    assert not any(middle in masked for middle in ("1234", "12 34", "１２３４"))
