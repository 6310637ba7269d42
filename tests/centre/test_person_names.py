"""One rule for names (VR26): however a name is written it is stored alike, found again, or its wrong sign is named."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from centre import person_names
from centre.person_names import (
    NameCharacters,
    NameLength,
    NameSign,
    SeveralNames,
    name_key,
    name_spelling,
    parse_name,
    same_name,
)
from centre.text import UnsafeText, simplify, traditional
from tests.planted import planted

ROSTER = Path(__file__).parents[1] / "training" / "rosters" / "data" / "names.xlsx"


@pytest.mark.parametrize(
    ("written", "name"),
    [("王　芳", "王芳"), (" 王 秀 兰 ", "王秀兰"), ("古丽•阿依", "古丽·阿依"), ("古丽・阿依", "古丽·阿依"),
     ("古丽．阿依", "古丽·阿依"), ("古丽.阿依", "古丽·阿依"), ("欧阳 修文", "欧阳修文"),
     ("古丽 · 阿依", "古丽·阿依"), ("𠮷田芳", "𠮷田芳"), ("業(yè)芳", "業芳"), ("王\u200b芳", "王芳"),
     ("Anna Lee", "Anna Lee"), ("Анна Ли", "Анна Ли"),
     ("Ｌｉ Ｎａ", "Li Na"), ("阿卜杜热西提·伊敏", "阿卜杜热西提·伊敏"), ("欧阳 修", "欧阳修")],
)  # fmt: skip
def test_names_are_read_as_rosters_write_them(written: str, name: str) -> None:
    assert parse_name(written) == name
    assert parse_name(name) == name


@pytest.mark.rule("person-name", "action")
@pytest.mark.parametrize("written", ["", "王", None, "阿" * 51, "　 "])
def test_names_have_2_to_50_characters(written: object) -> None:
    with pytest.raises(NameLength):
        parse_name(written)


@pytest.mark.parametrize("written", ["王芳、李红", "王芳 李红花", "王芳 李红", "王芳/李红"])
def test_two_people_in_one_cell_are_queried(written: str) -> None:
    with pytest.raises(SeveralNames):
        parse_name(written)


@pytest.mark.parametrize("written", ["同上", "小计", "··"])
def test_what_is_no_name_is_refused(written: str) -> None:
    with pytest.raises(NameCharacters):
        parse_name(written)


@pytest.mark.parametrize(
    ("written", "sign"),
    [("王⿰王民", "⿰ (U+2FF0)"), ("玛依拉—样", "— (U+2014)"), ("Хan Li", "Х (U+0425)"), ("王?芳", "?"),
     ("王芳★", "★ (U+2605)"), ("王芳1", "1"), ("13891012345", "1"), ("王芳(女)", "("), ("王芳（女）", "("),
     ("<b>王芳</b>", "<"), ("王芳&李红", "&")],
)  # fmt: skip
def test_a_wrong_sign_is_named_with_its_number(written: str, sign: str) -> None:
    with pytest.raises(NameSign) as refusal:
        parse_name(written)
    assert refusal.value.params["sign"] == sign


@pytest.mark.rule("person-name", "action")
@pytest.mark.parametrize("sign", ["\u202d", "\u202e", "\u2066"])
def test_disguising_characters_are_refused_by_their_number(sign: str) -> None:
    with pytest.raises(UnsafeText) as refusal:
        parse_name(f"王{sign}芳")
    assert refusal.value.params["character"] == f"U+{ord(sign):04X}"


@given(st.text(max_size=70))
def test_reading_a_name_is_stable(written: str) -> None:
    try:
        name = parse_name(written)
    except ValueError:
        return
    assert parse_name(name) == name
    assert same_name(written, name)


def test_the_names_of_a_messy_roster_are_read_or_queried() -> None:
    cells = [row[0] for row in openpyxl.load_workbook(ROSTER).worksheets[0].iter_rows(min_row=2, values_only=True)]

    def reading(cell: object) -> str:
        try:
            return parse_name(cell)
        except ValueError as refusal:
            return type(refusal).__name__

    assert [reading(cell) for cell in cells] == [
        "阿依古丽·买买提", "阿依古丽·买买提", "阿依古丽·买买提·艾合买提", "𠮷样", "王𠣴", "欧阳样", "NameSign",
        "NameSign", "Anna-Maria Müller", "王样", "古丽·样", "张样", "NameSign", "叶尔波力·样", "NameSign",
        "NameSign",
    ]  # fmt: skip


DOTS = "·•・．‧∙⋅･"
SCRIPTS: list[Callable[[str], str]] = [str, simplify, traditional]
GIVEN = st.text(st.sampled_from("阿依古丽买买提艾合国华龙龍陈陳马馬丽麗𠮷𠣴"), min_size=2, max_size=4)


@given(st.lists(GIVEN, min_size=1, max_size=3), st.data())
def test_a_name_is_the_same_in_either_script_with_any_dot_and_any_spaces(parts: list[str], data: st.DataObject) -> None:
    name = "·".join(parts)
    dot = data.draw(st.sampled_from(DOTS))
    gap = data.draw(st.sampled_from(["", " ", "\u3000", "\u200b"]))
    script = data.draw(st.sampled_from(SCRIPTS))
    assert same_name(name, script(f"{gap}{dot}{gap}".join(parts)))
    assert not same_name(name, name + "明")


def test_a_comparison_that_knows_one_dot_only_is_caught() -> None:
    check: Callable[[], None] = test_a_name_is_the_same_in_either_script_with_any_dot_and_any_spaces
    with planted(person_names, name_key=lambda name: name.replace("·", "")), pytest.raises(AssertionError):
        check()


def test_a_spelling_holds_both_readings_of_a_surname() -> None:
    assert name_spelling("单雄信") == "shanxiongxin danxiongxin"
    assert name_key("王　龍") == name_key("王龙")
