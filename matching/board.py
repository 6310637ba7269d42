"""What is offered now, held in each process: cards, engine profiles and the text index of all open openings.

The database stays the truth. A look at the board asks, at most a few times a second, for rows changed since the last
look (two indexed selects, whatever the number of openings), so a change is seen everywhere within a second; every few
minutes the whole list is compared, in case a slow transaction committed behind the mark.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session

from centre import clock, regions
from centre.database import open_session
from centre.permissions import Actor
from centre.policy import PolicyMissing, policy
from centre.settings import settings
from centre.skills.vocabulary import vocabulary
from centre.text import normalise
from employers.models import Employer
from employers.openings.models import Opening
from employers.openings.rules import OpeningState, Provision
from employers.rules import RISKS
from matching.engine.features import (
    CertificateNeed,
    EmploymentType,
    OpeningProfile,
    Risk,
    SkillNeed,
    WageBasis,
    WageUnit,
)
from matching.profiles.rules import EDUCATION_SCALE

if TYPE_CHECKING:
    from matching.engine.textindex import LiveIndex, TextIndex
    from matching.engine.words import Document

LOOK_EVERY = 0.25
"""Seconds between two looks for changes; the promise is one second."""
OVERLAP = timedelta(seconds=10)
"""How far behind the newest change a look reaches, for transactions that commit late."""
COMPARE_EVERY = 300.0
_GIVEN = {Provision.FREE: True, Provision.SUBSIDY: True, Provision.PAID: True, Provision.NONE: False}
_ROTATING = ("两班", "三班", "倒班", "四班", "轮班")
_DAY = ("白班", "长白", "日班", "双休", "单休")


@dataclass(frozen=True, slots=True)
class Listed:
    """An open opening as lists show it, with what the engine reads (在招岗位)."""

    id: int
    title: str
    employer_id: int
    employer: str
    region_code: str
    occupation: str
    wage_min_fen: int | None
    wage_max_fen: int | None
    wage_unit: str
    employment_type: str
    headcount: int
    remaining: int
    board: bool | None
    lodging: bool | None
    shift: str
    accepts_training: bool
    valid_until: date | None
    posted_on: date
    risk: Risk
    sex_limited: bool
    profile: OpeningProfile
    mark: tuple[int, int]


@dataclass
class _State:
    """What a process knows; replaced piece by piece under the lock, read without it."""

    index: "LiveIndex"
    listed: dict[int, Listed]
    fields: dict[str, set[int]]
    day: date
    newest: datetime | None = None
    last_id: int = 0
    wages: WageBasis = field(default_factory=WageBasis)


class Board:
    """The open openings of one database, kept fresh by looking for changes (岗位看板)."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._state: _State | None = None
        self._looked = 0.0
        self._compared = 0.0

    def look(self) -> "View":
        """The openings as they stand now, at most a quarter of a second old."""
        state = self._state
        if state is None:
            with self._lock:
                state = self._state or self._build()
        elif monotonic() - self._looked > LOOK_EVERY and self._lock.acquire(blocking=False):
            try:
                self._catch_up(state)
            finally:
                self._lock.release()
        return View(state.index.current, state.listed, state.fields, state.wages)

    def _build(self) -> _State:
        from matching.engine.textindex import LiveIndex, TextIndex

        with open_session(Actor.system().scope) as session:
            wages = wage_basis(session)
            rows = session.execute(_rows().where(Opening.state == OpeningState.OPEN)).all()
        today = clock.today()
        openings = [row for row in rows if _is_current(row, today)]
        listed = {row.id: listing(row) for row in openings}
        index = TextIndex.build((document(row, listed[row.id], wages) for row in openings), find_places)
        state = _State(LiveIndex(index), listed, defaultdict(set), today, wages=wages)
        for one in listed.values():
            state.fields[_field(one)].add(one.id)
        _advance(state, rows)
        self._state, self._looked, self._compared = state, monotonic(), monotonic()
        return state

    def _catch_up(self, state: _State) -> None:
        if state.day != clock.today():
            state.day = clock.today()
            self._compared = 0.0
        with open_session(Actor.system().scope) as session:
            rows = session.execute(_changed(state)).all()
            if monotonic() - self._compared > COMPARE_EVERY:
                rows = [*rows, *_drifted(session, state)]
                self._compared = monotonic()
        _apply(state, rows)
        self._looked = monotonic()
        if state.index.current.is_worn:
            state.index.rebuild()


