"""The details of an employer: its own page, and the officer's."""

import re
from datetime import date

import pytest

from centre.database import open_session
from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from tests.employers.browser import Browser, Opener
from tests.employers.world import SYSTEM
from tests.web.pages.companies import DESK

OWN = "/employer/details"
THEIRS = f"{DESK}/employers/1/details"
DETAILS = {"name": "第1纺织厂", "nature": "private", "region_code": "610404", "contact_name": "赵会计"}


def firm() -> Employer:
    with open_session(SYSTEM.scope) as session:
        return session.get_one(Employer, 1)


def save(browser: Browser, path: str, **changes: str) -> int:
    """Fill in the form as it was shown and send it."""
    shown = re.search(r'name="_version" value="([^"]+)"', browser.get(path).text)
    assert shown is not None
    return browser.send_form(path, **(DETAILS | {"_version": shown[1]} | changes)).status_code


def test_an_employer_changes_its_contact_and_the_officer_enters_its_papers(enter: Opener) -> None:
    employer, officer = enter("employer1"), enter("officer")
    assert f'href="{OWN}"' in employer.get("/employer").text
    assert f'href="{THEIRS}"' in officer.get(f"{DESK}/employers/1").text
    assert save(employer, OWN) == 303
    assert firm().contact_name == "赵会计"
    assert 'name="service_licence" value=""' in employer.get(OWN).text, "a paper that was seen is no field"
    assert save(employer, OWN, service_licence="R-1") == 422
    assert save(officer, THEIRS, service_licence="R-1", licence_expires_on="2030-01-31") == 303
    assert (firm().service_licence, firm().licence_expires_on) == ("R-1", date(2030, 1, 31))


def test_what_somebody_else_changed_meanwhile_is_shown_and_not_overwritten(enter: Opener) -> None:
    employer, officer = enter("employer1"), enter("officer")
    seen = re.search(r'name="_version" value="([^"]+)"', employer.get(OWN).text)
    assert seen is not None
    assert save(officer, THEIRS, contact_name="李厂长") == 303
    assert employer.send_form(OWN, **(DETAILS | {"_version": seen[1]})).status_code == 412
    assert firm().contact_name == "李厂长"


def test_an_employer_whose_licence_has_ended_enters_the_new_one_itself(enter: Opener) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Employer, 1).state = EmployerState.CHECKING
    assert save(enter("employer1"), OWN, licence_expires_on="2030-01-31") == 303
    assert firm().licence_expires_on == date(2030, 1, 31)


@pytest.mark.parametrize(("who", "path"), [("employer2", THEIRS), ("organiser", OWN), ("organiser", THEIRS)])
def test_nobody_else_changes_an_employer(enter: Opener, who: str, path: str) -> None:
    browser = enter(who)
    assert browser.get(path).status_code in (403, 404)
    assert browser.send_form(path, **DETAILS).status_code in (403, 404)
    assert firm().contact_name == "王"
