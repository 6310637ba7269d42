"""The centres of the network as the administrator keeps them (中心维护)."""

from typing import Annotated

from pydantic import StringConstraints
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from centre import audit, regions
from centre.drafts import Draft, Line, RegionCode, Words
from centre.errors import Conflict, Invalid, NotFound, Problem
from centre.network import Centre, CentreLevel
from centre.permissions import Actor, Permission, require
from centre.translation import N_


class CentreDraft(Draft):
    """What a page asks about a centre (中心)."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,8}$")]
    name: Annotated[Words, StringConstraints(max_length=60)]
    region_code: RegionCode
    address: Annotated[Line, StringConstraints(max_length=200)] = ""
    phone: Annotated[Line, StringConstraints(max_length=40)] = ""
    hours: Annotated[Line, StringConstraints(max_length=100)] = ""


class CentreKnown(Conflict):
    """Another centre has this code or serves this region."""

    code = "centre-known"
    message = N_("已有中心用这个编号，或者服务这个地区")


def centre(session: Session, centre_id: int) -> Centre:
    """One centre. Raises NotFound."""
    known = session.scalar(select(Centre).where(Centre.id == centre_id))
    if known is None:
        raise NotFound
    return known


def add_centre(session: Session, actor: Actor, *, draft: CentreDraft) -> Centre:
    """Add a county centre below the city's. Raises Invalid and CentreKnown."""
    require(actor, Permission.MANAGE_CENTRES)
    city = session.scalar(select(Centre).where(Centre.level == CentreLevel.CITY).order_by(Centre.id).limit(1))
    if city is None:
        raise NotFound
    _check_region(draft, city)
    new = Centre(level=CentreLevel.COUNTY, parent_id=city.id, **draft.model_dump())
    _write(session, new)
    audit.note(session, actor, action="centre.add", subject=f"centre:{new.id}")
    return new


def change_centre(session: Session, actor: Actor, *, centre_id: int, draft: CentreDraft) -> Centre:
    """Change what is known of a centre; the city centre stays the city's.

    Raises NotFound, Invalid and CentreKnown.
    """
    require(actor, Permission.MANAGE_CENTRES)
    known = centre(session, centre_id)
    if known.level is CentreLevel.CITY and known.region_code != draft.region_code:
        raise Invalid([Problem("region_code", "city-region", N_("市中心的地区不能改"))])
    if known.parent_id is not None:
        _check_region(draft, centre(session, known.parent_id))
    for name, value in draft.model_dump().items():
        setattr(known, name, value)
    _write(session, known)
    audit.note(session, actor, action="centre.change", subject=f"centre:{known.id}")
    return known


def _check_region(draft: CentreDraft, city: Centre) -> None:
    if not regions.exists(draft.region_code) or not regions.within(draft.region_code, city.region_code):
        raise Invalid([Problem("region_code", "outside-city", N_("这个地区不在本市"))])


def _write(session: Session, row: Centre) -> None:
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        raise CentreKnown(field="code") from None
