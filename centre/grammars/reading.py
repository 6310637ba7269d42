"""What all grammars share: the refusal of text that cannot be read whole, levelled text, and figures. Pure."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar

from centre.errors import Refusal
from centre.text import normalise
from centre.translation import N_

GAP = "\u2423"
"""Stands for a space between two figures; no grammar takes it."""

LONGEST = 120
"""Cells longer than this are no figures; a grammar refuses them before it looks at them."""

_DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_PLACES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}
NUMERAL = "〇零一二两三四五六七八九十百千万"
"""The characters of Chinese numerals, for use inside a character class."""

_COUNT = re.compile(rf"[0-9]{{1,9}}|[{NUMERAL}]{{1,12}}")


class Unreadable(Refusal, ValueError):
    """A text that its grammar cannot read whole; the message says how to write it."""

    code: ClassVar[str] = "unreadable"
    status = 422
    message: ClassVar[str] = N_("“{text}”看不懂，请换一种写法")

    def __init__(self, text: str, *, field: str = "") -> None:
        super().__init__(field=field, text=text[:40])


def levelled(text: str) -> str:
    """The text without spaces, full-width forms or traditional characters, with one kind of bracket, dash and comma."""
    # Two figures with nothing but a space between them are two figures: without the mark they would become one.
    level = re.sub(r"(?<=[0-9.]) (?=[0-9])", GAP, normalise(text)).replace(" ", "")
    level = re.sub(r"[【\[〔{]", "(", level)
    level = re.sub(r"[】\]〕}]", ")", level)
    return (
        re.sub(r"[—–―‐‑−~～〜]+|至(?![少多])|到(?=[0-9" + NUMERAL + "])", "-", level)
        .replace("，", ",")
        .replace("；", ";")
    )


def numeral(word: str) -> int | None:
    """A Chinese numeral: 二十 is 20, 一万二 is 12,000, 两千八 is 2,800; None where it is none."""
    if not word or any(letter not in NUMERAL for letter in word):
        return None
    if all(letter in _DIGITS for letter in word):
        return _DIGITS[word] if len(word) == 1 else int("".join(str(_DIGITS[letter]) for letter in word))
    return _placed(word)


def _placed(word: str) -> int | None:
    total, digit, last, after_zero = 0, None, 0, False
    for letter in word:
        if letter in _DIGITS:
            if digit is not None and digit != 0:
                return None
            digit, after_zero = _DIGITS[letter], after_zero or letter in "〇零"
            continue
        place = _PLACES[letter]
        if last and place >= last:
            return None
        if digit == 0:
            return None
        total += (1 if digit is None else digit) * place
        digit, last, after_zero = None, place, False
    if digit:
        # 两千八 leaves the hundred out, 两千零八 does not.
        total += digit * (last // 10 if last > 10 and not after_zero else 1)
    return total


def count(word: str) -> int | None:
    """A whole number in Arabic or Chinese figures; None where the word is none."""
    if not _COUNT.fullmatch(word):
        return None
    return int(word) if word[0] in "0123456789" else numeral(word)


def decimal(word: str) -> Decimal | None:
    """A figure such as `3,500`, `1.2` or 三千五; None where the word is none."""
    if re.fullmatch(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,4})?|[0-9]{1,9}(?:\.[0-9]{1,4})?", word):
        return Decimal(word.replace(",", ""))
    value = numeral(word)
    return None if value is None else Decimal(value)


def words(text: str) -> list[str]:
    """The words of a list that is written with spaces between them."""
    return text.split()


def any_of(words: Iterable[str]) -> str:
    """A pattern of the words, the longest first, so that 包吃住 is not read as 包吃."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
