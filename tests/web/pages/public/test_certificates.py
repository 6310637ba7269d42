"""Public verification of certificates, and seat offers."""

from sqlalchemy import select

from centre.database import open_session
from tests.training import world
from tests.training.course import assessed, do, enrol_all, people
from tests.web.pages.schools import browser
from training.attendance.models import SeatOffer
from training.certificates.models import TrainingCertificate
from training.enrolments.actions import withdraw_learner
from training.enrolments.models import Enrolment
from training.enrolments.rules import EnrolmentState


def test_anybody_verifies_a_certificate_and_learns_no_name(city: world.City) -> None:
    assessed(city, [city.people["W1"]])
    with open_session(world.SYSTEM.scope) as session:
        code = session.scalars(select(TrainingCertificate)).one().code
    public = browser(city)
    redirect = public.get(f"/certificates?code={code.lower()}")
    assert (redirect.status_code, redirect.headers["location"]) == (303, f"/certificates/{code}")
    page = public.get(f"/certificates/{code}").text
    assert "王*兰" in page
    assert "王秀兰" not in page
    assert "证书有效" in page
    picture = public.get(f"/certificates/{code}/qr.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.text.startswith("<svg")
    assert public.get("/certificates?code=GQ26").status_code == 422
    assert public.get(f"/certificates/{code[:-1]}!").status_code == 422
    assert public.get(f"/certificates/{code}/paper").status_code == 303
    assert "王秀兰" in browser(city, "W1").get(f"/certificates/{code}/paper").text
    assert browser(city, "W6").get(f"/certificates/{code}/paper").status_code == 404
    answer = public.get(f"/api/v1/certificates/{code}").json()
    assert (answer["holder"], answer["state"]) == ("王*兰", "valid")


def test_a_waiting_learner_takes_the_offered_seat_by_a_button(city: world.City) -> None:
    class_id = world.add_class(city, seats=1)
    first, waiting = enrol_all(city, class_id, [people(city, 1)[0], city.people["W1"]], may_wait=True)
    do(city, "officer", withdraw_learner, enrolment_id=first)
    with open_session(world.SYSTEM.scope) as session:
        offer_id = session.scalars(select(SeatOffer)).one().id
    learner = browser(city, "W1")
    assert "我要这个名额" in learner.get(f"/offers/{offer_id}").text
    assert browser(city, "W6").get(f"/offers/{offer_id}").status_code == 404
    assert learner.send_form(f"/offers/{offer_id}/take").status_code == 303
    assert learner.send_form(f"/offers/{offer_id}/take").status_code == 409
    with open_session(world.SYSTEM.scope) as session:
        assert session.get_one(Enrolment, waiting).state is EnrolmentState.ACCEPTED
