"""Reads back posts and comments, one by one, and the descriptions of their photos.

https://developers.facebook.com/docs/graph-api/reference/page-post, …/comment and …/photo,
read 2026-11-28.
"""

from collections.abc import Sequence

from domain.connector.alike import words
from domain.connector.dialects.graph import Graph
from domain.connector.dialects.one_by_one import one_by_one
from domain.connector.errors import Refused
from domain.connector.http import Http
from domain.connector.words import Access, Draft, Ref, Shown
from domain.networks.facebook.answers import Photo, Piece, Said
from domain.networks.facebook.compose import text_of
from domain.networks.facebook.places import is_post, url_of
from domain.networks.facebook.wire import page_of

_PIECE = "media_type,type,target{id}"
_SAID = "id,message,created_time"
_POST = f"{_SAID},attachments{{{_PIECE},subattachments.limit(20){{{_PIECE}}}}}"
_COMMENT = f"{_SAID},attachment{{{_PIECE}}}"
_PHOTOS, _VIDEOS = ("photo", "album"), "video"


async def show(http: Http, access: Access, refs: Sequence[Ref]) -> list[Shown]:
    page = page_of(http, access)
    return await one_by_one(refs, lambda ref: _shown(page, access, ref))


def told(draft: Draft, number: int) -> str:
    return text_of(draft, number)


def alike(text: str) -> str:
    return words(text)


async def _shown(page: Graph, access: Access, ref: Ref) -> Shown:
    fields = _POST if is_post(ref.remote_id, access) else _COMMENT
    said = await page.read(f"/{ref.remote_id}", Said, [("fields", fields)])
    return Shown(
        remote_id=ref.remote_id,
        text=said.message,
        alt_texts=tuple([await _described(page, each) for each in _pieces(said)]),
        url=ref.url or url_of(ref.remote_id, access.remote_id),
    )


def _pieces(said: Said) -> list[Piece]:
    """Its photos and videos; a link's card is neither."""
    pieces = list[Piece]() if said.attachment is None else [said.attachment]
    for each in said.attachments.data:
        pieces += each.subattachments.data or (each,)
    return [each for each in pieces if _is_photo(each) or each.kind == _VIDEOS]


async def _described(page: Graph, piece: Piece) -> str:
    """The description that was given; empty for videos, and where Facebook does not tell."""
    if not _is_photo(piece) or piece.target.id is None:
        return ""
    try:
        photo = await page.read(f"/{piece.target.id}", Photo, [("fields", "alt_text_custom")])
    except Refused:
        return ""
    return photo.alt_text_custom or ""


def _is_photo(piece: Piece) -> bool:
    return piece.kind in _PHOTOS
