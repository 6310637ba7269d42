"""Numbers that people carry: identity, employer code, telephone, certificates. Pure; refuses and never guesses."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import mul
from typing import ClassVar, Literal

from centre import regions
from centre.calendar import add_years, age_on
from centre.errors import Problem, Refusal
from centre.text import INVISIBLE, fold_width, shown_sign
from centre.translation import N_

_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_IDENTITY_CHECKS = "10X98765432"
_EMPLOYER_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_EMPLOYER_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))

_SPACES = re.compile(rf"[\s{INVISIBLE}]+")
_QUOTES = "'`\"‘’“”"
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]{1,17})?[Ee]\+?[0-9]{1,3}")
_FRACTION = re.compile(r"([0-9]{1,15})\.0{1,4}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})-?([2-8][0-9]{2,3})-?([0-9]{4})(?:-([0-9]{1,5}))?")
_COUNTRY = re.compile(r"^(?:(?:\+|00)86-?|86-?(?=1[3-9](?:-?[0-9]){9}$))")
_SERVICE_LINE = re.compile(r"[48]00-?[0-9]{3}-?[0-9]{4}")


class BadNumber(Refusal, ValueError):
    """A number that cannot be accepted; the subclass names the reason."""

    code: ClassVar[str] = "number"
    status = 422
    message: ClassVar[str] = N_("号码不正确")


class NumberDamaged(BadNumber):
    """A spreadsheet stored the number as a figure and lost its last digits."""

    code = "number-damaged"
    message = N_("号码被电子表格损坏，末几位已丢失：请把这一列设为文本格式，按原件重新填写")


class IdentityForm(BadNumber):
    """Not 18 (or, from old files, 15) characters of the right kind."""

    code = "identity-form"
    message = N_("身份证号应为 18 位：17 位数字加 1 位数字或 X（现有 {length} 位）")


class IdentitySign(IdentityForm):
    """A character that looks like a digit or an X, or is invisible: Cyrillic Х, U+202D."""

    code = "identity-sign"
    message = N_("身份证号里有不该有的字符 {sign}，请删掉后重新输入；末位是英文字母 X")


class IdentityDate(BadNumber):
    """Digits 7 to 14 are no calendar date."""

    code = "identity-date"
    message = N_("身份证号里的出生日期 {digits} 不存在")


class IdentityFuture(BadNumber):
    """Born after today, or more than 120 years ago."""

    code = "identity-age"
    message = N_("身份证号里的出生日期 {born} 不合理：晚于今天，或年龄超过 120 岁")


class IdentityCheckDigit(BadNumber):
    """The last character does not fit the other 17."""

    code = "identity-check-digit"
    message = N_("身份证号校验不通过，请对照原件逐位核对")


class EmployerCodeForm(BadNumber):
    """Not 18 characters of the alphabet of GB 32100."""

    code = "employer-code-form"
    message = N_("统一社会信用代码应为 18 位数字或大写字母，不含 I、O、S、V、Z")


class EmployerCodeCheck(BadNumber):
    """The check character does not fit."""

    code = "employer-code-check"
    message = N_("统一社会信用代码校验不通过，请对照营业执照核对")


class MobileForm(BadNumber):
    """Not a mainland mobile number."""

    code = "mobile-form"
    message = N_("手机号应为 11 位，以 13 至 19 开头")


class PhoneForm(BadNumber):
    """Neither a mobile number nor a landline with its area code."""

    code = "phone-form"
    message = N_("电话应为 11 位手机号，或带区号的固定电话，如 010-65000000")


class CertificateForm(BadNumber):
    """No known shape of certificate number."""

    code = "certificate-form"
    message = N_("证书编号不合规则：等级证书 22 位，职业资格证书 16 位")


class CertificateLevel(BadNumber):
    """The level inside the number is not the level stated."""

    code = "certificate-level"
    message = N_("证书编号里的等级（{coded}）与所填等级（{stated}）不一致")


class CertificateYear(BadNumber):
    """The year inside the number is not the year of issue."""

    code = "certificate-year"
    message = N_("证书编号里的年份（{coded}）与发证年份（{stated}）不一致")


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """A resident identity number (公民身份号码) of 18 characters that passed every rule; warnings do not reject."""

    value: str
    birth_date: date
    sex: Literal["female", "male"]
    region_code: str
    legacy_15: bool = False
    warnings: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate number says of itself: `skill-level` (VR20), `top-skill`, or `qualification` (VR21)."""

    value: str
    kind: str
    province_code: str
    year: int | None
    level: int | None


