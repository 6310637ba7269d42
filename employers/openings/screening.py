"""Screening of advertisements: what the rules block, what the lexicon and the classifier ask about. Pure."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from zlib import crc32

from employers.openings.adverts.classifier import is_lawful, resembling, weights_in_use
from employers.openings.adverts.lexicon import LEXICON, OF_THE_EMPLOYER, excuses, is_title, laws, questions, wants_whom
from employers.openings.adverts.rulebook import (
    RULES,
    Reaction,
    ScreeningFinding,
    certificates_in,
    is_wide,
    restore,
    rule_findings,
    rulebook,
    without_phones,
    worst,
)

__all__ = [
    "Reaction",
    "ScreeningFinding",
    "certificates_in",
    "edition",
    "is_wide",
    "restore",
    "rulebook",
    "screen",
    "screen_fields",
    "without_phones",
    "worst",
]


def screen(text: str, *, field: str = "", known: Iterable[str] = ()) -> list[ScreeningFinding]:
    """All findings in a text: what the rules block or warn of, then what the lexicon and the classifier ask about.

    A question is left out where a rule has already spoken under the same law, where one blocks the same words, and
    where the classifier knows what a clause says of people for lawful wording (but not for a title such as 残疾保安). A
    warning silences only its own law: one
    of a height leaves the question about a sex that stands beside it.
    """
    findings = rule_findings(text, field=field, known=tuple(known))
    spoken = {finding.key for finding in findings}
    asked: dict[str, ScreeningFinding] = {}
    for key, words in questions(text):
        title = is_title(words) and laws()[key] != "bait"  # a scam may itself be the trade: 试药员
        resembles = (title or laws()[key] not in OF_THE_EMPLOYER) and is_lawful(words, title=title)
        if resembles and not wants_whom(words):
            continue
        if laws()[key] not in spoken and not any(_silences(finding, key, words) for finding in findings):
            asked.setdefault(key, ScreeningFinding(key, Reaction.ASK, words, field))
    if not findings and not asked:
        asked = {
            clause: ScreeningFinding("classifier", Reaction.ASK, clause, field)
            for clause in resembling(text)
            if not excuses(clause)
        }
    return [*findings, *asked.values()]


def edition() -> str:
    """A mark of the present rules, lexicon and weights: openings screened under another one are screened again."""
    return _edition(*weights_in_use())


@lru_cache(maxsize=1)
def _edition(weights: Path, _written: int) -> str:
    return f"{crc32(b''.join(file.read_bytes() for file in (RULES, LEXICON, weights))):08x}"


def _silences(finding: ScreeningFinding, key: str, words: str) -> bool:
    """Whether a finding has said enough about words that a topic would ask about."""
    same = words in finding.words or finding.words in words
    return same and (finding.reaction is Reaction.BLOCK or laws()[key] in OF_THE_EMPLOYER)


def screen_fields(fields: Mapping[str, str], *, known: Iterable[str] = ()) -> list[ScreeningFinding]:
    """Screen several fields of one opening; each finding names its field."""
    facts = tuple(known)
    return [finding for field, text in fields.items() for finding in screen(text, field=field, known=facts)]
