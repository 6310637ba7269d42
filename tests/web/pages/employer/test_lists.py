"""A list of openings on the pages: an employer finds the page, uploads, corrects, imports and takes it back."""

import re

from sqlalchemy import select

from centre.database import open_session
from employers.openings.models import Opening
from tests.employers.browser import Browser, Opener
from tests.employers.world import SYSTEM

LISTS = "/openings/lists"
FILE = (
    "编号,岗位,单位,人数,工资,底薪,地区,工作内容,招聘条件,有效期至\n"
    "A1,缝纫工,,5,3000-3500,2500,秦都区,做校服,身体健康,2026-05-31\n"
    "A2,锁边工,,3-5人,3000-3500,2500,秦都区,锁边,身体健康,2026-05-31\n"
)


def send(browser: Browser, text: str) -> str:
    """Upload a list; returns the address of its verdicts."""
    token = re.search(r'name="_csrf" value="([^"]*)"', browser.get(LISTS).text)
    files = {"file": ("岗位.csv", text.encode(), "text/csv")}
    answer = browser.post(LISTS, data={"_csrf": token[1] if token else ""}, files=files)
    assert answer.status_code == 303
    return answer.headers["location"]


def states() -> dict[str, str]:
    with open_session(SYSTEM.scope) as session:
        return {title: state.value for title, state in session.execute(select(Opening.title, Opening.state))}


def test_an_employer_corrects_imports_and_takes_back_a_list(as_: Opener) -> None:
    employer = as_("employer1")
    assert f'href="{LISTS}"' in employer.get("/employer").text
    assert employer.get(f"{LISTS}/template.xlsx").content.startswith(b"PK")
    address = send(employer, FILE)
    verdicts = employer.get(address).text
    assert "第 3 行" in verdicts
    assert "只导入正确的 1 行" in verdicts
    assert states() == {}
    row = re.search(rf'action="({address}/rows/[0-9]+)"', verdicts)
    assert row is not None
    assert employer.send_form(row[1], headcount="4").status_code == 303
    assert "确认导入 2 行" in employer.get(address).text
    assert employer.send_form(f"{address}/confirm").status_code == 303
    assert states() == {"缝纫工": "draft", "锁边工": "draft"}
    assert as_("employer2").get(address).status_code == 404
    assert employer.send_form(f"{address}/undo").status_code == 303
    assert states() == {"缝纫工": "closed", "锁边工": "closed"}
