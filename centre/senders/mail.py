"""Messages by SMTP: to e-mail addresses, and to a mail-to-SMS gateway whose addresses are made of the telephone."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import formatdate

from centre import clock
from centre.senders.outgoing import Outage, Outgoing, Refused, Trouble
from centre.settings import Settings

TIMEOUT_SECONDS = 15
PERMANENT = 500
_CREDENTIALS = {530, 534, 535, 538}
"""Codes by which a server says that it does not accept us, not the message (RFC 4954)."""


class MailSender:
    """One connection, opened with the first message and opened again when the server has closed it."""

    def __init__(self, known: Settings) -> None:
        self._known = known
        self._connection: smtplib.SMTP | None = None

    def send(self, outgoing: Outgoing) -> None:
        """Hand one message over; its Message-ID is the key, so that the receiver can drop a double."""
        mail = self._mail(outgoing)
        with _read_failures():
            try:
                self._connected().send_message(mail)
            except smtplib.SMTPServerDisconnected:  # it was idle for too long: once more on a new connection
                self.close()
                self._connected().send_message(mail)

    def close(self) -> None:
        """Say goodbye to the server."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()

    def _mail(self, outgoing: Outgoing) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._known.smtp_from
        to = outgoing.address
        mail["To"] = to if outgoing.is_mail else self._known.smtp_to.replace("{phone}", to)
        mail["Subject"] = outgoing.title
        mail["Date"] = formatdate(clock.now().timestamp())
        mail["Message-ID"] = f"<{outgoing.key}@{self._known.smtp_from.rpartition('@')[2] or 'localhost'}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(outgoing.text)
        return mail

    def _connected(self) -> smtplib.SMTP:
        if self._connection is None:
            known = self._known
            context = ssl.create_default_context(cafile=str(known.smtp_ca) if known.smtp_ca else None)
            if known.smtp_security == "tls":
                self._connection = smtplib.SMTP_SSL(
                    known.smtp_host, known.smtp_port, timeout=TIMEOUT_SECONDS, context=context
                )
            else:
                self._connection = smtplib.SMTP(known.smtp_host, known.smtp_port, timeout=TIMEOUT_SECONDS)
            if known.smtp_security == "starttls":
                self._connection.starttls(context=context)
            if known.smtp_user:
                self._connection.login(known.smtp_user, known.smtp_password.get_secret_value())
        return self._connection


@contextmanager
def _read_failures() -> Iterator[None]:
    """Turn what smtplib raises into the three failures; server texts may repeat the address, so codes alone remain."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as refused:
        codes = [code for code, _ in refused.recipients.values()]
        raise (Refused if min(codes) >= PERMANENT else Trouble)(f"SMTP {codes[0]}") from None
    except smtplib.SMTPSenderRefused as refused:
        raise Outage(f"SMTP {refused.smtp_code}: the server does not accept GANGQIAO_SMTP_FROM") from None
    except smtplib.SMTPResponseException as answer:
        kind = Outage if answer.smtp_code in _CREDENTIALS else Refused if answer.smtp_code >= PERMANENT else Trouble
        raise kind(f"SMTP {answer.smtp_code}") from None
    except (smtplib.SMTPException, OSError) as error:  # TLS faults are OSErrors, too
        raise Outage(f"SMTP: {type(error).__name__}") from None
