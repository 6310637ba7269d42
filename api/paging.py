"""Lists in pages: rows inserted or deleted while a client reads on are neither repeated nor missed (分页)."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from sqlalchemy import ColumnElement, Select, and_, false, literal, or_
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import desc_op

from api.dependencies import UnitOfWork
from centre.errors import Invalid, Problem
from centre.translation import N_

Cursor = Annotated[
    str,
    Query(
        pattern=r"^[A-Za-z0-9_-]*$", max_length=1000, description="where the last page ended, from its Link rel=next"
    ),
]
After = Annotated[str, Query(alias="after", pattern=r"^[A-Za-z0-9_-]*$", max_length=1000)]
"""The cursor of a page for people; its number stays in the address, for the reader and for bookmarks."""
Offset = Annotated[
    int,
    Query(ge=0, le=100_000, deprecated=True, description="rows to skip; repeats or misses rows that move meanwhile"),
]

NUMBER = re.compile(r"[0-9]{1,18}")
DEEPEST = 100_000
ANCHORS = 5
"""A search goes on behind one of the last openings of the page before, even if only one of these is still open."""
BAD_CURSOR = N_("这个游标不对，请不带游标从头读")


@dataclass(frozen=True, slots=True)
class Key:
    """One expression of a list's order."""

    expression: ColumnElement[Any]
    is_falling: bool

    def same(self, value: Any) -> ColumnElement[bool]:
        """The rows with the same value here."""
        return self.expression.is_(None) if value is None else self.expression == self._bound(value)

    def beyond(self, value: Any) -> ColumnElement[bool]:
        """The rows that come later; where values may be missing, a key before this one sorts the rows without."""
        if value is None:
            return false()
        bound = self._bound(value)
        return self.expression < bound if self.is_falling else self.expression > bound

    def read(self, value: Any) -> Any:
        """A value of a cursor as the database compares it. Raises ValueError and TypeError."""
        kind = self.expression.type.python_type
        if value is None or type(value) is kind:
            return value
        if kind is datetime and (instant := datetime.fromisoformat(value)).tzinfo is not None:
            return instant
        if kind is date:
            return date.fromisoformat(value)
        raise ValueError("not a value of this order")

    def _bound(self, value: Any) -> ColumnElement[Any]:
        return literal(value, self.expression.type)


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list, and the cursor of the next one; it is empty at the end."""

    rows: Sequence[Any]
    next_cursor: str

    @property
    def records(self) -> list[Any]:
        """The first thing in each row."""
        return [row[0] for row in self.rows]


def page_of(unit: UnitOfWork, query: Select[*tuple[Any, ...]], *, limit: int, cursor: str, offset: int = 0) -> ListPage:
    """`part_of` for a response that links to its next page (RFC 8288). Raises Invalid."""
    part = part_of(unit.session, query, limit=limit, cursor=cursor, offset=offset)
    link_next(unit, part.next_cursor)
    return part


def part_of(session: Session, query: Select[*tuple[Any, ...]], *, limit: int, cursor: str, offset: int = 0) -> ListPage:
    """The rows of an ordered query after a cursor. Raises Invalid.

    The order ends with a unique key. A cursor holds the values by which the last row was sorted, so it is good for a
    place in the order even when that row has gone.
    """
    keys = _keys(query)
    if cursor:
        query = query.where(_after(keys, _read(keys, cursor)))
    ordered = query.add_columns(*(key.expression for key in keys)).limit(limit + 1).offset(0 if cursor else offset)
    rows = session.execute(ordered).all()
    shown = rows[:limit]
    follows = _written(shown[-1][-len(keys) :]) if len(rows) > limit else ""
    return ListPage([row[: -len(keys)] for row in shown], follows)


def link_next(unit: UnitOfWork, cursor: str) -> None:
    """Name the next page in the response, if there is one."""
    if cursor:
        asked = [pair for pair in unit.request.query_params.multi_items() if pair[0] not in ("cursor", "offset")]
        unit.headers["link"] = f'<{unit.request.url.path}?{urlencode([*asked, ("cursor", cursor)])}>; rel="next"'


def cursor_behind(start: int, shown: Sequence[int], total: int) -> str:
    """How far a page of a list with a computed order went, and its last rows, the last first; empty at the end."""
    read, last = start + len(shown), shown[: -ANCHORS - 1 : -1]
    return "-".join(map(str, [read, *last])) if last and read < total else ""


def place_of(cursor: str) -> tuple[int, tuple[int, ...]]:
    """Where the next page of a computed list begins: behind which rows, or else behind how many. Raises Invalid."""
    parts = cursor.split("-")
    if len(parts) > ANCHORS + 1 or not all(NUMBER.fullmatch(part) for part in parts) or int(parts[0]) > DEEPEST:
        raise bad_cursor()
    return int(parts[0]), tuple(map(int, parts[1:]))


def bad_cursor() -> Invalid:
    """The refusal of a cursor that no list has given."""
    return Invalid([Problem("cursor", "bad-cursor", BAD_CURSOR)])


def _keys(query: Select[*tuple[Any, ...]]) -> list[Key]:
    keys = []
    for clause in query._order_by_clauses:  # SQLAlchemy has no public name for it
        is_falling = isinstance(clause, UnaryExpression) and clause.modifier is desc_op
        keys.append(Key(clause.element if is_falling else clause, is_falling))
    return keys


def _after(keys: list[Key], values: list[Any]) -> ColumnElement[bool]:
    """The rows whose first differing key lies beyond the values."""
    pairs = list(zip(keys, values, strict=True))
    return or_(
        *(
            and_(*(earlier.same(known) for earlier, known in pairs[:at]), key.beyond(value))
            for at, (key, value) in enumerate(pairs)
        )
    )


def _written(values: Sequence[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return urlsafe_b64encode(json.dumps(plain, ensure_ascii=False).encode()).decode().rstrip("=")


def _read(keys: list[Key], cursor: str) -> list[Any]:
    try:
        values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list):
            raise TypeError
        return [key.read(value) for key, value in zip(keys, values, strict=True)]
    except (ValueError, TypeError, RecursionError):
        raise bad_cursor() from None
