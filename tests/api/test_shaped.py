"""A text of a wrong form is told in words, which a form can show beside its field."""

from typing import Any

import pytest

from tests.api.graph.asking import ask
from tests.desk import Desk

EMAIL = "Send an e-mail address, such as aline@example.ch."
COLOUR = "Send a colour in small letters, such as #2f6f4f."
SLUG = "Send small letters, digits and single hyphens, such as vaud-au-quotidien."
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


async def test_graph_says_the_same(desk: Desk) -> None:
    query = """mutation ($input: CreateCommunityInput!) { createCommunity(input: $input) {
        ... on ValidationError { faults { pointer message } } } }"""
    sent = {"name": "Vaud", "slug": "Vaud", "timeZone": "Europe/Zurich"}

    found = await ask(desk.tenant, query, input=sent)

    assert found["createCommunity"] == {"faults": [{"pointer": "/slug", "message": SLUG}]}
