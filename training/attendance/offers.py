"""Seats that came back are offered to the waiting list, one at a time and until an hour (候补名额)."""

from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.counters import take_one
from centre.errors import Conflict
from centre.isolation import apart
from centre.messages import send
from centre.messages.training import SEAT_OFFER
from centre.permissions import Actor, Permission, require
from centre.policy import policy
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_
from training.attendance import queries
from training.attendance.models import SeatOffer
from training.attendance.rules import OfferOutcome
from training.classes.models import TrainingClass
from training.classes.queries import class_parts
from training.classes.rules import ClassState
from training.enrolments import actions as enrolments
from training.enrolments.effects import free_seats
from training.enrolments.ending import close_places
from training.enrolments.models import Enrolment
from training.enrolments.queries import enrolment, first_waiting
from training.enrolments.rules import ENROLMENTS, EnrolmentState
from training.providers.rules import ProviderState

OPEN = frozenset({ClassState.RECRUITING, ClassState.LOCKED, ClassState.IN_SESSION})


class OfferOver(Conflict):
    """The hour until which a seat was held has passed, or the offer was answered."""

    code = "offer-over"
    message = N_("这个名额的确认时间已过")


def offer_next(session: Session, class_id: int) -> SeatOffer | None:
    """Offer a free seat to the person who has waited longest, unless a quarter of the hours is over (TR-18)."""
    with seeing_everything(session):
        training, major, provider = class_parts(session, class_id)
        waiting = first_waiting(session, class_id)
        if waiting is None or training.state not in OPEN or provider.state is not ProviderState.ACTIVE:
            return None
        if not queries.takes_in(session, training) or not take_one(session, TrainingClass, class_id):
            return None
        hours = int(policy(session, "seat-offer-hours", on=clock.today(), region=provider.region_code))
        move(session, Actor.system(), waiting, ENROLMENTS, "offer")
        offer = SeatOffer(
            class_id=class_id, enrolment_id=waiting.id, person_id=waiting.person_id, provider_id=waiting.provider_id,
            centre_id=waiting.centre_id, offered_at=clock.now(), until_at=clock.now() + timedelta(hours=hours),
        )  # fmt: skip
        session.add(offer)
        session.flush()
        until = clock.local(offer.until_at).strftime("%m-%d %H:%M")
        send(
            session,
            SEAT_OFFER.of(major=major.name, class_no=training.class_no, until=until),
            to_person_id=waiting.person_id,
            link=f"/offers/{offer.id}",
            dedupe_key=f"seat-offer:{offer.id}",
        )
        session.flush()
    return offer


def take_offer(session: Session, actor: Actor, *, offer_id: int) -> Enrolment:
    """Take the offered seat. Raises OfferOver, ClassOverlap, what a fund refuses, or NotFound."""
    require(actor, Permission.ENROL)
    offer = _open_offer(session, offer_id)
    _settle(session, offer, OfferOutcome.TAKEN)
    return enrolments.take_seat(session, actor, enrolment_id=offer.enrolment_id)


def decline_offer(session: Session, actor: Actor, *, offer_id: int) -> None:
    """Leave the seat to the next. Raises OfferOver or NotFound."""
    require(actor, Permission.ENROL)
    offer = _open_offer(session, offer_id)
    _settle(session, offer, OfferOutcome.DECLINED)
    enrolments.withdraw_learner(session, actor, enrolment_id=offer.enrolment_id, reason=N_("放弃候补名额"))


def lapse_offers(session: Session) -> int:
    """Take back every seat whose hour has passed and offer it to the next; returns how many lapsed."""
    due = select(SeatOffer).where(SeatOffer.outcome.is_(None), SeatOffer.until_at <= clock.now()).order_by(SeatOffer.id)
    lapsed = 0
    for offer in session.scalars(due).all():
        with apart(session):
            _settle(session, offer, OfferOutcome.LAPSED)
            place = enrolment(session, offer.enrolment_id)
            if place.state is EnrolmentState.OFFERED:
                move(session, Actor.system(), place, ENROLMENTS, "lapse", reason=N_("过时未确认"))
                session.flush()
                free_seats(session, offer.class_id)
            lapsed += 1
    return lapsed


def settle_answered(session: Session, class_id: int) -> None:
    """Settle the open offers of a class whose people left by another way than the offer's own page.

    An offer has lapsed if the class ended, and was declined if the person left.
    """
    with seeing_everything(session):
        answered = (
            select(SeatOffer, TrainingClass.state)
            .join(Enrolment, Enrolment.id == SeatOffer.enrolment_id)
            .join(TrainingClass, TrainingClass.id == SeatOffer.class_id)
            .where(
                SeatOffer.class_id == class_id,
                SeatOffer.outcome.is_(None),
                Enrolment.state != EnrolmentState.OFFERED,
            )
            .order_by(SeatOffer.id)
        )
        for seat_offer, state in session.execute(answered).all():
            _settle(session, seat_offer, OfferOutcome.DECLINED if state in OPEN else OfferOutcome.LAPSED)


def close_waiting_lists(session: Session) -> int:
    """Notify everybody still waiting for a class that no longer admits anybody; returns how many (TR-18)."""
    with seeing_everything(session):
        waited_for = (
            select(TrainingClass)
            .where(
                TrainingClass.state == ClassState.IN_SESSION,
                # Not a join with DISTINCT: PostgreSQL cannot compare the JSON columns of a class.
                exists().where(Enrolment.class_id == TrainingClass.id, Enrolment.state == EnrolmentState.WAITLISTED),
            )
            .order_by(TrainingClass.id)
        )
        closed = 0
        for training in session.scalars(waited_for).all():
            if queries.takes_in(session, training):
                continue
            with apart(session):
                closed += close_places(session, class_id=training.id, states={EnrolmentState.WAITLISTED})
        return closed


def _open_offer(session: Session, offer_id: int) -> SeatOffer:
    offer = queries.offer(session, offer_id)
    if offer.outcome is not None or offer.until_at <= clock.now():
        raise OfferOver
    return offer


def _settle(session: Session, offer: SeatOffer, outcome: OfferOutcome) -> None:
    with seeing_everything(session):
        offer.outcome, offer.settled_at = outcome, clock.now()
        session.flush()
    audit.note(session, Actor.system(), action=f"seat-offer.{outcome.value}", subject=f"enrolment:{offer.enrolment_id}")
