"""A workspace whose people sign in with Acme, one of its members, and a worker by hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from arq.connections import ArqRedis

from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from domain.providers.service import create_sign_in_provider
from domain.providers.shapes import CreateSignInProvider
from domain.workspaces.service import seat_owner
from tests.browsing import Tab
from tests.openid import CLIENT_ID, ISSUER, SECRET, Acme
from tests.people import KEYS, Person, make_person, sign_in
from tests.workers.world import make_context
from tests.world import make_workspace
from workers.context import Context
from workers.providers import enter_due


@dataclass
class House:
    workspace_id: UUID
    slug: str
    provider_id: UUID
    member: Person
    context: Context
    acme: Acme = field(default_factory=Acme)

    async def work(self) -> None:
        """What a worker does now."""
        await enter_due(self.context, self.workspace_id, now=datetime.now(UTC))
        await self.context.slots.drain(10)

    async def set_out(self, tab: Tab, *, to: str = "/account") -> str:
        """To Acme's page; gives its address."""
        await tab.open(f"/sign-in/with?workspace={self.slug}&next={to}")
        sent = await tab.post("/sign-in/with", **tab.hidden)
        assert sent.headers["location"] == "/sign-in/with/go", sent.text
        await self.work()
        await tab.open("/sign-in/with/go")
        return tab.page.headers["refresh"].removeprefix("0; url=")

    async def come_back(self, tab: Tab, page: str) -> None:
        """From Acme's page, signed in there; afterwards `/sign-in/with/done` is open."""
        sent = await tab.client.get(self.acme.lead_back(page))
        assert sent.headers["location"] == "/sign-in/with/done"
        await self.work()
        await tab.open("/sign-in/with/done")

    async def connect(self, tab: Tab) -> None:
        """The member connects their account, once."""
        await sign_in(tab, self.member)
        await self.come_back(tab, await self.set_out(tab))
        await tab.send("/sign-in/with/connect")


async def make_house(settings: Settings, database: Database, redis: ArqRedis) -> House:
    workspace_id, member = await make_workspace(database), await make_person(database)
    caller, now = worker(workspace_id), datetime.now(UTC)
    command = CreateSignInProvider(
        name="Acme", issuer=ISSUER, client_id=CLIENT_ID, client_secret=SECRET
    )
    async with database.transaction(workspace_id) as session:
        await seat_owner(
            session, caller, user_id=member.id, name="Aline", email=member.email, now=now
        )
        provider = await create_sign_in_provider(session, caller, command, keys=KEYS, now=now)
    acme = Acme()
    context = make_context(settings, database, redis, acme, lambda: datetime.now(UTC))
    slug = f"ws-{workspace_id.hex[-12:]}"
    return House(workspace_id, slug, provider.id, member, context, acme)
