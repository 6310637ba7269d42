"""Which terms of a job got worse between application and the ninetieth day, who says so, and whether it counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from centre.drafts import Draft, Fen, Line, RegionCode
from centre.errors import Conflict
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.translation import N_
from employers.openings.rules import Provision, WageUnit
from employers.openings.terms import Signatory, Terms
from matching.engine.fit.profiles import WageBasis, area
from matching.engine.fit.profiles import WageUnit as EngineUnit


class PromiseStage(StrEnum):
    """A link of the chain after the application (兑现环节)."""

    LETTER = "letter"
    CONTRACT = "contract"
    PAYSLIP = "payslip"
    AT_WORK = "at_work"


STAGE_LABELS = {
    PromiseStage.LETTER: N_("开推荐信时"),
    PromiseStage.CONTRACT: N_("劳动合同"),
    PromiseStage.PAYSLIP: N_("第一个月工资条"),
    PromiseStage.AT_WORK: N_("干了一段时间以后"),
}

STATED_BY_PEOPLE = (PromiseStage.CONTRACT, PromiseStage.PAYSLIP, PromiseStage.AT_WORK)
"""Links that are filled in by hand; the letter's terms are those of the opening on its day."""

COMPARED_AFTER = {PromiseStage.CONTRACT: 7, PromiseStage.PAYSLIP: 35, PromiseStage.AT_WORK: 90}
"""Days after the start on which the worker is asked: pay comes once a month, in the month after the work."""


def stage_of_call(day: int) -> PromiseStage:
    """Which link the call on a day of a placement asks about: the contract, the first payslip, then the work itself."""
    if day < 30:
        return PromiseStage.CONTRACT
    return PromiseStage.PAYSLIP if day < 90 else PromiseStage.AT_WORK


class TermsSource(StrEnum):
    """Who stated the terms (谁说的)."""

    WORKER = "worker"
    CLERK = "clerk"
    EMPLOYER = "employer"
    OPENING = "opening"


SOURCE_LABELS = {
    TermsSource.WORKER: N_("本人填写"),
    TermsSource.CLERK: N_("窗口看过原件"),
    TermsSource.EMPLOYER: N_("单位填写"),
    TermsSource.OPENING: N_("招聘信息"),
}


class StatementState(StrEnum):
    """Whether a statement counts for the employer (核实情况)."""

    REPORTED = "reported"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


STATEMENT_LABELS = {
    StatementState.REPORTED: N_("等中心核实"),
    StatementState.CONFIRMED: N_("已确认"),
    StatementState.DISMISSED: N_("核实后不成立"),
}

_JUDGE = Permission.RECORD_SERVICE

STATEMENT = Machine(
    "stated_terms",
    [
        Move(StatementState.REPORTED, "confirm", StatementState.CONFIRMED, _JUDGE),
        Move(StatementState.REPORTED, "dismiss", StatementState.DISMISSED, _JUDGE),
        Move(StatementState.CONFIRMED, "dismiss", StatementState.DISMISSED, _JUDGE),
        Move(StatementState.DISMISSED, "confirm", StatementState.CONFIRMED, _JUDGE),
        *(Move(state, "restate", StatementState.REPORTED) for state in StatementState),
        *(Move(state, "accept", StatementState.CONFIRMED) for state in StatementState),
    ],
    STATEMENT_LABELS,
)


class TermKind(StrEnum):
    """A term of a job that can get worse (条件)."""

    PAY = "pay"
    PLACE = "place"
    HOURS = "hours"
    LODGING = "lodging"
    BOARD = "board"
    SIGNATORY = "signatory"


TERM_LABELS = {
    TermKind.PAY: N_("工资"),
    TermKind.PLACE: N_("上班地点"),
    TermKind.HOURS: N_("上班时间"),
    TermKind.LODGING: N_("住宿"),
    TermKind.BOARD: N_("吃饭"),
    TermKind.SIGNATORY: N_("跟谁签合同"),
}


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What a comparison rests on: the conversion of wage units, how little less is rounding, and the worker's home.

    `tolerance` is in percent of the promised pay: 280 yuan a day is 7,280 a month by 26 days, which a contract may
    round to 7,200.
    """

    wages: WageBasis
    tolerance: int = 0
    home: str = ""


def worse_terms(promised: Terms, stated: Terms, by: Yardstick) -> tuple[TermKind, ...]:
    """The terms that got worse. What either side leaves open is unknown, and nothing better is ever named."""
    return tuple(kind for kind, is_worse in _CHECKS.items() if is_worse(promised, stated, by))


def _pay(promised: Terms, stated: Terms, by: Yardstick) -> bool:
    """The least pay that is sure: of a range its lower end, of a payslip what a whole month would have brought."""
    if stated.days_worked is None and stated.pay_unit is promised.pay_unit:
        least, sure = promised.pay_min_fen, _low(stated)
    else:
        least = by.wages.monthly(promised.pay_min_fen, EngineUnit(promised.pay_unit.value))
        sure = _a_month(stated, by)
    base = _of_whole_month(stated.base_pay_fen, stated.days_worked, by)
    return _is_less(sure, least, by) or _is_less(base, promised.base_pay_fen, by)


def _low(terms: Terms) -> int | None:
    return terms.pay_max_fen if terms.pay_min_fen is None else terms.pay_min_fen


def _a_month(stated: Terms, by: Yardstick) -> int | None:
    """The least pay of a whole month."""
    if stated.days_worked is None:
        return by.wages.monthly(_low(stated), EngineUnit(stated.pay_unit.value))
    return _of_whole_month(_low(stated), stated.days_worked, by)


def _of_whole_month(fen: int | None, days: int | None, by: Yardstick) -> int | None:
    """What some days brought, as a whole month's. A payslip of fewer days than a month has is scaled up, one of more
    days is not scaled down: the promise was a month's pay."""
    if fen is None or days is None:
        return fen
    return fen * max(by.wages.days_hundredths, days * 100) // (days * 100)


