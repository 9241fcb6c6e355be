"""What handlers ask for: the caller, the transaction, the moment, the page, the version."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.changes import UNSENT
from domain.kernel.pages import MAX_LIMIT, PageRequest

ENTITY_TAG = r'^(\*|(W/)?"[0-9]{1,9}(-[0-9a-f]{16})?")$'


async def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


async def _session(request: Request) -> AsyncSession:
    session: AsyncSession = request.state.session
    return session


async def _now(request: Request) -> datetime:
    now: datetime = request.state.now
    return now


async def _page(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Most items on the page.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=500, description="`next_cursor` of the page before.")
    ] = None,
) -> PageRequest:
    return PageRequest(limit, cursor)


async def _version(
    if_match: Annotated[
        str | None,
        Header(
            max_length=40,
            pattern=ENTITY_TAG,
            description='The ETag you read, such as `"3"`; `*` for any.',
            examples=['"1"'],
        ),
    ] = None,
) -> int | None:
    return UNSENT if if_match is None else _read_tag(if_match)


async def _version_if_sent(
    if_match: Annotated[
        str | None,
        Header(
            max_length=40,
            pattern=ENTITY_TAG,
            description="The ETag you read, to be sure.",
            examples=['"1"'],
        ),
    ] = None,
) -> int | None:
    return None if if_match is None else _read_tag(if_match)


def _read_tag(if_match: str) -> int | None:
    """The version that it begins with; see `api/conditional.py`."""
    return None if if_match == "*" else int(if_match.strip('W/"').partition("-")[0])


CallerDep = Annotated[Caller, Depends(_caller)]
SessionDep = Annotated[AsyncSession, Depends(_session)]
NowDep = Annotated[datetime, Depends(_now)]
PageDep = Annotated[PageRequest, Depends(_page)]
VersionDep = Annotated[int | None, Depends(_version)]
VersionIfSentDep = Annotated[int | None, Depends(_version_if_sent)]
