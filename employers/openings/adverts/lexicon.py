"""Words for personal traits, flagged beside words of demand, preference or refusal. Pure; data file."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from centre import regions
from employers.openings.adverts.clauses import LONGEST, clauses, latin_clauses

LEXICON = Path(__file__).parents[1] / "data" / "ad_lexicon.toml"
MASKED = "□"
WAIVED = "◇"
"""Placeholder for words such as 不限 and 都欢迎, which make the trait just before them lawful."""
LONGEST_PLACE = 4
NEAR = 6

_OF_PLACE = (
    r"\A(?:省|市|县|区|州)?+(?:(?:、|和|跟|与|及|或)?+[^，]{2,4}?)?"
    r"(?:那边|一带|地区|来|籍贯?|户口|户籍|人|口音|那片|方向)?(?:的|者|人)?"
)
_BEFORE_PLACE = re.compile(
    r"(?:不|勿|别|莫|谢绝|拒绝?|拒招|除|非|限|仅|只|只要|老家|籍贯|原籍)(?:是|招|收|要|用|录|考虑|接受|聘|限|为|:){0,4}$"
)
_AFTER_HOME = re.compile(_OF_PLACE + r"(?:的|人|籍|户)")


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of statement about a person, and the rule whose law and lawful wording explain a question about it."""

    key: str
    law: str
    always: re.Pattern[str]
    words: re.Pattern[str] | None
    mask: re.Pattern[str] | None
    excused: re.Pattern[str] | None
    places: bool
    titles: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class AdvertLexicon:
    """The compiled data file."""

    topics: Sequence[Topic]
    english: Sequence[Topic]
    stance: re.Pattern[str]
    refusal: re.Pattern[str]
    shop: re.Pattern[str]
    mask: re.Pattern[str]
    neutral: re.Pattern[str]
    welcome: re.Pattern[str]
    after_place: re.Pattern[str]
    title: re.Pattern[str]
    people: re.Pattern[str]


@lru_cache(maxsize=1)
def lexicon() -> AdvertLexicon:
    """The lexicon, compiled once."""
    with LEXICON.open("rb") as file:
        data = tomllib.load(file)
    turns = "|".join(data["refuse"] + data["prefer"])
    return AdvertLexicon(
        topics=[_topic(row, turns, data["trades"]) for row in data["topic"]],
        english=[_topic(row, turns, data["trades"]) for row in data["english"]],
        stance=re.compile("|".join(data["refuse"] + data["prefer"] + data["demand"])),
        refusal=re.compile(rf"{data['before_refusal']}(?:{'|'.join(data['refuse'])}){data['after_refusal']}"),
        shop=re.compile(data["shop"]),
        mask=re.compile("|".join(data["mask"])),
        neutral=re.compile("|".join(data["neutral"])),
        welcome=re.compile("|".join(data["welcome"])),
        title=re.compile(data["title"]),
        people=re.compile(data["people"]),
        after_place=re.compile(f"{_OF_PLACE}(?:都|一律|就|请|也|暂时?|一概|概|统统)?(?:{turns})"),
    )


@lru_cache(maxsize=1)
def laws() -> dict[str, str]:
    """The rule that explains the questions of each topic."""
    return {topic.key: topic.law for topic in (*lexicon().topics, *lexicon().english)}


def questions(text: str) -> Iterator[tuple[str, str]]:
    """The flagged topics of a text, each with its whole clause, since a single word is unclear out of context."""
    book = lexicon()
    for clause in _refused_at_once(clauses(text)):
        whole = book.mask.sub(MASKED, clause)
        waived = book.mask.sub(MASKED, book.neutral.sub(WAIVED, book.shop.sub(MASKED, clause)))
        is_welcome = bool(book.welcome.search(clause)) and "优先" not in clause
        for topic in book.topics:
            if topic.titles and topic.titles.fullmatch(clause):
                yield topic.key, clause
                continue
            if is_welcome and topic.law in WELCOMED:
                continue
            if _asked(topic, whole if topic.law in OF_THE_EMPLOYER else waived, text):
                yield topic.key, clause
    for clause in latin_clauses(text):
        for topic in book.english:
            if _asked(topic, clause, text):
                yield topic.key, clause


