"""The columns that all desk cases have."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import privacy
from centre.people import Person
from centre.scopes import seeing_everything
from centre.tables import Base, OfCentre, Record

_PLACE = "desk"


class Case(OfCentre, Record):
    """The base of all desk cases: centre, who opened it, the next due day, and the person's encrypted statement (事项).

    Each kind adds its state, its columns and CHECK constraints.
    """

    __abstract__ = True

    opened_by: Mapped[int | None]
    due_on: Mapped[date | None]
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    is_demo: Mapped[bool] = mapped_column(default=False)


class PersonCase(Case):
    """A case that may be about a person, who reads it as well (个人事项)."""

    __abstract__ = True

    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)


class CaseLine(OfCentre, Record):
    """The base of the lines of a case, such as the uses of a card (明细)."""

    __abstract__ = True

    opened_by: Mapped[int | None]
    is_demo: Mapped[bool] = mapped_column(default=False)


def kept_models(base: type[Base]) -> list[type[Any]]:
    """The models of all kinds that descend from a base, in the order of their names."""
    models = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, base)]
    return sorted(models, key=lambda model: str(model.__name__))


def seal_words(session: Session, case: Case, words: str) -> None:
    """Encrypt the statement under the person's key, or under the service's own key for an anonymous caller."""
    if not words:
        return
    person_id = getattr(case, "person_id", None)
    if person_id is None:
        case.words_sealed = privacy.seal_own(_PLACE, words)
        return
    with seeing_everything(session):
        case.words_sealed = session.get_one(Person, person_id).seal(_PLACE, words)


def unsealed_words(session: Session, case: Case) -> str:
    """The decrypted statement; empty if there is none or the person has been erased."""
    if case.words_sealed is None:
        return ""
    person_id = getattr(case, "person_id", None)
    if person_id is None:
        return privacy.unseal_own(_PLACE, case.words_sealed)
    with seeing_everything(session):
        person = session.get_one(Person, person_id)
    return person.unseal(_PLACE, case.words_sealed) if person.wrapped_key else ""
