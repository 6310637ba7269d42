"""Choose the fund that pays for a class."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit
from centre.batches import batches
from centre.funds import queries
from centre.funds.models import Fund
from centre.funds.rules import FundPurpose, FundPurposeDiffers
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from training.classes.queries import training_class
from training.enrolments.models import Enrolment
from training.funds.models import ClassFunding
from training.funds.movements import charge_places
from training.funds.rules import ClassFunded
from training.providers.rules import require_responsible


def fund_class(session: Session, actor: Actor, *, class_id: int, fund_id: int) -> Fund:
    """Choose the fund that pays the centre's share of a class; learners already accepted are charged at once.

    Raises FundShort, FundPurposeDiffers, ClassFunded once another fund has paid, or NotFound.
    """
    require(actor, Permission.APPROVE_CLASS)
    training = training_class(session, class_id)
    require_responsible(actor, provider_id=training.provider_id, centre_id=training.centre_id)
    chosen = queries.fund(session, fund_id)
    if chosen.purpose is not FundPurpose.TUITION:
        raise FundPurposeDiffers(fund=chosen.name)
    known = session.scalar(select(ClassFunding).where(ClassFunding.class_id == class_id))
    with seeing_everything(session):
        places = list(
            session.scalars(select(Enrolment).where(Enrolment.class_id == class_id).order_by(Enrolment.id))
        )  # fmt: skip
        if known is not None and known.fund_id != fund_id:
            subjects = [[f"enrolment:{number}" for number in ids] for ids in batches([place.id for place in places])]
            if any(queries.outstanding(session, some) for some in subjects):
                raise ClassFunded(fund=queries.fund(session, known.fund_id).name)
            known.fund_id = fund_id
        elif known is None:
            session.add(
                ClassFunding(
                    class_id=class_id, centre_id=training.centre_id, fund_id=fund_id, account_id=actor.account_id
                )
            )  # fmt: skip
        session.flush()
        charge_places(session, places, chosen, account_id=actor.account_id)
    audit.note(session, actor, action="class.fund", subject=f"class:{class_id}", detail={"fund": fund_id})
    return chosen
