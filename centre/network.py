"""The network: one city centre and its county centres."""

from enum import StrEnum
from hashlib import sha256

from sqlalchemy import ForeignKey, Select, String, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.database import open_session
from centre.errors import OtherCentre, Refusal
from centre.grammars.places import Place, read_place
from centre.grammars.reading import Unreadable
from centre.permissions import Actor
from centre.regions import ancestors, exists
from centre.scopes import grant_row
from centre.settings import settings
from centre.tables import Record, coded
from centre.translation import N_

_homes: dict[str, str] = {}


class CentreLevel(StrEnum):
    """Where a centre stands in the network (中心级别)."""

    CITY = "city"
    COUNTY = "county"


class NotSetUp(Refusal):
    """The installation has no city centre yet, so no centre can serve the reader."""

    code = "not-set-up"
    status = 503
    message = N_("这里的服务还没有开通，请过几天再来")


class Centre(Record):
    """An assistance centre for workers in difficulty (困难职工援助中心)."""

    code: Mapped[str] = mapped_column(String(8), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    level: Mapped[CentreLevel] = mapped_column(coded(CentreLevel))
    region_code: Mapped[str] = mapped_column(String(6), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    address: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    hours: Mapped[str] = mapped_column(String(100), default="")
    is_demo: Mapped[bool] = mapped_column(default=False)


def centres() -> Select[Centre]:
    """All centres, the city first, then by code."""
    return select(Centre).order_by(Centre.code)


def network_mark(session: Session) -> str:
    """An identifier of this installation, in twelve letters and digits.

    It is made of the instant at which the first centre was entered: nothing changes it, a moved or restored database
    keeps it, and it needs no setting. Empty before set-up.
    """
    born = session.scalar(select(Centre.created_at).order_by(Centre.id).limit(1))
    return sha256(born.isoformat().encode()).hexdigest()[:12] if born else ""


def oversees(session: Session, centre_id: int | None, *, actor: Actor) -> bool:
    """Whether staff may act on records of a centre: their own, records of none, and from the city centre any."""
    if actor.is_system or actor.scope.all_centres or centre_id in (None, actor.centre_id):
        return True
    if not actor.scope.staff or actor.centre_id is None:
        return False
    levels: dict[int, CentreLevel | None] = session.info.setdefault("levels of centres", {})
    if actor.centre_id not in levels:  # asked for each row of a list, and the level of a centre does not change
        own = session.get(Centre, actor.centre_id)
        levels[actor.centre_id] = own.level if own is not None else None
    return levels[actor.centre_id] is CentreLevel.CITY


def allow_staff(session: Session, record: Record, centre_id: int | None, *, actor: Actor) -> None:
    """Let staff change a record of a centre that they oversee. Raises OtherCentre."""
    if not oversees(session, centre_id, actor=actor):
        raise OtherCentre
    grant_row(session, record)


def centre_of(session: Session, region: str) -> Centre:
    """The centre that serves a region: its county centre, else the city centre. Raises NotSetUp when there is none."""
    places = [region, *(ancestors(region) if exists(region) else ())]
    served = {centre.region_code: centre for centre in session.scalars(select(Centre).order_by(Centre.id))}
    near = next((served[place] for place in places if place in served), None)
    near = near or next((centre for centre in served.values() if centre.level is CentreLevel.CITY), None)
    if near is None:
        raise NotSetUp
    return near


def require_set_up() -> None:
    """Let the reader go on only where there is a city centre. Raises NotSetUp."""
    if not home():
        raise NotSetUp


def home() -> str:
    """The region of the city centre; empty before the installation is set up.

    A process remembers it: the city of an installation does not change. `forget_home` is for tests and for set-up.
    """
    known = _homes.get(settings().url, "")
    if not known:
        city = select(Centre.region_code).where(Centre.level == CentreLevel.CITY).order_by(Centre.id).limit(1)
        try:
            with open_session(Actor.public().scope) as session:
                known = session.scalar(city) or ""
        except DBAPIError:  # no database, or one without tables: the page itself says so
            return ""
        if known:
            _homes[settings().url] = known
    return known


def place_of(text: str) -> Place:
    """The place that a text names for readers of this installation: 鼓楼区 is that of the own city or province.

    Every door of the service reads places through it, so that a name means the same in a form, the API and an import.
    Raises PlaceUnknown, or PlaceAmbiguous with the candidates.
    """
    return read_place(text, home=home())


def region_code_of(text: str) -> str:
    """The region code of a place however it is written, for filters; empty where it is not known for certain."""
    try:
        return place_of(text).code
    except Unreadable:
        return ""


def forget_home() -> None:
    """Ask the database again."""
    _homes.clear()
