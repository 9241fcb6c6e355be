"""Posts and comments as LinkedIn takes them."""

from collections.abc import Sequence

from pydantic import JsonValue

from domain.connector.links import spelled_out
from domain.connector.words import Draft, Link, Medium, Part
from domain.networks.linkedin.little import escaped
from domain.networks.linkedin.settings import settings_of, visibility_of

_TITLE, _DESCRIPTION = 400, 4086


def text_of(part: Part) -> str:
    """The words; a link stands in a card unless files take its place."""
    return spelled_out(part.text, part.link.url) if part.link and part.media else part.text


def post_body(draft: Draft, author: str, files: Sequence[str]) -> dict[str, JsonValue]:
    part, settings = draft.parts[0], settings_of(draft)
    body: dict[str, JsonValue] = {
        "author": author,
        "commentary": escaped(text_of(part)),
        "visibility": visibility_of(settings),
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": settings.is_reshare_disabled,
    }
    content = _content(part, files)
    return {**body, "content": content} if content else body


def comment_text(part: Part) -> str:
    """Comments have no cards, and are no little text."""
    return spelled_out(part.text, part.link.url if part.link else None)


def _content(part: Part, files: Sequence[str]) -> dict[str, JsonValue]:
    described = [_file(urn, medium) for urn, medium in zip(files, part.media, strict=True)]
    if len(described) > 1:
        return {"multiImage": {"images": [*described]}}
    if described:
        return {"media": described[0]}
    return {} if part.link is None else {"article": _card(part.link)}


def _file(urn: str, medium: Medium) -> dict[str, JsonValue]:
    """Images alone are described over there."""
    if not medium.alt_text or not medium.content_type.startswith("image/"):
        return {"id": urn}
    return {"id": urn, "altText": medium.alt_text}


def _card(link: Link) -> dict[str, JsonValue]:
    """LinkedIn wants a title, and fetches none."""
    card: dict[str, JsonValue] = {"source": link.url, "title": (link.title or link.url)[:_TITLE]}
    if link.description:
        card["description"] = link.description[:_DESCRIPTION]
    return card
