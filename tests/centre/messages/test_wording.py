"""The register: what a text offers, what may replace it, and how it reads."""

import pytest

from centre.messages.employers import BOOTH_NUMBERED, BOOTH_REFUSED
from centre.messages.everything import REGISTER
from centre.messages.office import REGISTER_CODE
from centre.messages.overlay import STANDARD, example_of, problems_of
from centre.messages.wording import Text, Wording


def codes(wording: Wording, title: str, body: str = "") -> list[str]:
    """The codes of what is wrong with a text."""
    return [problem.code for problem in problems_of(wording, {"title": title, "body": body})]


@pytest.mark.parametrize("name", sorted(REGISTER))
def test_every_standard_text_may_be_taken_and_reads_without_a_gap(name: str) -> None:
    wording = REGISTER[name]
    assert codes(wording, wording.title, wording.body) == []
    assert problems_of(wording, STANDARD) == []
    example = example_of(wording, wording.standard)
    assert example.title
    assert "{" not in example.title + example.body


@pytest.mark.parametrize(
    ("title", "body", "code"),
    [
        ("展位：{fair}，请到场", "", "message-missing"),
        ("展位号 {booth_no}，{name}", "", "message-unknown"),
        ("展位号 {booth_no}，{fair.employer.contact_phone}", "", "message-braces"),
        ("展位号 {booth_no!r}", "", "message-braces"),
        ("展位号 {booth_no:>100000000}", "", "message-braces"),
        ("展位号 {booth_no", "", "message-braces"),
        ("展位号 {0}", "", "message-braces"),
        ("", "展位号 {booth_no}", "missing"),
        ("展位号 {booth_no}", "长" * 1_001, "message-long"),
    ],
)
def test_a_text_that_says_too_much_or_too_little_is_refused(title: str, body: str, code: str) -> None:
    assert codes(BOOTH_NUMBERED, title, body) == [code]


def test_a_text_may_leave_out_what_is_not_required() -> None:
    assert codes(BOOTH_NUMBERED, "贵单位在 {booth_no} 号展位") == []


def test_a_code_has_to_be_in_the_part_that_leaves() -> None:
    assert codes(REGISTER_CODE, "验证码 {code}", "五分钟有效") == ["message-missing"]


def test_a_place_or_another_shape_is_refused() -> None:
    standard = {"title": BOOTH_REFUSED.title, "body": ""}
    assert [problem.code for problem in problems_of(BOOTH_REFUSED, standard, "610400")] == ["message-region"]
    assert [problem.code for problem in problems_of(BOOTH_REFUSED, ["a"])] == ["message-value"]
    assert [problem.code for problem in problems_of(BOOTH_REFUSED, {"title": 1, "body": ""})] == ["message-value"]


def test_words_have_to_be_complete_and_bring_no_others() -> None:
    with pytest.raises(TypeError):
        BOOTH_REFUSED.of(fair="招聘会")
    with pytest.raises(TypeError):
        BOOTH_REFUSED.of(fair="招聘会", reason="满了", phone="13800000000")


def test_what_people_wrote_is_not_read_as_a_template() -> None:
    filled = Text("{reason}").filled({"reason": "{name} 不行"})
    assert filled.title == "{name} 不行"


def test_a_name_is_known_once_and_its_words_have_a_meaning() -> None:
    with pytest.raises(ValueError, match="two of this name"):
        Wording("", "letter", "信")
    with pytest.raises(ValueError, match="salary"):
        Wording("", "pay", "{salary}")
    assert "pay" not in REGISTER
