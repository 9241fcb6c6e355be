"""Things with what only their own reads show, and their lists are filtered by."""

from collections.abc import Awaitable, Callable

from api.contract.examples import Json
from tests.api.walks.lists import List, read_all
from tests.furnished import Furnished

Adding = Callable[[Furnished, list[Json]], Awaitable[list[Json]]]


async def read_whole(house: Furnished, listed: List) -> list[Json]:
    """All that a list shows, in its own order."""
    url, base = listed.url(house.here), listed.base(house.here)
    items = await read_all(house.tenant.client, url, base)
    add = ADDING.get(listed.operation)
    return await add(house, items) if add else items


async def _targets(house: Furnished, items: list[Json]) -> list[Json]:
    accounts = await _by_id(house, "/v1/accounts")
    found = []
    for each in items:
        path = f"/v1/posts/{each['id']}"
        said = [variant["account_id"] for variant in (await _read(house, path))["variants"]]
        stale_for = (await _read(house, f"{path}/upkeep"))["stale_for"]
        targets = [{"account_id": id_, "network": accounts[id_]["network"]} for id_ in said]
        found.append({**each, "targets": targets, "stale_for": stale_for})
    return found


async def _of_accounts(house: Furnished, items: list[Json]) -> list[Json]:
    accounts = await _by_id(house, "/v1/accounts")
    theirs = [accounts[each["account_id"]] for each in items]
    return [
        {**each, "network": account["network"], "community_id": account["community_id"]}
        for each, account in zip(items, theirs, strict=True)
    ]


async def _of_posts(house: Furnished, items: list[Json]) -> list[Json]:
    posts = await _by_id(house, "/v1/posts")
    return [{**posts[each["id"]], **each} for each in items]


async def _held_media(house: Furnished, items: list[Json]) -> list[Json]:
    held = [(await _read(house, f"/v1/albums/{each['id']}/media"))["data"] for each in items]
    return [
        {**album, "media_ids": [each["media"]["id"] for each in found]}
        for album, found in zip(items, held, strict=True)
    ]


async def _of_nobody(_: Furnished, items: list[Json]) -> list[Json]:
    """An operator's token is no member's."""
    return [{**each, "is_mine": False} for each in items]


async def _read(house: Furnished, path: str) -> Json:
    answer = await house.tenant.client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.text}"
    found: Json = answer.json()
    return found


async def _by_id(house: Furnished, path: str) -> dict[str, Json]:
    return {each["id"]: each for each in await read_all(house.tenant.client, path, {})}


ADDING: dict[str, Adding] = {
    "list_posts": _targets,
    "list_deliveries": _of_accounts,
    "entries": _of_posts,
    "calendar_entries": _of_posts,
    "list_albums": _held_media,
    "list_reviews": _of_nobody,
}
