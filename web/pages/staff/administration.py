"""The administrator's start page, the centres, what the service does by itself, its keys and its versions."""

from functools import partial
from typing import Annotated, Any

from babel.dates import format_timedelta
from fastapi import Path
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre import network_changes
from centre.accounts.approvals import resets_asked
from centre.drafts import BIGGEST_ID
from centre.job_names import JOB_NAMES
from centre.jobs import job_lines, retry_job
from centre.keys import key_state
from centre.network import Centre
from centre.network import centres as all_centres
from centre.permissions import Permission
from centre.policy_changes import changes_waiting
from centre.versions import versions
from web.forms import Bound, attempt, bind, bind_edit, blank, editing
from web.rendering import page

routes = Pages("/administration")

Number = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


@routes.get("", allow=Permission.READ_OPERATION)
def start(unit: Unit) -> Response:
    """What there is to administer, and what waits for a second person."""
    return page(
        unit,
        "staff/administration/start.html",
        changes=unit.session.scalars(changes_waiting()).all(),
        resets=resets_asked(unit.session, unit.actor),
        troubled=[line for line in job_lines(unit.session, unit.actor) if line.failure or line.is_late],
    )


@routes.get("/jobs", allow=Permission.READ_OPERATION)
def jobs(unit: Unit) -> Response:
    """Every kind of due work with its last run and its last failure."""
    return page(
        unit,
        "staff/administration/jobs.html",
        jobs=job_lines(unit.session, unit.actor),
        names=JOB_NAMES,
        interval=partial(format_timedelta, locale=unit.locale.replace("-", "_")),
    )


@routes.post("/jobs/{job}/retry", allow=Permission.RETRY_JOBS)
def retry(unit: Unit, job: str) -> Response:
    """Let a job that failed run now."""
    retry_job(unit.session, unit.actor, name=job)
    return RedirectResponse("/administration/jobs", 303)


@routes.get("/system", allow=Permission.READ_OPERATION)
def system(unit: Unit) -> Response:
    """The master keys by their check values, their escrow, and the versions; never a key."""
    return page(
        unit,
        "staff/administration/system.html",
        keys=key_state(unit.session, unit.actor),
        versions=versions(),
    )


@routes.get("/centres", allow=Permission.MANAGE_CENTRES)
def centres(unit: Unit) -> Response:
    """The centres of the network."""
    return page(unit, "staff/administration/centres.html", centres=unit.session.scalars(all_centres()).all())


@routes.get("/centres/new", allow=Permission.MANAGE_CENTRES)
def ask_centre(unit: Unit) -> Response:
    """The form for a further county centre."""
    return _centre(unit, blank(unit, network_changes.CentreDraft), "/administration/centres/new")


@routes.post("/centres/new", allow=Permission.MANAGE_CENTRES)
def add_centre(unit: Unit) -> Response:
    """Add a county centre."""
    bound = bind(unit, network_changes.CentreDraft)
    return attempt(
        unit,
        bound,
        lambda draft: network_changes.add_centre(unit.session, unit.actor, draft=draft),
        lambda again, status_code: _centre(unit, again, "/administration/centres/new", status_code),
        "/administration/centres",
    )


@routes.get("/centres/{centre_id}", allow=Permission.MANAGE_CENTRES)
def centre(unit: Unit, centre_id: Number) -> Response:
    """The form for one centre."""
    stored = _stored(network_changes.centre(unit.session, centre_id))
    return _centre(unit, editing(unit, network_changes.CentreDraft, stored), f"/administration/centres/{centre_id}")


def _stored(known: Centre) -> dict[str, Any]:
    """What the form shows of a centre."""
    return {name: getattr(known, name) for name in ("code", "name", "region_code", "address", "phone", "hours")}


@routes.post("/centres/{centre_id}", allow=Permission.MANAGE_CENTRES)
def change_centre(unit: Unit, centre_id: Number) -> Response:
    """Change name, place, telephone and hours of a centre."""
    here = f"/administration/centres/{centre_id}"
    known = network_changes.centre(unit.session, centre_id)
    return attempt(
        unit,
        bind_edit(unit, network_changes.CentreDraft, _stored(known)),
        lambda draft: network_changes.change_centre(unit.session, unit.actor, centre_id=centre_id, draft=draft),
        lambda again, status_code: _centre(unit, again, here, status_code),
        "/administration/centres",
    )


def _centre(unit: Unit, bound: Bound[network_changes.CentreDraft], action: str, status_code: int = 200) -> Response:
    return page(unit, "staff/administration/centre.html", status_code, bound=bound, action=action)
