"""A month of one media house, as a client lives it: from a programme to the calendar's link.

A feed brings what comes, an idea is made of it, a campaign tags the post, two accounts say it in
two languages, two departments approve it, and it stands in the calendar and goes out.
"""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

import httpx2
import icalendar
import pytest

from domain.identity.bearer import workspace_of
from domain.kernel.database import Database
from domain.kernel.ids import read
from tests.browsing import HIDDEN
from tests.domain.identity.build import build_key
from tests.flows.programme import PATH, TITLE
from tests.house import ZURICH, House, open_house
from tests.stack import Stack, make_token, until

FRENCH = "Trois cents figurants défilent à Vevey : https://example.ch/fete"
GERMAN = "Dreihundert Figuranten ziehen durch Vevey: https://example.ch/fete"
TAGS = "?utm_source=sandbox&utm_campaign=fete-2026"


@pytest.fixture(scope="module")
def token(stack: Stack) -> str:
    return make_token(stack, "media-house", "--test")


@pytest.fixture(scope="module")
def house(stack: Stack, token: str) -> House:
    return open_house(stack, handle="lausanne", token=token)


def done(client: httpx2.Client, method: str, path: str, **body: Any) -> Any:
    headers = {"If-Match": "*"} if method == "PATCH" else {}
    answer = client.request(method, f"/v1/{path}", json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def connect(house: House, network: str, locale: str | None = None, **login: str) -> str:
    """One more account of the house."""
    body = {"community_id": house.community, "network": network, "login": login}
    account: str = done(house.client, "POST", "accounts", **body)["id"]
    until(
        lambda: done(house.client, "GET", f"accounts/{account}")["state"] == "connected",
        f"the account on {network} is connected",
    )
    if locale is not None:
        done(house.client, "PATCH", f"accounts/{account}", locale=locale)
    return account


def neighbour(house: House, handle: str) -> tuple[House, str]:
    """Another account on the sandbox, of the same house."""
    made = httpx2.post(f"{house.stack.sandbox}/v1/accounts", json={"handle": handle}, timeout=20)
    own: str = made.json()["token"]
    server = house.stack.sandbox
    account = connect(house, "sandbox", "de-CH", server=server, handle=handle, token=own)
    here = House(house.stack, house.client, house.community, house.calendar, account, handle, own)
    return here, account


def hire(house: House, name: str) -> str:
    """Somebody who may approve; nobody signs in as them."""
    body = {"name": name, "email": f"{name.lower()}@media.example", "role": "community_manager"}
    id_: str = done(house.client, "POST", "members", **body)["id"]
    return id_


def department(house: House, name: str, member: str) -> dict[str, Any]:
    made = done(house.client, "POST", "departments", name=name, member_ids=[member])
    return {"department_id": made["id"], "hours": 24}


def link_to(stack: Stack, email: str) -> str:
    """What `./parvis mail` shows to whoever runs it."""
    command = [sys.executable, "-m", "api", "mail", "--json", "--last", "1", "--to", email]
    shown = subprocess.run(command, env=stack.env, check=True, capture_output=True, text=True)
    text: str = json.loads(shown.stdout.splitlines()[-1])["text"]
    return next(word for word in text.split() if "/reviews/" in word)


def approve_by(link: str, stack: Stack) -> str:
    """Reads the page behind a link, and sends its form."""
    with httpx2.Client(headers={"Origin": stack.url}, timeout=20) as browser:
        page = browser.get(link)
        fields = {**dict(HIDDEN.findall(page.text)), "verdict": "approve", "words": "Juste."}
        assert browser.post(link, data=fields).status_code == 200
        return page.text


def candidate(house: House) -> dict[str, Any] | None:
    found = done(house.client, "GET", f"candidates?community_id={house.community}")["data"]
    return next((each for each in found if each["title"] == TITLE), None)


def idea_of(house: House, campaign: str) -> str:
    """What the programme brought, accepted into the ideas of the campaign."""
    brought: dict[str, Any] = until(lambda: candidate(house), "the programme is in the inbox")
    accepted = done(house.client, "POST", f"candidates/{brought['id']}/accept")
    idea: str = accepted["idea_id"]
    done(house.client, "PATCH", f"ideas/{idea}", campaign_id=campaign)
    done(house.client, "POST", f"ideas/{idea}/move", state="open")
    return idea


@pytest.mark.timeout(300)
async def test_a_month_of_one_media_house(
    stack: Stack, token: str, house: House, programme: str, database: Database
) -> None:
    client = house.client
    done(client, "PATCH", f"accounts/{house.account}", locale="fr-CH")
    berne, german = neighbour(house, "bern")
    connect(house, "feed", url=f"{programme}{PATH}")
    law, desk = hire(house, "Aline"), hire(house, "Marc")
    done(
        client,
        "POST",
        "approval-policies",
        community_id=house.community,
        name="La Fête",
        topics=["figurants"],
        steps=[department(house, "Droit", law), department(house, "Rédaction", desk)],
    )
    campaign = done(
        client,
        "POST",
        "campaigns",
        community_id=house.community,
        name="Fête 2026",
        utm=[{"source": "{network}", "campaign": "{campaign}"}],
    )

    idea = idea_of(house, campaign["id"])
    day = datetime.now(ZURICH).date() + timedelta(days=10)
    post = done(
        client,
        "POST",
        f"ideas/{idea}/posts",
        calendar_id=house.calendar,
        title=TITLE,
        text=FRENCH,
        language="fr",
        wall_time=f"{day}T09:00:00",
        variants=[{"account_id": house.account}, {"account_id": german}],
    )
    done(client, "POST", f"posts/{post['id']}/adaptations", locale="de", parts=[GERMAN])
    refused = client.post(f"/v1/posts/{post['id']}/schedule", json={}).json()
    review = done(client, "POST", f"posts/{post['id']}/reviews", language="fr")
    page = approve_by(link_to(stack, "aline@media.example"), stack)
    workspace = workspace_of(token)
    assert workspace is not None
    marc = stack.client(await build_key(database, workspace, read("mem", desk)))
    done(marc, "GET", f"reviews/{review['id']}")
    approved = done(marc, "POST", f"reviews/{review['id']}/approve", words="On y va.")
    scheduled = done(client, "POST", f"posts/{post['id']}/schedule")
    entries = done(client, "GET", f"calendars/{house.calendar}/entries?{around(day)}")
    feed = done(client, "POST", f"calendars/{house.calendar}/feeds", name="Studio")
    done(client, "POST", "test-clock/advance", minutes=11 * 24 * 60)
    published = house.settled(post["id"], within_s=150)

    assert refused["code"] == "post.not_approved"
    assert "Trois cents figurants" in page
    assert [each["is_by_link"] for each in approved["decisions"]] == [True, False]
    assert [(each["member_id"], each["is_by_link"]) for each in approved["seen"]] == [
        (law, True),
        (desk, False),
    ]
    assert scheduled["approval"]["state"] == "approved"
    assert [(each["id"], len(each["targets"])) for each in entries["data"]] == [(post["id"], 2)]
    [event] = icalendar.Calendar.from_ical(httpx2.get(feed["url"], timeout=20).text).events
    assert str(event["SUMMARY"]).endswith(TITLE)
    assert event.start == datetime.fromisoformat(published["publish_at"])
    assert published["wall_time"] == f"{day}T09:00:00"
    assert house.published(f"{FRENCH}{TAGS}") == 1
    assert berne.published(f"{GERMAN}{TAGS}") == 1


def around(day: Any) -> str:
    return f"since={day}T00:00:00Z&until={day + timedelta(days=1)}T00:00:00Z"
