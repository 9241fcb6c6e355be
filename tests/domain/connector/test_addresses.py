import time

import pytest

from domain.connector.addresses import addresses
from tests.networks.vectors import groups


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in addresses(text)]


@pytest.mark.parametrize("group", ["urls", "tco_urls_with_params"])
def test_published_vectors_are_found(group: str) -> None:
    cases = groups("twitter-text", "extract.yml")[group]

    missed = [case for case in cases if found(case["text"]) != case["expected"]]

    assert missed == []


@pytest.mark.parametrize("group", ["urls_with_indices", "urls_with_directional_markers"])
def test_published_vectors_are_found_where_they_stand(group: str) -> None:
    cases = groups("twitter-text", "extract.yml")[group]

    missed = [
        case
        for case in cases
        if [[*span] for span in addresses(case["text"])]
        != [each["indices"] for each in case["expected"]]
    ]

    assert missed == []


@pytest.mark.parametrize(
    ("text", "addresses_in_it"),
    [
        ("see https://parvis.example/a and b.ch", ["b.ch"]),
        ("https://village.ch/a_(b).", ["https://village.ch/a_(b)"]),
        ("ana@village.ch", []),
        ("vin.museum", ["vin.museum"]),
        ("http://" + "a" * 63 + ".ch", ["http://" + "a" * 63 + ".ch"]),
        ("http://" + "a" * 64 + ".ch", []),
        ("http://village.ch/" + "a" * 4078, ["http://village.ch/" + "a" * 4078]),
        ("http://village.ch/" + "a" * 4079, []),
        ("http://XN--caf-dma.ch", ["http://XN--caf-dma.ch"]),
        ("http://xn--café.ch", []),
        ("village.ch日本vin.ch", ["village.ch", "vin.ch"]),
    ],
)
def test_addresses_are_those_that_x_links(text: str, addresses_in_it: list[str]) -> None:
    assert found(text) == addresses_in_it


@pytest.mark.parametrize(
    "piece",
    ["だ", "だ.", "a.", "a-", "http://a.", "a.com/((", "a.com/(a", ",だ.", "-a.com", "a_だ-"],
)
def test_no_text_takes_long_to_search(piece: str) -> None:
    text = (piece * 70_000)[:70_000]
    begun = time.process_time()

    addresses(text)

    assert time.process_time() - begun < 2
