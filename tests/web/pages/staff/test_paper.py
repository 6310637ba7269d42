"""Print views as PDF: the same words as the page, on as many sheets as it needs, from files of the service alone."""

import re
import socket
from io import BytesIO

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from centre.database import open_session
from centre.permissions import Actor
from centre.policy import load_examples
from tests.clients import SignedIn, client, signed_in
from tests.planted import planted
from web import paper
from web.demo import town

__all__ = ["client", "signed_in"]

pytestmark = [
    pytest.mark.usefixtures("in_town"),
    pytest.mark.skipif(not paper.can_make_pdf(), reason="no PDFs without the extra `print` and Pango"),
]


@pytest.fixture
def in_town(database: str) -> None:
    """The demo town."""
    del database
    with open_session(Actor.system().scope, write=True) as session:
        load_examples(session)
        town.fill(session)


def sheets(http: TestClient, address: str, **query: str) -> list[str]:
    """The text of each sheet of a PDF, without white space."""
    answer = http.get(address, params={"as": "pdf", **query})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(answer.content)).pages]


def names_on(http: TestClient, address: str) -> list[str]:
    return re.findall(r'role="rowheader"[^>]*><span>([^<]+)</span>', http.get(address).text)


def test_the_manifest_names_everybody_who_travels(signed_in: SignedIn) -> None:
    officer = signed_in("export")
    address = "/export/batches/2/manifest"
    names = names_on(officer, address)
    assert len(names) == 58
    text = "".join(sheets(officer, address))
    assert [name for name in names if name not in text] == []
    assert "版" in text
    assert "存成PDF" not in text  # the link is for the screen
    assert f'href="{address}?as=pdf"' in officer.get(address).text


def test_the_escort_sheet_and_the_seat_plan_are_files_too(signed_in: SignedIn) -> None:
    escort, officer = signed_in("escort"), signed_in("export")
    names = names_on(escort, "/export/batches/2/sheet")
    text = "".join(sheets(escort, "/export/batches/2/sheet"))
    assert names
    assert all(name in text for name in names)
    assert len(sheets(officer, "/export/batches/2/seats")) >= 2  # a sheet for each coach
    rolls = sheets(escort, "/export/batches/2/paper-roll")
    assert ["点名单" in roll for roll in rolls] == [True] * 3  # 20 people on a sheet, each with its code


def test_a_pdf_needs_the_same_permission_as_its_page(signed_in: SignedIn) -> None:
    assert signed_in("wang").get("/export/batches/2/manifest", params={"as": "pdf"}).status_code == 403


def test_booth_cards_and_badges_have_the_number_of_the_booth(signed_in: SignedIn) -> None:
    organiser = signed_in("organiser")
    cards = sheets(organiser, "/organiser/fairs/15/posters")
    shown = organiser.get("/organiser/fairs/15/badges", params={"each": "2"}).text
    booths = shown.count("name-badge-no") // 2 - 1
    assert booths > 2
    assert len(cards) >= 1 + booths
    badges = sheets(organiser, "/organiser/fairs/15/badges", each="2")
    assert "".join(badges).count("参展单位") == 2 * booths
    assert len(badges) == -(-2 * (booths + 1) // 8)
    assert organiser.get("/organiser/fairs/15/badges", params={"each": "11"}).status_code == 422


def test_a_report_is_one_sheet(signed_in: SignedIn) -> None:
    manager = signed_in("city")
    for number in range(1, 11):
        assert len(sheets(manager, f"/reports/r{number}/paper")) == 1, number


def test_nothing_is_fetched_from_elsewhere() -> None:
    def no_connection(*_: object, **__: object) -> None:
        raise AssertionError("a PDF opened a connection")

    named = "".join(
        f'<img src="{address}">' for address in ("http://192.0.2.1/a.png", "/static/../settings.py", "/openings")
    )
    with planted(socket, create_connection=no_connection, getaddrinfo=no_connection):
        assert paper.pdf_of(f"<p>字{named}").startswith(b"%PDF")


def test_without_the_library_the_page_has_no_link_and_stays_a_page(signed_in: SignedIn) -> None:
    with planted(paper, can_make_pdf=lambda: False):
        answer = signed_in("export").get("/export/batches/2/manifest", params={"as": "pdf"})
    assert answer.headers["content-type"].startswith("text/html")
    assert "as=pdf" not in answer.text
