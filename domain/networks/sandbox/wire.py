"""The sandbox's REST api: how it is called and what its refusals mean in our words.

429                                              RateLimited
426                                              VersionGone
401                                              GrantExpired
404                                              Missing
409 while a medium is being processed            StillWorking
other 3xx and 4xx                                Refused
5xx, 408 or no JSON, where something may be written   OutcomeUnknown, else Unavailable
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from domain.connector.dialects.answering import Api
from domain.connector.errors import GrantExpired, Missing, NetworkError, Refused, StillWorking
from domain.connector.heard import perhaps_heard, without_secrets
from domain.connector.http import Call, Http, Reply
from domain.connector.words import Access
from domain.networks.sandbox.answers import Failure
from domain.networks.sandbox.manifest import MANIFEST

REST = "rest"
_SECRET = re.compile(r"\bsb[arx]_[\w-]+")
"""Tokens of access, of refresh and of accounts, whichever of them it repeats."""


@dataclass(frozen=True, slots=True)
class Server(Api):
    """The network, entered with an access token; urls of calls are paths below `path`."""

    CALLED: ClassVar[str] = "The sandbox"

    root: str
    token: str | None = None
    path: str = MANIFEST.at(REST)
    """Where the api lies, in the version that is spoken."""

    def _addressed(self, call: Call) -> Call:
        headers = {} if self.token is None else {"authorization": f"Bearer {self.token}"}
        url = f"{self.root}{self.path}{call.url}"
        return replace(call, url=url, headers={**call.headers, **headers})

    def _refusal(self, reply: Reply, said: str) -> NetworkError:
        code = perhaps_heard(reply, Failure).error.code
        if reply.status == 401:
            return GrantExpired("The sandbox does not accept our token.", said=said)
        if reply.status == 404:
            return Missing("The sandbox does not know what this names.", said=said)
        if code == "media_processing":
            message = "The sandbox is still working on a file."
            return StillWorking(message, said=said)
        return Refused("The sandbox refuses this.", said=said)

    def _said(self, reply: Reply) -> str:
        failing = perhaps_heard(reply, Failure).error
        words = f"{failing.code} {failing.message}".strip() or reply.text
        told = f"{reply.status} {words}"[:2000]
        return without_secrets(told, [self.token or "", *_SECRET.findall(told)])


def server_of(http: Http, access: Access) -> Server:
    return server_at(http, access.server, access.versions, access.grant.access)


def server_at(
    http: Http, root: str, versions: Mapping[str, str], token: str | None = None
) -> Server:
    """The network in the version asked for."""
    return Server(http, root, token, MANIFEST.at(REST, versions.get(REST)))
