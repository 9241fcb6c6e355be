"""A text of a wrong form is told in words, which a form can show beside its field."""

from typing import Any

import pytest

from tests.api.graph.asking import ask
from tests.desk import Desk

EMAIL = "Send an e-mail address, such as aline@example.ch."
COLOUR = "Send a colour in small letters, such as #2f6f4f."
SLUG = "Send small letters, digits and single hyphens, such as vaud-au-quotidien."
WHOLE = "Send a whole number."
ADDRESS = "Send a whole address without spaces, such as https://example.ch/a."
INVITATION = {"email": "aline", "role": "editor", "language": "fr"}
COMMUNITY = {"name": "Vaud", "slug": "Vaud", "time_zone": "Europe/Zurich"}


@pytest.mark.parametrize(
    ("path", "sent", "pointer", "message"),
    [
        ("/v1/invitations", INVITATION, "/email", EMAIL),
        ("/v1/communities", COMMUNITY, "/slug", SLUG),
        ("/v1/calendars", {"name": "Main", "colour": "#2F6F4F"}, "/colour", COLOUR),
        (
            "/v1/campaigns",
            {"name": "Été", "utm": [{"source": "{author}"}]},
            "/utm/0/source",
            "Send text in which braces hold network, campaign or post, such as {network}.",
        ),
    ],
)
async def test_text_of_a_wrong_form_is_told_in_words(
    desk: Desk, path: str, sent: dict[str, Any], pointer: str, message: str
) -> None:
    is_of_a_community = path in {"/v1/calendars", "/v1/campaigns"}
    place = {"community_id": desk.community} if is_of_a_community else {}

    answer = await desk.client.post(path, json={**sent, **place})

    [fault] = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"]) == (422, pointer)
    assert (fault["code"], fault["message"]) == ("string_pattern_mismatch", message)


@pytest.mark.parametrize("since", ["2026-12-01T08:30:00", "2026-12-01T08:30:00+01:00", "now"])
async def test_moment_without_an_offset_or_with_one_unencoded_is_told_what_to_send(
    desk: Desk, since: str
) -> None:
    answer = await desk.client.get(f"/v1/events?since={since}")

    [fault] = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"]) == (422, "/query/since")
    assert fault["message"] == (
        "Send a moment with its offset, such as 2026-12-01T08:30:00Z; in an address `+` is `%2B`."
    )


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
async def test_end_of_time_is_told_to_be_left_out(desk: Desk, since: str) -> None:
    answer = await desk.client.get("/v1/events", params={"since": since})

    [fault] = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"]) == (422, "/query/since")
    assert fault["message"] == (
        "The first and the last moment that can be written stand for none: leave it out, "
        "or send null."
    )


@pytest.mark.parametrize(
    ("sent", "pointer", "message"),
    [
        ({"variants": ["aline"]}, "/variants/0", "Send a JSON object."),
        ({"settings": "none"}, "/settings", "Send a JSON object."),
        ({"labels": "vigne"}, "/labels", "Send a list."),
        ({"text": ["On taille."]}, "/text", "Send a text."),
        ({"poll": {"options": ["a", "b"], "duration_s": 1e30}}, "/poll/duration_s", WHOLE),
        ({"poll": {"options": ["a", "b"], "duration_s": 60.5}}, "/poll/duration_s", WHOLE),
        ({"link_url": "taille"}, "/link_url", ADDRESS),
        ({"link_url": "https:example.ch"}, "/link_url", ADDRESS),
        ({"link_url": "https://example.ch/a b"}, "/link_url", ADDRESS),
        ({"quote_of": "https://exam\nple.ch/"}, "/quote_of", ADDRESS),
    ],
)
async def test_value_of_another_kind_is_told_in_no_words_of_python(
    desk: Desk, sent: dict[str, Any], pointer: str, message: str
) -> None:
    body = {"calendar_id": desk.calendar, "title": "Vigne", **sent}

    answer = await desk.client.post("/v1/posts", json=body)

    [fault] = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"], fault["message"]) == (422, pointer, message)


async def test_day_that_there_is_not_is_told_in_words(desk: Desk) -> None:
    body = {"community_id": desk.community, "name": "Été", "starts_on": "2027-02-30"}

    answer = await desk.client.post("/v1/campaigns", json=body)

    [fault] = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"]) == (422, "/starts_on")
    assert fault["message"] == "Send a day that there is, such as 2026-12-01."


@pytest.mark.parametrize("tag", ["1", '"1", "2"', "one"])
async def test_header_of_a_wrong_form_is_told_under_the_name_of_the_contract(
    desk: Desk, tag: str
) -> None:
    path = f"/v1/communities/{desk.community}"

    answer = await desk.client.patch(path, json={"name": "Gros"}, headers={"If-Match": tag})

    [fault] = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"]) == (422, "/header/If-Match")
    assert fault["message"] == (
        'Send the ETag that you read, with its quotes, such as "3"; or * for any.'
    )
    assert (await desk.client.get(path)).json()["version"] == 1


async def test_graph_says_the_same(desk: Desk) -> None:
    query = """mutation ($input: CreateCommunityInput!) { createCommunity(input: $input) {
        ... on ValidationError { faults { pointer message } } } }"""
    sent = {"name": "Vaud", "slug": "Vaud", "timeZone": "Europe/Zurich"}

    found = await ask(desk.tenant, query, input=sent)

    assert found["createCommunity"] == {"faults": [{"pointer": "/slug", "message": SLUG}]}
