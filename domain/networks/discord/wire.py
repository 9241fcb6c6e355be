"""Discord's HTTP API: how it is called and what its refusals mean in our words.

429                                              RateLimited
426, 400 with code 50041                         VersionGone
401; 403 without access to the channel (50001)   GrantExpired
404; 400 that finds no message to answer         Missing
other 3xx and 4xx                                Refused
5xx, 408, or no JSON, where something may have gone   OutcomeUnknown, else Unavailable
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from domain.connector.dialects.answering import Api
from domain.connector.errors import GrantExpired, Missing, NetworkError, Refused
from domain.connector.heard import perhaps_heard, without_secrets
from domain.connector.http import Call, Http, Reply
from domain.connector.words import Access
from domain.networks.discord.answers import Failure
from domain.networks.discord.manifest import MANIFEST

REST = "rest"

# Discord may turn away who does not name itself so, with an address and a version:
# https://docs.discord.com/developers/reference#user-agent, read 2026-11-26.
_USER_AGENT = "DiscordBot (https://parvis.example, 0.1)"
_NO_ACCESS = 50001
_NOTHING_TO_ANSWER = "MESSAGE_REFERENCE_UNKNOWN_MESSAGE"


@dataclass(frozen=True, slots=True)
class Bot(Api):
    """A bot; `root` is that of the version, and urls of calls are paths below it."""

    CALLED: ClassVar[str] = "Discord"

    root: str
    token: str

    def _addressed(self, call: Call) -> Call:
        own = {"authorization": f"Bot {self.token}", "user-agent": _USER_AGENT}
        return replace(call, url=f"{self.root}{call.url}", headers={**call.headers, **own})

    def _refusal(self, reply: Reply, said: str) -> NetworkError:
        code = perhaps_heard(reply, Failure).code
        if reply.status == 401 or code == _NO_ACCESS:
            return GrantExpired("Discord does not let the bot in any more.", said=said)
        if reply.status == 404 or _NOTHING_TO_ANSWER in reply.text:
            return Missing("Discord does not know what this names.", said=said)
        return Refused("Discord refuses this.", said=said)

    def _said(self, reply: Reply) -> str:
        failure = perhaps_heard(reply, Failure)
        errors = "" if failure.errors is None else json.dumps(failure.errors)
        told = f"{failure.code} {failure.message} {errors}" if failure.message else reply.text
        return without_secrets(f"{reply.status} {told}".strip()[:2000], [self.token])


def bot_of(http: Http, access: Access) -> Bot:
    return bot_at(http, access.server, access.versions, access.grant.access)


def bot_at(http: Http, server: str, versions: Mapping[str, str], token: str) -> Bot:
    return Bot(http, f"{server}{MANIFEST.at(REST, versions.get(REST))}", token)
