"""Pay as people write it: 3500-5000, 8000-1.2万, 4-6K·13薪, 底薪2000+提成, 20元/小时, 年薪6-8万, 面议 (薪酬). Pure."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from centre.grammars.reading import LONGEST, NUMERAL, Unreadable, any_of, decimal, levelled, words
from centre.translation import N_

FEN = 100
MONTHS = 12
WIDEST = 20
"""Above this ratio of upper to lower end, the two figures of a range share a multiple or are unclear."""


class PayUnit(StrEnum):
    """What pay is counted for; the words are those of the openings' wage unit (计薪单位)."""

    MONTH = "month"
    DAY = "day"
    HOUR = "hour"
    PIECE = "piece"


class PayUnreadable(Unreadable):
    """Pay that cannot be read whole."""

    code = "pay-unreadable"
    message = N_("工资“{text}”看不懂，请写成 3500-5000元/月、150元/天、20元/小时 或 面议")


class PayReversed(Unreadable):
    """The second figure of a range is smaller than the first."""

    code = "pay-reversed"
    message = N_("工资“{text}”后面的数比前面的小，请核对")


class PayUnitMissing(Unreadable):
    """A figure that cannot be a monthly wage and does not say what it is paid for."""

    code = "pay-unit-missing"
    message = N_("工资“{text}”没有写清按月、按天、按小时还是按件，请补上")


@dataclass(frozen=True, slots=True)
class Pay:
    """Pay in fen for one unit; `base_fen` is the fixed part (底薪), `months` how many wages a year brings (13薪).

    Nothing is stated (面议) where all figures are None.
    """

    unit: PayUnit = PayUnit.MONTH
    least_fen: int | None = None
    most_fen: int | None = None
    base_fen: int | None = None
    by_piece: bool = False
    months: int = MONTHS
    by_year: bool = False

    @property
    def is_stated(self) -> bool:
        """Whether any figure was written."""
        return any(fen is not None for fen in (self.least_fen, self.most_fen, self.base_fen))


_FIGURE = rf"(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+(?:\.[0-9]{{1,4}})?|[0-9]{{1,9}}(?:\.[0-9]{{1,4}})?|[{NUMERAL}]{{1,9}})"
_TIMES = {"万": 10_000, "w": 10_000, "千": 1_000, "k": 1_000, "": 1}
_AMOUNT = re.compile(
    rf"(?P<sign>[¥￥]|rmb|人民币)?(?P<low>{_FIGURE})(?P<low_times>[万千kw]?)(?:元|块钱?)?"
    rf"(?:-(?:[¥￥])?(?P<high>{_FIGURE})(?P<high_times>[万千kw]?)(?:元|块钱?)?)?"
)
_ADJACENT = re.compile(r"([一二三四五六七八九])([二三四五六七八九])(千|百|万)")
_UNITS = {
    PayUnit.HOUR: "时薪 小时工资 每小时 每个小时 一小时 /小时 /时 /h /hr /hour 元小时 按小时",
    PayUnit.DAY: "日薪 日工资 日结 每天 每日 一天 /天 /日 /day /d 按天 按日",
    PayUnit.PIECE: "/件 每件 一件 /个 /双 /条 /套 /只 /单 每单 /piece 单价",
    PayUnit.MONTH: "月薪 月工资 每月 每个月 一个月 一月 /月 /m /month 月均 月收入 月 按月",
}
_UNIT_OF = {word: unit for unit, spellings in _UNITS.items() for word in words(spellings)}
_YEAR = ("年薪", "年收入", "每年", "一年", "/年", "/y", "/year", "按年")
_UNIT_WORD = re.compile(any_of([*_UNIT_OF, *_YEAR]))


def _one_of(text: str) -> re.Pattern[str]:
    return re.compile(any_of(words(text)))


