"""Browsers in the city of schools."""

from datetime import timedelta

from tests.training import world
from tests.training.browser import Browser, open_browser
from web.app import app

DESK = "/training-desk"
APRIL = world.MONDAY + timedelta(days=40)


def browser(city: world.City, key: str = "") -> Browser:
    """A browser that is signed in as a person of the city; without a key, a visitor's."""
    return open_browser(app, city, key)
