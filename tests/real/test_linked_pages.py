"""The pages that links to people from outside open, in a real Chromium, judged by axe."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.real.test_pages import LANGUAGES, look
from tests.stack import Stack, running_stack

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
GUEST, EXPERT = "aline@example.ch", "marc@example.ch"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("linked"), workers=0) as running:
        yield running


@pytest.fixture(scope="module")
def links(stack: Stack) -> dict[str, str]:
    """The path in each letter, by who got it."""
    client = stack.client()
    community = make(client, "communities", name="Vaud", slug="vaud", time_zone="Europe/Zurich")
    calendar = make(client, "calendars", community_id=community, name="Main")
    post = make(
        client, "posts", calendar_id=calendar, title="La vigne", text="On taille\nen février ?"
    )
    make(client, "invitations", email=GUEST, role="community_manager", language="fr")
    make(
        client,
        "expert-requests",
        subject=post,
        question="Quand taille-t-on la vigne ?",
        expert_name="Marc Bovet",
        expert_email=EXPERT,
        language="fr",
    )
    return {each: link_to(stack, each) for each in (GUEST, EXPERT)}


def make(client: httpx2.Client, path: str, **body: Any) -> str:
    answer = client.post(f"/v1/{path}", json=body)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


def link_to(stack: Stack, email: str) -> str:
    command = [sys.executable, "-m", "api", "mail", "--json", "--to", email]
    shown = subprocess.run(command, env=stack.env, check=True, capture_output=True, text=True)
    found = re.search(re.escape(stack.url) + r"(/\S+)", json.loads(shown.stdout)["text"])
    assert found is not None, shown.stdout
    return found[1]


def test_linked_pages_are_accessible_in_every_language(stack: Stack, links: dict[str, str]) -> None:
    visits = [
        {"name": f"{who.partition('@')[0]}-{code}", "path": path, "language": code}
        for who, path in links.items()
        for code in LANGUAGES
    ]

    found = look(stack, visits)

    assert [(each["name"], each["violations"]) for each in found if each["violations"]] == []
    assert [each["name"] for each in found if each["console"] or each["elsewhere"]] == []
    assert {each["status"] for each in found} == {200}
    assert len({each["title"] for each in found}) == 2 * len(LANGUAGES)


@pytest.mark.parametrize(("scheme", "width"), [("dark", 900), ("light", 360)])
def test_linked_pages_stay_readable_in_the_dark_and_on_phones(
    stack: Stack, links: dict[str, str], scheme: str, width: int
) -> None:
    visits = [
        {"name": f"{who.partition('@')[0]}-{scheme}", "path": path, "scheme": scheme}
        | {"width": width}
        for who, path in links.items()
    ]

    found = look(stack, visits)

    assert [(each["name"], each["violations"]) for each in found if each["violations"]] == []


def test_expert_answers_in_a_browser(stack: Stack, links: dict[str, str]) -> None:
    steps = [["fill", "Your answer", "En février."], ["press", "Send the answer"]]

    [found] = look(stack, [{"name": "answered", "path": links[EXPERT], "steps": steps}])

    assert (found["title"], found["violations"]) == ("Thank you! · Parvis", [])
    [request] = stack.client().get("/v1/expert-requests").json()["data"]
    assert (request["state"], request["answer"]) == ("answered", "En février.")
