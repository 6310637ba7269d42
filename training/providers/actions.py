"""What staff do with providers: enter a school, its agreement and its majors."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from centre import audit, events
from centre.accounts.organisations import close_accounts, tell_accounts
from centre.errors import Conflict, Invalid, Problem
from centre.messages.training import PROVIDER_ENDED, PROVIDER_RESUMED, PROVIDER_SUSPENDED
from centre.permissions import Actor, Permission, require
from centre.states import move
from centre.translation import N_
from training.providers import queries
from training.providers.models import Major, PartnerAgreement, TrainingProvider
from training.providers.prices import price_split
from training.providers.rules import (
    PROVIDERS,
    AgreementDraft,
    MajorDraft,
    PriceDraft,
    ProviderDraft,
    ProviderMoved,
    require_active,
    require_responsible,
)

MOVED = {
    "suspend": PROVIDER_SUSPENDED,
    "resume": PROVIDER_RESUMED,
    "end": PROVIDER_ENDED,
}


class ProviderKnown(Conflict):
    """A provider with this code or name is there."""

    code = "provider-known"
    message = N_("已有同名或同编号的培训机构")


class MajorKnown(Conflict):
    """The school teaches this course at this level."""

    code = "major-known"
    message = N_("本校已有同名同等级的专业")


def register_provider(
    session: Session, actor: Actor, *, draft: ProviderDraft, centre_id: int, is_demo: bool = False
) -> TrainingProvider:
    """Enter a training provider of a centre. Raises ProviderKnown."""
    require(actor, Permission.MANAGE_PROVIDERS)
    same = or_(TrainingProvider.code == draft.code, TrainingProvider.name == draft.name)
    if session.scalar(select(TrainingProvider.id).where(same)) is not None:
        raise ProviderKnown(field="code")
    provider = TrainingProvider(centre_id=centre_id, is_demo=is_demo, **draft.model_dump())
    session.add(provider)
    session.flush()
    audit.note(session, actor, action="provider.register", subject=f"provider:{provider.id}")
    return provider


def sign_agreement(session: Session, actor: Actor, *, draft: AgreementDraft, is_demo: bool = False) -> PartnerAgreement:
    """Write down what the centre and a school agreed on. Raises Invalid or NotFound."""
    require(actor, Permission.MANAGE_PROVIDERS)
    if draft.to_on < draft.from_on:
        raise Invalid([Problem("to_on", "days-order", N_("结束日期不能早于开始日期"))])
    require_active(_responsible(session, actor, draft.provider_id).state)
    agreement = PartnerAgreement(is_demo=is_demo, **draft.model_dump())
    session.add(agreement)
    session.flush()
    audit.note(session, actor, action="agreement.sign", subject=f"agreement:{agreement.id}")
    return agreement


def offer_major(session: Session, actor: Actor, *, draft: MajorDraft, is_demo: bool = False) -> Major:
    """Add a course with its price. Raises SplitExceedsTuition when others pay more than it costs, or NotFound."""
    require(actor, Permission.MANAGE_PROVIDERS)
    require_active(_responsible(session, actor, draft.provider_id).state)
    same = select(Major.id).where(
        Major.provider_id == draft.provider_id, Major.name == draft.name, Major.level == draft.level
    )
    if session.scalar(same) is not None:
        raise MajorKnown(field="name")
    _refuse_excess(draft)
    major = Major(is_demo=is_demo, **draft.model_dump())
    session.add(major)
    session.flush()
    audit.note(session, actor, action="major.offer", subject=f"major:{major.id}")
    return major


def price_major(session: Session, actor: Actor, *, major_id: int, draft: PriceDraft) -> Major:
    """Change what a course costs; frozen prices stay (调价). Raises SplitExceedsTuition, OtherCentre or NotFound."""
    require(actor, Permission.MANAGE_PROVIDERS)
    major = queries.major(session, major_id)
    _responsible(session, actor, major.provider_id)
    _refuse_excess(draft)
    before = {name: getattr(major, name) for name in PriceDraft.model_fields}
    for name, value in draft.model_dump().items():
        setattr(major, name, value)
    session.flush()
    audit.note(session, actor, action="major.price", subject=f"major:{major.id}", detail=before)
    return major


def withdraw_major(session: Session, actor: Actor, *, major_id: int) -> Major:
    """Offer a course no longer; its classes go on (停开专业). Raises OtherCentre or NotFound."""
    require(actor, Permission.MANAGE_PROVIDERS)
    major = queries.major(session, major_id)
    _responsible(session, actor, major.provider_id)
    major.active = False
    session.flush()
    audit.note(session, actor, action="major.withdraw", subject=f"major:{major.id}")
    return major


def move_provider(
    session: Session, actor: Actor, *, provider_id: int, event: str, reason: str = ""
) -> TrainingProvider:
    """Suspend a school, let it open classes again, or end the work with it. Raises Invalid or IllegalMove.

    Suspending and ending end the sessions and tokens of its accounts at once; after the end none of them can sign in.
    """
    require(actor, Permission.MANAGE_PROVIDERS)
    provider = _responsible(session, actor, provider_id)
    if event != "resume" and not reason.strip():
        raise Invalid([Problem("reason", "missing", N_("请写明原因"))])
    move(session, actor, provider, PROVIDERS, event, reason=reason)
    audit.note(session, actor, action=f"provider.{event}", subject=f"provider:{provider.id}")
    session.flush()
    if event != "resume":
        close_accounts(session, actor, provider_id=provider.id, for_good=event == "end")
    tell_accounts(
        session,
        MOVED[event].of(reason=reason),
        provider_id=provider.id,
        dedupe_key=f"provider:{provider.id}:{provider.version}",
    )
    events.publish(session, ProviderMoved(provider.id, event, reason))
    return provider


def _refuse_excess(draft: MajorDraft | PriceDraft) -> None:
    price_split(
        draft.tuition_fen, draft.school_waiver_fen, draft.government_fen, None, subsidy_fen=draft.centre_subsidy_fen
    )


def _responsible(session: Session, actor: Actor, provider_id: int) -> TrainingProvider:
    provider = queries.provider(session, provider_id)
    require_responsible(actor, provider_id=provider.id, centre_id=provider.centre_id)
    return provider
