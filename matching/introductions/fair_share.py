"""What orders openings with equal points: the share of introductions, and the employer's health (岗位公平份额)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import clock
from centre.scopes import seeing_everything
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from matching.introductions.models import Introduction
from matching.introductions.rules import IntroductionState

WINDOW = timedelta(days=180)
"""Letters of the last half year show how well an employer answers."""
EXPECTED = 2
"""Where fewer introductions than this are usual, having none does not count as neglect."""
FIELD = 4
"""Openings are compared within their medium group of occupations (中类), such as 6-04."""


@dataclass(frozen=True, slots=True)
class Share:
    """The introductions and places of an opening, with the usual number per place in its field (公平份额)."""

    introductions: int
    places: int
    usual: float

    @property
    def is_underserved(self) -> bool:
        """Whether it got less than half of what is usual for its places, if that number is large enough."""
        expected = self.usual * self.places
        return expected >= EXPECTED and self.introductions < expected / 2


@dataclass(frozen=True, slots=True)
class Standings:
    """The shares of the open openings, and the health of the employers that received letters (岗位排序依据)."""

    shares: Mapping[int, Share]
    healths: Mapping[int, int]

    def is_underserved(self, opening_id: int) -> bool:
        """Whether an opening got less than its share; a new one cannot have got it yet."""
        share = self.shares.get(opening_id)
        return share is not None and share.is_underserved

    def health(self, employer_id: int) -> int:
        """How well an employer answers, 0 to 100."""
        return self.healths.get(employer_id, health(0, 0))


def health(answered: int, due: int) -> int:
    """The share of due letters that were answered, in percent, smoothed towards the middle where there are few letters.

    >>> health(0, 0), health(1, 1), health(18, 20), health(0, 20)
    (50, 60, 83, 8)
    """
    return round(100 * (answered + 2) / (due + 4))


def shares_of(openings: Mapping[int, tuple[str, int]], counts: Mapping[int, int]) -> dict[int, Share]:
    """The share of each opening, from its occupation, its places and its introductions."""
    places: dict[str, int] = {}
    received: dict[str, int] = {}
    for key, (code, headcount) in openings.items():
        field = code[:FIELD]
        places[field] = places.get(field, 0) + max(headcount, 1)
        received[field] = received.get(field, 0) + counts.get(key, 0)
    return {
        key: Share(counts.get(key, 0), max(headcount, 1), received[code[:FIELD]] / places[code[:FIELD]])
        for key, (code, headcount) in openings.items()
    }


def standings(session: Session) -> Standings:
    """Today's standings over the whole network, in three aggregate queries."""
    since = clock.now() - WINDOW
    with seeing_everything(session):
        openings = session.execute(
            select(Opening.id, Opening.occupation_code, Opening.headcount).where(Opening.state == OpeningState.OPEN)
        ).all()
        sent = session.execute(
            select(Introduction.opening_id, func.count())
            .join(Opening, Opening.id == Introduction.opening_id)
            .where(Opening.state == OpeningState.OPEN)
            .group_by(Introduction.opening_id)
        ).all()
        letters = session.execute(
            select(Introduction.employer_id, Introduction.state, func.count())
            .where(
                Introduction.letter_no.is_not(None),
                Introduction.issued_at >= since,
                Introduction.state != IntroductionState.LETTER_ISSUED,
            )
            .group_by(Introduction.employer_id, Introduction.state)
        ).all()
    letters_by_employer: dict[int, tuple[int, int]] = {}
    for employer, state, count in letters:
        answered, due = letters_by_employer.get(employer, (0, 0))
        letters_by_employer[employer] = (answered + (0 if state is IntroductionState.UNKNOWN else count), due + count)
    counts = {number: count for number, count in sent}  # noqa: C416  (rows are no plain pairs to mypy)
    return Standings(
        shares_of({number: (code or "", headcount) for number, code, headcount in openings}, counts),
        {employer: health(*letters_of) for employer, letters_of in letters_by_employer.items()},
    )
