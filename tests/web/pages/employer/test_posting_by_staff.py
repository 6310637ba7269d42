"""An officer writes an opening for an employer that telephoned, by the pages that the employer itself uses."""

import re

import pytest

from centre.database import open_session
from employers.companies.actions import judge_employer
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from tests.employers.browser import Opener
from tests.employers.world import SYSTEM
from tests.web.desks import words
from tests.web.pages.employer.test_desk import OPENING

NEW = "/employer/openings/new"


def test_an_officer_writes_and_submits_an_opening_for_an_employer(as_: Opener) -> None:
    officer = as_("officer")
    listed = officer.get("/counter/verify/employers/1").text
    way = f"{NEW}?employer_id=1"
    assert f'href="{way}"' in listed
    form = officer.get(way)
    assert form.status_code == 200
    assert 'name="employer_id" value="1"' in form.text
    first = officer.send_form(NEW, employer_id="1", part="work", step="next", title="缝纫工", headcount="5")
    opening_path = re.sub(r"/edit.*", "", first.headers["location"])
    page = officer.get(first.headers["location"])
    assert 'href="/counter/verify/employers/1"' in page.text, "the way back leads to a page that staff may see"
    assert 'href="/employer"' not in page.text
    assert officer.send_form(f"{opening_path}/edit", **OPENING).status_code == 303
    with open_session(SYSTEM.scope) as session:
        opening = session.query(Opening).one()
        assert (opening.employer_id, opening.state, opening.wage_min_fen) == (1, OpeningState.TO_VERIFY, 320_000)
    seen = officer.get(f"/counter/verify/openings/{opening.id}").text
    assert f'href="{opening_path}"' in seen
    assert officer.get(f"{opening_path}/reach").status_code == 200


def test_what_is_typed_for_an_employer_is_checked_at_once(as_: Opener) -> None:
    answer = as_("officer").send_form("/employer/openings/check", employer_id="1", **OPENING | {"title": "限男焊工"})
    assert answer.status_code == 200
    assert "限男" in words(answer.text)


@pytest.mark.parametrize("named", [{}, {"employer_id": "77"}])
def test_staff_name_an_employer_that_there_is(as_: Opener, named: dict[str, str]) -> None:
    officer = as_("officer")
    assert officer.get(NEW, params=named).status_code == 404
    assert officer.send_form(NEW, **OPENING, **named).status_code == 404
    assert officer.send_form("/employer/openings/check", **OPENING, **named).status_code == 404


def test_an_employer_writes_for_nobody_else(as_: Opener) -> None:
    employer = as_("employer1")
    assert employer.get(NEW, params={"employer_id": "2"}).status_code == 404
    assert employer.send_form(NEW, **OPENING, employer_id="2").status_code == 404
    with open_session(SYSTEM.scope) as session:
        assert session.query(Opening).count() == 0


def test_nothing_is_written_for_an_employer_that_is_barred(as_: Opener) -> None:
    officer = as_("officer")
    with open_session(SYSTEM.scope, write=True) as session:
        for event in ("warn", "suspend"):
            judge_employer(session, SYSTEM, employer_id=1, event=event, reason="投诉属实")
    assert NEW not in officer.get("/counter/verify/employers/1").text
    assert officer.send_form(NEW, **OPENING, employer_id="1").status_code == 409