_LABEL = _one_of(
    "工资待遇 薪资待遇 薪酬待遇 工资 薪资 薪酬 待遇 薪水 综合工资 综合收入 综合薪资 综合 实发 到手 "
    "总收入 收入 平均工资 平均 转正后 转正 税前 税后 约 大约 左右 上下 之间 元 块"
)
_OPEN = _one_of("面议 面谈 可议 可谈 详谈 待定 从优 优厚 优 不详 按国家规定 按规定 另议")
_AT_LEAST = _one_of("以上 起步 起 及以上 不低于 不少于 至少 最低 保底 + 高于")
_AT_MOST = _one_of("以下 以内 之内 及以下 不超过 不高于 最高 最多 至多 上限 封顶 低于 少于")
_BASE = _one_of("无责底薪 无责任底薪 底薪 基本工资 基本薪酬 基础工资 固定工资")
_BESIDE_PAY = (
    "提成 绩效 绩效奖金 奖金 全勤 全勤奖 满勤奖 补贴 补助 餐补 餐费补贴 饭补 住房补贴 房补 话补 "
    "交通补贴 车补 高温补贴 夜班补贴 工龄工资 工龄奖 加班费 年终奖 分红 福利 社保 五险 五险一金 六险一金 三险 "
    "意外险 公积金 商业保险 "
    "包吃 包住 包吃住 包食宿 管吃 管住 管吃住 供吃 供住 包午餐 包餐 免费食宿 提供食宿 提供住宿 食宿 吃住 "
    "双休 单休 双休日 大小周 月休4天 月休四天 月休2天 月休两天 月休8天 月休八天 带薪年假 长白班 白班 两班倒 三班倒 "
    "不含提成 含提成 多劳多得 上不封顶 月结 月付 周结 按月发放 多劳多得上不封顶 能力强者优先 等 其他 若干"
)
_EXTRA = re.compile(rf"(?:有|含|外加|另有|另加|加|缴纳|缴|交)?(?:{any_of(words(_BESIDE_PAY))})")
_HOURS = re.compile(
    r"(?:每天|每日|一天|日均|日)?(?:工作)?[0-9]{1,2}(?:\.5)?(?:-[0-9]{1,2})?(?:个)?小时(?:制|工作制|/天|/日)?"
)
_MONTHS_A_YEAR = re.compile(r"[·.*x×•・\-]?(1[2-9]|2[0-4])薪|(?:年底)?双薪")
_PIECE = re.compile(r"计件(?:工资|制|薪酬)?")
_NOISE = re.compile(r"[,;:、。.·+()]|/(?=.)|或|和|及|为|是|都|者|/人|每人|人")


def read_pay(text: str) -> Pay:
    """Read pay whole. Raises PayUnreadable, PayReversed or PayUnitMissing; never takes the first figure that fits."""
    level = levelled(text).replace("薪资范围", "").replace("人民币", "")
    level = _ADJACENT.sub(r"\1\3-\2\3", level)
    if not level or len(level) > LONGEST:
        raise PayUnreadable(text)
    pay = _Parser(text, level).parse()
    return _by_month(pay) if pay.by_year else pay


@dataclass(frozen=True, slots=True)
class _Amount:
    """One figure or range of a text, in yuan, and what stands right before it."""

    low: Decimal
    high: Decimal | None
    role: str = ""
    bound: str = ""