@dataclass(frozen=True, slots=True)
class SpecialCard:
    """A special-operation card (特种作业操作证): good for six years, to be reviewed after three."""

    issued_on: date

    @property
    def review_due_on(self) -> date:
        """The day by which it must have been reviewed."""
        return add_years(self.issued_on, 3)

    @property
    def expires_on(self) -> date:
        """The first day on which it is no longer good."""
        return add_years(self.issued_on, 6)

    def good_on(self, day: date, *, reviewed: bool) -> bool:
        """Whether its holder may do the work on that day."""
        return self.issued_on <= day < (self.expires_on if reviewed else self.review_due_on)


def parse_identity(raw: object, today: date, *, from_sheet: bool = False) -> IdentityNumber:
    """Read an identity number as people write it (VR01-VR08). Raises a BadNumber that names the fault.

    A number that ends in 000 is refused when it comes `from_sheet`, though its check digit may fit by chance:
    it is what is left of 15 significant digits.
    """
    value = _bare(raw)
    if re.fullmatch(r"[0-9]{15}", value):
        return _upgraded(value, today)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", value):
        strange = re.sub(r"[0-9A-Z]", "", value)
        if len(strange) in (1, 2) and len(value) - len(strange) >= 15:
            raise IdentitySign(length=len(value), sign=shown_sign(strange[0]))
        raise IdentityForm(length=len(value))
    sound = identity_check(value) == value[17]
    if value.endswith("000") and (from_sheet or not sound):
        raise NumberDamaged
    birth = _birth(value[6:14], today)
    if not sound:
        raise IdentityCheckDigit
    return _identity(value, birth, legacy=False)


def identity_check(digits: str) -> str:
    """The check character of GB 11643 for the first 17 digits."""
    return _IDENTITY_CHECKS[sum(map(mul, map(int, digits[:17]), _IDENTITY_WEIGHTS)) % 11]


def parse_employer_code(raw: object) -> str:
    """Read a unified social credit code (统一社会信用代码, VR11) into 18 capital characters. Raises a BadNumber."""
    value = _bare(raw)
    if len(value) != 18 or any(letter not in _EMPLOYER_ALPHABET for letter in value):
        raise EmployerCodeForm
    if employer_check(value) != value[17]:
        raise NumberDamaged if value.isdigit() and value.endswith("000") else EmployerCodeCheck
    return value


def employer_check(code: str) -> str:
    """The check character of GB 32100 for the first 17 characters."""
    total = sum(
        _EMPLOYER_ALPHABET.index(letter) * weight for letter, weight in zip(code, _EMPLOYER_WEIGHTS, strict=False)
    )
    return _EMPLOYER_ALPHABET[-total % 31]


def parse_mobile(raw: object) -> str:
    """Read a mainland mobile number into 11 digits (VR10). Raises MobileForm."""
    value = _dialled(raw).replace("-", "")
    if not _MOBILE.fullmatch(value):
        raise MobileForm
    return value


def parse_phone(raw: object) -> str:
    """Read a mobile number, or a landline with area code into `029-33211234` (extension behind). Raises PhoneForm."""
    value = _dialled(raw)
    if _MOBILE.fullmatch(value.replace("-", "")):
        return value.replace("-", "")
    if _SERVICE_LINE.fullmatch(value):
        return value.replace("-", "")
    landline = _LANDLINE.fullmatch(re.sub(r"转|分机", "-", value))
    if not landline:
        raise PhoneForm
    area, first, last, extension = landline.groups()
    return f"{area}-{first}{last}" + (f"-{extension}" if extension else "")


