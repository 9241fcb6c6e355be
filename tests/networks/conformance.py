"""What a network brings to the conformance suite, and the drafts that all of them publish.

A network's folder here holds `case.py` with a `CASE`, a README that says where its replies come
from, and `recorded/<scenario>.json` for all it can do and nothing else (`SCENARIOS`):

    connect, check, refresh (where grants run out)
    post, thread (a second post where the network has no threads), illustrated
    after_failure (what is called once a write has failed, if anything)
    look_up_found, look_up_missing, withdraw, withdraw_gone, answer_missing
    edit
    shown (post, then illustrated), shown_gone (the first message of the thread, withdrawn)
    poll, settings, quote, video, where the network has them
    video_lasting, video_resumed (where it works on videos before it shows them), video_failed
    rates (an answer to `check` that tells what is left), where answers tell it
    inbox_baseline, inbox_next, inbox_quiet
    post_metrics, post_metrics_partial (none of one metric, and nothing else told; both only where
    posts are measured), account_metrics
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path
from typing import Literal

from domain.connector.dialects.rate import Rate
from domain.connector.errors import NetworkError
from domain.connector.manifest import IdempotencyClass
from domain.connector.port import Connector
from domain.connector.words import (
    Access,
    Checkpoint,
    Draft,
    Inbox,
    InboxItem,
    InboxKind,
    Login,
    Medium,
    Metric,
    Part,
    Poll,
    Published,
)
from domain.networks import find
from tests.networks.scripted import NETWORKS, Exchange, ScriptedHttp, recorded

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
IN_A_MINUTE = NOW + timedelta(minutes=1)
DATE = "Sun, 22 Nov 2026 10:00:00 GMT"

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000002000000020802000000fdd49a73"
    "0000001049444154789c6350687000220638050029a805816f7eb9240000000049454e44ae426082"
)
POST = Draft(
    key="delivery-1",
    parts=(Part("Good morning, village! #cafe https://village.example/menu"),),
    language="en",
)
THREAD = Draft(
    key="delivery-2",
    parts=(Part("First the bread."), Part("Then the cheese."), Part("Last the wine.")),
    language="en",
)
ALT_TEXT = "The market square in the sun"
ILLUSTRATED = Draft(
    key="delivery-3",
    parts=(
        Part(
            "The square at noon.",
            media=(Medium(PNG, "image/png", "square.png", ALT_TEXT, 2, 2),),
        ),
    ),
    language="en",
)
POLL = Draft(
    key="delivery-5",
    parts=(
        Part(
            "What shall we bake?",
            poll=Poll(("Bread", "Cake & pie"), timedelta(days=1), is_multiple=True),
        ),
    ),
    language="en",
)
FILM = Medium(
    bytes.fromhex("000000186674797069736f6d0000020069736f6d6d703432"),
    "video/mp4",
    "square.mp4",
    ALT_TEXT,
    1920,
    1080,
)
VIDEO = Draft(
    key="delivery-7", parts=(Part("The square in motion.", media=(FILM,)),), language="en"
)
EDITED = Draft(key="delivery-1", parts=(Part("Good evening, village!"),), language="en")


def longest(connector: Connector) -> Draft:
    """A thread, or a post where the network has no threads."""
    return THREAD if connector.manifest.max_parts > 2 else replace(THREAD, parts=THREAD.parts[:1])


def answering(remote_id: str) -> Draft:
    return Draft(key="delivery-4", parts=(Part("Thank you!"),), language="en", reply_to=remote_id)


def quoting(address: str) -> Draft:
    return Draft(key="delivery-8", parts=(Part("Read this.", quote_of=address),), language="en")


def settled(connector: Connector) -> Draft:
    """A draft that is told everything its network can be told, each in its first example."""
    assert connector.settings is not None
    fields = connector.settings.model_json_schema()["properties"]
    settings = {name: facts["examples"][0] for name, facts in fields.items()}
    return Draft(
        key="delivery-6", parts=(Part("Quiet, please."),), language="en", settings=settings
    )


def only_some_publish(connector: Connector) -> dict[str, Draft]:
    """By scenario, what not every network takes; quotes and work on videos are not played."""
    drafts, manifest = {}, connector.manifest
    if manifest.videos is not None and not case_of(manifest.key).works_on_videos:
        drafts["video"] = VIDEO
    if manifest.polls is not None:
        drafts["poll"] = POLL
    if connector.settings is not None:
        drafts["settings"] = settled(connector)
    return drafts


Failure = Literal["rate_limited", "locked_out", "refused", "out_of_order"]


@dataclass(frozen=True)
class NetworkCase:
    """One network in the suite."""

    access: Access
    login: Login
    write: tuple[str, str]
    """Method and path of the call that makes a post appear; empty where nothing is published.

    The path may end in `*`, for what differs from one message to the next.
    """
    failures: Mapping[Failure, Exchange]
    """How the network says each; method and path are those of the call that fails."""
    inbox_kinds: frozenset[InboxKind]
    """Every kind that scenario `inbox_next` holds."""
    post_ids: tuple[str, ...] = ()
    """Posts that the metrics scenarios measure."""
    gone_id: str = ""
    """A post that is not there, which scenario `answer_missing` asks for."""
    lone_metric: Metric = Metric.LIKES
    """What scenario `post_metrics_partial` tells, as nought."""
    renews_grant: bool = False
    named: Callable[[str], str] = str
    """What a write says of the message it answers, by that one's remote id."""
    seeks_first: bool = False
    """Whether a thread that goes on asks the network before it sends; its own tests tell."""
    poll_write: tuple[str, str] | None = None
    """The call that makes a poll appear; None: the same as any post."""
    quoted: tuple[str, str] | None = None
    """The address that scenario `quote` quotes, and what a write says of it."""
    video_write: tuple[str, str] | None = None
    """The call that makes a video appear; None: the same as any post."""
    works_on_videos: bool = False
    """Before it shows them."""
    video_failure: str = ""
    """What it says of one that it cannot work on."""
    rate: Rate | None = None
    """What scenario `rates` tells."""
    a_day: str = "86400"
    """How a poll is told to last one."""
    has_alt_texts: bool = True
    has_secret_in_path: bool = False
    """Where the network itself wants it there; logs leave it out (`workers.sending.redacted`)."""
    secrets: tuple[str, ...] = ()
    """What of the login nobody may see."""

    def writes(self, method: str, path: str) -> bool:
        """Whether such a call makes a post appear."""
        written, pattern = self.write
        return method == written and fnmatchcase(path, pattern)

    @property
    def grant_secrets(self) -> tuple[str, ...]:
        grant = self.access.grant
        return tuple(each for each in (grant.access, grant.refresh) if each)

    @property
    def every_secret(self) -> tuple[str, ...]:
        return (*self.grant_secrets, *self.secrets)


