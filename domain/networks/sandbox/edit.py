"""Changes the text and the warning of a post in place; its media stay."""

from datetime import datetime

from domain.connector.http import Call, Http
from domain.connector.words import Access, Draft, Ref
from domain.networks.sandbox.answers import Post
from domain.networks.sandbox.matching import text_of
from domain.networks.sandbox.wire import server_of


async def edit(http: Http, access: Access, ref: Ref, draft: Draft, *, now: datetime) -> Ref:
    del now  # a poll stays as it is
    text = text_of(access.server, draft.parts[0])
    body = {"text": text, "content_warning": draft.content_warning}
    call = Call("PATCH", f"/posts/{ref.remote_id}", json={**body})
    post = await server_of(http, access).repeat(call, Post)
    return Ref(post.id, post.url)
