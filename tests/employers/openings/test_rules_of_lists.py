"""The rules of an opening hold for the rows of a list as they hold for a form."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from employers.openings.imports import ImportVerdict, import_openings
from employers.openings.lists import read_list
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from tests.employers.world import OFFICER

HEADINGS = "单位名称,招聘岗位,招聘人数,薪资,工作地点,工作内容,招聘条件,用工形式,实际用工单位,合同签订方"
ROW = ["三原食品", "包装工", "50", "3000-4200", "三原县", "包装糕点", "能吃苦", "", "", ""]


def taken(session: Session, **cells: str) -> tuple[ImportVerdict, list[str]]:
    """The verdict on one row with some cells changed, and the codes of its problems."""
    names = HEADINGS.split(",")
    row = [cells.get(name, value) for name, value in zip(names, ROW, strict=True)]
    text = f"{HEADINGS}\n{','.join(row)}\n"
    lines = read_list(text.encode(), "岗位.csv").lines
    (kept,) = import_openings(session, OFFICER, lines, source_name="合作中心", publish=True).rows
    return kept.verdict, [problem.code for problem in kept.problems]


@pytest.mark.rule("minimum-pay", "import")
@pytest.mark.parametrize("pay", ["1000-1200", "50/天", "5元/小时"])
def test_pay_below_the_minimum_stays_a_draft_in_every_unit(session: Session, pay: str) -> None:
    verdict, codes = taken(session, 薪资=pay)
    assert verdict is ImportVerdict.KEPT
    assert "below-minimum-wage" in codes
    assert session.scalars(select(Opening.state)).all() == [OpeningState.DRAFT]


@pytest.mark.rule("pay-order", "import")
def test_pay_in_the_wrong_order_is_not_shown(session: Session) -> None:
    verdict, codes = taken(session, 薪资="5000-3000")
    assert verdict is not ImportVerdict.OPEN
    assert codes


@pytest.mark.rule("agency-licence", "import")
def test_a_row_of_an_agency_without_its_licence_is_not_shown(session: Session) -> None:
    verdict, codes = taken(session, 用工形式="劳务派遣或代招", 实际用工单位="某厂", 合同签订方="派遣单位")
    assert verdict is not ImportVerdict.OPEN
    assert codes == ["licence-missing"]


@pytest.mark.rule("region-successor", "import")
@pytest.mark.parametrize("place", ["610427", "彬县", "咸阳市彬县"])
def test_an_abolished_place_of_a_list_means_its_successor(session: Session, place: str) -> None:
    assert taken(session, 工作地点=place) == (ImportVerdict.OPEN, [])
    assert session.scalars(select(Opening.region_code)).all() == ["610482"]


@pytest.mark.rule("town-in-two-counties", "import")
def test_a_town_of_two_counties_is_queried(session: Session) -> None:
    verdict, codes = taken(session, 工作地点="永乐镇")
    assert verdict is ImportVerdict.REFUSED
    assert codes
