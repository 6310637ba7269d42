"""What is done with openings. Every change is published, so that whoever keeps a copy can read it again."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from centre import clock
from centre.audit import note
from centre.counters import give_back, take_one
from centre.errors import Invalid, NotFound, Problem
from centre.events import publish
from centre.permissions import Actor, Permission, require
from centre.policy import policy
from centre.states import move
from centre.translation import N_
from employers.companies.messages import tell_employer
from employers.companies.models import Employer
from employers.companies.queries import own_employer_id
from employers.companies.rules import EmployerNotActive, EmployerState, check_stranger
from employers.openings.checks import (
    Limits,
    draft_faults,
    ended,
    finding_faults,
    findings_of,
    legal_faults,
    missing_elements,
    missing_faults,
)
from employers.openings.models import Opening
from employers.openings.queries import opening, own_opening
from employers.openings.rules import (
    OPENING,
    HeadcountBelowTaken,
    OpeningChanged,
    OpeningDraft,
    OpeningFull,
    OpeningState,
)
from employers.openings.screening import certificates_in


def create_opening(
    session: Session, actor: Actor, draft: OpeningDraft, *, external_id: str | None = None, is_demo: bool = False
) -> Opening:
    """Keep an opening as a draft, by its employer or by staff for one. Raises Invalid, NotFound, EmployerNotActive."""
    require(actor, Permission.POST_OPENING)
    employer = _employer(session, own_employer_id(actor, draft.employer_id))
    if employer.state in (EmployerState.SUSPENDED, EmployerState.BLACKLISTED, EmployerState.REJECTED):
        raise EmployerNotActive(name=employer.name)
    _check(draft)
    made = Opening(**_columns(draft), external_id=external_id, is_demo=is_demo)
    made.employer, made.employer_id = employer, employer.id
    made.centre_id = actor.centre_id or employer.centre_id
    made.screening = [finding.kept() for finding in findings_of(draft)]
    session.add(made)
    session.flush()
    _changed(session, made)
    return made


def update_opening(session: Session, actor: Actor, *, opening_id: int, draft: OpeningDraft) -> Opening:
    """Rewrite an opening that is not on show; it becomes a draft again. Raises Invalid or IllegalMove."""
    require(actor, Permission.POST_OPENING)
    found = own_opening(session, actor, opening_id)
    _check(draft)
    if draft.headcount < found.taken:
        raise HeadcountBelowTaken(field="headcount", taken=found.taken)
    if found.state is not OpeningState.DRAFT:
        move(session, actor, found, OPENING, "revise")
    for name, value in _columns(draft).items():
        setattr(found, name, value)
    found.screening = [finding.kept() for finding in findings_of(draft)]
    _changed(session, found)
    return found


def submit_opening(session: Session, actor: Actor, *, opening_id: int) -> Opening:
    """Send a draft through the screening to the officers. Raises Invalid with everything that is wrong at once."""
    require(actor, Permission.POST_OPENING)
    found = own_opening(session, actor, opening_id)
    OPENING.find(found.state, "submit")
    _show_by_default(session, found)
    _refuse_unfit(session, found)
    move(session, actor, found, OPENING, "submit")
    move(session, actor, found, OPENING, "pass")
    _changed(session, found)
    return found


def verify_opening(session: Session, actor: Actor, *, opening_id: int, remark: str = "") -> Opening:
    """Confirm by telephone or visit that the opening is real. Raises IllegalMove or NotFound."""
    require(actor, Permission.VERIFY_OPENING)
    found = opening(session, opening_id)
    check_stranger(actor, found.employer_id)
    move(session, actor, found, OPENING, "confirm", reason=remark)
    found.verified_by_id, found.verified_at = actor.account_id, clock.now()
    note(session, actor, action="opening.verify", subject=f"opening:{found.id}", detail={"remark": remark})
    _changed(session, found)
    _tell(session, found, "opening-verified", N_("岗位“{title}”已核实，可以公开了"), remark)
    return found


def return_opening(session: Session, actor: Actor, *, opening_id: int, reason: str) -> Opening:
    """Give an opening back to its employer as a draft, with the reason. Raises IllegalMove, Invalid or NotFound."""
    require(actor, Permission.VERIFY_OPENING)
    found = opening(session, opening_id)
    if not reason:
        raise Invalid([Problem("reason", "missing", N_("请写明理由"))])
    move(session, actor, found, OPENING, "return", reason=reason)
    _changed(session, found)
    _tell(session, found, "opening-returned", N_("岗位“{title}”退回修改"), reason)
    return found


def publish_opening(session: Session, actor: Actor, *, opening_id: int) -> Opening:
    """Put a verified opening on show: six elements, validity, employer active. Raises Invalid or EmployerNotActive."""
    require(actor, Permission.PUBLISH_OPENING)
    found = own_opening(session, actor, opening_id)
    OPENING.find(found.state, "publish")
    _refuse_unlisted(found)
    _refuse_unfit(session, found)
    move(session, actor, found, OPENING, "publish")
    found.posted_at = found.posted_at or clock.now()
    _changed(session, found)
    return found


def pause_opening(session: Session, actor: Actor, *, opening_id: int, reason: str = "") -> Opening:
    """Take an opening off the public pages for a while."""
    require(actor, Permission.PUBLISH_OPENING)
    return _step(session, actor, own_opening(session, actor, opening_id), "pause", reason)


def resume_opening(session: Session, actor: Actor, *, opening_id: int) -> Opening:
    """Show a paused opening again. Raises EmployerNotActive, or Invalid when its validity has ended."""
    require(actor, Permission.PUBLISH_OPENING)
    found = own_opening(session, actor, opening_id)
    _refuse_unlisted(found)
    _refuse_unfit(session, found)
    return _step(session, actor, found, "resume", "")


def close_opening(session: Session, actor: Actor, *, opening_id: int, reason: str = "") -> Opening:
    """End an opening for good."""
    require(actor, Permission.PUBLISH_OPENING)
    return _step(session, actor, own_opening(session, actor, opening_id), "close", reason)


def renew_opening(session: Session, actor: Actor, *, opening_id: int, valid_until: date) -> Opening:
    """Show an expired opening again until a later day, screened anew. Raises Invalid or EmployerNotActive."""
    require(actor, Permission.PUBLISH_OPENING)
    found = own_opening(session, actor, opening_id)
    OPENING.find(found.state, "renew")
    _refuse_unlisted(found)
    if valid_until < clock.today():
        raise Invalid([Problem("valid_until", "date-order", N_("有效期结束日不能早于开始日"))])
    found.valid_from, found.valid_until = clock.today(), valid_until
    _refuse_unfit(session, found)
    return _step(session, actor, found, "renew", "")


def change_headcount(session: Session, actor: Actor, *, opening_id: int, headcount: int) -> Opening:
    """Change the number of places of an opening, on show or not. Raises HeadcountBelowTaken or Invalid."""
    require(actor, Permission.POST_OPENING)
    if headcount < 1:
        raise Invalid([Problem("headcount", "headcount", N_("招聘人数至少 1 人"))])
    found = own_opening(session, actor, opening_id)
    if headcount < found.taken:
        raise HeadcountBelowTaken(field="headcount", taken=found.taken)
    found.headcount = headcount
    session.flush()
    if found.state is OpeningState.OPEN and found.remaining == 0:
        move(session, actor, found, OPENING, "fill")
    elif found.state is OpeningState.FILLED and found.remaining:
        move(session, actor, found, OPENING, "reopen")
    _changed(session, found)
    return found


def take_place(session: Session, actor: Actor, *, opening_id: int) -> Opening:
    """Take one place for somebody who was hired; the last one fills the opening. Raises OpeningFull."""
    require(actor, Permission.RECORD_RESULT)
    if not take_one(session, Opening, opening_id, limit="headcount"):
        raise OpeningFull(opening_id=opening_id)
    found = _fresh(session, opening_id)
    if found.remaining == 0 and found.state is OpeningState.OPEN:
        move(session, actor, found, OPENING, "fill")
    _changed(session, found)
    return found


def give_place_back(session: Session, actor: Actor, *, opening_id: int) -> Opening:
    """Free a place again when somebody who was hired did not start."""
    require(actor, Permission.RECORD_RESULT)
    give_back(session, Opening, opening_id)
    found = _fresh(session, opening_id)
    if found.remaining and found.state is OpeningState.FILLED:
        move(session, actor, found, OPENING, "reopen")
    _changed(session, found)
    return found


def freeze_openings(session: Session, actor: Actor, *, employer_id: int, reason: str) -> int:
    """Freeze what an employer has on show, because it is no longer trusted; gives how many."""
    require(actor, Permission.VERIFY_EMPLOYER)
    return _sweep(session, actor, employer_id, OpeningState.OPEN, "freeze", reason)


def thaw_openings(session: Session, actor: Actor, *, employer_id: int, reason: str) -> int:
    """Show an employer's frozen openings again; gives how many. Those past their validity expire with the due job."""
    require(actor, Permission.VERIFY_EMPLOYER)
    return _sweep(session, actor, employer_id, OpeningState.FROZEN, "clear", reason)


