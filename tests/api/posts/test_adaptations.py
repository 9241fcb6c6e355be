"""A post written once and adapted, as a client sees it on both faces."""

from typing import Any

import pytest

from domain.kernel.database import Database
from domain.kernel.ids import new_id, read, show
from tests.api.graph.asking import ask
from tests.api.media.test_rest import send
from tests.desk import Desk
from tests.world import make_account

GERMAN = {"locale": "de", "parts": ["Wir schneiden."]}
READ = """query ($id: ID!) { post(id: $id) {
    version adaptations(first: 1) { nodes { id locale parts post { version } }
        pageInfo { hasNextPage } } } }"""
ADD = """mutation ($input: AddAdaptationInput!) { addAdaptation(input: $input) {
    ... on AddAdaptationSuccess { adaptation { id locale segment parts post { version } } }
    ... on Error { code } } }"""
CHANGE = """mutation ($input: ChangeAdaptationInput!) { changeAdaptation(input: $input) {
    ... on ChangeAdaptationSuccess { adaptation { id parts linkUrl } }
    ... on VersionStaleError { code conflict { base { number adaptations { parts } }
        current { number adaptations { parts } } } } ... on Error { code } } }"""
REMOVE = """mutation ($input: RemoveAdaptationInput!) { removeAdaptation(input: $input) {
    ... on RemoveAdaptationSuccess { id } ... on Error { code } } }"""
TOLD = """query ($post: ID!, $adaptation: ID!, $variant: ID!) {
    resolvedPost(id: $post) { version targets { accountId parts language
        origins { parts { layer adaptationId } linkUrl { layer } } } }
    adaptationDiff(id: $adaptation) { inheritsFrom before { parts } after { parts }
        differences { pointer before after pieces { kind text } } }
    variantDiff(id: $variant) { inheritsFrom differences { pointer } } }"""


async def adapt(desk: Desk, post: str, **body: Any) -> dict[str, Any]:
    return await desk.post(f"/v1/posts/{post}/adaptations", 201, **body)


async def read_post(desk: Desk, post: str) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.client.get(f"/v1/posts/{post}")).json()
    return found


async def resolved(desk: Desk, post: str) -> list[dict[str, Any]]:
    answer = await desk.client.get(f"/v1/posts/{post}/resolved")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["targets"]
    return found


async def speak_to(desk: Desk, **audience: str | None) -> None:
    answer = await desk.client.patch(
        f"/v1/accounts/{desk.account}", json=audience, headers={"If-Match": "*"}
    )
    assert answer.status_code == 200, answer.text


async def test_a_page_in_german_and_one_in_french_get_their_words_by_themselves(
    desk: Desk, database: Database
) -> None:
    community = read("com", desk.community)
    french = await make_account(database, desk.tenant.workspace_id, community, locale="fr-CH")
    await speak_to(desk, locale="de-CH")
    variants = [{"account_id": desk.account}, {"account_id": show("acct", french)}]

    draft = await desk.draft(language="fr", adaptations=[GERMAN], variants=variants)

    german_id = draft["adaptations"][0]["id"]
    told = [
        (each["parts"], each["language"], each["origins"]["parts"]["adaptation_id"])
        for each in await resolved(desk, draft["id"])
    ]
    assert told == [(["Wir schneiden."], "de", german_id), (["On taille."], "fr", None)]


async def test_a_target_names_its_own_readers(desk: Desk) -> None:
    await speak_to(desk, locale="fr", tone="formal")
    warm = {"tone": "warm", "parts": ["Hoi!"], "language": "gsw"}
    variants = [{"account_id": desk.account, "locale": "de-ch"}]
    draft = await desk.draft(adaptations=[GERMAN, warm], variants=variants)
    [before] = await resolved(desk, draft["id"])

    await desk.client.patch(
        f"/v1/posts/{draft['id']}",
        json={"variants": [{**variants[0], "tone": "warm"}]},
        headers={"If-Match": '"1"'},
    )

    [after] = await resolved(desk, draft["id"])
    assert (before["locale"], before["tone"], before["parts"]) == (
        "de-CH",
        "formal",
        ["Wir schneiden."],
    )
    assert (after["tone"], after["parts"], after["language"]) == ("warm", ["Wir schneiden."], "de")


