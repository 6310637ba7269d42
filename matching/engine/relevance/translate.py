"""English job titles in Chinese, phrase by phrase (职业名称英译汉), by the project's own lexicon."""

import re
from functools import lru_cache

from centre.skills.english import english_words
from matching.engine.relevance.tokens import level

MOST = 8
_LONGEST = 5
_WORD = re.compile(r"[a-z0-9+#./]+")
_OF = re.compile(" (?:of|for|in) (?:the )?")
_PARTS = re.compile(r"[,;/()]|\s[-–|]\s")


@lru_cache(maxsize=4096)
def translations(title: str) -> tuple[str, ...]:
    """Chinese readings of an English title, likeliest first; empty when none of its words is known.

    `director of taxation` is read as `taxation director`. Words missing from the lexicon are left out.
    """
    text = " ".join(" ".join(_PARTS.split(level(title))).split())
    pieces = _OF.split(text)
    ordered = " ".join((*pieces[1:], pieces[0])) if len(pieces) > 1 else text
    groups = [group for group in _groups(_WORD.findall(ordered)) if group]
    if not groups:
        return ()
    readings = [""]
    for group in groups:
        readings = [start + word for start in readings for word in group[:3]][:MOST]
    whole = english_words().get(singular(text), ())
    return tuple(dict.fromkeys((*whole, *readings)))[:MOST]


def _groups(words: list[str]) -> list[tuple[str, ...]]:
    """The longest phrases of the lexicon from the left, each with its Chinese words."""
    groups: list[tuple[str, ...]] = []
    start = 0
    while start < len(words):
        for end in range(min(len(words), start + _LONGEST), start, -1):
            phrase = " ".join(words[start:end])
            chinese = english_words().get(phrase) or english_words().get(singular(phrase))
            if chinese is not None:
                groups.append(chinese)
                start = end
                break
        else:
            start += 1
    return groups


def singular(phrase: str) -> str:
    """An English word or phrase without the ending of its plural."""
    if phrase.endswith("ies"):
        return phrase[:-3] + "y"
    if phrase.endswith(("ches", "shes", "sses", "xes")):
        return phrase[:-2]
    if phrase.endswith("men"):
        return phrase[:-3] + "man"
    return phrase[:-1] if phrase.endswith("s") and not phrase.endswith("ss") else phrase
