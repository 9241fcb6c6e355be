"""The pages of the authorisation server in a real Chromium, judged by axe."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from api.pages.words import words
from domain.kernel.languages import Language
from tests.people import PASSWORD
from tests.real.oauth_town import register, settle
from tests.real.test_pages import look
from tests.stack import Stack, running_stack

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

# The api itself plays the application: a loopback address, at any port.
CALLBACK = "http://127.0.0.1/livez"
Step = list[str]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("oauth-pages")
    with running_stack(folder, workers=0, LIMIT_SIGN_IN_PER_MIN="0") as running:
        yield running


@pytest.fixture
async def email(stack: Stack, tmp_path: Path) -> str:
    _, found = await settle(stack, tmp_path)
    return found


@pytest.fixture
def asked(stack: Stack) -> str:
    """The path of a request that a program sends a person with."""
    client = stack.client()
    slug = f"vaud-{len(client.get('/v1/communities').json()['data'])}"
    body = {"name": "Vaud au quotidien", "slug": slug, "time_zone": "Europe/Zurich"}
    assert client.post("/v1/communities", json=body).status_code == 201
    program = register(client, redirect_uris=[CALLBACK])
    parameters = {
        "response_type": "code",
        "client_id": program.client_id,
        "redirect_uri": f"{stack.url}/livez",
        "scope": "openid profile email posts:read mentions:read",
        "code_challenge": "A" * 43,
        "code_challenge_method": "S256",
    }
    return f"/oauth/authorize?{urlencode(parameters)}"


def signing_in(email: str, language: Language) -> list[Step]:
    def say(key: str) -> str:
        return words().say(key, language)

    return [
        ["fill", say("field.email"), email],
        ["fill", say("field.password"), PASSWORD],
        ["press", say("sign_in.submit")],
    ]


def faults(found: list[dict[str, Any]]) -> list[object]:
    return [
        (each["name"], each["violations"], each["console"], each["elsewhere"])
        for each in found
        if each["violations"] or each["console"] or each["elsewhere"]
    ]


async def test_consent_and_device_pages_are_accessible_in_every_language(
    stack: Stack, email: str, asked: str
) -> None:
    paths = {"consent": asked, "device": "/device?user_code=BCDF-GHJK"}
    visits = [
        {
            "name": f"{name}-{code}",
            "path": path,
            "language": code,
            "steps": signing_in(email, code),
        }
        for name, path in paths.items()
        for code in Language
    ]

    found = look(stack, visits)

    assert faults(found) == []
    assert len({each["title"] for each in found}) == 8
    assert all(each["path"].startswith(("/oauth/consent", "/device")) for each in found)


async def test_consent_is_readable_in_the_dark_on_phones_and_by_keyboard(
    stack: Stack, email: str, asked: str
) -> None:
    visits = [
        {"name": f"consent-{scheme}-{width}", "path": asked, "scheme": scheme, "width": width}
        | {"steps": signing_in(email, Language.ENGLISH)}
        for scheme, width in (("dark", 900), ("light", 360))
    ]

    found = look(stack, visits)

    assert faults(found) == []
    reached = found[0]["focus"]
    assert [each for each in reached if each.endswith("(unseen)")] == []
    assert {"input scope", "button Allow", "button Refuse"} <= set(reached)


async def test_a_yes_in_a_browser_leads_to_the_application(
    stack: Stack, email: str, asked: str
) -> None:
    steps = [*signing_in(email, Language.ENGLISH), ["press", "Allow"]]

    [found] = look(stack, [{"name": "allowed", "path": asked, "steps": steps}])

    assert found["path"].startswith("/livez?code=pvc_")
    assert f"iss={stack.url.replace(':', '%3A').replace('/', '%2F')}" in found["path"]
    # The content policy of the consent page let its form lead there.
    assert [line for line in found["console"] if "Content Security Policy" in line] == []


def test_error_page_leads_nowhere(stack: Stack, asked: str) -> None:
    path = asked.replace("livez", "elsewhere")

    [found] = look(stack, [{"name": "refused", "path": path}])

    assert faults([found]) == []
    assert (found["status"], found["path"]) == (422, path)
