"""What links carry: templates become values, values become parameters, nothing else changes."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.campaigns.rules import link_with_parameters, parameters_for, slug, with_parameters

UTM = {"utm_source": "mastodon", "utm_campaign": "vendanges"}
TAGS = "utm_source=mastodon&utm_campaign=vendanges"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Vendanges 2026", "vendanges-2026"),
        ("Été à la vigne !", "ete-a-la-vigne"),
        ("  Straße_Nr. 1 ", "strasse-nr-1"),
        ("Виноград", "виноград"),
        ("!!!", ""),
    ],
)
def test_name_becomes_a_word_of_addresses(name: str, shown: str) -> None:
    assert slug(name) == shown


def test_template_of_a_network_wins_over_the_one_for_all() -> None:
    templates = [
        {"network": None, "source": "{network}", "campaign": "{campaign}"},
        {"network": "bluesky", "source": "bsky", "content": "{post}", "term": None},
    ]

    words = {"campaign": "Été 2026", "post": "post_1"}
    assert parameters_for(templates, "bluesky", **words) == {
        "utm_source": "bsky",
        "utm_content": "post_1",
    }
    assert parameters_for(templates, "mastodon", **words) == {
        "utm_source": "mastodon",
        "utm_campaign": "ete-2026",
    }


def test_network_without_a_template_carries_nothing() -> None:
    templates = [{"network": "bluesky", "source": "bsky"}]

    assert parameters_for(templates, "mastodon", campaign="a", post="b") == {}
    assert parameters_for([], "mastodon", campaign="a", post="b") == {}


def test_value_that_comes_out_empty_is_left_out() -> None:
    templates = [{"network": None, "source": "x", "campaign": "{campaign}", "medium": " "}]

    assert parameters_for(templates, "a", campaign="!", post="b") == {"utm_source": "x"}


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://example.ch", f"https://example.ch?{TAGS}"),
        ("https://example.ch/a", f"https://example.ch/a?{TAGS}"),
        ("HTTP://example.ch/", f"HTTP://example.ch/?{TAGS}"),
        ("https://example.ch/?b=2&a=1", f"https://example.ch/?b=2&a=1&{TAGS}"),
        ("https://example.ch/?q=a+b%20c", f"https://example.ch/?q=a+b%20c&{TAGS}"),
        ("https://example.ch/#ici", f"https://example.ch/?{TAGS}#ici"),
        ("https://example.ch/?a=1#ici?x", f"https://example.ch/?a=1&{TAGS}#ici?x"),
        (
            "https://example.ch/?utm_source=press",
            "https://example.ch/?utm_source=press&utm_campaign=vendanges",
        ),
        (
            "https://example.ch/?UTM_Source=press&utm%5Fcampaign=x",
            "https://example.ch/?UTM_Source=press&utm%5Fcampaign=x",
        ),
        ("Lisez https://example.ch/a.", f"Lisez https://example.ch/a?{TAGS}."),
        ("(voir https://example.ch/a)", f"(voir https://example.ch/a?{TAGS})"),
        ("«https://example.ch/a»", f"«https://example.ch/a?{TAGS}»"),
        (
            "https://fr.wikipedia.org/wiki/Vin_(boisson), oui",
            f"https://fr.wikipedia.org/wiki/Vin_(boisson)?{TAGS}, oui",
        ),
        ("見てhttps://example.ch/a。", f"見てhttps://example.ch/a?{TAGS}。"),
        ("请看https://example.ch/a，谢谢！", f"请看https://example.ch/a?{TAGS}，谢谢！"),
        ("（见https://example.ch/été）", f"（见https://example.ch/été?{TAGS}）"),
        ("هل قرأت https://example.ch/a؟", f"هل قرأت https://example.ch/a?{TAGS}؟"),
        (
            "https://a.example https://b.example",
            f"https://a.example?{TAGS} https://b.example?{TAGS}",
        ),
    ],
)
def test_addresses_carry_what_they_lack(written: str, sent: str) -> None:
    assert with_parameters(written, UTM) == sent


@pytest.mark.parametrize(
    "written",
    [
        "Rien à lier.",
        "ftp://example.ch/a",
        "mailto:a@example.ch",
        "example.ch/a",
        "https://",
        "https://?",
        "@a@https://example.ch",
        "gemini://example.ch/?https",
    ],
)
def test_what_is_no_address_of_the_web_stays(written: str) -> None:
    assert with_parameters(written, UTM) == written


def test_values_are_spelled_so_that_they_stay_one_value() -> None:
    sent = with_parameters("https://example.ch/", {"utm_term": "été & vin=rouge#1"})

    assert parse_qsl(urlsplit(sent).query) == [("utm_term", "été & vin=rouge#1")]


def test_link_is_an_address_to_its_last_sign() -> None:
    assert link_with_parameters("https://example.ch/a?", UTM) == f"https://example.ch/a?{TAGS}"
    assert link_with_parameters("https://example.ch/a.", UTM) == f"https://example.ch/a.?{TAGS}"


def test_many_brackets_are_read_once() -> None:
    text = "https://example.ch/" + ")" * 70_000

    assert with_parameters(text, UTM) == f"https://example.ch/?{TAGS}" + ")" * 70_000


@given(st.text(alphabet="htps:/?#&=.()utm_source a%é", max_size=60), st.text(max_size=20))
def test_tagging_twice_is_tagging_once(text: str, value: str) -> None:
    parameters = {"utm_source": value} if value else {}
    once = with_parameters(text, parameters)

    assert with_parameters(once, parameters) == once


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", "utm_source"]), st.text("xyz1", max_size=3))),
    st.text("abc", max_size=4),
)
def test_query_and_fragment_are_kept_as_they_were(
    query: list[tuple[str, str]], fragment: str
) -> None:
    written = "&".join(f"{name}={value}" for name, value in query)
    url = f"https://example.ch/a?{written}" + (f"#{fragment}" if fragment else "")
    found = urlsplit(link_with_parameters(url, UTM))
    own = [] if any(name == "utm_source" for name, _ in query) else [("utm_source", "mastodon")]

    assert found.query.startswith(written)
    assert found.fragment == fragment
    assert parse_qsl(found.query, keep_blank_values=True) == [
        *query,
        *own,
        ("utm_campaign", "vendanges"),
    ]
