"""Protection inside the database against queries without a scope and against raw SQL.

PostgreSQL gets forced row-level security, generated from each model's own `visible_to`; both databases get triggers
that keep the append-only tables append-only. Both are applied again after every migration.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from sqlalchemy import ColumnElement, Connection, Dialect, Select, event, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import visitors

from centre.permissions import Scope
from centre.tables import OWNERS, Base

APPEND_ONLY = {"audit_entry": "", "fund_movement": "", "transition": "reason", "service_event": ""}
"""Tables whose rows never change, each with the free text that an erasure may empty."""

_SEES = """
CREATE OR REPLACE FUNCTION {name}(bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $gq$
DECLARE
    before text := coalesce(current_setting('gangqiao.everything', true), '');
    answer boolean;
BEGIN
    PERFORM set_config('gangqiao.everything', 'on', true);
    answer := EXISTS (SELECT 1 FROM {table} WHERE {table}.id = $1 AND ({rule}));
    PERFORM set_config('gangqiao.everything', before, true);
    RETURN answer;
END $gq$
"""
"""Whether a row is visible, with the policies off inside. A SET clause would say it in one line, but only a superuser
may give a function a setting that PostgreSQL does not know. An error ends the transaction or savepoint, and with it the
setting."""

ROLE_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")

_STAND_INS = {name: 7_100_000_001 + place for place, name in enumerate((*OWNERS, "account_id"))}
_KINDS: tuple[tuple[str, Scope], ...] = (
    ("", Scope()),
    ("all_centres", Scope(staff=True, all_centres=True)),
    ("staff", Scope(staff=True, centre_id=_STAND_INS["centre_id"])),
    ("provider_id", Scope(provider_id=_STAND_INS["provider_id"])),
    ("employer_id", Scope(employer_id=_STAND_INS["employer_id"])),
    ("person_id", Scope(person_id=_STAND_INS["person_id"])),
    ("account_id", Scope(account_id=_STAND_INS["account_id"])),
)
_SQLITE_STOP = "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
_POSTGRES_STOP = """
CREATE OR REPLACE FUNCTION gq_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_NARGS > 0 AND to_jsonb(NEW) ->> TG_ARGV[0] = ''
       AND to_jsonb(NEW) - TG_ARGV[0] = to_jsonb(OLD) - TG_ARGV[0] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def apply_policies(connection: Connection) -> None:
    """Create the policies and triggers of the existing tables, replacing earlier ones."""
    looker = inspect(connection)
    there = set(looker.get_table_names())
    is_sqlite = connection.dialect.name == "sqlite"
    kept = {table: [column["name"] for column in looker.get_columns(table)] for table in APPEND_ONLY.keys() & there}
    for statement in sqlite_triggers(kept) if is_sqlite else postgres_policies(there):
        connection.exec_driver_sql(statement if is_sqlite else statement.replace("%", "%%"))


@event.listens_for(Base.metadata, "after_create")
def _after_create(_metadata: object, connection: Connection, **_options: object) -> None:
    apply_policies(connection)


def sqlite_triggers(kept: dict[str, list[str]]) -> Iterator[str]:
    """Triggers for SQLite by table and columns; `INSERT OR REPLACE` fires them because of `recursive_triggers`."""
    for table, columns in sorted(kept.items()):
        blank, stop = APPEND_ONLY[table], _SQLITE_STOP.format(table=table)
        same = " AND ".join(f'NEW."{name}" IS OLD."{name}"' for name in columns if name != blank)
        unless = f"WHEN NOT (NEW.\"{blank}\" = '' AND {same})" if blank else ""
        for kind, condition in (("update", unless), ("delete", "")):
            yield f"DROP TRIGGER IF EXISTS gq_{table}_{kind}"
            yield f"CREATE TRIGGER gq_{table}_{kind} BEFORE {kind.upper()} ON {table} {condition} {stop}"


def postgres_policies(there: set[str]) -> Iterator[str]:
    """Triggers, and the policies of all tables with owners."""
    yield _POSTGRES_STOP
    for table in sorted(APPEND_ONLY.keys() & there):
        yield f"DROP TRIGGER IF EXISTS gq_keep ON {table}"
        yield f"DROP TRIGGER IF EXISTS gq_keep_all ON {table}"
        yield (
            f"CREATE TRIGGER gq_keep BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION gq_append_only({quoted(APPEND_ONLY[table]) if APPEND_ONLY[table] else ''})"
        )
        yield f"CREATE TRIGGER gq_keep_all BEFORE TRUNCATE ON {table} EXECUTE FUNCTION gq_append_only()"
    models: list[type[Base]] = sorted((mapper.class_ for mapper in Base.registry.mappers), key=_table)
    for model in models:
        if _table(model) in there and has_owners(model):
            yield from _policies(model)


def _table(model: type[Base]) -> str:
    return str(model.__tablename__)


def has_owners(model: type[Base]) -> bool:
    """Whether rows of a model have owners."""
    columns = set(inspect(model).columns.keys())
    return bool(model.owned_as or columns & {*OWNERS, "account_id"})


def _policies(model: type[Base]) -> Iterator[str]:
    table = _table(model)
    write = " OR ".join(_may_write(model))
    readers = [_told("everything"), *([] if model.written_for_others else _own(model))]
    for kind, rule in _readers(model):
        if _has_select(rule):
            # A subquery meets the policies of its own table, which may look back here: a function hides the circle.
            name = f"gq_sees_{table}_{kind or 'public'}"
            yield _SEES.format(name=name, table=table, rule=_spelt(rule))
            condition = f"{name}({table}.id)"
        else:
            condition = f"({_spelt(rule)})"
        readers.append(f"({_told(kind)} AND {condition})" if kind else condition)
    read = " OR ".join(readers)
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    everybody = "true" if model.written_for_others else write
    for name, clause in (
        ("gq_read", f"FOR SELECT USING ({read})"),
        ("gq_add", f"FOR INSERT WITH CHECK ({everybody})"),
        ("gq_change", f"FOR UPDATE USING ({write}) WITH CHECK ({write})"),
        ("gq_remove", f"FOR DELETE USING ({write})"),
    ):
        yield f"DROP POLICY IF EXISTS {name} ON {table}"
        yield f"CREATE POLICY {name} ON {table} {clause}"


def _own(model: type[Base]) -> list[str]:
    return [f"{column} = {_setting(name)}" for name, column in _owners(model).items()]


def _owners(model: type[Base]) -> dict[str, str]:
    columns = set(inspect(model).columns.keys())
    owners = {name: name for name in OWNERS if name in columns} | ({model.owned_as: "id"} if model.owned_as else {})
    return owners or {"account_id": "account_id"}


def _may_write(model: type[Base]) -> list[str]:
    """The condition of `centre.scopes.holds` in SQL."""
    owners = _owners(model)
    nobody = " AND ".join(f"{column} IS NULL" for column in owners.values())
    rules = [_told("everything"), *_own(model), f"({nobody})"]
    if "account_id" not in owners:
        rules += [
            _told("all_centres"),
            f"({_told('staff')} AND {'centre_id IS NULL' if 'centre_id' in owners else 'true'})",
        ]
    return rules


def _readers(model: type[Base]) -> Iterator[tuple[str, ColumnElement[bool]]]:
    public = _spelt(model.visible_to(Scope()))
    for kind, scope in _KINDS:
        rule = model.visible_to(scope)
        spelt = _spelt(rule)
        if spelt != "false" and (not kind or spelt != public):
            yield kind, rule


def _has_select(rule: ColumnElement[bool]) -> bool:
    return any(isinstance(part, Select) for part in visitors.iterate(rule))


def _spelt(rule: ColumnElement[bool]) -> str:
    """A rule as SQL, with the placeholders for ids replaced by session settings."""
    written = str(rule.compile(dialect=_dialect(), compile_kwargs={"literal_binds": True}))
    for name, stand_in in _STAND_INS.items():
        written = written.replace(str(stand_in), _setting(name))
    return written


@lru_cache(maxsize=1)
def _dialect() -> Dialect:
    dialect: Dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    return dialect


def _told(name: str) -> str:
    return f"(SELECT coalesce(current_setting('gangqiao.{name}', true), '') <> '')"


def _setting(name: str) -> str:
    return f"(SELECT nullif(current_setting('gangqiao.{name}', true), '')::bigint)"


def quoted(word: str) -> str:
    """A word as an SQL string."""
    return "'" + word.replace("'", "''") + "'"


def grant(connection: Connection, role: str) -> None:
    """Grant an application role exactly what the service needs. Raises ValueError for an invalid name.

    It owns nothing, and of the append-only tables it may change only the free text that an erasure empties.
    """
    if not ROLE_NAME.fullmatch(role):
        raise ValueError(role)
    statements = [
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
    ]
    for table, blank in APPEND_ONLY.items():
        statements.append(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}")
        if blank:
            statements.append(f"GRANT UPDATE ({blank}) ON {table} TO {role}")
    for statement in statements:
        connection.exec_driver_sql(statement)
