"""Posts that fall due when the right to publish what they show has ended."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from domain.connector.http import Call, Reply
from domain.events.tables import Event
from domain.kernel.caller import worker
from domain.media.queries import get_media
from domain.media.service import add_media, change_media
from domain.media.shapes import AddMedia, ChangeMedia
from domain.media.sniffing import Sniffed
from domain.posts.rules import HOLD, DeliveryState, PostState
from domain.posts.service import create_post, schedule_post
from domain.posts.shapes import CreatePost, SchedulePost, VariantInput
from domain.posts.tables import Attempt, Delivery, Post
from tests.conftest import NOW
from tests.domain.media.files import picture
from tests.workers.test_posts import Sandbox, Stage, stage

__all__ = ["stage"]

SOON = NOW + timedelta(minutes=1)
LATER = NOW + timedelta(days=1)


class Gallery(Sandbox):
    """Takes files too, and has them ready at once."""

    async def __call__(self, call: Call) -> Reply:
        if "/media" in call.url:
            return Reply(200, {}, b'{"id": "m", "is_ready": true}', call.url)
        return await super().__call__(call)


async def shelve(stage: Stage, folder: Path) -> UUID:
    """A picture of the house."""
    path = folder / "vigne.png"
    path.write_bytes(picture())
    store = stage.context.media
    with path.open("rb") as file:
        stowed = store.stow(file)
    command = AddMedia(id=None, file_name="vigne.png", alt_text=None, sha256=stowed.sha256)
    async with stage.database.transaction(stage.workspace_id) as session:
        view = await add_media(
            session,
            worker(stage.workspace_id),
            command,
            stowed,
            Sniffed("image/png", 4, 3),
            store=store,
            now=NOW,
        )
    return view.id


async def allow(stage: Stage, media_id: UUID, **values: object) -> None:
    caller = worker(stage.workspace_id)
    async with stage.database.transaction(stage.workspace_id) as session:
        command = ChangeMedia.model_validate(values)
        await change_media(session, caller, media_id, command, expected_version=None, now=stage.now)


async def plan(stage: Stage, media_id: UUID) -> None:
    """Due in a quarter of a minute, while the right holds."""
    caller, account_id = worker(stage.workspace_id), await stage.account()
    command = CreatePost(
        calendar_id=stage.calendar_id,
        title="a",
        text="a",
        media_ids=[media_id],
        variants=[VariantInput(account_id=account_id)],
    )
    async with stage.database.transaction(stage.workspace_id) as session:
        made = await create_post(session, caller, command, now=NOW)
        now = SchedulePost(now=True)
        await schedule_post(session, caller, made.id, now, expected_version=None, now=NOW)


async def deliver(stage: Stage, at: datetime) -> None:
    stage.now = at
    await stage.deliver()
    await stage.quiet()


@pytest.mark.parametrize(
    ("before", "then", "renewed"),
    [
        ({"rights_until": SOON}, {}, {"rights_until": LATER}),
        ({}, {"rights_networks": ["mastodon"]}, {"rights_networks": ["mastodon", "sandbox"]}),
    ],
)
async def test_post_whose_right_ends_is_held_told_once_and_goes_on_when_it_is_renewed(
    stage: Stage,
    tmp_path: Path,
    before: dict[str, object],
    then: dict[str, object],
    renewed: dict[str, object],
) -> None:
    stage.network = Gallery()
    stage.context = replace(stage.context, http=stage.network)
    media_id = await shelve(stage, tmp_path)
    await allow(stage, media_id, **before)
    await plan(stage, media_id)
    await allow(stage, media_id, **then)

    await deliver(stage, SOON)
    [held], [post] = await stage.rows(Delivery), await stage.rows(Post)
    await deliver(stage, SOON + HOLD)
    silent = list(stage.network.texts)
    await allow(stage, media_id, **renewed)
    await deliver(stage, SOON + 2 * HOLD)

    assert (held.state, held.act_at, held.attempts) == (DeliveryState.WAITING, SOON + HOLD, 0)
    assert (held.problem["code"], held.problem["acting_party"]) == ("media.rights_expired", "user")
    assert "vigne.png" in held.problem["message"]
    assert (held.content, post.state, silent) == (None, PostState.SCHEDULED, [])
    told = [each for each in await stage.rows(Event) if each.kind == "delivery.held"]
    [data] = [each.data for each in told]
    view = await seen(stage, media_id)
    assert (data["code"], data["media"]) == ("media.rights_expired", [view])
    assert stage.network.texts == ["a"]
    assert await stage.states() == [DeliveryState.DONE]
    assert len(await stage.rows(Attempt)) == 1


async def seen(stage: Stage, media_id: UUID) -> str:
    """The id as readers see it."""
    async with stage.database.transaction(stage.workspace_id) as session:
        found = await get_media(session, worker(stage.workspace_id), media_id)
    return str(found.model_dump(mode="json")["id"])
