import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from domain.kernel.errors import UploadBusy
from domain.kernel.ids import new_id
from domain.uploads.pieces import Pieces

HOLD = """
import sys
from pathlib import Path
from uuid import UUID
from domain.uploads.pieces import Pieces
with Pieces(Path(sys.argv[1])).held(UUID(sys.argv[2]), UUID(sys.argv[3])) as piece:
    piece.write(b"abc")
    print("held", flush=True)
    sys.stdin.read()
"""


def test_bytes_follow_one_another(tmp_path: Path) -> None:
    pieces, workspace_id, id_ = Pieces(tmp_path), new_id(), new_id()
    with pieces.held(workspace_id, id_) as piece:
        piece.cut(0)
        piece.write(b"abcdef")
    with pieces.held(workspace_id, id_) as piece:
        piece.cut(3)
        piece.write(b"xy")
        piece.keep()

    assert pieces.path_of(workspace_id, id_).read_bytes() == b"abcxy"
    assert pieces.size(workspace_id, id_) == 5
    assert pieces.size(workspace_id, new_id()) == 0


def test_one_process_at_a_time_writes_and_a_killed_one_gives_way(tmp_path: Path) -> None:
    pieces, workspace_id, id_ = Pieces(tmp_path), new_id(), new_id()
    other = holding(tmp_path, workspace_id, id_)

    with pytest.raises(UploadBusy), pieces.held(workspace_id, id_):
        pass
    other.kill()
    other.communicate()

    with pieces.held(workspace_id, id_) as piece:
        assert piece.size() == 3


def holding(root: Path, workspace_id: UUID, id_: UUID) -> "subprocess.Popen[bytes]":
    """Another process that holds the upload until it ends."""
    command = [sys.executable, "-c", HOLD, str(root), str(workspace_id), str(id_)]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout is not None
    assert other.stdout.readline() == b"held\n"
    return other


def test_what_nobody_writes_to_is_dropped_when_it_is_old(tmp_path: Path) -> None:
    pieces, workspace_id, id_ = Pieces(tmp_path), new_id(), new_id()
    with pieces.held(workspace_id, id_) as piece:
        piece.write(b"abc")
    written = pieces.path_of(workspace_id, id_).stat().st_mtime
    made_at = datetime.fromtimestamp(written, UTC)

    early = pieces.tidy(before=made_at - timedelta(seconds=1))
    late = pieces.tidy(before=made_at + timedelta(seconds=1))

    assert (early, late) == (0, 1)
    pieces.drop(workspace_id, id_)
    assert pieces.size(workspace_id, id_) == 0
