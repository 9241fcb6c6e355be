import pytest

from domain.connector.cards import card_of
from domain.connector.words import Link

URL = "https://village.example/menu"


@pytest.mark.parametrize(
    ("html", "title", "description"),
    [
        ("", "", ""),
        ("<title>\n The  menu\n</title>", "The menu", ""),
        ('<meta property="og:title" content="Bread &amp; cheese"><title>No</title>',
         "Bread & cheese", ""),
        ('<title>Menu</title><meta name=Description content=" Of today ">', "Menu", "Of today"),
        ('<meta name="twitter:title" content="Third"><meta property="og:title" content="First">',
         "First", ""),
        ('<meta property="og:title" content=""><title>Menu</title>', "Menu", ""),
        ("<title>One</title><svg><title>Two</title></svg>", "One", ""),
        ('<head></head><meta property="og:title" content="A reader\'s words">', "", ""),
        ("<title>never closed", "", ""),
    ],
)  # fmt: skip
def test_a_page_says_what_it_is_in_its_head(html: str, title: str, description: str) -> None:
    assert card_of(html, URL) == Link(URL, title, description)


def test_a_page_that_says_too_much_is_cut() -> None:
    html = f'<title>{"a" * 400}</title><meta name=description content="{"b" * 2000}">'

    card = card_of(html, URL)

    assert (len(card.title), len(card.description)) == (300, 1000)