@dataclass(frozen=True, slots=True)
class View:
    """One consistent look at the board."""

    index: "TextIndex"
    listed: Mapping[int, Listed]
    fields: Mapping[str, set[int]]
    wages: WageBasis

    def in_field(self, codes: Iterable[str]) -> list[Listed]:
        """Openings in the occupational fields of these codes, and those whose occupation nobody knows."""
        wanted = {code[:4] for code in codes} | {""}
        ids = sorted(number for name in wanted for number in tuple(self.fields.get(name, ())))
        return [self.listed[number] for number in ids if number in self.listed]


_boards: dict[str, Board] = {}


def board() -> Board:
    """The board of the settings' database in this process, built at the first look."""
    return _boards.setdefault(settings().url, Board())


def wage_basis(session: Session) -> WageBasis:
    """The assumption that makes day and hour wages comparable, from today's policy."""
    today = clock.today()
    try:
        days = float(policy(session, "days-per-month", on=today))
        hours = float(policy(session, "hours-per-month", on=today))
    except PolicyMissing:
        return WageBasis()
    return WageBasis(days_hundredths=round(days * 100), hours=round(hours / days))


def find_places(text: str) -> tuple[tuple[str, ...], str]:
    """Region codes named in a query, and the words without them."""
    place = regions.parse_place(text)
    return place.codes, place.rest


def _rows() -> Select[Any]:
    columns = (
        Opening.id, Opening.title, Opening.employer_id, Opening.region_code, Opening.occupation_code, Opening.content,
        Opening.conditions, Opening.address, Opening.wage_min_fen, Opening.wage_max_fen, Opening.wage_unit,
        Opening.employment_type, Opening.headcount, Opening.taken, Opening.board, Opening.lodging, Opening.shift,
        Opening.night_shift, Opening.hazardous, Opening.accepts_training, Opening.skill_requirements,
        Opening.certificate_requirements, Opening.min_education, Opening.age_min, Opening.age_reason,
        Opening.sex_limit_ground, Opening.social_insurance, Opening.valid_from, Opening.valid_until, Opening.state,
        Opening.posted_at, Opening.created_at, Opening.updated_at, Opening.version, Employer.name.label("employer"),
        Employer.state.label("employer_state"), Employer.updated_at.label("employer_updated_at"),
        Employer.version.label("employer_version"),
    )  # fmt: skip
    return select(*columns).join(Employer, Employer.id == Opening.employer_id).order_by(Opening.id)


def _changed(state: _State) -> Select[Any]:
    if state.newest is None:
        return _rows().where(Opening.id > state.last_id)
    since = state.newest - OVERLAP
    touched = select(Employer.id).where(Employer.updated_at >= since)
    return _rows().where(or_(Opening.updated_at >= since, Opening.id > state.last_id, Opening.employer_id.in_(touched)))


def _drifted(session: Session, state: _State) -> list[Row[Any]]:
    """Openings whose version, or whose employer's, is not the one on the board; and those that ended with the day."""
    marks = session.execute(
        select(Opening.id, Opening.version, Employer.version, Opening.valid_until)
        .join(Employer, Employer.id == Opening.employer_id)
        .where(Opening.state == OpeningState.OPEN)
        .order_by(Opening.id)
    ).all()
    known = state.listed
    current = {row[0] for row in marks if row[3] is None or row[3] >= state.day}
    odd = [number for number in known if number not in current]
    odd += [row[0] for row in marks if row[0] in current and _mark_of(known.get(row[0])) != (row[1], row[2])]
    found: list[Row[Any]] = []
    for start in range(0, len(odd), 500):
        found += session.execute(_rows().where(Opening.id.in_(odd[start : start + 500]))).all()
    return found


def _mark_of(one: Listed | None) -> tuple[int, int] | None:
    return one.mark if one else None


def _is_current(row: Row[Any], today: date) -> bool:
    return row.state is OpeningState.OPEN and (row.valid_until is None or row.valid_until >= today)


def _apply(state: _State, rows: Iterable[Row[Any]]) -> None:
    put: list[Document] = []
    gone: list[int] = []
    listed = dict(state.listed)
    for row in rows:
        old = listed.get(row.id)
        if not _is_current(row, state.day):
            if old is not None:
                gone.append(row.id)
                del listed[row.id]
                state.fields[_field(old)].discard(row.id)
        elif _mark_of(old) != (row.version, row.employer_version):
            new = listing(row)
            if old is not None:
                state.fields[_field(old)].discard(row.id)
            listed[row.id] = new
            state.fields[_field(new)].add(row.id)
            put.append(document(row, new, state.wages))
    _advance(state, rows)
    if put or gone:
        state.index.change(put, gone)
        state.listed = listed


