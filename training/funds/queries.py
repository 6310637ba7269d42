"""Queries for the funds of classes."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.funds.models import Fund
from centre.scopes import seeing_everything
from training.funds.models import ClassFunding


def funding(session: Session, class_id: int) -> Fund | None:
    """The fund that pays the centre's share of a class."""
    return session.scalar(
        select(Fund).join(ClassFunding, ClassFunding.fund_id == Fund.id).where(ClassFunding.class_id == class_id)
    )


def is_short(session: Session, class_id: int, *, places: int, centre_fen: int) -> bool:
    """Whether the fund of a class cannot pay the centre's usual share of this many more learners, for any reader."""
    with seeing_everything(session):
        paying = funding(session, class_id)
    return paying is not None and paying.balance_fen < places * centre_fen
