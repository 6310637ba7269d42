"""Openings as rows of a list, in the columns that an import reads back to the same openings. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from centre import clock, regions
from centre.grammars.places import read_place
from centre.grammars.reading import Unreadable
from centre.people import EDUCATION_LABELS
from employers.openings.checks import base_unit
from employers.openings.columns import (
    ANSWERS,
    CODED,
    COLUMNS,
    LINES,
    groups_cell,
    joined,
    papers_cell,
    skills_cell,
    word_of,
)
from employers.openings.models import Opening
from employers.openings.rules import WageUnit

_UNITS = {WageUnit.DAY: "/天", WageUnit.HOUR: "/小时", WageUnit.PIECE: "/件"}
_CLEAR_MONTH_FEN = 500_00
"""Smaller figures say nothing without their unit, so a month's wage below is written with it."""


def rows_of(openings: Iterable[Opening]) -> list[dict[str, str]]:
    """Each opening, whose employer is loaded, as cells by the names of `COLUMNS`; ids are never twice the same."""
    kept = list(openings)
    ids = Counter(opening.external_id or str(opening.id) for opening in kept)
    return [_row(opening, ids) for opening in kept]


def _row(opening: Opening, ids: Mapping[str, int]) -> dict[str, str]:
    employer = opening.employer
    cells = {
        "id": _id(opening, ids),
        "occupation": opening.occupation_code,
        "employer": employer.name,
        "uscc": employer.uscc or "",
        "employer_area": _place(employer.region_code),
        "service_licence": employer.service_licence,
        "headcount": str(opening.remaining),
        "wage": _pay(opening.wage_min_fen, opening.wage_max_fen, opening.wage_unit),
        "base_pay": _base(opening),
        "area": _place(opening.region_code),
        "education": EDUCATION_LABELS[opening.min_education] if opening.min_education else "",
        "age": _ages(opening.age_min, opening.age_max),
        "hours_per_week": _number(opening.hours_per_week),
        "pay_day": _number(opening.pay_day),
        "social_insurance": joined(opening.social_insurance),
        "skills": skills_cell(opening.skill_requirements),
        "certificates": papers_cell(opening.certificate_requirements),
        "reserved_for": groups_cell(opening.reserved_for),
        "posted": clock.local(opening.posted_at).date().isoformat() if opening.posted_at else "",
        "valid_from": opening.valid_from.isoformat() if opening.valid_from else "",
        "valid_until": opening.valid_until.isoformat() if opening.valid_until else "",
    }
    cells |= {name: getattr(opening, name) for name in LINES}
    cells |= {name: word_of(name, getattr(opening, name)) for name in CODED}
    cells |= {name: {True: "是", False: "否", None: ""}[getattr(opening, name)] for name in ANSWERS}
    return {name: cells[name] for name in COLUMNS}


def _id(opening: Opening, ids: Mapping[str, int]) -> str:
    """The id in its source, prefixed with the source's name where two sources use the same id."""
    if opening.external_id and ids[opening.external_id] > 1:
        return f"{opening.source_name}:{opening.external_id}"
    return opening.external_id or str(opening.id)


@lru_cache(maxsize=4096)
def _place(code: str) -> str:
    """The full name of a place, or its code if the name is ambiguous."""
    if not code:
        return ""
    name = regions.full_name(code)
    try:
        return name if read_place(name).code == code else code
    except Unreadable:
        return code


def _pay(low: int | None, high: int | None, unit: WageUnit) -> str:
    """Pay to the fen: 18.5-20.5/小时, 0.35/件, 4500-5500; 计件 or nothing without a figure."""
    if low is None:
        return "计件" if unit is WageUnit.PIECE else ""
    figures = "-".join(_yuan(fen) for fen in (low, high) if fen is not None)
    return figures + _UNITS.get(unit, "/月" if low < _CLEAR_MONTH_FEN else "")


def _base(opening: Opening) -> str:
    """The fixed part; that of piecework, and one above the wage, is paid by the month."""
    if opening.base_pay_fen is None:
        return ""
    if opening.wage_unit is WageUnit.PIECE or base_unit(opening) is not opening.wage_unit:
        return f"{_yuan(opening.base_pay_fen)}/月"
    return _pay(opening.base_pay_fen, None, opening.wage_unit)


def _yuan(fen: int) -> str:
    yuan, rest = divmod(fen, 100)
    return f"{yuan}.{rest:02d}".rstrip("0").rstrip(".") if rest else str(yuan)


def _ages(youngest: int | None, oldest: int | None) -> str:
    if youngest is not None and oldest is not None:
        return f"{youngest}-{oldest}岁"
    return f"{youngest}岁以上" if youngest is not None else f"{oldest}岁以下" if oldest is not None else ""


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
