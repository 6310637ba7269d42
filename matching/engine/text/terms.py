"""From text to search terms: tokens, stop words, and the weight of each field of an opening."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from centre.skills.vocabulary import Vocabulary
from centre.text import HAN, bigrams, normalise

TITLE, OCCUPATION, EMPLOYER, DESCRIPTION = 4.0, 2.5, 1.2, 0.6
"""The weight of one occurrence in each field; people read the title first."""
CODE, GUESSED_CODE = 4.0, 2.4
"""The weight of an occupation that the employer named, and of one derived from the title."""

RUN = re.compile(rf"([{HAN}]+)|([^\W_{HAN}]+)")
EMPTY_WORDS = re.compile("急招|急聘|诚聘|招聘|诚招|高薪招|找工作|招工|求职|急需|高薪|岗位|职位|工作$|多名$|若干$|数名$")
"""Words of every advertisement that say nothing about the job."""
EXTRAS = re.compile(
    "包吃包住|包吃住|包食宿|包吃|包住|管吃管住|管吃住|五险一金|五险|双休|单休|长白班|白班|夜班|两班倒|三班倒|月结|日结|"
    "周结|计件|夫妻房|宿舍|不加班|兼职|全职|临时工|小时工|暑假工|寒假工|学徒|应届生|无经验|附近"
)
"""Benefits that raise an opening but are no match by themselves when the query names anything else."""
_PARTS = re.compile(r"[\s/、,，;；|+&]+|或者|以及")
_REMARK = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]?")


@dataclass(frozen=True, slots=True)
class Document:
    """An opening (岗位) in the text index. Wages in fen a month; `order` breaks ties, the highest first."""

    id: int
    title: str
    occupations: tuple[str, ...] = ()
    employer: str = ""
    description: str = ""
    region: str = ""
    wage_min_fen: int | None = None
    wage_max_fen: int | None = None
    order: int = 0
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_SHIFTS = re.compile("([二两2三3四4])班(?=倒|制|轮|运转)")
_SHIFT_FIGURES = {"二": "两", "2": "两", "3": "三", "4": "四"}


def level_shifts(text: str) -> str:
    """Shifts in one spelling: 3班倒 -> 三班倒, 二班制 -> 两班制."""
    if "班" not in text:
        return text
    return _SHIFTS.sub(lambda match: _SHIFT_FIGURES.get(match[1], match[1]) + "班", text)


def code_term(code: str) -> str:
    """The index term of an occupation code."""
    return "@" + code


def runs(text: str) -> list[tuple[str, bool]]:
    """The words of a normalised text, each with whether it is in Han characters."""
    return [(han or word, bool(han)) for han, word in RUN.findall(text)]


def occupation_terms(document: Document, title: str, vocabulary: Vocabulary) -> dict[str, float]:
    """Occupation terms of an opening: the codes that it names, otherwise those that its title stands for."""
    if document.occupations:
        return {code_term(code): CODE for code in document.occupations}
    return {code_term(code): weight for code, weight in title_codes(title, vocabulary).items()}


def title_codes(title: str, vocabulary: Vocabulary) -> dict[str, float]:
    """The occupations that a normalised title stands for, with their index weights.

    A Chinese title ends with the trade: 纺织业统计员 is a statistician, not a spinner. So the last job word of each
    part (焊工/电工) decides; an earlier one counts half, and only if it is too long to be a mere branch
    (配电房值班电工).
    """
    codes: dict[str, float] = {}
    for part in _PARTS.split(_REMARK.sub(" ", title)):
        words = [part] if part in vocabulary.words else [word for word, _ in vocabulary.find(part)]
        for word in words[-1:]:
            codes[vocabulary.words[word][0]] = GUESSED_CODE
        for word in words[:-1]:
            if len(word) > 2:
                codes.setdefault(vocabulary.words[word][0], GUESSED_CODE / 2)
    return codes


def weigh(document: Document, vocabulary: Vocabulary) -> dict[str, float]:
    """Each term of an opening with its weight summed over the fields."""
    title = level_shifts(normalise(document.title))
    weights = occupation_terms(document, title, vocabulary)
    names = " ".join(vocabulary.name(code) for code in document.occupations)
    for text, weight in (
        (title, TITLE),
        (names, OCCUPATION),
        (normalise(document.employer), EMPLOYER),
        (level_shifts(normalise(document.description)), DESCRIPTION),
    ):
        for term in bigrams(text):
            weights[term] = weights.get(term, 0.0) + weight
    return weights


def area(code: str) -> str:
    """The leading digits that all places inside a region share: 610000 -> 61, 610400 -> 6104, 610404 -> 610404."""
    while len(code) > 2 and code.endswith("00") and len(code) % 2 == 0:
        code = code[:-2]
    return code
