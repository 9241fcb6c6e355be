"""moto's server (PyPI `moto`): an S3-compatible object store of somebody else's making."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx2

from tests.real import installing
from tests.real.serving import answers, free_port, serving

BUCKET = "shelf"


@dataclass(frozen=True)
class ObjectStore:
    url: str

    def objects(self) -> list[str]:
        """What lies in the bucket, without the prefix."""
        listed = httpx2.get(f"{self.url}/{BUCKET}?list-type=2", timeout=10).text
        found = [each.text or "" for each in ET.fromstring(listed).iter() if _is_key(each)]  # noqa: S314 - moto's own
        return sorted(key.removeprefix("parvis/") for key in found)


@contextlib.contextmanager
def object_store(folder: Path) -> Iterator[ObjectStore]:
    """Needs the package index; keeps everything in memory."""
    programs = installing.python(installing.ROOT / "moto", "moto[server]")
    port = free_port()
    command: list[str | Path] = [programs / "moto_server", "-H", "127.0.0.1", "-p", str(port)]
    with serving(
        command,
        log=folder / "moto.log",
        is_ready=lambda: answers(port),
        env=dict(os.environ),
        cwd=folder,
    ):
        made = httpx2.put(f"http://127.0.0.1:{port}/{BUCKET}", timeout=10)
        assert made.status_code == 200, made.text
        yield ObjectStore(f"http://127.0.0.1:{port}")


def _is_key(element: ET.Element) -> bool:
    return element.tag.rpartition("}")[2] == "Key"
