"""What an employer is and which papers it has: its own page, and the officer's, who enters papers that were seen."""

from typing import Annotated, Any

from fastapi import Path
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre.drafts import BIGGEST_ID
from centre.errors import NotFound, Refusal
from centre.permissions import Permission
from employers.companies import actions
from employers.companies.models import Employer
from employers.companies.queries import own_employer
from employers.companies.rules import NATURE_LABELS, PAPERS, UNVERIFIED, EmployerDraft
from web import choices
from web.forms import Bound, bind_edit, editing
from web.rendering import page

routes = Pages("")

RecordPath = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
SHOWN = (
    "name", "uscc", "nature", "region_code", "address", "legal_person", "contact_name", "contact_phone",
    "licence_expires_on", "service_licence", "dispatch_licence", "hygiene_permit",
)  # fmt: skip


class DetailsForm(EmployerDraft):
    """The form of an employer's details (单位资料); what it does not show stays as it is."""

    def draft(self, employer: Employer) -> EmployerDraft:
        """The employer as it would be."""
        unseen = {name: getattr(employer, name) for name in EmployerDraft.model_fields if name not in SHOWN}
        return EmployerDraft.model_validate({name: getattr(self, name) for name in SHOWN} | unseen)


@routes.get("/employer/details", allow=Permission.POST_OPENING)
def ask_own(unit: Unit) -> Response:
    """The employer's own details."""
    return _ask(unit, unit.actor.employer_id)


@routes.post("/employer/details", allow=Permission.POST_OPENING)
def change_own(unit: Unit) -> Response:
    """Change the employer's own details."""
    return _change(unit, unit.actor.employer_id, "/employer")


@routes.get("/counter/verify/employers/{employer_id}/details", allow=Permission.VERIFY_EMPLOYER)
def ask(unit: Unit, employer_id: RecordPath) -> Response:
    """The details of an employer, for the officer who has seen its papers."""
    return _ask(unit, employer_id)


@routes.post("/counter/verify/employers/{employer_id}/details", allow=Permission.VERIFY_EMPLOYER)
def change(unit: Unit, employer_id: RecordPath) -> Response:
    """Enter what the officer has seen."""
    return _change(unit, employer_id, f"/counter/verify/employers/{employer_id}")


def _ask(unit: Unit, employer_id: int | None) -> Response:
    employer = own_employer(unit.session, unit.actor, employer_id or 0)
    return _form(unit, employer, editing(unit, DetailsForm, _stored(employer)))


def _change(unit: Unit, employer_id: int | None, there: str) -> Response:
    employer = own_employer(unit.session, unit.actor, employer_id or 0)
    bound = bind_edit(unit, DetailsForm, _stored(employer))
    if bound.draft is None:
        return _form(unit, employer, bound, bound.status)
    try:
        draft = bound.draft.draft(employer)
        actions.update_employer(unit.session, unit.actor, employer_id=employer.id, draft=draft)
    except NotFound:
        raise
    except Refusal as refusal:
        return _form(unit, employer, bound.refuse(refusal), refusal.status)
    return RedirectResponse(there, 303)


def _stored(employer: Employer) -> dict[str, Any]:
    return {name: getattr(employer, name) or "" for name in SHOWN}


def _form(unit: Unit, employer: Employer, bound: Bound[DetailsForm], status_code: int = 200) -> Response:
    verified, is_own = employer.state not in UNVERIFIED, unit.actor.employer_id == employer.id
    identity = ("name", "uscc", "nature") if is_own else ("name", "uscc")
    return page(
        unit,
        "employer/details.html",
        status_code,
        employer=employer,
        is_own=is_own,
        fixed=(*identity, *(PAPERS if is_own else ())) if verified else (),
        address="/employer/details" if is_own else f"/counter/verify/employers/{employer.id}/details",
        bound=bound,
        places=choices.places_near(str(bound.value("region_code"))),
        natures=NATURE_LABELS,
    )
