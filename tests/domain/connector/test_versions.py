"""Which version of an api is spoken, on which day."""

from datetime import date

import pytest

from domain.connector.manifest import Api, ApiVersion, Manifest, Source
from domain.connector.versions import VersionUnknown, ensure_known, spoken
from domain.networks import all_connectors

TODAY = date(2026, 11, 27)
SOURCE = Source(url="https://village.example/versions", read_on=TODAY)


def village(*versions: ApiVersion) -> Manifest:
    rest = Api(name="rest", path="/{version}", versions=versions, source=SOURCE)
    plain = Api(name="plain", path="/plain", versions=(), source=SOURCE)
    return all_connectors()["feed"].manifest.model_copy(
        update={"key": "village", "apis": (rest, plain)}
    )


def ending(name: str, sunset_on: date | None = None) -> ApiVersion:
    return ApiVersion(name=name, sunset_on=sunset_on)


def test_first_version_is_spoken_until_the_day_it_ends() -> None:
    manifest = village(ending("v3", date(2026, 11, 28)), ending("v2"))

    assert spoken(manifest, (), on=TODAY) == {"rest": "v3"}
    assert spoken(manifest, (), on=date(2026, 11, 28)) == {"rest": "v2"}


def test_where_all_have_ended_the_last_to_end_is_spoken() -> None:
    manifest = village(ending("v3", date(2026, 1, 1)), ending("v2", date(2026, 2, 1)))

    assert spoken(manifest, (), on=TODAY) == {"rest": "v2"}


def test_version_that_was_chosen_is_spoken_and_others_stay() -> None:
    manifest = village(ending("v3"), ending("v2"))

    assert spoken(manifest, ("village.rest=v2",), on=TODAY) == {"rest": "v2"}
    assert spoken(manifest, ("sandbox.rest=v2",), on=TODAY) == {"rest": "v3"}


def test_choice_that_no_manifest_knows_is_refused() -> None:
    connectors = all_connectors().values()
    ensure_known(("discord.rest=v9", "sandbox.rest=v2"), connectors)

    with pytest.raises(VersionUnknown, match=r"names discord\.rest=v8, village\.rest=v1; known"):
        ensure_known(("village.rest=v1", "discord.rest=v9", "discord.rest=v8"), connectors)


def test_path_of_an_api_is_that_of_its_version() -> None:
    discord = all_connectors()["discord"].manifest

    assert (discord.at("rest"), discord.at("rest", "v9")) == ("/api/v10", "/api/v9")
    assert all_connectors()["bluesky"].manifest.at("xrpc") == "/xrpc"