Needed = Callable[[Connector, NetworkCase], object]


def _is_sought(connector: Connector, case: NetworkCase) -> bool:  # noqa: ARG001 - as all of them
    is_blind = connector.manifest.idempotency is IdempotencyClass.NONE
    return connector.publish is not None and not is_blind


SCENARIOS: dict[str, Needed] = {
    **dict.fromkeys(("connect", "check"), lambda network, _: network.connect),
    "refresh": lambda _, case: case.renews_grant,
    **dict.fromkeys(
        ("post", "thread", "withdraw", "withdraw_gone"), lambda network, _: network.publish
    ),
    **dict.fromkeys(("look_up_found", "look_up_missing"), _is_sought),
    "answer_missing": lambda _, case: case.gone_id,
    "illustrated": lambda network, _: network.manifest.images,
    "video": lambda network, _: network.manifest.videos,
    **dict.fromkeys(("video_lasting", "video_resumed"), lambda _, case: case.works_on_videos),
    "video_failed": lambda _, case: case.video_failure,
    "quote": lambda network, _: network.manifest.has_quotes,
    "poll": lambda network, _: network.manifest.polls,
    "settings": lambda network, _: network.settings,
    "edit": lambda network, _: network.edit,
    **dict.fromkeys(("shown", "shown_gone"), lambda network, _: network.shows),
    **dict.fromkeys(
        ("inbox_baseline", "inbox_next", "inbox_quiet"), lambda network, _: network.inbox
    ),
    **dict.fromkeys(("post_metrics", "post_metrics_partial"), lambda _, case: case.post_ids),
    "account_metrics": lambda network, _: network.metrics,
    "rates": lambda _, case: case.rate,
}
"""Each with what calls for it."""
NOT_PLAYED = frozenset({"account", "after_failure"})


