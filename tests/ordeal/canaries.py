"""Canaries: unique strings, each in one field of one row, so that a response shows whose data it contains."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, Integer, LargeBinary, String, inspect
from sqlalchemy import Enum as Coded
from sqlalchemy.orm import Session

from centre import clock
from centre.accounts.models import Account
from centre.people import Person
from centre.tables import OWNERS, Base, Instant, Record

MARK = re.compile(rb"(?:zq[0-9]{4}z|1990[0-9]{7}|610499[0-9]{11}[0-9X])")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

# Words of the program rather than of people: codes, kinds, keys and digests.
STRUCTURE = frozenset(
    (  # noqa: SIM905 - as a list it would fill a page
        "account_id action beneficiary_relation certificate_no code contact_key_name csrf_token dedupe_key digest "
        "entitled_by event evidence external external_id file_digest fund home_region identity_index "
        "industry_code joint key key_name kind letter_no link live_region login machine method name_norm name_spelt "
        "occupation occupation_code origin password_hash phone_index pin_hash place_code prefix programme purpose "
        "reason region_code risk rule seed series size_band source subject target text_version to_check "
        "token_digest uscc"
    ).split()
)
# `reason` is free text in these tables.
WORDS_AFTER_ALL = frozenset(
    {
        ("training_certificate", "reason"),
        ("claim", "reason"),
        ("transition", "reason"),
        ("export", "reason"),
        ("account_approval", "reason"),
        ("plan_pin", "reason"),
    }
)


@dataclass(frozen=True, slots=True)
class Secret:
    """One marked field: its place, the owners of its row, and whether the row is public."""

    table: str
    column: str
    row_id: int
    owners: frozenset[tuple[str, int]]
    public: bool

    def __str__(self) -> str:
        return f"{self.table}.{self.column} of row {self.row_id}"


@dataclass
class Canaries:
    """Every marked field of a world."""

    session: Session
    secrets: dict[str, Secret] = field(default_factory=dict)
    rows: dict[type[Base], list[tuple[Any, frozenset[tuple[str, int]], bool]]] = field(default_factory=dict)
    number: int = 0

    def mark(self) -> str:
        """A fresh canary."""
        self.number += 1
        return f"zq{self.number:04d}z"

    def telephone(self) -> str:
        """A fresh canary in the form of a telephone number."""
        self.number += 1
        return f"1990000{self.number:04d}"

    def make(
        self, model: type[Base], *, public: bool = False, owners: dict[str, int] | None = None, **given: Any
    ) -> Any:
        """Insert a row with a canary in each unspecified text field; other required fields are filled in."""
        values, marked = dict(given), {}
        for column in inspect(model).columns:
            if column.name in given or column.primary_key:
                continue
            if _is_words(model.__tablename__, column):
                values[column.key] = marked[column.name] = self.mark()
            elif not column.nullable and column.default is None:
                values[column.key] = _filler(column)
        row = model(**values)
        self.session.add(row)
        self.session.flush()
        self.note(row, marked, public=public, owners=owners or {})
        return row

    def note(self, row: Any, marked: dict[str, str], *, public: bool = False, owners: dict[str, int]) -> None:
        """Record the canary of a row."""
        whose = frozenset((_owners(row) | owners).items())
        self.rows.setdefault(type(row), []).append((row, whose, public))
        self.hide(row, marked, public=public, owners=owners)

    def hide(self, row: Any, marked: dict[str, str], *, public: bool = False, owners: dict[str, int]) -> None:
        """Record the canaries of a row that is known already, for example in what was sealed."""
        whose = frozenset((_owners(row) | owners).items())
        for column, canary in marked.items():
            self.secrets[canary] = Secret(row.__tablename__, column, row.id, whose, public)

    def share(self, row: Record, column: str, **owners: int) -> None:
        """Record that a field is visible to others too, as a name is to the school, or to an employer after consent."""
        for canary, secret in list(self.secrets.items()):
            if (secret.table, secret.column, secret.row_id) == (row.__tablename__, column, row.id):
                self.secrets[canary] = replace(secret, owners=secret.owners | set(owners.items()))

    def seal(self, person: Person) -> None:
        """Give a person a unique identity number and telephone number."""
        phone = self.telephone()
        identity = _identity(self.number)
        person.set_phone(phone)
        person.set_identity(identity)
        whose = frozenset(_owners(person).items())
        self.secrets[phone] = Secret("person", "phone", person.id, whose, public=False)
        self.secrets[identity] = Secret("person", "identity", person.id, whose, public=False)

    def found_in(self, content: bytes) -> set[str]:
        """The canaries in a response; archives (spreadsheets) are unpacked."""
        return {mark.decode() for part in _parts(content) for mark in MARK.findall(part)} & self.secrets.keys()


def _parts(content: bytes) -> Iterator[bytes]:
    yield content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from (archive.read(name) for name in archive.namelist())


def _is_words(table: str, column: Any) -> bool:
    if not isinstance(column.type, String) or isinstance(column.type, Coded) or column.nullable or column.foreign_keys:
        return False
    if (table, column.name) in WORDS_AFTER_ALL:
        return True
    return column.name not in STRUCTURE and (column.type.length or 99) >= len("zq0000z")


def _filler(column: Any) -> Any:
    kind = column.type
    if isinstance(kind, Coded) and kind.enum_class is not None:
        return next(iter(kind.enum_class))
    if isinstance(kind, Instant):
        return clock.now()
    for known, value in (
        (BigInteger, 1), (Integer, 1), (Date, clock.today()), (LargeBinary, b"x"), (JSON, []),
        (String, f"x{id(column)}"),
    ):  # fmt: skip
        if isinstance(kind, known):
            return value
    return 1


def _owners(row: Any) -> dict[str, int]:
    columns = set(inspect(type(row)).columns.keys())
    owners = {name: getattr(row, name) for name in (*OWNERS, "account_id") if name in columns}
    if row.owned_as:
        owners[row.owned_as] = row.id
    if isinstance(row, Account):
        owners["account_id"] = row.id
    return {name: value for name, value in owners.items() if value is not None}


def _identity(number: int) -> str:
    born = date(1980, 1, 1) + timedelta(days=number)
    body = f"610499{born:%Y%m%d}{number % 1000:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]
