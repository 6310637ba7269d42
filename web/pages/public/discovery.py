"""What search engines and security researchers look for: robots.txt, the sitemap, security.txt."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from xml.sax.saxutils import escape

from fastapi import Path
from sqlalchemy import Select, func, select
from starlette.responses import Response

from api.dependencies import PUBLIC, Pages, Unit, UnitOfWork
from api.registry import registry
from api.security import own_address
from centre import clock
from centre.database import open_session
from centre.errors import NotFound
from centre.installation import sign
from centre.permissions import Actor
from centre.settings import settings
from centre.tables import Record
from centre.translation import N_, translate
from employers.fairs.models import Fair
from employers.fairs.queries import coming_fairs
from employers.openings.models import Opening
from employers.openings.queries import open_openings
from matching.brands.models import LabourBrand
from matching.brands.queries import brands
from matching.brands.rules import BrandState
from training.classes.models import TrainingClass
from training.classes.queries import recruiting
from web.manifest import app_manifest

routes = Pages()

MOST_ADDRESSES = 50_000
"""A sitemap file may list this many addresses (sitemaps.org)."""
EXPIRY = timedelta(days=180)
"""RFC 9116 recommends that security.txt expires within a year."""
SEARCHES = ("/openings", "/training", "/fairs")
SITE = N_("岗桥")
FIXED = (
    "/", "/openings", "/training", "/training/notices", "/fairs", "/brands", "/brands/map", "/help", "/help/donations",
    "/register", "/employer/register", "/letters/verify", "/certificates", "/about", "/about/privacy",
    "/about/matching", "/developers", "/figures",
)  # fmt: skip
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
HEADING = '<?xml version="1.0" encoding="UTF-8"?>\n'


class Listing(StrEnum):
    """A kind of pages in the sitemap."""

    PAGES = "pages"
    OPENINGS = "openings"
    CLASSES = "classes"
    FAIRS = "fairs"
    BRANDS = "brands"


@routes.get("/app.webmanifest", allow=PUBLIC)
def manifest(unit: Unit) -> Response:
    """What a browser needs to put the site on a telephone's first screen."""
    return app_manifest(sign().name or translate(unit.locale, SITE), scope="/")


@routes.get("/robots.txt", allow=PUBLIC)
def robots(unit: Unit) -> Response:
    """What crawlers may read: everything public except search results, which are endless."""
    closed = [f"Disallow: {rule}" for part in private_parts(unit) for rule in (f"{part}$", f"{part}/")]
    closed += [f"Disallow: {search}?" for search in SEARCHES]
    lines = ["User-agent: *", *closed, "", f"Sitemap: {own_address(unit.request)}/sitemap.xml"]
    return Response("\n".join(lines) + "\n", media_type="text/plain")


def private_parts(unit: UnitOfWork) -> list[str]:
    """The first parts of addresses below which nothing is public, read from the routes themselves."""
    opened, closed = set[str](), set[str]()
    for entry in registry(unit.request.app):
        first = entry.path.split("/", 2)[1]
        (opened if entry.allow is PUBLIC else closed).add(first)
    return sorted(f"/{first}" for first in closed - opened)


@routes.get("/sitemap.xml", allow=PUBLIC)
def sitemap(unit: Unit) -> Response:
    """The index of the sitemap's files."""
    base = own_address(unit.request)
    files = [f"{base}/sitemaps/{kind}/{number}.xml" for kind in Listing for number in range(1, _files_of(kind) + 1)]
    inside = "".join(f"<sitemap><loc>{escape(address)}</loc></sitemap>\n" for address in files)
    return _xml(f'<sitemapindex xmlns="{NAMESPACE}">\n{inside}</sitemapindex>\n')


@routes.get("/sitemaps/{kind}/{number}.xml", allow=PUBLIC)
def sitemap_part(unit: Unit, kind: Listing, number: Annotated[int, Path(ge=1, le=10_000)]) -> Response:
    """One file of the sitemap, with the day on which each page last changed."""
    if number > _files_of(kind):
        raise NotFound
    base = own_address(unit.request)
    inside = "".join(
        f"<url><loc>{escape(base + path)}</loc>{_changed(on)}</url>\n" for path, on in _addresses(kind, number)
    )
    return _xml(f'<urlset xmlns="{NAMESPACE}">\n{inside}</urlset>\n')


def _files_of(kind: Listing) -> int:
    if kind is Listing.PAGES:
        return 1
    rows = _rows(kind).order_by(None).subquery()
    with open_session(Actor.public().scope) as session:
        return -(-(session.scalar(select(func.count()).select_from(rows)) or 0) // MOST_ADDRESSES)


def _addresses(kind: Listing, number: int) -> Iterable[tuple[str, date | None]]:
    if kind is Listing.PAGES:
        return [(path, None) for path in FIXED]
    where = "/training/classes" if kind is Listing.CLASSES else f"/{kind}"
    part = _rows(kind).limit(MOST_ADDRESSES).offset((number - 1) * MOST_ADDRESSES)
    with open_session(Actor.public().scope) as session:
        return [(f"{where}/{record_id}", clock.local(changed).date()) for record_id, changed in session.execute(part)]


def _rows(kind: Listing) -> Select[int, datetime]:
    """Ids and times of change; read as a visitor, so that the sitemap is the same for every reader."""
    today = clock.today()
    queries: dict[Listing, tuple[Any, type[Record]]] = {
        Listing.OPENINGS: (open_openings(today), Opening),
        Listing.CLASSES: (recruiting(today), TrainingClass),
        Listing.FAIRS: (coming_fairs(clock.now()), Fair),
        Listing.BRANDS: (brands(BrandState.PUBLISHED), LabourBrand),
    }
    query, model = queries[kind]
    rows: Select[int, datetime] = query.with_only_columns(model.id, model.updated_at).order_by(None).order_by(model.id)
    return rows


def _changed(on: date | None) -> str:
    return f"<lastmod>{on.isoformat()}</lastmod>" if on else ""


def _xml(inside: str) -> Response:
    return Response(HEADING + inside, media_type="application/xml")


@routes.get("/.well-known/security.txt", allow=PUBLIC)
def security(unit: Unit) -> Response:
    """Whom to tell of a weakness (RFC 9116): the contact of the settings, otherwise the hotline. Raises NotFound."""
    dialled = sign().dialled
    # A number without its country is valid only with its context (RFC 3966, 5.1.5).
    hotline = f"tel:{dialled}" + ("" if dialled.startswith("+") else ";phone-context=+86")
    contact = settings().security_contact or (hotline if dialled else "")
    if not contact:
        raise NotFound
    expires = clock.now() + EXPIRY
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: zh, en",
        f"Canonical: {own_address(unit.request)}/.well-known/security.txt",
    ]
    return Response("\n".join(lines) + "\n", media_type="text/plain")
