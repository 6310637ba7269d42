"""Roles and permissions, generated from the route registry and the permissions."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.responses import Response

from api.dependencies import Access, Allow, Pages, Unit
from api.registry import RouteEntry, registry
from centre.permissions import Permission, Role
from centre.translation import N_, Terms
from web.rendering import page

routes = Pages()

OPEN = {
    Access.PUBLIC: (N_("不用登录就能看的和能办的"), (N_("所有人"),)),
    Access.SIGNED_IN: (N_("登录后都能看的和能办的"), (N_("登录用户"),)),
}


@dataclass(frozen=True, slots=True)
class Right:
    """One right (权限): its description, its roles, and the routes that require it."""

    code: str
    label: str
    holders: Terms
    roles: frozenset[Role]
    entries: tuple[RouteEntry, ...]


@routes.get("/access", allow=Permission.READ_ACCESS)
def access(unit: Unit) -> Response:
    """All permissions with their roles and routes, optionally for one role."""
    wanted = unit.request.query_params.get("role", "")
    role = Role(wanted) if wanted in set(Role) else None
    shown = [right for right in rights(registry(unit.request.app)) if role is None or role in right.roles]
    return page(unit, "staff/access/rights.html", rights=shown, roles=list(Role), chosen=role)


def rights(entries: Iterable[RouteEntry]) -> list[Right]:
    """All rights: first what is open to everybody, then by permission."""
    by_allow: defaultdict[Allow, list[RouteEntry]] = defaultdict(list)
    for entry in entries:
        by_allow[entry.allow].append(entry)
    return [_right(allow, tuple(by_allow[allow])) for allow in (*OPEN, *Permission)]


def _right(allow: Allow, entries: tuple[RouteEntry, ...]) -> Right:
    ordered = tuple(sorted(entries, key=lambda entry: (entry.is_page, entry.path, entry.method)))
    if isinstance(allow, Access):
        label, holders = OPEN[allow]
        return Right(allow.value, label, Terms(holders), frozenset(Role), ordered)
    labels = tuple(role.label for role in Role if role in allow.roles)
    return Right(allow.value, allow.label, Terms(labels), allow.roles, ordered)
