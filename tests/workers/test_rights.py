"""Posts that fall due when the right to publish what they show has ended."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from domain.events.tables import Event
from domain.kernel.caller import worker
from domain.media.queries import get_media
from domain.posts.rules import HOLD, DeliveryState, PostState
from domain.posts.tables import Attempt, Delivery, Post
from tests.conftest import NOW
from tests.workers.gallery import Gallery, change, plan, shelve
from tests.workers.stage import Stage, stage

__all__ = ["stage"]

SOON = NOW + timedelta(minutes=1)
LATER = NOW + timedelta(days=1)


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
    await change(stage, media_id, **before)
    await plan(stage, media_id)
    await change(stage, media_id, **then)

    await deliver(stage, SOON)
    [held], [post] = await stage.rows(Delivery), await stage.rows(Post)
    await deliver(stage, SOON + HOLD)
    silent = list(stage.network.texts)
    await change(stage, media_id, **renewed)
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
