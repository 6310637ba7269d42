"""Pay that stands in the text of an advertisement, for comparison with the minimum wage. Pure.

A figure counts as pay only when the clause says so: after a word for pay as a whole (月薪, 底薪, 工资), or with the
time for which it is paid (800元一个月) in a clause that speaks of nothing else that money is paid for. What stays open,
as the unit of a small figure, is left alone: a false alarm costs an employer a call. Whatever is read is asked about,
never blocked, because a text says too little of hours and of what comes on top.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from centre.grammars.reading import NUMERAL, decimal
from employers.openings.adverts.clauses import clauses
from employers.openings.rules import WageUnit

FEN = 100
MONTHS = 12
LEAST_MONTH = 500
"""A figure in yuan without a unit is a month's from here on; a smaller one says nothing but how little it is."""

_TIMES = {"": 1, "千": 1_000, "k": 1_000, "万": 10_000, "w": 10_000}
_UNITS = {
    WageUnit.MONTH: ("月", "个月", "month", "mo"),
    WageUnit.DAY: ("天", "日", "day"),
    WageUnit.HOUR: ("小时", "个小时", "时", "钟头", "个钟", "hour", "hr", "h"),
}
_YEAR = ("年", "year")
_BY_YEAR = "year"
_MONEY = {"sign", "low_currency", "currency"}
_UNIT_OF = {word: unit for unit, spellings in _UNITS.items() for word in spellings}
_ANY_UNIT = "个月|个小时|小时|钟头|个钟|month|year|hour|day|mo|hr|h(?![a-z])|[月天日时年]"
_FIGURE = (
    rf"(?<![0-9.{NUMERAL}])"
    rf"(?:[0-9]{{1,3}}(?:,[0-9]{{3}})++|[0-9]{{1,7}}+(?:\.[0-9]{{1,2}}+)?+|[{NUMERAL}]{{1,8}}+)"
)
_CURRENCY = r"(?:元|块钱?|圆|yuan|rmb|cny)"
_AMOUNT = (
    rf"(?P<sign>[¥￥]|rmb|人民币)?(?P<low>{_FIGURE})(?P<times>[千万kw]?)(?P<low_currency>{_CURRENCY})?"
    rf"(?:[-至到][¥￥]?(?P<high>{_FIGURE})(?P<high_times>[千万kw]?)(?P<currency>{_CURRENCY})?)?"
)
_EACH = "(?:/|每|一|a|per)"
# What may stand behind a figure: 工资5号发, 工资3天一结, 工资1.5倍 and 待遇500强 are no pay.
_ENDS = (
    rf"(?:(?(low_currency)的?{_EACH}?|{_EACH})(?P<behind>{_ANY_UNIT})"
    r"|(?(low_currency)|(?(currency)|(?=$|[以起左上多、(（)）/;+加包管供另外含和与及保到税无有提奖试转计]))))"
)
_LABEL = re.compile(
    r"(?:(?P<hour>时薪|小时工资|钟点工资|hourly)|(?P<day>日薪|日工资|日结工资|daily)|(?P<year>年薪|年收入)"
    r"|(?P<month>月薪|月工资|月收入|月入|monthly)"
    r"|(?P<whole>(?:无责任?|保底|基本|基础|固定|综合|试用期?|转正后?|学徒|起步|总)?(?:工资|薪资|薪酬|薪水|收入)"
    r"|(?:无责任?)?底薪|保底|待遇|报酬|到手|实发|salary|wages?|pay))"
    r"(?:待遇|范围|标准|水平|最低|最少|至少|不低于|为|是|约|大约|仅|只有|只给|才|给|开|[:：=]|salary|wage|pay|of|is){0,3}"
    rf"(?:每个?|一个?)?(?P<before>月|天|日|小时|年)?(?:为|是|约|[:：])?{_AMOUNT}{_ENDS}"
)
_PERIOD = re.compile(
    r"(?:(?:每个?|一个?|按)(?P<before>月|天|日|小时|年)|(?P<day>日结|天结)|(?P<month>月结)|(?P<hour>小时结))"
    rf"(?:给|开|发|拿|挣|能挣|只有|只给|[:：])?{_AMOUNT}"
    rf"|{_AMOUNT.replace('?P<', '?P<b_')}{_EACH}{{1,2}}(?P<b_behind>{_ANY_UNIT})"
)
# Not the pay as a whole: a part that comes beside it, or money for something else.
_PART_BEFORE = re.compile(
    r"(?:工龄|绩效|岗位|岗级|加班|技能|职务|夜班|高温|低温|全勤|满勤|计件|提成|奖励|餐补|额外|浮动|效益|年终|等级|学历|补贴?|津贴?"
    r"|奖金?|另加|外加|涨|加|扣|押|罚|缴|交|社保|平均每件|倍|带薪|不带|无|没有|拖欠|代发|历史|期望|应聘者)$"
)
_OTHER_MONEY = re.compile(
    r"补|奖|津贴|提成|罚|扣|押|租|水电|费|饭钱|保险|社保|公积金|险|贷|营业|销售|业绩|产值|产量|单价|任务|利润|价|卖|存|缴|交|红包|油"
    r"|分红|过节|生日|工龄|全勤|满勤|加班|夜班|高温|绩效|优惠|消费|成本|投资|会员|充值|流水|客单|件|单|预算|金额|账|税|涨|扶持|赔"
    r"|标准|体检|伙食|聚|bonus|allowance|subsid|rent|fee|fine|deposit|commission|insurance|price|budget|overtime"
)
_PARTIAL = re.compile(r"兼职|半天|半日|钟点|小时工|临时工?|实习|零工|志愿|义工|暑假工|寒假工|parttime|intern")


