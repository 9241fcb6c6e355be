"""Connections that a caller may wait for: the act is committed first, then its row is watched.

REST and GraphQL alike: `Prefer: wait=5` (RFC 7240).
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from api.idempotency import REPLAYED
from api.paging import tag
from api.state import state_of
from domain.accounts import queries
from domain.accounts.logins import keyed_digest
from domain.accounts.rules import AccountState
from domain.accounts.shapes import AccountView
from domain.identity.answers import Answer, keep_answer, kept_answer, replace_answer
from domain.kernel.caller import Caller
from domain.kernel.database import Database
from domain.kernel.ids import show
from domain.kernel.shapes import Command

Begin = Callable[[AsyncSession], Awaitable[AccountView]]

LONGEST_WAIT_S = 10
LOOK_AGAIN_S = 0.1
WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,4})")


async def _wait_s(
    prefer: Annotated[
        str | None,
        Header(
            alias="Prefer",
            max_length=200,
            description=f"`wait=5` waits for the outcome, {LONGEST_WAIT_S} seconds at most.",
            examples=["wait=5"],
        ),
    ] = None,
) -> int:
    return patience(prefer)


def patience(prefer: str | None) -> int:
    """How many seconds a Prefer header asks to wait; 0 where it does not."""
    found = WAIT.search(prefer or "")
    return min(int(found[1]), LONGEST_WAIT_S) if found else 0


async def watch(
    database: Database, caller: Caller, view: AccountView, *, wait_s: int
) -> AccountView:
    """The account as soon as it is settled, or as it is when the time is up."""
    ends_at = monotonic() + wait_s
    while view.state is AccountState.CONNECTING and monotonic() < ends_at:
        await asyncio.sleep(LOOK_AGAIN_S)
        async with database.acting(caller) as session:
            view = queries.view_of(await queries.find_account(session, caller, view.id))
    return view


WaitDep = Annotated[int, Depends(_wait_s)]


@dataclass(frozen=True, slots=True)
class Connection:
    """One request to connect: whose, what for, and how patient."""

    request: Request
    caller: Caller
    command: Command
    key: str | None
    wait_s: int
    settled: HTTPStatus

    async def answer(self, begin: Begin) -> Response:
        """202 while the account is connecting, else the status of a settled one."""
        state, asked = state_of(self.request), self._asked()
        async with state.database.acting(self.caller) as session:
            if self.key is not None:
                kept = await kept_answer(session, self.caller, self.key, asked, keys=state.keys)
                if kept is not None:
                    return _response(kept, {REPLAYED: "true"})
            view = await begin(session)
            first = self._said(view)
            if self.key is not None:
                now = self.request.state.now
                await keep_answer(
                    session, self.caller, self.key, asked, first, keys=state.keys, now=now
                )
        last = self._said(await watch(state.database, self.caller, view, wait_s=self.wait_s))
        if self.key is not None and last != first:
            async with state.database.acting(self.caller) as session:
                await replace_answer(session, self.caller, self.key, last, keys=state.keys)
        applied = {"Preference-Applied": f"wait={self.wait_s}"} if self.wait_s else {}
        return _response(last, applied)

    def _said(self, view: AccountView) -> Answer:
        is_open = view.state is AccountState.CONNECTING
        response = Response(
            view.model_dump_json(),
            HTTPStatus.ACCEPTED if is_open else self.settled,
            {"Location": f"/v1/accounts/{show('acct', view.id)}"},
            "application/json",
        )
        tag(response, view.version)
        names = ("content-type", "location", "etag")
        headers = {name: response.headers[name] for name in names}
        return Answer(response.status_code, headers, bytes(response.body))

    def _asked(self) -> bytes:
        """Under our key: what is asked holds secrets, and its digest is kept for a day."""
        path = f"{self.request.method} {self.request.url.path}"
        return keyed_digest(
            state_of(self.request).keys, f"{path}\n{self.command.model_dump_json()}"
        )


def _response(answer: Answer, more: dict[str, str]) -> Response:
    return Response(answer.body, answer.status, {**answer.headers, **more})
