"""Words for connecting at the network's own page: OAuth's code flow in two steps of a worker."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pydantic import JsonValue

from domain.connector.errors import Refused, Unavailable
from domain.connector.http import Http
from domain.connector.words import Connected

INTERRUPTED = "consent.interrupted"


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants in, and where the network sends them back to."""

    fields: Mapping[str, str]
    """What a person gave: the manifest's `consent` fields, by name."""
    state: str
    redirect_uri: str
    public_url: str
    versions: Mapping[str, str] = field(default_factory=dict)
    """As in `Access`."""
    remote_id: str | None = None
    """Of the account that is connected again; None: of whoever consents."""

    def given(self, name: str) -> str:
        """What a person gave, without what surrounds it; empty where they gave nothing."""
        return self.fields.get(name, "").strip()


@dataclass(frozen=True, slots=True)
class Begun:
    """The network's page to go to, and what the second step needs; sealed wherever it rests."""

    url: str
    issuer: str | None = None
    """What `iss` of the answer must be (RFC 9207); None where the network sends none."""
    secrets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Client:
    """What this installation is to a server: registered there, or made by us, once."""

    secrets: Mapping[str, str]
    public: Mapping[str, JsonValue] = field(default_factory=dict)
    """What anybody may know of it, such as its public key."""


@dataclass(frozen=True, slots=True)
class Place:
    """One of several that whoever consented lets us into, such as a Page."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, repr=False)
class Choice:
    """What is to be chosen from, and what `finish` needs then; sealed wherever it rests."""

    places: tuple[Place, ...]
    secrets: Mapping[str, str]


class Clients(Protocol):
    """Keeps clients, one for each server of the network."""

    async def find(self, server: str) -> Client | None: ...

    async def keep(self, server: str, client: Client) -> Client:
        """The client that is kept: another's, when that came first."""
        ...

    async def forget(self, server: str) -> None: ...


@contextmanager
def code_used() -> Iterator[None]:
    """What finds the network away here comes after the code, which is never sent again."""
    try:
        yield
    except Unavailable as error:
        raise Refused(error.message, code=INTERRUPTED, said=error.said) from error


class Consents(Protocol):
    """The ability to connect at the network's own page."""

    async def begin(self, http: Http, wish: Wish, clients: Clients) -> Begun: ...

    async def finish(
        self, http: Http, wish: Wish, begun: Begun, code: str, clients: Clients, *, now: datetime
    ) -> Connected | Choice:
        """Exchanges the code, once. Raises `Refused` when the network does not take it.

        After a choice it is asked again, with the choice's secrets in `begun` and the id of the
        place for a code.
        """
        ...

    def document(
        self, public_url: str, redirect_uri: str, client: Client | None
    ) -> dict[str, JsonValue] | None:
        """What networks read of us at `/connect/clients/{network}.json`; None: nothing."""
        ...


def no_document(
    public_url: str,  # noqa: ARG001 - the ability's own signature
    redirect_uri: str,  # noqa: ARG001 - as above
    client: Client | None,  # noqa: ARG001 - as above
) -> dict[str, JsonValue] | None:
    """Of networks that read nothing of us."""
    return None
