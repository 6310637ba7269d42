"""What is printed of a batch: manifest, seat plan, escort sheet, roll with codes; each with its edition."""

from datetime import date
from typing import Any

from starlette.responses import Response

from api.dependencies import Pages, Unit
from centre import clock
from centre.drafts import RecordId
from centre.errors import NotFound
from centre.permissions import Permission
from matching.export import batches, queries
from matching.export.models import ExportBatch
from matching.export.rules import HOLDING, MEMBER_LABELS, TRANSPORT_LABELS
from matching.export.seating import escort_seats
from matching.export.stay.queries import export_report, occupation_name, place_name
from matching.introductions.rules import LEAVE_REASON_LABELS
from web import choices
from web.paper import paper
from web.qr import qr
from web.rendering import page

routes = Pages("/export")

READ, ROLL = Permission.READ_EXPORT, Permission.CALL_ROLL
ON_A_PAGE = 20


@routes.get("/batches/{batch_id}/manifest", allow=READ)
def manifest(unit: Unit, batch_id: RecordId) -> Response:
    """The list of those who travel, for the centre and the coach company."""
    batch = queries.batch(unit.session, batch_id)
    rows = unit.session.scalars(queries.members(batch_id)).all()
    return paper(
        unit,
        "export/manifest.html",
        **_common(unit, batch),
        rows=[row for row in rows if row.state in HOLDING],
        seats={row.id: queries.place_of(batch, row.seat_no) for row in rows},
        groups=queries.group_names(unit.session, batch_id),
        states=MEMBER_LABELS,
        place=choices.place,
    )


@routes.get("/batches/{batch_id}/seats", allow=READ)
def seat_plan(unit: Unit, batch_id: RecordId) -> Response:
    """Who sits where, one page for each vehicle."""
    batch = queries.batch(unit.session, batch_id)
    names = {line.seat_no: line.worker_name for line in unit.session.scalars(queries.members(batch_id)) if line.seat_no}
    duties = unit.session.scalars(queries.escorts(batch_id)).all()
    first = escort_seats(vehicles=batch.vehicle_count, seats=batch.vehicle_seats, escorts=len(duties))
    names |= {number: duty.name for number, duty in zip(first, duties, strict=True)}
    vehicles = [
        [(seat + 1, names.get(vehicle * batch.vehicle_seats + seat + 1, "")) for seat in range(batch.vehicle_seats)]
        for vehicle in range(batch.vehicle_count)
    ]
    return paper(unit, "export/seats.html", **_common(unit, batch), vehicles_full=vehicles, escort_seats=set(first))


@routes.get("/batches/{batch_id}/sheet", allow=ROLL)
def escort_sheet(unit: Unit, batch_id: RecordId) -> Response:
    """The sheet that works on paper: names, telephones, seats, emergency contacts and pick-ups; nothing else."""
    batch = queries.led_batch(unit.session, unit.actor, batch_id)
    lines = queries.seated(unit.session, batch)
    if not lines and not unit.actor.scope.staff:
        raise NotFound
    return paper(unit, "export/sheet.html", **_common(unit, batch), lines=lines, states=MEMBER_LABELS)


@routes.get("/batches/{batch_id}/paper-roll", allow=ROLL)
def paper_roll(unit: Unit, batch_id: RecordId) -> Response:
    """The roll on paper: boxes to tick, and a code on each page that opens the form to read it back."""
    batch = queries.led_batch(unit.session, unit.actor, batch_id)
    lines = queries.seated(unit.session, batch)
    base = str(unit.request.base_url).rstrip("/")
    pages = [
        (number, lines[at : at + ON_A_PAGE], qr(f"{base}/roll/{batch.id}/paper?page={number}"))
        for number, at in enumerate(range(0, len(lines), ON_A_PAGE), 1)
    ]
    return paper(unit, "export/paper-roll.html", **_common(unit, batch), pages=pages)


@routes.get("/report", allow=READ)
def report(unit: Unit) -> Response:
    """What was exported in a month, organised and self-found apart (R7)."""
    month = unit.request.query_params.get("month", "")
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        first = clock.today().replace(day=1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    last = date.fromordinal(after.toordinal() - 1)
    return page(
        unit,
        "export/report.html",
        first=first,
        report=export_report(unit.session, first, last),
        year=export_report(unit.session, date(first.year, 1, 1), last),
        place=place_name,
        county=choices.place,
        occupation=occupation_name,
        reasons=LEAVE_REASON_LABELS,
    )


def _common(unit: Unit, batch: ExportBatch) -> dict[str, Any]:
    return {
        "batch": batch,
        "project": queries.project(unit.session, batch.project_id),
        "escorts": unit.session.scalars(queries.escorts(batch.id)).all(),
        "modes": TRANSPORT_LABELS,
        "when": batches.when_of(batch),
        "printed_at": clock.now(),
    }
