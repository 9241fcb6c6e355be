"""/v1/media/{id}/renditions and /v1/operations as a client sees them."""

from domain.kernel.ids import new_id, show
from tests.api.graph.asking import ask
from tests.api.media.test_rights import change, read, send
from tests.desk import Desk
from tests.domain.media.test_rendering import noise


async def heavy(desk: Desk) -> str:
    """A picture that Bluesky does not take."""
    files = {"file": ("vigne.png", noise("PNG", (1600, 1200)), "image/png")}
    answer = await desk.client.post("/v1/media", files=files)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


async def test_rendition_is_asked_for_once_followed_and_cancelled(desk: Desk) -> None:
    media = await heavy(desk)
    path = f"/v1/media/{media}/renditions"

    asked = await desk.client.post(path, json={"network": "bluesky"})
    again = await desk.client.post(path, json={"network": "bluesky"})
    followed = await desk.client.get(asked.headers["location"])
    cancelled = await desk.post(f"{asked.headers['location']}/cancel", 200)
    refused = await desk.post(f"{asked.headers['location']}/cancel", 409)
    new = await desk.client.post(path, json={"network": "bluesky"})

    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    assert asked.headers["location"] == f"/v1/operations/{asked.json()['id']}"
    assert again.json() == followed.json() == asked.json()
    assert (asked.json()["progress"], asked.json()["result_id"]) == (0.0, None)
    assert (cancelled["state"], refused["code"]) == ("cancelled", "state.not_allowed")
    assert new.json()["state"] == "waiting"
    assert new.json()["id"] != asked.json()["id"]


async def test_picture_that_fits_is_done_at_once(desk: Desk) -> None:
    media = await send(desk)

    done = await desk.post(f"/v1/media/{media}/renditions", 202, network="mastodon")

    assert (done["state"], done["progress"], done["result_id"]) == ("done", 1.0, media)
    assert (await read(desk, "/v1/media", source_id=media))["data"] == []


async def test_networks_that_are_not_there_or_take_no_such_file_are_refused(desk: Desk) -> None:
    media = await send(desk)
    path = f"/v1/media/{media}/renditions"

    unknown = await desk.post(path, 422, network="orkut")
    unable = await desk.post(path, 409, network="feed")
    nowhere = await desk.post(
        f"/v1/media/{show('med', new_id())}/renditions", 404, network="bluesky"
    )

    codes = [each["code"] for each in (unknown, unable, nowhere)]
    assert codes == ["network.unknown", "network.ability_missing", "not_found"]


async def test_file_that_is_removed_takes_its_operations_with_it(desk: Desk) -> None:
    media = await heavy(desk)
    asked = await desk.post(f"/v1/media/{media}/renditions", 202, network="bluesky")

    changed = await change(desk, f"/v1/media/{media}", alt_text="A vineyard.")
    removed = await desk.client.delete(f"/v1/media/{media}")
    gone = await desk.client.get(f"/v1/operations/{asked['id']}")

    assert changed["rendition_of"] is None
    assert (removed.status_code, gone.status_code) == (204, 404)


async def test_graph_asks_for_renditions_and_follows_them(desk: Desk) -> None:
    media = await heavy(desk)
    asked = await ask(
        desk.tenant,
        """mutation($input: MakeRenditionInput!) { makeRendition(input: $input) {
             ... on MakeRenditionSuccess { operation { id state } } } }""",
        input={"id": media, "network": "bluesky"},
    )
    operation = asked["makeRendition"]["operation"]
    await ask(
        desk.tenant,
        """mutation($input: CancelOperationInput!) { cancelOperation(input: $input) {
             ... on CancelOperationSuccess { operation { state } } } }""",
        input={"id": operation["id"]},
    )
    found = await ask(
        desk.tenant,
        "query($id: ID!) { operation(id: $id) { state progress result { id } } }",
        id=operation["id"],
    )

    assert operation["state"] == "WAITING"
    assert found["operation"] == {"state": "CANCELLED", "progress": 0.0, "result": None}
