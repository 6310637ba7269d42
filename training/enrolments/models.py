"""Enrolments as they are kept."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    String,
    UniqueConstraint,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from centre import clock
from centre.people import PARTNER_RULES, Person, PersonCategory
from centre.permissions import Scope
from centre.tables import Instant, Record, coded
from training.enrolments.rules import EnrolmentState, Origin, Relation
from training.providers.models import TrainingProvider
from training.providers.rules import ProviderState


def still_partner(provider_id: int) -> Select[int]:
    """The school itself, while the work with it has not ended."""
    return select(TrainingProvider.id).where(
        TrainingProvider.id == provider_id, TrainingProvider.state != ProviderState.ENDED
    )


class Enrolment(Record):
    """A person's place in a class, with the price as it was that day (报名, 学员)."""

    __table_args__ = (
        UniqueConstraint("class_id", "person_id"),
        CheckConstraint(
            "tuition_fen = waiver_fen + government_fen + centre_fen + learner_fen AND waiver_fen >= 0 "
            "AND government_fen >= 0 AND centre_fen >= 0 AND learner_fen >= 0",
            name="split",
        ),
        CheckConstraint("beneficiary_relation = 'self' OR beneficiary_of_id IS NOT NULL", name="beneficiary"),
        Index("ix_enrolment_person", "person_id", "state"),
    )

    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    provider_id: Mapped[int] = mapped_column(ForeignKey("training_provider.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    state: Mapped[EnrolmentState] = mapped_column(coded(EnrolmentState), default=EnrolmentState.APPLIED)
    trainee_name: Mapped[str] = mapped_column(String(50))
    beneficiary_relation: Mapped[Relation] = mapped_column(coded(Relation), default=Relation.SELF)
    beneficiary_of_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    category_at_enrol: Mapped[PersonCategory] = mapped_column(coded(PersonCategory), default=PersonCategory.OTHER)
    entitled_by: Mapped[str] = mapped_column(String(40), default="")
    tuition_fen: Mapped[int]
    waiver_fen: Mapped[int]
    government_fen: Mapped[int]
    centre_fen: Mapped[int]
    learner_fen: Mapped[int]
    fund: Mapped[str] = mapped_column(String(40), default="")
    origin: Mapped[Origin] = mapped_column(coded(Origin), default=Origin.COUNTER)
    to_check: Mapped[str] = mapped_column(String(40), default="")
    bank_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    card_no: Mapped[str] = mapped_column(String(40), default="")
    enrolled_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    service_event_id: Mapped[int | None] = mapped_column(ForeignKey("service_event.id"))
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """A school sees its trainees until the work with it ends, staff those of their centre, a learner their own."""
        if scope.all_centres:
            return true()
        if scope.provider_id:
            return cls.provider_id.in_(still_partner(scope.provider_id))
        rules = [cls.person_id == scope.person_id] if scope.person_id else []
        if scope.staff and scope.centre_id:
            theirs = select(Person.id).where(Person.centre_id == scope.centre_id)
            rules += [cls.centre_id == scope.centre_id, cls.person_id.in_(theirs)]
        return or_(false(), *rules)


def own_trainees(scope: Scope) -> ColumnElement[bool]:
    """A school sees only the people who learn with it."""
    if not scope.provider_id:
        return false()
    return Person.id.in_(select(Enrolment.person_id).where(Enrolment.provider_id.in_(still_partner(scope.provider_id))))


PARTNER_RULES.append(own_trainees)
