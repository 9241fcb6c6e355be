"""Records the conformance suite's replies anew from real servers: `python -m tests.real.record`."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from pydantic import JsonValue

from domain.connector.errors import NetworkError
from domain.connector.port import Connector
from domain.connector.words import Access, InboxItem, Ref
from domain.networks import find
from tests.networks import drafts
from tests.networks.recording import RecordingHttp, keep, keep_account
from tests.networks.scripted import Exchange
from tests.real import rigs
from tests.real.bluesky_village import BlueskyVillage
from tests.real.mastodon_village import MastodonVillage
from tests.real.matrix_village import MatrixVillage
from tests.real.outward import enter, eventually, outward, publish
from tests.real.wordpress_village import WordPressVillage

Village = BlueskyVillage | MastodonVillage | MatrixVillage | WordPressVillage
_QUIET_S = 0.5


async def record(key: str, village: Village, made_up: dict[str, str], likes: str) -> None:
    """Every scenario of the suite, played by the account `ana`."""
    connector = find(key)
    assert connector is not None
    async with outward(village.origin) as real:
        http = RecordingHttp(real, made_up)
        access = await enter(connector, http, village.login("ana"))
        _hide(http, access)
        http.keep(key, "connect")
        village.people = {
            name: await enter(connector, real, village.login(name)) for name in ("bob", "carol")
        }
        await _access(key, connector, http, access)
        post_id, gone_id = await _publishing(key, connector, http, access)
        await _inbox(key, connector, http, access, village, post_id)
        await _metrics(key, connector, http, access, post_id, likes)
        keep_account(
            key,
            {
                "server": http.clean(access.server),
                "remote_id": access.remote_id,
                "handle": http.clean(access.handle),
                "post_id": post_id,
                "gone_id": gone_id,
            },
        )


def _hide(http: RecordingHttp, access: Access) -> None:
    http.made_up[access.grant.access] = "access-0"
    if access.grant.refresh:
        http.made_up[access.grant.refresh] = "refresh-0"


async def _access(key: str, connector: Connector, http: RecordingHttp, access: Access) -> None:
    assert connector.connect is not None
    await connector.connect.check(http, access)
    http.keep(key, "check")
    renewed = await connector.connect.refresh(http, access, now=drafts.NOW)
    if renewed is not None:
        # Within one second the server hands out the same access token again.
        http.made_up[renewed.access] = "access-1"
        http.made_up[renewed.refresh or ""] = "refresh-1"
        http.keep(key, "refresh")
        http.made_up[access.grant.access] = "access-0"


async def _publishing(
    key: str, connector: Connector, http: RecordingHttp, access: Access
) -> tuple[str, str]:
    sending = connector.publish
    assert sending is not None
    draft = replace(drafts.EDITED, key="delivery-0")
    nowhere, lost = await publish(connector, http, access, draft)
    await sending.withdraw(http, access, nowhere.refs)
    http.forget()
    gone = await sending.look_up(http, access, draft, lost[0], since=drafts.NOW)
    assert gone is None
    http.keep(key, "look_up_missing")
    post, kept = await publish(connector, http, access, drafts.POST)
    http.keep(key, "post")
    found = await sending.look_up(http, access, drafts.POST, kept[0], since=drafts.NOW)
    assert found == post
    http.keep(key, "look_up_found")
    illustrated, _ = await publish(connector, http, access, drafts.ILLUSTRATED)
    http.keep(key, "illustrated")
    await _shown(connector, http, access, [*post.refs, *illustrated.refs], are_gone=False)
    http.keep(key, "shown")
    thread, _ = await publish(connector, http, access, drafts.longest(connector))
    http.keep(key, "thread")
    for scenario in ("withdraw", "withdraw_gone"):
        await sending.withdraw(http, access, thread.refs)
        http.keep(key, scenario)
    await _shown(connector, http, access, thread.refs[:1], are_gone=True)
    http.keep(key, "shown_gone")
    await _refused(lambda: publish(connector, http, access, drafts.answering(thread.remote_id)))
    http.keep(key, "answer_missing")
    if connector.manifest.quoted_addresses is not None and post.url is not None:
        await publish(connector, http, access, drafts.quoting(post.url))
        http.keep(key, "quote")
    for scenario, draft in drafts.only_some_publish(connector).items():
        await publish(connector, http, access, draft)
        http.keep(key, scenario)
    if connector.edit is not None:
        edited = drafts.EDITED
        await connector.edit.edit(http, access, post.refs[0], edited, now=drafts.NOW)
        http.keep(key, "edit")
    return post.remote_id, thread.remote_id


async def _shown(
    connector: Connector,
    http: RecordingHttp,
    access: Access,
    refs: Sequence[Ref],
    *,
    are_gone: bool,
) -> None:
    """Asks once all of them are told of, as some servers show late what they took."""
    shows = connector.shows
    assert shows is not None
    await eventually(
        lambda: shows.show(http.inner, access, refs),
        lambda shown: [each.is_gone for each in shown] == [are_gone] * len(refs),
    )
    await shows.show(http, access, refs)


async def _refused(act: Callable[[], Awaitable[object]]) -> None:
    try:
        await act()
    except NetworkError:
        return
    raise AssertionError("the network took it")


async def _inbox(
    key: str,
    connector: Connector,
    http: RecordingHttp,
    access: Access,
    village: Village,
    post_id: str,
) -> None:
    reads = connector.inbox
    assert reads is not None
    await village.like(http.inner, "bob", post_id)
    await village.settled(http.inner, access, reads, {"like"})
    baseline = await reads.read(http, access, None)
    http.keep(key, "inbox_baseline")
    kinds = await village.stir(http.inner, access, post_id)
    await village.settled(http.inner, access, reads, kinds)
    cursor, items = baseline.cursor, list[InboxItem]()
    while True:
        page = await reads.read(http, access, cursor)
        items += page.items
        cursor = page.cursor
        if not page.has_more:
            break
    assert {item.kind.value for item in items} == kinds
    http.keep(key, "inbox_next")
    await asyncio.sleep(_QUIET_S)
    assert (await reads.read(http, access, cursor)).items == ()
    http.keep(key, "inbox_quiet")


async def _metrics(
    key: str,
    connector: Connector,
    http: RecordingHttp,
    access: Access,
    post_id: str,
    likes: str,
) -> None:
    assert connector.metrics is not None
    await connector.metrics.sample_posts(http, access, [post_id])
    whole = http.keep(key, "post_metrics")
    keep(key, "post_metrics_partial", [_partial(each, likes, http) for each in whole])
    await connector.metrics.sample_account(http, access)
    http.keep(key, "account_metrics")


def _partial(exchange: Exchange, likes: str, http: RecordingHttp) -> Exchange:
    """The same answer from a server that tells nought of `likes`, and no other number."""
    cleaned = Exchange.model_validate_json(http.clean(exchange.model_dump_json()))
    headers = {name: "0" if name == likes else each for name, each in cleaned.headers.items()}
    return cleaned.model_copy(update={"json_": _only(cleaned.json_, likes), "headers": headers})


def _only(value: JsonValue, likes: str) -> JsonValue:
    if isinstance(value, list):
        return [_only(each, likes) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {
        name: _only(each, likes)
        for name, each in value.items()
        if not name.endswith(("_count", "Count")) or name == likes
    }
    return {name: _nought(each) if name == likes else each for name, each in kept.items()}


def _nought(counted: JsonValue) -> JsonValue:
    """Nothing of what is counted: a number, or what is listed."""
    return [] if isinstance(counted, list) else 0


def main(names: Sequence[str]) -> None:
    if "bluesky" in names:
        with rigs.bluesky() as bluesky:
            made_up = {bluesky.pds: "https://pds.village.example"}
            made_up[bluesky.accounts["ana"].app_password] = "app-password"
            asyncio.run(record("bluesky", BlueskyVillage(bluesky), made_up, "likeCount"))
    if "mastodon" in names:
        with rigs.mastodon_mock() as mastodon:
            made_up = {mastodon.url: "https://village.example", mastodon.host: "village.example"}
            made_up[f"http://{mastodon.host}"] = "https://village.example"
            village = MastodonVillage(mastodon)
            asyncio.run(record("mastodon", village, made_up, "favourites_count"))
    if "matrix" in names:
        with rigs.matrix() as matrix:
            made_up = {matrix.url: "https://village.example"}
            asyncio.run(record("matrix", MatrixVillage(matrix), made_up, "chunk"))
    if "wordpress" in names:
        with rigs.wordpress_feed() as site:
            made_up = {site.origin: "https://village.example"}
            made_up[site.origin.removeprefix("http://")] = "village.example"
            asyncio.run(record("wordpress", WordPressVillage(site), made_up, "x-wp-total"))


if __name__ == "__main__":
    main(sys.argv[1:] or ("bluesky", "mastodon", "matrix", "wordpress"))
