from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centre import numbers

TODAY = date(2026, 3, 2)
WORKERS = {
    "610499197503080022": (date(1975, 3, 8), "female"),
    "610499196801120040": (date(1968, 1, 12), "female"),
    "610499199906300017": (date(1999, 6, 30), "male"),
    "610499198605200069": (date(1986, 5, 20), "female"),
    "610499198909300034": (date(1989, 9, 30), "male"),
    "610499200909010053": (date(2009, 9, 1), "male"),
    "610499198002290085": (date(1980, 2, 29), "female"),
    "610427197201010000": (date(1972, 1, 1), "female"),
    "610499199511110075": (date(1995, 11, 11), "male"),
    "610499198304150088": (date(1983, 4, 15), "female"),
    "610499197510050016": (date(1975, 10, 5), "male"),
    "610499197011110002": (date(1970, 11, 11), "female"),
    "11010519491231002X": (date(1949, 12, 31), "female"),
}
COUNTIES = st.sampled_from(["610402", "610427", "610499", "110101", "999999"])
BIRTHS = st.dates(date(1910, 1, 1), TODAY)


def refused(raw: object, **options: bool) -> str:
    with pytest.raises(numbers.BadNumber) as caught:
        numbers.parse_identity(raw, TODAY, **options)
    return caught.value.code


@pytest.mark.parametrize("value", WORKERS)
def test_a_real_number_is_read(value: str) -> None:
    identity = numbers.parse_identity(value, TODAY)
    assert (identity.birth_date, identity.sex) == WORKERS[value]
    assert (identity.value, identity.region_code, identity.legacy_15) == (value, value[:6], False)


@pytest.mark.rule("identity-form", "action")
@pytest.mark.parametrize(
    "written",
    ["11010519491231002x", " 110105 19491231 002X ", "'11010519491231002X", "11010519491231002X'",
     "１１０１０５１９４９１２３１００２Ｘ",
     "‘11010519491231002X", "110105\u200b19491231002X", "11010519491231002X\n"],
)  # fmt: skip
def test_the_ways_people_write_a_number_are_understood(written: str) -> None:
    assert numbers.parse_identity(written, TODAY).value == "11010519491231002X"


@pytest.mark.rule("identity-old", "action")
def test_a_15_digit_number_is_converted_and_marked() -> None:
    for written in ("610499750308002", 610499750308002, 610499750308002.0, "610499750308002.0"):
        identity = numbers.parse_identity(written, TODAY)
        assert (identity.value, identity.legacy_15) == ("610499197503080022", True)
        assert "identity-legacy" in [warning.code for warning in identity.warnings]


@pytest.mark.rule("identity-damaged", "action")
@pytest.mark.parametrize(
    "damaged",
    ["6.10499E+17", "6.10499e17", "６.１０４９９Ｅ＋１７", "6E+17", "610499197503080000", 6.10499197503080e17,
     610499197503080000, 610499197503080022, 1.5, float("nan"), float("inf")],
    ids=repr,
)  # fmt: skip
def test_a_number_that_a_spreadsheet_damaged_is_refused_and_never_guessed(damaged: object) -> None:
    assert refused(damaged, from_sheet=True) == "number-damaged"
    assert refused(damaged) == "number-damaged"


def test_fifteen_digits_and_three_noughts_are_damage_in_a_sheet_even_if_the_check_digit_fits() -> None:
    assert refused("610427197201010000", from_sheet=True) == "number-damaged"
    codes = [warning.code for warning in numbers.parse_identity("610427197201010000", TODAY).warnings]
    assert codes == ["identity-sequence"]


