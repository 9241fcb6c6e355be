"""A calendar's link under three parsers: `icalendar`, npm's `ical.js` and npm's `node-ical`."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import icalendar
import pytest

from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.real import installing
from tests.real.serving import live_api
from tests.world import make_token, make_workspace

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

PACKAGES = ("ical.js@2", "node-ical@0")
SCRIPT = Path(__file__).parent / "calendar_feeds" / "read.mjs"
TEXT = "On taille, la vigne; et vous ?\nC:\\serre 🍇 " + "é" * 200
POSTS: tuple[tuple[str, str, list[str]], ...] = (
    ("2027-03-28T02:30:00", "In the gap", ["vigne"]),
    ("2027-10-31T02:30:00", "In the overlap", ["vigne", "a,b"]),
    ("2027-06-01T09:00:00", "Été à Vaud, " + "ü" * 100, []),
)


@pytest.fixture(scope="module")
async def url(settings: Settings) -> AsyncIterator[str]:
    """The api on a loopback port."""
    async with live_api(settings) as root:
        yield root


@pytest.fixture(scope="module")
def script() -> Path:
    """The script beside the packages it needs."""
    if shutil.which("node") is None:
        pytest.skip("needs node")
    folder = installing.ROOT / "calendar-feeds"
    installing.npm(folder, *PACKAGES)
    copied = folder / SCRIPT.name
    shutil.copyfile(SCRIPT, copied)
    return copied


@pytest.fixture(scope="module")
async def feed(url: str, database: Database) -> str:
    """The address of a calendar with three drafts, one of them changed."""
    token = await make_token(database, await make_workspace(database))
    async with httpx2.AsyncClient(
        base_url=url, headers={"Authorization": f"Bearer {token}"}
    ) as client:
        zone = {"time_zone": "Europe/Zurich"}
        community = await _post(client, "communities", {"name": "Vaud", "slug": "vaud", **zone})
        named = {"name": "Antenne; été, Vaud", "community_id": community["id"]}
        calendar = await _post(client, "calendars", named)
        for wall_time, title, labels in POSTS:
            draft = {"title": title, "text": TEXT, "wall_time": wall_time, "labels": labels}
            made = await _post(client, "posts", {"calendar_id": calendar["id"], **draft})
        changed = await client.patch(
            f"/v1/posts/{made['id']}", json={"labels": ["été"]}, headers={"If-Match": "*"}
        )
        assert changed.json()["version"] == 2
        body = {"name": "Studio", "shows_drafts": True, "shows_text": True}
        link = await _post(client, f"calendars/{calendar['id']}/feeds", body)
    return f"{url}/feeds/{link['url'].rpartition('/')[2]}"


async def _post(client: httpx2.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(f"/v1/{path}", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_three_parsers_read_the_same(feed: str, script: Path) -> None:
    async with httpx2.AsyncClient() as client:
        document = (await client.get(feed)).content
    ours = [_read(event) for event in icalendar.Calendar.from_ical(document).walk("VEVENT")]

    found = await _run(script, feed)

    assert found["type"] == "text/calendar; charset=utf-8"
    assert found["name"] == "Antenne; été, Vaud"
    assert found["longestLine"] <= 75
    assert found["bareLineEnds"] is False
    assert found["icalJs"] == ours
    assert [{**each, "labels": []} for each in found["nodeIcal"]] == [
        {**each, "labels": []} for each in ours
    ]
    assert [(each["start"], each["summary"], each["sequence"]) for each in ours] == [
        ("2027-03-28T01:00:00.000Z", POSTS[0][1], 1),
        ("2027-06-01T07:00:00.000Z", POSTS[2][1], 2),
        ("2027-10-31T00:30:00.000Z", POSTS[1][1], 1),
    ]
    assert [each["labels"] for each in ours] == [["vigne"], ["été"], ["vigne", "a,b"]]
    assert {each["description"] for each in ours} == {TEXT}
    assert {each["status"] for each in ours} == {"TENTATIVE"}


def _read(event: icalendar.Component) -> dict[str, Any]:
    return {
        "uid": str(event["UID"]),
        "summary": str(event["SUMMARY"]),
        "description": str(event["DESCRIPTION"]),
        "start": f"{event.decoded('DTSTART'):%Y-%m-%dT%H:%M:%S}.000Z",
        "status": str(event["STATUS"]),
        "sequence": event.decoded("SEQUENCE"),
        "labels": _labels(event),
    }


def _labels(event: icalendar.Component) -> list[str]:
    assert isinstance(event, icalendar.Event)
    return [str(label) for label in event.categories]


async def _run(script: Path, feed: str) -> dict[str, Any]:
    child = await asyncio.create_subprocess_exec(
        "node",
        str(script),
        feed,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, wrong = await asyncio.wait_for(child.communicate(), timeout=120)
    assert child.returncode == 0, wrong.decode()
    found: dict[str, Any] = json.loads(told)
    return found
