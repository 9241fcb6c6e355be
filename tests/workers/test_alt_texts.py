"""What goes out says what a file shows in the language of the post."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.posts.rules import HOLD
from domain.posts.tables import Delivery
from tests.workers.gallery import Gallery, change, plan, shelve
from tests.workers.stage import Stage, stage

__all__ = ["stage"]

DEFAULT, FRENCH, SWISS = "A vineyard.", "Une vigne.", "Un parchet de vigne."


@pytest.mark.parametrize(
    ("language", "said"),
    [("fr-CH", SWISS), ("fr-BE", FRENCH), ("fr", FRENCH), ("de", DEFAULT), (None, DEFAULT)],
)
async def test_alternative_text_is_the_one_of_the_posts_language(
    stage: Stage, tmp_path: Path, language: str | None, said: str
) -> None:
    network = Gallery()
    stage.context = replace(stage.context, http=network)
    media_id = await shelve(stage, tmp_path)
    texts = [{"language": "fr", "text": FRENCH}, {"language": "fr-CH", "text": SWISS}]
    await change(stage, media_id, alt_text=DEFAULT, alt_texts=texts)
    await plan(stage, media_id, language)

    await stage.deliver()
    await stage.quiet()

    assert [alt_text for _, alt_text in network.files] == [said]


async def test_post_whose_bytes_are_away_is_held_and_goes_out_when_they_are_there_again(
    stage: Stage, tmp_path: Path
) -> None:
    network = Gallery()
    stage.context = replace(stage.context, http=network)
    media_id = await shelve(stage, tmp_path)
    await plan(stage, media_id)
    [path] = stage.context.media.root.glob(f"{stage.workspace_id.hex}/*/*")
    content = path.read_bytes()
    path.unlink()

    await stage.deliver()
    await stage.quiet()
    [held] = await stage.rows(Delivery)
    path.write_bytes(content)
    stage.now += HOLD
    await stage.deliver()
    await stage.quiet()

    assert (held.state, held.attempts) == ("waiting", 0)
    assert held.problem["code"] == "dependency.away"
    assert network.texts == ["a"]
    assert len(network.files) == 1
