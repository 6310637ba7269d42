"""Actions on openings. Every change publishes an event, so that caches can reload the opening."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from centre import clock
from centre.audit import note
from centre.counters import give_back, take_one
from centre.errors import Invalid, NotFound, Problem
from centre.events import publish
from centre.messages import Wording
from centre.messages.employers import OPENING_PAUSED, OPENING_RETURNED, OPENING_UNLAWFUL, OPENING_VERIFIED
from centre.permissions import Actor, Permission, require
from centre.policy import policy
from centre.states import move
from centre.translation import N_, SOURCE_LOCALE, translate
from employers.companies.messages import tell_employer
from employers.companies.models import Employer
from employers.companies.queries import own_employer_id
from employers.companies.rules import BARRED, LISTED, EmployerNotActive, EmployerState, check_stranger
from employers.openings import queries
from employers.openings.checks import (
    columns_of,
    draft_faults,
    ended,
    finding_faults,
    findings_of,
    legal_faults,
    missing_elements,
    missing_faults,
)
from employers.openings.models import Opening
from employers.openings.queries import own_opening
from employers.openings.rules import (
    OPENING,
    EmploymentType,
    HeadcountBelowTaken,
    OpeningChanged,
    OpeningDraft,
    OpeningFull,
    OpeningState,
)
from employers.openings.screening import Reaction, ScreeningFinding, edition
from employers.openings.wordings import judge_wordings, refuse_open_questions, settled

NO_LICENCE = N_("代招或派遣需要人力资源服务许可证，请先补交")


def create_opening(
    session: Session, actor: Actor, draft: OpeningDraft, *, external_id: str | None = None, is_demo: bool = False
) -> Opening:
    """Create a draft, by the employer or by staff on its behalf. Raises Invalid, NotFound, EmployerNotActive."""
    require(actor, Permission.POST_OPENING)
    employer = _employer(session, own_employer_id(actor, draft.employer_id))
    _refuse_barred(employer)
    _check(draft)
    opening = Opening(**columns_of(draft), external_id=external_id, is_demo=is_demo)
    opening.employer, opening.employer_id = employer, employer.id
    opening.centre_id = actor.centre_id or employer.centre_id
    _screen(session, opening, draft)
    session.add(opening)
    session.flush()
    _changed(session, opening)
    return opening


def update_opening(session: Session, actor: Actor, *, opening_id: int, draft: OpeningDraft) -> Opening:
    """Edit an opening that is not published; it becomes a draft again. Raises Invalid or IllegalMove."""
    require(actor, Permission.POST_OPENING)
    opening = own_opening(session, actor, opening_id)
    _check(draft)
    if draft.headcount < opening.taken:
        raise HeadcountBelowTaken(field="headcount", taken=opening.taken)
    if opening.state is not OpeningState.DRAFT:
        move(session, actor, opening, OPENING, "revise")
    for name, value in columns_of(draft).items():
        setattr(opening, name, value)
    _screen(session, opening, draft)
    _changed(session, opening)
    return opening


def submit_opening(session: Session, actor: Actor, *, opening_id: int) -> Opening:
    """Screen a draft and submit it for verification.

    Raises Invalid with all problems at once, or EmployerNotActive.
    """
    require(actor, Permission.POST_OPENING)
    opening = own_opening(session, actor, opening_id)
    OPENING.find(opening.state, "submit")
    _refuse_barred(opening.employer)
    _show_by_default(session, opening)
    _refuse_unfit(session, opening)
    move(session, actor, opening, OPENING, "submit")
    move(session, actor, opening, OPENING, "pass")
    _changed(session, opening)
    return opening


def verify_opening(
    session: Session, actor: Actor, *, opening_id: int, remark: str = "", wording_lawful: bool = False
) -> Opening:
    """Record that a call or a visit confirmed the opening. Raises IllegalMove, Invalid or NotFound.

    Questions of the screening must have been judged; with `wording_lawful` the officer judges them lawful now.
    """
    require(actor, Permission.VERIFY_OPENING)
    opening = own_opening(session, actor, opening_id)
    check_stranger(actor, opening.employer_id)
    OPENING.find(opening.state, "confirm")
    if wording_lawful:
        judge_wordings(session, actor, opening=opening, lawful=True)
    refuse_open_questions(session, opening)
    move(session, actor, opening, OPENING, "confirm", reason=remark)
    opening.verified_by_id, opening.verified_at = actor.account_id, clock.now()
    note(session, actor, action="opening.verify", subject=f"opening:{opening.id}", detail={"remark": remark})
    _changed(session, opening)
    _tell(session, opening, OPENING_VERIFIED, remark)
    return opening


def return_opening(
    session: Session, actor: Actor, *, opening_id: int, reason: str, wording_unlawful: bool = False
) -> Opening:
    """Return an opening to its employer as a draft, with the reason. Raises IllegalMove, Invalid or NotFound.

    With `wording_unlawful` the questions of the screening are judged unlawful: such wording is blocked from then on.
    """
    require(actor, Permission.VERIFY_OPENING)
    opening = own_opening(session, actor, opening_id)
    if not reason:
        raise Invalid([Problem("reason", "missing", N_("请写明理由"))])
    move(session, actor, opening, OPENING, "return", reason=reason)
    if wording_unlawful:
        judge_wordings(session, actor, opening=opening, lawful=False)
    _changed(session, opening)
    _tell(session, opening, OPENING_RETURNED, reason)
    return opening


def publish_opening(session: Session, actor: Actor, *, opening_id: int) -> Opening:
    """Publish a verified opening that has the six mandatory elements. Raises Invalid or EmployerNotActive."""
    require(actor, Permission.PUBLISH_OPENING)
    opening = own_opening(session, actor, opening_id)
    OPENING.find(opening.state, "publish")
    _refuse_unlisted(opening)
    _refuse_unfit(session, opening)
    move(session, actor, opening, OPENING, "publish")
    opening.posted_at = opening.posted_at or clock.now()
    _changed(session, opening)
    return opening


def pause_opening(session: Session, actor: Actor, *, opening_id: int, reason: str = "") -> Opening:
    """Hide an opening from the public for a while."""
    require(actor, Permission.PUBLISH_OPENING)
    return _step(session, actor, own_opening(session, actor, opening_id), "pause", reason)


def resume_opening(session: Session, actor: Actor, *, opening_id: int) -> Opening:
    """Publish a paused opening again. Raises EmployerNotActive, or Invalid when its validity has ended."""
    require(actor, Permission.PUBLISH_OPENING)
    opening = own_opening(session, actor, opening_id)
    _refuse_unlisted(opening)
    _refuse_unfit(session, opening)
    return _step(session, actor, opening, "resume", "")


def close_opening(session: Session, actor: Actor, *, opening_id: int, reason: str = "") -> Opening:
    """Close an opening permanently."""
    require(actor, Permission.PUBLISH_OPENING)
    return _step(session, actor, own_opening(session, actor, opening_id), "close", reason)


def renew_opening(session: Session, actor: Actor, *, opening_id: int, valid_until: date) -> Opening:
    """Screen an expired opening again and publish it until a later day. Raises Invalid or EmployerNotActive."""
    require(actor, Permission.PUBLISH_OPENING)
    opening = own_opening(session, actor, opening_id)
    OPENING.find(opening.state, "renew")
    _refuse_unlisted(opening)
    if valid_until < clock.today():
        raise Invalid([Problem("valid_until", "date-order", N_("有效期结束日不能早于开始日"))])
    opening.valid_from, opening.valid_until = clock.today(), valid_until
    _refuse_unfit(session, opening)
    return _step(session, actor, opening, "renew", "")


def change_headcount(session: Session, actor: Actor, *, opening_id: int, headcount: int) -> Opening:
    """Change the headcount of an opening, published or not. Raises HeadcountBelowTaken or Invalid."""
    require(actor, Permission.POST_OPENING)
    if headcount < 1:
        raise Invalid([Problem("headcount", "headcount", N_("招聘人数至少 1 人"))])
    opening = own_opening(session, actor, opening_id)
    if headcount < opening.taken:
        raise HeadcountBelowTaken(field="headcount", taken=opening.taken)
    opening.headcount = headcount
    session.flush()
    if opening.state is OpeningState.OPEN and opening.remaining == 0:
        move(session, actor, opening, OPENING, "fill")
    elif opening.state is OpeningState.FILLED and opening.remaining:
        _reopen(session, actor, opening)
    _changed(session, opening)
    return opening


def take_place(session: Session, actor: Actor, *, opening_id: int) -> Opening:
    """Take one place for a hire; the last one fills the opening. Raises OpeningFull."""
    require(actor, Permission.RECORD_RESULT)
    if not take_one(session, Opening, opening_id, limit="headcount"):
        raise OpeningFull(opening_id=opening_id)
    opening = _fresh(session, opening_id)
    if opening.remaining == 0 and opening.state is OpeningState.OPEN:
        move(session, actor, opening, OPENING, "fill")
    _changed(session, opening)
    return opening


def give_place_back(session: Session, actor: Actor, *, opening_id: int) -> Opening:
    """Release the place of a hire who did not start."""
    require(actor, Permission.RECORD_RESULT)
    give_back(session, Opening, opening_id)
    opening = _fresh(session, opening_id)
    if opening.remaining and opening.state is OpeningState.FILLED:
        _reopen(session, actor, opening)
    _changed(session, opening)
    return opening


def rescreen_opening(session: Session, actor: Actor, *, opening_id: int) -> bool:
    """Screen a published opening under the present rules; one with unlawful words or pay is paused, with a notice.

    Returns whether it may stay. Questions stay with it for the officers' desk.
    """
    require(actor, Permission.PUBLISH_OPENING)
    opening = own_opening(session, actor, opening_id)
    blocked = [finding for finding in _screen(session, opening, opening) if finding.reaction is Reaction.BLOCK]
    low = [translate(SOURCE_LOCALE, fault.message, **fault.params) for fault in queries.underpaid(session, opening)]
    reason = next(iter([*(finding.words for finding in blocked), *low]), "")
    if reason and opening.state is OpeningState.OPEN:
        _step(session, actor, opening, "pause", reason)
        _tell(session, opening, OPENING_UNLAWFUL if blocked else OPENING_PAUSED, reason)
    return not reason


def freeze_openings(session: Session, actor: Actor, *, employer_id: int, reason: str) -> int:
    """Freeze the published openings of an employer that is no longer trusted; returns their number."""
    require(actor, Permission.VERIFY_EMPLOYER)
    return _sweep(session, actor, employer_id, OpeningState.OPEN, "freeze", reason)


def thaw_openings(session: Session, actor: Actor, *, employer_id: int, reason: str) -> int:
    """Restore an employer's frozen openings; returns their number. The daily job expires those past their validity."""
    require(actor, Permission.VERIFY_EMPLOYER)
    return _sweep(session, actor, employer_id, OpeningState.FROZEN, "clear", reason)


