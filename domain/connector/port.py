"""What a network can do: a connector is a manifest and its abilities, each a small protocol.

An ability is a module of the network's folder (`publish.py`, `inbox.py` …); a network that
cannot has no such file and holds None. Functions get the one way out as their first argument and
raise the errors of `domain.connector.errors`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.connector.consent import Consents
from domain.connector.http import Http
from domain.connector.manifest import Manifest
from domain.connector.words import (
    Access,
    Checkpoint,
    Connected,
    Draft,
    Grant,
    Inbox,
    Login,
    Profile,
    Published,
    Ref,
    Sample,
    Shown,
)
from domain.kernel.shapes import Shape

Save = Callable[[Checkpoint], Awaitable[None]]
"""Keeps a checkpoint for good before the next step is taken.

Of the calls before it nothing is in doubt any more: it tells what came of them.
"""


class Connects(Protocol):
    """Opens, renews and checks our access to an account."""

    async def connect(self, http: Http, login: Login, *, now: datetime) -> Connected: ...

    async def refresh(self, http: Http, access: Access, *, now: datetime) -> Grant | None:
        """A new grant, or None where grants do not run out. Called by one process at a time."""
        ...

    async def check(self, http: Http, access: Access) -> Profile:
        """The account as the network shows it now. Raises `GrantExpired` when we are locked out."""
        ...


class Publishes(Protocol):
    """Sends drafts.

    A draft sent twice with one key and checkpoint appears once where the network's idempotency
    class allows; elsewhere the caller looks it up in between. Of what the checkpoint holds nothing
    is sent again, and when it holds all, nothing is called.
    """

    async def publish(
        self,
        http: Http,
        access: Access,
        draft: Draft,
        checkpoint: Checkpoint,
        save: Save,
        *,
        now: datetime,
    ) -> Published: ...

    async def look_up(
        self,
        http: Http,
        access: Access,
        draft: Draft,
        checkpoint: Checkpoint,
        *,
        since: datetime,
    ) -> Published | None:
        """What became of a draft whose outcome is unknown; None when it is surely not there.

        Of a thread of which only some messages are there, those: publishing goes on behind them.
        Raises `OutcomeUnknown` where the network cannot tell (class E).
        """
        ...

    async def withdraw(self, http: Http, access: Access, refs: Sequence[Ref]) -> None:
        """Takes published messages away, last first; what is already gone is no error."""
        ...


class Resumes(Protocol):
    """Takes a person's word on the message under way into the checkpoint; the rest goes on."""

    def known(self, checkpoint: Checkpoint) -> tuple[Ref, ...]:
        """The messages that are surely there, first to last."""
        ...

    def is_home(self, address: str, server: str) -> bool:
        """Whether messages of accounts on this server are seen at such an address."""
        ...

    def told(self, checkpoint: Checkpoint, ref: Ref) -> Checkpoint:
        """The checkpoint once the message under way is there; `ValueError`: `ref` names none."""
        ...


class Edits(Protocol):
    """Changes in place what is published."""

    async def edit(
        self, http: Http, access: Access, ref: Ref, draft: Draft, *, now: datetime
    ) -> Ref: ...


class Shows(Protocol):
    """Reads what stands there of what we published, to hold it against what was sent."""

    async def show(self, http: Http, access: Access, refs: Sequence[Ref]) -> list[Shown]:
        """Messages as they stand, those that are gone too.

        What the network does not tell is left out: it counts neither as shown nor as gone.
        """
        ...

    def told(self, draft: Draft, number: int) -> str:
        """The text of a message of a draft as `show` gives it where nothing changed it."""
        ...

    def alike(self, text: str) -> str:
        """What of a text the network leaves as it was: it sets spaces, links or quotes anew."""
        ...


class ReadsInbox(Protocol):
    """Reads what was said and done towards an account, oldest first, from a cursor on.

    A first reading (cursor None) gives a baseline: whatever the network hands out at once.
    """

    async def read(self, http: Http, access: Access, cursor: str | None) -> Inbox: ...


class Measured(Protocol):
    """Reads running totals."""

    async def sample_posts(
        self, http: Http, access: Access, remote_ids: Sequence[str]
    ) -> list[Sample]:
        """Totals of at most `metrics_batch` posts; a post that is gone is left out."""
        ...

    async def sample_account(self, http: Http, access: Access) -> list[Sample]: ...


class TakesHooks(Protocol):
    """Tells what a network calls us for from what somebody else does.

    What a hook says is not taken from it: it has the inbox read at once, which loses nothing.
    """

    def is_genuine(self, headers: Mapping[str, str], body: bytes, grant: Grant) -> bool:
        """Whether the network sent this to the account; header names are lower case."""
        ...

    def greeting(self, query: Mapping[str, str], grant: Grant) -> str | None:
        """What a network wants to hear that asks by GET whether the address is the account's.

        None: it asks no such thing, or not with the word that was agreed on.
        """
        ...


@dataclass(frozen=True, slots=True)
class Connector:
    """One network: what is known of it and what it can do."""

    manifest: Manifest
    connect: Connects | None = None
    consent: Consents | None = None
    publish: Publishes | None = None
    resume: Resumes | None = None
    edit: Edits | None = None
    shows: Shows | None = None
    inbox: ReadsInbox | None = None
    metrics: Measured | None = None
    hooks: TakesHooks | None = None
    settings: type[Shape] | None = None
    """What of a post only this network can be told; every field has a default."""
