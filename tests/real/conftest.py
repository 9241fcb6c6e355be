"""Rigs for the tests against real servers, each started once a session and only when asked for."""

from collections.abc import Iterator

import pytest

from tests.real import rigs


@pytest.fixture(scope="session")
def bluesky() -> Iterator[rigs.Bluesky]:
    with rigs.bluesky() as rig:
        yield rig


@pytest.fixture(scope="session")
def mastodon_mock() -> Iterator[rigs.MastodonMock]:
    with rigs.mastodon_mock() as rig:
        yield rig


@pytest.fixture(scope="session")
def wordpress() -> Iterator[rigs.WordPress]:
    with rigs.wordpress_feed() as rig:
        yield rig


@pytest.fixture(scope="session")
def matrix() -> Iterator[rigs.Matrix]:
    with rigs.matrix() as rig:
        yield rig
