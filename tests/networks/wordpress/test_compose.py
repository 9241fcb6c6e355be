from time import process_time

import pytest

from domain.connector.words import Draft, Link, Part
from domain.networks.wordpress.compose import (
    article_of,
    media_blocks,
    paragraphs,
    slug_of,
    standing_media,
)
from domain.networks.wordpress.media import File
from domain.networks.wordpress.plainly import letters
from domain.networks.wordpress.settings import Settings


def paragraph(html: str) -> str:
    return f"<!-- wp:paragraph -->\n<p>{html}</p>\n<!-- /wp:paragraph -->"


def test_first_line_that_others_follow_is_the_title_alone() -> None:
    article = article_of(Part("The bread\n\nIt is warm.\nTry it."), Settings())

    assert article.title == "The bread"
    assert article.html == paragraph("It is warm.<br>Try it.")


def test_single_line_is_title_and_text() -> None:
    article = article_of(Part("The bread is warm."), Settings())

    assert (article.title, article.html) == ("The bread is warm.", paragraph("The bread is warm."))


def test_title_of_the_settings_leaves_the_text_whole() -> None:
    article = article_of(Part("One\n\nTwo"), Settings(title="Bread & wine"))

    assert article.title == "Bread & wine"
    assert article.html == f"{paragraph('One')}\n\n{paragraph('Two')}"


def test_long_first_line_is_cut_at_a_word_and_stays_in_the_text() -> None:
    line = "bread " * 30

    article = article_of(Part(f"{line}\nEnd"), Settings())

    assert article.title == f"{('bread ' * 20).strip()}…"
    assert article.html.count("bread") == 30


def test_text_is_no_markup_and_its_addresses_are_links() -> None:
    part = Part("a < b & <b>c</b>, see https://x.example/?a=1&b=2.", link=Link("https://y.example"))

    html = article_of(part, Settings(title="T")).html

    assert "a &lt; b &amp; &lt;b&gt;c&lt;/b&gt;" in html
    address = "https://x.example/?a=1&amp;b=2"
    assert f'<a href="{address}">{address}</a>.' in html
    assert '<p><a href="https://y.example">https://y.example</a></p>' in html


def test_address_ends_where_a_script_without_spaces_goes_on() -> None:
    assert '<a href="https://x.example/a">https://x.example/a</a>，谢谢！' in paragraphs(
        "请看https://x.example/a，谢谢！"
    )


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("La vigne à « Lavaux »", "la-vigne-a-lavaux"),
        ("See https://village.example/menu", "see"),
        ("葡萄", "post"),
        ("bread " * 30, "bread-bread-bread-bread-bread-bread-bread-bread-bread-bread"),
    ],
)
def test_slug_is_the_same_for_a_delivery_and_another_for_the_next(title: str, stem: str) -> None:
    one, two = Draft("delivery-1", (Part("x"),)), Draft("delivery-2", (Part("x"),))

    slug = slug_of(one, title, Settings())

    assert slug == slug_of(one, title, Settings())
    assert slug.rpartition("-")[0] == stem
    assert slug != slug_of(two, title, Settings())
    assert slug_of(one, title, Settings(slug="my-slug")) == "my-slug"


def test_media_blocks_are_found_again_in_what_stands_there() -> None:
    files = [
        File(id="7", url="https://v.example/7.png", is_video=False),
        File(id="9", url="https://v.example/9.mp4?a=1&b=2", is_video=True),
        File(id="8", url="https://v.example/8.png", is_video=False),
    ]
    blocks = media_blocks(files)

    assert '[gallery ids="7,8" link="none"]' in blocks
    assert '<video controls src="https://v.example/9.mp4?a=1&amp;b=2">' in blocks
    assert standing_media(f"{paragraph('x')}\n\n{blocks}") == (blocks, ("7", "8", "9"))
    assert standing_media(paragraph("[gallery] of words")) == ("", ())


def test_texts_are_compared_by_what_wordpress_leaves_alone() -> None:
    rendered = "<p>It&#8217;s &#8220;warm&#8221; &#8211; try<br />\nit&#8230;</p>\n"

    assert letters(rendered) == letters('It\'s "warm" -- try\nit...')
    assert letters("👍 👍") == "👍👍"
    assert letters("yes") != letters("no")


def test_galleries_without_an_end_are_read_in_reasonable_time() -> None:
    raw = "<!-- wp:shortcode -->\n" + "[gallery " * 100_000
    began = process_time()

    assert standing_media(raw)[1] == ()
    assert process_time() - began < 10
