"""Names in any spelling: the key that ways of writing a name share, and its spelling in Latin letters."""

import sqlalchemy as sa
from alembic import op

from centre.batches import batches
from centre.person_names import LONGEST_SPELLING, name_key, name_spelling

revision = "0042_names_in_any_spelling"
down_revision = "0041_judged_wordings"

PERSON = sa.table("person", *map(sa.column, ("id", "name", "name_norm", "name_spelt", "wrapped_key")))


def upgrade() -> None:
    """Take the step, and spell the names of everybody who is registered; nobody's name is spelt once it is erased."""
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("name_spelt", sa.String(length=LONGEST_SPELLING), nullable=False, server_default="")
        )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.alter_column("name_spelt", server_default=None)
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":  # forced row-level security would show the migration nobody
        connection.execute(sa.text("SELECT set_config('gangqiao.everything', 'on', true)"))
    names = connection.execute(sa.select(PERSON.c.id, PERSON.c.name).where(PERSON.c.wrapped_key != b"")).all()
    change = (
        sa.update(PERSON)
        .where(PERSON.c.id == sa.bindparam("number"))
        .values(name_norm=sa.bindparam("key"), name_spelt=sa.bindparam("spelt"))
    )
    for rows in batches(names):
        connection.execute(
            change, [{"number": row.id, "key": name_key(row.name), "spelt": name_spelling(row.name)} for row in rows]
        )


def downgrade() -> None:
    """Take it back; names stay comparable."""
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("name_spelt")
