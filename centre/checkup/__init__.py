"""The examination of an installation (体检): what is wrong, and what an operator does about it."""

from centre.checkup.examination import examine
from centre.checkup.finding import CheckupVerdict, Finding

__all__ = ["CheckupVerdict", "Finding", "examine"]
