"""Money in whole fen: read as people write it, shown for readers, with the qualifiers of published figures. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import ClassVar

from centre.errors import Refusal
from centre.text import fold_width
from centre.translation import N_

LARGEST_FEN = 10**15
"""Ten million million yuan: more is a slip of the keyboard."""

_UNITS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_NUMERALS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_AMOUNT = re.compile(r"[¥￥]?([0-9]{1,3}(?:,[0-9]{3}){1,6}|[0-9]{1,18})(\.[0-9]{1,8})?(万|亿)?[元块]?")
_FIGURE = re.compile(
    r"(?P<before>近|将近|接近|约|大约|超过|超|逾)?(?P<number>[0-9][0-9,]{0,24}(?:\.[0-9]{1,8})?)?(?P<words>[零〇一二两三四五六七八九十百千万亿]{0,16})"
    r"(?P<after>多|余|左右|上下)?(?P<unit>[十百千万亿]{0,2})(?P<late>多|余)?元?(?P<end>以上|左右)?"
)
_RHETORICAL = re.compile(r"[数几][十百千万亿]|若干|无数|巨额|大量|不计其数|[上成][百千万亿]")


class AmountForm(Refusal, ValueError):
    """Not an amount of money."""

    code = "amount-form"
    status = 422
    message = N_("金额应为不小于 0 的数字，最多两位小数，如 1200.50")


class RhetoricalFigure(Refusal, ValueError):
    """A figure of speech such as 数万 cannot be calculated with."""

    code = "figure-rhetorical"
    status = 422
    message: ClassVar[str] = N_("“{words}”只是约说，不能参加计算")


class Qualifier(StrEnum):
    """How firm a published figure is, the firmest first (概数修饰)."""

    EXACT = "exact"
    MORE_THAN = "more_than"
    NEARLY = "nearly"
    ABOUT = "about"
    RHETORICAL = "rhetorical"


_FIRMNESS = list(Qualifier)
_MARKS = {
    "近": Qualifier.NEARLY, "将近": Qualifier.NEARLY, "接近": Qualifier.NEARLY, "约": Qualifier.ABOUT,
    "大约": Qualifier.ABOUT, "左右": Qualifier.ABOUT, "上下": Qualifier.ABOUT, "超过": Qualifier.MORE_THAN,
    "超": Qualifier.MORE_THAN, "逾": Qualifier.MORE_THAN, "多": Qualifier.MORE_THAN, "余": Qualifier.MORE_THAN,
    "以上": Qualifier.MORE_THAN,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """A published amount in fen with its qualifier; `words` is what was written. A rhetorical one has no amount."""

    fen: int
    qualifier: Qualifier = Qualifier.EXACT
    words: str = ""

    def __add__(self, other: "Figure") -> "Figure":
        """The sum, as weak as the weaker of both. Raises RhetoricalFigure."""
        for figure in (self, other):
            if figure.qualifier is Qualifier.RHETORICAL:
                raise RhetoricalFigure(words=figure.words)
        return Figure(self.fen + other.fen, max(self.qualifier, other.qualifier, key=_FIRMNESS.index))


def yuan(raw: object) -> int:
    """An amount in yuan as people write it, in fen: `1,200.50`, `￥1200元`, `1.2万`. Raises AmountForm."""
    if isinstance(raw, bool) or raw is None:
        raise AmountForm
    text = re.sub(r"\s+", "", fold_width(format(raw, "f") if isinstance(raw, int) else str(raw)[:60]))
    amount = _AMOUNT.fullmatch(text)
    if not amount:
        raise AmountForm
    whole, fraction, unit = amount.groups()
    return _fen(Decimal(whole.replace(",", "") + (fraction or "")) * _UNITS.get(unit or "", 1))


def show(fen: int, locale: str = "zh-Hans") -> str:
    """For readers: `1,200.50 元`, in English `¥1,200.50`; whole yuan without a fraction."""
    sign, rest = ("-" if fen < 0 else ""), abs(fen)
    number = f"{rest // 100:,}" + (f".{rest % 100:02}" if rest % 100 else "")
    return f"{sign}¥{number}" if locale == "en" else f"{sign}{number} 元"


def figure(words: str) -> Figure:
    """A published figure in yuan (RE-06): 近千万元 -> nearly 10,000,000; 数万 -> rhetorical. Raises AmountForm."""
    text = re.sub(r"\s+", "", fold_width(words[:60]))
    if _RHETORICAL.search(text):
        return Figure(0, Qualifier.RHETORICAL, words)
    match = _FIGURE.fullmatch(text)
    if not match or not (match["number"] or match["words"]):
        raise AmountForm
    marks = [_MARKS[mark] for mark in match.group("before", "after", "late", "end") if mark]
    qualifier = max(marks, key=_FIRMNESS.index, default=Qualifier.EXACT)
    return Figure(_fen(_value(match["number"], match["words"] + match["unit"])), qualifier, words)


def total(figures: Iterable[Figure]) -> Figure:
    """The sum of published figures, as weak as its weakest part. Raises RhetoricalFigure."""
    return sum(figures, start=Figure(0))


def monthly(fen: int, unit: str, *, days_hundredths: int, hours: int = 8) -> int | None:
    """A wage by month (MA-13): `unit` month, day, hour or piece; days of a month in hundredths (2,600 is 26 days).

    The assumption is policy, passed in and to be shown beside the result. Piece wages have no month: None.
    """
    match unit:
        case "month":
            return fen
        case "day":
            return fen * days_hundredths // 100
        case "hour":
            return fen * hours * days_hundredths // 100
        case "piece":
            return None
    raise ValueError(unit)


def _fen(amount: Decimal) -> int:
    try:
        fen = amount * 100
        if fen != fen.to_integral_value() or fen > LARGEST_FEN:
            raise AmountForm
    except InvalidOperation:
        raise AmountForm from None
    return int(fen)


def _value(number: str | None, words: str) -> Decimal:
    """An Arabic number followed by units (56万), or Chinese numerals (三百二十万, 千万)."""
    if number:
        value = Decimal(number.replace(",", ""))
        for unit in words:
            if unit not in _UNITS:
                raise AmountForm
            value *= _UNITS[unit]
        return value
    whole = section = digit = 0
    for before, letter in zip(" " + words, words, strict=False):
        if letter in _NUMERALS:
            digit = _NUMERALS[letter]
            continue
        times = _UNITS[letter]
        counted = 1 if before == " " else digit  # 千万 is one thousand times ten thousand
        digit = 0
        if times < 10_000:
            section += counted * times
        elif times == 10_000:
            whole, section = whole + (section + counted) * times, 0
        else:
            whole, section = (whole + section + counted) * times, 0
    return Decimal(whole + section + digit)