def close_openings(session: Session, actor: Actor, *, employer_id: int, reason: str) -> int:
    """Close everything that an employer ever offered, because it may not recruit any more; returns how many."""
    require(actor, Permission.VERIFY_EMPLOYER)
    lasting = [state for state in OpeningState if (state, "close") in OPENING.table]
    system = replace(Actor.system(), account_id=actor.account_id)
    return sum(_sweep(session, system, employer_id, state, "close", reason) for state in lasting)


def pause_agency_openings(session: Session, actor: Actor, *, employer_id: int) -> int:
    """Unpublish what an employer offers for others, since it has no licence for that; returns how many."""
    require(actor, Permission.REGISTER_EMPLOYER)
    system = replace(Actor.system(), account_id=actor.account_id)
    shown = select(Opening).where(
        Opening.employer_id == employer_id,
        Opening.employment_type == EmploymentType.AGENCY,
        Opening.state == OpeningState.OPEN,
    )
    openings = session.scalars(shown.order_by(Opening.id)).all()
    for opening in openings:
        _step(session, system, opening, "pause", NO_LICENCE)
        _tell(session, opening, OPENING_PAUSED, NO_LICENCE)
    return len(openings)


def _reopen(session: Session, actor: Actor, opening: Opening) -> None:
    """Show a filled opening again, unless its employer lost its good standing meanwhile."""
    move(session, actor, opening, OPENING, "reopen")
    if opening.employer.state not in LISTED:
        move(session, actor, opening, OPENING, "freeze")


