"""Openings and workers from a spreadsheet: CSV, XLSX or JSON Lines (名册读入).

One line each; an empty cell means "not recorded", and a cell that its grammar cannot read refuses its line. Several
values in a cell are parted by
`;`, `、` or `|` (in JSON Lines a list will do). Wages are yuan. A `*` behind a skill or certificate of an opening makes
it a must, `(3)` behind it is a level; certificates of openings are musts unless a `?` follows. The column of held
certificates is the one exception to the rule of empty cells: where the column exists, an empty cell means none.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from typing import TypeVar

from centre import clock
from centre.grammars.ages import read_age
from centre.grammars.answers import read_answer
from centre.grammars.dates import DateUnreadable, read_date
from centre.grammars.headcount import read_headcount
from centre.grammars.pay import PayUnreadable, read_pay
from centre.grammars.places import read_place
from centre.grammars.reading import Unreadable, count
from centre.grammars.schooling import Grade, read_schooling
from centre.sheets.header import read_titles
from centre.skills.vocabulary import vocabulary
from centre.text import normalise
from centre.translation import N_
from employers.openings.rules import EMPLOYMENT_LABELS
from matching.engine.fit.profiles import (
    Certificate,
    CertificateNeed,
    EmploymentType,
    Leave,
    OpeningProfile,
    Practice,
    Risk,
    Skill,
    SkillNeed,
    WageUnit,
    WorkerProfile,
)
from matching.profiles.rules import LEAVE_LABELS

Cells = Mapping[str, object]
Read = TypeVar("Read")
_FIGURE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,2})?")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

# The names that a column may have, in order of preference.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "编号", "did", "key"),
    "title": ("title", "name", "名称", "岗位", "岗位名称"),
    "occupation": ("occupation", "occupations", "职业", "职业代码", "held_occupations"),
    "years": ("years", "年限"),
    "skills": ("skills", "技能"),
    "certificates": ("certificates", "held_certificates", "证书"),
    "region": ("region", "home", "area", "地区", "工作地点"),
    "wage": ("wage", "工资", "薪资", "月薪", "薪酬"),
    "wage_min": ("wage_min", "最低工资"),
    "wage_max": ("wage_max", "最高工资"),
    "wage_unit": ("wage_unit", "计薪单位"),
    "wanted": ("wanted", "wanted_occupations", "wanted_occupation", "期望职业"),
    "regions": ("regions", "allowed_regions", "wanted_regions", "期望地区"),
    "leave_home_ok": ("leave_home_ok", "外出意愿"),
    "wage_floor": ("wage_floor", "floor", "最低期望工资"),
    "employment_type": ("employment_type", "employment_types", "用工形式"),
    "night": ("night", "夜班"),
    "shift": ("shift", "倒班"),
    "night_ok": ("night_ok", "接受夜班"),
    "shift_ok": ("shift_ok", "接受倒班"),
    "hazardous": ("hazardous", "有毒有害"),
    "board": ("board", "包吃", "needs_board"),
    "lodging": ("lodging", "包住", "needs_lodging"),
    "education": ("education", "min_education", "学历"),
    "birth_date": ("birth_date", "出生日期"),
    "min_age": ("min_age", "最低年龄"),
    "available_from": ("available_from", "可到岗日期"),
    "headcount": ("headcount", "remaining", "招聘人数"),
    "valid_until": ("valid_until", "截止日期"),
    "starts_on": ("starts_on", "开工日期"),
    "accepts_training": ("accepts_training", "接受培训"),
    "registered_on": ("registered_on", "登记日期"),
    "risk": ("risk", "风险"),
    "hardship": ("hardship", "困难"),
}
DAYS = frozenset({"birth_date", "available_from", "valid_until", "starts_on", "registered_on"})
"""Columns of days."""
_PARTS = re.compile("[;；、|]")
_ITEM = re.compile(r"(.*?)(?:\(([1-9])\))?([*?]?)")
_UNITS = {
    "": "month", "月": "month", "元/月": "month", "每月": "month",
    "天": "day", "日": "day", "元/天": "day", "每天": "day",
    "时": "hour", "小时": "hour", "元/小时": "hour", "每小时": "hour", "件": "piece", "元/件": "piece", "每件": "piece",
}  # fmt: skip
_SUFFIXES = {"month": "/月", "day": "/天", "hour": "/小时", "piece": "/件"}
_LEAVES = {word: leave for leave, word in LEAVE_LABELS.items()} | {
    "不外出": Leave.NONE, "县内": Leave.COUNTY, "市内": Leave.CITY, "省内": Leave.PROVINCE, "都行": Leave.ANY,
}  # fmt: skip
_TYPES = {word: EmploymentType(str(value)) for value, word in EMPLOYMENT_LABELS.items()}
_LOST = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{2}")


class WordUnknown(Unreadable):
    """A word that a column's list does not have."""

    code = "word-unknown"
    message = N_("“{text}”不在可以填的词里，可以填：{words}")

    def __init__(self, text: str, words: Iterable[str]) -> None:
        super().__init__(text)
        self.params["words"] = "、".join(words)


