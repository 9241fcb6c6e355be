"""A question of the community becomes an idea, the idea a post of a campaign, through processes."""

from typing import Any

import pytest

from tests.house import House, open_house
from tests.stack import Stack, until

ASKED = "Vous vendangez la nuit, vous ?"


@pytest.fixture(scope="module")
def house(stack: Stack) -> House:
    return open_house(stack, handle="vigneron")


def done(house: House, method: str, path: str, **body: Any) -> Any:
    headers = {"If-Match": "*"} if method == "PATCH" else {}
    answer = house.client.request(method, path, json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


def heard(house: House) -> dict[str, Any] | None:
    found = house.client.get(f"/v1/mentions?account_id={house.account}").json()["data"]
    return next((each for each in found if each["text"].endswith(ASKED)), None)


def test_a_question_becomes_an_idea_and_a_post_whose_link_says_where_it_stood(
    house: House,
) -> None:
    campaign = done(
        house,
        "POST",
        "/v1/campaigns",
        community_id=house.community,
        name="Vendanges d'été",
        utm=[{"source": "{network}", "campaign": "{campaign}"}],
    )
    house.play("post", "people", kind="mention", person="chantal", text=ASKED)
    mention: dict[str, Any] = until(lambda: heard(house), "the question is in the inbox")

    picked = done(house, "POST", "/v1/candidates", mention_id=mention["id"])
    accepted = done(house, "POST", f"/v1/candidates/{picked['id']}/accept")
    idea = f"/v1/ideas/{accepted['idea_id']}"
    done(house, "PATCH", idea, campaign_id=campaign["id"])
    done(house, "POST", f"{idea}/move", state="open")
    post = done(
        house,
        "POST",
        f"{idea}/posts",
        calendar_id=house.calendar,
        text="Et vous ? https://example.ch/nuit?id=1",
        variants=[{"account_id": house.account}],
    )
    done(house, "POST", f"/v1/posts/{post['id']}/schedule", now=True)
    house.settled(post["id"])
    done(house, "POST", f"{idea}/move", state="animated")
    done(house, "POST", f"{idea}/move", state="summarised", summary="Oui, dès 30°.")

    tags = "utm_source=sandbox&utm_campaign=vendanges-d-ete"
    assert house.published(f"Et vous ? https://example.ch/nuit?id=1&{tags}") == 1
    assert [each["signal"] for each in picked["reasons"]] == ["asks", "picked"]
    found = house.client.get(f"{idea}/posts").json()["data"]
    assert [(each["id"], each["state"]) for each in found] == [(post["id"], "published")]
