"""What real servers show of what they were sent: alike where nobody changed it, told where one did.

The texts are those that servers set anew: links, people, hashtags, quotes, smileys, markup.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from uuid import uuid4

import pytest

from domain.connector.port import Connector, Shows
from domain.connector.words import Access, Draft, Link, Medium, Part, Published, Shown
from domain.networks import find
from domain.posts.delivery_shapes import DriftView
from domain.posts.drift import compare
from tests.networks.drafts import ALT_TEXT, PNG
from tests.real.bluesky_village import BlueskyVillage
from tests.real.mastodon_village import MastodonVillage
from tests.real.matrix_rig import NAME
from tests.real.matrix_village import MatrixVillage
from tests.real.outward import enter, eventually, now, outward, publish
from tests.real.wordpress_village import WordPressVillage
from workers.http import OutwardHttp

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]
Village = BlueskyVillage | MastodonVillage | MatrixVillage | WordPressVillage
VILLAGES: dict[str, tuple[str, type[Village]]] = {
    "bluesky": ("bluesky", BlueskyVillage),
    "mastodon": ("mastodon_mock", MastodonVillage),
    "matrix": ("matrix", MatrixVillage),
    "wordpress": ("wordpress", WordPressVillage),
}
LINK = "https://village.example/menu/of/the/week?day=monday&for=two&utm_source=parvis#bread"
HARD = (
    'Café «À la Gare» -- "open" at 9... isn\'t it? 🥖👩‍🍳 :-) <b>5 & 7</b> *new* _old_ [x] '
    f"#Brot #pain_2\n\nLook:  {LINK}, and call {{mention}} (or not)!\n• one\n• two\n\n\\o/ 10%"
)
PICTURE = Medium(PNG, "image/png", "square.png", f"{ALT_TEXT}: “6 × 4”", 2, 2)


@dataclass
class Stage:
    key: str
    connector: Connector
    http: OutwardHttp
    ana: Access
    mention: str

    @property
    def shows(self) -> Shows:
        assert self.connector.shows is not None
        return self.connector.shows

    def hard(self, *more: Part, link: Link | None = None, bare: bool = False) -> Draft:
        """Hard words with a picture, and what follows them."""
        text = HARD.replace("{mention}", self.mention)
        media = () if bare else (PICTURE,)
        text = text if self.key != "bluesky" else text.replace("\n• one\n• two", "")
        return Draft(uuid4().hex, (Part(text, media, link), *more), language="en")

    async def sent(self, draft: Draft) -> Published:
        published, _ = await publish(self.connector, self.http, self.ana, draft)
        return published

    async def drift(self, draft: Draft, published: Published) -> list[DriftView]:
        """Once the server tells of all."""
        shown = await eventually(
            lambda: self.shows.show(self.http, self.ana, published.refs),
            lambda shown: len(shown) == len(published.refs),
        )
        found = compare(self.shows, draft, published.refs, by_id(shown))
        assert found is not None
        return found


def by_id(shown: Sequence[Shown]) -> dict[str, Shown]:
    return {each.remote_id: each for each in shown}


@pytest.fixture(params=list(VILLAGES))
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    rig, village_of = VILLAGES[request.param]
    village = village_of(request.getfixturevalue(rig))
    connector = find(request.param)
    assert connector is not None
    async with outward(village.origin) as http:
        ana = await enter(connector, http, village.login("ana"))
        yield Stage(request.param, connector, http, ana, named(village))


def named(village: Village) -> str:
    """Bob, as people over there call him."""
    match village:
        case BlueskyVillage():
            return f"@{village.rig.accounts['bob'].handle}"
        case MastodonVillage():
            return f"@bob@{village.rig.host}"
        case MatrixVillage():
            return f"@bob:{NAME}"
        case _:
            return "@bob"


async def test_hard_words_with_a_picture_are_shown_as_they_were_sent(stage: Stage) -> None:
    draft = stage.hard()

    published = await stage.sent(draft)

    assert await stage.drift(draft, published) == []
    [shown] = await stage.shows.show(stage.http, stage.ana, published.refs)
    assert shown.alt_texts == (PICTURE.alt_text,)


@pytest.mark.parametrize("bare", [True, False])
async def test_link_of_a_post_is_no_drift_where_it_stands_in_the_text_or_as_a_card(
    stage: Stage,
    bare: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    draft = stage.hard(link=Link("https://example.ch/vigne?a=1&b=2", "Vigne"), bare=bare)
    first = replace(draft.parts[0], text=draft.parts[0].text.partition("\n")[0])
    draft = replace(draft, parts=(first,))

    assert await stage.drift(draft, await stage.sent(draft)) == []


async def test_each_message_of_a_thread_is_shown_as_it_was_sent(stage: Stage) -> None:
    """On WordPress: an article and the comment below it."""
    draft = stage.hard(Part(f'More -- "here": {LINK} 🥖 :-)'))

    assert await stage.drift(draft, await stage.sent(draft)) == []


async def test_what_was_changed_over_there_is_told(stage: Stage) -> None:
    if stage.connector.edit is None:
        pytest.skip("Posts are never changed there.")
    draft = stage.hard()
    published = await stage.sent(draft)
    cut, other, bare = (
        replace(draft, parts=(part,))
        for part in (
            replace(draft.parts[0], text=draft.parts[0].text.partition("\n")[0]),
            replace(draft.parts[0], text="Buy our shoes!"),
            replace(draft.parts[0], media=(replace(PICTURE, alt_text=None),)),
        )
    )
    codes = list[list[str]]()
    for changed in (cut, other, bare, draft):
        await stage.connector.edit.edit(
            stage.http, stage.ana, published.refs[0], changed, now=now()
        )
        codes.append([each.code.value for each in await stage.drift(draft, published)])

    assert codes == [
        CUT.get(stage.key, ["truncated"]),
        ["text_differs"],
        BARE.get(stage.key, ["alt_text_missing"]),
        [],
    ]


CUT = {"wordpress": ["text_differs"]}
"""There the first line is the title, and a single line is title and text."""
BARE: dict[str, list[str]] = {"mastodon": []}
"""The mock keeps a description that is emptied."""


async def test_what_was_taken_away_is_told_as_gone(stage: Stage) -> None:
    draft = stage.hard(Part("More."))
    published = await stage.sent(draft)
    assert stage.connector.publish is not None
    await stage.drift(draft, published)
    await stage.connector.publish.withdraw(stage.http, stage.ana, published.refs)

    shown = await eventually(
        lambda: stage.shows.show(stage.http, stage.ana, published.refs),
        lambda shown: [each.is_gone for each in shown] == [True, True],
    )

    found = compare(stage.shows, draft, published.refs, by_id(shown)) or ()
    assert [(each.code.value, each.part) for each in found] == [("gone", 0), ("gone", 1)]
    assert list(chain.from_iterable(each.alt_texts for each in shown)) == []
