"""What a search asks for besides trade and place: 不要夜班, 月薪4000以上, 包住, 50岁 (搜索愿望). Pure.

A wish is read whole by the grammars of fields, or its words stay words of the search. What was read is shown to the
reader, each wish with the search without it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from centre.grammars.ages import read_age
from centre.grammars.pay import PayUnit, read_pay
from centre.grammars.reading import NUMERAL, Unreadable
from centre.text import normalise
from centre.translation import N_

YOUNGEST, OLDEST = 16, 80


@dataclass(frozen=True, slots=True)
class Sought:
    """One wish in a search (搜索愿望): the words that were written, their meaning, and the search without them.

    `offers` are ticks of the search page; pay is in fen for its unit; `ages` are the ages that must be welcome.
    """

    written: str
    message: str
    without: str
    params: dict[str, Any] = field(default_factory=dict)
    offers: tuple[str, ...] = ()
    wage_fen: int | None = None
    unit: PayUnit = PayUnit.MONTH
    ages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """A search taken apart: its wishes, and the words that remain."""

    words: str
    wishes: tuple[Sought, ...] = ()


_NOT = "(?:不要|不需要|不想要?|不愿意?|不能|不肯|不用|不接受|没有|拒绝|不|没|无|别|免)(?:上|做|干|值|倒|有)?的?"
_NIGHT = "(?:大?夜班|熬夜|晚班|通宵班?|倒班|[两二三四2-4]班[倒制])"
_HAS = "(?:必须|一定|最好|需要|要|得|可以|能|提供|有|带)?"
_FIGURE = rf"(?:[0-9][0-9,.]{{0,8}}|[{NUMERAL}]{{1,6}})[万千kw]?"
_PAY_LABEL = (
    "(?:月薪|月工资|月收入|工资|薪资|薪水|薪酬|收入|待遇|日薪|日工资|时薪|小时工资|"
    "(?:每个?月|一个月|[每一]天|[每一]个?小时)(?:挣|赚|拿|给|工资)?)"
)
_PAY_UNIT = "(?:/月|每个?月|一个月|/天|每天|一天|/日|/小时|每小时|一小时|/时)"
_LEAST_BEFORE, _LEAST_BEHIND = "(?:不低于|不少于|至少|最低|最少|高于|超过|大于)", r"(?:及?以上|起步|起|往上|\+|多)"
_MONEY = rf"{_FIGURE}(?:[-~至到—]{_FIGURE})?(?:元|块钱?)?"
_WISHES = re.compile(
    rf"(?P<day>{_NOT}{_NIGHT}|{_NIGHT}(?:不要|不行|不做|不上|不能)|(?:只|就)(?:上|要|做|想上|找)白班)"
    rf"|(?P<full>(?<!不){_HAS}(?:包吃包?住|包食宿|管吃管?住|供吃供?住|提供食宿|食宿全包|吃住全包))"
    rf"|(?P<lodging>(?<!不){_HAS}(?:包住宿?|管住宿?|供住宿?|(?:提供|免费)住宿|有宿舍))"
    rf"|(?P<board>(?<!不){_HAS}(?:包吃|管吃|供吃|包饭|管饭|包餐|包三餐))"
    rf"|(?P<insurance>(?<!不){_HAS}(?:五险一金|五险|(?:交|缴|买|上|有)社保|社保))"
    rf"|(?P<training>不会(?:也)?(?:可以|能)学|(?:无|没有?|零)(?:工作)?经验|零基础|包教包会|不(?:要|用|需要)经验)"
    rf"|(?P<age>(?:今年|年龄|我)?(?:[0-9]{{2}}|[{NUMERAL}]{{2,4}})多?周?岁(?:了|的|以上)?)"
    rf"|(?P<pay>{_PAY_LABEL}[:是要在]?{_LEAST_BEFORE}?{_MONEY}{_PAY_UNIT}?{_LEAST_BEHIND}?(?:的)?"
    rf"|{_LEAST_BEFORE}{_MONEY}{_PAY_UNIT}?|{_MONEY}{_PAY_UNIT}{_LEAST_BEHIND}?|{_MONEY}{_LEAST_BEHIND}{_PAY_UNIT}?)"
)
_BELOW = re.compile("以下|以内|不到|不超过|左右|上下|[-~至到—]")
_FILLER = re.compile(
    "^(?:的|了|和|且|又|要|想|想要|找|找个|找份|求|我|能|能做|做|干|活|都行|也行|就行|并且|还要|,|，|。)+$"
)
_BOUNDARY = re.compile(r"[\s,，。;；、]+")

_LABELS = {"月": "月薪", "天": "日薪", "时": "时薪"}
_TICKS = {
    "day": (("day",), N_("不上夜班、不倒班")),
    "full": (("board", "lodging"), N_("包吃包住")),
    "lodging": (("lodging",), N_("包住")),
    "board": (("board",), N_("包吃")),
    "insurance": (("insurance",), N_("交社保")),
    "training": (("training",), N_("不会可以学")),
}
_PAY_MESSAGES = {
    PayUnit.MONTH: N_("一个月 {yuan} 元以上"),
    PayUnit.DAY: N_("一天 {yuan} 元以上"),
    PayUnit.HOUR: N_("一小时 {yuan} 元以上"),
}


def understand(text: str) -> Understood:
    """The wishes in a search and its other words; a search without wishes is given back as it was written.

    >>> understand("昆山 不要夜班 包住 月薪4000以上").words
    '昆山'
    """
    level = normalise(text)[:200]
    if not _WISHES.search(level):
        return Understood(text)
    wishes: list[Sought] = []
    pieces: list[tuple[int, int]] = []
    for match in _WISHES.finditer(level):
        wish = _wish(match, level)
        if wish is not None:
            wishes.append(wish)
            pieces.append(match.span())
    return Understood(_words(level, pieces), tuple(wishes)) if wishes else Understood(text)


def _words(level: str, pieces: list[tuple[int, int]]) -> str:
    """The text without some pieces and without what only held them together."""
    parts, at = [], 0
    for start, end in pieces:
        parts.append(level[at:start])
        at = end
    parts.append(level[at:])
    chunks = (chunk for part in parts for chunk in _BOUNDARY.split(part))
    return " ".join(chunk.removeprefix("的") for chunk in chunks if chunk and not _FILLER.match(chunk))


def _wish(match: re.Match[str], level: str) -> Sought | None:
    """A wish as it was meant, or None where its words are better searched for as they stand."""
    kind, written = str(match.lastgroup), match[0]
    without = _words(level, [match.span()])
    if kind in _TICKS:
        offers, message = _TICKS[kind]
        return Sought(written, message, without, offers=offers)
    if _BELOW.match(level[match.end() :]) or _is_figure(level[: match.start()][-1:]):
        return None
    return next(_of_age(written, without) if kind == "age" else _of_pay(written, without), None)


def _is_figure(before: str) -> bool:
    return bool(before) and (before.isdigit() or before in "-.~至到")


def _label(match: re.Match[str]) -> str:
    return next(label for word, label in _LABELS.items() if word in match[0])


def _of_age(written: str, without: str) -> Iterator[Sought]:
    """An age of the reader: 50岁, 五十多岁 (any year of the ten)."""
    word = re.sub("今年|年龄|我|多|周?岁.*", "", written)
    try:
        years = read_age(word)
    except Unreadable:
        return
    if not YOUNGEST <= years <= OLDEST:
        return
    if "多" in written:
        yield Sought(written, N_("{years} 多岁能做"), without, {"years": years}, ages=(years, years + 9))
    else:
        yield Sought(written, N_("{years} 岁能做"), without, {"years": years}, ages=(years,))


def _of_pay(written: str, without: str) -> Iterator[Sought]:
    """A least pay; a range asks for its lower end."""
    word = re.sub("[:是要在的]", "", re.sub("往上|多$", "以上", written))
    word = re.sub("^(?:每个?月|一个月|[每一]天|[每一]个?小时)(?:挣|赚|拿|给|工资)?", _label, word)
    word = re.sub("^(.*?)(?:高于|超过|大于|最少)", r"\1不低于", word)
    try:
        pay = read_pay(word)
    except Unreadable:
        return
    if pay.least_fen is None or pay.unit not in _PAY_MESSAGES or pay.by_piece:
        return
    yuan = f"{pay.least_fen / 100:,.2f}".removesuffix(".00")
    yield Sought(written, _PAY_MESSAGES[pay.unit], without, {"yuan": yuan}, wage_fen=pay.least_fen, unit=pay.unit)
