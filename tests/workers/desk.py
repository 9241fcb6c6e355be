"""A post that is public, kept up to date by people and workers."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.events.tables import Event
from domain.kernel.caller import Caller, worker
from domain.posts.tables import Delivery
from domain.upkeep.deciding import approve_update, change_update, dismiss_update
from domain.upkeep.proposing import propose_update
from domain.upkeep.queries import get_update, get_upkeep
from domain.upkeep.rules import UpdateWay
from domain.upkeep.service import change_upkeep, confirm_upkeep
from domain.upkeep.shapes import ChangeUpkeep, ConfirmUpkeep, UpkeepView
from domain.upkeep.update_shapes import (
    ChangeUpdate,
    CopyChoice,
    DismissUpdate,
    ProposeUpdate,
    UpdateView,
)
from tests.workers.stage import Stage
from workers.upkeep import carry_on_due, keep_up_due

NEW = ["L’entrée coûte 12 francs."]


class Desk:
    """A post that is public by some accounts, and what people and workers do with it."""

    def __init__(self, stage: Stage, post_id: UUID) -> None:
        self.stage = stage
        self.post_id = post_id
        self.caller = worker(stage.workspace_id)

    def open(self) -> Any:
        return self.stage.database.transaction(self.stage.workspace_id)

    async def set(self, **values: Any) -> UpkeepView:
        command = ChangeUpkeep(**values)
        async with self.open() as session:
            ids = self.caller, self.post_id
            return await change_upkeep(
                session, *ids, command, expected_version=None, now=self.stage.now
            )

    async def confirm(self, **values: Any) -> UpkeepView:
        async with self.open() as session:
            command = ConfirmUpkeep(**values)
            return await confirm_upkeep(
                session, self.caller, self.post_id, command, now=self.stage.now
            )

    async def upkeep(self) -> UpkeepView:
        async with self.open() as session:
            return await get_upkeep(session, self.caller, self.post_id)

    async def propose(self, ways: dict[UUID, str] | None = None, **values: Any) -> UpdateView:
        copies = [CopyChoice(delivery_id=i, way=UpdateWay(w)) for i, w in (ways or {}).items()]
        command = ProposeUpdate(**{"parts": NEW, "copies": copies, **values})
        async with self.open() as session:
            return await propose_update(
                session, self.caller, self.post_id, command, now=self.stage.now
            )

    async def approve(self, id_: UUID, *, by: Caller | None = None) -> UpdateView:
        async with self.open() as session:
            return await approve_update(
                session, by or self.caller, id_, expected_version=None, now=self.stage.now
            )

    async def change(self, id_: UUID, **values: Any) -> UpdateView:
        command = ChangeUpdate(**values)
        async with self.open() as session:
            return await change_update(
                session, self.caller, id_, command, expected_version=None, now=self.stage.now
            )

    async def dismiss(self, id_: UUID, words: str = "Non.") -> UpdateView:
        async with self.open() as session:
            command = DismissUpdate(words=words)
            return await dismiss_update(
                session, self.caller, id_, command, expected_version=None, now=self.stage.now
            )

    async def update(self, id_: UUID) -> UpdateView:
        async with self.open() as session:
            return await get_update(session, self.caller, id_)

    async def due(self) -> int:
        return await keep_up_due(self.stage.context, self.stage.workspace_id, now=self.stage.now)

    async def go(self) -> list[str]:
        """Lets workers do everything there is to do; gives what the network was told."""
        before = len(self.stage.network.texts)
        for _ in range(4):
            await self.stage.deliver()
            await self.stage.quiet()
            self.stage.now += timedelta(minutes=1)
            await carry_on_due(self.stage.context, self.stage.workspace_id, now=self.stage.now)
        return self.stage.network.texts[before:]

    async def told(self, kind: str) -> list[dict[str, Any]]:
        return [row.data for row in await self.stage.rows(Event) if row.kind == kind]

    async def copies(self) -> list[UUID]:
        found = await self.stage.rows(Delivery)
        return [row.id for row in found if row.kind == "publish" and row.state == "done"]


async def published(stage: Stage, accounts: int = 1, text: str = "Entrée : 10 francs.") -> Desk:
    post_id = await stage.plan(text, *[await stage.account() for _ in range(accounts)])
    await stage.deliver()
    await stage.quiet()
    return Desk(stage, post_id)
