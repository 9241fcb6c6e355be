"""What readers learn of a network: its manifest and its abilities."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from domain.connector.manifest import Api, LoginField, Manifest, PollLimit, VideoWork
from domain.connector.port import Connector
from domain.connector.settings import schema_of
from domain.kernel.shapes import View
from domain.kernel.words import Word


class Ability(Word):
    """What Parvis can do on a network."""

    CONNECT = "connect", "Accounts are connected with a login that is sent to us."
    CONSENT = "consent", "Accounts are connected on the network's own page of consent."
    PUBLISH = "publish", "Posts go out."
    WITHDRAW = "withdraw", "What is public is taken back."
    EDIT = "edit", "What is public is changed."
    ANSWER = "answer", "Mentions are answered."
    THREADS = "threads", "A post may be several messages, one after the other."
    IMAGES = "images", "Posts carry images."
    VIDEOS = "videos", "Posts carry videos."
    LINK_CARDS = "link_cards", "A link is shown as a card."
    QUOTES = "quotes", "Posts quote other posts."
    POLLS = "polls", "Posts ask people to vote."
    FIRST_COMMENTS = "first_comments", "A comment of ours follows a post at once."
    INBOX = "inbox", "Mentions are read."
    HOOKS = "hooks", "The network calls us when something happens."
    METRICS = "metrics", "Numbers are read."
    READ_BACK = "read_back", "What is shown is compared with what was sent."


class ApiView(Api, View):
    """One api of a network, and which version of it is spoken."""

    spoken: str | None = Field(
        description="The version that Parvis speaks today; null: there is but one."
    )


class NetworkView(Manifest, View):
    media_maximum_bytes: int | None = Field(
        description="Most bytes of all files of one message together; null: none is published."
    )
    media_maximum_count: int | None = Field(
        description="Most images and videos of one message together; null: none is published."
    )
    needs_media: bool = Field(description="Whether there is no post without a picture or a video.")
    video_work: VideoWork | None = Field(
        description="That a video is worked on before its post goes out, which waits for it; "
        "null: it is taken as it is."
    )
    fetches_media: bool = Field(
        description="Whether the network fetches files by itself, for a day, from PUBLIC_URL, "
        "which must be https and public; elsewhere they are sent to it."
    )
    mixes_media: bool = Field(description="Whether images and videos may stand in one message.")
    has_link_cards: bool = Field(
        description="Whether a link can be shown as a card; elsewhere, and beside media, it is "
        "written out at the end of the text and counts there."
    )
    has_quotes: bool = Field(
        description="Whether a post can quote another by its address; elsewhere the address is "
        "written out at the end of the text and counts there."
    )
    quoted_addresses: str | None = Field(
        description="Addresses that are surely quoted, as a regular expression. Any other is "
        "tried, written out where it is no post that may be quoted, and counted so; null: all are."
    )
    polls: PollLimit | None = Field(description="Limits of polls; null where there are none.")
    has_first_comment: bool = Field(
        description="Whether an own first comment can follow a post at once."
    )
    tells_one_budget: bool = Field(
        description="Whether what the network tells of its rate is of all calls of an account; "
        "elsewhere it is of calls of the same kind."
    )
    consent: tuple[LoginField, ...] | None = Field(
        description="What connecting at the network's own consent page asks for; null: it has "
        "no such page, or Parvis does not use it."
    )
    apis: tuple[ApiView, ...] = Field(
        description="The network's apis that Parvis calls, with their versions."
    )
    abilities: tuple[Ability, ...] = Field(description="What Parvis can do with the network.")
    settings_schema: dict[str, Any] | None = Field(
        description="What else a post can be told there: JSON Schema 2020-12 of `settings`, to "
        "build a form from; null: nothing."
    )


def view_of(connector: Connector, spoken: Mapping[str, str]) -> NetworkView:
    """`spoken` are the versions of the day, by the name of their api."""
    facts = {name: getattr(connector.manifest, name) for name in Manifest.model_fields}
    facts["apis"] = tuple(
        ApiView(**dict(api), spoken=spoken.get(api.name)) for api in connector.manifest.apis
    )
    return NetworkView(
        **facts, abilities=abilities(connector), settings_schema=schema_of(connector.settings)
    )


def abilities(connector: Connector) -> tuple[Ability, ...]:
    """What a network's folder holds and its manifest allows, in the order of `Ability`."""
    manifest, publishes = connector.manifest, connector.publish is not None
    able = {
        Ability.CONNECT: connector.connect is not None,
        Ability.CONSENT: connector.consent is not None,
        Ability.PUBLISH: publishes,
        Ability.WITHDRAW: publishes,
        Ability.EDIT: connector.edit is not None,
        Ability.ANSWER: publishes and connector.inbox is not None,
        Ability.THREADS: publishes and manifest.max_parts > 1,
        Ability.IMAGES: publishes and manifest.images is not None,
        Ability.VIDEOS: publishes and manifest.videos is not None,
        Ability.LINK_CARDS: publishes and manifest.has_link_cards,
        Ability.QUOTES: publishes and manifest.has_quotes,
        Ability.POLLS: publishes and manifest.polls is not None,
        Ability.FIRST_COMMENTS: publishes and manifest.has_first_comment,
        Ability.INBOX: connector.inbox is not None,
        Ability.HOOKS: connector.hooks is not None,
        Ability.METRICS: connector.metrics is not None,
        Ability.READ_BACK: connector.shows is not None,
    }
    return tuple(ability for ability in Ability if able[ability])
