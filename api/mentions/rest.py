"""/v1/mentions: the inbox, its marks and its answers."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response

from api.answer import Answer
from api.conditional import LONGEST_TAG, TAG_TOLD, UNCHANGED_TOLD
from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.mentions import hot
from api.mentions.asking import Asked, FilterDep, NarrowingDep, rest_of
from api.paging import linked, located, tagged
from api.routes import CallerRoute, TransactionRoute
from api.state import state_of
from domain.kernel.ids import MentionId
from domain.kernel.shapes import Page
from domain.mentions import answers, service
from domain.mentions.inbox import count_inbox
from domain.mentions.shapes import (
    AnswerView,
    ChangeMention,
    CreateAnswer,
    MarkedView,
    MarkMentions,
    MentionCountView,
    MentionView,
)

router = APIRouter()
quick = APIRouter(prefix="/v1/mentions", tags=["mentions"], route_class=CallerRoute)
whole = APIRouter(prefix="/v1/mentions", tags=["mentions"], route_class=TransactionRoute)
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": UNCHANGED_TOLD}}
KnownTag = Annotated[
    str | None,
    Header(alias="If-None-Match", max_length=LONGEST_TAG, description=TAG_TOLD),
]


@quick.get("", summary="Read the inbox", response_model=Page[MentionView], responses=UNCHANGED)
async def list_mentions(
    request: Request,
    caller: CallerDep,
    now: NowDep,
    page: PageDep,
    where: FilterDep,
    known_tag: KnownTag = None,
) -> Response:
    """What was said and done towards the workspace's accounts, the latest first.

    Send the page's ETag back in If-None-Match: 304 costs a fraction. Needs `mentions:read`.
    """
    state = state_of(request)
    asked = Asked(where, page, rest_of(list(request.query_params.multi_items())))
    reads, versions = state.database.reads, state.versions
    return _plain(await hot.inbox(reads, versions, caller, asked, known_tag, now=now))


@quick.get("/count", summary="Count the inbox")
async def count_mentions(
    request: Request, caller: CallerDep, where: NarrowingDep
) -> MentionCountView:
    """How many mentions there are, for a badge: counted up to a thousand.

    Needs the scope `mentions:read`.
    """
    return await count_inbox(state_of(request).database.reads, caller, where)


@whole.post("/mark", summary="Mark many mentions")
async def mark_mentions(
    session: SessionDep, caller: CallerDep, now: NowDep, command: MarkMentions
) -> MarkedView:
    """At most a hundred; when one of them is unknown, none is marked. Needs `mentions:write`."""
    return await service.mark_mentions(session, caller, command, now=now)


@quick.get(
    "/{mention_id}",
    summary="Read a mention",
    response_model=MentionView,
    responses=UNCHANGED,
)
async def get_mention(
    request: Request, caller: CallerDep, mention_id: MentionId, known_tag: KnownTag = None
) -> Response:
    """Needs the scope `mentions:read`."""
    reads = state_of(request).database.reads
    return _plain(await hot.mention(reads, caller, mention_id, known_tag))


@whole.patch("/{mention_id}", summary="Change a mention")
async def change_mention(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    mention_id: MentionId,
    command: ChangeMention,
) -> MentionView:
    """Changes only what is sent: status, read mark, who takes care. Needs `mentions:write`."""
    view = await service.change_mention(
        session, caller, mention_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@whole.get("/{mention_id}/answers", summary="List a mention's answers")
async def list_answers(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    mention_id: MentionId,
) -> Page[AnswerView]:
    """First to last, with what became of their deliveries. Needs `mentions:read`."""
    found = await answers.list_answers(session, caller, mention_id, page)
    return linked(request, response, found)


@whole.post("/{mention_id}/answers", status_code=HTTPStatus.CREATED, summary="Answer a mention")
async def create_answer(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    mention_id: MentionId,
    command: CreateAnswer,
) -> AnswerView:
    """Goes out at once as a delivery of the mention's account. Needs `mentions:answer`.

    Once that was removed, it goes out by the account of the same identity that its community
    connected since; 409 `account.removed` while there is none.
    With the mention's version in `If-Match`, 412 `version.stale` where somebody else has answered
    or changed it since it was read: read it and its answers again. 409 `answer.repeated` for words
    that were said to it in the last ten minutes, unless `is_repeat`; `mention.gone` once it was
    deleted over there.
    """
    view = await answers.create_answer(
        session, caller, mention_id, command, expected_version=version, now=now
    )
    located(response, "/v1/answers", view)
    return tagged(response, view)


router.include_router(quick)
router.include_router(whole)


def _plain(answer: Answer) -> Response:
    headers = {name.decode(): value.decode() for name, value in answer.headers}
    return Response(answer.body, answer.status, headers)
