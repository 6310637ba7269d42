"""Assessment and certificates: results, the numbers of our own certificates, and what the public may read of one."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from centre.drafts import Draft, Line, NearDay, RecordId, Words
from centre.errors import Conflict, Refusal
from centre.text import fold_width
from centre.translation import N_

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Thirty-one characters without the look-alikes I, O, S, V, Z: a prime number of them, so that weights catch swaps."""

_LOOK_ALIKES = str.maketrans("IOSVZ", "10502")
_BODY = 9
_SHAPE = re.compile(r"GQ([0-9]{2})([0-9A-HJ-NP-RTUWXY]{10})")


class CertificateState(StrEnum):
    """Whether a certificate holds (证书状态)."""

    VALID = "valid"
    REVOKED = "revoked"


STATE_LABELS = {CertificateState.VALID: N_("有效"), CertificateState.REVOKED: N_("已撤销")}


class CodeForm(Refusal, ValueError):
    """Not the number of one of our certificates: too short, too long, or mistyped."""

    code = "certificate-code"
    status = 422
    message = N_("证书编号有误，请对照证书重新输入")


class ResultsMissing(Conflict):
    """Some who completed the course have no result yet."""

    code = "results-missing"
    message = N_("还有 {count} 名学员没有考核成绩")


class ResitOver(Conflict):
    """The period for a second attempt is over."""

    code = "resit-over"
    message = N_("补考截止 {until}，已经过了")


class NumberTaken(Conflict):
    """Another trainee holds the skill-level certificate with this number."""

    code = "certificate-number-taken"
    message = N_("这个职业技能等级证书编号已登记在别人名下")


def check_character(code: str) -> str:
    """The last character of a number: weights 3^i mod 31 as in GB 32100, so one wrong or two swapped are noticed."""
    total = sum(ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(code))
    return ALPHABET[-total % 31]


def certificate_code(year: int, drawn: str) -> str:
    """The number of a certificate from its year and nine random characters, which cannot be guessed."""
    if len(drawn) != _BODY:
        raise ValueError("nine characters are drawn")
    body = f"{year % 100:02}{drawn}"
    return f"GQ{body}{check_character(body)}"


def parse_code(raw: str) -> str:
    """Read a number as people type it: any case, with spaces and hyphens, O for 0. Raises CodeForm."""
    value = re.sub(r"[\s\-‐‑–—]+", "", fold_width(raw[:80])).upper()
    if value.startswith("GQ"):
        value = "GQ" + value[2:].translate(_LOOK_ALIKES)
    parts = _SHAPE.fullmatch(value)
    if not parts or check_character(parts[1] + parts[2][:-1]) != parts[2][-1]:
        raise CodeForm(field="code")
    return value


def shown(code: str) -> str:
    """A number in groups, as it is printed: GQ26-XXXXX-XXXXX."""
    return f"{code[:4]}-{code[4:9]}-{code[9:]}"


@dataclass(frozen=True, slots=True)
class PublicCertificate:
    """What anybody may read of a certificate: enough to trust the paper, nothing to find the person by (证书核验)."""

    code: str
    holder: str
    course: str
    level: int | None
    hours: int
    school: str
    issued_on: date
    state: CertificateState
    revoked_on: date | None


@dataclass(frozen=True, slots=True)
class Certified:
    """A person was certified; published in the same transaction, so that the profile is updated (TR-15)."""

    certificate_id: int
    enrolment_id: int
    person_id: int
    occupation_code: str
    level: int | None
    number: str
    is_official: bool
    school: str
    class_no: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class CertificateRevoked:
    """A certificate was taken back; published in the same transaction."""

    certificate_id: int
    person_id: int
    occupation_code: str


Score = Annotated[int, Field(ge=0, le=100)]


class AssessmentDraft(Draft):
    """One result of an assessment (考核成绩)."""

    enrolment_id: RecordId
    theory: Score
    practice: Score
    assessed_on: NearDay
    body: Annotated[Words, StringConstraints(max_length=100)]
    official_no: Annotated[Line, StringConstraints(max_length=40)] = ""
