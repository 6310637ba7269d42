"""Days and doors of fairs on the pages and feeds: every day of a fair is shown, a closed fair nowhere."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from centre import clock
from centre.database import open_session
from employers.fairs.models import Fair
from tests.employers.browser import Opener, opener
from tests.employers.world import SYSTEM, add_hall, at, booth_fair


@pytest.fixture
def as_(database: str) -> Iterator[Opener]:
    with clock.frozen(datetime(2026, 3, 2, 2, tzinfo=UTC)):
        yield opener()


def planned(first: datetime, last: datetime, *, public: bool = True) -> int:
    with open_session(SYSTEM.scope, write=True) as session:
        times = {"starts_at": first, "ends_at": last}
        return booth_fair(session, add_hall(session), open_to_public=public, **times).id


def fields(page: str) -> dict[str, str]:
    """The values that a browser sends when the form of a fair is saved unchanged."""
    values = dict(re.findall(r'<input[^>]*?name="([a-z_]+)"[^>]*?value="([^"]*)"', page))
    chosen = re.findall(r'<select[^>]*name="([a-z_]+)".*?<option value="([^"]*)" selected', page, re.DOTALL)
    return values | dict(chosen) | {"mode": "on_site"}


def test_a_fair_over_a_months_end_stands_in_both_months_on_all_its_days(as_: Opener) -> None:
    number = planned(at(9, day=date(2026, 8, 30)), at(16, day=date(2026, 9, 2)))
    visitor = as_()
    for month, days in (("2026-08", 2), ("2026-09", 2)):
        cells = re.findall(r"<td.*?</td>", visitor.get(f"/fairs?month={month}").text, re.DOTALL)
        assert sum(f'/fairs/{number}"' in cell for cell in cells) == days


def test_saving_a_fair_of_several_days_unchanged_keeps_its_days(as_: Opener) -> None:
    number = planned(at(9, day=date(2026, 8, 30)), at(16, day=date(2026, 9, 2)))
    organiser = as_("organiser")
    values = fields(organiser.get(f"/organiser/fairs/{number}/edit").text)
    values.pop("_csrf", None)
    assert organiser.send_form(f"/organiser/fairs/{number}/edit", **values).status_code == 303
    with open_session(SYSTEM.scope) as session:
        fair = session.get_one(Fair, number)
        assert (fair.starts_at, fair.ends_at) == (at(9, day=date(2026, 8, 30)), at(16, day=date(2026, 9, 2)))


@pytest.mark.rule("fair-not-public", "page", "list", "feed")
def test_a_fair_that_is_not_open_to_the_public_is_on_no_public_page_list_or_feed(as_: Opener) -> None:
    number = planned(at(9), at(11), public=False)
    visitor, employer = as_(), as_("employer1")
    assert visitor.get("/api/v1/fairs").json()["total"] == 0
    assert f"/fairs/{number}" not in visitor.get("/fairs?month=2026-03").text
    assert f"fair-{number}@" not in visitor.get("/fairs.ics").text
    assert visitor.get(f"/fairs/{number}").status_code == 404
    assert visitor.get(f"/fairs/{number}.ics").status_code == 404
    assert "求职者免费入场" not in employer.get(f"/fairs/{number}.ics").text
    assert "仅限受邀单位参加" in employer.get(f"/fairs/{number}").text


@pytest.mark.parametrize("span", ["from=0001-01-01", "to=9999-12-31", "from=0001-01-01&to=9999-12-31"])
def test_a_list_up_to_the_edge_of_the_calendar_is_a_list(as_: Opener, span: str) -> None:
    planned(at(9), at(11))
    assert as_().get(f"/api/v1/fairs?{span}").json()["total"] == 1


@pytest.mark.rule("permit-from-thousand", "page", "api")
def test_a_fair_that_grows_to_a_thousand_needs_its_permit_at_both_doors(as_: Opener) -> None:
    number = planned(at(9, day=date(2026, 3, 20)), at(16, day=date(2026, 3, 20)))
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Fair, number).permit_no = ""
    organiser = as_("organiser")
    edit = f"/organiser/fairs/{number}/edit"
    same = fields(organiser.get(edit).text)
    assert organiser.send_form(edit, **same | {"expected_visitors": "999"}).status_code == 303
    same = fields(organiser.get(edit).text)
    for visitors in ("1000", "1200"):
        refused = organiser.send_form(edit, **same | {"expected_visitors": visitors})
        assert refused.status_code == 409
        assert "许可" in refused.text
    with open_session(SYSTEM.scope) as session:
        fair = session.get_one(Fair, number)
        draft = {
            "name": fair.name, "venue_id": fair.venue_id, "starts_at": fair.starts_at.isoformat(),
            "ends_at": fair.ends_at.isoformat(), "booth_count": fair.booth_count, "expected_visitors": 1200,
        }  # fmt: skip
    address = f"/api/v1/fairs/{number}"
    assert organiser.put(address, json=draft).json()["type"].endswith("permit-missing")
    assert organiser.put(address, json=draft | {"permit_no": "公安1号"}).status_code == 200
