"""Media in an S3-compatible bucket, by obstore: loaded only where MEDIA_URL names one.

    PREFIX/kept/{workspace}/{first two of sha256}/{sha256}   content, one object each
    PREFIX/incoming/{workspace}/{upload}                     what clients put, not looked at yet

An object store of the house is an engine like PostgreSQL: api and workers speak to it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from domain.kernel.errors import DependencyAway
from domain.kernel.settings import Settings

LINK_LASTS = timedelta(minutes=5)
"""How long a link to content counts: a client follows it at once."""
PATIENCE = timedelta(seconds=10)
PART_BYTES = 8 << 20
PARTS_AT_ONCE = 2
"""A file of any size takes 16 MiB of memory on its way to the bucket."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Raises `DependencyAway` when the bucket does not answer or refuses us."""

    store: S3Store

    def bring(self, workspace_id: UUID, sha256: str, path: Path, content_type: str) -> None:
        self.put(workspace_id, sha256, path, content_type)

    def put(self, workspace_id: UUID, sha256: str, path: Path, content_type: str) -> None:
        key = _kept(workspace_id, sha256)
        with _translated():
            if _weight(self.store, key) is not None:
                return
        try:
            obstore.put(
                self.store,
                key,
                path,
                attributes={"Content-Type": content_type},
                chunk_size=PART_BYTES,
                max_concurrency=PARTS_AT_ONCE,
            )
        except (BaseError, FileNotFoundError):
            # Not found: the bucket itself.
            raise DependencyAway("The object store does not take it.") from None

    def get(self, workspace_id: UUID, sha256: str) -> bytes:
        with _translated():
            return bytes(obstore.get(self.store, _kept(workspace_id, sha256)).bytes())

    def remove(self, workspace_id: UUID, sha256: str) -> None:
        self._delete(_kept(workspace_id, sha256))

    def place_of(self, workspace_id: UUID, sha256: str) -> str:
        with _translated():
            return obstore.sign(self.store, "GET", _kept(workspace_id, sha256), LINK_LASTS)

    def way_in(self, workspace_id: UUID, id_: UUID, *, lasts: timedelta) -> str:
        with _translated():
            return obstore.sign(self.store, "PUT", _incoming(workspace_id, id_), lasts)

    def weight_of(self, workspace_id: UUID, id_: UUID) -> int | None:
        with _translated():
            return _weight(self.store, _incoming(workspace_id, id_))

    def read(self, workspace_id: UUID, id_: UUID) -> "Incoming":
        with _translated():
            key = _incoming(workspace_id, id_)
            return Incoming(obstore.open_reader(self.store, key, buffer_size=PART_BYTES))

    def clear(self, workspace_id: UUID, id_: UUID) -> None:
        self._delete(_incoming(workspace_id, id_))

    def sweep(self, *, before: datetime) -> int:
        with _translated():
            old = [
                each["path"]
                for page in obstore.list(self.store, "incoming")
                for each in page
                if each["last_modified"] < before
            ]
        for key in old:
            self._delete(key)
        return len(old)

    def _delete(self, key: str) -> None:
        with _translated():
            try:
                obstore.delete(self.store, key)
            except NotFoundError:
                return


class _Read(Protocol):
    def read(self, size: int | None = None, /) -> obstore.Bytes: ...


@dataclass(frozen=True, slots=True)
class Incoming:
    """An object read piece by piece."""

    reader: _Read

    def read(self, size: int, /) -> bytes:
        with _translated():
            return bytes(self.reader.read(size))


def open_bucket(settings: Settings) -> Bucket:
    """The bucket of MEDIA_URL, `s3://bucket/prefix`; nothing is sent yet."""
    place = urlsplit(settings.media_url)
    endpoint = settings.media_endpoint
    store = S3Store(
        place.netloc,
        prefix=place.path.strip("/") or None,
        region=settings.media_region,
        access_key_id=settings.media_access_key.get_secret_value(),
        secret_access_key=settings.media_secret_key.get_secret_value(),
        virtual_hosted_style_request=not endpoint,
        config={"endpoint": endpoint} if endpoint else {},
        client_options={
            "allow_http": endpoint.startswith("http://"),
            "connect_timeout": PATIENCE,
            "timeout": PATIENCE * 6,
        },
        retry_config={"max_retries": 2, "retry_timeout": PATIENCE},
    )
    return Bucket(store)


def _kept(workspace_id: UUID, sha256: str) -> str:
    return f"kept/{workspace_id.hex}/{sha256[:2]}/{sha256}"


def _incoming(workspace_id: UUID, id_: UUID) -> str:
    return f"incoming/{workspace_id.hex}/{id_.hex}"


def _weight(store: S3Store, key: str) -> int | None:
    try:
        return obstore.head(store, key)["size"]
    except (NotFoundError, FileNotFoundError):
        return None


@contextmanager
def _translated() -> Iterator[None]:
    """What the library raises, in our words: its own may show addresses and keys."""
    try:
        yield
    except (NotFoundError, FileNotFoundError):
        raise FileNotFoundError("There is no such object in the bucket.") from None
    except BaseError:
        raise DependencyAway("The object store does not answer.") from None