async def test_each_change_of_an_adaptation_moves_the_post(desk: Desk) -> None:
    draft = await desk.draft()
    added = await desk.client.post(f"/v1/posts/{draft['id']}/adaptations", json=GERMAN)
    url = added.headers["Location"]

    changed = await desk.client.patch(
        url, json={"link_url": "https://example.ch/a"}, headers={"If-Match": '"2"'}
    )
    same = await desk.client.patch(url, json={"language": None}, headers={"If-Match": '"3"'})
    read_one = await desk.client.get(url)
    removed = await desk.client.delete(url, headers={"If-Match": '"3"'})

    found = [each.headers["ETag"][:2] for each in (added, changed, same, read_one)]
    assert found == ['"2', '"3', '"3', '"3']
    assert read_one.json()["link_url"] == "https://example.ch/a"
    assert (removed.status_code, (await desk.client.get(url)).status_code) == (204, 404)
    after = await read_post(desk, draft["id"])
    assert (after["version"], after["adaptations"]) == (4, [])


async def test_versions_keep_adaptations_and_bring_them_back(desk: Desk) -> None:
    draft = await desk.draft(adaptations=[GERMAN])
    url = f"/v1/adaptations/{draft['adaptations'][0]['id']}"
    await desk.client.patch(url, json={"parts": ["Wir ernten."]}, headers={"If-Match": '"1"'})
    await desk.client.delete(url, headers={"If-Match": '"2"'})
    page = (await desk.client.get(f"/v1/posts/{draft['id']}/versions")).json()
    [_, second, first] = page["data"]

    comparison = await desk.client.get(
        f"/v1/post-versions/{first['id']}/comparison", params={"other_id": second["id"]}
    )
    restored = await desk.client.post(
        f"/v1/post-versions/{first['id']}/restore", headers={"If-Match": '"3"'}
    )

    [difference] = comparison.json()["differences"]
    assert difference["pointer"] == "/adaptations/*,de,*,*/parts/0"
    assert [piece["text"] for piece in difference["pieces"] if piece["kind"] == "added"] == [
        "ernten"
    ]
    assert [each["parts"] for each in restored.json()["adaptations"]] == [["Wir schneiden."]]
    assert restored.json()["version"] == 4


async def test_late_change_is_told_both_sides_and_changes_nothing(desk: Desk) -> None:
    draft = await desk.draft(adaptations=[GERMAN])
    id_ = draft["adaptations"][0]["id"]
    url = f"/v1/adaptations/{id_}"
    await desk.client.patch(url, json={"parts": ["Wir ernten."]}, headers={"If-Match": '"1"'})

    late = await desk.client.patch(url, json={"parts": ["Zu spät."]}, headers={"If-Match": '"1"'})
    sent = {"id": id_, "expectedVersion": 1, "parts": ["Zu spät."]}
    there = await ask(desk.tenant, CHANGE, input=sent)
    bare = await desk.client.patch(url, json={"parts": ["Zu spät."]})

    assert (late.status_code, bare.status_code) == (412, 428)
    sides = [
        late.json()["conflict"][side]["adaptations"][0]["parts"] for side in ("base", "current")
    ]
    assert sides == [["Wir schneiden."], ["Wir ernten."]]
    conflict = there["changeAdaptation"]["conflict"]
    assert (conflict["base"]["number"], conflict["current"]["number"]) == (1, 2)
    assert (await read_post(desk, draft["id"]))["adaptations"][0]["parts"] == ["Wir ernten."]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (GERMAN, 409, "already_exists"),
        ({"locale": "DE", "parts": ["Nochmals."]}, 409, "already_exists"),
        ({"network": "orkut", "parts": ["Hi."]}, 422, "network.unknown"),
        ({"parts": ["Für wen?"]}, 422, "request.invalid"),
        ({"tone": "warm", "parts": []}, 422, "request.invalid"),
        ({"tone": "warm", "media_ids": [show("med", new_id())]}, 404, "not_found"),
    ],
)
async def test_what_cannot_be_adapted_is_refused_and_changes_nothing(
    desk: Desk, body: dict[str, Any], status: int, code: str
) -> None:
    draft = await desk.draft(adaptations=[GERMAN])

    refused = await desk.client.post(f"/v1/posts/{draft['id']}/adaptations", json=body)
    inline = {"adaptations": [GERMAN, body]}
    also = await desk.client.patch(
        f"/v1/posts/{draft['id']}", json=inline, headers={"If-Match": '"1"'}
    )

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert also.status_code == (422 if status == 409 else status)
    after = await read_post(desk, draft["id"])
    assert (after["version"], after["adaptations"]) == (1, draft["adaptations"])


