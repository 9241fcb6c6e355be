"""Post records: a message of ours as Bluesky writes it, its images uploaded, its handles known."""

from pydantic import JsonValue

from domain.connector.errors import Missing, Refused
from domain.connector.links import spelled_out
from domain.connector.words import Draft, Link, Medium, Part
from domain.networks.bluesky.answers import ReplyRefs, Resolved, Uploaded
from domain.networks.bluesky.places import POSTS
from domain.networks.bluesky.richtext import facets, mentioned
from domain.networks.bluesky.wire import Pds


async def compose(
    pds: Pds, draft: Draft, part: Part, reply: ReplyRefs | None, created_at: str
) -> JsonValue:
    """The record of one message; the calls it makes may be made again."""
    link = part.link.url if part.link and part.media else None
    text = spelled_out(part.text, link)
    record: dict[str, JsonValue] = {"$type": POSTS, "text": text, "createdAt": created_at}
    found = facets(text, await _accounts(pds, text))
    if found:
        record["facets"] = found
    if draft.language:
        record["langs"] = [draft.language]
    if reply is not None:
        record["reply"] = reply.model_dump()
    embed = await _embed(pds, part)
    if embed is not None:
        record["embed"] = embed
    return record


async def _accounts(pds: Pds, text: str) -> dict[str, str]:
    """The accounts of the handles in a text; a handle nobody has stays mere text."""
    dids = {}
    for handle in mentioned(text):
        try:
            resolved = await pds.query(
                "com.atproto.identity.resolveHandle", [("handle", handle)], Resolved
            )
        except (Missing, Refused):
            continue
        dids[handle] = resolved.did
    return dids


async def _embed(pds: Pds, part: Part) -> JsonValue:
    if part.media:
        images = [await _image(pds, medium) for medium in part.media]
        return {"$type": "app.bsky.embed.images", "images": images}
    if part.link is not None:
        return {"$type": "app.bsky.embed.external", "external": _card(part.link)}
    return None


async def _image(pds: Pds, medium: Medium) -> JsonValue:
    uploaded = await pds.upload(medium.content, medium.content_type, Uploaded)
    image: dict[str, JsonValue] = {"image": uploaded.blob, "alt": medium.alt_text or ""}
    if medium.width and medium.height:
        image["aspectRatio"] = {"width": medium.width, "height": medium.height}
    return image


def _card(link: Link) -> JsonValue:
    return {"uri": link.url, "title": link.title or link.url, "description": link.description}