def _advance(state: _State, rows: Iterable[Row[Any]]) -> None:
    for row in rows:
        newest = max(row.updated_at, row.employer_updated_at)
        state.newest = newest if state.newest is None else max(state.newest, newest)
        state.last_id = max(state.last_id, row.id)


def _field(one: Listed) -> str:
    return one.occupation[:4]


def listing(row: Any) -> Listed:
    """A row of the database as a list entry; an occupation that nobody named is read out of the title."""
    occupation = row.occupation_code or _guessed(row.title)
    posted = clock.local(row.posted_at or row.created_at).date()
    risk = Risk(RISKS[row.employer_state].value) if row.employer_state in RISKS else Risk.NORMAL
    boarded, lodged = _GIVEN.get(row.board), _GIVEN.get(row.lodging)
    return Listed(
        id=row.id,
        title=row.title,
        employer_id=row.employer_id,
        employer=row.employer,
        region_code=row.region_code,
        occupation=occupation,
        wage_min_fen=row.wage_min_fen,
        wage_max_fen=row.wage_max_fen,
        wage_unit=row.wage_unit.value,
        employment_type=row.employment_type.value,
        headcount=row.headcount,
        remaining=row.headcount - row.taken,
        board=boarded,
        lodging=lodged,
        shift=row.shift,
        accepts_training=row.accepts_training,
        valid_until=row.valid_until,
        posted_on=posted,
        risk=risk,
        sex_limited=row.sex_limit_ground is not None,
        profile=_profile(row, occupation, posted, risk),
        mark=(row.version, row.employer_version),
    )


def _guessed(title: str) -> str:
    found = vocabulary().find(normalise(title))
    return found[0][1][0] if found else ""


def _profile(row: Any, occupation: str, posted: date, risk: Risk) -> OpeningProfile:
    return OpeningProfile(
        id=row.id,
        occupation=occupation or None,
        region=row.region_code or None,
        remaining=row.headcount - row.taken,
        wage_min_fen=row.wage_min_fen,
        wage_max_fen=row.wage_max_fen,
        wage_unit=WageUnit(row.wage_unit.value),
        skills=tuple(_skill_need(need) for need in row.skill_requirements if _term(need)),
        certificates=tuple(
            CertificateNeed(need["kind"], need.get("level"), bool(need.get("must")))
            for need in row.certificate_requirements
        ),
        employment_type=EmploymentType(row.employment_type.value),
        night=row.night_shift,
        shift=_rotates(row.shift),
        hazardous=row.hazardous,
        board=_GIVEN.get(row.board),
        lodging=_GIVEN.get(row.lodging),
        min_education=EDUCATION_SCALE[row.min_education] if row.min_education else None,
        # An age limit without a recorded reason never keeps anybody out (DOMAIN 4.4).
        min_age=row.age_min if row.age_reason else None,
        accepts_training=row.accepts_training,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        risk=risk,
        registered_on=posted,
    )


def _term(need: Mapping[str, Any]) -> str:
    code = need.get("occupation_code") or ""
    return normalise(need.get("term") or (vocabulary().name(code) if code else ""))


def _skill_need(need: Mapping[str, Any]) -> SkillNeed:
    return SkillNeed(_term(need), None, bool(need.get("must")))


def _rotates(shift: str) -> bool | None:
    if any(word in shift for word in _ROTATING):
        return True
    return False if any(word in shift for word in _DAY) else None


def document(row: Any, one: Listed, wages: WageBasis) -> "Document":
    """A row as the text index sees it."""
    from matching.engine.words import Document

    unit = WageUnit(one.wage_unit)
    return Document(
        id=one.id,
        title=one.title,
        occupations=(one.occupation,) if one.occupation else (),
        employer=one.employer,
        description=f"{row.content}\n{row.conditions}\n{row.shift}\n{row.address}",
        region=one.region_code,
        wage_min_fen=wages.monthly(one.wage_min_fen, unit),
        wage_max_fen=wages.monthly(one.wage_max_fen, unit),
        order=int((row.posted_at or row.created_at).timestamp()),
        facets={"employment": (one.employment_type,), "offer": offers(row, one)},
    )


def offers(row: Any, one: Listed) -> tuple[str, ...]:
    """What an opening gives, as ticks of the search page."""
    given = {
        "board": one.board,
        "lodging": one.lodging,
        "day": row.night_shift is False or _rotates(one.shift) is False,
        "training": one.accepts_training,
        "insurance": bool(row.social_insurance),
    }
    return tuple(name for name, held in given.items() if held)
