"""Public verification of certificates with masked names, and seat offers from the waiting list."""

from io import BytesIO
from typing import Annotated

import segno
from fastapi import Path, Query
from starlette.responses import RedirectResponse, Response

from api.dependencies import PUBLIC, Pages, Unit
from api.security import own_address
from centre import clock
from centre.drafts import Draft, RecordId
from centre.errors import NotFound, Refusal
from centre.people import Person
from centre.permissions import Permission
from centre.scopes import seeing_everything
from training.attendance import offers
from training.attendance.queries import offer as offer_of
from training.certificates import queries
from training.certificates.rules import STATE_LABELS, CodeForm, parse_code, shown
from training.classes.queries import class_parts
from training.providers.queries import provider
from training.providers.rules import LEVEL_LABELS
from web.forms import ButtonForm, bind, blank
from web.rendering import page

routes = Pages()

Code = Annotated[str, Path(max_length=40)]


class CodeSearch(Draft):
    """A certificate number as typed (证书编号)."""

    code: str = ""


@routes.get("/certificates", allow=PUBLIC)
def search(unit: Unit, code: Annotated[str, Query(max_length=80)] = "") -> Response:
    """The verification form; a valid number redirects to the certificate's page."""
    form = blank(unit, CodeSearch, code=code)
    if code.strip():
        try:
            return RedirectResponse(f"/certificates/{parse_code(code)}", 303)
        except CodeForm as refusal:
            form = form.refuse(refusal)
    return page(unit, "public/certificates/search.html", 422 if form.problems else 200, bound=form)


@routes.get("/certificates/{code}", allow=PUBLIC)
def verify(unit: Unit, code: Code) -> Response:
    """The public part of a certificate: masked name, course, level, date, and whether it is valid."""
    try:
        certificate = queries.verified(unit.session, code)
    except (CodeForm, NotFound) as refusal:
        bound = blank(unit, CodeSearch, code=code).refuse(refusal)
        return page(unit, "public/certificates/search.html", refusal.status, bound=bound)
    return page(
        unit, "public/certificates/verified.html", certificate=certificate, shown=shown(certificate.code),
        levels=LEVEL_LABELS, states=STATE_LABELS,
    )  # fmt: skip


@routes.get("/certificates/{code}/qr.svg", allow=PUBLIC)
def picture(unit: Unit, code: Code) -> Response:
    """The QR of a certificate's page; it contains only the address."""
    address = f"{own_address(unit.request)}/certificates/{parse_code(code)}"
    drawn = BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", scale=6, border=4, xmldecl=False, light="#fff")
    return Response(drawn.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})


@routes.get("/certificates/{code}/paper", allow=Permission.ENROL)
def paper(unit: Unit, code: Code) -> Response:
    """The printable certificate, for its holder, the school and the centre."""
    certificate = queries.certificate(unit.session, code)
    with seeing_everything(unit.session):
        holder = unit.session.get_one(Person, certificate.person_id)
    return page(
        unit,
        "public/certificates/paper.html",
        certificate=certificate,
        holder=holder.name,
        school=provider(unit.session, certificate.provider_id),
        shown=shown(certificate.code),
        levels=LEVEL_LABELS,
    )


@routes.get("/offers/{offer_id}", allow=Permission.ENROL)
def offered(unit: Unit, offer_id: RecordId) -> Response:
    """A seat offer to a person on the waiting list."""
    offer = offer_of(unit.session, offer_id)
    training, major, school = class_parts(unit.session, offer.class_id)
    return page(
        unit,
        "public/certificates/offer.html",
        offer=offer,
        training=training,
        major=major,
        school=school,
        is_open=offer.outcome is None and offer.until_at > clock.now(),
        bound=blank(unit, ButtonForm),
    )


@routes.post("/offers/{offer_id}/{answer}", allow=Permission.ENROL)
def answer(unit: Unit, offer_id: RecordId, answer: Annotated[str, Path(pattern="^(take|decline)$")]) -> Response:
    """Accept or decline a seat offer."""
    bound = bind(unit, ButtonForm)
    offer = offer_of(unit.session, offer_id)
    training, major, school = class_parts(unit.session, offer.class_id)
    act = offers.take_offer if answer == "take" else offers.decline_offer
    try:
        act(unit.session, unit.actor, offer_id=offer_id)
    except NotFound:
        raise
    except Refusal as refusal:
        unit.session.rollback()
        return page(
            unit,
            "public/certificates/offer.html",
            refusal.status,
            offer=offer,
            training=training,
            major=major,
            school=school,
            is_open=False,
            bound=bound.refuse(refusal),
        )
    return RedirectResponse(f"/training/classes/{training.id}", 303)
