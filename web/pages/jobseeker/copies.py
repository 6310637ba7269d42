"""The readable data copy: headings from the glossary, columns in plain words."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from centre.tables import Base
from centre.translation import N_, translate
from web.formats import long_datetime

_TERM = re.compile("[(（]([^()（）]{0,80})[)）]")

COLUMNS = {
    "at": N_("时间"),
    "birth_on": N_("出生日期"),
    "body": N_("内容"),
    "categories": N_("人员类别"),
    "category": N_("类别"),
    "channel": N_("渠道"),
    "education": N_("文化程度"),
    "from_on": N_("开始日期"),
    "given_at": N_("同意时间"),
    "home_region": N_("户籍地"),
    "identity": N_("身份证号码"),
    "letter_no": N_("推荐信编号"),
    "live_region": N_("居住地"),
    "name": N_("姓名"),
    "note": N_("备注"),
    "occupation": N_("职业"),
    "occurred_at": N_("时间"),
    "phone": N_("手机号码"),
    "purpose": N_("用途"),
    "reason": N_("事由"),
    "sex": N_("性别"),
    "state": N_("状态"),
    "title": N_("标题"),
    "to_on": N_("结束日期"),
    "topic": N_("事项"),
    "withdrawn_at": N_("撤回时间"),
}
"""Labels of columns; other columns are shown under their technical names."""


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """One table of a data copy: its heading and its rows as (column, value)."""

    heading: str
    rows: list[list[tuple[str, str]]]


def parts_of(copied: dict[str, list[dict[str, Any]]], locale: str) -> list[CopiedTable]:
    """A data copy in the order of its tables; empty values are omitted."""
    terms = {str(mapper.class_.__tablename__): mapper.class_.__doc__ or "" for mapper in Base.registry.mappers}
    return [
        CopiedTable(_heading(terms.get(table, ""), table, locale), [_row(row, locale) for row in rows])
        for table, rows in copied.items()
    ]


def _heading(docstring: str, table: str, locale: str) -> str:
    first = docstring.strip().splitlines()[0] if docstring.strip() else table
    term = _TERM.search(first)
    if locale == "en" or term is None:
        return _TERM.sub("", first).strip(" .")
    return term[1].split(",")[0].split("，")[0]


def _row(row: dict[str, Any], locale: str) -> list[tuple[str, str]]:
    shown = [(name, value) for name, value in row.items() if value not in (None, "", [], {})]
    return [(translate(locale, COLUMNS.get(name, name)), _told(value, locale)) for name, value in shown]


def _told(value: Any, locale: str) -> str:
    if isinstance(value, datetime):
        return long_datetime(locale, value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return translate(locale, N_("是")) if value else translate(locale, N_("否"))
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(value)