def _is_less(sure: int | None, least: int | None, by: Yardstick) -> bool:
    return sure is not None and least is not None and sure * 100 < least * (100 - by.tolerance)


def _place(promised: Terms, stated: Terms, by: Yardstick) -> bool:
    """Another county or city, unless it is nearer to the worker's home; a less precise place does not count."""
    before, after = area(promised.region_code), area(stated.region_code)
    if before is None or after is None or after.startswith(before) or before.startswith(after):
        return False
    return _nearness(after, by.home) <= _nearness(before, by.home)


def _nearness(place: str, home: str) -> int:
    """How much of the region code a place shares with home: nothing, province, city or county."""
    own = area(home) or ""
    return next((length for length in (6, 4, 2) if len(own) >= length and place[:length] == own[:length]), 0)


def _hours(promised: Terms, stated: Terms, _by: Yardstick) -> bool:
    known = promised.hours_per_week is not None and stated.hours_per_week is not None
    longer = known and (stated.hours_per_week or 0) > (promised.hours_per_week or 0)
    return longer or (promised.night_shift is False and stated.night_shift is True)


_GIVEN = {Provision.FREE: 3, Provision.SUBSIDY: 2, Provision.PAID: 1, Provision.NONE: 0}
_SIGNED = {Signatory.EMPLOYER: 3, Signatory.AGENCY: 2, Signatory.OTHER: 1, Signatory.NOBODY: 0}


def _is_lower(before: Provision, after: Provision) -> bool:
    return before in _GIVEN and after in _GIVEN and _GIVEN[after] < _GIVEN[before]


def _lodging(promised: Terms, stated: Terms, _by: Yardstick) -> bool:
    return _is_lower(promised.lodging, stated.lodging)


def _board(promised: Terms, stated: Terms, _by: Yardstick) -> bool:
    return _is_lower(promised.board, stated.board)


def _signatory(promised: Terms, stated: Terms, _by: Yardstick) -> bool:
    before, after = promised.signatory, stated.signatory
    return before is not None and after is not None and _SIGNED[after] < _SIGNED[before]


_CHECKS: Mapping[TermKind, Callable[[Terms, Terms, Yardstick], bool]] = {
    TermKind.PAY: _pay,
    TermKind.PLACE: _place,
    TermKind.HOURS: _hours,
    TermKind.LODGING: _lodging,
    TermKind.BOARD: _board,
    TermKind.SIGNATORY: _signatory,
}


def kept_health(health: int, *, checked: int, broken: int) -> int:
    """How well an employer answers, times how often it kept its word (answer rate x kept placements), 0 to 100.

    There is no penalty without evidence: without a checked promise the health stays as it is.

    >>> kept_health(50, checked=0, broken=0), kept_health(90, checked=8, broken=0), kept_health(90, checked=8, broken=5)
    (50, 90, 45)
    """
    return round(health * (checked - broken + 2) / (checked + 2))


class TermsDraft(Draft):
    """The terms of a contract, a payslip or the work itself, as entered in the form (合同和工资条登记)."""

    pay_min_fen: Fen | None = None
    pay_max_fen: Fen | None = None
    pay_unit: WageUnit = WageUnit.MONTH
    days_worked: Annotated[int, Field(ge=1, le=31)] | None = None
    base_pay_fen: Fen | None = None
    region_code: RegionCode | None = None
    hours_per_week: Annotated[int, Field(ge=1, le=100)] | None = None
    night_shift: bool | None = None
    lodging: Provision = Provision.UNSTATED
    board: Provision = Provision.UNSTATED
    signatory: Signatory | None = None
    note: Line = ""

    def terms(self) -> Terms:
        """The terms that are filled in."""
        return Terms(**self.model_dump(exclude={"note", "region_code"}), region_code=self.region_code or "")


class NothingToCompare(Conflict):
    """The introduction has not come so far that this can be known."""

    code = "promise-too-early"
    message = N_("录用以后才能登记合同和工资条")


class AlreadyStated(Conflict):
    """An employer's statement stands; who wants it changed brings the paper to the centre."""

    code = "terms-stated"
    message = N_("单位已经填过这一项，要更正请带上原件到中心")