def amiss(connector: Connector, case: NetworkCase, brought: Iterable[str]) -> list[str]:
    """Scenarios that a network owes for what it can do, or brings for what it cannot."""
    owed = {name for name, needed in SCENARIOS.items() if needed(connector, case)}
    return sorted(owed ^ (set(brought) - NOT_PLAYED))


def brought_by(key: str) -> list[str]:
    return [path.stem for path in (NETWORKS / key / "recorded").glob("*.json")]


def case_of(key: str) -> NetworkCase:
    case = import_module(f"tests.networks.{key}.case").CASE
    assert isinstance(case, NetworkCase)
    return case


def connector_of(key: str) -> Connector:
    connector = find(key)
    assert connector is not None
    return connector


def script(key: str, scenario: str) -> ScriptedHttp:
    return ScriptedHttp(recorded(key, scenario))


def has_recorded(key: str, scenario: str) -> bool:
    return Path(NETWORKS / key / "recorded" / f"{scenario}.json").exists()


@dataclass
class Kept:
    """A `Save` that keeps every checkpoint, and how many calls had been made by then."""

    http: ScriptedHttp
    checkpoints: list[Checkpoint] = field(default_factory=list)
    calls_before: list[int] = field(default_factory=list)

    async def __call__(self, checkpoint: Checkpoint) -> None:
        self.checkpoints.append(dict(checkpoint))
        self.calls_before.append(len(self.http.calls))

    @property
    def last(self) -> Checkpoint:
        return self.checkpoints[-1] if self.checkpoints else {}


async def publish(
    key: str, http: ScriptedHttp, draft: Draft, checkpoint: Checkpoint
) -> tuple[Published, Kept]:
    ability, kept = connector_of(key).publish, Kept(http)
    assert ability is not None
    access = case_of(key).access
    return await ability.publish(http, access, draft, checkpoint, kept, now=NOW), kept


def failing_post(key: str, failure: Exchange) -> ScriptedHttp:
    """Scenario `post`, whose write meets a failure, and what is called afterwards."""
    case, before = case_of(key), []
    for exchange in recorded(key, "post"):
        if case.writes(exchange.method, exchange.path):
            break
        before.append(exchange)
    else:
        raise AssertionError("nothing is written in scenario `post`")
    broken = failure.model_copy(update={"method": exchange.method, "path": exchange.path})
    after = recorded(key, "after_failure") if has_recorded(key, "after_failure") else []
    return ScriptedHttp([*before, broken, *after])


async def read_all(
    key: str, http: ScriptedHttp, cursor: str | None
) -> tuple[list[InboxItem], Inbox]:
    """Every item of as many pages as the network has now, and the last page."""
    ability = connector_of(key).inbox
    items: list[InboxItem] = []
    assert ability is not None
    for _ in range(20):
        page = await ability.read(http, case_of(key).access, cursor)
        items += page.items
        cursor = page.cursor
        if not page.has_more:
            return items, page
    raise AssertionError("the inbox never ends")


def assert_keeps_secrets(case: NetworkCase, error: NetworkError) -> None:
    told = f"{error.message} {error.said} {error!r} {error.__cause__!r}"
    assert [secret for secret in case.every_secret if secret in told] == []
