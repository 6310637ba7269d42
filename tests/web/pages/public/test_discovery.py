"""What search engines find: robots, sitemap, security.txt, structured data and share cards, each with right values."""

import json
import re
from datetime import date, datetime, timedelta
from struct import unpack
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from sqlalchemy import select

from api.dependencies import PUBLIC
from api.registry import registry
from centre import clock, regions
from centre.database import open_session
from centre.installation import rename_installation, sign
from centre.permissions import Actor
from centre.settings import settings
from employers.fairs.models import Fair
from employers.fairs.queries import fairs
from employers.fairs.rules import FairState
from employers.openings.models import Opening
from employers.openings.rules import EmploymentType, OpeningState, ReservedFor, WageUnit
from tests.planted import planted
from tests.web.desks import Desk, Hall, number
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.providers.models import Major
from web.app import build
from web.pages.public import discovery
from web.structured_data import job_posting

SYSTEM = Actor.system()
BASE = "http://testserver"
TITLE = "缝纫工（平车）"
SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def places(text: str) -> list[str]:
    """The addresses of one file of the sitemap, without the host."""
    document = fromstring(text)  # noqa: S314 - our own answer
    return [str(place.text).removeprefix(BASE) for place in document.iter(f"{SPACE}loc")]


def addresses(desk: Desk) -> list[str]:
    """All pages of the sitemap, in order."""
    return [path for part in places(desk.get("/sitemap.xml")) for path in places(desk.get(part))]


def described(page: str, kind: str) -> dict[str, Any]:
    """The structured data of a page."""
    (data,) = (json.loads(text) for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page))
    assert (data["@context"], data["@type"]) == ("https://schema.org", kind)
    return dict(data)


def cards(page: str) -> dict[str, str]:
    """The Open Graph properties of a page."""
    return dict(re.findall(r'<meta property="og:([a-z:_]+)" content="([^"]*)">', page))


def closed_to_crawlers(rules: str, path: str) -> bool:
    patterns = [re.escape(rule).replace(r"\$", "$") for rule in re.findall(r"Disallow: (\S+)", rules)]
    return any(re.match(pattern, path) for pattern in patterns)


def test_robots_leave_out_what_is_private_and_nothing_else(hall: Hall) -> None:
    visitor = hall.enter()
    rules = visitor.get("/robots.txt")
    assert rules.startswith("User-agent: *\n")
    assert f"\nSitemap: {BASE}/sitemap.xml\n" in rules
    for path in (
        "/me",
        "/me/introductions/1",
        "/counter",
        "/account",
        "/manager",
        "/openings?q=x",
        "/administration/x",
    ):
        assert closed_to_crawlers(rules, path), path
    for path in addresses(visitor):
        assert not closed_to_crawlers(rules, path), path


@pytest.mark.rule("reserved-opening", "feed")
def test_the_sitemap_lists_every_public_page_once_and_nothing_else(hall: Hall) -> None:
    hidden, closed = number(Opening, title=TITLE), number(Opening, title="缝纫工（皮衣）")
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Opening, hidden).reserved_for = [ReservedFor.UNION_HARDSHIP.value]
        session.get_one(Opening, closed).state = OpeningState.CLOSED
    with open_session(Actor.public().scope) as session:
        openings = set(session.scalars(select(Opening.id)))
        classes = set(session.scalars(select(TrainingClass.id).where(TrainingClass.state == ClassState.RECRUITING)))
    visitor = hall.enter()
    listed = addresses(visitor)
    assert len(listed) == len(set(listed))
    assert {int(path.split("/")[2]) for path in listed if path.startswith("/openings/")} == openings - {hidden, closed}
    seats = {int(path.split("/")[3]) for path in listed if path.startswith("/training/classes/")}
    assert seats
    assert seats <= classes
    for path in (*discovery.FIXED, *(path for path in listed if path.endswith("/1"))):
        assert path in listed
        visitor.get(path)
    for login in ("officer", "employer", "organiser"):
        assert addresses(hall.enter(login)) == listed


