"""The one way out: every call to a network, feed or webhook goes through `OutwardHttp`.

It bounds each call in time and size, connects only to addresses `workers.guard` vetted, keeps no
cookies, reads no proxy settings, and says of each failure whether anything may have happened:

    nothing was sent, or the call only reads   Unavailable (Refused, where asking again is vain)
    anything may have been sent                OutcomeUnknown
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from time import perf_counter
from types import TracebackType
from typing import Self

import aiohttp
import httpx2
import structlog
from aiohappyeyeballs import SocketFactoryType
from aiohttp.abc import AbstractResolver
from opentelemetry.trace import SpanKind

from domain.connector.errors import NetworkError, OutcomeUnknown, Refused, Unavailable
from domain.connector.http import Call, Reply
from domain.kernel.traces import TRACER, current_trace
from workers.answer import TooLarge
from workers.guard import PublicResolver, Resolve, only_public, open_socket, origin_of, resolve
from workers.sending import (
    FOR_GOOD,
    bears_credentials,
    build,
    is_safe,
    next_hop,
    redacted,
    unsendable,
)
from workers.wire import CONNECT_TIMEOUT_S, Progress, Wire

Recorder = Callable[[Call, Reply | NetworkError], None]
"""Sees every call with its outcome, for instance to keep replies for the conformance suite."""

SLOWEST_UPLOAD_BYTES_S = 250_000
_BROKEN = (aiohttp.ClientError, TimeoutError, OSError)


class OutwardHttp:
    """The `Http` port over sockets; one for a process, closed with it.

    `allow` lists exact origins (`scheme://host:port`) that may lie on private addresses and be
    spoken to without TLS; they alone learn our trace ids. `timeout_s` bounds a call from name
    look-up to the last byte; what is uploaded adds its own time.
    """

    def __init__(
        self,
        *,
        allow: Iterable[str],
        timeout_s: float,
        max_bytes: int,
        user_agent: str,
        ask: Resolve = resolve,
        opener: SocketFactoryType = open_socket,
        trust: ssl.SSLContext | None = None,
        recorder: Recorder | None = None,
        max_connections: int = 100,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._wait = wait
        self._allow = frozenset(origin_of(origin) for origin in allow)
        self._timeout_s = timeout_s
        self._headers = {"user-agent": user_agent, "accept-encoding": "gzip", "accept": "*/*"}
        self._recorder = recorder
        self._log: structlog.typing.FilteringBoundLogger = structlog.get_logger("outward")
        # An operator may name roots in SSL_CERT_FILE; a proxy is never taken from the environment.
        tls = trust or httpx2.create_ssl_context()
        tls.set_alpn_protocols(["http/1.1"])

        def wire(opener: SocketFactoryType, resolver: AbstractResolver | None) -> Wire:
            return Wire(
                trust=tls,
                opener=opener,
                resolver=resolver,
                max_connections=max_connections,
                max_bytes=max_bytes,
                connect_s=min(CONNECT_TIMEOUT_S, timeout_s),
            )

        self._listed = wire(opener, None)
        self._public = wire(only_public(opener), PublicResolver(ask))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._listed.aclose()
        await self._public.aclose()

    async def __call__(self, call: Call) -> Reply:
        if call.after:
            await self._wait(call.after.total_seconds())
        started = perf_counter()
        with TRACER.start_as_current_span(
            call.method, kind=SpanKind.CLIENT, attributes={"url.full": redacted(call.url)}
        ) as span:
            try:
                reply = await self._follow(call)
            except NetworkError as error:
                span.set_attribute("error.type", error.code)
                self._tell(call, error, started, error=error.code)
                raise
            span.set_attribute("http.response.status_code", reply.status)
            self._tell(call, reply, started, status=reply.status, size_bytes=len(reply.body))
            return reply

    def _tell(
        self, call: Call, outcome: Reply | NetworkError, started: float, **facts: str | int
    ) -> None:
        took_ms = round((perf_counter() - started) * 1000, 1)
        url = redacted(call.url)
        self._log.info("outward.call", method=call.method, url=url, took_ms=took_ms, **facts)
        if self._recorder is not None:
            self._recorder(call, outcome)

    async def _follow(self, call: Call) -> Reply:
        reply = await self._send(call)
        hop, moved_to, is_for_good = call, None, True
        for _ in range(call.redirects):
            try:
                target = next_hop(hop, reply)
                if target is None:
                    break
                is_for_good = is_for_good and reply.status in FOR_GOOD
                moved_to = target.url if is_for_good else moved_to
                hop, reply = target, await self._send(target)
            except NetworkError as error:
                if is_safe(call):
                    raise
                raise OutcomeUnknown(
                    "The network pointed elsewhere, and no answer came from there.",
                    said=error.message,
                ) from error
        return replace(reply, moved_to=moved_to)

    async def _send(self, call: Call) -> Reply:
        origin = origin_of(call.url)
        is_listed = origin in self._allow
        if not is_listed and origin.startswith("http:"):
            _refuse_secrets_in_clear(call)
        request = build(call, self._own_headers() if is_listed else self._headers)
        wire, progress = self._listed if is_listed else self._public, Progress()
        try:
            async with asyncio.timeout(
                self._timeout_s + len(request.body) / SLOWEST_UPLOAD_BYTES_S
            ):
                return await wire.exchange(request, progress)
        except aiohttp.InvalidURL as error:
            raise unsendable() from error
        except TooLarge as error:
            raise _too_large(call) from error
        except _BROKEN as error:
            raise _failure(call, error, is_sent=progress.is_sent) from error

    def _own_headers(self) -> dict[str, str]:
        parent = current_trace()
        return self._headers if parent is None else {**self._headers, "traceparent": parent}


def _refuse_secrets_in_clear(call: Call) -> None:
    if not is_safe(call) or bears_credentials(call):
        raise Refused(
            "Without TLS only public pages are read; use the https address.",
            code="outbound.url_refused",
        )


def _too_large(call: Call) -> NetworkError:
    if is_safe(call):
        return Refused("The answer is too large.", code="outbound.answer_too_large")
    return OutcomeUnknown("The answer is too large to be read.")


def _failure(call: Call, error: Exception, *, is_sent: bool) -> NetworkError:
    is_late = isinstance(error, TimeoutError)
    if not is_sent:
        code = "outbound.timed_out" if is_late else "outbound.unreachable"
        return Unavailable("The network could not be reached.", code=code, said=str(error))
    if is_safe(call):
        code = "outbound.timed_out" if is_late else "outbound.cut_off"
        return Unavailable("The network's answer did not come whole.", code=code, said=str(error))
    return OutcomeUnknown("The call was sent and no whole answer came.", said=str(error))
