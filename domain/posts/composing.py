"""Composes what claimed deliveries will say: of whole batches at once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from domain.campaigns.rules import Templates
from domain.contacts.queries import name_of
from domain.contacts.rules import Name
from domain.kernel.caller import Caller
from domain.kernel.ids import read
from domain.posts import statements
from domain.posts.content import Content, Renditions, content_of
from domain.posts.inheriting import Audience
from domain.posts.links import Links
from domain.posts.quotes import addresses_of


class _Post(NamedTuple):
    """The end of a row of `VARIANTS`."""

    id: UUID
    text: str
    media_ids: Sequence[UUID]
    link_url: str | None
    language: str | None
    campaign: str | None
    utm: Templates | None
    poll: Mapping[str, Any] | None
    quote_of: str | None
    first_comment: str | None
    settings: Mapping[str, Any]
    is_adapted: bool

    @property
    def links(self) -> Links:
        return Links(self.id, self.utm or (), self.campaign or "")


class _Variant(NamedTuple):
    """The begin of a row of `VARIANTS`."""

    id: UUID
    post_id: UUID
    parts: Sequence[str] | None
    media_ids: Sequence[UUID] | None
    link_url: str | None
    language: str | None
    visibility: str
    content_warning: str | None
    poll: Mapping[str, Any] | None
    quote_of: str | None
    first_comment: str | None
    settings: Mapping[str, Any] | None
    network: str
    locale: str | None
    segment: str | None
    tone: str | None

    @property
    def audience(self) -> Audience:
        return Audience(self.network, self.locale, self.segment, self.tone)


class _Adaptation(NamedTuple):
    """A row of `ADAPTATIONS`."""

    id: UUID
    post_id: UUID
    network: str | None
    locale: str | None
    segment: str | None
    tone: str | None
    parts: Sequence[str] | None
    language: str | None
    media_ids: Sequence[UUID] | None
    link_url: str | None
    content_warning: str | None
    poll: Mapping[str, Any] | None
    quote_of: str | None
    first_comment: str | None


async def new_contents(
    raw: asyncpg.Connection, caller: Caller, claims: Sequence[asyncpg.Record]
) -> dict[UUID, Content]:
    """What first attempts at posts will say, by delivery."""
    fresh = {row["variant_id"]: row["id"] for row in claims if row["content"] is None}
    if not fresh:
        return {}
    rows = await raw.fetch(statements.VARIANTS, caller.workspace_id, list(fresh))
    own = len(_Variant._fields)
    variants = [_Variant(*row[:own]) for row in rows]
    posts = {
        variant.post_id: _Post(*row[own:]) for variant, row in zip(variants, rows, strict=True)
    }
    adaptations = await _adaptations(raw, caller, posts.values())
    contents = {
        each.id: _content(posts[each.post_id], each, adaptations.get(each.post_id, ()))
        for each in variants
    }
    renditions = await _renditions(raw, caller, contents.values())
    names = await _names(raw, caller, contents.values())
    addresses = await addresses_of(raw, caller, (each.quote_of for each in contents.values()))
    return {
        fresh[each.id]: contents[each.id]
        .rendered(each.network, renditions)
        .naming(names, each.network)
        .quoting(addresses, each.network)
        for each in variants
    }


def shown_by(claim: asyncpg.Record, contents: Mapping[UUID, Content]) -> Sequence[UUID]:
    """The media of a delivery: of what it will say, or of what was kept with it."""
    if claim["id"] in contents:
        return contents[claim["id"]].media_ids
    return [read("med", id_) for id_ in (claim["content"] or {}).get("media_ids", ())]


async def _renditions(
    raw: asyncpg.Connection, caller: Caller, contents: Iterable[Content]
) -> Renditions:
    """Of what is shown; nothing is asked where nothing is."""
    shown = {id_ for each in contents for id_ in each.media_ids}
    if not shown:
        return {}
    rows = await raw.fetch(statements.RENDITIONS, caller.workspace_id, list(shown))
    return {(row["rendition_of"], row["rendition_for"]): row["id"] for row in rows}


async def _names(
    raw: asyncpg.Connection, caller: Caller, contents: Iterable[Content]
) -> Mapping[str, Name]:
    """By key; nothing is asked where nobody is named."""
    keys = list({key for content in contents for key in content.names})
    if not keys:
        return {}
    rows = await raw.fetch(statements.CONTACTS, caller.workspace_id, keys)
    return {row["key"]: name_of(row["name"], row["handles"]) for row in rows}


async def _adaptations(
    raw: asyncpg.Connection, caller: Caller, posts: Iterable[_Post]
) -> Mapping[UUID, Sequence[_Adaptation]]:
    """By post; nothing is asked where no post has any."""
    adapted = [post.id for post in posts if post.is_adapted]
    found: dict[UUID, list[_Adaptation]] = {id_: [] for id_ in adapted}
    if adapted:
        for row in await raw.fetch(statements.ADAPTATIONS, caller.workspace_id, adapted):
            found[row["post_id"]].append(_Adaptation(*row))
    return found


def _content(post: _Post, variant: _Variant, adaptations: Sequence[_Adaptation]) -> Content:
    content = content_of(post, variant, variant.audience, adaptations)
    return content.tagged(post.links.on(variant.network))
