"""The register of messages: what the service writes to people, in words that an administrator may change (消息模板)."""

from centre.messages.sending import send, send_all
from centre.messages.wording import Filled, Wording

__all__ = ["Filled", "Wording", "send", "send_all"]
