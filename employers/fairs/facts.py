"""What fairs publish, so that the upper slices tell everybody who wanted to come. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FairMoved:
    """An announced fair was moved, postponed or cancelled; `title` and `kind` are those of the messages."""

    fair_id: int
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class BoothGone:
    """A booth that was held comes free although its fair takes place (展位撤出)."""

    booth_id: int
    fair_id: int
    employer_id: int
    opening_ids: tuple[int, ...]
