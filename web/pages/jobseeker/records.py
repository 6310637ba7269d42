"""A person's record: consents, access log, data copy, erasure; and the reveal of a number at the counter."""

import json
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Path
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre.drafts import BIGGEST_ID
from centre.errors import NotFound, Refusal
from centre.people import Consent
from centre.permissions import Permission
from centre.records import actions, queries
from centre.records.rules import (
    COLUMN_LABELS,
    ERASURE_LABELS,
    REASON_LABELS,
    ConsentDraft,
    ErasureDraft,
    NotSure,
    RevealDraft,
)
from web.forms import Bound, bind, blank
from web.pages.jobseeker.copies import parts_of
from web.rendering import page

routes = Pages()

OWN = Permission.KEEP_OWN_RECORDS
PersonId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


@routes.get("/me/records", allow=OWN)
def mine(unit: Unit) -> Response:
    """The reader's consents, who revealed their numbers, and the ways to a data copy and to erasure."""
    return _mine(unit)


def _mine(unit: Unit, problem: Bound[Any] | None = None, status_code: int = 200) -> Response:
    person_id = _self(unit)
    given = unit.session.scalars(queries.consents_of(person_id)).all()
    living = {consent.purpose: consent for consent in given if consent.withdrawn_at is None}
    return page(
        unit,
        "jobseeker/records/mine.html",
        status_code,
        texts=list(queries.consent_texts().values()),
        titles={purpose: text.wording(unit.locale)[0] for purpose, text in queries.consent_texts().items()},
        living=living,
        refused={
            text.purpose
            for text in queries.consent_texts().values()
            if queries.refusing(unit.session, [person_id], text.purpose)
        },
        past=[consent for consent in given if consent.withdrawn_at is not None],
        looks=queries.looks_at(unit.session, person_id),
        columns=COLUMN_LABELS,
        reasons=REASON_LABELS,
        erasure=queries.erasure_of(unit.session, person_id),
        erasure_labels=ERASURE_LABELS,
        bound=problem or blank(unit, ErasureDraft),
    )


def _self(unit: Unit) -> int:
    if unit.actor.person_id is None:
        raise NotFound
    return unit.actor.person_id


@routes.post("/me/consents/give", allow=OWN)
def agree(unit: Unit) -> Response:
    """Consent to a purpose."""
    return _consent(unit, actions.give_consent)


@routes.post("/me/consents/withdraw", allow=OWN)
def disagree(unit: Unit) -> Response:
    """Withdraw the consent to a purpose."""
    return _consent(unit, actions.withdraw_consent)


def _consent(unit: Unit, act: Any) -> Response:
    bound = bind(unit, ConsentDraft)
    if bound.draft is None:
        raise NotFound
    given: Consent | None = act(unit.session, unit.actor, purpose=bound.draft.purpose)
    del given
    return RedirectResponse("/me/records#consents", 303)


@routes.post("/me/records/read", allow=OWN, keep=False)
def read(unit: Unit) -> Response:
    """The data copy as a page."""
    copied = actions.copy_my_data(unit.session, unit.actor, proved_at=_proved(unit))
    return page(unit, "jobseeker/records/copy.html", parts=parts_of(copied, unit.locale))


@routes.post("/me/records/download", allow=OWN, keep=False)
def download(unit: Unit) -> Response:
    """The data copy as a JSON file."""
    copied = actions.copy_my_data(unit.session, unit.actor, proved_at=_proved(unit))
    content = json.dumps(copied, ensure_ascii=False, indent=2, default=_written)
    named = {"content-disposition": 'attachment; filename="my-data.json"'}
    return Response(content, media_type="application/json", headers=named)


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


@routes.post("/me/erasure", allow=OWN)
def ask_erasure(unit: Unit) -> Response:
    """Request erasure."""
    bound = bind(unit, ErasureDraft)
    if bound.draft is None or not bound.draft.sure:
        return _mine(unit, bound.refuse(NotSure(field="sure")), 422)
    actions.request_erasure(unit.session, unit.actor, proved_at=_proved(unit))
    return RedirectResponse("/me/records#erasure", 303)


@routes.post("/me/erasure/withdraw", allow=OWN)
def keep_me(unit: Unit) -> Response:
    """Withdraw the erasure request."""
    actions.withdraw_erasure(unit.session, unit.actor)
    return RedirectResponse("/me/records#erasure", 303)


def _proved(unit: Unit) -> datetime | None:
    return unit.visitor.proved_at if unit.visitor else None


@routes.get("/counter/people/{person_id}/reveal", allow=Permission.REVEAL)
def ask_reveal(unit: Unit, person_id: PersonId) -> Response:
    """The form to reveal a number, with a reason."""
    return _reveal(unit, person_id, blank(unit, RevealDraft))


@routes.post("/counter/people/{person_id}/reveal", allow=Permission.REVEAL, keep=False)
def reveal(unit: Unit, person_id: PersonId) -> Response:
    """Reveal one number once; the response is never stored."""
    bound = bind(unit, RevealDraft)
    if bound.draft is None:
        return _reveal(unit, person_id, bound, 422)
    try:
        shown = actions.reveal(
            unit.session, unit.actor, person_id=person_id, draft=bound.draft, proved_at=_proved(unit)
        )
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        return _reveal(unit, person_id, bound.refuse(refusal), 422)
    return _reveal(unit, person_id, bound, shown=shown)


def _reveal(
    unit: Unit, person_id: int, bound: Bound[RevealDraft], status_code: int = 200, *, shown: str = ""
) -> Response:
    return page(
        unit,
        "jobseeker/records/reveal.html",
        status_code,
        person=queries.person_in_sight(unit.session, person_id),
        bound=bound,
        shown=shown,
        columns=COLUMN_LABELS,
        reasons=REASON_LABELS,
    )
