"""A fair of another centre is shown with the reason why it cannot be changed, instead of a form that never saves."""

from centre.database import open_session
from centre.network import Centre
from centre.permissions import Actor
from employers.fairs.models import Fair
from tests.web.desks import Hall, words


def test_the_form_of_another_centres_fair_leads_to_the_fair_with_the_reason(hall: Hall) -> None:
    organiser = hall.enter("organiser")
    with open_session(Actor.system().scope, write=True) as session:
        fair = session.query(Fair).order_by(Fair.id).first()
        assert fair is not None
        own, number = fair.centre_id, fair.id
        other = session.query(Centre.id).filter(Centre.id != own).order_by(Centre.id.desc()).first()
        assert other is not None
        fair.centre_id = other[0]
    answer = organiser.client.get(f"/organiser/fairs/{number}/edit")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/organiser/fairs/{number}")
    assert "这条记录由别的中心负责" in words(organiser.get(f"/organiser/fairs/{number}"))
