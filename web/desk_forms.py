"""Forms and facts of desk cases, read from their drafts and columns; a new field needs no new template."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from centre.desk.cases.imports import plain_type
from centre.desk.cases.kinds import Kind
from centre.desk.cases.models import Case, CaseLine
from centre.drafts import Draft
from centre.funds.queries import fund
from centre.ledger import CHANNEL_LABELS, Channel
from centre.people import Person
from centre.scopes import seeing_everything
from centre.translation import N_
from web.formats import long_date, long_datetime, money

LISTS: Mapping[type[StrEnum], Mapping[Any, str]] = {Channel: CHANNEL_LABELS}
"""Labels of code lists whose members carry none themselves."""
YES, NO = N_("是"), N_("否")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form: which widget, and what it says (表单项)."""

    name: str
    label: str
    hint: str
    widget: str
    required: bool
    options: list[tuple[Any, str]]
    value: Any


def label_of(member: StrEnum) -> str:
    """The label of a member of a code list."""
    known = LISTS.get(type(member))
    return known[member] if known else str(getattr(member, "label", member.value))


def fields_of(session: Session, kind: Kind, draft: type[Draft]) -> list[Field]:
    """The fields of a draft in the order in which they are asked."""
    fields = []
    for name, info in draft.model_fields.items():
        widget, options = _widget(name, info.annotation)
        if name in kind.options:
            widget, options = "select", list(kind.options[name](session))
        default = None if info.is_required() or info.default is None else info.default
        value = default.value if isinstance(default, StrEnum) else default
        fields.append(
            Field(
                name, kind.label_of(name) or name, kind.hints.get(name, ""), widget, info.is_required(), options,
                "" if value is None or value is False or name.endswith("_fen") else value,
            )
        )  # fmt: skip
    return fields


def _widget(name: str, annotation: Any) -> tuple[str, list[tuple[Any, str]]]:
    kind = plain_type(annotation)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return "select", [(member.value, label_of(member)) for member in kind]
    if name.endswith("_fen"):
        return "money", []
    if name == "words":
        return "textarea", []
    known = {bool: "checkbox", int: "number", date: "date", time: "time"}
    return known.get(kind, "text") if isinstance(kind, type) else "text", []


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of a case as a page shows it; `words` is a message to translate (一项)."""

    name: str
    label: str
    text: str
    is_message: bool = False


def facts_of(session: Session, kind: Kind, row: Case | CaseLine, locale: str, only: tuple[str, ...] = ()) -> list[Fact]:
    """The filled columns of a case or a line that have a label, or some of them in a given order."""
    mapper: Any = inspect(type(row))
    names = only or tuple(mapper.columns.keys())
    facts = []
    for name in names:
        label, value = kind.label_of(name), getattr(row, name, None)
        if not label or (not only and value in (None, "", False)):
            continue
        text, is_message = _text(session, kind, name, value, locale)
        facts.append(Fact(name, label, text, is_message))
    return facts


def _text(session: Session, kind: Kind, name: str, value: Any, locale: str) -> tuple[str, bool]:
    if value is None or value == "":
        return "—", False
    if isinstance(value, StrEnum):
        return label_of(value), True
    if isinstance(value, bool):
        return (YES if value else NO), True
    if name.endswith("_fen"):
        return money(locale, value), False
    if isinstance(value, datetime):
        return long_datetime(locale, value), False
    if isinstance(value, date):
        return long_date(locale, value), False
    if name == "fund_id":
        with seeing_everything(session):  # the city's fund may pay for a case of a county
            return fund(session, value).name, False
    if name == "person_id":
        return session.scalar(select(Person.name).where(Person.id == value)) or "—", False
    if name in kind.options:
        return dict(kind.options[name](session)).get(value, str(value)), False
    return str(value), False
