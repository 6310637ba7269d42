"""Formatting of money, wages, dates and masked personal data, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from centre.translation import N_, SOURCE_LOCALE, translate

LOCAL = ZoneInfo("Asia/Shanghai")

WAGE_UNITS = {
    "month": N_("元/月"),
    "day": N_("元/天"),
    "hour": N_("元/小时"),
    "piece": N_("元/件"),
    "year": N_("元/年"),
}
_WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def yuan(fen: int) -> str:
    """An amount of fen in yuan with thousands separators; decimals only when they are not zero."""
    whole, cents = divmod(abs(fen), 100)
    return ("-" if fen < 0 else "") + f"{whole:,}" + (f".{cents:02d}" if cents else "")


def money(locale: str, fen: int) -> str:
    """An amount of fen in the reader's language: 1,200 元, ¥1,200."""
    return f"{yuan(fen)} 元" if locale == SOURCE_LOCALE else f"¥{yuan(fen)}".replace("¥-", "-¥")


@dataclass(frozen=True, slots=True)
class Wage:
    """Pay as amount and unit, so that a page can enlarge the amount (工资)."""

    amount: str
    unit: str

    def __str__(self) -> str:
        """Amount and unit in one line."""
        return f"{self.amount} {self.unit}"


def wage(locale: str, item: object) -> Wage:
    """The pay of an object or mapping with `wage_min_fen`, `wage_max_fen` and `wage_unit`."""
    least, most, unit = (
        item.get(name) if isinstance(item, Mapping) else getattr(item, name, None)
        for name in ("wage_min_fen", "wage_max_fen", "wage_unit")
    )
    parts = [yuan(amount) for amount in (least, most) if isinstance(amount, int)]
    if not parts:
        return Wage(translate(locale, "见详情"), "")
    amount = "–".join(dict.fromkeys(parts))
    return Wage(amount, translate(locale, WAGE_UNITS.get(str(unit), str(unit))))


def as_date(value: date | str) -> date:
    """The day of a date, of an instant (in Asia/Shanghai) or of an ISO text."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    return as_local(value).date() if isinstance(value, datetime) else value


def as_local(value: datetime | str) -> datetime:
    """An instant in Asia/Shanghai; a value without a zone is taken as UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(LOCAL)


def weekday(locale: str, value: date | str) -> str:
    """The short name of the weekday."""
    number = as_date(value).weekday()
    return f"周{_WEEKDAYS[number]}" if locale == SOURCE_LOCALE else _DAYS[number]


def month(locale: str, value: date | str) -> str:
    """The month without its year: 2月, Feb."""
    day = as_date(value)
    return f"{day.month}月" if locale == SOURCE_LOCALE else _MONTHS[day.month - 1]


def long_date(locale: str, value: date | str | None) -> str:
    """A date with its weekday: 2026年2月27日 周五, Fri 27 Feb 2026. None becomes a dash."""
    if value is None:
        return "—"
    day = as_date(value)
    if locale == SOURCE_LOCALE:
        return f"{day.year}年{day.month}月{day.day}日 {weekday(locale, day)}"
    return f"{weekday(locale, day)} {day.day} {month(locale, day)} {day.year}"


def clock_time(value: datetime | str) -> str:
    """The time of day of an instant in Asia/Shanghai: 09:00 in both languages."""
    return as_local(value).strftime("%H:%M")


def long_datetime(locale: str, value: datetime | str | None) -> str:
    """A date with its time in Asia/Shanghai: 2026年2月27日 周五 09:00. None becomes a dash."""
    if value is None:
        return "—"
    return f"{long_date(locale, as_local(value))} {clock_time(value)}"


def masked(value: str, kind: str = "name") -> str:
    """Masked personal data: 王**, 138****1234, 610***********0022 (`name`, `phone`, `identity`)."""
    if kind == "name":
        return value[:1] + "*" * max(1, len(value) - 1) if value else ""
    first, last = {"phone": (3, 4), "identity": (3, 4)}[kind]
    hidden = len(value) - first - last
    return f"{value[:first]}{'*' * hidden}{value[-last:]}" if hidden > 0 else "*" * len(value)
