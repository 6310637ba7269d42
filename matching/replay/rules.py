"""The form of a replay, and the table of its effects."""

import json
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from centre.drafts import Draft, NearDay, Paragraph, Words
from centre.replays import RuleForm

AGE_BANDS = ((0, 29), (30, 44), (45, 59), (60, 200))


class ReplayDraft(Draft):
    """Which rule is tried, what it would say, and since when decisions are made again (试算条件)."""

    rule: Annotated[Words, Field(max_length=60)]
    value: Annotated[Paragraph, StringConstraints(min_length=1)]
    since: NearDay

    def content(self) -> Any:
        """The changed rule. Raises RuleForm when it is not JSON."""
        try:
            return json.loads(self.value)
        except ValueError:
            raise RuleForm from None


@dataclass(slots=True)
class Effect:
    """What a change does to one group: decisions, who gains, who loses, and the amounts before and after."""

    kind: str
    name: str
    decisions: int = 0
    gain: int = 0
    lose: int = 0
    before: int = 0
    after: int = 0

    def add(self, before: int, after: int) -> None:
        """Count one decision."""
        self.decisions += 1
        self.gain += after > before
        self.lose += after < before
        self.before += before
        self.after += after

    @property
    def difference(self) -> int:
        """What the change costs, or saves when negative."""
        return self.after - self.before


def age_band(age: int | None) -> tuple[int, int] | None:
    """The band of an age; None when it is not known."""
    return next((band for band in AGE_BANDS if age is not None and band[0] <= age <= band[1]), None)
