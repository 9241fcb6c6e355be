"""Discourse's REST api: how it is called and what its refusals mean in our words.

429                                              RateLimited
426                                              VersionGone
401; 403 that speaks of the key or the login, or
  where the forum does not say who we are        GrantExpired
404, 410                                         Missing
other 3xx and 4xx                                Refused
5xx, 408, or no JSON, where something may be written  OutcomeUnknown, else Unavailable
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, TypeVar

from domain.connector.dialects.answering import Api
from domain.connector.errors import GrantExpired, Missing, NetworkError, Refused
from domain.connector.heard import perhaps_heard, without_secrets
from domain.connector.http import Call, Http, Reply
from domain.connector.words import Access, Grant
from domain.networks.discourse.answers import Failure

T = TypeVar("T")

API_USERNAME = "api_username"
"""In the grant: whom an administrator's key acts for; a user's own key has none."""
# A key that is not known is refused like any other act, with these words (server.en.yml of
# https://github.com/discourse/discourse, read 2026-11-26): in the forum's own language, and without
# them where it is a user's own, or the user is suspended (lib/auth/default_current_user_provider.rb
# there, read 2026-11-29).
_KEY_WORDS = ("username or key is invalid", "not_logged_in")
_MAY_BE_OF_THE_KEY = "invalid_access"
WHO = "/session/current.json"
"""Tells whoever the forum knows who they are, and nobody else."""


@dataclass(frozen=True, slots=True)
class Server(Api):
    """One forum, entered with a key; urls of calls are paths."""

    CALLED: ClassVar[str] = "The forum"

    root: str
    headers: dict[str, str] = field(default_factory=dict)
    secret: str = ""

    @property
    def gives_external_ids(self) -> bool:
        """Whether topics may get an id of ours: keys of administrators alone can give one."""
        return "api-key" in self.headers

    async def read(
        self, path: str, shape: type[T], query: Sequence[tuple[str, str]] = (), redirects: int = 0
    ) -> T:
        return await self.repeat(Call("GET", path, query=tuple(query), redirects=redirects), shape)

    def _addressed(self, call: Call) -> Call:
        headers = {"accept": "application/json", **call.headers, **self.headers}
        return replace(call, url=f"{self.root}{call.url}", headers=headers)

    async def _answer(self, call: Call) -> Reply:
        reply = await self.http(self._addressed(call))
        try:
            return self._success(reply)
        except Refused as error:
            if not _may_be_of_the_key(reply) or not (call.url == WHO or await self._is_nobody()):
                raise
            raise GrantExpired("The forum does not accept our key.", said=error.said) from error

    async def _is_nobody(self) -> bool:
        reply = await self.http(self._addressed(Call("GET", WHO)))
        return reply.status == 404 or _may_be_of_the_key(reply)

    def _refusal(self, reply: Reply, said: str) -> NetworkError:
        if reply.status == 401 or any(each in said for each in _KEY_WORDS):
            return GrantExpired("The forum does not accept our key.", said=said)
        if reply.status in (404, 410):
            return Missing("The forum does not know what this names.", said=said)
        return Refused("The forum refuses this.", said=said)

    def _said(self, reply: Reply) -> str:
        failure = perhaps_heard(reply, Failure)
        told = " ".join(filter(None, (failure.error_type, *failure.errors, failure.message)))
        return without_secrets(f"{reply.status} {told or reply.text}"[:2000], [self.secret])


def _may_be_of_the_key(reply: Reply) -> bool:
    return reply.status == 403 and perhaps_heard(reply, Failure).error_type == _MAY_BE_OF_THE_KEY


def server_at(http: Http, root: str, grant: Grant) -> Server:
    username = grant.extra.get(API_USERNAME)
    if username is None:
        return Server(http, root, {"user-api-key": grant.access}, grant.access)
    headers = {"api-key": grant.access, "api-username": username}
    return Server(http, root, headers, grant.access)


def server_of(http: Http, access: Access) -> Server:
    """The account's forum, entered with its key."""
    return server_at(http, access.server, access.grant)
