"""The sender that the settings name."""

from collections.abc import Iterator
from contextlib import contextmanager

from centre.senders.file import FileSender
from centre.senders.gateway import GatewaySender, GatewayTemplate
from centre.senders.mail import MailSender
from centre.senders.outgoing import Outgoing, Sender
from centre.settings import settings


class WithMail:
    """A sender for telephones beside the mail server, which takes what goes to e-mail addresses."""

    def __init__(self, phones: Sender, mails: Sender) -> None:
        self._phones, self._mails = phones, mails

    def send(self, outgoing: Outgoing) -> None:
        """Hand one message to the sender of its kind."""
        (self._mails if outgoing.is_mail else self._phones).send(outgoing)

    def close(self) -> None:
        """Close both."""
        self._phones.close()
        self._mails.close()


def sends_mail() -> bool:
    """Whether messages can go to e-mail addresses with these settings."""
    known = settings()
    has_server = bool(known.smtp_host and known.smtp_from)
    return known.sender == "file" or (bool(known.sender) and has_server)


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
        gateway = GatewaySender(template, known.sms_secret.get_secret_value())
        return WithMail(gateway, MailSender(known)) if sends_mail() else gateway
    if known.sender == "file":
        return FileSender(known.data_dir / "messages.jsonl")
    raise NotConfigured("GANGQIAO_SENDER is empty: set it to smtp, gateway or file")
