"""What a search asks for besides trade and place: 不要夜班, 月薪4000以上, 包住, 50岁 (搜索愿望). Pure.

A wish is read whole by the grammars of fields, or its words stay words of the search. What was read is shown to the
reader, each wish with the search without it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from centre import regions
from centre.grammars.ages import read_age
from centre.grammars.pay import PayUnit, read_pay
from centre.grammars.reading import NUMERAL, Unreadable
from centre.skills.vocabulary import vocabulary
from centre.text import normalise
from centre.translation import N_

YOUNGEST, OLDEST = 16, 80
LONGEST, MOST_WISHES = 200, 10


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
    """A search taken apart: its wishes, and the words that remain.

    `is_sentence` where a wish stood inside other words (我妈妈五十岁想…): what is left of them is no search word.
    """

    words: str
    wishes: tuple[Sought, ...] = ()
    is_sentence: bool = False


def _several(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_NOT = _several(
    "不要 不需要 不想 不想要 不愿 不愿意 不能 不肯 不用 不接受 没有 拒绝 不 没 无 别 免 不上 不要上 不想上 不愿上 "
    "不愿意上 不能上 不做 不想做 不干 不值 不倒 别上 不用上"
)
_NIGHTS = _several("夜班 大夜班 熬夜 晚班 通宵 通宵班 倒班 两班倒 三班倒 四班倒 2班倒 3班倒 4班倒 三班制 两班制")
_TICKED = {
    "day": [
        *(negation + night for negation in _NOT for night in _NIGHTS),
        *(
            night + negation
            for night in ("夜班", "晚班", "倒班")
            for negation in ("不要", "不行", "不做", "不上", "不能")
        ),
        *_several(
            "只上白班 只要白班 只做白班 只想上白班 就上白班 就要白班 就做白班 白天班 白天上班 白天的活 白天的工作"
        ),
    ],
    "full": _several("包吃包住 包吃住 包食宿 管吃管住 管吃住 供吃供住 供吃住 提供食宿 食宿全包 吃住全包"),
    "lodging": _several("包住 包住宿 管住 管住宿 供住 供住宿 提供住宿 免费住宿 有宿舍 提供宿舍"),
    "board": _several("包吃 管吃 供吃 包饭 管饭 包餐 包三餐"),
    "insurance": _several("五险一金 五险 交社保 缴社保 买社保 上社保 有社保 社保"),
    "training": _several(
        "不会可以学 不会也可以学 不会能学 无经验 没经验 没有经验 零经验 无工作经验 没有工作经验 零基础 包教包会 "
        "不要经验 不用经验 不需要经验"
    ),
}
_TICK_OF = {phrase: kind for kind, phrases in _TICKED.items() for phrase in phrases}
_LONGEST_PHRASE = max(map(len, _TICK_OF))
_SIGNS = frozenset("白班熬吃住食宿饭餐险社会经础包")
"""Every phrase has one of these characters; a search without any of them is not examined further."""
_FIGURES = frozenset("0123456789" + NUMERAL)

_FIGURE = re.compile(rf"[0-9]+(?:[.,][0-9]+)*|[{NUMERAL}]+")
_MONEY = re.compile(rf"[万千kw]?(?:[-~至到—](?:[0-9]+(?:[.,][0-9]+)*|[{NUMERAL}]+)[万千kw]?)?(?:元|块钱?)?")
_MOST = "(?:不超过|不高于|最高|最多|至多|低于|少于)"
_MOST_BEHIND = "(?:及?以下|以内|之内|封顶)"
_WHOLE_FIGURE = rf"(?<![0-9.,{NUMERAL}])(?>{_FIGURE.pattern})"
_SUM = rf"{_WHOLE_FIGURE}(?>{_MONEY.pattern})"
_CEILING = re.compile(rf"[,，、\s]?[-~到至且但]?(?:{_MOST}{_SUM}{_MOST_BEHIND}?|{_SUM}{_MOST_BEHIND})")
"""The upper end of a pay whose lower end stands before it: 5000以下, 最多5000."""
_AGE = re.compile("多?周?岁(?:了|的|以上)?")
_AGES = re.compile(
    rf"{_WHOLE_FIGURE}周?岁?(?:及?以上)?[,，、\s]?[-~到至且但]?(?:不超过)?{_WHOLE_FIGURE}周?岁(?:及?以下)?"
)
"""Two ages: what a job asks for, not the reader's age."""
_LABELS = {
    "年薪": _several("年薪 年工资 年收入 年入 每年 一年 每年挣 一年挣 一年赚 一年拿"),
    "月薪": _several(
        "月薪 月工资 月收入 月入 每月 每个月 一个月 每月工资 每个月工资 一个月工资 每月挣 一个月挣 一个月赚 一个月拿"
    ),
    "日薪": _several("日薪 日工资 每天 一天 每天工资 一天工资 每天挣 一天挣 一天赚 一天拿"),
    "时薪": _several("时薪 小时工资 每小时 一小时 一个小时 每个小时"),
    "": _several("工资 薪资 薪水 薪酬 收入 待遇"),
}
_UNITS = {
    "/年": _several("/年 一年 每年"),
    "/月": _several("/月 每个月 每月 一个月"),
    "/天": _several("/天 每天 一天 /日"),
    "/小时": _several("/小时 每小时 一小时 一个小时 /时"),
}
_LEAST_BEFORE = ("不低于", "不少于", "至少", "最低", "最少", "高于", "超过", "大于")
_LEAST_BEHIND = ("以上", "及以上", "起步", "起", "往上", "+", "多")
_ALL_LABELS = tuple(label for labels in _LABELS.values() for label in labels)
_ALL_UNITS = tuple(unit for units in _UNITS.values() for unit in units)
_OF_PEOPLE = _several("今年 年龄 我 我妈妈 我妈 我爸爸 我爸 我老婆 我老公 我爱人 我媳妇")
_OTHER_PAY = _several("基本 基础 保底 试用期 退休 养老")
"""Before a word for pay: the figure is not a wage."""
_OTHER_PERSON = _several("老 的老 奶奶 爷爷 小孩 孩子 的孩子 宝宝")
"""After an age: it is that of a person who is cared for."""
_PLAUSIBLE = {PayUnit.MONTH: (300, 100_000), PayUnit.DAY: (30, 5_000), PayUnit.HOUR: (5, 1_000)}
"""The least and the most yuan that count as pay; other figures are not pay."""
_NO_LEAST = ("以下", "以内", "不到", "不超过", "左右", "上下", *"-~至到—")
_FILLER = frozenset("的了和且又要想找个份求我能做干活都也就行并还必须一定最好需,，。")
"""Characters of words that only held others together."""
_AT_ENDS = "".join(sorted(_FILLER)) + "在去到"
_BOUNDARY = re.compile(r"[\s,，。;；、]+")
_PHRASES = re.compile("想?找一?[个份]|想找|能做的|能干的|的活儿?$|的工作$")
_LEAD = re.compile("^[我想要]+(?=[在去到]|$)")

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
    level = normalise(text)[:LONGEST]
    spans: list[tuple[int, int, str]] = []
    if not _SIGNS.isdisjoint(level):
        spans += _phrases(level)
    if not _FIGURES.isdisjoint(level):
        spans += _figures(level)
    wishes: list[Sought] = []
    pieces: list[tuple[int, int]] = []
    spans = sorted(spans)[:MOST_WISHES]
    for (start, end, kind), (until, *_) in pairwise([*spans, (len(level), 0, "")]):
        since = pieces[-1][1] if pieces else 0
        around = _around(level[since:start], level[end : max(end, until)])
        wish = None if start < since else _wish(level, start, end, kind, around)
        if wish is not None:
            wishes.append(wish)
            pieces.append((start, end))
    if not wishes:
        return Understood(text)
    chunks = _BOUNDARY.split(level)
    return Understood(_words(level, pieces), tuple(wishes), any(wish.written not in chunks for wish in wishes))


