import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.connector.plain import plain


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("<p>Bonjour &amp; bienvenue &lt;3</p>", "Bonjour & bienvenue <3"),
        ("<p>One<br>two<br />three</p>", "One\ntwo\nthree"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<p>One</p>\n\n\n<p>Two</p>", "One\n\nTwo"),
        ("<ul><li>a</li><li>b</li></ul>", "• a\n• b"),
        ("plain &eacute;", "plain é"),
        ("<p>x</p><script>alert(1)</script><style>p{}</style>", "x"),
        ("<p>unclosed <b>bold", "unclosed bold"),
        (
            (
                '<p>See <a href="https://village.example/a-long-path"><span class="invisible">https://'
                '</span><span class="ellipsis">village.example/a-lo</span><span class="invisible">'
                "ng-path</span></a></p>"
            ),
            "See https://village.example/a-long-path",
        ),
        (
            (
                '<p><span class="h-card"><a href="https://village.example/@ana">@<span>ana</span></a>'
                '</span> hello <a href="https://village.example/tags/cafe">#<span>cafe</span></a></p>'
            ),
            "@ana hello #cafe",
        ),
    ],
)
def test_html_becomes_the_text_a_reader_sees(html: str, text: str) -> None:
    assert plain(html) == text


@given(st.text())
def test_no_html_breaks_the_reading(html: str) -> None:
    assert isinstance(plain(html), str)
