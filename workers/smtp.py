"""The one way out for mail: a message as bytes, handed to the server of SMTP_URL."""

import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime, parseaddr
from ipaddress import ip_address
from typing import Self
from urllib.parse import unquote, urlsplit

import aiosmtplib

from domain.connector.errors import NetworkError, OutcomeUnknown, Refused, Unavailable
from domain.kernel.clock import utc_now
from domain.mail.shapes import Outgoing

# Servers without 8BITMIME are still about.
POLICY = WIRE.clone(cte_type="7bit")
IMPLICIT_TLS, SUBMISSION = 465, 587


@dataclass(frozen=True, slots=True, repr=False)
class Server:
    """Where mail is handed over. Our login travels under TLS, unless it stays on this machine."""

    host: str
    port: int
    user: str | None
    password: str | None
    is_tls: bool

    @classmethod
    def parse(cls, url: str) -> Self:
        """Reads `smtp://user:password@host:587` or `smtps://…`. Raises `ValueError`."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("SMTP_URL begins with smtp:// or smtps:// and names a host.")
        is_tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (IMPLICIT_TLS if is_tls else SUBMISSION),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            is_tls=is_tls,
        )

    @property
    def start_tls(self) -> bool | None:
        """Whether TLS must be begun; None: where the server offers it."""
        return True if self.user and not self.is_tls and not _is_here(self.host) else None


def compose(mail: Outgoing, sender: str) -> EmailMessage:
    """The message. Its id is the row's own, so that a second copy can be told for what it is."""
    message = EmailMessage(policy=POLICY)
    message["From"] = sender
    message["To"] = mail.letter.recipient
    message["Subject"] = mail.letter.subject
    message["Date"] = format_datetime(utc_now())
    message["Message-ID"] = message_id(mail, sender)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.letter.text)
    return message


def message_id(mail: Outgoing, sender: str) -> str:
    return f"<{mail.id.hex}@{parseaddr(sender)[1].rpartition('@')[2]}>"


async def hand_over(
    server: Server, message: EmailMessage, *, timeout_s: float, tls: ssl.SSLContext | None = None
) -> None:
    """Raises `Unavailable` when nothing was handed over, `Refused` for good, `OutcomeUnknown`."""
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.user,
        password=server.password,
        use_tls=server.is_tls,
        start_tls=False if server.is_tls else server.start_tls,
        timeout=timeout_s,
        tls_context=tls,
    )
    try:
        await _open(client, message)
        await _say(client, message)
    finally:
        client.close()


async def _open(client: aiosmtplib.SMTP, message: EmailMessage) -> None:
    try:
        await client.connect()
        await client.mail(parseaddr(str(message["From"]))[1])
        await client.rcpt(str(message["To"]))
    except (aiosmtplib.SMTPException, OSError) as error:
        raise _before(error) from error


async def _say(client: aiosmtplib.SMTP, message: EmailMessage) -> None:
    try:
        await client.data(message.as_bytes())
    except aiosmtplib.SMTPResponseException as error:
        raise _before(error) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        said = "The server did not say whether it took the mail."
        raise OutcomeUnknown(said, code="mail.outcome_unknown") from error


def _before(error: Exception) -> NetworkError:
    """A failure after which the server surely has no mail of ours."""
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return Unavailable("The mail server does not know us.", code="mail.login_refused")
    if isinstance(error, aiosmtplib.SMTPResponseException) and error.code >= 500:
        return Refused("The mail server refused the mail.", code="mail.refused")
    return Unavailable("The mail server was not reached.", code="mail.server_away")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