class NumberUnreadable(Unreadable):
    """A whole number that cannot be read."""

    code = "number-unreadable"
    message = N_("“{text}”不是一个整数，请只写数字，如 5")


class IdMissing(Unreadable):
    """A line without an id."""

    code = "id-missing"
    message = N_("没有写编号")


class IdLostDigits(Unreadable):
    """A long number that a spreadsheet program rounded."""

    code = "id-lost-digits"
    message = N_("编号“{text}”已经丢了后几位数字，请把这一列改成文本格式再填")


def named(header: Sequence[str]) -> dict[str, int]:
    """Where each column stands; script, signs and brackets of the titles do not matter."""
    return dict(read_titles(header, COLUMNS).columns)


def picker(header: Sequence[str]) -> Callable[[Sequence[object]], Cells]:
    """A function that turns a row into named cells."""
    pairs = tuple(named(header).items())
    return lambda line: {name: line[place] if place < len(line) else "" for name, place in pairs}


def opening_of(cells: Cells) -> OpeningProfile:
    """The profile of an opening. Raises Unreadable, whose `field` is the column, where a cell cannot be read."""
    unit = _listed(cells, "wage_unit", _UNITS) or "month"
    low, high = _fen(cells, "wage_min", unit), _fen(cells, "wage_max", unit)
    if low is None and high is None and cells.get("wage"):
        unit, low, high = _range(cells)
    return OpeningProfile(
        id=_word(cells.get("id")),
        occupation=trade(_word(cells.get("occupation")) or _word(cells.get("title"))),
        region=_place(cells, "region"),
        remaining=_headcount(cells),
        wage_min_fen=low,
        wage_max_fen=high,
        wage_unit=WageUnit(unit),
        skills=tuple(SkillNeed(name, level, mark == "*") for name, level, mark in _items(cells.get("skills"))),
        certificates=tuple(
            CertificateNeed(name, level, mark != "?") for name, level, mark in _items(cells.get("certificates"))
        ),
        employment_type=next(iter(_types(cells)), None),
        night=_flag(cells, "night"),
        shift=_flag(cells, "shift"),
        hazardous=bool(_flag(cells, "hazardous")),
        board=_flag(cells, "board"),
        lodging=_flag(cells, "lodging"),
        min_education=_schooling(cells),
        min_age=_age(cells),
        accepts_training=_flag(cells, "accepts_training"),
        valid_until=_day(cells, "valid_until"),
        starts_on=_day(cells, "starts_on"),
        risk=_listed(cells, "risk", {risk.value: risk for risk in Risk}) or Risk.NORMAL,
        registered_on=_day(cells, "registered_on") or date.min,
    )


def worker_of(cells: Cells) -> WorkerProfile:
    """The profile of a worker. Raises Unreadable, whose `field` is the column, where a cell cannot be read."""
    get = cells.get
    years = _years(cells)
    practised = tuple(Practice(code, years) for code in map(trade, _words(get("occupation"))) if code)
    papers = tuple(Certificate(name, level) for name, level, _ in _items(get("certificates")))
    floor = _fen(cells, "wage_floor", "month")
    return WorkerProfile(
        id=_word(get("id")),
        wanted=tuple(code for code in map(trade, _words(get("wanted"))) if code) or None,
        practised=practised or None,
        skills=tuple(Skill(name, level) for name, level, _ in _items(get("skills"))) or None,
        certificates=papers if "certificates" in cells else None,
        regions=tuple(_asked("regions", region_of, word) for word in _words(get("regions"))),
        leave_home_ok=_listed(cells, "leave_home_ok", _LEAVES | {leave.value: leave for leave in Leave}),
        home=_place(cells, "region"),
        wage_floor_fen=_fen(cells, "wage_min", "month") if floor is None else floor,
        employment_types=_types(cells),
        night_ok=_flag(cells, "night_ok"),
        shift_ok=_flag(cells, "shift_ok"),
        needs_board=bool(_flag(cells, "board")),
        needs_lodging=bool(_flag(cells, "lodging")),
        education=_schooling(cells),
        birth_date=_day(cells, "birth_date"),
        available_from=_day(cells, "available_from"),
        registered_on=_day(cells, "registered_on") or date.min,
        hardship=bool(_flag(cells, "hardship")),
    )


def check_id(text: str) -> None:
    """Raise IdMissing or IdLostDigits for an id that identifies no row with certainty."""
    if not text:
        raise IdMissing(text)
    if _LOST.fullmatch(text):
        raise IdLostDigits(text)


@lru_cache(maxsize=65536)
def trade(word: str) -> str | None:
    """The code of an occupation: the code itself, otherwise the vocabulary's code for the word, otherwise the word."""
    if not word or word[0].isdigit():
        return word or None
    codes = vocabulary().codes_for(word)
    return codes[0] if codes else word


@lru_cache(maxsize=65536)
def region_of(word: str) -> str:
    """The code of a place, however it is written. Raises PlaceUnknown or PlaceAmbiguous."""
    return read_place(word).code


