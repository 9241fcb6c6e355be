"""What exactly goes out: post, adaptations and variant as one content, kept with the delivery."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from pydantic import Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.shapes import measures_of
from domain.accounts.tables import Account
from domain.campaigns.rules import Parameters, link_with_parameters, with_parameters
from domain.connector.facts import MediumFacts, Misfit, PartFacts
from domain.connector.fit import misfits, text_length, text_maximum
from domain.connector.manifest import Manifest
from domain.connector.polls import poll_misfits
from domain.connector.settings import settings_misfits
from domain.connector.words import Measures, Visibility
from domain.contacts.rules import Name, keys_in, named
from domain.kernel.caller import Caller
from domain.kernel.changes import need_all
from domain.kernel.errors import AbilityMissing, AccountRemoved
from domain.kernel.ids import MediaId, show
from domain.kernel.prepared import ANY_OF_IDS, WORKSPACE, of
from domain.kernel.shapes import Shape
from domain.media.rules import in_language
from domain.media.tables import Media
from domain.networks import find
from domain.posts.inheriting import Adapted, Audience, Master, OwnWords, inherited
from domain.posts.poll_shapes import PollView
from domain.posts.quotes import Addresses, is_own
from domain.posts.rights import rights_misfits
from domain.posts.validation_shapes import LengthView, MisfitView, VerdictView

Renditions = Mapping[tuple[UUID, str], UUID]
"""By source and network."""
ACCOUNTS = select(Account).where(
    col(Account.workspace_id) == WORKSPACE, col(Account.id) == ANY_OF_IDS
)


class Content(Shape):
    """As it lies in the delivery's row."""

    parts: tuple[str, ...]
    media_ids: tuple[MediaId, ...] = ()
    link_url: str | None = None
    language: str | None = None
    visibility: Visibility = Visibility.PUBLIC
    content_warning: str | None = None
    reply_to: str | None = None
    poll: PollView | None = None
    quote_of: str | None = None
    first_comment: str | None = None
    settings: dict[str, Any] = Field(default_factory=dict)
    written: tuple[str, ...] | None = None
    """Of an edit: its words before their links were tagged."""

    def tagged(self, parameters: Parameters) -> "Content":
        """The same, all its links with these parameters."""
        if not parameters:
            return self
        parts = tuple(with_parameters(part, parameters) for part in self.parts)
        link_url = link_with_parameters(self.link_url, parameters) if self.link_url else None
        comment = self.first_comment and with_parameters(self.first_comment, parameters)
        update = {"parts": parts, "link_url": link_url, "first_comment": comment}
        return self.model_copy(update=update)

    def rendered(self, network: str, renditions: Renditions) -> "Content":
        """The same, showing what was made of its media for a network."""
        if not renditions:
            return self
        shown = tuple(renditions.get((id_, network), id_) for id_ in self.media_ids)
        return self.model_copy(update={"media_ids": shown})

    def naming(self, names: Mapping[str, Name], network: str) -> "Content":
        """The same, everybody named as the network knows them; others stay as they are written."""

        def said(text: str) -> str:
            return named(text, names, network)

        update = {
            "parts": tuple(map(said, self.parts)),
            "content_warning": self.content_warning and said(self.content_warning),
            "poll": self.poll
            and self.poll.model_copy(update={"options": list(map(said, self.poll.options))}),
            "first_comment": self.first_comment and said(self.first_comment),
        }
        return self.model_copy(update=update)

    def quoting(self, addresses: Addresses, network: str) -> "Content":
        """The same, what it quotes of ours by its address there; others stay as they are."""
        found = addresses.get((self.quote_of or "", network))
        return self if found is None else self.model_copy(update={"quote_of": found})

    @property
    def names(self) -> list[str]:
        """The keys of those it names."""
        return keys_in(self.texts.values())

    @property
    def texts(self) -> dict[str, str]:
        """All that people read of it, by its pointer."""
        texts = {f"/parts/{number}": part for number, part in enumerate(self.parts)}
        options = enumerate(self.poll.options if self.poll else ())
        return {
            **texts,
            "/content_warning": self.content_warning or "",
            **{f"/poll/options/{number}": option for number, option in options},
            "/first_comment": self.first_comment or "",
        }

    def stored(self) -> dict[str, Any]:
        stored: dict[str, Any] = self.model_dump(mode="json")
        return stored