UNLISTED = {
    "/sign-in", "/sign-in/second", "/sign-in/enrol", "/display", "/first-run", "/design", "/kiosk", "/kiosk/end",
    "/tickets", "/letters/checker", "/figures/five-years",
}  # fmt: skip
"""Public pages that nobody searches for: steps of signing in, screens of the hall, files to save, the demo's own."""


def test_the_sitemap_lists_each_public_page_without_a_number(hall: Hall) -> None:
    visitor = hall.enter()
    pages = {
        entry.path
        for entry in registry(build())
        if entry.allow is PUBLIC and entry.method == "GET" and entry.is_page and not set("{.") & set(entry.path)
    }
    assert pages - set(discovery.FIXED) == UNLISTED
    assert set(discovery.FIXED) <= pages
    assert "/brands/1" in addresses(visitor)


def test_a_long_sitemap_is_cut_into_files(hall: Hall) -> None:
    visitor = hall.enter()
    whole = addresses(visitor)
    with planted(discovery, MOST_ADDRESSES=7):
        assert addresses(visitor) == whole
        count = sum(path.startswith("/openings/") for path in whole)
        last = -(-count // 7)
        visitor.get(f"/sitemaps/openings/{last}.xml")
        visitor.get(f"/sitemaps/openings/{last + 1}.xml", 404)
    visitor.get("/sitemaps/people/1.xml", 404)


def test_the_sitemap_tells_when_a_page_changed(hall: Hall) -> None:
    opening = number(Opening, title=TITLE)
    with open_session(SYSTEM.scope) as session:
        changed = clock.local(session.get_one(Opening, opening).updated_at).date().isoformat()
    assert f"<loc>{BASE}/openings/{opening}</loc><lastmod>{changed}</lastmod>" in hall.enter().get(
        "/sitemaps/openings/1.xml"
    )


def test_security_txt_names_a_contact_and_expires_within_a_year(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = hall.enter()
    fields = dict(line.split(": ", 1) for line in visitor.get("/.well-known/security.txt").splitlines())
    assert fields["Contact"] == "tel:02933000000;phone-context=+86"
    assert fields["Canonical"] == f"{BASE}/.well-known/security.txt"
    assert timedelta(0) < datetime.fromisoformat(fields["Expires"]) - clock.now() < timedelta(days=365)
    monkeypatch.setenv("GANGQIAO_SECURITY_CONTACT", "mailto:security@city.example")
    settings.cache_clear()
    assert "Contact: mailto:security@city.example\n" in visitor.get("/.well-known/security.txt")
    monkeypatch.delenv("GANGQIAO_SECURITY_CONTACT")
    settings.cache_clear()
    with open_session(SYSTEM.scope, write=True) as session:
        rename_installation(session, SYSTEM, name="", hotline="")
    sign.forget()
    visitor.get("/.well-known/security.txt", 404)


def test_an_opening_is_a_job_posting_with_all_that_is_required(hall: Hall) -> None:
    opening_id = number(Opening, title=TITLE)
    with open_session(SYSTEM.scope) as session:
        opening = session.get_one(Opening, opening_id)
        posted, until = clock.local(opening.posted_at or opening.created_at).date(), opening.valid_until
    page = hall.enter().get(f"/openings/{opening_id}")
    posting = described(page, "JobPosting")
    assert (posting["title"], posting["datePosted"]) == (TITLE, posted.isoformat())
    assert posting["validThrough"] == f"{until}T23:59:59+08:00"
    assert posting["hiringOrganization"] == {"@type": "Organization", "name": "渭城新棉制衣(虚构)"}
    assert posting["jobLocation"]["address"] == {
        "@type": "PostalAddress", "streetAddress": "工业园 3 号(虚构)", "addressLocality": "渭城区",
        "addressRegion": "陕西省", "addressCountry": "CN",
    }  # fmt: skip
    assert posting["baseSalary"] == {
        "@type": "MonetaryAmount", "currency": "CNY",
        "value": {"@type": "QuantitativeValue", "unitText": "MONTH", "minValue": 3200.0, "maxValue": 5000.0},
    }  # fmt: skip
    assert (posting["url"], posting["identifier"]["value"]) == (f"{BASE}/openings/{opening_id}", str(opening_id))
    assert posting["totalJobOpenings"] > 0
    assert posting["occupationalCategory"]["name"] == "sewing machine operator"
    assert cards(page)["title"] == TITLE
    assert "3,200–5,000 元/月" in cards(page)["description"]
    assert cards(page)["url"] == f"{BASE}/openings/{opening_id}"


@pytest.mark.rule("free-text", "page")
def test_what_people_write_is_escaped_and_their_telephones_are_masked(hall: Hall) -> None:
    opening_id = number(Opening, title=TITLE)
    with open_session(SYSTEM.scope, write=True) as session:
        opening = session.get_one(Opening, opening_id)
        opening.title = '缝纫工"><b> 13812345678'
        opening.content = "工龄<3 年的也行</script><script>alert(1)</script> 电话 13812345678"
    page = hall.enter().get(f"/openings/{opening_id}")
    assert "<script>alert" not in page
    assert "13812345678" not in page
    posting = described(page, "JobPosting")
    assert "工龄&lt;3 年的也行&lt;/script&gt;" in posting["description"]
    assert cards(page)["title"].startswith("缝纫工&#34;&gt;&lt;b&gt;")


@pytest.mark.rule("reserved-opening", "page")
def test_a_closed_or_reserved_opening_is_no_job_posting(hall: Hall) -> None:
    opening_id = number(Opening, title=TITLE)
    boss = hall.enter("employer")
    assert "JobPosting" in boss.get(f"/openings/{opening_id}")
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Opening, opening_id).reserved_for = [ReservedFor.UNION_HARDSHIP.value]
    assert "JobPosting" not in boss.get(f"/openings/{opening_id}")
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Opening, opening_id).reserved_for = []
        session.get_one(Opening, opening_id).state = OpeningState.PAUSED
    assert "JobPosting" not in boss.get(f"/openings/{opening_id}")


