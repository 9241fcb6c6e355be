"""Reads back posts as the AppView shows them, 25 at once.

A record is shown as it was written, so its words are compared as they are. What the AppView does
not show is gone where its record is; where that stands, the AppView may only be late, or hide it:
then nobody knows.
"""

from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from domain.connector.alike import words
from domain.connector.errors import Missing
from domain.connector.http import Http
from domain.connector.words import Access, Draft, Ref, Shown
from domain.networks.bluesky.answers import Done, Told
from domain.networks.bluesky.compose import text_of
from domain.networks.bluesky.places import POSTS, key_of, post_url, repository_of
from domain.networks.bluesky.quoting import is_post
from domain.networks.bluesky.wire import Pds, pds_of

_AT_ONCE = 25


class _Record(Told):
    text: str = ""
    embed: JsonValue = None
    langs: tuple[str, ...] = ()


class _Post(Told):
    uri: str
    record: _Record


class _Posts(Told):
    posts: tuple[_Post, ...]


async def show(http: Http, access: Access, refs: Sequence[Ref]) -> list[Shown]:
    pds, found = pds_of(http, access), dict[str, Shown]()
    for start in range(0, len(refs), _AT_ONCE):
        parameters = [("uris", ref.remote_id) for ref in refs[start : start + _AT_ONCE]]
        answer = await pds.query("app.bsky.feed.getPosts", parameters, _Posts)
        found |= {post.uri: _shown(post) for post in answer.posts}
    for ref in refs:
        if ref.remote_id not in found and await _is_gone(pds, ref.remote_id):
            found[ref.remote_id] = Shown(ref.remote_id, is_gone=True)
    return list(found.values())


def told(draft: Draft, number: int) -> str:
    """A link stands in the text beside media, what is no post to quote everywhere."""
    part = draft.parts[number]
    return text_of(part, is_quoted=is_post(part.quote_of))


def alike(text: str) -> str:
    return words(text)


def _shown(post: _Post) -> Shown:
    return Shown(
        remote_id=post.uri,
        text=post.record.text,
        alt_texts=tuple(_alt_texts(post.record.embed)),
        is_exact=True,
        language=post.record.langs[0] if post.record.langs else None,
        url=post_url(post.uri),
    )


def _alt_texts(embed: JsonValue) -> Iterator[str]:
    """Of pictures and videos, also where they stand beside a quoted post."""
    if not isinstance(embed, dict):
        return
    yield from _alt_texts(embed.get("media"))
    images = embed.get("images")
    for image in images if isinstance(images, list) else ():
        yield _alt_text(image)
    if "video" in embed:
        yield _alt_text(embed)


def _alt_text(medium: JsonValue) -> str:
    alt_text = medium.get("alt") if isinstance(medium, dict) else None
    return alt_text if isinstance(alt_text, str) else ""


async def _is_gone(pds: Pds, uri: str) -> bool:
    place = [("repo", repository_of(uri)), ("collection", POSTS), ("rkey", key_of(uri))]
    try:
        await pds.query("com.atproto.repo.getRecord", place, Done)
    except Missing:
        return True
    return False