class Post(Master, Protocol):
    """What a post says, and what it tells each network."""

    @property
    def settings(self) -> Mapping[str, Any]: ...


class Said(OwnWords, Protocol):
    """What a variant says, for one account."""

    @property
    def visibility(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, Any] | None: ...


def content_of(
    post: Post, variant: Said, audience: Audience, adaptations: Iterable[Adapted]
) -> Content:
    """What the variant says in the end. Media and link go with the first message."""
    found = inherited(post, variant, audience, adaptations)
    own = variant.settings
    return Content(
        parts=found.parts,
        media_ids=found.media_ids,
        link_url=found.link_url,
        language=found.language,
        visibility=Visibility(variant.visibility),
        content_warning=found.content_warning,
        poll=found.poll and PollView.model_validate(found.poll),
        quote_of=found.quote_of,
        first_comment=found.first_comment,
        settings=dict(post.settings.get(audience.network, {}) if own is None else own),
    )


def judge(
    account: Account, content: Content, media: Mapping[UUID, Media], *, at: datetime | None
) -> VerdictView:
    """Everything that keeps a content from fitting the account's network.

    `at` is when it would go out; None: its files are out, and their rights are not asked again.
    """
    manifest, measures = manifest_of(account.network), measures_of(account.measures)
    parts = _facts(content, media)
    unfit = misfits(
        manifest,
        measures,
        parts,
        visibility=content.visibility,
        language=content.language,
        content_warning=content.content_warning,
        first_comment=content.first_comment,
    )
    found = [replace(each, pointer=_in_variant(each.pointer)) for each in unfit]
    found += [*_beside(manifest, measures, content), *_unknown_names(content)]
    if is_own(content.quote_of):
        message = f"{content.quote_of}, which is quoted, has no public copy on {manifest.name}."
        found.append(Misfit("/quote_of", "quote.unpublished", message))
    if at is not None:
        files = [media[id_] for id_ in content.media_ids]
        found += rights_misfits(files, account.network, at=at)
    return VerdictView(
        account_id=account.id,
        network=account.network,
        fits=not found,
        parts=list(content.parts),
        link_url=content.link_url,
        poll=content.poll,
        quote_of=content.quote_of,
        first_comment=content.first_comment,
        first_comment_length=content.first_comment
        and _length(manifest, measures, PartFacts(content.first_comment, is_comment=True), content),
        settings=content.settings,
        lengths=[_length(manifest, measures, part, content) for part in parts],
        misfits=[MisfitView.model_validate(each) for each in found],
    )


def _in_variant(pointer: str) -> str:
    """Where a variant has what a message has: `parts` are its texts, and all media stand beside."""
    medium = re.fullmatch(r"/parts/\d+/media(/\d+)?(/alt_text)?", pointer)
    return f"/media_ids{medium[1] or ''}" if medium else pointer.removesuffix("/text")


def manifest_of(network: str) -> Manifest:
    """Raises `AbilityMissing` where the network only listens or is no longer known."""
    connector = find(network)
    if connector is None or connector.publish is None:
        raise AbilityMissing(f"Nothing can be published to {network}.")
    return connector.manifest


def _beside(manifest: Manifest, measures: Measures, content: Content) -> list[Misfit]:
    """What is against what stands beside the text: a poll, settings."""
    found = settings_faults(manifest.key, content.settings)
    if content.poll is None:
        return found
    has_media = bool(content.media_ids)
    return [*found, *poll_misfits(manifest, measures, content.poll.asked(), has_media=has_media)]


def _unknown_names(content: Content) -> Iterator[Misfit]:
    """Whom a content still names by a key: nobody of the house."""
    for pointer, text in content.texts.items():
        for key in keys_in([text]):
            message = f"There is no contact with the key {key}."
            yield Misfit(pointer, "name.unknown", message)


