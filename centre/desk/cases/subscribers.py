"""What follows for desk cases when a person is erased: the cases of others name the person as well."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Enum, String, and_, inspect, or_, select, update
from sqlalchemy.orm import Session

from centre.desk.cases.models import Case, CaseLine, PersonCase, kept_models, seal_words, unsealed_words
from centre.events import subscribe
from centre.people import Person
from centre.records.rules import BLANKED_WORDS, ERASED_NAME, PersonErased
from centre.states import forget_reasons


@subscribe(PersonErased)
def forget_in_cases(session: Session, fact: PersonErased) -> None:
    """Take an erased person out of the lines of their own cases, and out of the cases of others.

    Guarantors, opponents and people complained about are stored there as text. A number names one person everywhere; a
    name alone counts at the person's own centre, since elsewhere it is as likely a namesake's.
    """
    centre_id = session.scalar(select(Person.centre_id).where(Person.id == fact.person_id))
    for model in kept_models(PersonCase):
        _blank_lines(session, model, fact.person_id)
    for model in (*kept_models(Case), *kept_models(CaseLine)):
        _rewrite_texts(session, model, fact, centre_id)
    for model in kept_models(Case):
        _rewrite_words(session, model, fact, centre_id)
        forget_reasons(session, model, model.centre_id == centre_id, naming=_marks(fact, is_near=True))


def _blank_lines(session: Session, case: type[Any], person_id: int) -> None:
    own = select(case.id).where(case.person_id == person_id)
    for line in kept_models(CaseLine):
        columns = inspect(line).columns
        if not any(key.column.table is inspect(case).local_table for key in columns["case_id"].foreign_keys):
            continue
        words = dict.fromkeys(BLANKED_WORDS & set(columns.keys()), "")
        if words:
            changed = update(line).where(line.case_id.in_(own)).values(words | {"version": line.version + 1})
            session.execute(changed.execution_options(synchronize_session=False))


def _rewrite_texts(session: Session, model: type[Any], fact: PersonErased, centre_id: int | None) -> None:
    columns = [
        getattr(model, column.key)
        for column in inspect(model).columns
        if isinstance(column.type, String) and not isinstance(column.type, Enum)
    ]
    if not columns:
        return
    named = or_(*(column.contains(fact.name, autoescape=True) for column in columns))
    numbered = (column.contains(number, autoescape=True) for column in columns for number in fact.numbers)
    wanted = select(model).where(or_(and_(named, model.centre_id == centre_id), *numbered)).order_by(model.id)
    for row in session.scalars(wanted):
        for column in columns:
            text = getattr(row, column.key)
            if text:
                setattr(row, column.key, _without(text, _marks(fact, is_near=row.centre_id == centre_id)))


def _rewrite_words(session: Session, model: type[Any], fact: PersonErased, centre_id: int | None) -> None:
    """The sealed words of the centre's cases, each under the key of whom the case is about."""
    sealed = and_(model.centre_id == centre_id, model.words_sealed.is_not(None))
    # Held here, so that the session knows them and asks once instead of for each case.
    people = []
    if issubclass(model, PersonCase):
        about = select(model.person_id).where(sealed)
        people = list(session.scalars(select(Person).where(Person.id.in_(about)).order_by(Person.id)))
    for row in session.scalars(select(model).where(sealed).order_by(model.id)).all():
        words = unsealed_words(session, row)
        rest = _without(words, _marks(fact, is_near=True))
        if rest != words:
            seal_words(session, row, rest)
    people.clear()


def _marks(fact: PersonErased, *, is_near: bool) -> list[str]:
    return [*fact.numbers, *([fact.name] if is_near and fact.name != ERASED_NAME else [])]


def _without(text: str, marks: Iterable[str]) -> str:
    for mark in marks:
        text = text.replace(mark, ERASED_NAME)
    return text
