"""The desk in the browser: every kind has a list, a form, a case and a template; a visit is served without retyping."""

import re

import pytest
from sqlalchemy import select

from api.desk import KINDS
from centre import clock
from centre.database import open_session
from centre.desk.cases.kinds import Kind
from centre.people import Person
from centre.permissions import Actor
from employers.cases.pairings import Pairing, is_paired
from tests.training.world import identity
from tests.web.desks import Desk, Hall, number, words

SYSTEM = Actor.system().scope


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_every_kind_is_live_in_the_demo(hall: Hall, kind: Kind) -> None:
    city = hall.enter("city")
    listing = city.get(f"/desk/{kind.path}")
    assert kind.label in listing
    case = re.search(rf'href="/desk/{kind.path}/([0-9]+)"', listing)
    assert case is not None, "the demo has no case of this kind"
    assert "办理经过" in (screen := city.get(f"/desk/{kind.path}/{case[1]}")) or "下一步" in screen
    city.get(f"/desk/{kind.path}/new")
    city.get(f"/desk-import/{kind.path}")
    assert city.client.get(f"/desk-import/{kind.path}/template").content.startswith(b"PK")
    rows = city.client.get(f"/api/v1/desk/{kind.path}").json()
    assert {row["kind"] for row in rows} == {kind.name}


def test_somebody_found_once_is_served_without_typing_anything_again(hall: Hall) -> None:
    clerk, county = hall.enter("clerk"), hall.enter("county")
    there = clerk.send("/counter/find", words="610499198304150088")
    person = there.rsplit("/", 1)[1]
    screen = clerk.get(there)
    assert f"/desk/relief/new?person={person}" in screen
    assert not re.search(r'name="agreed"[^>]* checked', screen)
    case = clerk.send(f"/desk/relief/new?person={person}", form="cash", asked_fen="300", can_work="true")
    assert "推荐岗位" in clerk.get(case)
    fund = _relief_fund(county)
    assert "要由另一位同事办" in clerk.get(case)
    county.send(f"{case}/approve-fast", fund_id=fund)
    county.send(f"{case}/pay", 409, voucher="V1")
    clerk.send(f"{case}/pay", voucher="V1")
    assert "已发放" in clerk.get(there)


def _relief_fund(county: Desk) -> str:
    county.send("/training-desk/funds", code="JZ-QD", name="秦都救助", purpose="relief")
    listing = county.get("/training-desk/funds")
    fund = re.search(r'href="/training-desk/funds/([0-9]+)"[^>]*>[^<]*秦都救助', listing)
    assert fund is not None
    county.send(f"/training-desk/funds/{fund[1]}/grants", amount_fen="1000")
    return fund[1]


def test_a_telephone_is_corrected_at_the_counter(hall: Hall) -> None:
    clerk = hall.enter("clerk")
    there = clerk.send("/counter/find", words="610499198304150088")
    clerk.send(f"{there}/contact", 422, phone="12")
    clerk.send(f"{there}/contact", phone="13911113333")
    assert "139****3333" in clerk.get(there)


def test_a_petition_about_work_leads_to_the_registration(hall: Hall) -> None:
    clerk = hall.enter("clerk")
    case = clerk.send("/desk/petitions/new", channel="hotline", topic="work", wait_seconds="12")
    assert 'href="/counter/register"' in clerk.get(case)
    clerk.send(f"{case}/reopen", 409, reason="还没办")
    clerk.send("/desk/petitions/new", 422, channel="hotline")


@pytest.mark.usefixtures("hall")
def test_a_pairing_opens_what_its_helper_keeps_for_the_pair() -> None:
    with open_session(SYSTEM) as session:
        pair = session.scalars(select(Pairing).where(Pairing.helper_id.is_not(None))).first()
        assert pair is not None
        assert is_paired(session, pair.person_id or 0, pair.helper_id or 0)
        assert not is_paired(session, number(Person, name="杨国栋"), pair.helper_id or 0)


def test_a_guest_is_found_or_registered_in_place_and_nothing_is_typed_twice(hall: Hall) -> None:
    clerk = hall.enter("clerk")
    event = clerk.send(
        "/desk/gatherings/new", kind="relief", title="送温暖", place="广场", held_on=str(clock.today()), goods="米"
    )  # fmt: skip
    assert 'name="person_id"' not in clerk.get(event)
    there = clerk.send(f"/counter/find?to={event}", words="610499198304150088")
    assert there.startswith(f"{event}?person=")
    asked = clerk.get(there.removesuffix("#lines"))
    assert "添加：马丽" in asked
    assert 'name="trainee_name"' not in asked
    guest = there.split("person=")[1].split("#")[0]
    clerk.send(f"{event}/guests", person_id=guest, amount_fen="200", goods="米一袋")
    assert "马丽" in clerk.get(event)
    assert 'value="米一袋"' in clerk.get(event), "the next guest gets the same"
    nobody = clerk.send(f"/counter/find?to={event}", 200, words="没有的人")
    assert f"/counter/register?to={event.replace('/', '%2F')}" in nobody
    form = {"id_number": identity(512), "name": "新来的", "phone": "13911110512", "live_region": "610402"}
    added = clerk.send(f"/counter/register?to={event}", **form, consent="true")
    assert "添加：新来的" in clerk.get(added.removesuffix("#lines"))


def test_only_the_desk_waits_for_somebody_and_nobody_else_is_shown(hall: Hall) -> None:
    clerk, other = hall.enter("clerk"), hall.enter("clerk2")
    for elsewhere in ("https://example.org", "//example.org/desk/a/1", "/desk/relief/1/../../..", "/manager"):
        there = clerk.send(f"/counter/find?to={elsewhere}", words="610499198304150088")
        assert there.startswith("/counter/people/")
    person = there.rsplit("/", 1)[1]
    event = other.send("/desk/gatherings/new", kind="law", title="送法", place="广场", held_on=str(clock.today()))
    assert "马丽" not in other.get(f"{event}?person={person}")
    other.send(f"{event}/guests", 422, person_id=person)


def test_others_do_not_read_the_desk(hall: Hall) -> None:
    for login, status in (("school", 403), ("employer", 403), ("wang", 403), ("", 303)):
        assert hall.enter(login).client.get("/desk").status_code == status
    assert hall.enter("auditor").client.get("/desk").status_code == 200


def test_the_public_page_says_what_to_bring_and_why_not(hall: Hall) -> None:
    visitor = hall.enter()
    assert "您可以这样办" not in visitor.get("/help")
    page = words(visitor.get("/help?hardship=none&child=true&age=40&income=600&relief_times=0&lang=zh-Hans"))
    assert "先到窗口申请困难认定，认定后就能办" in page
    assert "要带：" in page
    assert "What you can get" in visitor.get("/help?income=600&lang=en")
    public = visitor.get("/help/donations")
    assert "不留名的好心人" in public
    assert "李先生" not in public
