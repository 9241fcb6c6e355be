"""What of the bucket needs no bucket: links are signed here. The rest is in tests/real."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr, ValidationError

from domain.kernel.errors import DependencyAway
from domain.kernel.ids import new_id
from domain.kernel.settings import Settings
from domain.media.bucket import Bucket
from domain.media.disk import Disk
from domain.media.storage import MediaStore

# The discard port: nothing listens there.
NOWHERE = "http://127.0.0.1:9"
SECRET = "a-secret-of-the-store"
SHA256 = "ab" * 32


@pytest.fixture
def store(settings: Settings) -> MediaStore:
    return MediaStore.of(
        settings.model_copy(
            update={
                "media_url": "s3://shelf/parvis",
                "media_endpoint": NOWHERE,
                "media_access_key": SecretStr("AKID"),
                "media_secret_key": SecretStr(SECRET),
            }
        )
    )


def test_media_lie_on_the_disk_unless_a_bucket_is_named(
    settings: Settings, store: MediaStore
) -> None:
    plain = MediaStore.of(settings)

    assert (plain.shelf, plain.door) == (Disk(settings.media_dir), None)
    assert isinstance(store.shelf, Bucket)
    assert store.door is store.shelf


def test_links_are_signed_for_one_object_and_some_time(store: MediaStore) -> None:
    workspace_id, id_ = new_id(), new_id()
    assert store.door is not None

    read = urlsplit(str(store.shelf.place_of(workspace_id, SHA256)))
    sent = urlsplit(store.door.way_in(workspace_id, id_, lasts=timedelta(hours=1)))

    assert read.path == f"/shelf/parvis/kept/{workspace_id.hex}/ab/{SHA256}"
    assert sent.path == f"/shelf/parvis/incoming/{workspace_id.hex}/{id_.hex}"
    assert [parse_qs(each.query)["X-Amz-Expires"] for each in (read, sent)] == [["300"], ["3600"]]
    assert f"{read.scheme}://{read.netloc}" == NOWHERE


def test_store_that_is_away_is_told_without_its_secrets(store: MediaStore, tmp_path: Path) -> None:
    workspace_id, file = new_id(), tmp_path / "a"
    file.write_bytes(b"abc")
    shelf, door = store.shelf, store.door
    assert door is not None

    for act in (
        lambda: shelf.put(workspace_id, SHA256, file, "image/png"),
        lambda: shelf.get(workspace_id, SHA256),
        lambda: shelf.remove(workspace_id, SHA256),
        lambda: door.weight_of(workspace_id, new_id()),
        lambda: door.sweep(before=datetime.now(UTC)),
    ):
        with pytest.raises(DependencyAway) as failure:
            act()
        assert NOWHERE not in str(failure.value)
        assert failure.value.__cause__ is None
    assert SECRET not in repr(store)


@pytest.mark.parametrize("url", ["http://shelf", "s3://", "s3://shelf/a?b=c", "shelf"])
def test_place_of_media_is_a_bucket(url: str) -> None:
    needed = {"database_url": "a", "redis_url": "b", "sealing_keys": "c"}
    with pytest.raises(ValidationError, match="media_url"):
        Settings.model_validate({**needed, "media_url": url})


def test_its_library_is_loaded_by_those_alone_who_use_it() -> None:
    asks = "import sys, api.main, workers.main; print('obstore' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asks], capture_output=True, check=True)

    assert told.stdout == b"False\n"
