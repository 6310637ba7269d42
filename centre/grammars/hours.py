"""Working hours as lists write them: 40, 每周40小时, 每天8小时 每周5天, 做五休二 8小时, 五天八小时 (工作时间). Pure."""

import re
from dataclasses import dataclass

from centre.grammars.reading import LONGEST, NUMERAL, Unreadable, count, levelled
from centre.translation import N_

MOST_A_DAY, DAYS_A_WEEK, MOST_A_WEEK = 16, 7, 100


class HoursUnreadable(Unreadable):
    """Working hours that cannot be read whole."""

    code = "hours-unreadable"
    message = N_("工时“{text}”看不懂，请写成 每周40小时 或 每天8小时，每周5天")


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of a day, days of a week and hours of a week; None where they are not stated."""

    a_day: int | None = None
    days: int | None = None
    a_week: int | None = None


_N = rf"([0-9]{{1,3}}|[{NUMERAL}]{{1,3}})"
_HOURS = r"(?:个)?(?:小时|钟头|h)(?:工作制|制)?"
_A_WEEK = re.compile(rf"(?:每周|一周|周|每星期)(?:工作|工时)?:?{_N}{_HOURS}|{_N}{_HOURS}/(?:周|星期)|{_N}")
_A_DAY = re.compile(rf"(?:每天|每日|一天|日)?(?:工作)?{_N}{_HOURS}(?:/天|/日|每天)?")
_DAYS = re.compile(
    rf"(?:每周|一周|周)(?:工作|上班|上)?{_N}天(?:班)?|{_N}天(?:工作制)?(?:/周)?|[做上]{_N}休{_N}|(双休)|(单休)"
)
_SIGNS = re.compile(r"[,;、。.*x×()+/]+")


def read_hours(text: str) -> Hours:
    """Read working hours whole; a bare number is hours of a week. Raises HoursUnreadable."""
    level = levelled(text)
    if not level or len(level) > LONGEST:
        raise HoursUnreadable(text)
    if week := _A_WEEK.fullmatch(level):
        return Hours(a_week=_number(next(filter(None, week.groups())), MOST_A_WEEK, text))
    a_day = days = None
    while level:
        if (match := _DAYS.match(level)) and days is None:
            days = _days(match, text)
        elif (match := _A_DAY.match(level)) and a_day is None:
            a_day = _number(match[1], MOST_A_DAY, text)
        else:
            match = _SIGNS.match(level)
        if match is None:
            raise HoursUnreadable(text)
        level = level[match.end() :]
    week_hours = a_day * days if a_day and days else None
    if a_day is None and days is None:
        raise HoursUnreadable(text)
    return Hours(a_day, days, week_hours)


def _days(match: re.Match[str], text: str) -> int:
    a_week, bare, on, off, two_off, one_off = match.groups()
    if two_off or one_off:
        return 5 if two_off else 6
    if on:
        worked, rested = _number(on, DAYS_A_WEEK, text), _number(off, DAYS_A_WEEK, text)
        if worked + rested != DAYS_A_WEEK:
            raise HoursUnreadable(text)
        return worked
    return _number(a_week or bare, DAYS_A_WEEK, text)


def _number(word: str, most: int, text: str) -> int:
    value = count(word)
    if value is None or not 1 <= value <= most:
        raise HoursUnreadable(text)
    return value
