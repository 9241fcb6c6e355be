from hypothesis import given
from hypothesis import strategies as st

from domain.contacts.rules import Name, keys_in, named

MARIE = Name("Marie Dupont", {"mastodon": "marie@village.example", "bluesky": "marie.test"})
NAMES = {"marie": MARIE, "la-commune": Name("La Commune", {})}


def test_everybody_is_named_as_the_network_knows_them() -> None:
    text = "Merci @{marie} et @{la-commune} !"

    assert named(text, NAMES, "mastodon") == "Merci @marie@village.example et La Commune !"
    assert named(text, NAMES, "bluesky") == "Merci @marie.test et La Commune !"
    assert named(text, NAMES, "sandbox") == "Merci Marie Dupont et La Commune !"


def test_whom_nobody_knows_stays_as_it_is_written() -> None:
    assert named("Merci @{luc} @{Marie} @{-a} @{} @marie {marie}", NAMES, "mastodon") == (
        "Merci @{luc} @{Marie} @{-a} @{} @marie {marie}"
    )


def test_names_of_names_are_not_read_again() -> None:
    names = {"a": Name("@{b}", {}), "b": Name("B", {})}
    assert named("@{a} @{b}", names, "sandbox") == "@{b} B"


def test_keys_are_found_once_in_order() -> None:
    assert keys_in(["@{b} @{a}", "@{b} @{c-1}", "@{" + "a" * 61 + "}"]) == ["b", "a", "c-1"]


@given(st.text(alphabet="ab@{}-é ", max_size=40))
def test_text_that_names_nobody_stays_as_it_is(text: str) -> None:
    if not keys_in([text]):
        assert named(text, NAMES, "mastodon") == text
