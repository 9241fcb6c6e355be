"""A mail server on loopback that answers as it is told and keeps what it took."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

TAKEN = "250 Taken"
HANGS_UP = ""
"""Takes the text, then closes the line without a word."""


@dataclass
class PostOffice:
    """`on_text` and `on_recipient` are answers in order; afterwards everything is taken."""

    on_recipient: list[str] = field(default_factory=list)
    on_text: list[str] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        answer = self.on_recipient.pop(0) if self.on_recipient else TAKEN
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - as above
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        answer = self.on_text.pop(0) if self.on_text else TAKEN
        if answer in {TAKEN, HANGS_UP}:
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            assert isinstance(envelope.mail_from, str)
            self.taken.append(message)
            self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        if answer == HANGS_UP and server.transport is not None:
            server.transport.close()
        return answer or TAKEN

    def log_in(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _kind: str, found: object
    ) -> AuthResult:
        pair = (getattr(found, "login", b""), getattr(found, "password", b""))
        self.logins.append(pair)
        return AuthResult(success=pair == (b"parvis", b"p:ss"), handled=False)


@asynccontextmanager
async def open_office(office: PostOffice) -> AsyncIterator[str]:
    """Its SMTP_URL."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(
            office,
            hostname="post.test",
            auth_require_tls=False,
            authenticator=office.log_in,
            loop=loop,
        ),
        "127.0.0.1",
        0,
    )
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield f"smtp://127.0.0.1:{office.port}"
    finally:
        server.close()
        await server.wait_closed()