def _refuse_barred(employer: Employer) -> None:
    if employer.state in BARRED:
        raise EmployerNotActive(name=employer.name)


def _refuse_unfit(session: Session, opening: Opening) -> None:
    """Raise Invalid with everything that prevents publication: missing elements, unlawful terms, blocked words."""
    today = clock.today()
    limits = queries.publication_limits(session, today, opening.region_code or "")
    employer, findings = opening.employer, _screen(session, opening, opening)
    problems = [
        *missing_faults(missing_elements(opening, has_employer=bool(employer.name and employer.region_code))),
        *legal_faults(opening, limits, service_licence=employer.service_licence),
        *finding_faults(findings),
    ]
    if opening.valid_from and opening.valid_from > today + timedelta(days=limits.longest_days):
        params = {"days": limits.longest_days}
        problems.append(Problem("valid_from", "starts-too-late", N_("开始日在 {days} 天以后，请核对年份"), params))
    if ended(opening.valid_until, today):
        problems.append(Problem("valid_until", "ended", N_("有效期已过，请填写新的截止日期")))
    if problems:
        raise Invalid(problems)


def _screen(session: Session, opening: Opening, written: Opening | OpeningDraft) -> list[ScreeningFinding]:
    """Screen what is written and keep the findings with the opening."""
    findings = settled(session, [*findings_of(written), *queries.pay_questions(session, written)])
    opening.screening = [finding.kept() for finding in findings]
    opening.screened_under = edition()
    return findings


