"""Media in the graph; bytes are sent and fetched by REST."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from api.graph.changes import Mutation
from api.graph.context import Context
from api.graph.derive import derive
from api.graph.lists import listing, single
from api.graph.relations import edge
from api.graph.scalars import Big
from api.media import loaders
from domain.kernel.caller import Caller
from domain.kernel.errors import InUse
from domain.media import consents, queries, service
from domain.media.forgetting import forget_content
from domain.media.shapes import MediaConsentView, MediaView
from domain.posts.queries import uses_media

MEDIA = derive(
    MediaView,
    "Media",
    "A picture or a video. Send one by `POST /v1/media`.",
    find=queries.media_by_id,
    as_types={"size_bytes": Big},
)
CONSENT = derive(
    MediaConsentView,
    "MediaConsent",
    "That a person who is seen or heard in a file agrees to it.",
    find=consents.consents_by_id,
)

edge(
    loaders.consents_by_media,
    "consents",
    "The consents of people it shows, as they were noted. Needs `posts:read`.",
)
edge(loaders.media_by_consent, "media", "The file that shows the person. Needs `posts:read`.")


async def _remove(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> str:
    sha256 = await service.remove_media(
        session, caller, id_, expected_version=expected_version, now=now
    )
    if await uses_media(session, id_):
        raise InUse("A post shows this file.")
    return sha256


async def _forget(context: Context, sha256: str) -> str:
    """Its row is gone for good before its bytes are, as by REST."""
    async with context.database.acting(context.caller) as session:
        await forget_content(session, context.caller, sha256, store=context.state.media)
    return sha256


QUERIES = (
    single(
        "media_file",
        MEDIA,
        queries.get_media,
        "One picture or video. Needs `posts:read`.",
        prefix="med",
    ),
    listing(
        "media_files",
        MEDIA,
        queries.list_media,
        "The pictures and videos. Needs `posts:read`.",
        filters={
            "kinds": "Only of these kinds.",
            "rights": "Only those whose right to be published ends, or does not.",
            "before": "Only those whose right ends before this moment.",
            "source_ids": "Only renditions of these files.",
        },
    ),
    single(
        "media_consent",
        CONSENT,
        consents.get_consent,
        "One consent of a person. Needs `posts:read`.",
        prefix="mcs",
    ),
)

MUTATIONS = (
    Mutation(
        "change_media",
        service.change_media,
        "Changes only what is sent. Needs `posts:write`.",
        prefix="med",
        gives=MEDIA,
        shown="media",
        needs_version=True,
    ),
    Mutation(
        "remove_media",
        _remove,
        "Removes a file; `in_use` while a post shows it. Needs `posts:write`.",
        prefix="med",
        then=_forget,
    ),
    Mutation(
        "add_media_consent",
        consents.add_consent,
        "Notes that a person agrees to be shown. Needs `posts:write`.",
        prefix="med",
        gives=CONSENT,
        shown="consent",
        id_name="media_id",
    ),
    Mutation(
        "change_media_consent",
        consents.change_consent,
        "Takes a consent back, renews or mends it. Needs `posts:write`.",
        prefix="mcs",
        gives=CONSENT,
        shown="consent",
        needs_version=True,
    ),
    Mutation(
        "remove_media_consent",
        consents.remove_consent,
        "Forgets a consent that was noted by mistake. Needs `posts:write`.",
        prefix="mcs",
    ),
)
