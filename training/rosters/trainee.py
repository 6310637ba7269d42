"""One row of a roster, cell by cell: its text, its meaning, its faults. Pure; refuses and never guesses."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from centre import person_names
from centre.calendar import age_on
from centre.errors import Problem, Refusal
from centre.numbers import (
    BadNumber,
    IdentityForm,
    IdentityNumber,
    PhoneForm,
    parse_identity,
    parse_phone,
)
from centre.people import Sex
from centre.sheets.cells import Cell
from centre.sheets.ditto import is_ditto
from centre.sheets.reading import text_of
from centre.text import HAN, clean, fold_width, normalise
from centre.translation import N_
from training.enrolments.rules import Relation
from training.rosters.columns import CATEGORY, EDUCATION, LEVEL, RELATION, WANTED
from training.rosters.rules import Trainee

INVENTED_COUNTY = "610499"
"""A county that does not exist: demo numbers begin with it, and a warning about each of them would be noise."""

_TWO_NUMBERS = re.compile(r"[0-9]{15,18}[xX]?[^0-9xX]+[0-9]{15,18}|[0-9xX]{30,}")
_DATE = re.compile(r"([0-9]{4})[年./\-]([0-9]{1,2})[月./\-]([0-9]{1,2})日?(?:[T ].*)?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:\.0)?")
_SERIAL = re.compile(r"([0-9]{4,5})(?:\.0)?")
_MONTH = re.compile(r"([0-9]{4})[年./\-]([0-9]{1,2})月?|([0-9]{4})([0-9]{2})")
_SPAN = re.compile(
    r"([0-9]{4})[年./\-]([0-9]{1,2})[月./\-]([0-9]{1,2})日?(?:-|—|–|~|至|到)+(?:([0-9]{4})[年./\-])?"
    r"(?:([0-9]{1,2})[月./\-])?([0-9]{1,2})日?"
)
_EXCEL_EPOCH = date(1899, 12, 30)
_SEXES = {"男": Sex.MALE, "男性": Sex.MALE, "m": Sex.MALE, "女": Sex.FEMALE, "女性": Sex.FEMALE, "f": Sex.FEMALE}
_RESIDENT = {"居民身份证", "身份证", "二代身份证", "中华人民共和国居民身份证", "01", "1"}


@lru_cache(maxsize=512)
def _levelled(written: str) -> str:
    """A word of a code list, normalised; cached, because the same few words occur in every row."""
    return "".join(normalise(written).split())


class Faulty(Exception):
    """One cell cannot be accepted."""

    def __init__(self, code: str, message: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.message, self.params = code, message, params


def parse_name(cell: Cell) -> str:
    """A person's name as `centre.person_names` reads it; a quotation mark for text is no part of it. Raises Faulty."""
    if cell is None:
        raise Faulty("missing", N_("没有填写姓名"))
    try:
        return person_names.parse_name(_written(cell))
    except person_names.SeveralNames as fault:
        raise Faulty(fault.code, fault.message) from None
    except Refusal as fault:
        raise Faulty("name-form", fault.message, **fault.params) from None


def _written(cell: Cell) -> str:
    return text_of(cell).strip().strip("'’")


def parse_number(cell: Cell, today: date) -> IdentityNumber:
    """An identity number as spreadsheets store it. Raises Faulty; the message never repeats the cell."""
    if cell is None:
        raise Faulty("missing", N_("没有填写身份证号"))
    if is_ditto(cell):
        raise Faulty("ditto", N_("这一格不能写“同上”，请填写本人的"))
    if isinstance(cell, str) and _TWO_NUMBERS.search(fold_width(cell)):
        raise Faulty("two-people", N_("一格里像是写了两个人，请分成两行"))
    try:
        return parse_identity(cell, today, from_sheet=True)
    except IdentityForm as fault:
        raise Faulty(fault.code, fault.message, **fault.params) from None
    except BadNumber as fault:
        plain = {
            "identity-date": N_("身份证号里的出生日期不存在"),
            "identity-age": N_("身份证号里的出生日期不合理：晚于今天，或年龄超过 120 岁"),
        }
        raise Faulty(fault.code, plain.get(fault.code, fault.message)) from None


