"""The pages for developers load everything from the api itself."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.guards.sources import ROOT

PAGES = ("/graphql", "/docs")
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
POLICY = "content-security-policy"
FETCHING = {"src", "href", "srcset", "action", "data", "poster"}


class References(HTMLParser):
    """What a page makes a browser fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        self.found += [value for name, value in attrs if name in FETCHING and value]


def references(html: str) -> list[str]:
    parser = References()
    parser.feed(html)
    return [each for each in parser.found if not each.startswith("data:")]


@pytest.mark.parametrize("page", PAGES)
async def test_every_file_of_the_page_is_ours_and_there(
    stranger: httpx2.AsyncClient, page: str
) -> None:
    answer = await stranger.get(page, headers=BROWSER)
    found = references(answer.text)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert len(found) >= 3
    for reference in found:
        parts = urlsplit(reference)
        assert (parts.scheme, parts.netloc) == ("", ""), reference
        file = await stranger.get(reference)
        assert file.status_code == 200, reference
        assert len(file.content) > 100


@pytest.mark.parametrize("page", PAGES)
async def test_styles_fetch_nothing_from_elsewhere(stranger: httpx2.AsyncClient, page: str) -> None:
    answer = await stranger.get(page, headers=BROWSER)
    for reference in references(answer.text):
        if reference.endswith(".css"):
            style = (await stranger.get(reference)).text
            targets = re.findall(r"url\(\s*['\"]?([^'\")]+)", style)
            assert [t for t in targets if not t.startswith(("data:", "#"))] == []
            assert "@import" not in style


@pytest.mark.parametrize("page", PAGES)
async def test_scripts_in_the_page_name_no_other_host(
    stranger: httpx2.AsyncClient, page: str
) -> None:
    answer = await stranger.get(page, headers=BROWSER)

    assert re.findall(r"https?://|[\"'(]//", answer.text) == []


@pytest.mark.parametrize("page", PAGES)
async def test_page_says_its_language_and_fits_small_screens(
    stranger: httpx2.AsyncClient, page: str
) -> None:
    answer = await stranger.get(page, headers=BROWSER)

    assert '<html lang="en">' in answer.text
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in answer.text


async def test_history_of_the_ide_keeps_no_token(stranger: httpx2.AsyncClient) -> None:
    page = (await stranger.get("/graphql", headers=BROWSER)).text

    assert "storage: withoutHeaders" in page
    assert 'name === "headers" ? undefined : held' in page


async def test_description_that_the_reference_shows_is_there(stranger: httpx2.AsyncClient) -> None:
    answer = await stranger.get("/openapi.json")
    again = await stranger.get("/openapi.json", headers={"If-None-Match": answer.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.content == (ROOT / "openapi" / "openapi.json").read_bytes()
    assert "/v1/communities" in answer.json()["paths"]


@pytest.mark.parametrize("page", PAGES)
async def test_what_is_typed_into_the_page_goes_nowhere_else(
    stranger: httpx2.AsyncClient, page: str
) -> None:
    answer = await stranger.get(page, headers=BROWSER)

    policy = dict(each.strip().split(" ", 1) for each in answer.headers[POLICY].split(";"))
    own = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    hashes = [b64encode(sha256(each.encode()).digest()).decode() for each in own]
    assert policy["default-src"] == policy["frame-ancestors"] == policy["form-action"] == "'none'"
    assert policy["connect-src"] == "'self'"
    assert policy["script-src"].split() == ["'self'", *(f"'sha256-{each}'" for each in hashes)]
    assert answer.headers["x-frame-options"] == "DENY"
