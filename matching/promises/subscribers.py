"""What follows for promises when a letter is written, and when a person is erased."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.events import subscribe
from centre.permissions import Actor
from centre.records.rules import PersonErased
from centre.scopes import seeing_everything
from matching.introductions.models import Introduction
from matching.introductions.rules import LetterWritten
from matching.promises.actions import compare_letter
from matching.promises.models import StatedTerms


@subscribe(LetterWritten)
def compare_with_application(session: Session, fact: LetterWritten) -> None:
    """Find what got worse in an advertisement between the application and the letter, and tell the worker."""
    with seeing_everything(session):
        compare_letter(session, Actor.system(), introduction_id=fact.introduction_id)


@subscribe(PersonErased)
def forget_terms(session: Session, fact: PersonErased) -> None:
    """Empty the terms of an erased person's contract and payslip; which of them were worse keeps counting."""
    for statement in session.scalars(select(StatedTerms).where(StatedTerms.person_id == fact.person_id)):
        statement.terms, statement.days_worked = {}, None
    for introduction in session.scalars(select(Introduction).where(Introduction.person_id == fact.person_id)):
        introduction.promised = {}
