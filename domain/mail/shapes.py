"""Mails: what is asked for, what a worker sends, what an operator sees."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.mail.rules import MailState


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """What somebody is to read. `kind` is what it is for, such as `reset`."""

    kind: str
    recipient: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True, repr=False)
class Outgoing:
    """A claimed mail; `attempt` tells its claim from later ones."""

    id: UUID
    attempt: int
    letter: Letter


@dataclass(frozen=True, slots=True, repr=False)
class MailSeen:
    """A mail for its operator; `text` is None once a server has taken it."""

    id: UUID
    kind: str
    recipient: str
    subject: str
    text: str | None
    state: MailState
    problem: str | None
    created_at: datetime
