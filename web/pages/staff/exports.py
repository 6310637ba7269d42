"""Exports of lists of people: request with a reason, approval by another person, download."""

from importlib import import_module

from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit, UnitOfWork
from centre import clock
from centre.drafts import RecordId
from centre.errors import NotFound, Refusal
from centre.exports import actions, queries
from centre.exports.rules import STATE_LABELS, ExportDraft
from centre.permissions import Permission
from web.forms import Bound, bind, blank
from web.rendering import page

for _module in ("training.enrolments.lists", "matching.introductions.lists"):
    import_module(_module)  # each module registers its lists

routes = Pages("/exports")

SHOWN = 50
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@routes.get("", allow=Permission.EXPORT_LISTS)
def lists(unit: Unit) -> Response:
    """The requests of the reader and their colleagues, and the form for a new one."""
    query = unit.request.query_params
    subject = query.get("subject_id", "")
    offered = queries.kinds_for(unit.actor)
    kind = query.get("kind", offered[0].name if len(offered) == 1 else "")
    return _page(unit, blank(unit, ExportDraft, kind=kind, subject_id=subject if subject.isascii() else ""))


@routes.post("", allow=Permission.EXPORT_LISTS)
def ask(unit: Unit) -> Response:
    """Request a list."""
    bound = bind(unit, ExportDraft)
    if bound.draft is None:
        return _page(unit, bound, 422)
    try:
        actions.ask_for_list(unit.session, unit.actor, draft=bound.draft)
    except Refusal as refusal:
        return _page(unit, bound.refuse(refusal), refusal.status)
    return RedirectResponse("/exports", 303)


@routes.post("/{export_id}/file", allow=Permission.EXPORT_LISTS, keep=False)
def fetch(unit: Unit, export_id: RecordId) -> Response:
    """The file itself, generated on each download and never stored."""
    proved = unit.visitor.proved_at if unit.visitor else None
    name, content = actions.fetch_list(
        unit.session, unit.actor, export_id=export_id, proved_at=proved, locale=unit.locale
    )
    named = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=SHEET, headers=named)


@routes.post("/{export_id}/{verdict}", allow=Permission.APPROVE_EXPORT)
def decide(unit: Unit, export_id: RecordId, verdict: str) -> Response:
    """Approve or refuse another person's request."""
    if verdict not in ("approve", "refuse"):
        raise NotFound
    actions.decide_export(unit.session, unit.actor, export_id=export_id, agreed=verdict == "approve")
    return RedirectResponse("/exports", 303)


def _page(unit: UnitOfWork, bound: Bound[ExportDraft], status_code: int = 200) -> Response:
    requests = unit.session.scalars(queries.exports().limit(SHOWN)).all()
    people = {request.account_id for request in requests} | {
        request.decided_by for request in requests if request.decided_by
    }
    return page(
        unit,
        "staff/exports/lists.html",
        status_code,
        bound=bound,
        kinds=queries.kinds_for(unit.actor),
        requests=requests,
        names=queries.names_of(unit.session, people),
        labels={name: kind.label for name, kind in queries.KINDS.items()},
        states=STATE_LABELS,
        now=clock.now(),
        may_decide=unit.actor.may(Permission.APPROVE_EXPORT),
    )
