"""What visitors of fairs publish. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TicketReturned:
    """A ticket was given back; its holder does not come (退票)."""

    visitor_id: int
    fair_id: int
