"""An exception that needs attention, and the figures of a centre month by month."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from centre.translation import N_


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that is not as it should be today (今日异常): how many, and where to deal with it."""

    key: str
    message: str
    count: int
    href: str = ""
    params: dict[str, Any] = field(default_factory=dict)


class Measure(StrEnum):
    """What a manager compares centres by (工作量指标)."""

    REGISTERED = "registered"
    INTRODUCED = "introduced"
    HIRED = "hired"
    TRAINED = "trained"
    PAID = "paid"


MEASURE_LABELS = {
    Measure.REGISTERED: N_("求职登记"),
    Measure.INTRODUCED: N_("推荐"),
    Measure.HIRED: N_("录用"),
    Measure.TRAINED: N_("培训"),
    Measure.PAID: N_("发放金额"),
}

DRILL = {
    Measure.REGISTERED: "r1",
    Measure.INTRODUCED: "r5",
    Measure.HIRED: "r5",
    Measure.TRAINED: "r6",
    Measure.PAID: "r9",
}
"""The report behind each measure."""

MONTHS = 13
"""This month and the twelve before it."""


@dataclass(frozen=True, slots=True)
class Series:
    """One measure of one centre, the oldest month first; the last one is still running. `paid` is in fen."""

    months: Sequence[int]

    @property
    def now(self) -> int:
        """This month so far."""
        return self.months[-1]

    @property
    def before(self) -> int:
        """Last month."""
        return self.months[-2]

    def __add__(self, other: "Series") -> "Series":
        """Both together, month by month."""
        return Series([mine + theirs for mine, theirs in zip(self.months, other.months, strict=True)])