def _show_by_default(session: Session, opening: Opening) -> None:
    if opening.valid_from is None:
        opening.valid_from = clock.today()
    if opening.valid_until is None:
        days = policy(session, "opening-valid-days", on=clock.today(), region=opening.region_code or "")
        opening.valid_until = opening.valid_from + timedelta(days=days)


def _refuse_unlisted(opening: Opening) -> None:
    if opening.employer.state is not EmployerState.ACTIVE:
        raise EmployerNotActive(name=opening.employer.name)


def _step(session: Session, actor: Actor, opening: Opening, event: str, reason: str) -> Opening:
    move(session, actor, opening, OPENING, event, reason=reason)
    if event == "clear" and opening.remaining < 1:  # it was filled when it was frozen
        move(session, actor, opening, OPENING, "fill")
    _changed(session, opening)
    return opening


def _sweep(session: Session, actor: Actor, employer_id: int, state: OpeningState, event: str, reason: str) -> int:
    openings: Sequence[Opening] = session.scalars(
        select(Opening).where(Opening.employer_id == employer_id, Opening.state == state).order_by(Opening.id)
    ).all()
    for opening in openings:
        _step(session, actor, opening, event, reason)
    return len(openings)


def _tell(session: Session, opening: Opening, wording: Wording, remark: str) -> None:
    tell_employer(
        session,
        opening.employer_id,
        wording.of(title=opening.title, reason=remark),
        link=f"/employer/openings/{opening.id}",
        dedupe_key=f"{wording.name}:{opening.id}:{opening.version}",
    )


def _changed(session: Session, opening: Opening) -> None:
    if opening.state is OpeningState.OPEN and not opening.reserved_for:
        opening.public_since = opening.public_since or clock.now()
    session.flush()
    publish(session, OpeningChanged(opening.id))


def _check(draft: OpeningDraft) -> None:
    if faults := draft_faults(draft):
        raise Invalid(faults)


def _employer(session: Session, employer_id: int) -> Employer:
    employer = session.scalar(select(Employer).where(Employer.id == employer_id))
    if employer is None:
        raise NotFound(field="employer_id")
    return employer


def _fresh(session: Session, opening_id: int) -> Opening:
    return session.scalars(
        select(Opening)
        .where(Opening.id == opening_id)
        .options(joinedload(Opening.employer, innerjoin=True))
        .execution_options(populate_existing=True)
    ).one()
