"""How messages leave: by SMTP, by the HTTP gateway of an SMS provider, or into a file; chosen by a setting."""

from centre.senders.choice import NotConfigured, open_sender
from centre.senders.drain import drain_outbox
from centre.senders.outgoing import Outage, Outgoing, Refused, Sender, Trouble

__all__ = ["NotConfigured", "Outage", "Outgoing", "Refused", "Sender", "Trouble", "drain_outbox", "open_sender"]