def _phrases(level: str) -> Iterator[tuple[int, int, str]]:
    """Where known phrases stand, the longest at each place; 不包住 is none."""
    at = 0
    while at < len(level):
        for length in range(min(_LONGEST_PHRASE, len(level) - at), 1, -1):
            kind = _TICK_OF.get(level[at : at + length])
            if kind is not None and level[at - 1 : at] != "不":
                yield at, at + length, kind
                at += length - 1
                break
        at += 1


def _figures(level: str) -> Iterator[tuple[int, int, str]]:
    """Where figures stand that can be an age or a least pay, with all that belongs to them."""
    asked = [ages.span() for ages in _AGES.finditer(level)]
    for figure in _FIGURE.finditer(level):
        start, end = figure.span()
        if (start and level[start - 1] in "-~至到—.,") or any(since <= start < until for since, until in asked):
            continue
        if age := _AGE.match(level, end):
            yield _before(level, _before(level, start, _OF_PEOPLE), _OF_PEOPLE), age.end(), "age"
            continue
        if level[end - 1] == "一" and end - start > 1 and level.startswith(("个月", "天", "小时", "个小时", "年"), end):
            end -= 1  # 三四千一个月
        money = _MONEY.match(level, end)
        last = money.end() if money else end
        bounded = _behind(level, last, _LEAST_BEHIND)
        behind = _behind(level, _behind(level, bounded, _ALL_UNITS), _LEAST_BEHIND)
        least = _before(level, start, _LEAST_BEFORE)
        if (behind > last or least < start) and (ceiling := _CEILING.match(level, behind)):
            behind = _behind(level, ceiling.end(), _ALL_UNITS)
        begin = least - 1 if level[:least][-1:] in tuple(":是要在") else least
        label = _before(level, begin, _ALL_LABELS)
        if label < begin:
            least = label
        if least < start or behind > last:
            yield least, behind, "pay"


