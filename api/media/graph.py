"""Media in the graph; bytes are sent and fetched by REST."""

from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import listing, single
from api.graph.scalars import Big
from domain.media import queries, service
from domain.media.shapes import MediaView

MEDIA = derive(
    MediaView,
    "Media",
    "A picture or a video. Send one by `POST /v1/media`.",
    find=queries.media_by_id,
    as_types={"size_bytes": Big},
)

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
        filters={"kinds": "Only of these kinds."},
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
)
