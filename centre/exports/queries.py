"""The kinds of lists, and queries on export requests."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from centre import clock
from centre.accounts.models import Account
from centre.errors import NotFound
from centre.exports.models import Export
from centre.exports.rules import ExportState, NoSuchList
from centre.people import CATEGORY_LABELS, Person, PersonCategory, people
from centre.permissions import MANAGERS, Actor, Permission, Role
from centre.scopes import seeing_everything
from centre.sheets.cells import Cell
from centre.text import mask_id, mask_phone
from centre.translation import N_, translate

ListQuery = Select[*tuple[Any, ...]]
Rows = Callable[[ListQuery, Session, str], Iterable[Sequence[Cell]]]


@dataclass(frozen=True, slots=True)
class ExportKind:
    """One kind of list (名单种类): its permission, its columns, and the query for its people in the reader's scope.

    `query` gives a select with one row for each line, narrowed to one subject if there is one; `rows` writes the lines.
    """

    name: str
    label: str
    permission: Permission
    columns: Sequence[str]
    query: Callable[[int | None], ListQuery]
    rows: Rows
    centre: Callable[[Session, int | None], int | None] = lambda _session, _subject_id: None
    """The centre whose managers decide when the requester belongs to none."""


KINDS: dict[str, ExportKind] = {}
"""The kinds of lists, registered by the packages that own them."""


def kinds_for(actor: Actor) -> list[ExportKind]:
    """The lists that an actor may request."""
    return [kind for kind in KINDS.values() if actor.may(kind.permission)]


def kind_of(actor: Actor, name: str) -> ExportKind:
    """One kind of list. Raises NoSuchList, also for one that the actor may not request."""
    kind = KINDS.get(name)
    if kind is None or not actor.may(kind.permission):
        raise NoSuchList(field="kind")
    return kind


def count_of(session: Session, kind: ExportKind, subject_id: int | None) -> int:
    """The number of people on the list for this session."""
    return session.scalar(select(func.count()).select_from(kind.query(subject_id).order_by(None).subquery())) or 0


def asked_today(session: Session, account_id: int) -> int:
    """The number of people that an account has requested today, so that a big list cannot be split into small ones."""
    began = datetime.combine(clock.today(), time.min, clock.SHANGHAI)
    people = select(func.coalesce(func.sum(Export.people), 0)).where(
        Export.account_id == account_id, Export.created_at >= began, Export.state != ExportState.REFUSED
    )
    return session.scalar(people) or 0


def exports() -> Select[Export]:
    """Export requests, newest first."""
    return select(Export).order_by(Export.id.desc())


def export_in_sight(session: Session, export_id: int) -> Export:
    """One request. Raises NotFound."""
    request = session.scalar(select(Export).where(Export.id == export_id))
    if request is None:
        raise NotFound
    return request


def names_of(session: Session, account_ids: Iterable[int]) -> dict[int, str]:
    """The names of accounts, for display with their requests."""
    with seeing_everything(session):
        accounts = session.execute(select(Account.id, Account.name).where(Account.id.in_(sorted(set(account_ids)))))
        return {row.id: row.name for row in accounts}


def deciders(session: Session, request: Export) -> list[int]:
    """The managers who may approve a request: of the centre and of the city, never the requester."""
    with seeing_everything(session):
        accounts = session.scalars(select(Account).where(Account.disabled.is_(False)).order_by(Account.id)).all()
    return [
        account.id
        for account in accounts
        if MANAGERS & {*account.roles}
        and account.id != request.account_id
        and (Role.CITY_MANAGER in account.roles or account.centre_id == request.centre_id)
    ]


def _people(_subject_id: int | None) -> ListQuery:
    return people().where(Person.wrapped_key != b"")


def _people_rows(query: ListQuery, session: Session, locale: str) -> Iterable[Sequence[Cell]]:
    for person in session.scalars(query):
        labels = (CATEGORY_LABELS[PersonCategory(category)] for category in person.categories)
        yield (
            person.name,
            mask_id(person.identity_number),
            mask_phone(person.phone),
            "、".join(translate(locale, label) for label in labels),
            clock.local(person.created_at).date(),
        )


KINDS["people"] = ExportKind(
    "people",
    N_("本中心服务对象"),
    Permission.LIST_PEOPLE,
    (N_("姓名"), N_("身份证号"), N_("手机号码"), N_("人员类别"), N_("登记日期")),
    _people,
    _people_rows,
)
