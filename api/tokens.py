"""Checks bearer values, and remembers a check for at most a second."""

import asyncio
import time
from collections.abc import MutableMapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from api.fence.allowances import Allowances
from domain.identity.checks import Checked, check_bearer
from domain.kernel.caller import Caller
from domain.kernel.database import Database
from domain.kernel.errors import TokenInvalid, TokenMissing
from domain.workspaces.clocks import ahead_of

MOST_KEPT = 10_000
HOLDS_UNTIL = "token_holds_until"
"""Where in the state of a request stands when its token is to be checked again."""


class _Known:
    """A check, and the caller it gave for the address that came last: most come from one."""

    __slots__ = ("_address", "_caller", "_checked", "until")

    def __init__(self, checked: Checked, until: float) -> None:
        self.until = until
        self._checked = checked
        self._address: str | None = None
        self._caller: Caller | None = None

    def caller_at(self, address: str | None) -> Caller:
        """Raises `AddressRefused`."""
        caller = self._caller
        if caller is None or address != self._address:
            caller = self._checked.at(address)
            self._caller, self._address = caller, address
        return caller


class TokenChecks:
    """Shared by REST and GraphQL; a revocation takes effect after `kept_s` seconds at most."""

    def __init__(self, database: Database, allowances: Allowances, *, kept_s: float) -> None:
        self._database = database
        self._allowances = allowances
        self._kept_s = kept_s
        self._known: dict[str, _Known] = {}
        self._checking: dict[str, asyncio.Task[_Known]] = {}

    async def caller(self, authorization: str | None, scope: MutableMapping[str, Any]) -> Caller:
        """Whom an Authorization header stands for; counts the request `scope` against them.

        Raises `TokenMissing`, `TokenInvalid`, `AddressRefused` and `RateExceeded`.
        """
        known = await self._checked(authorization, scope)
        client: tuple[str, int] | None = scope.get("client")
        # Behind trusted proxies it is the client's own: the server read their headers.
        caller = known.caller_at(None if client is None else client[0])
        if caller.ahead is not None:
            caller = replace(caller, ahead=await self._ahead(caller.workspace_id))
        state = scope.setdefault("state", {})
        state["caller"], state[HOLDS_UNTIL] = caller, known.until
        self._allowances.spend_caller(scope, caller)
        return caller

    def knows(self, authorization: str) -> bool:
        """Whether the bearer value was valid when it was last looked at, however long ago."""
        return authorization.partition(" ")[2] in self._known

    async def _ahead(self, workspace_id: UUID) -> timedelta:
        """Asked each time: a clock that was put ahead is ahead at once."""
        async with self._database.transaction(workspace_id) as session:
            return await ahead_of(session, workspace_id)

    async def _checked(self, authorization: str | None, scope: MutableMapping[str, Any]) -> _Known:
        if not authorization:
            raise TokenMissing
        kind, _, bearer = authorization.partition(" ")
        if kind.lower() != "bearer":
            raise TokenMissing
        known = self._known.get(bearer)
        if known is not None and known.until > time.monotonic():
            return known
        if known is None:
            self._allowances.check_address(scope)
        try:
            return await self._checked_once(bearer)
        except TokenInvalid:
            self._known.pop(bearer, None)
            raise

    async def _checked_once(self, bearer: str) -> _Known:
        """One check for all who come while it runs; not where each shall have one of its own."""
        if not self._kept_s:
            return await self._check(bearer)
        if bearer not in self._checking:
            check = self._checking[bearer] = asyncio.create_task(self._check(bearer))
            check.add_done_callback(lambda _: self._checking.pop(bearer))
        return await asyncio.shield(self._checking[bearer])

    async def _check(self, bearer: str) -> _Known:
        until = time.monotonic() + self._kept_s
        checked = await check_bearer(self._database, bearer, now=datetime.now(UTC))
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        known = self._known[bearer] = _Known(checked, until)
        return known
