"""A city's first run (首次设置): its name, hotline and centres, its first administrator and managers, in one step."""

import csv
from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field, StringConstraints
from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from centre import audit, regions
from centre.accounts.actions import create_account
from centre.accounts.models import Account
from centre.accounts.rules import new_words
from centre.drafts import Draft, Line, RegionCode, Words
from centre.errors import Conflict, Invalid, Problem
from centre.grammars.places import read_place
from centre.installation import rename_installation
from centre.network import Centre, CentreLevel, forget_home
from centre.permissions import Actor, Permission, Role, require
from centre.policy import load_examples
from centre.translation import N_

Login = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z][a-zA-Z0-9._-]{2,59}$")]
"""A sign-in name: three letters or more, so that nobody takes it for a telephone number."""

COLUMNS = ("code", "name", "region")
_HEADINGS = {"code": ("code", "编号", "代码"), "name": ("name", "名称"), "region": ("region", "地区", "行政区划")}
_FIRST_WORDS = {heading for headings in _HEADINGS.values() for heading in headings}


class CentreEntry(Draft):
    """One centre of the network as it is set up (中心)."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,8}$")]
    name: Annotated[Words, StringConstraints(max_length=60)]
    region: RegionCode


class FirstAccount(Draft):
    """An account that the first run makes; without a password it gets one that is shown once (首批账号)."""

    login: Login
    name: Annotated[Words, StringConstraints(max_length=60)]
    password: Annotated[str, StringConstraints(max_length=100, strip_whitespace=False)] = ""


class FirstManager(FirstAccount):
    """A manager of the centre with this code; the city centre's code makes a city manager (主任)."""

    centre: Annotated[str, StringConstraints(max_length=8)]


class FirstRun(Draft):
    """Everything that the first run asks (首次设置)."""

    name: Annotated[Words, StringConstraints(max_length=60)]
    hotline: Annotated[Line, StringConstraints(max_length=40)] = ""
    centres: Annotated[tuple[CentreEntry, ...], Field(min_length=1, max_length=60)]
    administrator: FirstAccount
    managers: Annotated[tuple[FirstManager, ...], Field(max_length=60)] = ()
    example_rules: bool = False


class AlreadySetUp(Conflict):
    """The installation has its city centre or its administrator already."""

    code = "already-set-up"
    message = N_("已经设置过了；要改，请管理员登录后修改")


def suggested_centres(city: str) -> list[CentreEntry]:
    """The city centre and one centre for each county of a city, as a start to edit. Raises RegionUnknown.

    A county has the region's own code as its code; 东莞 and other cities without counties have the city centre alone.
    """
    places = [regions.region(city), *regions.counties(city)]
    return [CentreEntry(code=place.code, name=f"{place.name}就业援助中心", region=place.code) for place in places]


def city_named(typed: str) -> str:
    """The code of a city by its code or its name, municipalities as well. Raises Invalid when none or several fit."""
    text = typed.strip()
    coded = regions.coded(text)
    places = [coded] if coded else regions.search(text, limit=50)
    cities = [place for place in places if regions.is_city(place.code)]
    cities = [place for place in cities if place.name in (text, f"{text}市")] or cities
    if len(cities) != 1:
        message = (
            N_("没有找到这个城市，请写全名或六位代码")
            if not cities
            else N_("不止一个城市叫这个名字：{cities}，请写六位代码")
        )
        named = "、".join(f"{regions.full_name(place.code)} {place.code}" for place in cities[:5])
        raise Invalid([Problem("city", "city-unknown", message, {"cities": named})])
    return cities[0].code


def read_centres(lines: Iterable[str]) -> list[CentreEntry]:
    """Centres from CSV lines `code,name,region`, with or without a heading; a region is a code or a name.

    Raises Invalid with the number of each line that is wrong.
    """
    centres: list[CentreEntry] = []
    problems: list[Problem] = []
    for number, row in enumerate(csv.reader(lines), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and cells[0].lstrip("\ufeff").lower() in _FIRST_WORDS):
            continue
        try:
            code, name, place = cells
            centres.append(CentreEntry(code=code, name=name, region=read_place(place).code))
        except (ValueError, LookupError):
            message = N_("第 {row} 行看不懂；每行写：编号,名称,地区代码")
            problems.append(Problem("centres", "centre-line", message, {"row": number}))
    if problems:
        raise Invalid(problems)
    return centres


