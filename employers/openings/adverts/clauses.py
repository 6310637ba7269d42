"""Text of an advertisement as the screening reads it: levelled, in clauses. Pure."""

import re

from centre.text import HAN, normalise

LONGEST = 160
"""Longer clauses are cut, so that hostile text without punctuation stays cheap."""

# A comma before a figure parts clauses too (招服务员，18到28岁), unless it stands inside one: 3,500.
_CLAUSE = re.compile(r"[，。;；!！?？\n|]+|(?<![0-9]),+|,+(?![0-9]{3}(?![0-9]))|\.+(?![0-9])")
_LABEL = re.compile(
    r"^(?:急招|招工|招聘|要求|(?:岗位|任职|招聘|应聘)(?:要求|条件|说明|职责)|条件|职责|工作内容|备注|说明)[:：]"
)
_DASHES = str.maketrans("\u2013\u2014\u2015\u2212\uff5e\u301c", "------")
_SPACES = re.compile(r"[ \t\u3000]+")
# People part clauses by a space as by a comma, but also spell out 限 男 性 to slip through.
_BREAK = re.compile(rf"(?<=[{HAN}0-9)）][{HAN}元岁人名)）])[ \t\u3000]+(?=[{HAN}0-9(（][{HAN}0-9])")
_LATIN = re.compile(r"[a-z]{2}|[0-9]\+")


def levelled(text: str) -> list[str]:
    """The lines of a text in simplified characters, half width, small letters, with their spaces."""
    return [normalise(line).translate(_DASHES) for line in text.splitlines()]


def clauses(text: str) -> list[str]:
    """The clauses of a text without spaces; each at most `LONGEST` characters."""
    parted: list[str] = []
    for line in text.splitlines():
        for part in _BREAK.split(line):
            level = _SPACES.sub("", normalise(part)).translate(_DASHES)
            parted += [clause for piece in _CLAUSE.split(level) if (clause := _LABEL.sub("", piece))]
    return [clause[start : start + LONGEST] for clause in parted for start in range(0, len(clause), LONGEST)]


def latin_clauses(text: str) -> list[str]:
    """The clauses that have English words, with their spaces."""
    parted = [clause.strip() for line in levelled(text) for clause in _CLAUSE.split(line) if _LATIN.search(clause)]
    return [clause[start : start + LONGEST] for clause in parted for start in range(0, len(clause), LONGEST)]