def _before(level: str, at: int, words: tuple[str, ...]) -> int:
    """Where the longest of some words begins that ends at a place; the place itself if none does."""
    if not level.endswith(words, 0, at):
        return at
    return at - max(len(word) for word in words if level.endswith(word, 0, at))


def _behind(level: str, at: int, words: tuple[str, ...]) -> int:
    """Where the longest of some words ends that begins at a place; the place itself if none does."""
    if not level.startswith(words, at):
        return at
    return at + max(len(word) for word in words if level.startswith(word, at))


def _words(level: str, pieces: list[tuple[int, int]]) -> str:
    """The text without some pieces and without what only held them together."""
    parts, at = [], 0
    for start, end in pieces:
        parts.append(level[at:start])
        at = end
    parts.append(level[at:])
    chunks = (_LEAD.sub("", chunk) for part in parts for chunk in _BOUNDARY.split(_PHRASES.sub(" ", part)))
    return " ".join(chunk.removeprefix("的") for chunk in chunks if not _FILLER.issuperset(chunk))


def _around(before: str, behind: str) -> tuple[str, str]:
    """What is written together with a wish, before and after it."""
    return _BOUNDARY.split(before)[-1], _BOUNDARY.split(behind)[0]


def _is_pay(written: str, before: str, behind: str) -> bool:
    """Whether a figure is a pay by its own words, or by what it stands with: nothing, a place or a trade.

    身高170以上 and 一天8小时 are none.
    """
    if before.endswith(_OTHER_PAY):
        return False
    is_labelled, is_bounded = _behind(written, 0, _ALL_LABELS) > 0, written[-1] not in _FIGURES
    return (is_labelled or _is_known(before)) and (is_bounded or _is_known(behind))


def _is_known(text: str) -> bool:
    words = regions.parse_place(text.strip(_AT_ENDS)).rest.strip(_AT_ENDS)
    return not words or bool(vocabulary().codes_for(words))


def _wish(level: str, start: int, end: int, kind: str, around: tuple[str, str]) -> Sought | None:
    """A wish as it was meant, or None where its words are better searched for as they stand."""
    written, without = level[start:end], _words(level, [(start, end)])
    if kind in _TICKS:
        offers, message = _TICKS[kind]
        return Sought(written, message, without, offers=offers)
    if level.startswith(_NO_LEAST, end):
        return None
    if kind == "age":
        return None if around[1].startswith(_OTHER_PERSON) else next(_of_age(written, without), None)
    return next(_of_pay(written, without), None) if _is_pay(written, *around) else None


def _of_age(written: str, without: str) -> Iterator[Sought]:
    """An age of the reader: 50岁, 五十多岁 (any year of the ten)."""
    try:
        years = read_age(_FIGURE.findall(written)[-1])
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
    word = _in_words_of_lists(written)
    try:
        pay = read_pay(word)
    except Unreadable:
        return
    if pay.least_fen is None or pay.unit not in _PAY_MESSAGES or pay.by_piece:
        return
    least, most = _PLAUSIBLE[pay.unit]
    if not least * 100 <= pay.least_fen <= most * 100:
        return
    yuan = f"{pay.least_fen / 100:,.2f}".removesuffix(".00")
    yield Sought(written, _PAY_MESSAGES[pay.unit], without, {"yuan": yuan}, wage_fen=pay.least_fen, unit=pay.unit)


def _in_words_of_lists(written: str) -> str:
    """A pay as lists write it, whose grammar reads it: 一天挣200多 -> 日薪200以上."""
    word = re.sub("[:是要在的]", "", written)
    for label, labels in _LABELS.items():
        if begun := _behind(word, 0, labels):
            word = label + word[begun:]
            break
    for unit, units in _UNITS.items():
        for name in units:
            word = word.replace(name, unit)
    word = re.sub("往上|(?<![最至])多(?!于)", "以上", word)
    return re.sub("(?<!不)(?:高于|超过|大于)|最少", "不低于", word)
