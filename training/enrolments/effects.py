"""What an enrolment writes: its row, its ledger entry, its message; and the return of its seat."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock, events
from centre.counters import give_back
from centre.ledger import Channel, ServiceCategory, record_services
from centre.messages import send_all
from centre.messages.training import ENROLMENT
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from training.classes.models import TrainingClass
from training.enrolments.models import Enrolment
from training.enrolments.rules import Application, Enrolled, EnrolmentState, Origin, SeatFreed, category_at_enrol
from training.providers.models import Major, TrainingProvider
from training.providers.prices import Entitlement, PriceSplit, price_split

Parts = tuple[TrainingClass, Major, TrainingProvider]


class Learner(Protocol):
    """The fields of a person that enrolling needs: those of a `Person`, or of one being registered."""

    @property
    def id(self) -> int:
        """The number."""

    @property
    def name(self) -> str:
        """The name on record."""

    @property
    def birth_on(self) -> date | None:
        """The day of birth."""

    @property
    def categories(self) -> list[str]:
        """The groups that policies refer to."""


_CHANNELS = {Origin.WEB: Channel.WEB, Origin.COUNTER: Channel.COUNTER, Origin.ROSTER: Channel.SITE}


def split_of(major: Major, entitled: Entitlement | None) -> PriceSplit:
    """Today's price for a person with or without a right to free training."""
    return price_split(
        major.tuition_fen, major.school_waiver_fen, major.government_fen, entitled, subsidy_fen=major.centre_subsidy_fen
    )


def place_values(
    parts: Parts, person: Learner, application: Application, entitled: Entitlement | None
) -> dict[str, Any]:
    """The columns of an enrolment that are frozen on its day, the price among them."""
    training, major, _ = parts
    split = split_of(major, entitled)
    return {
        "provider_id": training.provider_id,
        "centre_id": training.centre_id,
        "enrolled_at": clock.now(),
        "trainee_name": application.trainee_name or person.name,
        "beneficiary_relation": application.relation,
        "beneficiary_of_id": application.beneficiary_of_id,
        "category_at_enrol": category_at_enrol(application, person.categories, entitled),
        "entitled_by": entitled.category if entitled else "",
        "origin": application.origin,
        "to_check": application.to_check,
        "is_demo": application.is_demo,
        "tuition_fen": split.tuition_fen,
        "waiver_fen": split.waiver_fen,
        "government_fen": split.government_fen,
        "centre_fen": split.centre_fen,
        "learner_fen": split.learner_fen,
    }


def record_places(
    session: Session, actor: Actor, parts: Parts, places: Sequence[Mapping[str, Any]]
) -> Mapping[int, int]:
    """Enter enrolments in the ledger; returns the entries by enrolment.

    There is one entry per enrolment, not per lesson (A23); its amount is the public money. A place gives `id`,
    `person_id`, `origin`, `centre_fen` and `government_fen`.
    """
    require(actor, Permission.ENROL)
    training, major, _ = parts
    services = [
        {
            "centre_id": training.centre_id,
            "category": ServiceCategory.TRAINING,
            "channel": _CHANNELS[place["origin"]],
            "person_id": place["person_id"],
            "topic": major.name,
            "programme": training.class_no,
            "amount_fen": place["centre_fen"] + place["government_fen"],
            "subject": f"enrolment:{place['id']}",
        }
        for place in places
    ]
    return dict(zip((place["id"] for place in places), record_services(session, actor, services), strict=True))


def confirm_places(
    session: Session, parts: Parts, places: Sequence[Mapping[str, Any]], entries: Mapping[int, int]
) -> None:
    """Announce accepted enrolments, and confirm to each learner their seat."""
    if not places:
        return
    training, major, _ = parts
    events.publish(session, Enrolled(training.id, [(place["id"], place["person_id"]) for place in places]))
    message = ENROLMENT.of(major=major.name, start=training.start_on.isoformat(), class_no=training.class_no)
    send_all(
        session,
        [
            (
                message,
                {
                    "person_id": place["person_id"],
                    "link": f"/training/classes/{training.id}",
                    "dedupe_key": f"enrolment:{place['id']}:{entries[place['id']]}",
                },
            )
            for place in places
        ],
    )


def free_seats(session: Session, class_id: int, count: int = 1) -> None:
    """Return seats of a class and announce each, so that it is offered to the person who has waited longest."""
    with seeing_everything(session):
        give_back(session, TrainingClass, class_id, count=count)
        waiting = select(Enrolment.id).where(
            Enrolment.class_id == class_id, Enrolment.state == EnrolmentState.WAITLISTED
        )
        for _ in range(max(1, len(session.scalars(waiting.limit(count)).all()))):
            events.publish(session, SeatFreed(class_id))
