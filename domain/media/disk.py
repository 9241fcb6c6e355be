"""Media on a disk that every process sees: one file a content and workspace."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID


def make_private(root: Path) -> None:
    """Makes the folder of media and the data folder that holds it, for their owner alone."""
    if not root.is_dir():
        root.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        root.mkdir(mode=0o700, exist_ok=True)


@dataclass(frozen=True, slots=True)
class Disk:
    root: Path

    def place_of(self, workspace_id: UUID, sha256: str) -> Path:
        return self.root / workspace_id.hex / sha256[:2] / sha256

    def bring(self, workspace_id: UUID, sha256: str, path: Path, content_type: str) -> None:
        """Nothing takes long here."""

    def put(self, workspace_id: UUID, sha256: str, path: Path, content_type: str) -> None:  # noqa: ARG002 - a file needs no type
        target = self.place_of(workspace_id, sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)

    def get(self, workspace_id: UUID, sha256: str) -> bytes:
        return self.place_of(workspace_id, sha256).read_bytes()

    def remove(self, workspace_id: UUID, sha256: str) -> None:
        self.place_of(workspace_id, sha256).unlink(missing_ok=True)
