"""Plays scenarios of the conformance suite: scripts, publishing with what it keeps, pages."""

from dataclasses import dataclass, field

from domain.connector.errors import NetworkError
from domain.connector.words import Checkpoint, Draft, Inbox, InboxItem, Published
from tests.networks.cases import NetworkCase, case_of, connector_of
from tests.networks.drafts import NOW, POST, fitted
from tests.networks.scripted import Exchange, ScriptedHttp, recorded


def script(key: str, scenario: str) -> ScriptedHttp:
    return ScriptedHttp(recorded(key, scenario))


def post_for(key: str) -> Draft:
    """What scenario `post` publishes."""
    return fitted(POST, connector_of(key))


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
    after = recorded(key, "after_failure") if case.looks_after_failure else []
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