def parse_certificate(raw: object, *, level: int | None = None, year: int | None = None) -> Certificate:
    """Read a certificate number and hold it against the stated level (1 highest to 5) and year of issue.

    Raises CertificateForm, CertificateLevel, CertificateYear.
    """
    value = _bare(raw)
    if re.fullmatch(r"[YSJ][0-9]{14}[1-5][0-9]{6}", value):
        certificate = Certificate(value, "skill-level", value[5:7] + "0000", 2000 + int(value[13:15]), int(value[15]))
    elif re.fullmatch(r"[A-Z]{2}[0-9]{20}", value):
        certificate = Certificate(value, "top-skill", "", None, None)  # its inner order is not published
    elif re.fullmatch(r"[0-9]{6}[0-4][0-9]{3}[1-5][0-9]{5}", value):
        certificate = Certificate(value, "qualification", value[2:4] + "0000", _century(int(value[:2])), int(value[10]))
    else:
        raise CertificateForm
    if level is not None and certificate.level is not None and level != certificate.level:
        raise CertificateLevel(coded=certificate.level, stated=level)
    if year is not None and certificate.year is not None and year != certificate.year:
        raise CertificateYear(coded=certificate.year, stated=year)
    return certificate


def _bare(raw: object) -> str:
    """What was written, without spaces and quotes, in ASCII capitals. Raises NumberDamaged for lost digits."""
    if isinstance(raw, float):
        if not raw.is_integer() or abs(raw) >= 1e15:
            raise NumberDamaged
        raw = int(raw)
    if isinstance(raw, int) and abs(raw) >= 10**15:
        raise NumberDamaged
    value = _SPACES.sub("", fold_width(str(raw)[:200])).strip(_QUOTES).upper()
    if _SCIENTIFIC.fullmatch(value):
        raise NumberDamaged
    fraction = _FRACTION.fullmatch(value)
    return fraction[1] if fraction else value


def _dialled(raw: object) -> str:
    value = re.sub(r"[‐‑‒–—―－_()（）]+", "-", _bare(raw)).strip("-")
    inside = _COUNTRY.sub("", value)
    if inside == value:
        return value
    return inside if inside.startswith(("0", "1")) else "0" + inside  # +86 29 drops the leading zero of the area code


def _birth(digits: str, today: date) -> date:
    try:
        birth = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise IdentityDate(digits=digits) from None
    if birth > today or age_on(birth, today) > 120:
        raise IdentityFuture(born=birth.isoformat())
    return birth


def _upgraded(value: str, today: date) -> IdentityNumber:
    """A number of the first generation (VR06): the century was always 19, the check character is new."""
    digits = f"{value[:6]}19{value[6:]}"
    return _identity(digits + identity_check(digits), _birth(digits[6:14], today), legacy=True)


def _identity(value: str, birth: date, *, legacy: bool) -> IdentityNumber:
    region = value[:6]
    warnings = []
    if legacy:
        warnings.append(Problem("id_number", "identity-legacy", N_("这是 15 位旧号码，请查看新身份证")))
    if not regions.was_ever_county(region):
        message = N_("身份证号前六位 {code} 不在区划表里，可能是旧代码，请核对")
        warnings.append(Problem("id_number", "identity-region", message, {"code": region}))
    if value[14:17] == "000":
        warnings.append(Problem("id_number", "identity-sequence", N_("身份证号顺序码为 000，正常不会发放，请核对")))
    return IdentityNumber(value, birth, "male" if int(value[16]) % 2 else "female", region, legacy, tuple(warnings))


def _century(year: int) -> int:
    """Qualification certificates were issued from 1994 to about 2020."""
    return 1900 + year if year >= 90 else 2000 + year
