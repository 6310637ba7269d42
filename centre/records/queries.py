"""What is known of a person's record: consents, who looked, the whole copy, the state of an erasure."""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import Select, inspect, select
from sqlalchemy.orm import Session

from centre import clock
from centre.accounts import Account
from centre.accounts.rules import NotFresh
from centre.batches import batches
from centre.errors import NotFound
from centre.network import Centre
from centre.people import Consent, Person
from centre.permissions import MANAGERS, Role
from centre.policy import policy
from centre.records.models import ErasureRequest, Reveal
from centre.records.rules import ErasureState, is_secret
from centre.scopes import seeing_everything
from centre.tables import Base

TEXTS = Path(__file__).parents[1] / "data" / "consents.toml"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One purpose with the text that is shown for it (同意书文本)."""

    purpose: str
    version: str
    needed: bool
    title: str
    body: str
    title_en: str
    body_en: str
    with_service: bool = False
    """Whether it holds from the registration on until the person says no, rather than from a yes on."""

    def wording(self, locale: str) -> tuple[str, str]:
        """Title and text in a reader's language."""
        return (self.title_en, self.body_en) if locale == "en" else (self.title, self.body)


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a record, as the person reads it."""

    reveal: Reveal
    centre: str


@lru_cache(maxsize=1)
def consent_texts() -> dict[str, ConsentText]:
    """The newest text of each purpose."""
    rows = tomllib.loads(TEXTS.read_text("utf-8"))["text"]
    return {row["purpose"]: ConsentText(**row) for row in rows}


def person_in_sight(session: Session, person_id: int) -> Person:
    """A person whom the session may see. Raises NotFound."""
    person = session.scalar(select(Person).where(Person.id == person_id))
    if person is None:
        raise NotFound
    return person


def require_fresh(session: Session, proved_at: datetime | None) -> None:
    """Let go on only who proved a few minutes ago who they are. Raises NotFresh."""
    minutes = int(policy(session, "reveal-fresh-minutes", on=clock.today()))
    if proved_at is None or clock.now() - proved_at > timedelta(minutes=minutes):
        raise NotFresh(minutes=minutes)


def consents_of(person_id: int) -> Select[Consent]:
    """Every consent that a person gave, the newest first."""
    return select(Consent).where(Consent.person_id == person_id).order_by(Consent.given_at.desc(), Consent.id.desc())


def agrees(session: Session, person_id: int, purpose: str) -> bool:
    """Whether a person agrees to a purpose now, whatever version of the text they read."""
    living = consents_of(person_id).where(Consent.purpose == purpose, Consent.withdrawn_at.is_(None))
    return session.scalar(living.limit(1)) is not None


def refused(purpose: str) -> Select[int]:
    """Who has said no to a purpose and not yes again since; for purposes that come with the service."""
    living = select(Consent.person_id).where(Consent.purpose == purpose, Consent.withdrawn_at.is_(None))
    return select(Consent.person_id).where(
        Consent.purpose == purpose, Consent.withdrawn_at.is_not(None), Consent.person_id.not_in(living)
    )


def refusing(session: Session, person_ids: Collection[int], purpose: str) -> set[int]:
    """Who of some people refuses a purpose."""
    objecting = set[int]()
    for batch in batches(sorted(person_ids)):
        objecting |= set(session.scalars(refused(purpose).where(Consent.person_id.in_(batch))))
    return objecting


def looks_at(session: Session, person_id: int) -> list[Look]:
    """Who has seen sealed values of a person, the latest first: the centre and the reason, not the colleague's name."""
    rows = session.execute(
        select(Reveal, Centre.name)
        .outerjoin(Centre, Centre.id == Reveal.centre_id)
        .where(Reveal.person_id == person_id)
        .order_by(Reveal.at.desc(), Reveal.id.desc())
    )
    return [Look(reveal, centre or "") for reveal, centre in rows]


def erasure_of(session: Session, person_id: int) -> ErasureRequest | None:
    """A person's latest request for erasure that was not withdrawn."""
    return session.scalar(
        select(ErasureRequest)
        .where(ErasureRequest.person_id == person_id, ErasureRequest.state != ErasureState.WITHDRAWN)
        .order_by(ErasureRequest.id.desc())
        .limit(1)
    )


def due_erasures(on: date) -> Select[ErasureRequest]:
    """Requests whose day has come, the oldest first."""
    return (
        select(ErasureRequest)
        .where(ErasureRequest.state == ErasureState.ASKED, ErasureRequest.due_on <= on)
        .order_by(ErasureRequest.id)
    )


def managers_of(session: Session, centre_id: int | None) -> list[int]:
    """The accounts that are notified of unusual reveals: the managers of a centre and of the city."""
    with seeing_everything(session):
        staff = session.scalars(
            select(Account).where(Account.centre_id.is_not(None), Account.disabled.is_(False)).order_by(Account.id)
        ).all()
    return [
        account.id
        for account in staff
        if MANAGERS & {*account.roles} and (account.centre_id == centre_id or Role.CITY_MANAGER in account.roles)
    ]


def models_about_people() -> list[tuple[type[Base], str]]:
    """Every model whose rows are about one person, with the column that says about whom."""
    columns = []
    for mapper in Base.registry.mappers:
        if mapper.class_.owned_as == "person_id":
            columns.append((mapper.class_, "id"))
        elif "person_id" in mapper.columns:
            columns.append((mapper.class_, "person_id"))
    return sorted(columns, key=lambda pair: pair[0].__name__)


def copy_of(session: Session, person: Person) -> dict[str, list[dict[str, Any]]]:
    """Everything that the network keeps about a person and the session may see, table by table, numbers in clear."""
    copied = {}
    for model, column in models_about_people():
        rows = session.scalars(select(model).where(getattr(model, column) == person.id)).all()
        if rows:
            copied[str(model.__tablename__)] = [_copied(row, person) for row in rows]
    return copied


def _copied(row: Base, person: Person) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for name in inspect(type(row)).columns.keys():  # noqa: SIM118 # not a dict
        value = getattr(row, name)
        if is_secret(name) or name == "id" or (name.endswith("_id") and name != "centre_id"):
            continue
        if name == "login":
            value = row.told_login if isinstance(row, Account) else value
        if not name.endswith("_sealed"):
            content[name] = value
        elif value is not None:
            try:
                content[name.removesuffix("_sealed")] = person.unseal(name.removesuffix("_sealed"), value)
            except InvalidTag:
                continue  # sealed under another key, for example the copy that an employer may read
    return content
