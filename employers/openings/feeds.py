"""Interpretation of rows in imported lists of openings: columns, pay, education, places. Pure and lenient."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from centre import regions
from centre.errors import Problem, Refusal
from centre.people import Education
from centre.text import normalise
from centre.translation import N_
from employers.openings.rules import WageUnit

COLUMNS: dict[str, tuple[str, ...]] = {
    "external_id": ("id", "did", "编号", "岗位编号"),
    "title": ("title", "text", "岗位", "岗位名称", "招聘岗位", "职位", "工种名称"),
    "occupation_code": ("occupation", "occupation_code", "职业代码", "职业编码"),
    "employer": ("employer", "单位", "单位名称", "用人单位", "企业名称", "公司"),
    "uscc": ("uscc", "统一社会信用代码", "信用代码"),
    "headcount": ("headcount", "num", "人数", "招聘人数", "需求人数"),
    "wage": ("wage", "工资", "薪资", "月薪", "待遇", "薪资待遇"),
    "base_pay": ("base_pay", "底薪", "基本工资", "基本薪酬"),
    "area": ("area", "region", "地区", "工作地点", "工作地区", "工作地"),
    "address": ("address", "地址", "工作地址", "详细地址"),
    "education": ("edu", "education", "学历", "学历要求", "文化程度"),
    "content": ("desc", "content", "工作内容", "岗位职责", "岗位描述", "描述"),
    "conditions": ("conditions", "招聘条件", "任职要求", "岗位要求", "要求", "技能要求"),
    "posted_on": ("date", "posted", "发布日期", "日期"),
    "valid_until": ("valid_until", "有效期", "截止日期", "有效期至"),
}
"""The columns of an import with their accepted headings, which are compared after normalisation."""

NEEDED = ("title", "area")

_SCHOOLING = (
    ("研究生|硕士|博士", Education.POSTGRADUATE),
    ("本科|大学", Education.UNIVERSITY),
    ("大专|专科|高职", Education.COLLEGE),
    ("中专|职高|中职", Education.SECONDARY_VOCATIONAL),
    ("技校|技工|中技", Education.TECHNICAL),
    ("高中", Education.SENIOR),
    ("初中", Education.JUNIOR),
    ("小学", Education.PRIMARY),
)
_NUMBER = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,2})?)(万|千|k|w)?")
_TIMES = {"万": 10_000, "w": 10_000, "千": 1_000, "k": 1_000}
_UNITS = (
    (re.compile(r"小时|时薪|/h|元/时"), WageUnit.HOUR),
    (re.compile(r"天|日"), WageUnit.DAY),
    (re.compile(r"元/件|每件|/件"), WageUnit.PIECE),
)
FEN = 100


@dataclass(frozen=True, slots=True)
class StatedWage:
    """Pay as the list states it, in fen per unit; None where it states no figure."""

    unit: WageUnit = WageUnit.MONTH
    least_fen: int | None = None
    most_fen: int | None = None
    by_piece: bool = False


@dataclass(slots=True)
class Offer:
    """One row as read: the fields of a draft, the employer, and what could not be read."""

    fields: dict[str, Any] = field(default_factory=dict)
    external_id: str = ""
    employer: str = ""
    uscc: str = ""
    posted_on: date | None = None
    problems: list[Problem] = field(default_factory=list)


def headings(cells: Mapping[int, str]) -> dict[str, int]:
    """The position of each known column in a heading row; of two equal columns the first counts."""
    known = {normalise(name): column for column, names in COLUMNS.items() for name in names}
    columns: dict[str, int] = {}
    for at, text in cells.items():
        column = known.get(normalise(text).replace(" ", "").rstrip("*"))
        if column:
            columns.setdefault(column, at)
    return columns


def offer_of(row: Mapping[str, str]) -> Offer:
    """Read a row whose keys are names of `COLUMNS`."""
    offer = Offer(employer=row.get("employer", ""), uscc=row.get("uscc", ""))
    offer.external_id = row.get("external_id", "")[:80] or _fingerprint(row)
    pay = wage_of(row.get("wage", ""))
    base = wage_of(row.get("base_pay", ""))
    content = row.get("content", "")
    offer.fields = {
        "title": row.get("title", ""),
        "occupation_code": row.get("occupation_code", ""),
        "content": content or row.get("conditions", ""),
        # A list with a single text column describes both the work and the requirements in it.
        "conditions": row.get("conditions", "") or content,
        "address": row.get("address", ""),
        "min_education": education_of(row.get("education", "")),
        "wage_unit": pay.unit,
        "wage_min_fen": pay.least_fen,
        "wage_max_fen": pay.most_fen,
        "base_pay_fen": base.least_fen,
    }
    if pay.by_piece:
        offer.fields["employment_type"] = "piecework"
    _read_headcount(offer, row.get("headcount", ""))
    _read_place(offer, row.get("area", ""))
    offer.posted_on = _read_date(offer, "posted_on", row.get("posted_on", ""))
    offer.fields["valid_until"] = _read_date(offer, "valid_until", row.get("valid_until", ""))
    return offer


def wage_of(text: str) -> StatedWage:
    """Read pay: 2800-3500, 3.5k-5k, 4000以上, 150/天, 20元/小时, 计件; 面议 states nothing."""
    level = normalise(text).replace(" ", "").replace(",", "")
    unit = next((unit for pattern, unit in _UNITS if pattern.search(level)), WageUnit.MONTH)
    figures = _NUMBER.findall(level)[:2]
    by_piece = "计件" in level
    if not figures:
        return StatedWage(WageUnit.PIECE if by_piece else unit, by_piece=by_piece)
    last = figures[-1][1]
    fen = [round(float(figure) * _TIMES.get(suffix or last, 1) * FEN) for figure, suffix in figures]
    least, most = (fen[0], fen[1]) if len(fen) == 2 else (fen[0], None)
    if most is not None and most < least:
        least, most = most, least
    return StatedWage(unit, least or None, most or None, by_piece)


def education_of(text: str) -> Education | None:
    """The minimum education that a list requires; 不限 and unknown words require none."""
    level = normalise(text)
    return next((education for pattern, education in _SCHOOLING if re.search(pattern, level)), None)


def _read_headcount(offer: Offer, text: str) -> None:
    level = normalise(text)
    figures = re.findall(r"[0-9]{1,6}", level)
    if figures:
        offer.fields["headcount"] = int(figures[-1])
    elif level and "若干" not in level:
        offer.problems.append(Problem("headcount", "headcount", N_("人数“{text}”看不懂"), {"text": text[:20]}))


def _read_place(offer: Offer, text: str) -> None:
    code = normalise(text).replace(" ", "")
    if not code:
        return
    try:
        offer.fields["region_code"] = (
            regions.region(code).code if re.fullmatch(r"[0-9]{6}", code) else regions.county_of(text)
        )
    except Refusal as refused:
        offer.problems.append(Problem("area", refused.code, refused.message, refused.params))


def _read_date(offer: Offer, name: str, text: str) -> date | None:
    if not text:
        return None
    parts = re.findall(r"[0-9]{1,4}", normalise(text))[:3]
    try:
        return date(*(int(part) for part in parts))
    except (TypeError, ValueError):
        offer.problems.append(
            Problem(name, "date", N_("日期“{text}”看不懂，请写成 2026-03-08 这样"), {"text": text[:20]})
        )
        return None


def _fingerprint(row: Mapping[str, str]) -> str:
    identity = "\x1f".join(f"{name}={normalise(row.get(name, ''))}" for name in sorted(COLUMNS))
    return f"auto-{sha256(identity.encode()).hexdigest()[:32]}"
