"""Openings and workers from a spreadsheet: CSV, XLSX or JSON Lines (名册读入).

One row each; unknown columns are ignored, an empty cell means "not recorded". Several values in a cell are separated by
`;`, `、` or `|` (in JSON Lines also as a list). Wages are in yuan. A `*` after a skill or certificate of an opening
makes it required, `(3)` is a level; certificates of openings are required unless a `?` follows. The column of held
certificates is the exception to the rule of empty cells: where the column exists, an empty cell means none.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from centre.skills.vocabulary import vocabulary
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

Cells = Mapping[str, object]

# The names that a column may have, in order of preference.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "编号", "did", "key"),
    "title": ("title", "name", "名称", "岗位", "岗位名称"),
    "occupation": ("occupation", "occupations", "职业", "职业代码", "held_occupations"),
    "years": ("years", "年限"),
    "skills": ("skills", "技能"),
    "certificates": ("certificates", "held_certificates", "证书"),
    "region": ("region", "home", "area", "地区", "工作地点"),
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
SCHOOLING = ("文盲或半文盲", "小学", "初中", "高中", "技工学校", "中专", "大学专科", "大学本科", "研究生")
_YES = frozenset({"1", "true", "yes", "y", "是", "有", "包"})
_NO = frozenset({"0", "false", "no", "n", "否", "无", "不包"})
_PARTS = re.compile("[;；、|]")
_ITEM = re.compile(r"(.*?)(?:\(([1-9])\))?([*?]?)")
_UNITS = {"月": "month", "日": "day", "时": "hour", "件": "piece"}


def named(header: Sequence[str]) -> dict[str, int]:
    """The position of each column, by the first of its names in the header."""
    places = {}
    for name, spellings in COLUMNS.items():
        place = next((header.index(spelling) for spelling in spellings if spelling in header), None)
        if place is not None:
            places[name] = place
    return places


def picker(header: Sequence[str]) -> Callable[[Sequence[object]], Cells]:
    """A function that turns a row into named cells."""
    pairs = tuple(named(header).items())
    return lambda line: {name: line[place] if place < len(line) else "" for name, place in pairs}


def opening_of(cells: Cells) -> OpeningProfile:
    """The profile of an opening. Raises ValueError for a malformed date or number."""
    get = cells.get
    unit = _word(get("wage_unit")) or "month"
    return OpeningProfile(
        id=_word(get("id")),
        occupation=trade(_word(get("occupation")) or _word(get("title"))),
        region=_word(get("region")) or None,
        remaining=_number(get("headcount")),
        wage_min_fen=_fen(get("wage_min")),
        wage_max_fen=_fen(get("wage_max")),
        wage_unit=WageUnit(_UNITS.get(unit, unit)),
        skills=tuple(SkillNeed(name, level, mark == "*") for name, level, mark in _items(get("skills"))),
        certificates=tuple(
            CertificateNeed(name, level, mark != "?") for name, level, mark in _items(get("certificates"))
        ),
        employment_type=next((EmploymentType(word) for word in _words(get("employment_type"))), None),
        night=_flag(get("night")),
        shift=_flag(get("shift")),
        hazardous=bool(_flag(get("hazardous"))),
        board=_flag(get("board")),
        lodging=_flag(get("lodging")),
        min_education=schooling(_word(get("education"))),
        min_age=_number(get("min_age")),
        accepts_training=_flag(get("accepts_training")),
        valid_until=_day(get("valid_until")),
        starts_on=_day(get("starts_on")),
        risk=Risk(_word(get("risk")) or "normal"),
        registered_on=_day(get("registered_on")) or date.min,
    )


def worker_of(cells: Cells) -> WorkerProfile:
    """The profile of a worker. Raises ValueError for a malformed date or number."""
    get = cells.get
    years = _number(get("years"))
    practised = tuple(Practice(code, years) for code in map(trade, _words(get("occupation"))) if code)
    papers = tuple(Certificate(name, level) for name, level, _ in _items(get("certificates")))
    leave = _word(get("leave_home_ok"))
    floor = _fen(get("wage_floor"))
    return WorkerProfile(
        id=_word(get("id")),
        wanted=tuple(code for code in map(trade, _words(get("wanted"))) if code) or None,
        practised=practised or None,
        skills=tuple(Skill(name, level) for name, level, _ in _items(get("skills"))) or None,
        certificates=papers if "certificates" in cells else None,
        regions=_words(get("regions")),
        leave_home_ok=Leave(leave) if leave else None,
        home=_word(get("region")) or None,
        wage_floor_fen=_fen(get("wage_min")) if floor is None else floor,
        employment_types=tuple(EmploymentType(word) for word in _words(get("employment_type"))),
        night_ok=_flag(get("night_ok")),
        shift_ok=_flag(get("shift_ok")),
        needs_board=bool(_flag(get("board"))),
        needs_lodging=bool(_flag(get("lodging"))),
        education=schooling(_word(get("education"))),
        birth_date=_day(get("birth_date")),
        available_from=_day(get("available_from")),
        registered_on=_day(get("registered_on")) or date.min,
        hardship=bool(_flag(get("hardship"))),
    )


@lru_cache(maxsize=65536)
def trade(word: str) -> str | None:
    """The code of an occupation: the code itself, otherwise the vocabulary's code for the word, otherwise the word."""
    if not word or word[0].isdigit():
        return word or None
    codes = vocabulary().codes_for(word)
    return codes[0] if codes else word


@lru_cache(maxsize=256)
def schooling(word: str) -> int | None:
    """Schooling on a scale from 0 to 8, by its name or number."""
    if word in SCHOOLING:
        return SCHOOLING.index(word)
    return int(word) if word.isascii() and word.isdigit() else None


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


def _number(cell: object) -> int | None:
    text = _word(cell)
    return int(text) if text else None


def _fen(cell: object) -> int | None:
    if isinstance(cell, (int, float)):
        return round(cell * 100)
    text = _word(cell)
    return (int(text) * 100 if text.isascii() and text.isdigit() else round(float(text) * 100)) if text else None


def _flag(cell: object) -> bool | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return cell
    text = _word(cell).lower()
    return True if text in _YES else False if text in _NO else None


def _day(cell: object) -> date | None:
    if isinstance(cell, date):
        return date(cell.year, cell.month, cell.day)
    text = _word(cell) if cell else ""
    return date.fromisoformat(text) if text else None
