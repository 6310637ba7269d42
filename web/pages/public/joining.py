"""Self-registration of employers: company data and a password; the centre verifies them before publication."""

from datetime import timedelta

from starlette.responses import Response

from api.dependencies import PUBLIC, Pages, Unit
from centre.errors import Refusal
from centre.limits import Limit, spend_all
from centre.network import require_set_up
from employers.companies.registration import enter_employer
from employers.companies.rules import NATURE_LABELS, EmployerRegistration
from web import choices
from web.forms import Bound, bind, blank
from web.rendering import page

routes = Pages("/employer")

MOST_A_DAY = 20
DAY = timedelta(days=1)


@routes.get("/register", allow=PUBLIC)
def registering(unit: Unit) -> Response:
    """The registration form of employers."""
    require_set_up()
    return _form(unit, blank(unit, EmployerRegistration))


@routes.post("/register", allow=PUBLIC, keep=False)
def register(unit: Unit) -> Response:
    """Register the employer and explain the next step."""
    require_set_up()
    bound = bind(unit, EmployerRegistration)
    if bound.draft is None:
        return _form(unit, bound, 422)
    host = unit.request.client.host if unit.request.client else "local"
    try:
        spend_all(Limit(("employer-register", host), MOST_A_DAY, DAY))
        employer, login = enter_employer(unit.session, draft=bound.draft)
    except Refusal as refusal:
        return _form(unit, bound.refuse(refusal), refusal.status)
    return page(unit, "public/joining/registered.html", name=employer.name, login=login)


def _form(unit: Unit, bound: Bound[EmployerRegistration], status_code: int = 200) -> Response:
    return page(
        unit,
        "public/joining/register.html",
        status_code,
        bound=bound,
        places=choices.places_near(),
        natures=NATURE_LABELS,
    )
