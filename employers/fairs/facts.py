"""What fairs publish, so that the upper slices tell everybody who wanted to come. Pure."""

from dataclasses import dataclass

from centre.messages.wording import Filled


@dataclass(frozen=True, slots=True)
class FairMoved:
    """An announced fair was moved, postponed or cancelled; its visitors and exhibitors are notified."""

    fair_id: int
    message: Filled


@dataclass(frozen=True, slots=True)
class BoothMoved:
    """A booth has another number or stands elsewhere; people with an interview there are notified (展位挪动)."""

    booth_id: int
    fair_id: int
    message: Filled


@dataclass(frozen=True, slots=True)
class HallChanged:
    """The entrance of an announced fair has changed; ticket holders are notified (入场地点有变动)."""

    fair_id: int
    message: Filled


@dataclass(frozen=True, slots=True)
class OpeningsTakenOff:
    """A booth no longer shows some openings, though its employer comes (展示岗位撤下)."""

    fair_id: int
    opening_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BoothGone:
    """A booth that was held comes free although its fair takes place (展位撤出)."""

    booth_id: int
    fair_id: int
    employer_id: int
    opening_ids: tuple[int, ...]
