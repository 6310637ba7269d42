"""English searches in the words of openings: `no night shifts, sewing` is 不上夜班 缝纫 (英文搜索). Pure."""

import re

from centre.skills.english import english_words
from matching.engine.relevance.translate import singular

_PHRASES = {
    "electronics": "电子装接",
    "spinning": "细纱挡车",
    "weaving": "织布",
    "packing": "包装",
    "quality control": "质检",
    "foot massage": "足疗",
    "home help": "家政",
    "elderly care": "养老护理",
    "childcare": "育婴",
    "hospital care assistant": "医院护工",
    "cooking": "厨师",
    "cook": "厨师",
    "waiting tables": "服务员",
    "hotel cleaning": "客房服务员",
    "cleaning": "保洁",
    "sales": "销售",
    "warehouse work": "仓库",
    "parcel delivery": "快递",
    "food delivery": "外卖",
    "welding": "电焊",
    "electrical work": "电工",
    "bricklaying": "砌筑",
    "truck driving": "货车司机",
    "night shift": "夜班",
    "day shift": "只上白班",
    "no night shift": "不上夜班",
    "no night or rotating shift": "不上夜班",
    "meal and lodging": "包吃包住",
    "board and lodging": "包吃包住",
    "lodging": "包住",
    "accommodation": "包住",
    "dormitory": "包住",
    "meal": "包吃",
    "social insurance": "交社保",
    "training": "零基础",
    "no experience": "零基础",
}
"""What the pages call trades and wishes in English, which a test compares; for other words there is a lexicon."""
_NO_WORDS = frozenset(
    "a an the in at for with and or of as near job work worker vacancy included provided needed".split()  # noqa: SIM905
)
_LONGEST = 5
_WORD = re.compile("[a-z0-9+#]+")


def in_chinese(text: str) -> str:
    """An English search in Chinese; words that are not known stay, as places may be spelt in letters.

    Empty when nothing of it is known or it is not English.

    >>> in_chinese("Sewing in Kunshan, lodging included")
    '缝纫 kunshan 包住'
    """
    if not text.isascii():
        return ""
    words = _WORD.findall(text.casefold())
    read: list[str] = []
    known = start = 0
    while start < len(words):
        for end in range(min(len(words), start + _LONGEST), start, -1):
            chinese = _chinese(" ".join(words[start:end]))
            if chinese:
                read.append(chinese)
                known, start = known + 1, end
                break
        else:
            read += [word for word in words[start : start + 1] if singular(word) not in _NO_WORDS]
            start += 1
    return " ".join(read) if known else ""


def _chinese(phrase: str) -> str:
    single = " ".join(map(singular, phrase.split()))
    if single in _NO_WORDS:
        return ""
    words = english_words()
    return _BY_SINGULAR.get(single) or next(iter(words.get(phrase) or words.get(single) or ()), "")


_BY_SINGULAR = {" ".join(map(singular, phrase.split())): chinese for phrase, chinese in _PHRASES.items()}
