"""Deliveries of an account whose grant has run out and is not renewed at once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.accounts.credentials import seal_grant
from domain.accounts.rules import CHECK_EVERY, CHECK_WAITS
from domain.accounts.tables import Account
from domain.connector.words import Grant
from domain.posts.rules import HOLD
from domain.posts.tables import Delivery
from tests.conftest import NOW
from tests.domain.accounts.build import KEYS
from tests.networks.scripted import Exchange, ScriptedHttp
from tests.workers.stage import Stage, stage
from workers.accounts import check_due

__all__ = ["stage"]
REFRESH = Exchange(method="POST", path="/v1/sessions/refresh")
WAITED = timedelta(seconds=5)


def refused(status: int, code: str = "busy") -> Exchange:
    told = {"error": {"code": code, "message": "no"}}
    return REFRESH.model_copy(update={"status": status, "json_": told})


SLOWED = refused(429).model_copy(update={"headers": {"retry-after": "5"}})
FACTS = {
    "id": "vaud",
    "handle": "vaud",
    "display_name": "Vaud",
    "idempotency": "D",
    "text_maximum": 500,
    "followers": 0,
    "posts": 0,
}
RENEWED = REFRESH.model_copy(
    update={
        "json_": {
            "access_token": "new",
            "refresh_token": "refresh-2",
            "expires_at": (NOW + timedelta(hours=2)).isoformat(),
            "account": FACTS,
        }
    }
)
ME = Exchange(method="GET", path="/v1/me", json_={**FACTS})
SENT = Exchange(
    method="POST",
    path="/v1/posts",
    status=201,
    json_={
        "id": "1",
        "handle": "vaud",
        "text": "a",
        "media": [],
        "language": None,
        "reply_to": None,
        "root_id": None,
        "url": "http://sandbox.test/1",
        "created_at": NOW.isoformat(),
    },
)


async def late(stage: Stage) -> UUID:
    """An account whose grant has run out, with a post that is due."""
    id_ = await stage.account()
    grant = Grant("old", refresh="refresh-1", expires_at=NOW - timedelta(minutes=1))
    async with stage.database.transaction(stage.workspace_id) as session:
        row = await session.get_one(Account, (stage.workspace_id, id_))
        row.sealed_grant = seal_grant(KEYS, stage.workspace_id, id_, grant)
        row.check_at = NOW + CHECK_EVERY
    await stage.plan("a", id_)
    return id_


async def deliver(stage: Stage, *script: Exchange) -> Any:
    http = ScriptedHttp(script)
    stage.context = replace(stage.context, http=http)
    await stage.deliver()
    await stage.quiet()
    http.assert_finished()
    [row] = await stage.rows(Delivery)
    return row


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (SLOWED, "network.rate_limited"),
        (refused(503), "account.renewal_unanswered"),
        (REFRESH.model_copy(update={"error": "unavailable"}), "network.unavailable"),
        (REFRESH.model_copy(update={"error": "outcome_unknown"}), "account.renewal_unanswered"),
        (refused(403), "account.renewal_refused"),
        (refused(404), "account.renewal_refused"),
    ],
    ids=["slowed", "failed", "away", "unanswered", "forbidden", "missing"],
)
async def test_post_waits_for_a_renewal_that_is_refused_for_a_while_and_goes_out_once(
    stage: Stage, answer: Exchange, code: str
) -> None:
    """Refused as by a gateway that is being mended, it had failed for good."""
    await late(stage)

    waiting = await deliver(stage, answer)
    stage.now += WAITED
    done = await deliver(stage, RENEWED, SENT)

    assert (waiting.state, waiting.problem["code"]) == ("waiting", code)
    assert waiting.act_at == NOW + WAITED
    assert (done.state, done.problem) == ("done", None)


async def test_post_is_held_where_the_grant_that_has_run_out_is_gone(stage: Stage) -> None:
    await late(stage)

    row = await deliver(stage, refused(401))

    assert (row.state, row.problem["code"]) == ("waiting", "network.grant_expired")
    assert row.act_at == NOW + HOLD
    [account] = await stage.rows(Account)
    assert account.state == "action_required"


async def check(stage: Stage, *script: Exchange) -> Any:
    http = ScriptedHttp(script)
    stage.context = replace(stage.context, http=http)
    await check_due(stage.context, stage.workspace_id, now=stage.now)
    await stage.context.slots.drain(20)
    http.assert_finished()
    [row] = await stage.rows(Account)
    return row


async def test_account_asks_for_its_owner_while_its_renewals_go_on_being_refused(
    stage: Stage,
) -> None:
    """It said that it is connected, and what fell due failed for good, post by post."""
    await late(stage)

    await deliver(stage, refused(403))
    stage.now += CHECK_WAITS[0]
    locked_out = await check(stage, refused(403))
    held = await deliver(stage)
    stage.now += CHECK_WAITS[1]
    renewed = await check(stage, RENEWED, ME)
    done = await deliver(stage, SENT)

    assert (locked_out.state, locked_out.problem["code"]) == (
        "action_required",
        "network.grant_expired",
    )
    assert locked_out.check_at == stage.now
    assert (held.state, held.problem["code"]) == ("waiting", "account.disconnected")
    assert (renewed.state, renewed.problem) == ("connected", None)
    assert (done.state, done.problem) == ("done", None)


async def test_account_stays_connected_where_a_renewal_was_refused_for_a_moment(
    stage: Stage,
) -> None:
    await late(stage)

    await deliver(stage, refused(403))
    stage.now += WAITED
    await deliver(stage, refused(403))
    [troubled] = await stage.rows(Account)
    stage.now = NOW + CHECK_WAITS[0]
    checked = await check(stage, RENEWED, ME)

    assert (troubled.state, troubled.check_at) == ("connected", NOW + CHECK_WAITS[0])
    assert (checked.state, checked.tries) == ("connected", 0)