@lru_cache(maxsize=256)
def schooling(word: str) -> int | None:
    """The least schooling on a scale from 0 to 8, by its name or number. Raises SchoolingUnreadable."""
    if word.isascii() and word.isdigit() and int(word) <= max(Grade):
        return int(word)
    least = read_schooling(word).least
    return None if least is None else int(least)


def _asked(name: str, read: Callable[[str], Read], text: str) -> Read:
    """Read a text by its grammar; a refusal names the column."""
    try:
        return read(text)
    except Unreadable as refusal:
        refusal.field = name
        raise


def _listed(cells: Cells, name: str, known: Mapping[str, Read]) -> Read | None:
    word = _word(cells.get(name))
    if not word:
        return None
    if word in known:
        return known[word]
    level = normalise(word).replace(" ", "")
    if level not in known:
        refusal = WordUnknown(word, [choice for choice in known if choice and not choice.isascii()] or list(known))
        refusal.field = name
        raise refusal
    return known[level]


def _types(cells: Cells) -> tuple[EmploymentType, ...]:
    known = _TYPES | {kind.value: kind for kind in EmploymentType}
    words = _words(cells.get("employment_type"))
    kinds = (_listed({"employment_type": word}, "employment_type", known) for word in words)
    return tuple(kind for kind in kinds if kind is not None)


def _place(cells: Cells, name: str) -> str | None:
    word = _word(cells.get(name))
    return _asked(name, region_of, word) if word else None


def _schooling(cells: Cells) -> int | None:
    word = _word(cells.get("education"))
    return _asked("education", schooling, word) if word else None


def _age(cells: Cells) -> int | None:
    word = _word(cells.get("min_age"))
    if not word or (word.isascii() and word.isdigit() and len(word) < 4):
        return int(word) if word else None
    return _asked("min_age", read_age, word.removesuffix("以上"))


def _headcount(cells: Cells) -> int | None:
    word = _word(cells.get("headcount"))
    if not word or (word.isascii() and word.isdigit()):
        return int(word) if word else None
    return _asked("headcount", read_headcount, word).people


def _years(cells: Cells) -> int | None:
    """Whole years: 5, 5年, 3.5 (which are three whole years)."""
    word = normalise(_word(cells.get("years"))).removesuffix("年").strip()
    if not word:
        return None
    match = re.fullmatch(r"([0-9]{1,2})(?:\.[0-9])?", word)
    years = int(match[1]) if match else count(word)
    if years is None:
        refusal = NumberUnreadable(word)
        refusal.field = "years"
        raise refusal
    return years


def _range(cells: Cells) -> tuple[str, int | None, int | None]:
    pay = _asked("wage", read_pay, _word(cells["wage"]))
    return pay.unit.value, pay.least_fen, pay.most_fen


def _word(cell: object) -> str:
    if type(cell) is str:
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _words(cell: object) -> tuple[str, ...]:
    if isinstance(cell, (list, tuple)):
        return tuple(_word(part) for part in cell if _word(part))
    text = _word(cell)
    return _split(text) if text else ()


@lru_cache(maxsize=65536)
def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _PARTS.split(text) if part.strip())


@lru_cache(maxsize=65536)
def _item(word: str) -> tuple[str, int | None, str]:
    match = _ITEM.fullmatch(word)
    if match is None:
        return word, None, ""
    return match[1], int(match[2]) if match[2] else None, match[3]


def _items(cell: object) -> list[tuple[str, int | None, str]]:
    return [_item(word) for word in _words(cell)]


def _fen(cells: Cells, name: str, unit: str) -> int | None:
    """One figure in yuan of a unit; 面议 states none. A range or a figure in another unit is rejected."""
    cell = cells.get(name)
    if isinstance(cell, (int, float)):
        return round(cell * 100)
    text = _word(cell)
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return int(text) * 100
    if _FIGURE.fullmatch(text):
        return round(float(text) * 100)
    return _asked(name, partial(_one_figure, unit=unit), text)


def _one_figure(text: str, unit: str) -> int | None:
    try:
        pay = read_pay(text + _SUFFIXES[unit])
    except PayUnreadable:
        pay = read_pay(text)
    if pay.most_fen is not None or (pay.is_stated and pay.unit.value != unit):
        raise PayUnreadable(text)
    return pay.least_fen


def _flag(cells: Cells, name: str) -> bool | None:
    cell = cells.get(name)
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return cell
    return _asked(name, _answer, _word(cell))


_answer = lru_cache(maxsize=1024)(read_answer)


def _day(cells: Cells, name: str) -> date | None:
    cell = cells.get(name)
    if isinstance(cell, date):
        return date(cell.year, cell.month, cell.day)
    text = _word(cell) if cell else ""
    return _asked(name, _read_day, text) if text else None


@lru_cache(maxsize=65536)
def _read_day(text: str) -> date:
    if _ISO.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise DateUnreadable(text) from None
    return read_date(text, today=clock.today())