async def test_a_post_has_at_most_so_many(desk: Desk) -> None:
    many = [{"segment": str(number), "parts": ["Un"]} for number in range(50)]
    draft = await desk.draft(adaptations=many)

    refused = await desk.client.post(f"/v1/posts/{draft['id']}/adaptations", json=GERMAN)

    assert (refused.status_code, refused.json()["code"]) == (422, "request.invalid")
    assert len((await read_post(desk, draft["id"]))["adaptations"]) == 50


async def test_words_that_a_network_would_not_take_leave_a_scheduled_post_as_it_was(
    desk: Desk,
) -> None:
    await speak_to(desk, locale="de")
    draft = await desk.draft(wall_time="2027-01-15T09:00:00")
    planned = await desk.post(f"/v1/posts/{draft['id']}/schedule", 200)
    path = f"/v1/posts/{draft['id']}/adaptations"

    refused = await desk.client.post(path, json={"locale": "de", "parts": ["x" * 5001]})
    elsewhere = await desk.client.post(path, json={"locale": "it", "parts": ["x" * 5001]})

    assert (refused.status_code, refused.json()["code"]) == (422, "post.unfit")
    assert refused.json()["errors"][0]["pointer"] == "/variants/0/parts/0"
    assert elsewhere.status_code == 201
    after = await read_post(desk, draft["id"])
    assert (after["state"], len(after["adaptations"])) == ("scheduled", 1)
    assert after["deliveries"][0]["due_at"] == planned["deliveries"][0]["due_at"]


async def test_an_account_gets_no_readers_to_whom_a_scheduled_post_would_not_fit(
    desk: Desk,
) -> None:
    long = {"tone": "warm", "parts": ["x" * 5001]}
    draft = await desk.draft(wall_time="2027-01-15T09:00:00", adaptations=[long, GERMAN])
    await desk.post(f"/v1/posts/{draft['id']}/schedule", 200)
    url = f"/v1/accounts/{desk.account}"

    refused = await desk.client.patch(url, json={"tone": "warm"}, headers={"If-Match": '"1"'})
    done = await desk.client.patch(url, json={"locale": "de"}, headers={"If-Match": '"1"'})

    assert (refused.status_code, refused.json()["code"]) == (422, "post.unfit")
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/tone"]
    assert (done.status_code, done.json()["tone"], done.json()["locale"]) == (200, None, "de")


async def test_a_judgement_counts_what_is_adapted(desk: Desk) -> None:
    await speak_to(desk, locale="de")
    judged = await desk.post(
        "/v1/posts/validate",
        200,
        text="On taille.",
        adaptations=[{"locale": "de", "parts": ["Wir", "schneiden."]}],
        variants=[{"account_id": desk.account}],
    )

    [target] = judged["targets"]
    assert (target["parts"], [each["length"] for each in target["lengths"]]) == (
        ["Wir", "schneiden."],
        [3, 10],
    )


