"""Changes the words of a post or a comment in place; its files and its card stay as they are.

https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api, "Update
posts", and …/comments-api, "Edit a comment", read 2026-11-28.
"""

from datetime import datetime

from pydantic import JsonValue

from domain.connector.http import Call, Http
from domain.connector.words import Access, Draft, Ref
from domain.networks.linkedin.compose import comment_text, text_of
from domain.networks.linkedin.little import escaped
from domain.networks.linkedin.places import path_of
from domain.networks.linkedin.urns import comment_of, url_of
from domain.networks.linkedin.wire import server_of


async def edit(http: Http, access: Access, ref: Ref, draft: Draft, *, now: datetime) -> Ref:  # noqa: ARG001 - the port's signature
    part, is_comment = draft.parts[0], comment_of(ref.remote_id) is not None
    patch: JsonValue = {"$set": {"commentary": escaped(text_of(part))}}
    if is_comment:
        patch = {"message": {"$set": {"text": comment_text(part)}}}
    call = Call(
        "POST",
        path_of(ref.remote_id),
        headers={"x-restli-method": "PARTIAL_UPDATE"},
        query=(("actor", access.remote_id),) if is_comment else (),
        json={"patch": patch},
    )
    await server_of(http, access).tell(call)
    return Ref(ref.remote_id, url_of(ref.remote_id))
