"""Many drafts at once: what they name is looked up once, what is written goes in few statements."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.calendars.pillars import check_pillar
from domain.calendars.tables import Calendar
from domain.campaigns.queries import check_campaign
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import Fault, Invalid, Missing, ParvisError
from domain.posts.adaptation_shapes import AdaptationInput
from domain.posts.adapting import network_faults, new_adaptation
from domain.posts.command_shapes import CreatePost, VariantInput
from domain.posts.content import find_accounts, find_media
from domain.posts.quotes import find_quoted, named
from domain.posts.rules import PostState
from domain.posts.saying import new_variant
from domain.posts.service import new_post, planned_at
from domain.posts.tables import Post
from domain.posts.telling import master_faults, variant_faults
from domain.posts.versions import new_version

Check = Callable[[UUID], Awaitable[object]]
Named = tuple[str, str, UUID]
"""What kind of thing, named where, and its id."""


class Judge:
    """Says of drafts for one calendar why they could not be made, as `create_post` would."""

    def __init__(
        self, session: AsyncSession, caller: Caller, calendar: Calendar, *, now: datetime
    ) -> None:
        caller.need(Scope.POSTS_WRITE)
        self._calendar, self._now = calendar, now
        self._checks: Mapping[str, Check] = {
            "pillar": lambda id_: check_pillar(session, caller, calendar.id, id_),
            "campaign": lambda id_: check_campaign(
                session, caller, calendar.community_id, id_, before=None
            ),
            "media": lambda id_: find_media(session, caller, [id_]),
            "post": lambda id_: find_quoted(session, caller, "post", id_),
            "delivery": lambda id_: find_quoted(session, caller, "delivery", id_),
            "account": partial(self._find_account, session, caller),
        }
        self._networks: dict[UUID, str] = {}
        self._known: dict[tuple[str, UUID], ParvisError | None] = {}

    async def faults(self, command: CreatePost) -> list[Fault]:
        """Empty: it can be made."""
        found = [await self._fault(*named) for named in _named(command)]
        unknown = network_faults(command.adaptations)
        missing = [each for each in found if each is not None]
        told = [
            *master_faults(command.settings),
            *variant_faults(command.variants, self._networks),
        ]
        return [*self._late(command), *unknown, *missing, *told]

    async def _find_account(self, session: AsyncSession, caller: Caller, id_: UUID) -> None:
        self._networks[id_] = (await find_accounts(session, caller, [id_]))[id_].network

    async def _fault(self, kind: str, pointer: str, id_: UUID) -> Fault | None:
        if (kind, id_) not in self._known:
            try:
                await self._checks[kind](id_)
                self._known[kind, id_] = None
            except (Invalid, Missing) as error:
                self._known[kind, id_] = error
        found = self._known[kind, id_]
        if found is None:
            return None
        return found.faults[0] if found.faults else Fault(pointer, found.code, found.message)

    def _late(self, command: CreatePost) -> list[Fault]:
        try:
            planned_at(self._calendar, command, now=self._now)
        except Invalid as error:
            return [Fault("/wall_time", error.code, error.message)]
        return []


def _named(command: CreatePost) -> Iterator[Named]:
    """What must be there, in the order of its columns."""
    if command.pillar_id is not None:
        yield "pillar", "/pillar_id", command.pillar_id
    if command.campaign_id is not None:
        yield "campaign", "/campaign_id", command.campaign_id
    for id_ in command.media_ids:
        yield "media", "/media_ids", id_
    for pointer, each in _saying(command):
        for kind, id_ in named([each.quote_of]):
            yield kind, f"{pointer}/quote_of", id_
    for place, adaptation in enumerate(command.adaptations):
        for id_ in adaptation.media_ids or ():
            yield "media", f"/adaptations/{place}/media_ids", id_
    for place, variant in enumerate(command.variants):
        yield "account", f"/variants/{place}/account_id", variant.account_id
        for id_ in variant.media_ids or ():
            yield "media", f"/variants/{place}/media_ids", id_


def _saying(
    command: CreatePost,
) -> Iterator[tuple[str, CreatePost | AdaptationInput | VariantInput]]:
    """All who say something of a post, and where they stand."""
    yield "", command
    yield from ((f"/adaptations/{place}", each) for place, each in enumerate(command.adaptations))
    yield from ((f"/variants/{place}", each) for place, each in enumerate(command.variants))


async def create_posts(
    session: AsyncSession,
    caller: Caller,
    calendar: Calendar,
    commands: Mapping[UUID, CreatePost],
    *,
    now: datetime,
) -> None:
    """Drafts with these ids, which a `Judge` found nothing against in this transaction."""
    caller.need(Scope.POSTS_WRITE)
    posts, adaptations, variants = [], {}, {}
    for id_, command in commands.items():
        post = new_post(calendar, command, id_, now=now)
        posts.append(post)
        adaptations[id_] = [new_adaptation(post, each, now) for each in command.adaptations]
        variants[id_] = [new_variant(post, each, now) for each in command.variants]
        record(session, caller, "post.created", ("post", id_), now=now)
    session.add_all(posts)
    await session.flush()
    session.add_all(each for those in adaptations.values() for each in those)
    session.add_all(each for those in variants.values() for each in those)
    session.add_all(
        new_version(caller, post, adaptations[post.id], variants[post.id], now=now)
        for post in posts
    )
    await session.flush()


async def remove_untouched(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, now: datetime
) -> set[UUID]:
    """Removes drafts that nobody changed or had approved since they were made; gives their ids."""
    caller.need(Scope.POSTS_WRITE)
    statement = delete(Post).where(
        col(Post.workspace_id) == caller.workspace_id,
        col(Post.id).in_(ids),
        col(Post.state) == PostState.DRAFT,
        col(Post.version) == 1,
        col(Post.review_id).is_(None),
    )
    connection = await session.connection()
    gone = set((await connection.execute(statement.returning(col(Post.id)))).scalars())
    for id_ in ids:
        if id_ in gone:
            record(session, caller, "post.removed", ("post", id_), now=now)
    return gone
