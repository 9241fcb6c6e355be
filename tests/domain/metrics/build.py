"""A community, a calendar, an account and published posts, as rows."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.tables import Account
from domain.calendars.tables import Calendar
from domain.communities.tables import Community
from domain.connector.words import Metric, Sample
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.ids import new_id
from domain.metrics.service import record_samples
from domain.posts.tables import Delivery, Post

MADE = datetime(2026, 11, 1, tzinfo=UTC)


def at(day: int, hour: int = 12, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def kept() -> dict[str, Any]:
    return {"created_at": MADE, "updated_at": MADE}


async def add(session: AsyncSession, *rows: object) -> None:
    for row in rows:
        session.add(row)
        await session.flush()


class World:
    """One community of a workspace, `Europe/Zurich` unless told otherwise."""

    def __init__(self, database: Database, workspace_id: UUID) -> None:
        self.database = database
        self.workspace_id = workspace_id
        self.caller = worker(workspace_id)
        self.community = Community(
            workspace_id=workspace_id,
            id=new_id(),
            name="Vaud",
            slug=f"vaud-{new_id().hex[-8:]}",
            description="",
            time_zone="Europe/Zurich",
            languages=[],
            **kept(),
        )
        self.calendar = self.new_calendar("Europe/Zurich")
        self.account = self.new_account("mastodon")

    def new_calendar(self, time_zone: str) -> Calendar:
        return Calendar(
            workspace_id=self.workspace_id,
            id=new_id(),
            community_id=self.community.id,
            name="Main",
            description="",
            colour="#336699",
            time_zone=time_zone,
            **kept(),
        )

    def new_account(self, network: str, **changes: Any) -> Account:
        id_ = new_id()
        return Account(
            workspace_id=self.workspace_id,
            id=id_,
            community_id=self.community.id,
            network=network,
            state="connected",
            server="https://example.ch",
            remote_id=f"acc-{id_.hex[-12:]}",
            handle="@vaud",
            measures={},
            measure_at=MADE,
            **kept(),
            **changes,
        )

    @classmethod
    async def around(cls, database: Database, account: Account) -> "World":
        """The world of an account that stands already."""
        world = cls(database, account.workspace_id)
        world.account = account
        world.community.id = world.calendar.community_id = account.community_id
        await world.add(world.calendar)
        return world

    async def open(self) -> "World":
        async with self.database.transaction(self.workspace_id) as session:
            await add(session, self.community, self.calendar, self.account)
        return self

    async def add(self, *rows: object) -> None:
        async with self.database.transaction(self.workspace_id) as session:
            await add(session, *rows)

    async def publish(
        self,
        remote_id: str,
        published_at: datetime,
        *,
        calendar: Calendar | None = None,
        account: Account | None = None,
        state: str = "done",
    ) -> Delivery:
        """A post with one published copy."""
        post = Post(
            workspace_id=self.workspace_id,
            id=new_id(),
            community_id=self.community.id,
            calendar_id=(calendar or self.calendar).id,
            title="Vigne",
            text="On taille.",
            labels=[],
            media_ids=[],
            state="published",
            time_zone="Europe/Zurich",
            publish_at=published_at,
            published_at=published_at,
            **kept(),
        )
        copy = Delivery(
            workspace_id=self.workspace_id,
            id=new_id(),
            kind="publish",
            account_id=(account or self.account).id,
            post_id=post.id,
            state=state,
            due_at=published_at,
            checkpoint={},
            refs=[{"remote_id": remote_id, "url": None}],
            remote_id=remote_id,
            published_at=published_at,
            **kept(),
        )
        await self.add(post, copy)
        return copy

    async def sample(
        self,
        now: datetime,
        remote_id: str,
        *,
        account: Account | None = None,
        **totals: int,
    ) -> int:
        samples = [Sample(remote_id, Metric(key), n, f"{key}_count") for key, n in totals.items()]
        async with self.database.transaction(self.workspace_id) as session:
            return await record_samples(
                session, self.caller, account or self.account, samples, now=now
            )