@pytest.mark.rule("identity-birth", "action")
@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "identity-form"),
        ("6104991975030800", "identity-form"),
        ("61049919750308002Y", "identity-form"),
        ("610499197503080022 610499196801120040", "identity-form"),
        ("同上", "identity-form"),
        (None, "identity-form"),
        ("²" * 18, "identity-form"),
        ("610499197502290012", "identity-date"),
        ("610499750229002", "identity-date"),
        ("610499197513010012", "identity-date"),
        ("610499202603030012", "identity-age"),
        ("610499190003010012", "identity-age"),
        ("610499197503080021", "identity-check-digit"),
        ("9" * 100_000, "identity-form"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_an_invalid_number_states_its_fault(raw: object, code: str) -> None:
    assert refused(raw) == code


@pytest.mark.rule("identity-region", "action")
def test_the_region_only_warns() -> None:
    for county in ("610402", "610427", "610421"):  # the last two abolished, and still in people's pockets
        digits = f"{county}19900307001"
        assert numbers.parse_identity(digits + numbers.identity_check(digits), TODAY, from_sheet=True).warnings == ()
    unknown = numbers.parse_identity("610499197503080022", TODAY)
    assert [(warning.code, warning.params) for warning in unknown.warnings] == [("identity-region", {"code": "610499"})]


@given(COUNTIES, BIRTHS, st.integers(1, 999))
def test_every_number_with_its_check_digit_is_read_back(county: str, birth: date, serial: int) -> None:
    digits = f"{county}{birth:%Y%m%d}{serial:03}"
    identity = numbers.parse_identity(digits + numbers.identity_check(digits), TODAY)
    assert identity.birth_date == birth
    assert identity.sex == ("male" if serial % 2 else "female")


@pytest.mark.rule("identity-check-digit", "action")
@given(COUNTIES, BIRTHS, st.integers(1, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(county: str, birth: date, serial: int, place: int, by: int) -> None:
    digits = f"{county}{birth:%Y%m%d}{serial:03}"
    number = digits + numbers.identity_check(digits)
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    with pytest.raises(numbers.BadNumber):
        numbers.parse_identity(wrong, TODAY)


@pytest.mark.parametrize(
    "code",
    ["91350100M000100Y43", "91610499MA6DEM0013", "91320599MA1DEM002C", "91440399MA5DEM003W", "52610499MJ0DEM004Q",
     "91330499MA2DEM005T"],
)  # fmt: skip
def test_employer_codes_are_checked(code: str) -> None:
    assert numbers.parse_employer_code(f" {code.lower()} ") == code
    with pytest.raises(numbers.EmployerCodeCheck):
        numbers.parse_employer_code(code[:-1] + ("1" if code[-1] != "1" else "2"))


@pytest.mark.parametrize(
    "code", ["", "9135010M000100Y43", "91350100M000100I43", "91350100M000100Y4O", "91350100M000100Y４³"]
)
def test_employer_codes_of_the_wrong_form_are_refused(code: str) -> None:
    with pytest.raises(numbers.EmployerCodeForm):
        numbers.parse_employer_code(code)


@pytest.mark.rule("telephone-form", "action")
@pytest.mark.parametrize(
    "written", ["13891012345", "+86 138 9101 2345", "0086-138-9101-2345", "１３８９１０１２３４５",
     13891012345, 13891012345.0, "'13891012345", "138—9101—2345"],
    ids=repr,
)  # fmt: skip
def test_mobiles_are_read(written: object) -> None:
    assert numbers.parse_mobile(written) == "13891012345"
    assert numbers.parse_phone(written) == "13891012345"


@pytest.mark.parametrize(
    ("written", "phone"),
    [("029-33211234", "029-33211234"), ("(029)33211234", "029-33211234"), ("０２９　３３２１１２３４", "029-33211234"),
     ("029-3321-1234", "029-33211234"), ("0910-3321234转801", "0910-3321234-801"), ("400-820-8820", "4008208820"),
     ("+86-29-33211234", "029-33211234")],
)  # fmt: skip
def test_landlines_keep_their_area_code(written: str, phone: str) -> None:
    assert numbers.parse_phone(written) == phone
    with pytest.raises(numbers.MobileForm):
        numbers.parse_mobile(written)


@pytest.mark.rule("telephone-form", "action")
@pytest.mark.parametrize(
    "written", ["", "12345678901", "1389101234", "33211234", 2933211234, "138910123456", "13891012345/13991012345"]
)
def test_other_telephones_are_refused(written: object) -> None:
    with pytest.raises(numbers.PhoneForm):
        numbers.parse_phone(written)


@pytest.mark.rule("certificate-number", "action")
def test_certificate_numbers_say_level_and_year() -> None:
    level = "S" + "0001" + "61" + "000123" + "26" + "4" + "000017"
    certificate = numbers.parse_certificate(level, level=4, year=2026)
    assert (certificate.kind, certificate.province_code, certificate.year, certificate.level) == (
        "skill-level",
        "610000",
        2026,
        4,
    )
    with pytest.raises(numbers.CertificateLevel):
        numbers.parse_certificate(level, level=5)
    with pytest.raises(numbers.CertificateYear):
        numbers.parse_certificate(level, year=2025)
    old = numbers.parse_certificate("08" + "61" + "04" + "0" + "012" + "5" + "00017", level=5, year=2008)
    assert (old.kind, old.province_code, old.year, old.level) == ("qualification", "610000", 2008, 5)
    assert numbers.parse_certificate("ys" + "1" * 20).kind == "top-skill"
    for wrong in ("", "S" + "1" * 20, "X" + level[1:], "0861049012500017", 861040012500017):
        with pytest.raises(numbers.CertificateForm):
            numbers.parse_certificate(wrong)
    with pytest.raises(numbers.NumberDamaged):
        numbers.parse_certificate(1.861040012500017e15)


@pytest.mark.rule("card-expiry", "action")
def test_special_operation_cards_need_a_review_and_expire() -> None:
    card = numbers.SpecialCard(date(2020, 2, 29))
    assert (card.review_due_on, card.expires_on) == (date(2023, 2, 28), date(2026, 2, 28))
    assert card.good_on(date(2023, 2, 27), reviewed=False)
    assert not card.good_on(date(2023, 2, 28), reviewed=False)
    assert card.good_on(date(2026, 2, 27), reviewed=True)
    assert not card.good_on(date(2026, 2, 28), reviewed=True)
    assert not card.good_on(date(2020, 2, 28), reviewed=True)


@pytest.mark.parametrize(
    ("written", "sign"),
    [("61049919870209222\u0425", "Х (U+0425)"), ("\u202d610499198702082228\u202c", "U+202D"),
     ("61049919870210222×", "× (U+00D7)"), ("61049919870210２22²", "² (U+00B2)")],
)  # fmt: skip
def test_a_sign_that_only_looks_like_part_of_an_identity_number_is_named(written: str, sign: str) -> None:
    with pytest.raises(numbers.IdentitySign) as refusal:
        numbers.parse_identity(written, date(2026, 11, 28))
    assert refusal.value.params["sign"] == sign
