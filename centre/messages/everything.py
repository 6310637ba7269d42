"""All messages of the register, for pages and commands that list them."""

from centre.messages import employers, jobseekers, journeys, office, training
from centre.messages.wording import REGISTER

HOMES = (office, jobseekers, journeys, training, employers)
"""The modules that hold the texts, in the order in which they are listed."""

__all__ = ["HOMES", "REGISTER"]
