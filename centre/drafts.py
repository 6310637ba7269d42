"""Drafts: what people send, checked before anything acts on it. One draft serves the API, the pages and imports."""

import re
from datetime import date, datetime, time
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from centre import regions
from centre.errors import Problem
from centre.grammars.places import PlaceAmbiguous, PlaceUnknown
from centre.network import place_of
from centre.text import UnsafeText, clean
from centre.translation import N_

BIGGEST_ID = 2**53

Day = TypeVar("Day", date, datetime)


class Draft(BaseModel):
    """The base of drafts: no unknown fields, no coercion surprises, hostile characters refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)


def _clean_line(value: str) -> str:
    return _cleaned(" ".join(value.split()))


def _clean_words(value: str) -> str:
    cleaned = _clean_line(value)
    if not cleaned:  # it consisted of invisible characters
        raise PydanticCustomError("string_too_short", N_("请填写这一项"))
    return cleaned


def _wall_time(value: time) -> time:
    if value.tzinfo is not None:
        raise PydanticCustomError("wall_time", N_("时间请写成 09:00 这样"))
    return value


def _clean_paragraph(value: str) -> str:
    return _cleaned(value, paragraphs=True)


def _cleaned(value: str, *, paragraphs: bool = False) -> str:
    try:
        return clean(value, paragraphs=paragraphs)
    except UnsafeText as fault:
        message = N_("含有无法识别的字符（{character}），请删掉后重新输入")
        raise PydanticCustomError("bad_characters", "{message}", {**fault.params, "message": message}) from None


Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(_clean_line)]
"""One line of text, at most 200 characters."""

Words = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_clean_words)]
"""One line of text that must not be empty."""

LongWords = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(_clean_words)]
"""One line of text that must not be empty, long enough for the value of a rule."""

Paragraph = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_clean_paragraph)]
"""Several lines of text, at most 2,000 characters."""

WallTime = Annotated[time, AfterValidator(_wall_time)]
"""A time of day at the counters, without a zone."""


def _near(value: Day) -> Day:
    if not 2000 <= value.year <= 2100:
        raise PydanticCustomError("day_far", N_("日期要在 2000 年到 2100 年之间"))
    return value


NearDay = Annotated[date, AfterValidator(_near)]
"""A day of work at the centres, between 2000 and 2100, so that days and years can be added to it."""

NearMoment = Annotated[AwareDatetime, AfterValidator(_near)]
"""An instant of work at the centres, between 2000 and 2100, with its time zone."""

RecordId = Annotated[int, Field(ge=1, le=BIGGEST_ID)]
"""The id of a record."""

Fen = Annotated[int, Field(ge=0, le=10**12)]
"""Money in fen."""


def _region(value: Any) -> Any:
    """The code of a place that was written otherwise, 秦都区 or 6104; what is no place is left to the pattern.

    An abolished code is its successor's.
    """
    if not isinstance(value, str) or not value.strip():
        return value
    if _SIX.fullmatch(value):
        meant = regions.coded(value)
        return meant.code if meant else value
    try:
        return place_of(value).code
    except PlaceAmbiguous as fault:
        raise PydanticCustomError("place_ambiguous", "{message}", {**fault.params, "message": fault.message}) from None
    except PlaceUnknown:
        return value


_SIX = re.compile("[0-9]{6}")
RegionCode = Annotated[str, BeforeValidator(_region), StringConstraints(pattern=r"^[0-9]{6}$")]
"""A six-digit region code; the name of a place or a shorter code is read as the code that it means."""

_OBJECT = N_("请发送 JSON 对象，Content-Type 写 application/json")

MESSAGES = {
    "missing": N_("请填写这一项"),
    "string_too_short": N_("请填写这一项"),
    "string_too_long": N_("太长了，最多 {max_length} 个字"),
    "string_pattern_mismatch": N_("格式不对，请按提示填写"),
    "string_type": N_("请填写文字"),
    "int_parsing": N_("请填写整数"),
    "int_type": N_("请填写整数"),
    "int_from_float": N_("请填写整数"),
    "int_parsing_size": N_("数字太大"),
    "float_parsing": N_("请填写数字"),
    "float_type": N_("请填写数字"),
    "finite_number": N_("请填写数字"),
    "greater_than": N_("要大于 {gt}"),
    "greater_than_equal": N_("不能小于 {ge}"),
    "less_than": N_("要小于 {lt}"),
    "less_than_equal": N_("不能大于 {le}"),
    "enum": N_("请从列表里选一项"),
    "literal_error": N_("请从列表里选一项"),
    "bool_parsing": N_("请选择是或否"),
    "bool_type": N_("请选择是或否"),
    "date_parsing": N_("日期请写成 2026-03-08 这样"),
    "date_from_datetime_parsing": N_("日期请写成 2026-03-08 这样"),
    "date_type": N_("日期请写成 2026-03-08 这样"),
    "datetime_parsing": N_("时间请写成 2026-03-08T09:00 这样"),
    "datetime_from_date_parsing": N_("时间请写成 2026-03-08T09:00 这样"),
    "datetime_type": N_("时间请写成 2026-03-08T09:00 这样"),
    "timezone_aware": N_("时间后面请写上时区，例如 2026-03-08T01:00Z"),
    "time_parsing": N_("时间请写成 09:00 这样"),
    "list_type": N_("请填写一个列表"),
    "too_long": N_("最多 {max_length} 项"),
    "too_short": N_("至少 {min_length} 项"),
    "extra_forbidden": N_("不认识这一项，请删掉"),
    "json_invalid": N_("内容不是正确的 JSON"),
    "model_attributes_type": _OBJECT,
    "model_type": _OBJECT,
    "dict_type": _OBJECT,
    "string_unicode": N_("含有无法识别的字符，请删掉后重新输入"),
}
UNKNOWN = N_("这一项填得不对")
TOO_SHORT = N_("太短了，至少 {min_length} 个字")


def problems_of(error: ValidationError) -> list[Problem]:
    """Every fault that pydantic found, as problems in the reader's words; what was sent is never repeated."""
    return [problem_of(fault) for fault in error.errors(include_url=False, include_input=False)]


def problem_of(fault: Any) -> Problem:
    """One pydantic fault as a problem."""
    kind, context = str(fault["type"]), fault.get("ctx") or {}
    params = {name: value for name, value in context.items() if isinstance(value, int | float | str)}
    if kind in ("too_long", "too_short") and context.get("field_type") == "Value":
        kind = f"string_{kind}"  # pydantic takes a text that was cleaned before it was measured for a list
    message = MESSAGES.get(kind)
    if kind == "string_too_short" and context.get("min_length", 1) > 1:
        message = TOO_SHORT
    if message is None:
        # Faults raised by our own validators carry their message themselves.
        own = kind not in _PYDANTIC_OWN and not kind.startswith(("string_", "int_", "date", "time"))
        message = str(fault["msg"]) if own else UNKNOWN
    where = ".".join(str(part) for part in fault["loc"] if part not in ("body", "query", "path"))
    if kind == "json_invalid":
        where = ""  # pydantic names the place in the text, not a field
    elif kind == "missing" and not where:
        message = _OBJECT
    return Problem(field=where, code=kind.replace("_", "-"), message=message, params=params)


_PYDANTIC_OWN = {
    "value_error",
    "assertion_error",
    "union_tag_invalid",
    "is_instance_of",
    "decimal_parsing",
    "bytes_type",
    "set_type",
    "tuple_type",
    "none_required",
}