async def test_an_id_of_the_clients_own_adds_once(desk: Desk) -> None:
    draft, other = await desk.draft(), await desk.draft()
    id_ = show("adp", new_id())

    first = await adapt(desk, draft["id"], id=id_, **GERMAN)
    again = await adapt(desk, draft["id"], id=id_, **GERMAN)
    taken = await desk.client.post(
        f"/v1/posts/{draft['id']}/adaptations", json={"id": id_, "tone": "warm", "parts": ["Hoi!"]}
    )

    assert first == again
    assert (taken.status_code, taken.json()["code"]) == (409, "id.taken")
    assert (await read_post(desk, draft["id"]))["version"] == 2
    assert (await read_post(desk, other["id"]))["adaptations"] == []


async def test_a_picture_that_is_adapted_stays(desk: Desk) -> None:
    picture = (await send(desk.client)).json()
    draft = await desk.draft(adaptations=[{"locale": "de", "media_ids": [picture["id"]]}])

    refused = await desk.client.delete(f"/v1/media/{picture['id']}")
    await desk.client.delete(f"/v1/adaptations/{draft['adaptations'][0]['id']}")
    done = await desk.client.delete(f"/v1/media/{picture['id']}")

    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert done.status_code == 204


async def test_a_difference_is_told_from_what_is_inherited(desk: Desk) -> None:
    await speak_to(desk, locale="de")
    close = {"network": "sandbox", "locale": "de", "parts": ["Wir schneiden heute."]}
    own = {"account_id": desk.account, "link_url": "https://example.ch/a"}
    draft = await desk.draft(adaptations=[GERMAN, close], variants=[own])
    far_id, near_id = (each["id"] for each in draft["adaptations"])

    diff = (await desk.client.get(f"/v1/adaptations/{near_id}/diff")).json()
    own_diff = (await desk.client.get(f"/v1/variants/{draft['variants'][0]['id']}/diff")).json()

    assert diff["inherits_from"] == [far_id]
    assert (diff["before"]["parts"], diff["after"]["parts"]) == (
        ["Wir schneiden."],
        ["Wir schneiden heute."],
    )
    [difference] = diff["differences"]
    assert difference["pointer"] == "/parts/0"
    assert [(each["kind"], each["text"]) for each in difference["pieces"]] == [
        ("same", "Wir schneiden"),
        ("added", " heute"),
        ("same", "."),
    ]
    assert own_diff["inherits_from"] == [near_id, far_id]
    assert [each["pointer"] for each in own_diff["differences"]] == ["/link_url"]


async def test_graph_adapts_reads_tells_and_removes(desk: Desk) -> None:
    await speak_to(desk, locale="de")
    draft = await desk.draft()
    add = {"postId": draft["id"], "locale": "de", "parts": ["Wir schneiden."]}

    added = (await ask(desk.tenant, ADD, input=add))["addAdaptation"]["adaptation"]
    seen = (await ask(desk.tenant, READ, id=draft["id"]))["post"]
    change = {"id": added["id"], "expectedVersion": 2, "linkUrl": "https://example.ch/a"}
    changed = (await ask(desk.tenant, CHANGE, input=change))["changeAdaptation"]["adaptation"]
    ids = {"post": draft["id"], "adaptation": added["id"], "variant": draft["variants"][0]["id"]}
    told = await ask(desk.tenant, TOLD, **ids)
    removed = await ask(desk.tenant, REMOVE, input={"id": added["id"], "expectedVersion": 3})

    assert (added["locale"], added["post"]["version"]) == ("de", 2)
    assert seen["adaptations"]["nodes"] == [
        {
            "id": added["id"],
            "locale": "de",
            "parts": ["Wir schneiden."],
            "post": {"version": 2},
        }
    ]
    assert changed["linkUrl"] == "https://example.ch/a"
    [target] = told["resolvedPost"]["targets"]
    assert target["origins"]["parts"] == {"layer": "ADAPTATION", "adaptationId": added["id"]}
    assert told["adaptationDiff"]["inheritsFrom"] == []
    assert [each["pointer"] for each in told["adaptationDiff"]["differences"]] == [
        "/language",
        "/link_url",
        "/parts/0",
    ]
    assert told["variantDiff"] == {"inheritsFrom": [added["id"]], "differences": []}
    assert removed["removeAdaptation"]["id"] == added["id"]
