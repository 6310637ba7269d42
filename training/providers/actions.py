"""What staff do with providers: enter a school, its agreement and its majors."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from centre import audit
from centre.errors import Conflict, Invalid, Problem
from centre.permissions import Actor, Permission, require
from centre.words import N_
from training.enrolments.rules import price_split
from training.providers import queries
from training.providers.models import Major, PartnerAgreement, TrainingProvider
from training.providers.rules import AgreementDraft, MajorDraft, ProviderDraft


class ProviderKnown(Conflict):
    """A provider with this code or name is there."""

    code = "provider-known"
    message = N_("已有同名或同编号的培训机构")


def register_provider(
    session: Session, actor: Actor, *, draft: ProviderDraft, centre_id: int, is_demo: bool = False
) -> TrainingProvider:
    """Enter a training provider of a centre. Raises ProviderKnown."""
    require(actor, Permission.MANAGE_PROVIDERS)
    same = or_(TrainingProvider.code == draft.code, TrainingProvider.name == draft.name)
    if session.scalar(select(TrainingProvider.id).where(same)) is not None:
        raise ProviderKnown(field="code")
    made = TrainingProvider(centre_id=centre_id, is_demo=is_demo, **draft.model_dump())
    session.add(made)
    session.flush()
    audit.note(session, actor, action="provider.register", subject=f"provider:{made.id}")
    return made


def sign_agreement(session: Session, actor: Actor, *, draft: AgreementDraft, is_demo: bool = False) -> PartnerAgreement:
    """Write down what the centre and a school agreed on. Raises Invalid or NotFound."""
    require(actor, Permission.MANAGE_PROVIDERS)
    if draft.to_on < draft.from_on:
        raise Invalid([Problem("to_on", "days-order", N_("结束日期不能早于开始日期"))])
    queries.provider(session, draft.provider_id)
    made = PartnerAgreement(is_demo=is_demo, **draft.model_dump())
    session.add(made)
    session.flush()
    audit.note(session, actor, action="agreement.sign", subject=f"agreement:{made.id}")
    return made


def offer_major(session: Session, actor: Actor, *, draft: MajorDraft, is_demo: bool = False) -> Major:
    """Add a course with its price. Raises SplitExceedsTuition when others pay more than it costs, or NotFound."""
    require(actor, Permission.MANAGE_PROVIDERS)
    queries.provider(session, draft.provider_id)
    price_split(draft.tuition_fen, draft.school_waiver_fen, 0, None, subsidy_fen=draft.centre_subsidy_fen)
    made = Major(is_demo=is_demo, **draft.model_dump())
    session.add(made)
    session.flush()
    audit.note(session, actor, action="major.offer", subject=f"major:{made.id}")
    return made
