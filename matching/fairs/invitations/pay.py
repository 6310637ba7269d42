"""Where the openings of a fair pay less than those ask for whom they suit, and the word to their employers."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from centre.audit import note
from centre.errors import Conflict, NotFound
from centre.messages.employers import BOOTH_PAY
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from centre.translation import N_
from employers.companies.messages import tell_employer
from employers.fairs.models import Booth, Fair
from employers.fairs.queries import own_fair, shown_openings
from employers.openings.models import Opening
from matching.live.listing import listed_now
from matching.live.openings import board
from matching.suggestions.reach import OpeningChange, Reach, reach

MOST_COMPARED = 20
"""Openings whose reach is worked out for one page; the largest ones, since they leave the most places empty."""


class NoPayGap(Conflict):
    """The opening pays what suitable people expect, or too few have stated their expectation."""

    code = "no-pay-gap"
    message = N_("这个岗位的工资不低于求职者想要的，或者说了想要多少的人太少")


@dataclass(frozen=True, slots=True)
class OfferedPay:
    """An opening at a fair beside what those ask for whom all but its pay suits (工资差距)."""

    booth: Booth
    opening: Opening
    reach: Reach

    @property
    def with_more_pay(self) -> int:
        """How many more people it would suit with 200 yuan more a month, in whole fives."""
        count = self.reach.more.get(OpeningChange.MORE_PAY)
        return count.at_least if count else 0


def pay_gaps(session: Session, fair: Fair) -> list[OfferedPay]:
    """The largest openings of a fair with their offered and expected pay, the widest gap first."""
    ground = board().look().ground
    shown = sorted(shown_openings(session, fair.id), key=lambda pair: (-pair[1].headcount, pair[1].id))
    rows = [
        OfferedPay(booth, opening, reach(session, listed_now(opening), ground))
        for booth, opening in shown[:MOST_COMPARED]
    ]
    return sorted(rows, key=lambda row: (-row.reach.gap_fen, row.opening.id))


def tell_of_pay(session: Session, actor: Actor, *, fair_id: int, opening_id: int) -> OfferedPay:
    """Tell an exhibitor, once, what people ask for and what its opening offers. Raises NoPayGap or NotFound."""
    require(actor, Permission.MANAGE_FAIRS)
    fair = own_fair(session, actor, fair_id)
    pair = next((pair for pair in shown_openings(session, fair.id) if pair[1].id == opening_id), None)
    if pair is None:
        raise NotFound
    with seeing_everything(session):
        row = OfferedPay(*pair, reach(session, listed_now(pair[1]), board().look().ground))
    if not row.reach.gap_fen:
        raise NoPayGap(field="opening_id")
    tell_employer(
        session,
        row.opening.employer_id,
        BOOTH_PAY.of(
            fair=fair.name,
            title=row.opening.title,
            asked=(row.reach.asked_fen or 0) // 100,
            offered=(row.reach.high_fen or 0) // 100,
        ),
        link=f"/employer/openings/{row.opening.id}/reach",
        dedupe_key=f"booth-pay:{fair.id}:{row.opening.id}",
    )
    note(session, actor, action="fair.pay", subject=f"fair:{fair.id}", detail={"opening": opening_id})
    return row