@dataclass(frozen=True, slots=True)
class WrittenPay:
    """Pay as a clause states it: the least figure in fen and its unit (文字里的工资)."""

    clause: str
    least_fen: int
    unit: WageUnit


def written_pays(text: str) -> Iterator[WrittenPay]:
    """The pay that the clauses of a text state; the lower end of a range counts, yearly pay is divided by months.

    Pay by day or month of part-time work is left out, since nothing says for how many hours it is.
    """
    is_partial = bool(_PARTIAL.search(text.lower().replace("-", "").replace(" ", "")))
    for clause in clauses(text):
        for match in _matches(clause):
            pay = _read(clause, _parts(match))
            if pay is not None and not (is_partial and pay.unit is not WageUnit.HOUR):
                yield pay


def below_minimum(text: str, least: Mapping[WageUnit, int]) -> Iterator[WrittenPay]:
    """The pay in a text that is below the least of its unit, each clause once."""
    seen: set[str] = set()
    for pay in written_pays(text):
        if pay.least_fen < least[pay.unit] and pay.clause not in seen:
            seen.add(pay.clause)
            yield pay


def _matches(clause: str) -> Iterator[re.Match[str]]:
    if _LABEL.search(clause):
        yield from (match for match in _LABEL.finditer(clause) if not _PART_BEFORE.search(clause[: match.start()]))
    elif not _OTHER_MONEY.search(clause):
        yield from (period for period in _PERIOD.finditer(clause) if _MONEY & _parts(period).keys())


def _parts(match: re.Match[str]) -> dict[str, str]:
    return {name.removeprefix("b_"): value for name, value in match.groupdict().items() if value}


def _read(clause: str, parts: Mapping[str, str]) -> WrittenPay | None:
    figure = decimal(parts["low"])
    if not figure:
        return None
    times = parts.get("times") or (parts.get("high_times", "") if _is_short(figure, parts) else "")
    yuan, unit = figure * _TIMES[times], _unit(parts)
    if unit is None:  # a month's pay where the figure is one; smaller figures may be a day's, an hour's or a piece's
        return WrittenPay(clause, int(yuan * FEN), WageUnit.MONTH) if yuan >= LEAST_MONTH else None
    if unit == _BY_YEAR:
        return WrittenPay(clause, int(yuan * FEN / MONTHS), WageUnit.MONTH)
    return WrittenPay(clause, int(yuan * FEN), WageUnit(unit))


def _is_short(figure: Decimal, parts: Mapping[str, str]) -> bool:
    """Whether 3-5千 means 3,000 to 5,000: a figure below the other's, which has the multiple for both."""
    high = decimal(parts.get("high", ""))
    return high is not None and figure <= high


def _unit(parts: Mapping[str, str]) -> str | None:
    """The unit that a clause states; None where it states none, or two that differ."""
    stated = {name for name in (*WageUnit, _BY_YEAR) if name in parts}
    for name in ("before", "behind"):
        if word := parts.get(name):
            stated.add(_BY_YEAR if word in _YEAR else _UNIT_OF[word].value)
    return stated.pop() if len(stated) == 1 else None
