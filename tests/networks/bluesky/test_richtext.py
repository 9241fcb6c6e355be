import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.networks.bluesky.richtext import facets, mentioned
from tests.networks.vectors import vectors

DIDS = {"ana.village.example": "did:plc:ana", "bob.test": "did:plc:bob"}


def marked(text: str) -> list[tuple[str, str]]:
    """What a reader sees marked, cut out at the byte offsets, and what it stands for."""
    found = []
    for facet in facets(text, DIDS):
        assert isinstance(facet, dict)
        index, features = facet["index"], facet["features"]
        assert isinstance(index, dict)
        assert isinstance(features, list)
        start, end, feature = index["byteStart"], index["byteEnd"], features[0]
        assert isinstance(start, int)
        assert isinstance(end, int)
        assert isinstance(feature, dict)
        value = feature.get("uri") or feature.get("did") or feature.get("tag")
        found.append((text.encode()[start:end].decode(), str(value)))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nothing here", []),
        ("https://a.ch", [("https://a.ch", "https://a.ch")]),
        ("Voilà 👩‍🌾: https://a.ch/é?x=1#y.", [("https://a.ch/é?x=1#y", "https://a.ch/é?x=1#y")]),
        ("(see https://a.ch)", [("https://a.ch", "https://a.ch")]),
        ("https://a.ch/x_(y)", [("https://a.ch/x_(y)", "https://a.ch/x_(y)")]),
        ("«https://a.ch»", [("https://a.ch", "https://a.ch")]),
        ("请看https://a.ch/b，谢谢！", [("https://a.ch/b", "https://a.ch/b")]),
        ("a.ch and ana@bob.test", []),
        ("@bob.test!", [("@bob.test", "did:plc:bob")]),
        ("(@Ana.Village.Example)", [("@Ana.Village.Example", "did:plc:ana")]),
        ("@nobody.test and @bob", []),
        ("https://a.ch/@bob.test", [("https://a.ch/@bob.test", "https://a.ch/@bob.test")]),
        ("#Café, #été!", [("#Café", "Café"), ("#été", "été")]),
        ("＃日本", [("＃日本", "日本")]),
        ("#1 #2026 a#b ##", []),
        ("#" + "x" * 64, [("#" + "x" * 64, "x" * 64)]),
        ("#" + "x" * 65, []),
        ("https://a.ch/#tag", [("https://a.ch/#tag", "https://a.ch/#tag")]),
        ("é @bob.test\n#a", [("@bob.test", "did:plc:bob"), ("#a", "a")]),
    ],
)
def test_links_mentions_and_tags_are_marked(text: str, expected: list[tuple[str, str]]) -> None:
    assert marked(text) == expected


def test_handles_are_told_once_in_order() -> None:
    assert mentioned("@bob.test @ana.village.example @BOB.test") == [
        "bob.test",
        "ana.village.example",
    ]


def test_handles_that_others_call_valid_are_mentions() -> None:
    handles = vectors("atproto", "handle_syntax_valid.txt")
    assert [each for each in handles if mentioned(f"@{each}") != [each.lower()]] == []


PIECES = st.lists(
    st.sampled_from(["https://a.ch/x", "@bob.test", "#tag", " ", "é", "👩‍🌾", "(", ")", ".", "\n"]),
    max_size=12,
)


@given(PIECES.map("".join) | st.text())
def test_marks_never_overlap_and_never_cut_a_character(text: str) -> None:
    end_before = 0
    for facet in facets(text, DIDS):
        assert isinstance(facet, dict)
        index = facet["index"]
        assert isinstance(index, dict)
        start, end = index["byteStart"], index["byteEnd"]
        assert isinstance(start, int)
        assert isinstance(end, int)
        assert end_before <= start < end <= len(text.encode())
        text.encode()[start:end].decode()
        end_before = end
