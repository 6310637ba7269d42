"""What a letter says under its signature, and reading it back; needs no database (推荐信签名).

The payload is a JSON list, in the order of the fields below, because it has to fit into a QR code on a printed letter.
It never carries an identity number, a telephone number of the worker, or a hardship.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from centre.signing import SignatureWrong, split_signed, verified_payload
from centre.translation import N_

PURPOSE = "letter"
VERSION = 1
MOST_SKILLS = 5
"""More do not fit into a code that a simple telephone reads from paper."""


class SkillBasis(StrEnum):
    """Who vouches for a skill on a letter (技能依据)."""

    CERTIFICATE = "certificate"
    ASSESSED = "assessed"
    VERIFIED = "verified"
    OWN_WORDS = "own_words"


BASIS_LABELS = {
    SkillBasis.CERTIFICATE: N_("证书已核对"),
    SkillBasis.ASSESSED: N_("考核成绩"),
    SkillBasis.VERIFIED: N_("中心已核实"),
    SkillBasis.OWN_WORDS: N_("本人所说"),
}


@dataclass(frozen=True, slots=True)
class LetterSkill:
    """A skill as rated on a letter: what, how well, and who says so (推荐信技能)."""

    name: str
    rating: str
    basis: SkillBasis
    source: str = ""

    @property
    def is_verified(self) -> bool:
        """Whether it was verified by anybody other than the worker."""
        return self.basis is not SkillBasis.OWN_WORDS

    def as_row(self) -> list[str]:
        """The skill as the database and the payload keep it."""
        return [self.name, self.rating, self.basis.value, self.source]

    @classmethod
    def of_row(cls, row: Any) -> "LetterSkill":
        """The skill of a stored row. Raises ValueError for anything else."""
        name, rating, basis, source = row
        if not all(isinstance(part, str) for part in (name, rating, source)):
            raise ValueError(row)
        return cls(name, rating, SkillBasis(basis), source)


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """The facts of a letter that its signature covers (推荐信内容)."""

    number: str
    issuer: str
    contact: str
    worker: str
    employer: str
    title: str
    place: str
    pay: str
    issued_on: date
    expires_on: date
    skills: tuple[LetterSkill, ...]

    def payload(self) -> bytes:
        """The facts as the bytes that are signed."""
        row = [
            VERSION, self.number, self.issuer, self.contact, self.worker, self.employer, self.title, self.place,
            self.pay, self.issued_on.isoformat(), self.expires_on.isoformat(),
            [skill.as_row() for skill in self.skills],
        ]  # fmt: skip
        return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()


def letter_facts(payload: bytes) -> LetterFacts:
    """The facts in a payload whose signature was verified. Raises SignatureWrong when it is no letter."""
    try:
        row = json.loads(payload)
        words, (issued_on, expires_on, skills) = row[1:9], row[9:]
        if row[0] != VERSION or not all(isinstance(word, str) for word in words):
            raise SignatureWrong
        number, issuer, contact, worker, employer, title, place, pay = words
        return LetterFacts(
            number, issuer, contact, worker, employer, title, place, pay,
            date.fromisoformat(issued_on), date.fromisoformat(expires_on),
            tuple(LetterSkill.of_row(skill) for skill in skills),
        )  # fmt: skip
    except (ValueError, TypeError, LookupError):
        raise SignatureWrong from None


def kept_letter(text: str) -> LetterFacts | None:
    """The facts of a letter that we keep ourselves, its signature unchecked; None without one that can be read."""
    try:
        return letter_facts(split_signed(text).payload)
    except SignatureWrong:
        return None


def verified_letter(text: str, keys: Mapping[str, bytes]) -> LetterFacts:
    """The facts of a letter as its QR code carries it, an address before them or not. Raises SignatureWrong."""
    _, mark, signed = text.strip().rpartition("#")
    return letter_facts(verified_payload(signed if mark else text, PURPOSE, keys))