def _refused_at_once(parts: Sequence[str]) -> Iterator[str]:
    """Clauses, a bare refusal with what it refuses: 回民吃不惯食堂，就别来了."""
    pending = ""
    for part in parts:
        if pending and len(pending) + len(part) <= LONGEST and lexicon().refusal.fullmatch(part):
            pending += part
            continue
        if pending:
            yield pending
        pending = part
    if pending:
        yield pending


WELCOMED = frozenset(
    {
        "sex-limit", "age-limit", "marriage-birth", "household-region", "ethnicity-religion", "disability",
        "irrelevant-traits",
    }
)  # fmt: skip
"""Laws under which a plain welcome (欢迎下岗女工报名) is lawful."""

OF_THE_EMPLOYER = frozenset({"fees", "unpaid-work", "bait"})
"""Laws on what an employer takes or withholds: no welcome and no waiver excuses that."""


def excuses(clause: str) -> bool:
    """Whether a clause only waives conditions (男女都招) or only says what is known to be lawful (中介勿扰)."""
    book = lexicon()
    plain = book.mask.sub("", book.neutral.sub("", clause))
    for topic in book.topics:
        plain = topic.mask.sub("", plain) if topic.mask else plain
    return len(plain) <= len(clause) // 2


def is_title(clause: str) -> bool:
    """Whether a clause only names a thing and the trade that handles it (罚单打印机安装)."""
    return bool(lexicon().title.match(clause)) and not lexicon().people.search(clause)


def wants_whom(clause: str) -> bool:
    """Whether a clause is the title of a plain trade with a trait of whom one wants before it (残疾保安)."""
    return any(topic.titles and topic.titles.fullmatch(clause) for topic in lexicon().topics)


def without_work(clause: str, law: str) -> str:
    """A clause without the words about work, goods or benefits that the topic of a law lists."""
    topics = _by_law().get(law, ())
    if not topics:
        return clause
    plain = lexicon().neutral.sub(MASKED, clause)
    for topic in topics:
        plain = topic.mask.sub(MASKED, plain) if topic.mask else plain
    return plain


@lru_cache(maxsize=1)
def _by_law() -> dict[str, list[Topic]]:
    by_law: dict[str, list[Topic]] = {}
    for topic in lexicon().topics:
        by_law.setdefault(topic.law, []).append(topic)
    return by_law


def _topic(row: dict[str, Any], turns: str, trades: str) -> Topic:
    def compiled(name: str) -> re.Pattern[str]:
        return re.compile("|".join(row[name]).replace("STANCE", f"(?:{turns})"))

    return Topic(
        key=row["key"],
        law=row["law"],
        always=compiled("always"),
        words=compiled("words") if row.get("words") else None,
        mask=compiled("mask") if row.get("mask") else None,
        excused=re.compile(row["excused"]) if row.get("excused") else None,
        places=row.get("places", False),
        titles=_title(row["titles"], trades) if row.get("titles") else None,
    )


def _title(traits: Sequence[str], trades: str) -> re.Pattern[str]:
    return re.compile(rf"(?:急|诚)?(?:招聘?|聘|找)?(?:{'|'.join(traits)})(?:人|的)?(?:{trades})")


def _asked(topic: Topic, clause: str, text: str) -> str:
    """The words of a clause that are flagged for a topic; empty if there are none."""
    # Most clauses have no word of most topics: what masks them needs no search then.
    if not (topic.places or topic.always.search(clause) or (topic.words and topic.words.search(clause))):
        return ""
    plain = topic.mask.sub(MASKED, clause) if topic.mask else clause
    match = topic.always.search(plain)
    if match is None and topic.words and (word := topic.words.search(plain)) and lexicon().stance.search(plain):
        match = word
    if match and topic.law in WELCOMED and WAIVED in plain[match.end() : match.end() + NEAR]:
        match = None
    words = match[0] if match else _place_asked(plain) if topic.places else ""
    return "" if words and topic.excused and topic.excused.search(text) else words


def _place_asked(clause: str) -> str:
    """A region whose people a clause prefers or refuses (河南人勿扰)."""
    if not lexicon().stance.search(clause):
        return ""
    for start in range(len(clause) - 1):
        for length in range(LONGEST_PLACE, 1, -1):
            name = clause[start : start + length]
            if len(name) < length or not regions.is_written(name):
                continue
            after = clause[start + length :]
            if lexicon().after_place.match(after):
                return name
            if _BEFORE_PLACE.search(clause[:start]) and _AFTER_HOME.match(after):
                return name
            break
    return ""
