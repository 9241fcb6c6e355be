"""Many drafts at once: what they name is looked up once, what is written goes in few statements."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.calendars.pillars import check_pillar
from domain.calendars.tables import Calendar
from domain.campaigns.queries import check_campaign
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import digest
from domain.kernel.errors import Fault, Invalid, Missing, ParvisError
from domain.posts.content import find_accounts, find_media
from domain.posts.rules import PostState
from domain.posts.service import new_post, new_variant
from domain.posts.shapes import CreatePost
from domain.posts.tables import Post
from domain.posts.versions import new_version

Check = Callable[[], Awaitable[object]]


class Judge:
    """Says of drafts for one calendar why they could not be made, as `create_post` would."""

    def __init__(
        self, session: AsyncSession, caller: Caller, calendar: Calendar, *, now: datetime
    ) -> None:
        caller.need(Scope.POSTS_WRITE)
        self._session, self._caller = session, caller
        self._calendar, self._now = calendar, now
        self._known: dict[UUID, ParvisError | None] = {}

    async def faults(self, command: CreatePost) -> list[Fault]:
        """Empty: it can be made."""
        session, caller, calendar = self._session, self._caller, self._calendar
        checks: list[tuple[str, UUID | None, Check]] = [
            (
                "/pillar_id",
                command.pillar_id,
                lambda: check_pillar(session, caller, calendar.id, command.pillar_id),
            ),
            (
                "/campaign_id",
                command.campaign_id,
                lambda: check_campaign(session, caller, calendar.community_id, command.campaign_id),
            ),
        ]
        for pointer, media_ids in _media(command):
            checks += [(pointer, id_, self._finds_media(id_)) for id_ in media_ids]
        for place, variant in enumerate(command.variants):
            id_ = variant.account_id
            checks.append((f"/variants/{place}/account_id", id_, self._finds_account(id_)))
        found = [await self._fault(*each) for each in checks]
        return [*self._late(command), *(each for each in found if each is not None)]

    async def _fault(self, pointer: str, id_: UUID | None, check: Check) -> Fault | None:
        if id_ is None:
            return None
        if id_ not in self._known:
            try:
                await check()
                self._known[id_] = None
            except (Invalid, Missing) as error:
                self._known[id_] = error
        found = self._known[id_]
        if found is None:
            return None
        return found.faults[0] if found.faults else Fault(pointer, found.code, found.message)

    def _late(self, command: CreatePost) -> list[Fault]:
        try:
            new_post(self._calendar, command, self._calendar.id, made_from=None, now=self._now)
        except Invalid as error:
            return [Fault("/wall_time", error.code, error.message)]
        return []

    def _finds_media(self, id_: UUID) -> Check:
        return lambda: find_media(self._session, self._caller, [id_])

    def _finds_account(self, id_: UUID) -> Check:
        return lambda: find_accounts(self._session, self._caller, [id_])


def _media(command: CreatePost) -> list[tuple[str, Sequence[UUID]]]:
    own = [
        (f"/variants/{place}/media_ids", variant.media_ids or [])
        for place, variant in enumerate(command.variants)
    ]
    return [("/media_ids", command.media_ids), *own]


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
    posts, variants = [], {}
    for id_, command in commands.items():
        post = new_post(calendar, command, id_, made_from=digest(command), now=now)
        posts.append(post)
        variants[id_] = [new_variant(post, each, now) for each in command.variants]
        record(session, caller, "post.created", ("post", id_), now=now)
    session.add_all(posts)
    await session.flush()
    session.add_all(each for those in variants.values() for each in those)
    session.add_all(new_version(caller, post, variants[post.id], now=now) for post in posts)
    await session.flush()


async def remove_untouched(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, now: datetime
) -> set[UUID]:
    """Removes those that are drafts nobody has changed since they were made; gives their ids."""
    caller.need(Scope.POSTS_WRITE)
    statement = delete(Post).where(
        col(Post.workspace_id) == caller.workspace_id,
        col(Post.id).in_(ids),
        col(Post.state) == PostState.DRAFT,
        col(Post.version) == 1,
    )
    connection = await session.connection()
    gone = set((await connection.execute(statement.returning(col(Post.id)))).scalars())
    for id_ in ids:
        if id_ in gone:
            record(session, caller, "post.removed", ("post", id_), now=now)
    return gone
