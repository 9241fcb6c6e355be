"""Rights and consents of media as a client sees them, and posts that they keep back."""

from typing import Any

import pytest

from domain.kernel.ids import new_id, show
from tests.api.graph.asking import ask
from tests.desk import Desk
from tests.domain.media.files import picture

AT = {"wall_time": "2027-01-15T09:00:00"}
BEFORE, AFTER = "2027-01-10T00:00:00Z", "2027-01-20T00:00:00Z"
GRANTED = "2026-11-20T10:00:00Z"


async def send(desk: Desk, colour: str = "teal") -> str:
    files = {"file": ("vigne.png", picture(colour=colour), "image/png")}
    answer = await desk.client.post("/v1/media", files=files)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


async def read(desk: Desk, path: str, **query: str) -> Any:
    answer = await desk.client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def change(desk: Desk, path: str, status: int = 200, **body: Any) -> dict[str, Any]:
    answer = await desk.client.patch(path, json=body, headers={"If-Match": "*"})
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def agree(desk: Desk, media: str, **more: Any) -> dict[str, Any]:
    body = {"person": "Aline Favre", "granted_at": GRANTED, **more}
    return await desk.post(f"/v1/media/{media}/consents", 201, **body)


async def schedule(desk: Desk, media: str, status: int) -> dict[str, Any]:
    post = await desk.draft(media_ids=[media])
    return await desk.post(f"/v1/posts/{post['id']}/schedule", status, **AT)


async def told(desk: Desk, *kinds: str) -> list[dict[str, Any]]:
    events = (await read(desk, "/v1/events", limit="100"))["data"]
    return [each for each in events if each["kind"] in kinds]


async def test_file_carries_whom_to_name_and_what_may_be_done_with_it(desk: Desk) -> None:
    media = await send(desk)
    said: dict[str, Any] = {
        "credit": "Photo: Aline Favre",
        "source": "Keystone",
        "licence": "One year, on our own accounts.",
        "rights_until": AFTER,
        "rights_networks": ["sandbox"],
        "rights_territories": "Switzerland",
    }

    changed = await change(desk, f"/v1/media/{media}", **said)

    assert {name: changed[name] for name in said} == said
    assert (changed["rights_end_at"], changed["version"]) == (AFTER, 2)
    assert await read(desk, f"/v1/media/{media}") == changed


async def test_network_that_is_not_there_has_no_rights(desk: Desk) -> None:
    media = await send(desk)

    refused = await change(desk, f"/v1/media/{media}", 422, rights_networks=["sandbox", "orkut"])

    assert refused["code"] == "network.unknown"
    assert [each["pointer"] for each in refused["errors"]] == ["/rights_networks/1"]
    assert (await read(desk, f"/v1/media/{media}"))["version"] == 1


async def test_right_that_ends_before_the_planned_moment_blocks_planning(desk: Desk) -> None:
    media = await send(desk)
    await change(desk, f"/v1/media/{media}", rights_until=BEFORE)

    refused = await schedule(desk, media, 422)

    assert refused["code"] == "media.rights_expired"
    [fault] = refused["errors"]
    assert fault["code"] == "media.rights_expired"
    assert fault["pointer"] == "/variants/0/media_ids/0"
    assert (await read(desk, "/v1/deliveries"))["data"] == []


async def test_files_that_do_not_fit_are_pointed_at_among_the_media_of_the_variant(
    desk: Desk,
) -> None:
    media = [await send(desk, colour) for colour in ("teal", "red", "blue", "gold", "navy")]
    body = {"text": "Lisez.", "media_ids": media, "variants": [{"account_id": desk.account}]}

    judged = await desk.post("/v1/posts/validate", 200, **body)

    [target] = judged["targets"]
    found = [(each["pointer"], each["code"]) for each in target["misfits"]]
    assert found == [("/media_ids", "media.too_many")]


async def test_right_that_ends_later_does_not(desk: Desk) -> None:
    media = await send(desk)
    await change(desk, f"/v1/media/{media}", rights_until=AFTER)

    assert (await schedule(desk, media, 200))["state"] == "scheduled"


