import hashlib
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from domain.kernel.ids import new_id
from domain.media.storage import MediaStore, read_file
from domain.uploads.pieces import Pieces


class Broken(BytesIO):
    def read(self, _: int | None = -1) -> bytes:
        if self.tell():
            raise OSError("gone")
        return super().read(3)


async def test_content_lies_under_its_workspace_and_digest(tmp_path: Path) -> None:
    store, workspace_id = MediaStore(tmp_path / "media"), new_id()
    stowed = store.stow(BytesIO(b"abc"))
    store.put(workspace_id, stowed, "image/png")

    digest = hashlib.sha256(b"abc").hexdigest()
    assert (stowed.sha256, stowed.size_bytes) == (digest, 3)
    assert await store.get(workspace_id, digest) == b"abc"
    assert await read_file(store, workspace_id, digest) == b"abc"
    assert files(tmp_path) == [f"media/{workspace_id.hex}/{digest[:2]}/{digest}"]
    with pytest.raises(FileNotFoundError):
        await store.get(new_id(), digest)


def test_a_folder_that_is_made_for_media_is_private(tmp_path: Path) -> None:
    """Who else uses the machine could list every file, and `doctor` said so of our own making."""
    store, pieces = MediaStore(tmp_path / "a" / "media"), Pieces(tmp_path / "b" / "media")
    store.stow(BytesIO(b"abc"))
    with pieces.held(new_id(), new_id()):
        pass

    made = [tmp_path / name for name in ("a", "a/media", "b", "b/media")]
    assert [oct(each.stat().st_mode & 0o777) for each in made] == ["0o700"] * 4


def test_upload_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="gone"):
        MediaStore(tmp_path).stow(Broken(b"abcdef"))

    assert files(tmp_path) == []


def test_dropped_content_leaves_nothing_and_stored_content_stays(tmp_path: Path) -> None:
    store, workspace_id = MediaStore(tmp_path), new_id()
    store.stow(BytesIO(b"one")).drop()
    two = store.stow(BytesIO(b"two"))
    store.put(workspace_id, two, "image/png")
    two.drop()

    assert [path.rpartition("/")[2] for path in files(tmp_path)] == [two.sha256]


def test_removing_twice_is_no_error(tmp_path: Path) -> None:
    store, workspace_id = MediaStore(tmp_path), new_id()
    stowed = store.stow(BytesIO(b"abc"))
    store.put(workspace_id, stowed, "image/png")

    store.remove(workspace_id, stowed.sha256)
    store.remove(workspace_id, stowed.sha256)

    assert files(tmp_path) == []


def test_leftovers_of_uploads_are_dropped_when_they_are_old(tmp_path: Path) -> None:
    store, workspace_id = MediaStore(tmp_path), new_id()
    store.put(workspace_id, store.stow(BytesIO(b"kept")), "image/png")
    left = store.stow(BytesIO(b"left"))
    made_at = datetime.fromtimestamp(left.path.stat().st_mtime, UTC)

    early = store.tidy(before=made_at - timedelta(seconds=1))
    late = store.tidy(before=made_at + timedelta(seconds=1))

    assert (early, late) == (0, 1)
    assert len(files(tmp_path)) == 1
    assert MediaStore(tmp_path / "none").tidy(before=made_at) == 0


def files(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
