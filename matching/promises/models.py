"""The stored form of stated terms."""

from datetime import date
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    cast,
    false,
    or_,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from centre.permissions import Scope
from centre.tables import Record, coded
from employers.openings.terms import Terms
from matching.introductions.models import Introduction
from matching.promises.rules import PromiseStage, StatementState, TermKind, TermsSource


class StatedTerms(Record):
    """The terms of a letter, a contract, a payslip or the work itself as stated by one side (条件兑现登记).

    Each side has its own row, so that no side overwrites the other's statement. `worse` names the terms that are worse
    than at the application, by the rules of the day on which they were stated.
    """

    __table_args__ = (
        UniqueConstraint("introduction_id", "stage", "source"),
        CheckConstraint("source <> 'opening' OR stage = 'letter'", name="opening"),
        CheckConstraint("days_worked IS NULL OR days_worked BETWEEN 1 AND 31", name="days_worked"),
        Index("ix_stated_terms_employer", "employer_id", "stated_on"),
        Index("ix_stated_terms_queue", "state", "centre_id"),
    )

    introduction_id: Mapped[int] = mapped_column(ForeignKey("introduction.id"))
    introduction: Mapped[Introduction] = relationship(lazy="raise")
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"))
    opening_id: Mapped[int] = mapped_column(ForeignKey("opening.id"), index=True)
    stage: Mapped[PromiseStage] = mapped_column(coded(PromiseStage))
    source: Mapped[TermsSource] = mapped_column(coded(TermsSource))
    state: Mapped[StatementState] = mapped_column(coded(StatementState))
    stated_on: Mapped[date]
    days_worked: Mapped[int | None]
    terms: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    worse: Mapped[list[str]] = mapped_column(JSON, default=list)
    note: Mapped[str] = mapped_column(String(200), default="")
    is_demo: Mapped[bool] = mapped_column(default=False)

    @property
    def stated(self) -> Terms | None:
        """The terms; None after the person was erased."""
        return Terms.of_row(self.terms) if self.terms else None

    @property
    def worse_kinds(self) -> tuple[TermKind, ...]:
        """The terms that got worse."""
        return tuple(map(TermKind, self.worse))

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff see their centre's, workers their own. An employer sees what it stated itself and what the centre
        confirmed: a worker's report is not shown to it before the centre has checked it."""
        if scope.all_centres:
            return true()
        rules = []
        if scope.staff and scope.centre_id:
            rules.append(cls.centre_id == scope.centre_id)
        if scope.person_id:
            rules.append(cls.person_id == scope.person_id)
        if scope.employer_id:
            shown = or_(
                cls.source.in_([TermsSource.EMPLOYER, TermsSource.OPENING]),
                and_(cls.source == TermsSource.CLERK, cls.state == StatementState.CONFIRMED),
                and_(cls.source == TermsSource.WORKER, cls.state == StatementState.CONFIRMED, _is_worse(cls.worse)),
            )
            rules.append(and_(cls.employer_id == scope.employer_id, shown))
        return or_(false(), *rules)


def _is_worse(worse: Any) -> ColumnElement[bool]:
    """That a stored list of worse terms is not empty."""
    return cast(worse, String) != "[]"
