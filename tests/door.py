"""A door of the object store that is a folder: clients' PUTs are files that a test writes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

from fastapi import FastAPI

URL = "https://store.example.ch/parvis?signature=4f2a"


@dataclass(frozen=True, slots=True)
class FolderDoor:
    folder: Path

    def path_of(self, workspace_id: UUID, id_: UUID) -> Path:
        return self.folder / f"{workspace_id.hex}-{id_.hex}"

    def put(self, workspace_id: UUID, id_: UUID, content: bytes) -> None:
        """What a client does with the URL."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path_of(workspace_id, id_).write_bytes(content)

    def way_in(self, workspace_id: UUID, id_: UUID, *, lasts: timedelta) -> str:  # noqa: ARG002 - the same for all, so that examples show it
        return URL

    def weight_of(self, workspace_id: UUID, id_: UUID) -> int | None:
        path = self.path_of(workspace_id, id_)
        return path.stat().st_size if path.exists() else None

    def read(self, workspace_id: UUID, id_: UUID) -> BytesIO:
        return BytesIO(self.path_of(workspace_id, id_).read_bytes())

    def clear(self, workspace_id: UUID, id_: UUID) -> None:
        self.path_of(workspace_id, id_).unlink(missing_ok=True)

    def sweep(self, *, before: datetime) -> int:
        old = [p for p in self.folder.glob("*") if p.stat().st_mtime < before.timestamp()]
        for path in old:
            path.unlink()
        return len(old)


def give_door(app: FastAPI) -> None:
    """Has a running api believe that there is an object store to send files to."""
    state = app.state.parvis
    door = FolderDoor(state.settings.data_dir / "incoming")
    app.state.parvis = replace(state, media=replace(state.media, door=door))
