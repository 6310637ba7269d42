"""The city of the tests of employers, in which fairs are held."""

from tests.employers.conftest import as_, frozen, session

__all__ = ["as_", "frozen", "session"]
