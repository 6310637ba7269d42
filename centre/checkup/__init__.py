"""The examination of an installation (体检): what is wrong, and what an operator does about it."""

from centre.checkup.examination import examine
from centre.checkup.finding import Finding, Verdict

__all__ = ["Finding", "Verdict", "examine"]
