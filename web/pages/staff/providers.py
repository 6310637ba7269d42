"""The centre's desk for schools: providers, agreements, courses and prices."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import Path
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit, UnitOfWork
from centre import clock
from centre.drafts import RecordId
from centre.errors import Refusal
from centre.permissions import Permission
from training.classes.queries import seats_asked
from training.providers import actions, queries
from training.providers.models import Major
from training.providers.rules import (
    LEVEL_LABELS,
    MAJOR_KIND_LABELS,
    PROVIDERS,
    STATE_LABELS,
    AgreementDraft,
    MajorDraft,
    PriceDraft,
    ProviderDraft,
)
from web import choices
from web.forms import Bound, ButtonForm, ReasonForm, attempt, bind, bind_edit, blank, editing, yuan
from web.rendering import page

routes = Pages("/training-desk/schools")

LABELS: dict[str, Any] = {"states": STATE_LABELS, "levels": LEVEL_LABELS, "kinds": MAJOR_KIND_LABELS}


@routes.get("", allow=Permission.MANAGE_PROVIDERS)
def all_schools(unit: Unit) -> Response:
    """All schools with their current agreement, and the form for a new one."""
    return _list(unit, blank(unit, ProviderDraft))


@routes.post("", allow=Permission.MANAGE_PROVIDERS)
def register(unit: Unit) -> Response:
    """Register a school of the reader's centre."""
    bound = bind(unit, ProviderDraft)
    centre_id = unit.actor.centre_id
    if bound.draft is None or centre_id is None:
        return _list(unit, bound, 422)
    try:
        school = actions.register_provider(unit.session, unit.actor, draft=bound.draft, centre_id=centre_id)
    except Refusal as refusal:
        return _list(unit, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/training-desk/schools/{school.id}", 303)


@routes.get("/{provider_id:int}", allow=Permission.MANAGE_PROVIDERS)
def school(unit: Unit, provider_id: RecordId) -> Response:
    """One school: agreements, courses and prices."""
    return _page(unit, provider_id, blank(unit, ButtonForm))


@routes.post("/{provider_id}/agreements", allow=Permission.MANAGE_PROVIDERS)
def agree(unit: Unit, provider_id: RecordId) -> Response:
    """Add an agreement."""
    bound = bind(unit, AgreementDraft, provider_id=provider_id)
    return _try(
        unit, provider_id, bound, lambda draft: actions.sign_agreement(unit.session, unit.actor, draft=draft)
    )  # fmt: skip


@routes.post("/{provider_id}/majors", allow=Permission.MANAGE_PROVIDERS)
def offer(unit: Unit, provider_id: RecordId) -> Response:
    """Add a course."""
    bound = bind(unit, MajorDraft, provider_id=provider_id)
    return _try(unit, provider_id, bound, lambda draft: actions.offer_major(unit.session, unit.actor, draft=draft))


@routes.post("/majors/{major_id}/price", allow=Permission.MANAGE_PROVIDERS)
def price(unit: Unit, major_id: RecordId) -> Response:
    """Change the price of a course from now on."""
    major = queries.major(unit.session, major_id)

    def again(bound: Bound[PriceDraft], status_code: int) -> Response:
        return _page(unit, major.provider_id, blank(unit, ButtonForm), status_code, pricing={major_id: bound})

    return attempt(
        unit,
        bind_edit(unit, PriceDraft, _price(major)),
        lambda draft: actions.price_major(unit.session, unit.actor, major_id=major_id, draft=draft),
        again,
        f"/training-desk/schools/{major.provider_id}",
    )


def _price(major: Major) -> dict[str, Any]:
    """What the form shows of a course's price."""
    return {name: yuan(getattr(major, name)) for name in PriceDraft.model_fields}


@routes.post("/majors/{major_id}/withdraw", allow=Permission.MANAGE_PROVIDERS)
def withdraw(unit: Unit, major_id: RecordId) -> Response:
    """Withdraw a course."""
    major = queries.major(unit.session, major_id)
    return _try(
        unit,
        major.provider_id,
        bind(unit, ButtonForm),
        lambda _: actions.withdraw_major(unit.session, unit.actor, major_id=major_id),
    )


@routes.post("/{provider_id}/moves/{event}", allow=Permission.MANAGE_PROVIDERS)
def move(unit: Unit, provider_id: RecordId, event: Annotated[str, Path(pattern="^(suspend|resume|end)$")]) -> Response:
    """Suspend, resume or end the cooperation with a school."""
    return _try(
        unit,
        provider_id,
        bind(unit, ReasonForm),
        lambda draft: actions.move_provider(
            unit.session, unit.actor, provider_id=provider_id, event=event, reason=draft.reason
        ),
    )


def _try(unit: UnitOfWork, provider_id: int, bound: Bound[Any], action: Callable[[Any], object]) -> Response:
    return attempt(unit, bound, action, partial(_page, unit, provider_id), f"/training-desk/schools/{provider_id}")


def _list(unit: UnitOfWork, bound: Bound[ProviderDraft], status_code: int = 200) -> Response:
    today = clock.today()
    schools = list(unit.session.scalars(queries.providers()))
    return page(
        unit,
        "staff/training/schools.html",
        status_code,
        schools=schools,
        agreements={school.id: queries.agreement_on(unit.session, school.id, today) for school in schools},
        place=choices.place,
        counties=choices.home_counties(),
        bound=bound,
        **LABELS,
    )


def _page(
    unit: UnitOfWork,
    provider_id: int,
    bound: Bound[Any],
    status_code: int = 200,
    *,
    pricing: Mapping[int, Bound[PriceDraft]] = MappingProxyType({}),
) -> Response:
    school = queries.provider(unit.session, provider_id)
    agreements = list(unit.session.scalars(queries.agreements(provider_id)))
    majors = list(unit.session.scalars(queries.majors(provider_id)))
    return page(
        unit,
        "staff/training/school.html",
        status_code,
        school=school,
        agreements=[
            (agreement, seats_asked(unit.session, provider_id, agreement.from_on, agreement.to_on))
            for agreement in agreements
        ],
        majors=majors,
        pricing={major.id: editing(unit, PriceDraft, _price(major)) for major in majors} | dict(pricing),
        events=PROVIDERS.events(school.state, unit.actor),
        place=choices.place,
        today=clock.today(),
        bound=bound,
        **LABELS,
    )  # fmt: skip
