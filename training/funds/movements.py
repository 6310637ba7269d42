"""The centre's share of places in a class, charged to its fund; called by actions that have checked permissions."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from centre.batches import batches
from centre.funds.models import Fund
from centre.funds.movements import spend_each
from centre.funds.queries import outstanding
from centre.funds.rules import FundPurpose, MovementKind
from training.enrolments.models import Enrolment
from training.enrolments.rules import SEATLESS, EnrolmentState

UNDECIDED = frozenset({EnrolmentState.APPLIED, EnrolmentState.OFFERED})


def owes(place: Enrolment) -> bool:
    """Whether the centre pays its share for an enrolment: from acceptance until the person leaves."""
    return place.state not in SEATLESS | UNDECIDED and place.centre_fen > 0


def charge_places(session: Session, places: Sequence[Enrolment], fund: Fund, *, account_id: int | None) -> None:
    """Charge the centre's share of many enrolments in one step, all or none, and each once. Raises FundShort."""
    owing = [place for place in places if owes(place)]
    for some in batches([place.id for place in owing]):
        charged = outstanding(session, [f"enrolment:{enrolment_id}" for enrolment_id in some])
        owing = [place for place in owing if f"enrolment:{place.id}" not in charged]
    if not owing:
        return
    spend_each(
        session,
        fund_id=fund.id,
        purpose=FundPurpose.TUITION,
        kind=MovementKind.CHARGE,
        charges=[(f"enrolment:{place.id}", place.centre_fen) for place in owing],
        account_id=account_id,
    )
    for some in batches([place.id for place in owing]):
        session.execute(
            update(Enrolment)
            .where(Enrolment.id.in_(some))
            .values(fund=fund.code, version=Enrolment.version + 1)
            .execution_options(synchronize_session="fetch")
        )
