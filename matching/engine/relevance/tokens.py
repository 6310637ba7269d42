"""Tokens of titles for comparison: character n-grams, word stems, and the word that names the trade."""

import re
from functools import lru_cache
from itertools import pairwise
from unicodedata import normalize

from centre.text import HAN, normalise

_WORD = re.compile(rf"[^\W_{HAN}]+[+#]*")
_HAN = re.compile(rf"[{HAN}]+")
_ACCENTED = re.compile("[\u00c0-\u024f]")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]?")
_TAIL = re.compile(r"\s[-–—|@:]|[,;/(\[|]|\b(?:of|in|for|at|with|on|except|to)\b")
_ROLES = re.compile("(?:工程技术人员|专业人员|技术人员|研究人员|人员|师傅|工人|负责人|员工|女工|男工|学徒|学员|助理)$")
_STOP = re.compile("an?|the|of|in|for|and|or|to|at|with|on|by|de|la|other|all|except")
_KEEP = re.compile("business|process|press|sales|glass|news|gas|bus|access|wireless|ios|aws|devops|dress")
_NOUN_ENDINGS = ("isation", "ization", "ational", "ement", "ment", "ation", "ating", "ing", "ion", "ive", "ical", "al")

_BREAK = re.compile(r"\s[-–|@:]\s|[-–]\s|,|/|\b(?:for|at|in)\b")
_RANKS = re.compile(
    "senior|junior|snr|jnr|sr|jr|executive|staff|crew|team|member|trainee|intern|internship|fresh|graduates?|entry|level|"
    "intermediate|i|ii|iii|iv|urgent|urgently|hiring|vacancy|vacancies|needed|wanted|required?|full|part|time|fulltime|"
    "parttime|permanent|temporary|contract|freelance|new|jobs?|position|based|immediate|walk|interview|salary|up|per|hour|"
    "day|night|month|years?|experienced?|shifts?|weekend|remote|work|from|home|only|can|male|female|apply|now|open|without|"
    "able|local|foreign|speaking|non"
)
"""Words of vacancies that state rank, hours or terms, not the trade."""


def level(text: str) -> str:
    """A text ready for cutting: normalised, without the possessive of English and without accents.

    >>> level("Chef's Assistant"), level("Ingénieur"), level("용접공")
    ('chef assistant', 'ingenieur', '용접공')
    """
    plain = normalise(text).replace("'s ", " ").replace("’s ", " ").replace("&", " and ")
    return normalize("NFC", _ACCENTS.sub("", normalize("NFD", plain))) if _ACCENTED.search(plain) else plain


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """An English word without the endings in which titles vary: managers, managing, management -> manag."""
    if len(word) <= 3 or _KEEP.fullmatch(word):
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "ches", "shes", "xes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in _NOUN_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)]
            break
    else:
        for ending in ("ator", "or" if word.endswith("eer") else "er", "or", "ian", "ist", "ic", "ed", "y", "e"):
            if word.endswith(ending) and len(word) - len(ending) >= 4:
                word = word[: -len(ending)]
                break
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] else word


def words(text: str) -> list[str]:
    """The words of a levelled text outside Chinese, in any script, without stop words."""
    return [word for word in _WORD.findall(text) if not _STOP.fullmatch(word)]


def head(text: str) -> str:
    """The part of a title that names the trade: before a preposition, dash or bracket, the last word; empty if none.

    >>> head("director of taxation"), head("senior dog groomer (part time)"), head("纺织厂统计员")
    ('director', 'groomer', '统计员')
    """
    han = _HAN.findall(_BRACKETS.sub(" ", text)) or _HAN.findall(text)
    if han and not _WORD.search(_TAIL.split(text)[0]):
        return han[-1][-3:]
    for part in _TAIL.split(text):
        named = words(part)
        if named:
            return named[-1]
    return han[-1][-3:] if han else ""


def core(text: str) -> str:
    """A levelled vacancy title without brackets, rank and terms; unchanged when nothing would be left.

    >>> core("senior pastry chef (full time, 3 years)")
    'pastry chef'
    """
    kept = [word for word in words(_BRACKETS.sub(" ", text)) if not _RANKS.fullmatch(word) and not word.isdecimal()]
    return " ".join(kept) or text


def opening(text: str) -> str:
    """The core of the text before the first dash, comma or `for`: `driver - night shift, depot 3` -> `driver`."""
    return core(_BREAK.split(text)[0].strip() or text)


def grams(text: str) -> list[str]:
    """Character n-grams: one to three Han characters, three to five letters of a word, with marks at its ends."""
    pieces: list[str] = []
    for run in _HAN.findall(text):
        for size in (1, 2, 3):
            pieces += [run[at : at + size] for at in range(len(run) - size + 1)]
    for word in words(text):
        padded = f" {word} "
        if len(word) <= 2:
            pieces.append(padded)
        for size in (3, 4, 5):
            pieces += [padded[at : at + size] for at in range(len(padded) - size + 1)]
    return pieces


def terms(text: str) -> list[str]:
    """Word-like tokens: stems, pairs of stems, and the head once more; for Chinese two-character pieces and the end."""
    pieces: list[str] = []
    for run in _HAN.findall(text):
        pieces += [run[at : at + 2] for at in range(len(run) - 1)] or [run]
        bare = _ROLES.sub("", run)
        if 1 < len(bare) < len(run):
            pieces.append("^" + bare)
    roots = [stem(word) for word in words(text)]
    pieces += roots
    pieces += [f"{left} {right}" for left, right in pairwise(roots)]
    last = head(text)
    if last:
        pieces.append("$" + (last[-2:] if _HAN.match(last) else stem(last)))
    return pieces


def stems(text: str) -> list[str]:
    """Only the stems, and two-character pieces of Chinese: for long texts and for coverage."""
    pieces = [stem(word) for word in words(text)]
    for run in _HAN.findall(text):
        pieces += [run[at : at + 2] for at in range(len(run) - 1)] or [run]
    return pieces


def is_han(text: str) -> bool:
    """Whether a text is mostly Chinese."""
    return sum(map(len, _HAN.findall(text))) * 2 >= len(text.replace(" ", ""))
