"""Openings that stand twice: posted again, or taken over from another source (重复岗位)."""

import re
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, contains_eager

from centre.text import normalise
from employers.companies.models import Employer
from employers.openings.models import Opening
from employers.openings.rules import OpeningState

STANDING = (OpeningState.TO_VERIFY, OpeningState.VERIFIED, OpeningState.OPEN, OpeningState.PAUSED, OpeningState.FROZEN)
"""States in which an opening is public, now or soon; drafts and closed ones are not duplicates."""

_BESIDE_TITLE = re.compile(
    r"\([^()]{0,40}\)|（[^（）]{0,40}）|急招|急聘|诚聘|诚招|高薪|招聘|直招"
    r"|[0-9一二两三四五六七八九十]{1,4}(?:名|人)|数名|若干名?|[ 　·,，!！]"
)


def plain_title(title: str) -> str:
    """A title without what people write around it: 急招缝纫工（5名） is 缝纫工.

    >>> plain_title("急招 缝纫工（包住）5名")
    '缝纫工'
    """
    return _BESIDE_TITLE.sub("", normalise(title)) or normalise(title)


def doubles_of(session: Session, opening: Opening) -> Sequence[Opening]:
    """Current openings of the same work, place and employer, visible to the reader, the oldest first.

    An employer counts as the same by its name, too: one source may know it without its code, and an agency may
    recruit for it. People decide which of them stays, since one firm may run two such workshops.
    """
    employer = session.get_one(Employer, opening.employer_id)
    names = {name for name in (employer.name, opening.client_name) if name}
    same_employer = or_(
        Opening.employer_id == opening.employer_id, Employer.name.in_(names), Opening.client_name.in_(names)
    )
    standing = (
        select(Opening)
        .join(Opening.employer)
        .where(
            Opening.id != opening.id,
            Opening.state.in_(STANDING),
            Opening.region_code == opening.region_code,
            same_employer,
        )
        .order_by(Opening.id)
        .options(contains_eager(Opening.employer))
    )
    title = plain_title(opening.title)
    return [double for double in session.scalars(standing) if plain_title(double.title) == title]
