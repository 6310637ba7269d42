"""The verification desk: openings and employers awaiting verification, oldest first."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import Path
from sqlalchemy import Select, or_, select
from starlette.responses import Response

from api.dependencies import Pages, Unit, UnitOfWork
from centre import regions
from centre.drafts import BIGGEST_ID, Draft, Line, RecordId
from centre.errors import Stale
from centre.network import oversees
from centre.people import EDUCATION_LABELS
from centre.permissions import Permission
from centre.states import Transition
from centre.translation import N_
from employers.cases.association import in_good_standing
from employers.companies import actions as employing
from employers.companies.models import Employer
from employers.companies.queries import employer as employer_in_sight
from employers.companies.queries import employers
from employers.companies.rules import BARRED, EMPLOYER, EMPLOYER_LABELS, NATURE_LABELS, EmployerState
from employers.openings import actions
from employers.openings.checks import ELEMENTS, missing_elements
from employers.openings.doubles import doubles_of
from employers.openings.models import Opening
from employers.openings.queries import employer_openings, openings_in
from employers.openings.queries import opening as opening_in_sight
from employers.openings.rules import (
    CERTIFICATE_LABELS,
    CONTRACT_LABELS,
    EMPLOYMENT_LABELS,
    OPENING,
    OPENING_LABELS,
    SEX_GROUND_LABELS,
    OpeningState,
)
from employers.openings.screening import Reaction, restore
from employers.openings.wordings import open_questions
from web.forms import Bound, attempt, bind, blank
from web.rendering import page

routes = Pages("/counter/verify")

RecordPath = Annotated[int, Path(ge=1, le=BIGGEST_ID)]

MOST = 50
ELSEWHERE = 0
"""The id of no centre, which stands for all of them."""
FEW = 20
TROUBLED = (EmployerState.WATCH, EmployerState.SUSPENDED)


OPENING_STEPS = {
    "confirm": (N_("核实无误"), N_("打过电话或上过门，情况属实")),
    "publish": (N_("公开"), N_("马上能在网上看到")),
    "resume": (N_("继续招聘"), N_("重新显示在网上")),
    "return": (N_("退回修改"), N_("要写理由，会告诉用人单位")),
    "pause": (N_("暂停招聘"), N_("先从网上撤下来")),
    "close": (N_("关闭岗位"), N_("不能再打开")),
}
EMPLOYER_STEPS = {
    "submit": (N_("材料收齐，送去核验"), N_("信用代码和联系人都有了")),
    "verify": (N_("核验通过"), N_("看过执照，打过电话")),
    "clear": (N_("解除重点关注"), N_("恢复正常")),
    "remedy": (N_("整改到位，恢复服务"), N_("冻结的岗位重新公开，仍列为重点关注")),
    "reject": (N_("核验不通过"), N_("要写理由，会告诉用人单位")),
    "warn": (N_("列为重点关注"), N_("岗位上会带提示，不能公开新岗位")),
    "suspend": (N_("暂停服务"), N_("岗位全部冻结")),
    "licence_expired": (N_("执照过期，重新核验"), N_("岗位全部冻结")),
    "blacklist": (N_("列入失信名单"), N_("不能撤销")),
}


class OpeningStep(Draft):
    """An officer's action on an opening; `seen` is the version that was read (岗位核实)."""

    event: Literal["confirm", "return", "publish", "pause", "resume", "close"]
    reason: Line = ""
    wording: Literal["", "lawful", "unlawful"] = ""
    seen: RecordId


class EmployerStep(Draft):
    """An officer's action on an employer; `seen` is the version that was read (单位核验)."""

    event: Literal["submit", "verify", "reject", "warn", "clear", "suspend", "remedy", "blacklist", "licence_expired"]
    reason: Line = ""
    seen: RecordId


class EmployerSearchForm(Draft):
    """Part of an employer's name in the query (查找单位)."""

    q: Line = ""


