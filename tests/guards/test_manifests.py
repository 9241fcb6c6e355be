"""What is known of networks has its source and its day; replies say where they are from."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from domain.connector.manifest import Manifest, Source
from domain.kernel.shapes import Shape
from domain.networks import all_connectors
from tests.guards.sources import ROOT

BEGUN_ON = date(2026, 11, 1)
NETWORKS = sorted(all_connectors())


def sources_of(shape: Shape) -> Iterator[Source]:
    """Every source in a manifest, however deep."""
    for value in vars(shape).values():
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Source):
                yield each
            elif isinstance(each, Shape):
                yield from sources_of(each)


def doubts(manifest: Manifest, *, today: date) -> list[str]:
    """What of a manifest nobody could look up again."""
    found = [
        f"{source.url} read on {source.read_on}"
        for source in sources_of(manifest)
        if not _is_place(source.url) or not BEGUN_ON <= source.read_on <= today
    ]
    speaks_freely = manifest.text is not None and not manifest.budgets
    return [*found, "no budget"] if speaks_freely else found


def _is_place(url: str) -> bool:
    """A page of the network, or, of our own sandbox, a file of ours."""
    return url.startswith("https://") or (ROOT / url).is_file()


@pytest.mark.parametrize("network", NETWORKS)
def test_every_limit_was_read_somewhere(network: str) -> None:
    manifest = all_connectors()[network].manifest

    assert doubts(manifest, today=datetime.now(UTC).date()) == []


def hard_coded(source: str) -> list[str]:
    """Versions of an api that a module names by itself, in place of its manifest."""
    return re.findall(r"""["/]v\d+(?=["/])""", source)


@pytest.mark.parametrize("network", NETWORKS)
def test_only_the_manifest_names_versions(network: str) -> None:
    folder = ROOT / "domain" / "networks" / network
    modules = [path for path in folder.glob("*.py") if path.name != "manifest.py"]

    assert {path.name: found for path in modules if (found := hard_coded(path.read_text()))} == {}
    assert hard_coded('f"/api/v1/statuses/{id_}" "v10" "/wp/v2/" a.v2') == ["/v1", '"v10', "/v2"]


@pytest.mark.parametrize("network", NETWORKS)
def test_replies_say_where_they_were_recorded(network: str) -> None:
    said = (ROOT / "tests" / "networks" / network / "README.md").read_text()

    assert "2026-" in said
    assert len(said) > 100


def test_a_limit_without_a_place_or_of_another_day_is_caught() -> None:
    manifest = all_connectors()["sandbox"].manifest
    heard = Source(url="a friend", read_on=date(2026, 11, 22))
    early = Source(url="https://example.social/docs", read_on=date(2020, 1, 1))
    changed = manifest.model_copy(
        update={
            "text": manifest.text and manifest.text.model_copy(update={"source": heard}),
            "budgets": (manifest.budgets[0].model_copy(update={"source": early}),),
        }
    )

    assert doubts(changed, today=date(2026, 11, 26)) == [
        "a friend read on 2026-11-22",
        "https://example.social/docs read on 2020-01-01",
    ]
    bare = manifest.model_copy(update={"budgets": ()})
    assert doubts(bare, today=date(2026, 11, 26)) == ["no budget"]