async def test_right_for_other_networks_blocks_planning(desk: Desk) -> None:
    media = await send(desk)
    await change(desk, f"/v1/media/{media}", rights_networks=["mastodon"])

    refused = await schedule(desk, media, 422)

    assert refused["code"] == "media.rights_expired"
    assert [each["code"] for each in refused["errors"]] == ["media.rights_elsewhere"]


async def test_what_a_network_would_not_take_either_is_told_with_it(desk: Desk) -> None:
    media = await send(desk)
    await change(desk, f"/v1/media/{media}", rights_until=BEFORE)
    post = await desk.draft(media_ids=[media], text="a" * 501)

    refused = await desk.post(f"/v1/posts/{post['id']}/schedule", 422, **AT)

    assert refused["code"] == "post.unfit"
    codes = ["text.too_long", "media.rights_expired"]
    assert [each["code"] for each in refused["errors"]] == codes


@pytest.mark.parametrize(
    ("publish_at", "codes"),
    [(None, []), (BEFORE, ["media.rights_expired"]), (AFTER, ["media.rights_expired"])],
)
async def test_validation_judges_rights_at_the_moment_of_publication(
    desk: Desk, publish_at: str | None, codes: list[str]
) -> None:
    media = await send(desk)
    await change(desk, f"/v1/media/{media}", rights_until=BEFORE)
    body = {"text": "On taille.", "media_ids": [media], "publish_at": publish_at}

    judged = await desk.post(
        "/v1/posts/validate", 200, variants=[{"account_id": desk.account}], **body
    )

    assert judged["fits"] is not bool(codes)
    assert [each["code"] for each in judged["targets"][0]["misfits"]] == codes


async def test_consent_that_ends_blocks_as_a_right_does_until_it_is_renewed(desk: Desk) -> None:
    media = await send(desk)
    consent = await agree(desk, media, valid_until=BEFORE)

    refused = await schedule(desk, media, 422)
    await change(desk, f"/v1/media-consents/{consent['id']}", valid_until=AFTER)
    renewed = await schedule(desk, media, 200)

    assert (refused["code"], renewed["state"]) == ("media.rights_expired", "scheduled")
    assert (await read(desk, f"/v1/media/{media}"))["rights_end_at"] == AFTER


async def test_consent_that_is_taken_back_or_forgotten_moves_the_end(desk: Desk) -> None:
    media = await send(desk)
    consent = await agree(desk, media)
    path = f"/v1/media-consents/{consent['id']}"

    await change(desk, path, revoked_at="2026-11-25T08:00:00Z")
    revoked = await read(desk, f"/v1/media/{media}")
    gone = await desk.client.delete(path)

    assert revoked["rights_end_at"] == "2026-11-25T08:00:00Z"
    assert (gone.status_code, (await desk.client.get(path)).status_code) == (204, 404)
    assert (await read(desk, f"/v1/media/{media}"))["rights_end_at"] is None


async def test_consents_are_listed_with_their_document_which_stays(desk: Desk) -> None:
    media, paper = await send(desk), await send(desk, "white")
    first = await agree(desk, media, document_id=paper)
    second = await agree(desk, media, person="Luc", kind="voice")

    listed = await read(desk, f"/v1/media/{media}/consents")
    refused = await desk.client.delete(f"/v1/media/{paper}")
    removed = await desk.client.delete(f"/v1/media/{media}")
    free = await desk.client.delete(f"/v1/media/{paper}")

    assert listed["data"] == [first, second]
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert (removed.status_code, free.status_code) == (204, 204)


async def test_who_agreed_is_told_in_no_event(desk: Desk) -> None:
    media = await send(desk)
    consent = await agree(desk, media, valid_until=AFTER)
    await change(desk, f"/v1/media-consents/{consent['id']}", valid_until=BEFORE)
    await desk.client.delete(f"/v1/media-consents/{consent['id']}")

    added, changed, removed = await told(
        desk, "media_consent.added", "media_consent.changed", "media_consent.removed"
    )

    assert added["data"] == removed["data"] == {"media_id": media}
    assert changed["data"]["current"] == {"valid_until": "2027-01-10T00:00:00+00:00"}
    assert {each["subject_id"] for each in (added, changed, removed)} == {consent["id"]}
    assert "Aline" not in str(await read(desk, "/v1/events", limit="100"))
    ends = [each["data"]["current"] for each in await told(desk, "media.changed")]
    assert [str(end["rights_end_at"])[:10] for end in ends] == ["2027-01-20", "2027-01-10", "None"]