def has_administrator(session: Session) -> bool:
    """Whether anybody can administer the installation."""
    holds = cast(Account.roles, String).like(f'%"{Role.ADMINISTRATOR.value}"%')
    return session.scalar(select(Account.id).where(holds).limit(1)) is not None


def is_open(session: Session) -> bool:
    """Whether the first run is still pending: there is neither a city centre nor an administrator."""
    city = select(Centre.id).where(Centre.level == CentreLevel.CITY).limit(1)
    return session.scalar(city) is None and not has_administrator(session)


def set_up(session: Session, actor: Actor, *, draft: FirstRun) -> list[tuple[str, str]]:
    """Write the network, its name and its first accounts; returns login and password of each that got a new password.

    Raises AlreadySetUp and Invalid.
    """
    require(actor, Permission.MANAGE_ACCOUNTS)
    if not is_open(session):
        raise AlreadySetUp
    _check(draft)
    rename_installation(session, actor, name=draft.name, hotline=draft.hotline)
    centres = _add_centres(session, draft.centres)
    handed_out: list[tuple[str, str]] = []
    accounts: list[tuple[FirstAccount, Role, int | None]] = [(draft.administrator, Role.ADMINISTRATOR, None)]
    for manager in draft.managers:
        centre = centres[manager.centre]
        role = Role.CITY_MANAGER if centre.level is CentreLevel.CITY else Role.COUNTY_MANAGER
        accounts.append((manager, role, centre.id))
    for entry, role, centre_id in accounts:
        password = entry.password or new_words(4)
        create_account(
            session,
            actor,
            login=entry.login.casefold(),
            name=entry.name,
            password=password,
            roles={role},
            centre_id=centre_id,
        )
        if not entry.password:
            handed_out.append((entry.login.casefold(), password))
    rules = load_examples(session) if draft.example_rules else 0
    detail = {"centres": len(centres), "accounts": len(accounts), "example_rules": rules}
    audit.note(session, actor, action="installation.set-up", subject="installation", detail=detail)
    forget_home()
    return handed_out


def _add_centres(session: Session, entries: Sequence[CentreEntry]) -> dict[str, Centre]:
    centres: dict[str, Centre] = {}
    city: Centre | None = None
    for entry in entries:
        centre = Centre(
            code=entry.code,
            name=entry.name,
            level=CentreLevel.COUNTY if city else CentreLevel.CITY,
            region_code=entry.region,
            parent_id=city.id if city else None,
        )
        session.add(centre)
        session.flush()
        centres[entry.code] = centre
        city = city or centre
    return centres


def _check(draft: FirstRun) -> None:
    """The city centre first, its counties below it, nothing twice. Raises Invalid."""
    city, *counties = draft.centres
    problems: list[Problem] = []
    if not (regions.exists(city.region) and regions.is_city(city.region)):
        problems.append(Problem("centres", "city-first", N_("第一行要是市中心，地区写城市的代码")))
    else:
        outside = [
            entry.name
            for entry in counties
            if not regions.exists(entry.region) or not regions.within(entry.region, city.region)
        ]
        if outside:
            message = N_("这些中心的地区不在本市：{names}")
            problems.append(Problem("centres", "outside-city", message, {"names": "、".join(outside[:5])}))
    codes, places = [entry.code for entry in draft.centres], [entry.region for entry in draft.centres]
    if len(set(codes)) < len(codes) or len(set(places)) < len(places):
        problems.append(Problem("centres", "centre-twice", N_("有的编号或地区写了两次")))
    strangers = [manager.login for manager in draft.managers if manager.centre not in codes]
    if strangers:
        message = N_("这些主任的中心编号不在上面的名单里：{names}")
        problems.append(Problem("managers", "manager-centre", message, {"names": "、".join(strangers[:5])}))
    logins = [account.login.casefold() for account in (draft.administrator, *draft.managers)]
    if len(set(logins)) < len(logins):
        problems.append(Problem("managers", "login-twice", N_("有的登录名写了两次")))
    if problems:
        raise Invalid(problems)
