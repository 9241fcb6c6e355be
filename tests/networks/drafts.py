"""Moments, and the drafts that every network publishes in the conformance suite."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from domain.connector.port import Connector
from domain.connector.words import Draft, Medium, Part, Poll

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
IN_A_MINUTE = NOW + timedelta(minutes=1)
DATE = "Sun, 22 Nov 2026 10:00:00 GMT"

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000002000000020802000000fdd49a73"
    "0000001049444154789c6350687000220638050029a805816f7eb9240000000049454e44ae426082"
)
POST = Draft(
    key="delivery-1",
    parts=(Part("Good morning, village! #cafe https://village.example/menu"),),
    language="en",
)
THREAD = Draft(
    key="delivery-2",
    parts=(Part("First the bread."), Part("Then the cheese."), Part("Last the wine.")),
    language="en",
)
FILES = "https://parvis.example/files"
ALT_TEXT = "The market square in the sun"
ILLUSTRATED = Draft(
    key="delivery-3",
    parts=(
        Part(
            "The square at noon.",
            media=(Medium(PNG, "image/png", "square.png", ALT_TEXT, 2, 2, f"{FILES}/square"),),
        ),
    ),
    language="en",
)
POLL = Draft(
    key="delivery-5",
    parts=(
        Part(
            "What shall we bake?",
            poll=Poll(("Bread", "Cake & pie"), timedelta(days=1), is_multiple=True),
        ),
    ),
    language="en",
)
FILM = Medium(
    bytes.fromhex("000000186674797069736f6d0000020069736f6d6d703432"),
    "video/mp4",
    "square.mp4",
    ALT_TEXT,
    1920,
    1080,
    f"{FILES}/film",
)
VIDEO = Draft(
    key="delivery-7", parts=(Part("The square in motion.", media=(FILM,)),), language="en"
)
EDITED = Draft(key="delivery-1", parts=(Part("Good evening, village!"),), language="en")


PICTURE = Medium(PNG, "image/png", "loaf.png", None, 2, 2, f"{FILES}/loaf")


def fitted(draft: Draft, connector: Connector) -> Draft:
    """The draft, with a picture where the network takes none without."""
    if not connector.manifest.needs_media:
        return draft
    first, *rest = draft.parts
    return replace(draft, parts=(replace(first, media=(PICTURE,)), *rest))


def longest(connector: Connector) -> Draft:
    """A thread, or a post where the network has no threads."""
    if connector.manifest.max_parts > 2:
        return THREAD
    return fitted(replace(THREAD, parts=THREAD.parts[:1]), connector)


def answering(remote_id: str) -> Draft:
    return Draft(key="delivery-4", parts=(Part("Thank you!"),), language="en", reply_to=remote_id)


def quoting(address: str) -> Draft:
    return Draft(key="delivery-8", parts=(Part("Read this.", quote_of=address),), language="en")


def settled(connector: Connector) -> Draft:
    """A draft that is told everything its network can be told, each in its first example."""
    assert connector.settings is not None
    fields = connector.settings.model_json_schema()["properties"]
    settings = {name: facts["examples"][0] for name, facts in fields.items()}
    draft = Draft("delivery-6", (Part("Quiet, please."),), language="en", settings=settings)
    return fitted(draft, connector)


def only_some_publish(connector: Connector) -> dict[str, Draft]:
    """By scenario, what not every network takes and a server that is tried can be asked for."""
    drafts, manifest = {}, connector.manifest
    if manifest.videos is not None and manifest.video_work is None:
        drafts["video"] = VIDEO
    if manifest.polls is not None:
        drafts["poll"] = POLL
    if connector.settings is not None:
        drafts["settings"] = settled(connector)
    return drafts