async def test_consent_of_a_strange_file_or_with_a_strange_document_is_refused(desk: Desk) -> None:
    media, strange = await send(desk), show("med", new_id())
    body = {"person": "Aline", "granted_at": GRANTED}

    nowhere = await desk.client.post(f"/v1/media/{strange}/consents", json=body)
    paper = await desk.client.post(
        f"/v1/media/{media}/consents", json={**body, "document_id": strange}
    )

    assert (nowhere.status_code, paper.status_code) == (404, 404)
    assert (await read(desk, f"/v1/media/{media}/consents"))["data"] == []


async def test_consent_of_somebody_whose_name_nobody_sees_is_refused(desk: Desk) -> None:
    media = await send(desk)
    body = {"person": "\u200b\u2060", "granted_at": GRANTED}

    refused = await desk.client.post(f"/v1/media/{media}/consents", json=body)

    faults = [(each["pointer"], each["code"]) for each in refused.json()["errors"]]
    assert (refused.status_code, faults) == (422, [("/person", "name.invisible")])
    assert (await read(desk, f"/v1/media/{media}/consents"))["data"] == []


async def test_consent_that_is_sent_twice_is_noted_once(desk: Desk) -> None:
    media, id_ = await send(desk), show("mcs", new_id())

    first, second = [await agree(desk, media, id=id_) for _ in range(2)]

    assert first == second
    assert (await read(desk, f"/v1/media/{media}/consents"))["data"] == [first]


async def test_files_whose_right_ends_are_listed_the_soonest_first(desk: Desk) -> None:
    late, soon, never = [await send(desk, colour) for colour in ("red", "green", "blue")]
    await change(desk, f"/v1/media/{late}", rights_until=AFTER)
    await agree(desk, soon, valid_until=BEFORE)

    async def ids(**query: str) -> list[str]:
        return [each["id"] for each in (await read(desk, "/v1/media", **query))["data"]]

    assert await ids(rights="expiring", sort="rights_end_at") == [soon, late]
    assert await ids(sort="rights_end_at") == [soon, late]
    assert await ids(rights="expiring", before=AFTER) == [soon]
    assert await ids(rights="unlimited") == [never]
    first = await read(desk, "/v1/media", sort="rights_end_at", limit="1")
    rest = await ids(sort="rights_end_at", cursor=first["page"]["next_cursor"])
    assert ([each["id"] for each in first["data"]], rest) == ([soon], [late])


async def test_graph_notes_changes_and_shows_consents(desk: Desk) -> None:
    media = await send(desk)
    added = await ask(
        desk.tenant,
        """mutation($input: AddMediaConsentInput!) { addMediaConsent(input: $input) {
             ... on AddMediaConsentSuccess { consent { id person media { id } } } } }""",
        input={"mediaId": media, "person": "Aline", "grantedAt": GRANTED},
    )
    consent = added["addMediaConsent"]["consent"]
    await ask(
        desk.tenant,
        """mutation($input: ChangeMediaConsentInput!) { changeMediaConsent(input: $input) {
             ... on ChangeMediaConsentSuccess { consent { revokedAt } } } }""",
        input={"id": consent["id"], "expectedVersion": 1, "revokedAt": BEFORE},
    )
    found = await ask(
        desk.tenant,
        """{ mediaFiles(rights: EXPIRING) { nodes { id rightsEndAt
               consents { nodes { person kind } } } } }""",
    )

    assert consent["media"] == {"id": media}
    [node] = found["mediaFiles"]["nodes"]
    assert (node["id"], node["rightsEndAt"][:10]) == (media, BEFORE[:10])
    assert node["consents"]["nodes"] == [{"person": "Aline", "kind": "LIKENESS"}]
