"""Travel subsidies: approved and paid by people other than those who entered them."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import Path
from sqlalchemy import select
from starlette.responses import Response

from api.dependencies import Pages, Unit, UnitOfWork
from centre.drafts import RecordId
from centre.funds.models import Fund
from centre.funds.rules import FundPurpose
from centre.permissions import Permission
from matching.export.stay import subsidies
from matching.export.stay.queries import subsidies as travel_subsidies
from matching.export.stay.rules import SUBSIDY_LABELS, TRAVEL_SUBSIDY, SubsidyPayment
from web.forms import Bound, ReasonForm, attempt, bind, blank
from web.rendering import page

routes = Pages("/export/subsidies")

PAY = Permission.PAY_TRAVEL
MOST = 200


@routes.get("", allow=Permission.READ_EXPORT)
def listed(unit: Unit) -> Response:
    """All travel subsidies in the reader's sight, the newest first."""
    return _page(unit, blank(unit, ReasonForm))


@routes.post("/{subsidy_id}/pay", allow=PAY)
def pay(unit: Unit, subsidy_id: RecordId) -> Response:
    """Pay a subsidy from a fund."""
    return _try(
        unit,
        bind(unit, SubsidyPayment),
        lambda draft: subsidies.pay_subsidy(unit.session, unit.actor, subsidy_id=subsidy_id, draft=draft),
    )


@routes.post("/{subsidy_id}/{event}", allow=PAY)
def decide(unit: Unit, subsidy_id: RecordId, event: Annotated[str, Path(pattern="^(approve|refuse)$")]) -> Response:
    """Approve or refuse a subsidy."""
    return _try(
        unit,
        bind(unit, ReasonForm),
        lambda form: subsidies.decide_subsidy(
            unit.session, unit.actor, subsidy_id=subsidy_id, event=event, reason=form.reason
        ),
    )


def _try(unit: UnitOfWork, bound: Bound[Any], action: Callable[[Any], object]) -> Response:
    return attempt(unit, bound, action, partial(_page, unit), "/export/subsidies")


def _page(unit: UnitOfWork, bound: Bound[Any], status_code: int = 200) -> Response:
    lines = unit.session.execute(travel_subsidies().limit(MOST)).all()
    funds = unit.session.scalars(select(Fund).where(Fund.purpose == FundPurpose.TRAVEL).order_by(Fund.id)).all()
    return page(
        unit,
        "export/subsidies.html",
        status_code,
        lines=lines,
        events={subsidy.id: TRAVEL_SUBSIDY.events(subsidy.state, unit.actor) for subsidy, _ in lines},
        funds=funds,
        states=SUBSIDY_LABELS,
        bound=bound,
    )
