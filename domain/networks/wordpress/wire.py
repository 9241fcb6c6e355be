"""WordPress's REST api: how it is called and what its refusals mean in our words.

429, 400 comment_flood, and 503 with Retry-After while reading   RateLimited
426                                           VersionGone
401                                           GrantExpired
404, 410 that say why; comments on what is gone   Missing
409 comment_duplicate                         AlreadyThere
501 rest_trash_not_supported                  TrashMissing
other 3xx and 4xx, and 501                    Refused; ByGateway without a code of WordPress
5xx, 408, or no JSON, where something may have been written   OutcomeUnknown, else Unavailable
"""

from base64 import b64encode
from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar

from domain.connector.dialects import answering
from domain.connector.dialects.answering import Api, ByGateway
from domain.connector.errors import GrantExpired, Missing, NetworkError, Refused
from domain.connector.heard import perhaps_heard, without_secrets
from domain.connector.http import Call, Http, Reply
from domain.connector.rates import is_shut
from domain.connector.words import Access
from domain.networks.wordpress.answers import Failure
from domain.networks.wordpress.manifest import MANIFEST

API, USER = "api", "user"
"""What a grant holds besides the application password."""

T = TypeVar("T")

REST = MANIFEST.at("rest")
"""Where the routes lie in the api."""
_GONE = frozenset({"rest_comment_invalid_post_id", "rest_comment_trash_post"})
_NO_ROUTE = "rest_no_route"
"""Nothing is told of what a route leads to that a plugin took away."""


class AlreadyThere(Refused):
    """The very comment stands there."""

    code = Refused.code


class TrashMissing(Refused):
    """The site keeps no trash: what is taken away is gone for good."""

    code = Refused.code


@dataclass(frozen=True, slots=True)
class Server(Api):
    """One site's api, entered with an application password."""

    CALLED: ClassVar[str] = "The site"

    api: str
    """`https://village.example/wp-json`, or `…/?rest_route=` where addresses are plain."""
    user: str = ""
    password: str = ""

    async def repeat(self, call: Call, shape: type[T]) -> T:
        return await answering.repeat(self._read, call, shape)

    async def ask(self, call: Call) -> Reply:
        """As `repeat`, for its headers."""
        return await answering.ask(self._read, call)

    async def _read(self, call: Call) -> Reply:
        reply = await self.http(self._addressed(call))
        if is_shut(reply):
            raise self._slower(reply)
        return self._success(reply)

    def _is_broken(self, reply: Reply) -> bool:
        return reply.is_broken and reply.status != 501

    def _addressed(self, call: Call) -> Call:
        headers = dict(call.headers)
        if self.user:
            headers["authorization"] = f"Basic {self._credentials}"
        return replace(call, url=f"{self.api}{call.url}", headers=headers)

    @property
    def _credentials(self) -> str:
        return b64encode(f"{self.user}:{self.password}".encode()).decode()

    def _refusal(self, reply: Reply, said: str) -> NetworkError:
        code = perhaps_heard(reply, Failure).code
        if reply.status == 401:
            return GrantExpired("The site no longer accepts our application password.", said=said)
        if not code:
            return ByGateway("What stands before the site refuses this.", said=said)
        if (reply.status in (404, 410) and code != _NO_ROUTE) or code in _GONE:
            return Missing("The site does not know what this names.", said=said)
        if code == "comment_duplicate":
            return AlreadyThere("This comment stands there already.", said=said)
        if code == "rest_trash_not_supported":
            return TrashMissing("The site keeps no trash.", said=said)
        return Refused("The site refuses this.", said=said)

    def _said(self, reply: Reply) -> str:
        failure = perhaps_heard(reply, Failure)
        words = " ".join(each for each in (failure.code, failure.message) if each)
        told = f"{reply.status} {words or reply.text}"[:2000]
        return without_secrets(told, [self.password, self._credentials])


def server_of(http: Http, access: Access) -> Server:
    """The account's site, entered with its application password."""
    extra = access.grant.extra
    return Server(http, extra[API], extra[USER], access.grant.access)
