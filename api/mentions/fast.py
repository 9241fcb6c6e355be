"""A short way for the hottest reads, before FastAPI: what it does not understand goes the long way.

It answers only what it is sure of; every refusal, odd parameter or trouble falls through to the
routes of `rest.py`, which say the same at more length. So nothing here explains an error.
"""

import asyncpg
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from api.mentions import hot
from api.mentions.asking import read_query
from api.mentions.hot import LONGEST_TAG, PATH, Answer, Versions
from api.state import State
from domain.kernel.clock import utc_now
from domain.kernel.errors import ParvisError
from domain.kernel.ids import read

ONE = f"{PATH}/men_"


class Named:
    """What meters call a request by."""

    def __init__(self, path: str) -> None:
        self.path = path


LIST, ITEM = Named(PATH), Named(f"{PATH}/{{mention_id}}")


class FastReads:
    """GET /v1/mentions and GET /v1/mentions/{id}."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._versions: tuple[State, Versions] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith(PATH):
            answer = await self._answer(scope)
            if answer is not None:
                await _send(send, answer)
                return
        await self._app(scope, receive, send)

    async def _answer(self, scope: Scope) -> Answer | None:
        headers = dict(scope["headers"])
        # A browser of another origin gets its headers from the layers below.
        if b"origin" in headers or b"authorization" not in headers:
            return None
        try:
            return await self._read(scope, headers)
        except (ParvisError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return None

    async def _read(self, scope: Scope, headers: dict[bytes, bytes]) -> Answer | None:
        app: FastAPI = scope["app"]
        state: State = app.state.parvis
        path: str = scope["path"]
        tag = headers.get(b"if-none-match")
        known_tag = None if tag is None else tag.decode("latin-1")
        if len(known_tag or "") > LONGEST_TAG:
            return None
        if path == PATH:
            asked = read_query(scope["query_string"])
            if asked is None:
                return None
            caller = await state.tokens.caller(headers[b"authorization"].decode("latin-1"), scope)
            scope["route"] = LIST
            versions = self._versions_of(state)
            return await hot.inbox(
                state.database.reads, versions, caller, asked, known_tag, now=utc_now()
            )
        if path.startswith(ONE):
            id_ = read("men", path.removeprefix(f"{PATH}/"))
            caller = await state.tokens.caller(headers[b"authorization"].decode("latin-1"), scope)
            scope["route"] = ITEM
            return await hot.mention(state.database.reads, caller, id_, known_tag)
        return None

    def _versions_of(self, state: State) -> Versions:
        if self._versions is None or self._versions[0] is not state:
            self._versions = (state, Versions(state.database.reads))
        return self._versions[1]


async def _send(send: Send, answer: Answer) -> None:
    headers = answer.headers
    if answer.status == 200:
        headers = [*headers, (b"content-length", str(len(answer.body)).encode())]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
