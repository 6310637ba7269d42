"""The sender that the settings name."""

from collections.abc import Iterator
from contextlib import contextmanager

from centre.senders.file import FileSender
from centre.senders.gateway import GatewaySender, GatewayTemplate
from centre.senders.mail import MailSender
from centre.senders.outgoing import Sender
from centre.settings import settings


class NotConfigured(RuntimeError):
    """The settings of the sender are incomplete; the text says which one to mend."""


@contextmanager
def open_sender() -> Iterator[Sender]:
    """The sender of GANGQIAO_SENDER, its connections closed at the end. Raises NotConfigured."""
    sender = _sender()
    try:
        yield sender
    finally:
        sender.close()


def _sender() -> Sender:
    known = settings()
    if known.sender == "smtp":
        for name in ("smtp_host", "smtp_from"):
            if not getattr(known, name):
                raise NotConfigured(f"GANGQIAO_{name.upper()} is empty")
        if "{phone}" not in known.smtp_to:
            raise NotConfigured("GANGQIAO_SMTP_TO needs {phone}, for example {phone}@sms.example.cn")
        return MailSender(known)
    if known.sender == "gateway":
        if known.sms_gateway is None:
            raise NotConfigured("GANGQIAO_SMS_GATEWAY has to name the TOML file that describes the gateway")
        try:
            template = GatewayTemplate.read(known.sms_gateway)
        except (OSError, ValueError) as error:
            raise NotConfigured(f"{known.sms_gateway}: {error}") from None
        return GatewaySender(template, known.sms_secret.get_secret_value())
    if known.sender == "file":
        return FileSender(known.data_dir / "messages.jsonl")
    raise NotConfigured("GANGQIAO_SENDER is empty: set it to smtp, gateway or file")
