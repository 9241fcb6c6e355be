"""Operations that take no body refuse one: what it asks for would not be done."""

import pytest

from tests.desk import Desk


async def test_a_body_that_nobody_reads_is_refused_and_nothing_is_done(desk: Desk) -> None:
    path = f"/v1/calendars/{desk.calendar}/queue"
    answer = await desk.client.post(f"{path}/pause", json={"reason": "Fête", "until/when": 1})

    found = answer.json()
    assert (answer.status_code, found["code"]) == (422, "request.invalid")
    assert [(each["pointer"], each["code"]) for each in found["errors"]] == [
        ("/reason", "extra_forbidden"),
        ("/until~1when", "extra_forbidden"),
    ]
    assert (await desk.client.get(path)).json()["is_paused"] is False


async def test_a_removal_takes_no_body_either(desk: Desk) -> None:
    draft = await desk.draft()
    path = f"/v1/posts/{draft['id']}"
    answer = await desk.client.request("DELETE", path, json={"variants": [desk.account]})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/variants")
    assert (await desk.client.get(path)).json() == draft


@pytest.mark.parametrize("body", [b"", b" ", b"{}", b"null", b"[]"])
async def test_what_says_nothing_is_none(desk: Desk, body: bytes) -> None:
    path = f"/v1/calendars/{desk.calendar}/queue/pause"
    answer = await desk.client.post(
        path, content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 200, answer.text


async def test_what_is_nested_too_deep_to_be_read_says_nothing(desk: Desk) -> None:
    draft = await desk.draft()
    answer = await desk.client.request("DELETE", f"/v1/posts/{draft['id']}", content=b"[" * 100_000)

    assert answer.status_code == 204, answer.text