@routes.get("", allow=Permission.VERIFY_OPENING)
def desk(unit: Unit) -> Response:
    """Pending work: openings to verify or publish, employers to verify; and a search for employers."""
    session = unit.session
    try:
        words = EmployerSearchForm(q=unit.request.query_params.get("q", "")).q
    except ValueError:
        words = ""
    openings = session.scalars(_own(unit, openings_in(OpeningState.TO_VERIFY), Opening).limit(MOST)).all()
    troubled = select(Employer).where(Employer.state.in_(TROUBLED)).order_by(Employer.updated_at, Employer.id)
    return page(
        unit,
        "staff/verification/desk.html",
        openings=[(opening, _blocking(opening), [*_warnings(opening), *_asked(opening)]) for opening in openings],
        verified=session.scalars(_own(unit, openings_in(OpeningState.VERIFIED), Opening).limit(FEW)).all(),
        checking=session.scalars(_own(unit, _waiting(EmployerState.CHECKING), Employer).limit(MOST)).all(),
        troubled=session.scalars(_own(unit, troubled, Employer).limit(FEW)).all(),
        words=words,
        employers=session.scalars(employers(words=words).limit(FEW)).all() if words else None,
        states=EMPLOYER_LABELS,
        place=_place,
    )


@routes.get("/openings/{opening_id}", allow=Permission.VERIFY_OPENING)
def opening(unit: Unit, opening_id: RecordPath) -> Response:
    """One opening, with everything the officer needs to decide."""
    return _opening(unit, opening_id)


@routes.post("/openings/{opening_id}", allow=Permission.VERIFY_OPENING)
def judge_opening(unit: Unit, opening_id: RecordPath) -> Response:
    """Verify, return, publish, pause, resume or close an opening."""

    def judge(step: OpeningStep) -> None:
        _check_seen(opening_in_sight(unit.session, opening_id), step.seen)
        _judge_opening(unit, opening_id, step)

    again, there = partial(_opening, unit, opening_id), f"/counter/verify/openings/{opening_id}"
    return attempt(unit, bind(unit, OpeningStep), judge, again, there)


@routes.get("/employers/{employer_id}", allow=Permission.VERIFY_EMPLOYER)
def employer(unit: Unit, employer_id: RecordPath) -> Response:
    """One employer with its papers, its openings and past decisions."""
    return _employer(unit, employer_id)


@routes.post("/employers/{employer_id}", allow=Permission.VERIFY_EMPLOYER)
def judge_employer(unit: Unit, employer_id: RecordPath) -> Response:
    """Verify, watch, suspend or clear an employer."""

    def judge(step: EmployerStep) -> None:
        _check_seen(employer_in_sight(unit.session, employer_id), step.seen)
        if step.event == "submit":
            employing.submit_employer(unit.session, unit.actor, employer_id=employer_id)
        else:
            employing.judge_employer(
                unit.session, unit.actor, employer_id=employer_id, event=step.event, reason=step.reason
            )

    again, there = partial(_employer, unit, employer_id), f"/counter/verify/employers/{employer_id}"
    return attempt(unit, bind(unit, EmployerStep), judge, again, there)


def _judge_opening(unit: UnitOfWork, opening_id: int, step: OpeningStep) -> None:
    session, actor = unit.session, unit.actor
    match step.event:
        case "confirm":
            lawful = step.wording == "lawful"
            actions.verify_opening(session, actor, opening_id=opening_id, remark=step.reason, wording_lawful=lawful)
        case "return":
            unlawful = step.wording == "unlawful"
            actions.return_opening(session, actor, opening_id=opening_id, reason=step.reason, wording_unlawful=unlawful)
        case "publish":
            actions.publish_opening(session, actor, opening_id=opening_id)
        case "pause":
            actions.pause_opening(session, actor, opening_id=opening_id, reason=step.reason)
        case "resume":
            actions.resume_opening(session, actor, opening_id=opening_id)
        case "close":
            actions.close_opening(session, actor, opening_id=opening_id, reason=step.reason)


def _check_seen(record: Opening | Employer, seen: int) -> None:
    """Refuse a decision on another version than the officer read. Raises Stale."""
    if record.version != seen:
        raise Stale


