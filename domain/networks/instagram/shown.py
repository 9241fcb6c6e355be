"""Reads back posts and comments, one by one.

https://developers.facebook.com/docs/instagram-platform/reference/instagram-media, read 2026-11-28,
keeps captions from Instagram's own login, which programs are told all the same: a post whose
caption is not told there counts neither as shown nor as gone.
"""

from collections.abc import Sequence

from domain.connector.dialects.graph import Graph
from domain.connector.dialects.one_by_one import one_by_one
from domain.connector.http import Http
from domain.connector.words import Access, Draft, Ref, Shown
from domain.networks.instagram import finding
from domain.networks.instagram.answers import Comment, Post
from domain.networks.instagram.compose import text_of
from domain.networks.instagram.places import id_of, is_post
from domain.networks.instagram.wire import account_of, is_own_login

_POST = "id,caption,permalink,media_type,alt_text,children{media_type,alt_text}"
_COMMENT = "id,text,timestamp"
_SEVERAL = "CAROUSEL_ALBUM"


async def show(http: Http, access: Access, refs: Sequence[Ref]) -> list[Shown]:
    graph, untold = account_of(http, access), set[str]()

    async def read(ref: Ref) -> Shown:
        if not is_post(ref.remote_id):
            return await _comment(graph, ref)
        post = await graph.read(f"/{ref.remote_id}", Post, [("fields", _POST)])
        if post.caption is None and is_own_login(access.grant.access):
            untold.add(ref.remote_id)
        return _post(post, ref)

    found = await one_by_one(refs, read)
    return [each for each in found if each.remote_id not in untold]


def told(draft: Draft, number: int) -> str:
    return text_of(draft, number)


def alike(text: str) -> str:
    return finding.alike(text)


def _post(post: Post, ref: Ref) -> Shown:
    texts = tuple(each.alt_text or "" for each in post.children.data)
    return Shown(
        remote_id=ref.remote_id,
        text=post.caption or "",
        alt_texts=texts if post.media_type == _SEVERAL else (post.alt_text or "",),
        url=post.permalink or ref.url,
    )


async def _comment(graph: Graph, ref: Ref) -> Shown:
    said = await graph.read(f"/{id_of(ref.remote_id)}", Comment, [("fields", _COMMENT)])
    return Shown(remote_id=ref.remote_id, text=said.text, url=ref.url)
