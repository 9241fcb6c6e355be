"""Post records: a message of ours as Bluesky writes it, its images uploaded, its handles known."""

from pydantic import JsonValue

from domain.connector.errors import Missing, Refused
from domain.connector.links import spelled_out
from domain.connector.words import Draft, Link, Medium, Part
from domain.networks.bluesky.answers import ReplyRefs, Resolved, Uploaded
from domain.networks.bluesky.places import POSTS
from domain.networks.bluesky.quoting import beside, quoted
from domain.networks.bluesky.richtext import facets, mentioned
from domain.networks.bluesky.video import is_video
from domain.networks.bluesky.wire import Pds


async def compose(
    pds: Pds,
    own: str,
    draft: Draft,
    part: Part,
    reply: ReplyRefs | None,
    created_at: str,
    video: JsonValue,
) -> JsonValue:
    """The record of one message of the account `own`; the calls it makes may be made again."""
    quote = await quoted(pds, own, part.quote_of)
    text = text_of(part, is_quoted=quote is not None)
    record: dict[str, JsonValue] = {"$type": POSTS, "text": text, "createdAt": created_at}
    found = facets(text, await _accounts(pds, text))
    if found:
        record["facets"] = found
    if draft.language:
        record["langs"] = [draft.language]
    if reply is not None:
        record["reply"] = reply.model_dump()
    embed = beside(await _shown(pds, part, video), quote)
    if embed is not None:
        record["embed"] = embed
    return record


def text_of(part: Part, *, is_quoted: bool) -> str:
    """The text with what is not shown otherwise: a link beside media, what cannot be quoted."""
    text = spelled_out(part.text, part.link.url if part.link and part.media else None)
    return text if is_quoted else spelled_out(text, part.quote_of)


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


async def _shown(pds: Pds, part: Part, video: JsonValue) -> JsonValue:
    """What a message shows itself: a video, images or the card of a link."""
    if video is not None:
        return _video(next(filter(is_video, part.media)), video)
    if part.media:
        images = [await _image(pds, medium) for medium in part.media]
        return {"$type": "app.bsky.embed.images", "images": images}
    if part.link is not None:
        return {"$type": "app.bsky.embed.external", "external": _card(part.link)}
    return None


async def _image(pds: Pds, medium: Medium) -> JsonValue:
    uploaded = await pds.upload(medium.content, medium.content_type, Uploaded)
    return {"image": uploaded.blob, "alt": medium.alt_text or "", **_ratio(medium)}


def _video(medium: Medium, blob: JsonValue) -> JsonValue:
    alt = {"alt": medium.alt_text} if medium.alt_text else {}
    return {"$type": "app.bsky.embed.video", "video": blob, **alt, **_ratio(medium)}


def _ratio(medium: Medium) -> dict[str, JsonValue]:
    if not (medium.width and medium.height):
        return {}
    return {"aspectRatio": {"width": medium.width, "height": medium.height}}


def _card(link: Link) -> JsonValue:
    return {"uri": link.url, "title": link.title or link.url, "description": link.description}