def _opening(
    unit: UnitOfWork, opening_id: int, bound: Bound[OpeningStep] | None = None, status_code: int = 200
) -> Response:
    opening = opening_in_sight(unit.session, opening_id)
    events = OPENING.events(opening.state, unit.actor)
    missing = missing_elements(opening)
    return page(
        unit,
        "staff/verification/opening.html",
        status_code,
        opening=opening,
        may_write=unit.actor.may(Permission.POST_OPENING)
        and oversees(unit.session, opening.centre_id or ELSEWHERE, actor=unit.actor),
        state=OPENING_LABELS[opening.state],
        employer_state=EMPLOYER_LABELS[opening.employer.state],
        bound=bound or blank(unit, OpeningStep),
        steps=[(name, *OPENING_STEPS[name]) for name in OPENING_STEPS if name in events],
        elements=[(ELEMENTS[name], name not in missing) for name in ELEMENTS],
        blocking=_blocking(opening),
        warnings=_warnings(opening),
        questions=open_questions(unit.session, opening),
        doubles=doubles_of(unit.session, opening),
        is_member=in_good_standing(unit.session, opening.employer_id),
        place=_place(opening.region_code),
        sex_ground=SEX_GROUND_LABELS[opening.sex_limit_ground] if opening.sex_limit_ground else "",
        employment=EMPLOYMENT_LABELS[opening.employment_type],
        contract=CONTRACT_LABELS[opening.contract_party] if opening.contract_party else "",
        education=EDUCATION_LABELS[opening.min_education] if opening.min_education else "",
        papers=[CERTIFICATE_LABELS[requirement["kind"]] for requirement in opening.certificate_requirements],
        history=_history(unit, "opening", opening_id),
        labels=OPENING_LABELS,
    )


def _employer(
    unit: UnitOfWork, employer_id: int, bound: Bound[EmployerStep] | None = None, status_code: int = 200
) -> Response:
    employer = employer_in_sight(unit.session, employer_id)
    events = EMPLOYER.events(employer.state, unit.actor)
    return page(
        unit,
        "staff/verification/employer.html",
        status_code,
        employer=employer,
        state=EMPLOYER_LABELS[employer.state],
        nature=NATURE_LABELS[employer.nature],
        is_member=in_good_standing(unit.session, employer_id),
        bound=bound or blank(unit, EmployerStep),
        may_change=oversees(unit.session, employer.centre_id or ELSEWHERE, actor=unit.actor),
        may_post=unit.actor.may(Permission.POST_OPENING) and employer.state not in BARRED,
        steps=[(name, *EMPLOYER_STEPS[name]) for name in EMPLOYER_STEPS if name in events],
        place=_place(employer.region_code),
        openings=unit.session.scalars(employer_openings(employer_id).limit(FEW)).all(),
        opening_states=OPENING_LABELS,
        history=_history(unit, "employer", employer_id),
        labels=EMPLOYER_LABELS,
    )


def _own(unit: UnitOfWork, waiting: Select[Any], model: type[Opening | Employer]) -> Select[Any]:
    """What the officer may act on: the records of the centres that they oversee, and those of no centre."""
    if oversees(unit.session, ELSEWHERE, actor=unit.actor):
        return waiting
    return waiting.where(or_(model.centre_id == unit.actor.centre_id, model.centre_id.is_(None)))


def _waiting(state: EmployerState) -> Any:
    """Employers in a state, longest waiting first."""
    return employers(state=state).order_by(None).order_by(Employer.updated_at, Employer.id)


def _history(unit: UnitOfWork, machine: str, record_id: int) -> Sequence[Transition]:
    of = (Transition.machine == machine, Transition.record_id == record_id)
    return unit.session.scalars(select(Transition).where(*of).order_by(Transition.id.desc()).limit(10)).all()


def _blocking(opening: Opening) -> list[Any]:
    return [finding for finding in restore(opening.screening) if finding.reaction is Reaction.BLOCK]


def _warnings(opening: Opening) -> list[Any]:
    return [finding for finding in restore(opening.screening) if finding.reaction is Reaction.WARN]


def _asked(opening: Opening) -> list[Any]:
    return [finding for finding in restore(opening.screening) if finding.reaction is Reaction.ASK]


def _place(code: str) -> str:
    return regions.full_name(code) if code and regions.exists(code) else code
