"""The numbers of certificates, calculated by hand: weights 3^i mod 31, as the credit codes of employers have them."""

import pytest

from training.certificates.rules import CodeForm, certificate_code, check_character, parse_code, shown

CODES = [
    (2026, "ABCDEFGHJ", "GQ26ABCDEFGHJD"), (2026, "000000000", "GQ26000000000B"), (2099, "YXWUTRQPN", "GQ99YXWUTRQPN6"),
    (2105, "123456789", "GQ051234567895"),
]  # fmt: skip


@pytest.mark.parametrize(("year", "drawn", "code"), CODES)
def test_a_number_is_its_year_nine_characters_and_a_check(year: int, drawn: str, code: str) -> None:
    assert certificate_code(year, drawn) == code
    assert parse_code(code) == code


@pytest.mark.parametrize("code", ["91610499MA6DEM0013", "91350100M000100Y43"])
def test_the_check_is_that_of_a_credit_code(code: str) -> None:
    """GB 32100: the body of 17 characters gives the eighteenth."""
    assert check_character(code[:17]) == code[17]


@pytest.mark.parametrize("drawn", ["ABCDEFGH", "ABCDEFGHJK", ""])
def test_nine_characters_are_drawn(drawn: str) -> None:
    with pytest.raises(ValueError, match="nine"):
        certificate_code(2026, drawn)


def test_a_number_is_printed_in_groups_and_read_as_it_is_typed() -> None:
    code = CODES[0][2]
    assert shown(code) == f"GQ26-ABCDE-FGHJ{code[-1]}"
    assert parse_code(f" gq26 abcde-fghj{code[-1].lower()} ") == code


def test_look_alikes_are_read_as_the_digits_that_they_resemble() -> None:
    code = certificate_code(2026, "015021502")
    for digit, letter in (("0", "O"), ("1", "I"), ("5", "S"), ("0", "V"), ("2", "Z")):
        assert parse_code("GQ" + code[2:].replace(digit, letter)) == code


@pytest.mark.parametrize("typed", ["", "GQ26", "GQ26ABCDEFGHJ", "26ABCDEFGHJ1", "XQ26ABCDEFGHJ1", "GQ26ABCDEFGHJ!"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(CodeForm) as refused:
        parse_code(typed)
    assert refused.value.field == "code"
    with pytest.raises(CodeForm):
        parse_code(CODES[0][2] + "0")


def test_a_wrong_check_is_refused_whatever_it_is() -> None:
    code = CODES[0][2]
    for wrong in set("0123456789ABCDEFGHJKLMNPQRTUWXY") - {code[-1]}:
        with pytest.raises(CodeForm):
            parse_code(code[:-1] + wrong)
