import pytest
from hypothesis import given
from hypothesis import strategies as st

from centre.person_names import NameCharacters, NameLength, parse_name
from centre.text import UnsafeText


@pytest.mark.parametrize(
    ("written", "name"),
    [("王　芳", "王芳"), (" 王 秀 兰 ", "王秀兰"), ("古丽•阿依", "古丽·阿依"), ("古丽・阿依", "古丽·阿依"),
     ("古丽．阿依", "古丽·阿依"),
     ("古丽 · 阿依", "古丽·阿依"), ("𠮷田芳", "𠮷田芳"), ("業(yè)芳", "業芳"), ("王\u200b芳", "王芳"),
     ("Anna Lee", "Anna Lee"),
     ("Ｌｉ Ｎａ", "Li Na"), ("阿卜杜热西提·伊敏", "阿卜杜热西提·伊敏"), ("欧阳 修", "欧阳修")],
)  # fmt: skip
def test_names_are_read_as_rosters_write_them(written: str, name: str) -> None:
    assert parse_name(written) == name
    assert parse_name(name) == name


@pytest.mark.parametrize("written", ["", "王", None, "阿" * 51, "　 "])
def test_names_have_2_to_50_characters(written: object) -> None:
    with pytest.raises(NameLength):
        parse_name(written)


@pytest.mark.parametrize(
    "written", ["王芳、李红", "王芳 李红花", "王芳1", "同上", "小计", "<b>王芳</b>", "13891012345", "王芳(女)", "··"]
)
def test_two_people_or_no_name_in_the_cell_are_refused(written: str) -> None:
    with pytest.raises(NameCharacters):
        parse_name(written)


def test_disguising_characters_are_refused() -> None:
    with pytest.raises(UnsafeText):
        parse_name("王\u202e芳")


@given(st.text(max_size=70))
def test_reading_a_name_is_stable(written: str) -> None:
    try:
        name = parse_name(written)
    except ValueError:
        return
    assert parse_name(name) == name