@pytest.mark.parametrize(
    ("values", "field", "expected"),
    [
        ({"hours_per_week": 24}, "employmentType", "PART_TIME"),
        ({"hours_per_week": 25}, "employmentType", None),
        ({"hours_per_week": 44}, "employmentType", "FULL_TIME"),
        ({"hours_per_week": None}, "employmentType", None),
        ({"employment_type": EmploymentType.SEASONAL, "hours_per_week": 44}, "employmentType", "TEMPORARY"),
        ({"wage_unit": WageUnit.PIECE}, "baseSalary", None),
        ({"wage_min_fen": None, "wage_max_fen": None}, "baseSalary", None),
        ({"wage_min_fen": 28_050, "wage_max_fen": None, "wage_unit": WageUnit.DAY}, "baseSalary", ("DAY", 280.5)),
        ({"wage_min_fen": 2_000, "wage_max_fen": 2_000, "wage_unit": WageUnit.HOUR}, "baseSalary", ("HOUR", 20.0)),
        ({"valid_until": None}, "validThrough", None),
        ({"valid_until": date(2026, 3, 31)}, "validThrough", "2026-03-31T23:59:59+08:00"),
        ({"region_code": "", "address": ""}, "jobLocation", {"@type": "PostalAddress", "addressCountry": "CN"}),
    ],
)
def test_only_what_is_stated_is_described(hall: Hall, values: dict[str, Any], field: str, expected: object) -> None:
    opening_id = number(Opening, title=TITLE)
    with open_session(SYSTEM.scope) as session:
        opening = session.get_one(Opening, opening_id)
        session.refresh(opening, ["employer"])
        for name, stated in values.items():
            setattr(opening, name, stated)
        value: Any = described(str(job_posting(opening, BASE)), "JobPosting").get(field)
        session.rollback()
    if isinstance(expected, tuple):
        assert (value["value"]["unitText"], value["value"]["value"]) == expected
    else:
        assert (value["address"] if isinstance(value, dict) else value) == expected


