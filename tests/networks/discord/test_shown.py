import pytest
from pydantic import JsonValue

from domain.connector.words import Draft, Ref, Shown
from domain.networks import find
from domain.posts.drift import compare
from tests.networks.discord.case import CASE, MESSAGES
from tests.networks.drafts import ILLUSTRATED, POLL
from tests.networks.scripted import Exchange, ScriptedHttp

ASKED = POLL.parts[0].poll


async def seen(**facts: JsonValue) -> Shown:
    message: JsonValue = {"id": "5", "content": "", **facts}
    http = ScriptedHttp([Exchange(method="GET", path=f"{MESSAGES}/5", json_=message)])
    connector = find("discord")
    assert connector is not None
    assert connector.shows is not None
    [found] = await connector.shows.show(http, CASE.access, [Ref("5")])
    return found


def codes(draft: Draft, shown: Shown) -> list[str]:
    connector = find("discord")
    assert connector is not None
    assert connector.shows is not None
    found = compare(connector.shows, draft, [Ref("5")], {"5": shown})
    return [each.code for each in found or ()]


def poll(*options: str) -> JsonValue:
    answers: list[JsonValue] = [
        {"answer_id": number, "poll_media": {"text": option}}
        for number, option in enumerate(options, 1)
    ]
    return {"question": {"text": POLL.parts[0].text}, "answers": answers}


async def test_options_of_a_poll_are_compared() -> None:
    assert ASKED is not None
    whole = await seen(poll=poll(*ASKED.options))
    fewer = await seen(poll=poll(*ASKED.options[:-1]))

    assert codes(POLL, whole) == []
    assert codes(POLL, fewer) == ["poll_differs"]
    assert codes(POLL, await seen()) == ["poll_differs"]


@pytest.mark.parametrize(
    ("descriptions", "found"),
    [
        (("same",), []),
        (("Another",), ["alt_text_differs"]),
        ((None,), ["alt_text_missing"]),
        (("same", "More"), ["media_added"]),
    ],
)
async def test_files_and_their_descriptions_are_compared_as_they_were_sent(
    descriptions: tuple[str | None, ...], found: list[str]
) -> None:
    [part] = ILLUSTRATED.parts
    told = [part.media[0].alt_text if each == "same" else each for each in descriptions]
    attachments: list[JsonValue] = [{"id": "1", "description": each} for each in told]
    shown = await seen(content=part.text, attachments=attachments)

    assert codes(ILLUSTRATED, shown) == found