def parse_date(cell: Cell) -> date:
    """A date in any of the spellings of rosters (DOMAIN 8.2). Raises Faulty."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    written = "".join(fold_width(text_of(cell)).split()).strip("'’")
    try:
        if match := _DATE.fullmatch(written) or _COMPACT.fullmatch(written):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if (serial := _SERIAL.fullmatch(written)) and 3_000 <= int(serial[1]) < 60_000:
            return _EXCEL_EPOCH + timedelta(days=int(serial[1]))
    except ValueError:
        pass
    raise Faulty("date-form", N_("日期看不懂，请写成 1975-03-08 这样"))


def parse_span(cell: Cell) -> tuple[date, date]:
    """The first and last day in one cell: `2026.3.2-3.27`. Raises Faulty."""
    written = "".join(fold_width(text_of(cell)).split())
    match = _SPAN.fullmatch(written)
    try:
        if match:
            first = date(int(match[1]), int(match[2]), int(match[3]))
            return first, date(int(match[4] or first.year), int(match[5] or first.month), int(match[6]))
    except ValueError:
        pass
    raise Faulty("span-form", N_("起止时间看不懂，请写成 2026.3.2-3.27 这样"))


def read_trainee(
    cells: Mapping[str, Cell], *, today: date, start_on: date, least_age: int
) -> tuple[Trainee | None, list[Problem], list[Problem]]:
    """A row as a trainee (None when it cannot be one), its problems, and warnings that do not stop it."""
    return _Row(cells, today, start_on, least_age).read()


class _Row:
    """The state of reading one row: values so far, and all faults, not only the first."""

    def __init__(self, cells: Mapping[str, Cell], today: date, start_on: date, least_age: int) -> None:
        self.cells = cells
        self.today, self.start_on, self.least_age = today, start_on, least_age
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def read(self) -> tuple[Trainee | None, list[Problem], list[Problem]]:
        """Read every cell."""
        self._wanted()
        self._id_type()
        name = self._take("name", parse_name)
        self._spelling(name)
        number = self._take("id_number", lambda cell: parse_number(cell, self.today))
        if number is not None:
            self._against_number(number)
        relation = self._coded("relation", RELATION)
        education, category = self._coded("education", EDUCATION), self._coded("category", CATEGORY)
        phone, bank = self._optional("phone", self._phone), self._optional("bank", self._bank)
        card_no, hardship_no = (self._optional(name, self._short) for name in ("card_no", "hardship_no"))
        if relation not in (None, Relation.SELF) and not hardship_no:
            self._fault("hardship_no", Faulty("beneficiary-missing", N_("子女或配偶参加，请填写困难职工档案号")))
        if name is None or number is None or self.problems:
            return None, self.problems, self.warnings
        trainee = Trainee(
            name=name,
            number=number.value,
            birth_on=number.birth_date,
            sex=str(number.sex),
            legacy_number=number.legacy_15,
            phone=phone or "",
            education=education,
            category=category,
            relation=relation or Relation.SELF,
            hardship_no=hardship_no or "",
            bank=bank or "",
            card_no=card_no or "",
        )
        return trainee, self.problems, self.warnings

    def _take(self, name: str, parse: Any) -> Any:
        try:
            return parse(self.cells.get(name))
        except Faulty as fault:
            self._fault(name, fault)
            return None

    def _spelling(self, name: str | None) -> None:
        """A name that is stored otherwise than it was written, so that its owner can object."""
        written = _written(self.cells.get("name"))
        if name and "".join(clean(written).split()) != "".join(name.split()):
            message = N_("姓名“{written}”按“{name}”登记，请核对")
            self.warnings.append(Problem("name", "name-respelt", message, {"written": written, "name": name}))

    def _optional(self, name: str, parse: Any) -> Any:
        return None if self.cells.get(name) is None else self._take(name, parse)

    def _fault(self, name: str, fault: Faulty) -> None:
        self.problems.append(Problem(name, fault.code, fault.message, fault.params))

    def _wanted(self) -> None:
        for name in WANTED:
            if name in self.cells and self.cells[name] is None:
                self._fault(name, Faulty("missing", N_("这一格没有填写")))

    def _id_type(self) -> None:
        kind = self.cells.get("id_type")
        if kind is not None and _levelled(text_of(kind)) not in _RESIDENT:
            self._fault("id_type", Faulty("id-type", N_("目前只能导入居民身份证，其他证件请到窗口办理")))

    def _coded(self, name: str, words: Mapping[str, Any]) -> Any:
        cell = self.cells.get(name)
        if cell is None:
            return None
        value = words.get(_levelled(text_of(cell)))
        if value is None:
            self._fault(name, Faulty("not-in-list", N_("不在可选范围内，请从模板的下拉列表里选")))
        return value

    @staticmethod
    def _phone(cell: Cell) -> str:
        if is_ditto(cell):
            raise Faulty("ditto", N_("这一格不能写“同上”，请填写本人的"))
        try:
            return parse_phone(cell)
        except PhoneForm as fault:
            raise Faulty(fault.code, fault.message) from None
        except BadNumber as fault:
            raise Faulty(fault.code, fault.message) from None

    @staticmethod
    def _bank(cell: Cell) -> str:
        written = re.sub(r"[\s\-'’]", "", fold_width(text_of(cell)))
        if not isinstance(cell, str) and (not isinstance(cell, int) or len(written) > 15):
            raise Faulty(
                "number-damaged", N_("号码被电子表格损坏，末几位已丢失：请把这一列设为文本格式，按原件重新填写")
            )
        if not re.fullmatch(r"[0-9]{12,21}", written):
            raise Faulty("bank-form", N_("银行卡号应为 12 至 21 位数字"))
        return written

    @staticmethod
    def _short(cell: Cell) -> str:
        written = "".join(fold_width(text_of(cell)).split()).strip("'’")
        if len(written) > 40 or not re.fullmatch(rf"[0-9A-Za-z{HAN}\-/()〔〕\[\]]+", written):
            raise Faulty("number-form", N_("编号最多 40 个字，只含字母、数字和连字符"))
        return written

    def _against_number(self, number: IdentityNumber) -> None:
        """Compare the other cells with what the identity number says about the person."""
        if age_on(number.birth_date, self.start_on) < self.least_age:
            fault = Faulty("too-young", N_("开班时未满 {age} 周岁，不能参加培训"), age=self.least_age)
            self._fault("id_number", fault)
        sex = self.cells.get("sex")
        if sex is not None:
            stated = _SEXES.get(_levelled(text_of(sex)))
            if stated is None:
                self._fault("sex", Faulty("not-in-list", N_("性别请填“男”或“女”")))
            elif stated.value != str(number.sex):
                self._fault("sex", Faulty("sex-mismatch", N_("性别与身份证号不一致")))
        self._birth(number.birth_date)
        self.warnings += [warning for warning in number.warnings if warning.params.get("code") != INVENTED_COUNTY]

    def _birth(self, birth: date) -> None:
        cell = self.cells.get("birth")
        if cell is None:
            return
        written = "".join(fold_width(text_of(cell)).split())
        month = _MONTH.fullmatch(written) if isinstance(cell, str) else None
        if month:
            same = (birth.year, birth.month) == (int(month[1] or month[3]), int(month[2] or month[4]))
        else:
            stated = self._take("birth", parse_date)
            same = stated is None or stated == birth
        if not same:
            self._fault("birth", Faulty("birth-mismatch", N_("出生日期与身份证号不一致")))


def against_class(
    cells: Mapping[str, Cell], *, major: str, level: int | None, start_on: date, end_on: date
) -> list[Problem]:
    """Warnings where a row names another major, level or period than its class."""
    warnings = []
    stated, expected = _levelled(text_of(cells.get("major"))), _levelled(major)
    if stated and stated not in expected and expected not in stated:
        warnings.append(
            Problem("major", "major-differs", N_("与所选班级的专业“{major}”不一致，请核对"), {"major": major})
        )
    wanted = LEVEL.get(_levelled(text_of(cells.get("level"))))
    if cells.get("level") is not None and wanted != level:
        warnings.append(Problem("level", "level-differs", N_("与所选班级的等级不一致，请核对")))
    if cells.get("days") is not None:
        try:
            if parse_span(cells["days"]) != (start_on, end_on):
                warnings.append(Problem("days", "days-differ", N_("与所选班级的起止时间不一致，请核对")))
        except Faulty as fault:
            warnings.append(Problem("days", fault.code, fault.message))
    return warnings
