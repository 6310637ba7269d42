"""Changes: public openings that appeared, changed or were withdrawn, for sites that keep a copy."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime

from api.dependencies import PUBLIC, Routes, Unit
from api.openings import OpeningOut, public_out
from api.paging import bad_cursor
from api.security import own_address
from api.wire import Wire
from centre import clock
from centre.drafts import BIGGEST_ID
from centre.scopes import seeing_everything
from employers.openings.queries import changed_openings

routes = Routes(prefix="/opening-changes", tags=["opening_changes"])

SETTLED = timedelta(seconds=10)
"""Changes are published when the transactions that began with them have ended, so that no reader misses one."""
_STAMP = "%Y%m%dT%H%M%S%f"


class OpeningChangeOut(Wire):
    """A change of an opening. Without `opening` it is withdrawn: closed, paused, full, expired or no longer public."""

    id: int
    url: str
    changed_at: datetime
    is_withdrawn: bool
    opening: OpeningOut | None


class OpeningChangesOut(Wire):
    """Changes in order, each opening once. Ask again with `cursor`; `has_more` says that more is waiting now."""

    items: list[OpeningChangeOut]
    cursor: str
    has_more: bool


@routes.get("", allow=PUBLIC)
def changes(
    unit: Unit,
    updated_since: Annotated[
        AwareDatetime | None, Query(description="changes from this time on; all without it")
    ] = None,
    cursor: Annotated[
        str, Query(pattern=r"^([0-9]{8}T[0-9]{12}-[0-9]{1,18})?$", description="of the last answer")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> OpeningChangesOut:
    """List openings that changed, oldest change first, with withdrawn ones as ids only."""
    after = _after(cursor)
    until = clock.now() - SETTLED
    query = changed_openings(clock.today(), since=updated_since, until=until, after=after)
    with seeing_everything(unit.session):
        rows = unit.session.execute(query.limit(limit + 1)).all()
    base = own_address(unit.request)
    items = [
        OpeningChangeOut(
            id=opening.id,
            url=f"{base}/openings/{opening.id}",
            changed_at=changed,
            is_withdrawn=not is_listed,
            opening=public_out(opening, base) if is_listed else None,
        )
        for opening, changed, is_listed in rows[:limit]
    ]
    last = _cursor(items[-1].changed_at, items[-1].id) if items else cursor
    return OpeningChangesOut(items=items, cursor=last, has_more=len(rows) > limit)


def _cursor(changed: datetime, opening_id: int) -> str:
    return f"{changed.astimezone(UTC).strftime(_STAMP)}-{opening_id}"


def _after(cursor: str) -> tuple[datetime, int] | None:
    """The place in the order that a cursor names. Raises Invalid for a time or an id that does not exist."""
    if not cursor:
        return None
    stamp, _, number = cursor.partition("-")
    try:
        changed = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        changed = None
    if changed is None or int(number) > BIGGEST_ID:
        raise bad_cursor()
    return changed, int(number)
