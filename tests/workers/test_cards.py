"""Link cards filled from the pages they lead to."""

import asyncio
from dataclasses import replace

import pytest

from domain.connector.errors import NetworkError, OutcomeUnknown, Refused, Unavailable
from domain.connector.http import Call, Reply
from domain.connector.words import Draft, Link, Medium, Part
from domain.networks.bluesky import CONNECTOR as BLUESKY
from domain.networks.mastodon import CONNECTOR as MASTODON
from workers.cards import PATIENCE_S, with_cards

URL = "https://village.example/menu"
PAGE = '<title>La carte</title><meta name="description" content="Pain et fromage">'
DRAFT = Draft("key", (Part("Ce soir", link=Link(URL)), Part("Et demain")))
HTML = {"content-type": "text/html; charset=utf-8"}


class Web:
    """Answers every call alike and remembers it."""

    def __init__(self, answer: Reply | NetworkError) -> None:
        self.answer = answer
        self.calls: list[Call] = []

    async def __call__(self, call: Call) -> Reply:
        self.calls.append(call)
        if isinstance(self.answer, NetworkError):
            raise self.answer
        return self.answer


async def test_a_card_says_what_the_page_says() -> None:
    web = Web(Reply(200, HTML, PAGE.encode(), URL))

    filled = await with_cards(web, BLUESKY.manifest, DRAFT, patience_s=PATIENCE_S)

    card = Link(URL, "La carte", "Pain et fromage")
    assert filled == replace(DRAFT, parts=(Part("Ce soir", link=card), Part("Et demain")))
    assert [(call.method, call.url, call.redirects) for call in web.calls] == [("GET", URL, 3)]
    assert set(web.calls[0].headers) == {"accept"}


async def test_letters_of_another_charset_are_read() -> None:
    headers = {"content-type": 'text/html; charset="iso-8859-1"'}
    web = Web(Reply(200, headers, "<title>Café</title>".encode("latin-1"), URL))

    filled = await with_cards(web, BLUESKY.manifest, DRAFT, patience_s=PATIENCE_S)

    assert filled.parts[0].link == Link(URL, "Café")


@pytest.mark.parametrize("charset", ["undefined", "idna", "punycode"])
async def test_a_charset_that_is_none_breaks_no_card(charset: str) -> None:
    """The post failed with its page, or all workers stood still over it."""
    web = Web(Reply(200, {"content-type": f"text/html; charset={charset}"}, PAGE.encode(), URL))

    filled = await with_cards(web, BLUESKY.manifest, DRAFT, patience_s=PATIENCE_S)

    assert filled.parts[0].link == Link(URL, "La carte", "Pain et fromage")


@pytest.mark.parametrize(
    "answer",
    [
        Reply(404, HTML, PAGE.encode(), URL),
        Reply(200, {"content-type": "application/pdf"}, PAGE.encode(), URL),
        Reply(200, {}, PAGE.encode(), URL),
        Reply(200, {"content-type": "text/html; charset=nonsense"}, b"", URL),
        Refused("private"),
        Unavailable("away"),
        OutcomeUnknown("cut"),
    ],
)
async def test_a_page_that_says_nothing_leaves_the_card_as_it_is(
    answer: Reply | NetworkError,
) -> None:
    assert await with_cards(Web(answer), BLUESKY.manifest, DRAFT, patience_s=PATIENCE_S) == DRAFT


async def test_a_page_that_never_answers_holds_nothing_up() -> None:
    class Silent(Web):
        async def __call__(self, call: Call) -> Reply:
            await asyncio.Event().wait()
            return await super().__call__(call)

    web = Silent(Reply(200, HTML, PAGE.encode(), URL))

    assert await with_cards(web, BLUESKY.manifest, DRAFT, patience_s=0.01) == DRAFT


@pytest.mark.parametrize(
    "draft",
    [
        Draft("key", (Part("No link"),)),
        Draft("key", (Part("Known", link=Link(URL, "Title")),)),
        Draft("key", (Part("", media=(Medium(b"", "image/png", "a.png"),), link=Link(URL)),)),
    ],
)
async def test_no_page_is_fetched_where_no_card_is_missing(draft: Draft) -> None:
    web = Web(Reply(200, HTML, PAGE.encode(), URL))

    assert await with_cards(web, BLUESKY.manifest, draft, patience_s=PATIENCE_S) == draft
    assert await with_cards(web, MASTODON.manifest, DRAFT, patience_s=PATIENCE_S) == DRAFT
    assert web.calls == []
