"""Schooling as lists ask for it: 大专及以上, 初中或高中, 高中（中专、技校）及以上, 大专以下, 不限 (学历). Pure."""

import re
from dataclasses import dataclass
from enum import IntEnum

from centre.grammars.reading import LONGEST, Unreadable, any_of, levelled, words
from centre.translation import N_


class Grade(IntEnum):
    """Schooling from the least to the most; the last three of secondary schooling stand side by side (文化程度)."""

    NONE = 0
    PRIMARY = 1
    JUNIOR = 2
    SENIOR = 3
    TECHNICAL = 4
    SECONDARY_VOCATIONAL = 5
    COLLEGE = 6
    UNIVERSITY = 7
    POSTGRADUATE = 8


class SchoolingUnreadable(Unreadable):
    """Schooling that cannot be read whole."""

    code = "schooling-unreadable"
    message = N_("学历“{text}”看不懂，请写成 初中、高中、大专 或 不限")


@dataclass(frozen=True, slots=True)
class Schooling:
    """The least and the most that is asked for, each None where there is no such bound."""

    least: Grade | None = None
    most: Grade | None = None


_NAMES = {
    Grade.POSTGRADUATE: ("研究生", "硕士", "博士", "硕士研究生", "博士研究生"),
    Grade.UNIVERSITY: ("大学本科", "本科", "大学", "学士", "本科学历"),
    Grade.COLLEGE: ("大学专科", "大专", "专科", "高职", "高职高专", "高专"),
    Grade.SECONDARY_VOCATIONAL: ("中专", "职高", "中职", "职业高中", "中等专科", "中等职业学校"),
    Grade.TECHNICAL: ("技校", "技工学校", "技工", "中技"),
    Grade.SENIOR: ("高中", "普通高中"),
    Grade.JUNIOR: ("初中",),
    Grade.PRIMARY: ("小学",),
    Grade.NONE: ("文盲", "半文盲", "文盲或半文盲", "识字"),
}  # fmt: skip
_GRADE = {name: grade for grade, names in _NAMES.items() for name in names}
_NAME = any_of(_GRADE)
_NONE_ASKED = frozenset(
    words("不限 无 无要求 不限学历 学历不限 不作要求 不做要求 无学历要求 均可 都可 没有要求 不要求")
)
_TAIL = r"(?:文化程度|文化|学历|毕业|程度|水平|毕业生)?"
_ONE = rf"(?:全日制|统招|国家统招)?(?:{_NAME}){_TAIL}"
_SEVERAL = rf"{_ONE}(?:(?:[、/,或和]|或者)?{_ONE})*(?:\({_ONE}(?:[、/,或和]{_ONE})*\))?{_TAIL}"
_ABOVE = any_of(["及以上", "或以上", "以上", "及其以上", "起", "(含)以上", "以上(含)"])
_BELOW = any_of(["及以下", "或以下", "以下", "及其以下", "以内"])
_ASKED = re.compile(
    rf"(?:学历|要求)?:?(?P<names>{_SEVERAL})(?:(?P<above>{_ABOVE})|(?P<below>{_BELOW}))?{_TAIL}(?:即可|均可|都可)?"
)
_RANGE = re.compile(rf"(?P<low>{_ONE})-(?P<high>{_ONE})")
_PREFERRED = re.compile(rf"[,;(]{_SEVERAL}(?:{_ABOVE})?(?:者)?优先\)?$")
_WORD = re.compile(_NAME)


def read_schooling(text: str) -> Schooling:
    """Read what schooling is asked for, whole. Raises SchoolingUnreadable."""
    level = levelled(text)
    if not level or len(level) > LONGEST:
        raise SchoolingUnreadable(text)
    level = _PREFERRED.sub("", level)  # a preference asks for nothing
    if level in _NONE_ASKED:
        return Schooling()
    if between := _RANGE.fullmatch(level):
        low, high = _least(between["low"]), _least(between["high"])
        if low > high:
            raise SchoolingUnreadable(text)
        return Schooling(low, high)
    wanted = _ASKED.fullmatch(level)
    if wanted is None:
        raise SchoolingUnreadable(text)
    if wanted["below"]:
        return Schooling(None, max(map(_GRADE.__getitem__, _WORD.findall(wanted["names"]))))
    return Schooling(_least(wanted["names"]))


def _least(names: str) -> Grade:
    return min(map(_GRADE.__getitem__, _WORD.findall(names)))
