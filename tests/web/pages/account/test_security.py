"""The reader's account: fresh authentication, devices and passwords."""

import re

from starlette.testclient import TestClient

from tests.clients import ORIGIN, PHONE, SignedIn, age
from tests.databases import settings_from
from tests.ordeal.servers import csrf_of
from web.demo.town import PASSWORD


def test_sensitive_actions_ask_for_the_password_again_after_five_minutes(signed_in: SignedIn, crowd: None) -> None:
    client = signed_in("officer")
    form = {"_csrf": csrf_of(client.get("/account").text)}
    assert client.post("/account/second-factor", data=form).headers["location"] == "/account/second-factor"
    age(minutes=6)
    stale = client.post("/account/second-factor", data=form, headers={"referer": f"{ORIGIN}/account"})
    assert (stale.status_code, stale.headers["location"]) == (303, "/sign-in/again?back=/account")
    assert client.get(stale.headers["location"]).status_code == 200
    assert client.post("/sign-in/again", data=form | {"code": "wrong"}).status_code == 422
    proved = client.post("/sign-in/again", data=form | {"code": PASSWORD, "back": "//evil.example"})
    assert (proved.status_code, proved.headers["location"]) == (303, "/")
    assert client.post("/account/second-factor", data=form).status_code == 303


def test_a_device_is_signed_out_from_another_one_at_its_next_request(signed_in: SignedIn, crowd: None) -> None:
    lost, here, stranger = signed_in("officer"), signed_in("officer"), signed_in("city")
    page = here.get("/account").text
    numbers = re.findall(r"/account/devices/([0-9]+)/revoke", page)
    assert len(numbers) == 1
    foreign = stranger.post(
        f"/account/devices/{numbers[0]}/revoke", data={"_csrf": csrf_of(stranger.get("/account").text)}
    )
    assert (foreign.status_code, lost.get("/account").status_code) == (404, 200)
    here.post(f"/account/devices/{numbers[0]}/revoke", data={"_csrf": csrf_of(page)})
    assert (lost.get("/account").status_code, here.get("/account").status_code) == (303, 200)


def test_all_other_devices_are_signed_out_by_one_button_and_by_a_new_password(signed_in: SignedIn, crowd: None) -> None:
    others, here, stranger = [signed_in("officer") for _ in range(2)], signed_in("officer"), signed_in("city")
    token = csrf_of(here.get("/account").text)
    here.post("/account/devices/revoke-others", data={"_csrf": token})
    assert [device.get("/account").status_code for device in others] == [303, 303]
    third = signed_in("officer")
    form = {"_csrf": token, "old": PASSWORD, "password": "麦子熟了回家乡吧", "repeated": "麦子熟了回家乡吧"}
    assert here.post("/account/password", data=form | {"old": "wrong"}).status_code == 422
    assert here.post("/account/password", data=form | {"repeated": "x"}).status_code == 422
    assert (
        here.post("/account/password", data=form | {"password": "12345678", "repeated": "12345678"}).status_code == 422
    )
    assert here.post("/account/password", data=form).status_code == 200
    assert [device.get("/account").status_code for device in (third, here, stranger)] == [303, 200, 200]


def test_a_forgotten_password_is_replaced_after_sign_in_by_code(signed_in: SignedIn, visitor: TestClient) -> None:
    knows = signed_in(PHONE)
    form = {"password": "麦子熟了回家乡吧", "repeated": "麦子熟了回家乡吧"}
    refused = knows.post("/account/password", data=form | {"_csrf": csrf_of(knows.get("/account").text)})
    assert refused.status_code == 422
    with settings_from(demo="true"):
        sent = visitor.post("/sign-in/phone", data={"phone": PHONE})
    code = re.findall(r"验证码是 ([0-9]{6})", sent.text)[0]
    asked = re.findall(r'name="asked" value="([^"]+)"', sent.text)[0]
    visitor.post("/sign-in/phone/code", data={"phone": PHONE, "asked": asked, "code": code})
    page = visitor.get("/account/password").text
    assert 'name="old"' not in page
    assert visitor.post("/account/password", data=form | {"_csrf": csrf_of(page)}).status_code == 200
    assert knows.get("/account").status_code == 303
    age(minutes=16)
    assert 'name="old"' in visitor.get("/account/password").text