class _Parser:
    """One pass over the text: every character belongs to a word of the grammar, or the text is refused."""

    def __init__(self, text: str, level: str) -> None:
        self.text, self.rest = text, level
        self.amounts: list[_Amount] = []
        self.units: list[PayUnit] = []
        self.by_year = self.by_piece = self.is_open = False
        self.months = MONTHS
        self.role = self.bound = ""

    def parse(self) -> Pay:
        """Take words until nothing is left."""
        while self.rest:
            if not any(take() for take in (self._notes, self._figure, self._words)):
                raise PayUnreadable(self.text)
        return self._pay()

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.rest)
        if match is None or not match[0]:
            return None
        self.rest = self.rest[match.end() :]
        return match

    def _notes(self) -> bool:
        """Words beside the pay that carry figures of their own: hours of a day, wages of a year."""
        if match := self._take(_MONTHS_A_YEAR):
            self.months = int(match[1] or 13)
            return True
        return bool(self._take(_HOURS) or self._take(_EXTRA))

    def _figure(self) -> bool:
        match = self._take(_AMOUNT)
        if match is None:
            return False
        bound = self.bound
        if bound != "most" and (after := self._take(_AT_LEAST)):
            bound = "" if after[0] == "+" and self.role == "base" else "least"
        elif bound != "least" and self._take(_AT_MOST):
            bound = "most"
        low, high = self._ends(match)
        if high is not None and bound:
            raise PayUnreadable(self.text)
        self.amounts.append(_Amount(low, high, self.role, bound))
        self.role = self.bound = ""
        return True

    def _ends(self, match: re.Match[str]) -> tuple[Decimal, Decimal | None]:
        low, high = decimal(match["low"]), match["high"] and decimal(match["high"])
        if low is None or (high is None and match["high"]):
            raise PayUnreadable(self.text)
        if not isinstance(high, Decimal):
            return low * _TIMES[match["low_times"]], None
        low_times, high_times = match["low_times"], match["high_times"]
        top = high * _TIMES[high_times]
        starts = {low * _TIMES[low_times]} if low_times or not high_times else {low, low * _TIMES[high_times]}
        if low_times and not high_times and top < low * _TIMES[low_times]:
            raise PayUnreadable(self.text)
        fitting = [start for start in starts if start <= top <= start * WIDEST]
        if len(fitting) != 1:
            raise PayReversed(self.text) if all(start > top for start in starts) else PayUnreadable(self.text)
        return fitting[0], top

    def _words(self) -> bool:
        if match := self._take(_PIECE):
            self.by_piece = True
        elif self._take(_BASE):
            self._note_base()
        elif match := self._take(_UNIT_WORD):
            if match[0] in _YEAR:
                self.by_year = True
            elif not (match[0] == "月均" or (match[0] == "月" and self.by_year)):
                self.units.append(_UNIT_OF[match[0]])
        elif self._take(_OPEN):
            self.is_open = True
        elif self._take(_AT_LEAST):
            self.bound = "least"
        elif self._take(_AT_MOST):
            self.bound = "most"
        else:
            return bool(self._take(_LABEL) or self._take(_NOISE))
        return True

    def _note_base(self) -> None:
        """The fixed part is named before its figure (底薪2000) or right after it (2000底薪)."""
        last = self.amounts[-1] if self.amounts else None
        if last is not None and not last.role and not re.match(_FIGURE, self.rest):
            self.amounts[-1] = replace(last, role="base")
        else:
            self.role = "base"

    def _pay(self) -> Pay:
        base = [amount for amount in self.amounts if amount.role == "base"]
        whole = self._whole()
        units = set(self.units)
        if len(base) > 1 or len(whole) > 1 or len(units) > 1 or (self.by_year and units):
            raise PayUnreadable(self.text)
        if not self.amounts and not (self.is_open or self.by_piece):
            raise PayUnreadable(self.text)
        unit = units.pop() if units else PayUnit.MONTH
        if self.by_piece and not self.amounts:
            unit = PayUnit.PIECE
        pay = Pay(unit, months=self.months, by_piece=self.by_piece or unit is PayUnit.PIECE, by_year=self.by_year)
        if base:
            pay = replace(pay, base_fen=self._fen(base[0].low), least_fen=self._fen(base[0].low))
        if whole:
            least, most = self._bounds(whole[0])
            pay = replace(pay, least_fen=least, most_fen=most)
        if pay.is_stated and not self.units and not self.by_year:
            self._check_monthly(pay)
        return pay

    def _whole(self) -> list[_Amount]:
        """What is paid in all; two figures that bound it from both sides (4000以上5000以下) are one range."""
        whole = [amount for amount in self.amounts if amount.role != "base"]
        ends = {amount.bound: amount.low for amount in whole}
        if len(whole) != 2 or ends.keys() != {"least", "most"}:
            return whole
        if ends["least"] > ends["most"]:
            raise PayReversed(self.text)
        return [_Amount(ends["least"], ends["most"])]

    def _bounds(self, amount: _Amount) -> tuple[int | None, int | None]:
        if amount.bound == "most":
            return None, self._fen(amount.low)
        return self._fen(amount.low), None if amount.high is None else self._fen(amount.high)

    def _check_monthly(self, pay: Pay) -> None:
        """A figure without a unit counts as monthly only if it is large enough; 25-30 is ambiguous."""
        if min(fen for fen in (pay.least_fen, pay.most_fen, pay.base_fen) if fen is not None) < 500 * FEN:
            raise PayUnitMissing(self.text)

    def _fen(self, yuan: Decimal) -> int:
        fen = yuan * FEN
        if fen != fen.to_integral_value() or not 0 < fen <= 10**12:
            raise PayUnreadable(self.text)
        return int(fen)


def _by_month(pay: Pay) -> Pay:
    """Yearly pay as monthly pay, the fen that do not divide left off."""
    return replace(
        pay,
        least_fen=None if pay.least_fen is None else pay.least_fen // MONTHS,
        most_fen=None if pay.most_fen is None else pay.most_fen // MONTHS,
        base_fen=None if pay.base_fen is None else pay.base_fen // MONTHS,
    )
