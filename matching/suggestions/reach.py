"""How many workers an opening suits, how many more it would with one change, and what they ask for (够得着的人)."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from statistics import median_low

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.batches import batches
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from centre.small_counts import SMALL
from centre.translation import N_
from employers.openings.queries import own_opening
from matching.engine.fit import ways
from matching.engine.fit.conditions import monthly_range
from matching.engine.fit.profiles import Ground, OpeningProfile
from matching.live.listing import Listed, listed_now
from matching.live.openings import board
from matching.live.workers import fitting_workers
from matching.profiles.models import JobWish, WorkedOccupation

MORE_FEN = 20_000
"""The raise whose effect is shown to an employer: 200 yuan a month."""
FEWEST = 3
"""Openings below which nothing is said of what a trade usually pays."""
ROUNDED = 10_000
"""Pay that workers ask for is shown in whole hundreds of yuan."""


class OpeningChange(StrEnum):
    """One change of an opening whose effect is counted (岗位的一处改动)."""

    MORE_PAY = "more_pay"
    NO_AGE_NOTE = "no_age_note"
    BY_DAY = "by_day"
    LODGING = "lodging"
    NO_SCHOOLING = "no_schooling"


CHANGE_LABELS = {
    OpeningChange.MORE_PAY: N_("每月多给 200 元"),
    OpeningChange.NO_AGE_NOTE: N_("不写年龄要求"),
    OpeningChange.BY_DAY: N_("不上夜班"),
    OpeningChange.LODGING: N_("提供住宿"),
    OpeningChange.NO_SCHOOLING: N_("不要求学历"),
}


@dataclass(frozen=True, slots=True)
class RoundedCount:
    """A number of people that names nobody: 1 to 4 are "fewer than five", larger ones whole fives (人数)."""

    exact: int

    @property
    def is_small(self) -> bool:
        """Whether the number is too small to be told."""
        return 0 < self.exact < SMALL

    @property
    def at_least(self) -> int:
        """The number as told: so rounded that two counts do not give away one person between them."""
        return self.exact // SMALL * SMALL


@dataclass(frozen=True, slots=True)
class Reach:
    """How many registered workers an opening suits, and how many more it would with one change (岗位够得着的人).

    `asked_fen` is the middle of what those ask for whom everything but the pay suits, a month; None where fewer than
    five have said it. `low_fen` and `high_fen` are what the opening pays by the same assumption.
    """

    now: RoundedCount
    more: dict[OpeningChange, RoundedCount]
    asked_fen: int | None
    low_fen: int | None
    high_fen: int | None

    @property
    def gap_fen(self) -> int:
        """How far the pay is below the expected pay; 0 if it is not."""
        known = self.asked_fen is not None and self.high_fen is not None
        return max((self.asked_fen or 0) - (self.high_fen or 0), 0) if known else 0


def changed_openings(opening: OpeningProfile, ground: Ground) -> dict[OpeningChange, OpeningProfile]:
    """The opening with each of the changes that it leaves room for."""
    changed = {
        OpeningChange.MORE_PAY: ways.better_paid(opening, MORE_FEN, ground),
        OpeningChange.NO_AGE_NOTE: ways.without_age_note(opening),
        OpeningChange.BY_DAY: ways.by_day(opening),
        OpeningChange.LODGING: ways.with_lodging(opening),
        OpeningChange.NO_SCHOOLING: ways.without_schooling(opening),
    }
    return {change: profile for change, profile in changed.items() if profile is not None}


def reach_of(session: Session, actor: Actor, *, opening_id: int) -> Reach:
    """How far the actor's own opening reaches among all who are offered work today. Raises NotFound or OtherCentre."""
    require(actor, Permission.POST_OPENING)
    listed, ground = listed_now(own_opening(session, actor, opening_id)), board().look().ground
    return reach(session, listed, ground)


def reach(session: Session, listed: Listed, ground: Ground) -> Reach:
    """How far an opening reaches; people are counted by the engine that suggests them, and none is named."""
    changed = changed_openings(listed.profile, ground)
    profiles = [listed.profile, *changed.values(), ways.at_any_pay(listed.profile)]
    with seeing_everything(session):
        fit_now, *fit_then, at_any_pay = fitting_workers(session, listed, profiles, ground)
        asked = _asked(session, at_any_pay, ground)
    more = {change: RoundedCount(len(then - fit_now)) for change, then in zip(changed, fit_then, strict=True)}
    return Reach(RoundedCount(len(fit_now)), more, asked, *monthly_range(listed.profile, ground))


@dataclass(frozen=True, slots=True)
class PayOffered:
    """What the openings of a person's trades pay, beside the expected pay, a month (两边说的工资).

    `usual_fen` is the middle of the highest pay that each of them offers.
    """

    openings: int
    usual_fen: int
    asked_fen: int

    @property
    def gap_fen(self) -> int:
        """How far the usual pay is below the expected pay; 0 if it is not."""
        return max(self.asked_fen - self.usual_fen, 0)


def pay_offered(session: Session, person_id: int) -> PayOffered | None:
    """The pay that the openings of a person's trades offer; None where too few do, or nothing is asked for."""
    wish = session.scalar(select(JobWish).where(JobWish.person_id == person_id))
    if wish is None:
        return None
    practised = select(WorkedOccupation.occupation).where(WorkedOccupation.person_id == person_id)
    trades = {*(wish.occupations or ()), *session.scalars(practised.order_by(WorkedOccupation.id))}
    now = board().look()
    asked = now.ground.wages.monthly(wish.wage_floor_fen, wish.wage_unit)
    listed = [row for row in list(now.listed.values()) if row.occupation in trades]
    paid = [most for row in listed if (most := monthly_range(row.profile, now.ground)[1]) is not None]
    if asked is None or len(paid) < FEWEST:
        return None
    return PayOffered(len(paid), median_low(paid) // ROUNDED * ROUNDED, asked)


def _asked(session: Session, person_ids: Collection[int], ground: Ground) -> int | None:
    """The middle of the least pay that some people ask for, a month; None where too few have said it."""
    floors = list[int]()
    for batch in batches(sorted(person_ids)):
        wishes = select(JobWish.wage_floor_fen, JobWish.wage_unit).where(JobWish.person_id.in_(batch))
        monthly = (ground.wages.monthly(fen, unit) for fen, unit in session.execute(wishes))
        floors += [floor for floor in monthly if floor is not None]
    return median_low(floors) // ROUNDED * ROUNDED if len(floors) >= SMALL else None
