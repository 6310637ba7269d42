"""The public pages of fairs."""

from centre.database import open_session
from tests.employers.browser import Opener
from tests.employers.world import SYSTEM, published
from tests.web.pages.companies import shown_fair


def test_the_public_calendar_shows_the_month_and_finds_the_county(as_: Opener) -> None:
    fair_id = shown_fair()
    visitor = as_()
    link = f'href="/fairs/{fair_id}"'
    assert link in visitor.get("/fairs").text
    assert link in visitor.get("/fairs?month=2026-03&region=610402").text
    for query in ("month=2026-04", "month=2026-03&region=610404"):
        assert link not in visitor.get(f"/fairs?{query}").text
    for odd in ("month=2026-13", "month=0000-01", "month=x", "region=<b>", "month=２０２６-03"):
        assert visitor.get(f"/fairs?{odd}").status_code == 200
    assert visitor.get("/fairs/999").status_code == 404
    assert visitor.get(f"/fairs/{10**30}").status_code in (404, 422)


def test_a_fair_page_shows_the_openings_of_approved_employers(as_: Opener) -> None:
    fair_id = shown_fair()
    with open_session(SYSTEM.scope, write=True) as session:
        opening_id = published(session, 1).id
    assert as_("employer1").send_form(
        f"/employer/fairs/{fair_id}/booth", contact_name="王", opening_ids=opening_id
    ).status_code == 303  # fmt: skip
    link = f'href="/openings/{opening_id}"'
    assert link not in as_().get(f"/fairs/{fair_id}").text
    as_("organiser").send_form("/organiser/booths/1", event="approve")
    assert link in as_().get(f"/fairs/{fair_id}").text
