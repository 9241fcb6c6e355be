"""Uploads in the graph; bytes travel by tus and to the object store."""

import asyncio

from api.graph.changes import Mutation
from api.graph.context import Context
from api.graph.derive import derive
from api.graph.lists import single
from api.graph.scalars import Big
from domain.uploads import checking, queries, service
from domain.uploads.shapes import PreparedUploadView, UploadView

HEAVY = {"size_bytes": Big, "offset_bytes": Big}
UPLOAD = derive(
    UploadView,
    "Upload",
    "A file on its way to become a picture or video.",
    find=queries.uploads_by_id,
    as_types=HEAVY,
)
PREPARED = derive(
    PreparedUploadView,
    "PreparedUpload",
    "A direct upload, and where its file goes.",
    as_types=HEAVY,
)


async def _forget(context: Context, gone: UploadView) -> UploadView:
    intake, workspace_id = context.state.intake, context.caller.workspace_id
    await asyncio.to_thread(checking.forget_bytes, gone, workspace_id, intake=intake)
    return gone


QUERIES = (
    single("upload", UPLOAD, queries.get_upload, "One upload. Needs `posts:write`.", prefix="upl"),
)
MUTATIONS = (
    Mutation(
        "prepare_upload",
        service.prepare_upload,
        "Gives a URL of the object store that takes a file. Needs `posts:write`.",
        gives=PREPARED,
        shown="upload",
    ),
    Mutation(
        "complete_upload",
        service.complete_upload,
        "Has a worker look at what came. Needs `posts:write`.",
        prefix="upl",
        gives=UPLOAD,
        shown="upload",
    ),
    Mutation(
        "terminate_upload",
        service.terminate_upload,
        "Gives it up; what it became stays. Needs `posts:write`.",
        prefix="upl",
        then=_forget,
    ),
)
