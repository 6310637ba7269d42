"""The newest openings as an Atom feed (RFC 4287), for feed readers and other sites."""

import re
from typing import Annotated
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import Query
from starlette.responses import Response

from api.dependencies import PUBLIC, Routes, Unit
from api.opening_items import place_name
from api.security import own_address
from centre import clock
from centre.drafts import RegionCode
from centre.installation import sign
from centre.translation import N_, translate
from employers.openings.models import Opening
from employers.openings.queries import newest_openings
from employers.openings.screening import without_phones

routes = Routes(tags=["atom"], versioned=False)

MOST = 100
NAMESPACE = "http://www.w3.org/2005/Atom"
TITLE = N_("最新岗位")
NAME = N_("岗桥就业援助中心")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may contain."""


@routes.get("/openings.atom", allow=PUBLIC, response_class=Response)
def openings_feed(
    unit: Unit, region: Annotated[RegionCode | None, Query(description="county, city or province")] = None
) -> Response:
    """The newest hundred open openings, as an Atom feed."""
    base = own_address(unit.request)
    openings = unit.session.scalars(newest_openings(clock.today(), region or "").limit(MOST)).all()
    address = f"{base}/openings.atom" + (f"?region={region}" if region else "")
    feed = Element("feed", {"xmlns": NAMESPACE, "xml:lang": unit.locale})
    _text(feed, "title", f"{sign().name or translate(unit.locale, NAME)} · {translate(unit.locale, TITLE)}")
    _text(feed, "id", address)
    SubElement(feed, "link", rel="self", href=address)
    SubElement(feed, "link", rel="alternate", href=f"{base}/openings")
    changed = [opening.updated_at for opening in openings]
    # Without an opening there is no change to tell of, and a feed must have a time; a fixed one keeps the ETag.
    _text(feed, "updated", clock.local(max(changed)).isoformat() if changed else "1970-01-01T00:00:00Z")
    for opening in openings:
        _entry(feed, opening, base, unit.locale)
    body = b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed, encoding="utf-8")
    return Response(body, media_type="application/atom+xml")


def _entry(feed: Element, opening: Opening, base: str, locale: str) -> None:
    entry = SubElement(feed, "entry")
    address = f"{base}/openings/{opening.id}"
    _text(entry, "title", without_phones(opening.title))
    _text(entry, "id", address)
    SubElement(entry, "link", rel="alternate", href=address)
    _text(entry, "published", clock.local(opening.posted_at or opening.created_at).isoformat())
    _text(entry, "updated", clock.local(opening.updated_at).isoformat())
    _text(SubElement(entry, "author"), "name", without_phones(opening.recruiter(locale)))
    described = (place_name(opening.region_code), without_phones(opening.content))
    _text(entry, "summary", " · ".join(part for part in described if part))


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = _NO_XML.sub("", text)