def settings_faults(network: str, settings: Mapping[str, Any]) -> list[Misfit]:
    """What is against settings of a post for a network, pointing from `/settings` on."""
    connector = find(network)
    if connector is None:
        return [Misfit("/settings", "settings.invalid", "There is no such network.")]
    return settings_misfits(connector.manifest.name, connector.settings, settings)


async def find_media(
    session: AsyncSession, caller: Caller, ids: Iterable[UUID]
) -> dict[UUID, Media]:
    """The media by id. Raises `NotFound` when one is missing."""
    wanted = set(ids)
    if not wanted:
        return {}
    statement = select(Media).where(
        col(Media.workspace_id) == caller.workspace_id, col(Media.id).in_(wanted)
    )
    found = {row.id: row for row in (await session.exec(statement)).all()}
    need_all("media", wanted, found)
    return found


async def find_accounts(
    session: AsyncSession, caller: Caller, ids: Iterable[UUID]
) -> dict[UUID, Account]:
    """The accounts by id. Raises `NotFound` when one is missing or removed."""
    wanted = set(ids)
    found = await _accounts(session, caller, wanted)
    need_all("account", wanted, (id_ for id_, row in found.items() if row.removed_at is None))
    return found


async def find_named_accounts(
    session: AsyncSession, caller: Caller, ids: Iterable[UUID], *, at: str | None = None
) -> dict[UUID, Account]:
    """The accounts that stored rows name, `at` a member of theirs: they were there once.

    Raises `AccountRemoved`, and `NotFound` to whoever does not see the community of one.
    """
    wanted = set(ids)
    found = await _accounts(session, caller, wanted)
    need_all("account", wanted, found)
    gone = [row.handle or show("acct", id_) for id_, row in found.items() if row.removed_at]
    if gone:
        raise AccountRemoved(f"Removed: {', '.join(sorted(gone))}.", at=at)
    return found


async def _accounts(
    session: AsyncSession, caller: Caller, ids: Collection[UUID]
) -> dict[UUID, Account]:
    """Removed ones too."""
    rows = (await session.exec(ACCOUNTS, params=of(caller, ids))).all() if ids else ()
    return {row.id: row for row in rows}


def _facts(content: Content, media: Mapping[UUID, Media]) -> Sequence[PartFacts]:
    files = tuple(_medium(media[id_], content.language) for id_ in content.media_ids)
    (first, *rest), is_comment = content.parts, content.reply_to is not None
    return [
        PartFacts(first, files, content.link_url, content.quote_of, is_comment),
        *(PartFacts(text) for text in rest),
    ]


async def render_contents(
    session: AsyncSession, caller: Caller, contents: Sequence[tuple[Content, str]]
) -> tuple[list[Content], dict[UUID, Media]]:
    """What contents show on their networks, and all those media. Raises `NotFound`."""
    media = await find_media(session, caller, (i for each, _ in contents for i in each.media_ids))
    if not media:
        return [each for each, _ in contents], media
    statement = select(Media).where(
        col(Media.workspace_id) == caller.workspace_id, col(Media.rendition_of).in_(media)
    )
    made = (await session.exec(statement)).all()
    known = {
        (row.rendition_of, row.rendition_for): row.id
        for row in made
        if row.rendition_of is not None and row.rendition_for is not None
    }
    found = [each.rendered(network, known) for each, network in contents]
    return found, {**media, **{row.id: row for row in made}}


def _medium(row: Media, language: str | None) -> MediumFacts:
    texts = {each["language"]: each["text"] for each in row.alt_texts}
    alt_text = in_language(texts, language, row.alt_text)
    sides = None if row.width is None or row.height is None else (row.width, row.height)
    pixels = sides and sides[0] * sides[1]
    return MediumFacts(row.content_type, row.size_bytes, alt_text, pixels, sides)


def _length(
    manifest: Manifest, measures: Measures, part: PartFacts, content: Content
) -> LengthView:
    return LengthView(
        length=text_length(manifest, measures, part, content.content_warning),
        maximum=text_maximum(manifest, measures, part),
    )
