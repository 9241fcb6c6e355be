"""The key ring, the first token and owner, kept in the data folder for its owner alone."""

import base64
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from api.cli.trouble import Trouble


def keep(path: Path, secret: str) -> None:
    """Write a secret whole or not at all, readable by its owner alone."""
    with _replaced(path) as file:
        file.write(secret)


def is_kept(path: Path) -> bool:
    """Whether it stands there, and more than its empty file."""
    return path.exists() and path.stat().st_size > 0


def renew(path: Path, secret: str) -> None:
    """Write a secret anew for those who read it before; behind a link, where it leads."""
    target = path.resolve()
    before = target.stat()
    with _replaced(target) as file:
        os.fchown(file.fileno(), before.st_uid, before.st_gid)
        os.fchmod(file.fileno(), before.st_mode & 0o777)
        file.write(secret)


@contextmanager
def _replaced(path: Path) -> Iterator[TextIO]:
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def sealing_keys(data_dir: Path) -> str:
    """The key ring of this data folder, made at its first use. Raises `Trouble` for a damaged one.

    A new one in its place would open nothing that is sealed.
    """
    path = sealing_keys_path(data_dir)
    if not path.exists():
        keep(path, "k1:" + base64.b64encode(secrets.token_bytes(32)).decode())
    ring = path.read_text(errors="replace").strip()
    if ":" not in ring or not (ring.isascii() and ring.isprintable()):
        raise Trouble(f"{path} holds no keys any more.", "Put it back as a backup has it.")
    return ring


def sealing_keys_path(data_dir: Path) -> Path:
    return data_dir / "sealing.keys"


def first_token_path(data_dir: Path) -> Path:
    return data_dir / "token"


def owner_path(data_dir: Path) -> Path:
    """Holds the id of the first owner."""
    return data_dir / "owner"


def sign_in_path(data_dir: Path) -> Path:
    """Holds the secret of a sign-in link from `up` to the api, which takes it away."""
    return data_dir / "sign-in"
