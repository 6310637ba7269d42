"""What fairs publish, so that the upper slices tell everybody who wanted to come. Pure."""

from dataclasses import dataclass

from centre.messages.wording import Filled


@dataclass(frozen=True, slots=True)
class FairMoved:
    """An announced fair was moved, postponed or cancelled; whoever wanted to come gets the message."""

    fair_id: int
    message: Filled


@dataclass(frozen=True, slots=True)
class BoothGone:
    """A booth that was held comes free although its fair takes place (展位撤出)."""

    booth_id: int
    fair_id: int
    employer_id: int
    opening_ids: tuple[int, ...]
