"""Every call to the sandbox network: who calls, within which rate, and whether it shall fail."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from math import ceil
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.sandbox.faults import error, go_wrong
from api.sandbox.lifetimes import LASTING, announced, has_ended, version_of
from domain.kernel.database import Database
from domain.sandbox import accounts, queries
from domain.sandbox.errors import TokenRefused
from domain.sandbox.rules import AFTER_SUCCESS, QUIET, Act, FaultKind, truncated
from domain.sandbox.shapes import EditPost, WritePost

Worded = TypeVar("Worded", WritePost, EditPost)
Handler = Callable[[Request], Coroutine[Any, Any, Response]]

_ACTS = {
    ("POST", "/containers"): Act.PREPARE,
    ("PUT", "/containers/{container_id}/publish"): Act.PUBLISH,
    ("POST", "/posts"): Act.PUBLISH,
    ("PATCH", "/posts/{post_id}"): Act.EDIT,
    ("DELETE", "/posts/{post_id}"): Act.DELETE,
    ("POST", "/media"): Act.UPLOAD,
}


@dataclass(slots=True)
class Used:
    """Calls in the window that ends at `ends_at`, an epoch, and the most there were in any."""

    ends_at: float = 0
    calls: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Stage:
    """What the network stands on, for as long as the process lives."""

    database: Callable[[], Database]
    clock: Callable[[], datetime]
    root: str
    used: dict[UUID, Used]
    """Of each account; a restart forgives all."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One call: its transaction and, where the caller has a session, its account."""

    session: AsyncSession
    now: datetime
    root: str
    account: accounts.Playing | None = None
    media_delay_s: float | None = None
    truncates: bool = False

    def kept(self, command: Worded) -> Worded:
        """What of something written the network keeps: less, where that was asked for."""
        update = {"text": truncated(command.text)} if self.truncates else {}
        return command.model_copy(update=update)

    @property
    def own(self) -> accounts.Playing:
        if self.account is None:
            raise TokenRefused("Send the access token of a session.")
        return self.account


class OpenRoute(APIRoute):
    """A call without a session, in a transaction of its own."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def take_turn(request: Request) -> Response:
            stage = stage_of(request)
            async with stage.database().transaction(None) as session:
                request.state.turn = Turn(session, _now(stage, request), stage.root)
                return await handle(request)

        return take_turn


class SessionRoute(APIRoute):
    """A call with a session: counted, and going wrong when that was asked for."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        act = _ACTS.get((min(self.methods or {"GET"}), self.path_format), Act.READ)

        async def take_turn(request: Request) -> Response:
            stage, version = stage_of(request), version_of(request)
            await _take_in(request, act)
            now = _now(stage, request)
            async with stage.database().transaction(None) as session:
                account, is_to_fail = await queries.account_of_session(
                    session, bearer(request), now=now
                )
                rate = _count(stage, account, now)
                if rate["ratelimit-remaining"] == "-1":
                    wait_s = rate["ratelimit-reset"]
                    return error(429, "rate_limited", "Too many calls.", retry_after=wait_s)
                if has_ended(version, account, now=now):
                    return error(426, "version_gone", f"{version} has ended; speak {LASTING}.")
                fault = await accounts.take_fault(session, account, act) if is_to_fail else None
                if fault is None or fault[0] in AFTER_SUCCESS:
                    kind, seconds = fault or (None, None)
                    delay_s = seconds if kind == FaultKind.SLOW_MEDIA else None
                    cuts = kind == FaultKind.TRUNCATES
                    request.state.turn = Turn(session, now, stage.root, account, delay_s, cuts)
                    response = await handle(request)
            if fault is not None and fault[0] not in QUIET:
                return await go_wrong(request, *fault)
            response.headers.update(rate | announced(version, account))
            return response

        return take_turn


async def _take_in(request: Request, act: Act) -> None:
    """Reads all that is sent before a connection is held: it may come slowly, or never."""
    try:
        # what is large lies on the disk meanwhile
        await (request.form() if act is Act.UPLOAD else request.body())
    except ClientDisconnect as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The body was cut off.") from error


def stage_of(request: Request) -> Stage:
    stage: Stage = request.app.state.stage
    return stage


def _now(stage: Stage, request: Request) -> datetime:
    """What time it is where the caller lives: test workspaces are ahead, nobody is behind."""
    now, said = stage.clock(), request.headers.get("sandbox-now", "")
    try:
        return max(now, datetime.fromisoformat(said))
    except (ValueError, TypeError):
        return now


def bearer(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise TokenRefused("Send `Authorization: Bearer`.")
    return token


def _count(stage: Stage, account: accounts.Playing, now: datetime) -> dict[str, str]:
    used = stage.used.setdefault(account.id, Used())
    if used.ends_at <= now.timestamp():
        used.ends_at, used.calls = now.timestamp() + account.rate_window_s, 0
    used.calls += 1
    used.most = max(used.most, used.calls)
    return {
        "ratelimit-limit": str(account.rate_limit),
        "ratelimit-remaining": str(max(account.rate_limit - used.calls, -1)),
        "ratelimit-reset": str(ceil(used.ends_at - now.timestamp())),
    }


async def _turn(request: Request) -> Turn:
    turn: Turn = request.state.turn
    return turn


TurnDep = Annotated[Turn, Depends(_turn)]