def _refuse_unfit(session: Session, found: Opening) -> None:
    """Raise Invalid with everything that keeps an opening from the public: missing elements, law, blocking words."""
    today = clock.today()
    region = found.region_code or ""
    limits = Limits(
        minimum_wage_fen=policy(session, "minimum-wage-month-fen", on=today, region=region),
        longest_days=policy(session, "opening-longest-days", on=today, region=region),
    )
    findings = findings_of(found)
    found.screening = [finding.kept() for finding in findings]
    problems = [
        *missing_faults(missing_elements(found, has_employer=bool(found.employer.name and found.employer.region_code))),
        *legal_faults(found, limits, service_licence=found.employer.service_licence),
        *finding_faults(findings),
    ]
    if ended(found.valid_until, today):
        problems.append(Problem("valid_until", "ended", N_("有效期已过，请填写新的截止日期")))
    if problems:
        raise Invalid(problems)


def _show_by_default(session: Session, found: Opening) -> None:
    if found.valid_from is None:
        found.valid_from = clock.today()
    if found.valid_until is None:
        days = policy(session, "opening-valid-days", on=clock.today(), region=found.region_code or "")
        found.valid_until = found.valid_from + timedelta(days=days)


def _refuse_unlisted(found: Opening) -> None:
    if found.employer.state is not EmployerState.ACTIVE:
        raise EmployerNotActive(name=found.employer.name)


