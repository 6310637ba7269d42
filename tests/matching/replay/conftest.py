"""The demo town, on whose claims rules are replayed."""

from tests.web.pages.conftest import hall

__all__ = ["hall"]
