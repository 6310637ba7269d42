"""The centres of the network as the administrator keeps them: the city's and those of its counties."""

from api.dependencies import Routes, Unit, UnitOfWork
from api.versions import expect_version, tell_version
from api.wire import Wire
from centre import network_changes
from centre.drafts import RecordId
from centre.network import Centre, CentreLevel
from centre.network import centres as all_centres
from centre.network_changes import CentreDraft
from centre.permissions import Permission

routes = Routes(prefix="/centres", tags=["centres"])

ALLOW = Permission.MANAGE_CENTRES


class CentreOut(Wire):
    """A centre: its code, the region that it serves, and where and when people find it open."""

    id: int
    code: str
    name: str
    level: CentreLevel
    region_code: str
    parent_id: int | None
    address: str
    phone: str
    hours: str


@routes.get("", allow=ALLOW)
def list_centres(unit: Unit) -> list[CentreOut]:
    """List the centres of the network by code."""
    return [CentreOut.model_validate(centre) for centre in unit.session.scalars(all_centres())]


@routes.post("", allow=ALLOW, status_code=201)
def add(unit: Unit, draft: CentreDraft) -> CentreOut:
    """Add a county centre below the city's."""
    return _out(unit, network_changes.add_centre(unit.session, unit.actor, draft=draft))


@routes.get("/{centre_id}", allow=ALLOW)
def read(unit: Unit, centre_id: RecordId) -> CentreOut:
    """Read one centre."""
    return _out(unit, network_changes.centre(unit.session, centre_id))


@routes.put("/{centre_id}", allow=ALLOW)
def change(unit: Unit, centre_id: RecordId, draft: CentreDraft) -> CentreOut:
    """Change name, place, telephone and hours of a centre; with If-Match only the version that the caller saw."""
    expect_version(unit, network_changes.centre(unit.session, centre_id))
    return _out(unit, network_changes.change_centre(unit.session, unit.actor, centre_id=centre_id, draft=draft))


def _out(unit: UnitOfWork, centre: Centre) -> CentreOut:
    tell_version(unit, centre)
    return CentreOut.model_validate(centre)
