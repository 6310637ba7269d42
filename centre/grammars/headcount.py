"""How many people are wanted: 5, 二十人, 男2女3, 20人（18-45岁）, 10名（限2026届）, 若干 (招聘人数). Pure."""

import re
from dataclasses import dataclass

from centre.grammars.reading import LONGEST, NUMERAL, Unreadable, count, levelled
from centre.translation import N_

MOST = 10_000


class HeadcountUnreadable(Unreadable):
    """A number of people that cannot be read whole."""

    code = "headcount-unreadable"
    message = N_("人数“{text}”看不懂，请只写一个数，如 5")


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many people; None where the list leaves it open (若干). `remark` is what else the cell says of them."""

    people: int | None
    women: int | None = None
    men: int | None = None
    remark: str = ""


# Possessive: nothing that may follow a number begins with a figure, so there is nothing to try again.
_NUMBER = rf"([0-9]{{1,6}}+|[{NUMERAL}]{{1,8}}+)"
_PEOPLE = r"(?:人|名|个|位|个人)?"
_WHOLE = re.compile(rf"(?:共|计|约|招|招聘|招收|需|需要|共计|合计|共招)?{_NUMBER}{_PEOPLE}(?:左右)?")
_BY_SEX = re.compile(
    rf"(?:(?:共|计)?{_NUMBER}{_PEOPLE}[,:(、]?)?(?:其中)?"
    rf"(?:男(?:性|工|生)?[:：]?{_NUMBER}{_PEOPLE}[,、/+;和]?女(?:性|工|生)?[:：]?{_NUMBER}{_PEOPLE}"
    rf"|女(?:性|工|生)?[:：]?{_NUMBER}{_PEOPLE}[,、/+;和]?男(?:性|工|生)?[:：]?{_NUMBER}{_PEOPLE})\)?"
)
_OPEN = frozenset({"若干", "若干名", "若干人", "不限", "不限人数", "多名", "多人", "数名", "数人"})
# What stands in brackets tells of the people: digits are welcome there only as an age or a year of leaving school.
_ABOUT = (
    r"(?:(?:年龄)?[0-9]{2}(?:周?岁)?(?:-[0-9]{2})?周?岁(?:以[上下]|之间)?"
    r"|(?:限|仅限)?(?:20)?[0-9]{2}(?:-(?:20)?[0-9]{2})?届(?:毕业生)?|[^0-9()]{1,30})"
)
_REMARK = re.compile(rf"{_ABOUT}(?:[,;、]{_ABOUT})*")


def read_headcount(text: str) -> Headcount:
    """Read a number of people whole. Raises HeadcountUnreadable, also for a range such as 3-5人."""
    level = levelled(text)
    if not level or len(level) > LONGEST:
        raise HeadcountUnreadable(text)
    if by_sex := _BY_SEX.fullmatch(level):
        return _by_sex(by_sex, text)
    remark = ""
    if "(" in level and level.endswith(")"):
        level, _, bracketed = level.partition("(")
        remark = bracketed.removesuffix(")")
        if not _REMARK.fullmatch(remark):
            raise HeadcountUnreadable(text)
    if level in _OPEN:
        return Headcount(None, remark=remark)
    whole = _WHOLE.fullmatch(level)
    return Headcount(_people(whole and whole[1], text), remark=remark)


def _by_sex(match: re.Match[str], text: str) -> Headcount:
    total, men_first, women_second, women_first, men_second = match.groups()
    men = _people(men_first or men_second, text, least=0)
    women = _people(women_second or women_first, text, least=0)
    if (total is not None and _people(total, text) != men + women) or not men + women:
        raise HeadcountUnreadable(text)
    return Headcount(men + women, women=women, men=men)


def _people(word: str | None, text: str, least: int = 1) -> int:
    people = count(word) if word else None
    if people is None or not least <= people <= MOST:
        raise HeadcountUnreadable(text)
    return people
