"""Which networks can do what, and the failures all of them are tried with."""

from dataclasses import replace
from datetime import datetime

import pytest
from pydantic import JsonValue

from domain.connector.errors import (
    GrantExpired,
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
)
from domain.connector.manifest import IdempotencyClass
from domain.connector.words import Checkpoint, Published
from domain.networks import all_connectors
from tests.networks.cases import Failure, case_of, connector_of
from tests.networks.drafts import NOW
from tests.networks.playing import Kept, failing_post, post_for
from tests.networks.scripted import Exchange, ScriptedHttp

ALL = sorted(all_connectors())
CONNECTING = [key for key in ALL if connector_of(key).connect]
PUBLISHING = [key for key in ALL if connector_of(key).publish]
RECONCILING = [
    key for key in PUBLISHING if connector_of(key).manifest.idempotency is not IdempotencyClass.NONE
]
BLIND = [key for key in PUBLISHING if key not in RECONCILING]
ANSWERING = [key for key in PUBLISHING if case_of(key).gone_id]
THREADING = [key for key in PUBLISHING if connector_of(key).manifest.max_parts > 2]
PICTURING = [key for key in PUBLISHING if connector_of(key).manifest.images]
POLLING = [key for key in PUBLISHING if connector_of(key).manifest.polls]
QUOTING = [key for key in PUBLISHING if connector_of(key).manifest.has_quotes]
FILMING = [key for key in PUBLISHING if connector_of(key).manifest.videos]
WORKING_ON_VIDEOS = [key for key in FILMING if connector_of(key).manifest.video_work]
FAILING_VIDEOS = [key for key in FILMING if case_of(key).video_failure]
TELLING_RATES = [key for key in CONNECTING if case_of(key).rate]
TOLD = [key for key in PUBLISHING if connector_of(key).settings]
EDITING = [key for key in ALL if connector_of(key).edit]
SHOWING = [key for key in ALL if connector_of(key).shows]
LISTENING = [key for key in ALL if connector_of(key).inbox]
MEASURED = [key for key in ALL if connector_of(key).metrics]
MEASURED_BY_POST = [key for key in MEASURED if case_of(key).post_ids]

LOST = Exchange(method="", path="", error="outcome_unknown")
FAILURES: dict[Failure, type[NetworkError]] = {
    "rate_limited": RateLimited,
    "locked_out": GrantExpired,
    "refused": Refused,
    "out_of_order": Unavailable,
}


def path_of(url: str) -> str:
    return "/" + url.split("://", 1)[-1].partition("/")[2].partition("?")[0]


def echoing(key: str, failure: Failure) -> Exchange:
    """The network's failure, with our grant in its words: it must not come through."""
    return leaking(case_of(key).failures[failure], case_of(key).grant_secrets)


def leaking(exchange: Exchange, secrets: tuple[str, ...]) -> Exchange:
    leak = " ".join(secrets)
    if isinstance(exchange.json_, dict):
        return exchange.model_copy(update={"json_": _leaked(exchange.json_, leak)})
    return exchange.model_copy(update={"text": f"{exchange.text or ''} {leak}"})


def _leaked(told: JsonValue, leak: str) -> JsonValue:
    """A refusal, or the error within it, whose words hold what they must not."""
    if not isinstance(told, dict):
        return told
    return {
        name: f"{value} {leak}"
        if isinstance(value, str) and name in ("message", "error_description", "detail")
        else _leaked(value, leak)
        for name, value in told.items()
    }


async def look_up(
    key: str,
    http: ScriptedHttp,
    others: frozenset[str] = frozenset(),
    at: datetime = NOW,
) -> Published | None:
    """Looks up a post whose write got no answer, where others of the account are known.

    `at` is when it was sent, by our clock.
    """
    found, _ = await lost_and_found(key, http, others, at)
    return found


async def lost_and_found(
    key: str,
    http: ScriptedHttp,
    others: frozenset[str] = frozenset(),
    at: datetime = NOW,
) -> tuple[Published | None, Checkpoint]:
    """As `look_up`, and the checkpoint by which it was looked up."""
    lost, ability = failing_post(key, LOST), connector_of(key).publish
    assert ability is not None
    kept, access = Kept(lost), case_of(key).access
    with pytest.raises(OutcomeUnknown):
        await ability.publish(lost, access, post_for(key), {}, kept, now=at)
    sought = replace(post_for(key), others=others)
    found = await ability.look_up(http, access, sought, kept.last, since=at)
    return found, kept.last
