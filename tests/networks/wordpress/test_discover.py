from time import process_time

import pytest
from pydantic import JsonValue

from domain.connector.errors import Refused, Unavailable
from domain.networks.wordpress.discover import find_api, site_of
from tests.networks.scripted import Exchange, ScriptedHttp

INDEX: JsonValue = {"namespaces": ["wp/v2"], "authentication": {"application-passwords": {}}}


def page(text: str = "", *, status: int = 200, link: str | None = None) -> Exchange:
    headers = {} if link is None else {"link": f'<{link}>; rel="https://api.w.org/"'}
    return Exchange(method="GET", path="/blog", status=status, headers=headers, text=text)


def index(path: str = "/blog/wp-json/", facts: JsonValue = None) -> Exchange:
    return Exchange(method="GET", path=path, json_=facts or INDEX)


TAG = '<html><head><link rel="https://api.w.org/" href="/blog/wp-json/"></head></html>'


@pytest.mark.parametrize(
    "front",
    [
        page(link="https://village.example/blog/wp-json/"),
        page(TAG),
        page("<html><body>It works!</body></html>", status=404),
    ],
    ids=["header", "element", "guess"],
)
async def test_api_is_found_from_a_page(front: Exchange) -> None:
    http = ScriptedHttp([front, index()])

    api = await find_api(http, " village.example/blog ")

    http.assert_finished()
    assert http.calls[0].url == "https://village.example/blog"
    assert (api, site_of(api)) == (
        "https://village.example/blog/wp-json",
        "https://village.example/blog",
    )


async def test_links_without_an_end_are_read_in_reasonable_time() -> None:
    """A header of a page held all that a worker does for a minute."""
    front = page(TAG).model_copy(update={"headers": {"link": "<a>;" * 25_000 + "<" * 100_000}})
    began = process_time()

    api = await find_api(ScriptedHttp([front, index()]), "https://village.example/blog")

    assert api == "https://village.example/blog/wp-json"
    assert process_time() - began < 10


async def test_site_with_plain_addresses_is_asked_by_its_query() -> None:
    link = "https://village.example/index.php?rest_route=/"
    http = ScriptedHttp([page(link=link), index("/index.php")])

    api = await find_api(http, "https://village.example/blog")

    assert http.calls[1].url == "https://village.example/index.php?rest_route=/"
    assert site_of(api) == "https://village.example"


@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.example/wp-json/",
        "http://village.example/wp-json/",
        "https://village.example:8443/wp-json/",
    ],
)
async def test_password_goes_to_the_host_that_was_named_and_not_in_the_clear(link: str) -> None:
    http = ScriptedHttp([page(link=link)])

    with pytest.raises(Refused):
        await find_api(http, "https://village.example/blog")

    http.assert_finished()


@pytest.mark.parametrize(
    "facts",
    [
        {"namespaces": ["oembed/1.0"], "authentication": {"application-passwords": {}}},
        {"namespaces": ["wp/v2"], "authentication": []},
    ],
)
async def test_site_without_what_we_need_is_refused(facts: JsonValue) -> None:
    http = ScriptedHttp([page(TAG), index(facts=facts)])

    with pytest.raises(Refused):
        await find_api(http, "https://village.example/blog")

    http.assert_finished()


async def test_site_that_is_down_is_only_out_of_reach() -> None:
    with pytest.raises(Unavailable):
        await find_api(ScriptedHttp([page(status=502)]), "https://village.example/blog")
