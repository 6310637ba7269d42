"""Ages as lists ask for them: 18-45岁, 50岁以下, 18周岁以上, 不限 (年龄). Pure."""

import re
from dataclasses import dataclass

from centre.grammars.reading import LONGEST, NUMERAL, Unreadable, count, levelled
from centre.translation import N_

YOUNGEST, OLDEST = 14, 100


class AgeUnreadable(Unreadable):
    """An age or a range of ages that cannot be read whole."""

    code = "age-unreadable"
    message = N_("年龄“{text}”看不懂，请写成 18-45岁、50岁以下 或 不限")


@dataclass(frozen=True, slots=True)
class Ages:
    """The youngest and the oldest that is asked for, in full years; None where there is no such bound."""

    youngest: int | None = None
    oldest: int | None = None


_AGE = rf"([0-9]{{1,3}}|[{NUMERAL}]{{1,4}})"
_YEARS = "(?:周岁|岁)?"
_BETWEEN = re.compile(rf"(?:年龄)?:?{_AGE}{_YEARS}-{_AGE}{_YEARS}(?:之间|以内)?")
_FROM_TO = re.compile(rf"(?:年龄)?:?(?:年满|满)?{_AGE}{_YEARS}及?以上,?{_AGE}{_YEARS}及?以下")
_BELOW = re.compile(rf"(?:年龄)?:?(?:不超过|不大于|小于)?{_AGE}{_YEARS}(?:及?以下|以内|以下\(含\))?")
_ABOVE = re.compile(rf"(?:年龄)?:?(?:年满|满)?{_AGE}{_YEARS}(?:及?以上|起|\+)")
_NONE_ASKED = frozenset({"不限", "无", "无要求", "年龄不限", "不限年龄"})


def read_ages(text: str) -> Ages:
    """Read a range of ages whole. Raises AgeUnreadable, also for a bare 45 that could be either bound."""
    level = levelled(text)
    if not level or len(level) > LONGEST:
        raise AgeUnreadable(text)
    if level in _NONE_ASKED:
        return Ages()
    if match := _BETWEEN.fullmatch(level) or _FROM_TO.fullmatch(level):
        youngest, oldest = _age(match[1], text), _age(match[2], text)
        if youngest > oldest:
            raise AgeUnreadable(text)
        return Ages(youngest, oldest)
    if match := _ABOVE.fullmatch(level):
        return Ages(_age(match[1], text), None)
    match = _BELOW.fullmatch(level)
    if match and re.search("以下|以内|不超过|不大于|小于", level):
        return Ages(None, _age(match[1], text))
    raise AgeUnreadable(text)


def read_age(text: str) -> int:
    """Read one age whole: 45, 45岁, 四十五周岁. Raises AgeUnreadable."""
    match = re.fullmatch(rf"{_AGE}{_YEARS}", levelled(text))
    if match is None:
        raise AgeUnreadable(text)
    return _age(match[1], text)


def _age(word: str, text: str) -> int:
    years = count(word)
    if years is None or not YOUNGEST <= years <= OLDEST:
        raise AgeUnreadable(text)
    return years
