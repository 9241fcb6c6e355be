"""Telegram's Bot API: how it is called and what its refusals mean in our words.

429                                              RateLimited
426                                              VersionGone
401; 403; 404, as for a token nobody has         GrantExpired
409, when others read the bot's updates          Unavailable
400 that finds no message                        Missing
400 of a group that has become another chat      none: made once more there
other 3xx and 4xx                                Refused
5xx, 408, or no JSON, where something may have gone   OutcomeUnknown, else Unavailable

The token stands in the path, as Telegram wants it; logs and traces leave it out.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

from domain.connector.dialects.answering import Api
from domain.connector.errors import GrantExpired, Missing, NetworkError, Refused, Unavailable
from domain.connector.heard import perhaps_heard, without_secrets
from domain.connector.http import Call, Http, Reply
from domain.connector.words import Access
from domain.networks.telegram.answers import Failure

# Client.cpp of https://github.com/tdlib/telegram-bot-api, read 2026-11-26.
_NOT_THERE = ("message to be replied not found", "message to delete not found", "to edit not found")

_CHAT = "chat_id"


@dataclass(frozen=True, slots=True)
class Bot(Api):
    """A bot; urls of calls are names of methods."""

    CALLED: ClassVar[str] = "Telegram"

    root: str
    token: str

    def _addressed(self, call: Call) -> Call:
        return replace(call, url=f"{self.root}/bot{self.token}/{call.url}")

    async def _answer(self, call: Call) -> Reply:
        """Made once more in the chat that a group has become: the first call did nothing."""
        reply = await self.http(self._addressed(call))
        told = perhaps_heard(reply, Failure).parameters if reply.status == 400 else None
        if told is not None and told.migrate_to_chat_id is not None:
            reply = await self.http(self._addressed(_moved(call, told.migrate_to_chat_id)))
        return self._success(reply)

    def _refusal(self, reply: Reply, said: str) -> NetworkError:
        if reply.status in (401, 403, 404):
            return GrantExpired("Telegram does not let the bot in any more.", said=said)
        if reply.status == 409:
            return Unavailable("Somebody else reads the bot's updates.", said=said)
        if any(each in said for each in _NOT_THERE):
            return Missing("Telegram does not know the message.", said=said)
        return Refused("Telegram refuses this.", said=said)

    def _said(self, reply: Reply) -> str:
        words = perhaps_heard(reply, Failure).description or reply.text
        return without_secrets(f"{reply.status} {words}"[:2000], [self.token])


def _moved(call: Call, chat_id: str) -> Call:
    told = (_CHAT, chat_id)
    return replace(
        call,
        query=tuple(told if each[0] == _CHAT else each for each in call.query),
        form=tuple(told if each[0] == _CHAT else each for each in call.form),
        json={**call.json, _CHAT: chat_id} if isinstance(call.json, dict) else call.json,
    )


def bot_of(http: Http, access: Access) -> Bot:
    return Bot(http, access.server, access.grant.access)
