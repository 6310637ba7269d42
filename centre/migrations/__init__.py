"""Alembic migrations: one line of steps, the same for SQLite and PostgreSQL."""
