"""What a sender gets, and the three ways in which it may fail. No error carries a telephone number or a text."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to a telephone or an e-mail address (待发短信); `key` stays the same however often it is sent."""

    key: str
    address: str
    title: str
    text: str

    @property
    def is_mail(self) -> bool:
        """Whether it goes to an e-mail address."""
        return "@" in self.address


class Trouble(Exception):
    """The receiver did not take this message now; it may later. The text is short and holds no personal data."""


class Outage(Trouble):
    """The receiver takes no message at all: it is away, or it does not accept our credentials."""


class Refused(Exception):
    """The receiver will never take this message, for example because there is no such telephone."""


class Sender(Protocol):
    """Hands messages over. A message counts as sent only when `send` has returned."""

    def send(self, outgoing: Outgoing) -> None:
        """Hand one message over. Raises Trouble, Outage or Refused."""

    def close(self) -> None:
        """Give connections back."""
