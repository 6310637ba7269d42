"""Navigation: entries for everybody, and entries for the roles of the account."""

from dataclasses import dataclass

from centre.permissions import COUNTER, MANAGERS, Actor, Role
from centre.translation import N_


@dataclass(frozen=True, slots=True)
class Way:
    """One entry of the navigation (导航): label, URL and icon; `also` holds pages elsewhere that belong to it."""

    label: str
    href: str
    icon: str
    also: tuple[str, ...] = ()

    def leads_to(self, path: str) -> bool:
        """Whether the page at `path` belongs to this entry."""
        return any(path == start or path.startswith(start + "/") for start in (self.href, *self.also))


PUBLIC_WAYS = (
    Way(N_("找工作"), "/openings", "search"),
    Way(N_("找培训"), "/training", "school"),
    Way(N_("招聘会"), "/fairs", "fair"),
)

_ROLE_WAYS: tuple[tuple[frozenset[Role], Way], ...] = (
    (frozenset({Role.JOBSEEKER}), Way(N_("我的"), "/me", "user")),
    (frozenset({Role.REGISTRAR, Role.TRAINING_OFFICER}), Way(N_("培训学校"), "/school", "school")),
    (frozenset({Role.ORGANISER, Role.CITY_MANAGER, Role.COUNTY_MANAGER}), Way(N_("招聘会组织"), "/organiser", "fair")),
    (frozenset({Role.EMPLOYER}), Way(N_("用人单位"), "/employer", "company")),
    (frozenset({Role.TRAINING_OFFICER}) | MANAGERS, Way(N_("培训业务台"), "/training-desk", "certificate")),
    (frozenset({Role.EXPORT_OFFICER}) | MANAGERS, Way(N_("劳务输出"), "/export", "bus")),
    (frozenset({Role.ESCORT}), Way(N_("带队点名"), "/roll", "people")),
    # Staff write openings for employers, on the employers' own pages.
    (COUNTER, Way(N_("窗口"), "/counter", "people", also=("/employer",))),
    (MANAGERS, Way(N_("主任工作台"), "/manager", "chart")),
    (MANAGERS | {Role.AUDITOR}, Way(N_("报表"), "/reports", "chart")),
    (frozenset({Role.ADMINISTRATOR}), Way(N_("系统管理"), "/administration", "lock")),
    (frozenset({Role.AUDITOR}), Way(N_("操作记录"), "/audit", "file")),
)


def ways(actor: Actor) -> tuple[Way, ...]:
    """The entries for this reader: the public ones, then those of their roles."""
    return PUBLIC_WAYS + tuple(way for roles, way in _ROLE_WAYS if roles & actor.roles)
