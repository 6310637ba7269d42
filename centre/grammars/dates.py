"""Days and spans as people write them: 2026.3.8, 26-12-31, 20261231, 2026-12-01至2027-02-28, 长期有效 (日期). Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from centre.grammars.reading import GAP, LONGEST, Unreadable, levelled, words
from centre.translation import N_

_SERIAL_EPOCH = date(1899, 12, 30)
_SERIALS = range(30_000, 80_000)
"""Days since 1899-12-30 as spreadsheets keep dates: 30,000 is 1982, 80,000 is 2119."""

NEAR_YEARS = 3
"""A two-digit year, or an order of day and month that the text does not show, is read only if exactly one reading lies
this many years or less from today."""


class DateUnreadable(Unreadable):
    """A day that cannot be read whole, or could be two days."""

    code = "date"
    message = N_("日期“{text}”看不懂，请写成 2026-03-08 这样")


class DateMissingYear(Unreadable):
    """A day without its year."""

    code = "date-year-missing"
    message = N_("日期“{text}”没有年份，请写成 2026-03-08 这样")


class DateMissingDay(Unreadable):
    """A month without its day."""

    code = "date-day-missing"
    message = N_("日期“{text}”没有写到哪一天，请写成 2026-03-08 这样")


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day, each None where it is not stated; `is_open` where the text says that there is no end."""

    first: date | None
    last: date | None
    is_open: bool = False


_OPEN = frozenset(words("长期 长期有效 长期招聘 常年 常年招聘 招满为止 招满即止 不限 永久 无期限"))
_CLOCK = rf"(?:[t {GAP}]?[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{{1,6}})?)?(?:z|[+\-][0-2][0-9]:?[0-5][0-9])?)?"
_PARTS = re.compile(
    rf"([0-9]{{1,4}})([年./\-])([0-9]{{1,2}})(?:月|[./\-])([0-9]{{1,4}})[日号]?(?:\((?:星期|周)[一二三四五六日天]\))?{_CLOCK}"
)
_COMPACT = re.compile(rf"((?:19|20)[0-9]{{2}})([01][0-9])([0-3][0-9]){_CLOCK}")
_SERIAL = re.compile(r"([0-9]{5})(?:\.0)?")
_MONTH_ONLY = re.compile(r"(?:[0-9]{4}|[0-9]{2})(?:年|[./\-])[0-9]{1,2}月?(?:底|初|中旬|上旬|下旬)?|[0-9]{4}年?")
_DAY_ONLY = re.compile(r"[0-9]{1,2}(?:月|[./\-])[0-9]{1,2}[日号]?")
_SHORT_END = re.compile(r"([0-9]{1,2})[月./]([0-9]{1,2})[日号]?")
_UNTIL = re.compile(
    r"(?:即日起|自?即日起|从即日起|现在)?-?(?:有效期|截止|截至|截止到|截止日期|到期日?|有效)?[:到-]*(.+?)"
    r"(?:止|前|为止|截止|之前)?"
)


def read_date(text: str, *, today: date) -> date:
    """Read one day whole. Raises DateUnreadable, DateMissingYear or DateMissingDay."""
    level = levelled(text)
    if not level or len(level) > LONGEST:
        raise DateUnreadable(text)
    day = _day(level, today)
    if day is None:
        if _DAY_ONLY.fullmatch(level):
            raise DateMissingYear(text)
        raise DateMissingDay(text) if _MONTH_ONLY.fullmatch(level) else DateUnreadable(text)
    return day


def read_span(text: str, *, today: date) -> Span:
    """Read a validity: two days with a dash or 至 between them, or only the last day, or 长期有效.

    Raises the refusals of `read_date`; a span whose end lies before its beginning is unreadable.
    """
    level = levelled(text)
    if level in _OPEN:
        return Span(None, None, is_open=True)
    if (day := _day(level, today)) is not None:
        return Span(None, day)
    for at, letter in enumerate(level):
        if letter == "-" and (span := _split(level[:at], level[at + 1 :], today)):
            return span
    until = _UNTIL.fullmatch(level)
    if until and until[1] != level and (day := _day(until[1], today)):
        return Span(None, day)
    return Span(None, read_date(text, today=today))


def _split(before: str, after: str, today: date) -> Span | None:
    first = _day(before, today)
    if first is None:
        return None
    if short := _SHORT_END.fullmatch(after):
        last = _date(first.year, int(short[1]), int(short[2]))
    else:
        last = _day(after.removesuffix("止"), today)
    return Span(first, last) if last is not None and last >= first else None


def _day(level: str, today: date) -> date | None:
    if match := _COMPACT.fullmatch(level):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if (match := _SERIAL.fullmatch(level)) and int(match[1]) in _SERIALS:
        return _SERIAL_EPOCH + timedelta(days=int(match[1]))
    if match := _PARTS.fullmatch(level):
        return _of_parts(match, today)
    return None


def _of_parts(match: re.Match[str], today: date) -> date | None:
    first, sign, second, third = match.groups()
    if len(first) == 4:
        return _date(int(first), int(second), int(third)) if len(third) < 3 else None
    if sign == "年":
        return _date(_century(first, today), int(second), int(third)) if len(first) == 2 and len(third) < 3 else None
    ways = []
    if len(third) == 4:
        ways = [_date(int(third), int(first), int(second)), _date(int(third), int(second), int(first))]
    elif len(third) < 3 and len(first) < 3:
        if len(first) == 2:
            ways.append(_date(_century(first, today), int(second), int(third)))
        if len(third) == 2:
            ways.append(_date(_century(third, today), int(first), int(second)))
            ways.append(_date(_century(third, today), int(second), int(first)))
    near = {day for day in ways if day is not None and abs(day.year - today.year) <= NEAR_YEARS}
    return near.pop() if len(near) == 1 else None


def _century(year: str, today: date) -> int:
    return today.year // 100 * 100 + int(year)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
