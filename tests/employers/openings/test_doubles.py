"""Openings that stand twice are found: posted again, for an agency, or taken over from another source."""

import pytest
from sqlalchemy.orm import Session

from centre.database import open_session
from employers.companies.models import Employer
from employers.openings.actions import close_opening, create_opening, submit_opening
from employers.openings.doubles import doubles_of, plain_title
from employers.openings.imports import import_openings
from employers.openings.lists import ListRow
from tests.employers.browser import Opener
from tests.employers.world import SYSTEM, add_employer, boss, draft, published


def waiting(session: Session, number: int = 1, **changes: object) -> int:
    opening = create_opening(session, boss(number), draft(**changes))
    submit_opening(session, boss(number), opening_id=opening.id)
    return opening.id


@pytest.mark.parametrize(
    "title", ["细纱挡车工", "急招细纱挡车工", "细纱挡车工（包住）", "细纱挡车工 5名", "細紗擋車工"]
)
def test_a_title_is_compared_without_what_is_written_around_it(title: str) -> None:
    assert plain_title(title) == "细纱挡车工"


@pytest.mark.rule("opening-doubled", "action")
def test_the_same_work_of_one_employer_in_one_place_is_a_double(session: Session) -> None:
    add_employer(session)
    first = published(session)
    second = create_opening(session, boss(), draft(title="急招细纱挡车工（3名）"))
    assert list(doubles_of(session, second)) == [first]
    for other in ({"title": "络筒工"}, {"region_code": "610402"}):
        assert not doubles_of(session, create_opening(session, boss(), draft(**other)))
    close_opening(session, boss(), opening_id=first.id)
    assert not doubles_of(session, second), "what is closed doubles nothing"


def test_the_work_of_another_employer_is_no_double_but_that_of_an_agency_for_it_is(session: Session) -> None:
    add_employer(session)
    add_employer(session, 2)
    published(session)
    stranger = create_opening(session, boss(2), draft())
    assert not doubles_of(session, stranger)
    stranger.client_name = "第1纺织厂"
    assert [double.employer_id for double in doubles_of(session, stranger)] == [1]


@pytest.mark.rule("opening-doubled", "import")
def test_a_row_that_repeats_a_standing_opening_says_so_once(session: Session) -> None:
    add_employer(session)
    session.get_one(Employer, 1).uscc = "91610499MA6DEM0013"
    standing = published(session)
    cells = {
        "title": "细纱挡车工", "area": "渭城区", "wage": "3500-5000", "base_pay": "2500", "headcount": "2",
        "content": "看管细纱机", "conditions": "能倒班", "uscc": "91610499MA6DEM0013", "employer": "第1纺织厂",
    }  # fmt: skip
    for codes in (["opening-doubled"], []):  # the same list again creates nothing and so repeats nothing
        (row,) = import_openings(session, SYSTEM, [ListRow(2, cells)], source_name="市就业网").rows
        assert [note.code for note in row.notes] == codes
        assert [note.params["id"] for note in row.notes] == [standing.id for _ in codes]


@pytest.mark.rule("opening-doubled", "page")
def test_the_employer_and_the_officer_see_the_other_one(as_: Opener) -> None:
    employer, officer = as_("employer1"), as_("officer")
    with open_session(SYSTEM.scope, write=True) as session:
        first, second = published(session).id, waiting(session)
    assert f'href="/employer/openings/{first}"' in employer.get(f"/employer/openings/{second}").text
    page = officer.get(f"/counter/verify/openings/{second}").text
    assert "好像已经有同样的岗位" in page
    assert f'href="/counter/verify/openings/{first}"' in page
