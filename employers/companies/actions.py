"""Actions on employers."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock, regions
from centre.accounts.organisations import close_accounts
from centre.audit import note
from centre.errors import Invalid, Problem
from centre.events import publish
from centre.messages.employers import EMPLOYER_JUDGED
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from centre.states import Transition, move
from centre.translation import N_, SOURCE_LOCALE, translate
from employers.companies.messages import tell_employer
from employers.companies.models import Employer
from employers.companies.queries import employer, employer_by_code, own_employer
from employers.companies.rules import (
    EMPLOYER,
    EMPLOYER_LABELS,
    PAPERS,
    SHUT_OUT,
    UNVERIFIED,
    EmployerDraft,
    EmployerKnown,
    EmployerMoved,
    EmployerNature,
    EmployerState,
    LicenceEnded,
    ServiceLicenceGone,
    check_stranger,
)

STILL_WATCHED = N_("执照到期前已是重点关注，换执照不解除")


def register_employer(
    session: Session, actor: Actor, draft: EmployerDraft, *, source: str = "counter", is_demo: bool = False
) -> Employer:
    """Register an employer, which must then submit its papers and be verified. Raises EmployerKnown or Invalid."""
    require(actor, Permission.REGISTER_EMPLOYER)
    _check(draft)
    if draft.uscc and (known := employer_by_code(session, draft.uscc)):
        raise EmployerKnown(field="uscc", uscc=draft.uscc, name=known.name)
    employer = Employer(**_columns(draft), source=source, is_demo=is_demo)
    employer.centre_id = draft.centre_id or actor.centre_id
    session.add(employer)
    session.flush()
    note(session, actor, action="employer.register", subject=f"employer:{employer.id}")
    return employer


def update_employer(session: Session, actor: Actor, *, employer_id: int, draft: EmployerDraft) -> Employer:
    """Edit an employer; name and code are fixed once it is verified. Raises NotFound or EmployerKnown."""
    require(actor, Permission.REGISTER_EMPLOYER)
    employer = own_employer(session, actor, employer_id)
    _check(draft)
    if draft.uscc and (known := employer_by_code(session, draft.uscc)) and known.id != employer.id:
        raise EmployerKnown(field="uscc", uscc=draft.uscc, name=known.name)
    changed = [name for name, value in _columns(draft).items() if getattr(employer, name) != value]
    fixed = _fixed(actor, employer, draft) & set(changed)
    if fixed:
        raise Invalid([Problem(name, "fixed", N_("核验通过后不能自行修改，请联系中心")) for name in sorted(fixed)])
    for name in changed:
        setattr(employer, name, _columns(draft)[name])
    session.flush()
    if "service_licence" in changed and not employer.service_licence:
        publish(session, ServiceLicenceGone(employer.id, actor))
    note(session, actor, action="employer.update", subject=f"employer:{employer.id}", detail={"fields": changed})
    return employer


def submit_employer(session: Session, actor: Actor, *, employer_id: int) -> Employer:
    """Submit an employer for verification. Raises Invalid when the code or a contact is missing."""
    require(actor, Permission.REGISTER_EMPLOYER)
    employer = own_employer(session, actor, employer_id)
    wanted = {"uscc": employer.uscc, "contact_name": employer.contact_name, "contact_phone": employer.contact_phone}
    if employer.nature is EmployerNature.HOUSEHOLD:  # a household has an address instead of a code (EM-09)
        wanted["address"] = wanted.pop("uscc") or employer.address
    if problems := [Problem(name, "missing", N_("提交核验前请填写这一项")) for name in wanted if not wanted[name]]:
        raise Invalid(problems)
    move(session, actor, employer, EMPLOYER, "submit")
    publish(session, EmployerMoved(employer.id, "submit", employer.state, "", actor))
    return employer


def judge_employer(session: Session, actor: Actor, *, employer_id: int, event: str, reason: str = "") -> Employer:
    """Verify, watch, suspend or clear an employer: any event of the machine except `submit`.

    Events: verify, reject, warn, clear, suspend, remedy, blacklist, licence_expired. The move is published, so that
    the employer's openings freeze or return in the same transaction. Raises IllegalMove or Invalid (reject, warn,
    suspend and blacklist need a reason).
    """
    require(actor, Permission.VERIFY_EMPLOYER)
    company = own_employer(session, actor, employer_id)
    check_stranger(actor, company.id)
    if event in {"reject", "warn", "suspend", "blacklist"} and not reason:
        raise Invalid([Problem("reason", "missing", N_("请写明理由"))])
    ends = company.licence_expires_on
    if event == "verify" and ends is not None and ends < clock.today():
        raise LicenceEnded(day=ends)
    watched = event == "verify" and _left_watched(session, company.id)
    move(session, actor, company, EMPLOYER, event, reason=reason)
    if reason:
        company.risk_reasons = [*company.risk_reasons, reason][-20:]
    session.flush()
    publish(session, EmployerMoved(company.id, event, company.state, reason, actor))
    note(session, actor, action=f"employer.{event}", subject=f"employer:{company.id}", detail={"reason": reason})
    tell_employer(
        session,
        company.id,
        EMPLOYER_JUDGED.of(state=EMPLOYER_LABELS[company.state], reason=reason),
        link="/employer",
        dedupe_key=f"employer-judged:{company.id}:{company.version}",
    )
    if company.state in SHUT_OUT:
        close_accounts(session, actor, employer_id=company.id, for_good=company.state is EmployerState.BLACKLISTED)
    if watched and company.state is EmployerState.ACTIVE:
        again = translate(SOURCE_LOCALE, STILL_WATCHED)
        return judge_employer(session, actor, employer_id=company.id, event="warn", reason=again)
    return company


def count_no_show(session: Session, actor: Actor, *, employer_id: int) -> int:
    """Record a no-show at a booth; returns the number of no-shows this year."""
    require(actor, Permission.ASSIGN_BOOTH)
    company, year = employer(session, employer_id), clock.today().year
    with seeing_everything(session):  # employers of every centre come to a fair
        company.fair_no_shows = company.no_shows_in(year) + 1
        company.no_show_year = year
        session.flush()
    return company.fair_no_shows


def _check(draft: EmployerDraft) -> None:
    if not regions.exists(draft.region_code):
        raise Invalid([Problem("region_code", "region-unknown", N_("没有这个地区代码，请从列表里选"))])


def _fixed(actor: Actor, employer: Employer, draft: EmployerDraft) -> set[str]:
    """What may not change any more: who it is, and for the employer itself the papers that the centre has seen."""
    if employer.state in UNVERIFIED:
        return set()
    if actor.is_system or actor.scope.staff:
        return {"name", "uscc"}
    given_up = {name for name in PAPERS if getattr(draft, name) == ""}
    return {"name", "uscc", "nature", *PAPERS} - given_up


def _left_watched(session: Session, employer_id: int) -> bool:
    """Whether the employer stood on the watch list when its licence ended: a new licence does not clear it."""
    of = (Transition.machine == EMPLOYER.name, Transition.record_id == employer_id)
    into = select(Transition.source).where(*of, Transition.target == EmployerState.CHECKING.value)
    return session.scalar(into.order_by(Transition.id.desc()).limit(1)) == EmployerState.WATCH.value


def _columns(draft: EmployerDraft) -> dict[str, object]:
    columns: dict[str, object] = draft.model_dump(exclude={"centre_id"})
    columns["uscc"] = draft.uscc or None
    return columns