def test_a_class_is_a_course_with_its_days_and_price(hall: Hall) -> None:
    visitor = hall.enter()
    path = next(path for path in addresses(visitor) if path.startswith("/training/classes/"))
    with open_session(SYSTEM.scope) as session:
        group = session.get_one(TrainingClass, int(path.rsplit("/", 1)[1]))
        major = session.get_one(Major, group.major_id)
    page = visitor.get(path)
    data = described(page, "Course")
    assert (data["name"], data["url"]) == (major.name, BASE + path)
    assert data["description"].endswith(f"{major.hours} 课时")
    held = data["hasCourseInstance"]
    assert (held["startDate"], held["endDate"]) == (group.start_on.isoformat(), group.end_on.isoformat())
    assert (held["courseMode"], held["courseWorkload"]) == ("Onsite", f"PT{major.hours}H")
    assert data["offers"]["price"] * 100 == major.learner_fen
    assert (data["offers"]["category"] == "Free") is (major.learner_fen == 0)
    assert cards(page)["title"] == major.name
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(TrainingClass, group.id).state = ClassState.LOCKED
    assert '"Course"' not in hall.enter("trainer").get(path)


def test_a_fair_is_an_event_with_its_place_and_a_free_offer(hall: Hall) -> None:
    visitor = hall.enter()
    path = next(path for path in addresses(visitor) if re.fullmatch(r"/fairs/[0-9]+", path))
    with open_session(SYSTEM.scope, write=True) as session:
        fair = session.scalars(fairs().where(Fair.id == int(path.rsplit("/", 1)[1]))).one()
        assert fair.venue is not None
        fair.summary, starts, street = "", clock.local(fair.starts_at), fair.venue.address
        name, county = fair.name, regions.name(fair.venue.region_code)
    page = visitor.get(path)
    data = described(page, "Event")
    assert (data["name"], data["description"], data["startDate"]) == (name, name, starts.isoformat())
    assert data["location"]["address"] == {
        "@type": "PostalAddress", "streetAddress": street, "addressLocality": county,
        "addressRegion": "陕西省", "addressCountry": "CN",
    }  # fmt: skip
    assert (data["offers"]["price"], data["offers"]["priceCurrency"]) == (0, "CNY")
    assert data["image"] == cards(page)["image"]
    assert (cards(page)["title"], cards(page)["url"]) == (name, BASE + path)
    assert f"{starts:%H:%M}" in cards(page)["description"]
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Fair, fair.id).state = FairState.CANCELLED
    data = described(hall.enter().get(path), "Event")
    assert data["eventStatus"] == "https://schema.org/EventCancelled"
    assert "offers" not in data


@pytest.mark.parametrize(
    ("path", "title"), [("/", "找工作"), ("/fairs", "招聘会"), ("/training", "找培训"), ("/brands/1", "")]
)
def test_pages_that_people_pass_on_have_a_share_card(hall: Hall, path: str, title: str) -> None:
    page = hall.enter().get(path)
    shown = cards(page)
    assert shown["url"] == BASE + path
    assert shown["title"] == title or f"<h1>{shown['title']}</h1>" in page
    assert shown["description"]


def test_the_picture_of_a_share_card_is_our_own_file_of_the_size_that_is_told(hall: Hall) -> None:
    visitor = hall.enter()
    shown = cards(visitor.get(f"/openings/{number(Opening, title=TITLE)}"))
    assert shown["image"].startswith(f"{BASE}/static/share.png?v=")
    picture = visitor.client.get(shown["image"].removeprefix(BASE))
    assert picture.headers["content-type"] == shown["image:type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    assert unpack(">II", picture.content[16:24]) == (int(shown["image:width"]), int(shown["image:height"]))


def test_the_site_can_be_put_on_a_first_screen_with_files_of_its_own(hall: Hall) -> None:
    visitor = hall.enter()
    assert '<link rel="manifest" href="/app.webmanifest">' in visitor.get("/")
    described = json.loads(visitor.get("/app.webmanifest"))
    assert (described["start_url"], described["display"]) == ("/", "standalone")
    pictures = [icon for icon in described["icons"] if icon["type"] == "image/png"]
    for icon in pictures:
        content = visitor.client.get(icon["src"]).content
        assert "x".join(map(str, unpack(">II", content[16:24]))) == icon["sizes"]
    assert {(icon["sizes"], icon["purpose"]) for icon in pictures} == {
        (size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")
    }
    assert all(visitor.get(icon["src"]) for icon in described["icons"] if icon not in pictures)
    assert described["name"]
