"""Clients of the API."""

from tests.clients import client, crowd, each_database, signed_in, visitor

__all__ = ["client", "crowd", "each_database", "signed_in", "visitor"]
