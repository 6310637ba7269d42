"""What one check found."""

from dataclasses import dataclass
from enum import StrEnum


class CheckupVerdict(StrEnum):
    """How bad it is (体检结论)."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination: what was checked, the result and what to do about it (体检结果)."""

    part: str
    verdict: CheckupVerdict
    seen: str
    advice: str = ""


def good(part: str, seen: str) -> Finding:
    """Nothing to do."""
    return Finding(part, CheckupVerdict.OK, seen)


def warning(part: str, seen: str, advice: str) -> Finding:
    """The service works, but something should be seen to."""
    return Finding(part, CheckupVerdict.WARNING, seen, advice)


def fault(part: str, seen: str, advice: str) -> Finding:
    """Something is broken or about to break."""
    return Finding(part, CheckupVerdict.FAULT, seen, advice)
