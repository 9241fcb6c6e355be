"""Changes what a post, a video or a comment says; what it shows stays.

An app may change the posts alone that it made: https://developers.facebook.com/docs/pages-api/posts,
read 2026-11-28.
"""

from datetime import datetime

from domain.connector.dialects.graph import Done, post
from domain.connector.http import Http
from domain.connector.links import spelled_out
from domain.connector.words import Access, Draft, Ref
from domain.networks.facebook.compose import text_of
from domain.networks.facebook.places import is_post
from domain.networks.facebook.wire import page_of


async def edit(http: Http, access: Access, ref: Ref, draft: Draft, *, now: datetime) -> Ref:  # noqa: ARG001 - the port's signature
    part, text = draft.parts[0], text_of(draft, 0)
    if part.link is not None and not is_post(ref.remote_id, access):
        text = spelled_out(text, part.link.url)
    call = post(f"/{ref.remote_id}", [("message", text)])
    await page_of(http, access).repeat(call, Done)
    return ref
