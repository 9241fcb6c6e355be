from time import process_time

from domain.connector.words import Draft, Part, Ref
from domain.networks.mastodon import shown
from domain.posts.drift import compare
from tests.networks.mastodon.case import CASE
from tests.networks.scripted import Exchange, ScriptedHttp

# As Mastodon 4.5 writes links, people and a quote that is not shown.
HTML = (
    '<p class="quote-inline">RE: <a href="https://a.example/1">https://a.example/1</a></p>'
    '<p>Hi <span class="h-card"><a href="https://b.example/@bob" class="u-url mention">@<span>bob'
    "</span></a></span>!<br>See &amp; read "
    '<a href="https://village.example/menu/of/the/week?day=1"><span class="invisible">https://'
    '</span><span class="ellipsis">village.example/menu/of/the/we</span><span class="invisible">'
    "ek?day=1</span></a></p>"
)
TEXT = "Hi @bob@b.example!\nSee & read https://village.example/menu/of/the/week?day=1"


async def test_links_people_and_quotes_set_anew_are_no_drift() -> None:
    draft = Draft("key", (Part(TEXT),))
    reply = Exchange(method="GET", path="/api/v1/statuses/1", json_={"id": "1", "content": HTML})
    http = ScriptedHttp([reply])

    found = await shown.show(http, CASE.access, [Ref("1")])

    assert compare(shown, draft, [Ref("1")], {each.remote_id: each for each in found}) == []
    assert found[0].alt_texts == ()


async def test_what_stands_beside_the_words_is_told() -> None:
    status = {
        "id": "1",
        "content": "<p>Pain ?</p>",
        "spoiler_text": "Faim",
        "language": "fr",
        "poll": {"id": "9", "options": [{"title": "Oui", "votes_count": 3}, {"title": "Non"}]},
        "media_attachments": [{"id": "2", "type": "image", "description": "Un pain"}],
    }
    reply = Exchange(method="GET", path="/api/v1/statuses/1", json_=status)

    [found] = await shown.show(ScriptedHttp([reply]), CASE.access, [Ref("1")])

    assert (found.content_warning, found.language, found.options) == ("Faim", "fr", ("Oui", "Non"))
    assert (found.alt_texts, found.is_exact) == (("Un pain",), True)


async def test_quotes_without_an_end_are_read_in_reasonable_time() -> None:
    """One answer of a server held all that a worker does for as long as it took: hours."""
    status = {"id": "1", "content": '<p class="quote-inline">' * 100_000}
    reply = Exchange(method="GET", path="/api/v1/statuses/1", json_=status)
    began = process_time()

    [found] = await shown.show(ScriptedHttp([reply]), CASE.access, [Ref("1")])

    assert found.text == ""
    assert process_time() - began < 10