def _step(session: Session, actor: Actor, found: Opening, event: str, reason: str) -> Opening:
    move(session, actor, found, OPENING, event, reason=reason)
    _changed(session, found)
    return found


def _sweep(session: Session, actor: Actor, employer_id: int, state: OpeningState, event: str, reason: str) -> int:
    found: Sequence[Opening] = session.scalars(
        select(Opening).where(Opening.employer_id == employer_id, Opening.state == state).order_by(Opening.id)
    ).all()
    for one in found:
        _step(session, actor, one, event, reason)
    return len(found)


def _tell(session: Session, found: Opening, kind: str, title: str, remark: str) -> None:
    tell_employer(
        session,
        found.employer_id,
        kind=kind,
        title=title,
        body="{remark}",
        params={"title": found.title, "remark": remark},
        link=f"/employer/openings/{found.id}",
        dedupe_key=f"{kind}:{found.id}:{found.version}",
    )


def _changed(session: Session, found: Opening) -> None:
    session.flush()
    publish(session, OpeningChanged(found.id))


def _check(draft: OpeningDraft) -> None:
    if faults := draft_faults(draft):
        raise Invalid(faults)


def _employer(session: Session, employer_id: int) -> Employer:
    found = session.scalar(select(Employer).where(Employer.id == employer_id))
    if found is None:
        raise NotFound(field="employer_id")
    return found


def _fresh(session: Session, opening_id: int) -> Opening:
    return session.scalars(
        select(Opening)
        .where(Opening.id == opening_id)
        .options(joinedload(Opening.employer, innerjoin=True))
        .execution_options(populate_existing=True)
    ).one()


def _columns(draft: OpeningDraft) -> dict[str, Any]:
    columns = draft.model_dump(exclude={"employer_id"})
    columns["region_code"] = draft.region_code or ""
    for name in ("skill_requirements", "certificate_requirements"):
        columns[name] = [requirement.model_dump(mode="json") for requirement in getattr(draft, name)]
    kinds = {requirement["kind"] for requirement in columns["certificate_requirements"]}
    # What the conditions ask for in words is a requirement too, so that matching can see it (EM-01).
    columns["certificate_requirements"] += [
        found.model_dump(mode="json") for found in certificates_in(draft.conditions) if found.kind.value not in kinds
    ]
    columns["social_insurance"] = list(draft.social_insurance)
    columns["reserved_for"] = [group.value for group in draft.reserved_for]
    return columns
